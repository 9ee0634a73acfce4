"""The codebook at the desk: load a version so that no coding is lost, and say what is in force."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import Engine
from sqlmodel import Session

from tracker.domain import Codebook
from tracker.errors import ConfigError, SeedError
from tracker.registry import codebooks as rules
from tracker.registry.seedlist import load_codebook
from tracker.store import codebooks, codings
from tracker.store.claims import Row
from tracker.store.engine import unit_of_work


@dataclass(frozen=True, slots=True)
class Loaded:
    """What loading a codebook did; `to_recode` counts the codings that no code of it carries on."""

    version: int
    codes: int
    new: bool
    codings: int
    to_recode: int


def load(engine: Engine, path: Path, *, now: datetime) -> Loaded:
    """Keep the version in a file; raise `SeedError` for one that contradicts itself, the record, or would lose codings.

    A version that is kept already must say the same: what is changed gets a new number.
    """
    book = load_codebook(path)
    with unit_of_work(engine) as session:
        before = codebooks.kept(session)
        new = not _is_kept(session, book, path.name)
        if new and before:
            rules.check_follows(book, before[-1], _used(session, before), file=path.name)
        if new:
            codebooks.keep(session, book, at=now)
        made = _current(session)
        books = codebooks.kept(session)
    lost = [row for row in made if rules.carried(row["codes"], row["version"], books) is None]
    return Loaded(book.version, len(book.codes), new, len(made), len(lost))


def in_force(engine: Engine) -> Codebook:
    """Return the newest version that was loaded; raise `ConfigError` when there is none."""
    with Session(engine) as session:
        return newest(session)


def newest(session: Session) -> Codebook:
    """Return the newest version that was loaded; raise `ConfigError` when there is none."""
    kept = codebooks.kept(session)
    if not kept:
        raise ConfigError("no codebook is loaded; run `tracker codebook load`")
    return kept[-1]


def version(engine: Engine, number: int | None = None) -> Codebook:
    """Return a version that was loaded, the newest when none is named; raise `SeedError` when it was not."""
    with Session(engine) as session:
        kept = {book.version: book for book in codebooks.kept(session)}
    if number is None and kept:
        return kept[max(kept)]
    if number not in kept:
        known = ", ".join(str(one) for one in kept) or "none"
        raise SeedError(f"version {number or ''} is not in the record; loaded: {known}", field="version")
    return kept[number]


def versions(engine: Engine) -> list[Row]:
    """Return the versions that were loaded, oldest first: `version`, `digest`, `loaded_at`, `codings` made under it."""
    with Session(engine) as session:
        under = Counter(row["version"] for row in _current(session))
        return [{**row, "codings": under[row["version"]]} for row in codebooks.listed(session)]


def _is_kept(session: Session, book: Codebook, file: str) -> bool:
    """Say whether a version is there; raise `SeedError` when it is and says something else."""
    kept = {row["version"]: row["digest"] for row in codebooks.listed(session)}
    if book.version not in kept:
        return False
    if kept[book.version] != rules.digest(book):
        raise SeedError(
            f"version {book.version} is in the record with other words; codings were made under those. "
            f"Give what is changed the number {max(kept) + 1}",
            file=file, field="version",
        )  # fmt: skip
    return True


def _used(session: Session, books: list[Codebook]) -> dict[str, int]:
    """Return how many codings stand under each code of the newest version."""
    used: Counter[str] = Counter()
    for row in _current(session):
        used.update(rules.carried(row["codes"], row["version"], books) or ())
    return used


def _current(session: Session) -> list[Row]:
    return codings.latest(session)
