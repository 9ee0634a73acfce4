"""Versions of the codebook: what contradicts itself in one, and what becomes of codings when the next one comes.

A coding keeps the version that it was made under. Reading it under a later version goes through the mappings of the
versions between; what cannot be carried is *to be recoded*, never guessed.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from tracker.domain import Code, Codebook
from tracker.errors import SeedError

RECODE = "to be recoded"
"""What a mapping gives for a code whose items somebody has to read again."""

Place = tuple[str, ...]


def contradictions(book: Codebook) -> Iterator[tuple[Place, str]]:
    """Yield where a codebook contradicts itself, and how: a parent that is not there, a circle, a mapping to nowhere."""
    parents = {code.id: code.parent for code in book.codes}
    for code in book.codes:
        if code.parent is not None and code.parent not in parents:
            yield ("codes", code.id), f"has no parent; expected a code {code.parent!r}"
        elif circle := _circle(code.id, parents):
            yield ("codes", code.id), f"is its own parent: {' > '.join(circle)}"
    for old, new in book.mapping.items():
        if new != RECODE and new not in parents:
            yield ("mapping", old), f"{new!r} is no code of this version; expected one, or '{RECODE}'"


def tops(book: Codebook) -> dict[str, str]:
    """Return the top-level code of each code, itself for one that is top-level."""
    parents = {code.id: code.parent for code in book.codes}
    found = {}
    for code in parents:
        top = code
        while (parent := parents[top]) is not None:
            top = parent
        found[code] = top
    return found


def carried(codes: Iterable[str], made_under: int, books: Sequence[Codebook]) -> tuple[str, ...] | None:
    """Return codes as the newest of `books` (in the order of their versions) reads them; `None` is *to be recoded*.

    A code that no mapping names stays what it is where the next version still has it.
    """
    now = tuple(codes)
    for book in books:
        if book.version <= made_under:
            continue
        known = {code.id for code in book.codes}
        after = [book.mapping.get(code, code if code in known else RECODE) for code in now]
        if RECODE in after:
            return None
        now = tuple(dict.fromkeys(after))
    return now


def check_follows(
    book: Codebook, before: Codebook, used: Mapping[str, int], *, file: str = "codebook.yml"
) -> None:
    """Refuse a version that would lose codings; `used` is how many stand under each code of the version `before`.

    Raise `SeedError` that names every code which is gone without a word on what became of it.
    """
    if book.version <= before.version:
        raise SeedError(
            f"version {book.version} does not follow version {before.version}, which the record holds; "
            f"expected {before.version + 1}",
            file=file, field="version",
        )  # fmt: skip
    old, new = {code.id for code in before.codes}, {code.id for code in book.codes}
    lost = [code for code in sorted(old - new) if used.get(code) and code not in book.mapping]
    if lost:
        said = ", ".join(f"{code} ({used[code]} codings)" for code in lost)
        raise SeedError(
            f"gone, but in use: {said}; say under `mapping` which code each became, or '{RECODE}'",
            file=file, field="mapping",
        )  # fmt: skip
    if unknown := sorted(set(book.mapping) - old):
        raise SeedError(
            f"version {before.version} has no code {', '.join(unknown)}",
            file=file, field="mapping",
        )  # fmt: skip


def digest(book: Codebook) -> str:
    """Return the SHA-256 of all that a version says."""
    return hashlib.sha256(json.dumps(plain(book), sort_keys=True).encode()).hexdigest()


def plain(book: Codebook) -> dict[str, Any]:
    """Return a codebook as values that JSON can hold."""
    kept: dict[str, Any] = json.loads(json.dumps(asdict(book)))
    return kept


def read(kept: Mapping[str, Any]) -> Codebook:
    """Return the codebook that `plain` made of itself."""
    codes = tuple(
        Code(**{
            **code,
            "examples": tuple(code["examples"]),
            "keywords": {language: tuple(words) for language, words in code["keywords"].items()},
        })
        for code in kept["codes"]
    )  # fmt: skip
    return Codebook(int(kept["version"]), codes, dict(kept["mapping"]))


def _circle(code: str, parents: Mapping[str, str | None]) -> list[str]:
    """Return the way from a code back to itself, or nothing."""
    way = [code]
    while (parent := parents.get(way[-1])) is not None:
        if parent in way:
            return [*way, parent] if parent == code else []
        way.append(parent)
    return []
