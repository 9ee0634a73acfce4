"""How the lists write accounts, bodies and words: shared by the files of this folder."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from tracker.domain import AccountRef, Notice, Organisation
from tracker.errors import BadInput
from tracker.registry.handles import account_ref
from tracker.registry.lists._values import Item, Named

PARTY_STATE = Organisation(
    "chinese-party-state", "Chinese party-state (body not named)", "unnamed", country="CN"
)
"""Stands where a list calls an account Chinese state media without naming the body; as in the seed list."""

_COUNTRIES = {"China": "CN", "Iran": "IR", "Russia": "RU"}
_DOTTED_X = re.compile(r"(?:https?://)?(?:www\.|mobile\.|m\.)?(?:x|twitter)\.com/@?([A-Za-z0-9_.]{2,30})/?")
_HIDDEN = frozenset("\u200b\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff")
_LONGEST = 300
_BESIDE = "Beside the address the handle is written"


@dataclass(frozen=True, slots=True)
class Written:
    """An account as a row writes it. `remark` says what is odd about the writing, in words for the claim."""

    ref: AccountRef
    remark: str | None = None


def words(values: Mapping[str, Any], column: str) -> str:
    """Return a cell as one line of text: blanks folded, nothing that hides or cannot be kept, at most 300 characters."""
    value = values.get(column)
    text = "" if value is None else str(value)
    plain = "".join(
        " " if letter.isspace() else letter
        for letter in text
        if letter not in _HIDDEN and (letter.isspace() or unicodedata.category(letter) not in ("Cc", "Cs"))
    )
    return " ".join(plain.split())[:_LONGEST]


def sentence(*parts: str | None) -> str:
    """Join what a list says into one text, leaving out what it does not say."""
    return " ".join(part if part.endswith((".", "?", "!")) else f"{part}." for part in parts if part)


def written_account(platform: str, handle: str, address: str, *, name: str, field: str) -> Written:
    """Read an account from its address or, without one, from its handle; raise `BadInput` when neither names one.

    The address counts. A handle that stands beside a platform's own id is kept as a name that the account is known
    under. X allows no dot in a handle; a list that prints one is kept as printed, without an address.
    """
    try:
        ref = account_ref(address or handle, platform, field=field)
    except BadInput:
        dotted = _DOTTED_X.fullmatch(address) if platform == "x" else None
        if dotted is None:
            if not address or not handle:
                raise
            return _named(account_ref(handle.rstrip("\\"), platform, field=field), name)
        ref = AccountRef("x", dotted[1].casefold(), handle=dotted[1])
        return _named(ref, name, "The handle as printed holds a dot, which X does not allow")
    other = _key(platform, handle) if address and handle else None
    if other is None or other.key == ref.key:
        return _named(ref, name)
    if ref.native_id and other.handle:
        return _named(replace(ref, known_as=(other.key,)), name)
    return _named(ref, name, f"{_BESIDE} {handle!r}")


def organisation(
    name: str, *, country: str, kind: str = "media_group", native_name: str | None = None
) -> Organisation:
    """Return a body by its name alone; its id is found when the list is brought together with the registry."""
    code = _COUNTRIES.get(country)
    return Organisation(
        id="", name=name, kind=kind, native_name=native_name or None, country=code,
        place=None if code else country or None,
    )  # fmt: skip


def operation(name: str, *, country: str = "", note: str | None = None) -> Organisation:
    """Return an operation as its reporters named it: not a body with an address, but what a report attributes to."""
    slug = re.sub(r"[^a-z0-9]+", "-", unicodedata.normalize("NFKD", name).casefold()).strip("-")
    code = _COUNTRIES.get(country)
    return Organisation(id=f"operation-{slug[:70]}", name=name, kind="operation", country=code, note=note)


def slug_of(text: str) -> str:
    """Return a text as lower-case words joined by hyphens, for the id of a document."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().casefold()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:80]


def with_notices(items: Iterable[Item]) -> Iterator[Item]:
    """Yield the items, and at the end how many accounts are written in a way that a person should know of."""
    dotted = differing = 0
    for item in items:
        if isinstance(item, Named):
            dotted += item.ref.platform == "x" and "." in item.ref.key
            differing += _BESIDE in item.says
        yield item
    if dotted:
        yield Notice(
            f"{dotted} X handles hold a dot, which X does not allow; kept as printed, without an address"
        )
    if differing:
        yield Notice(f"{differing} handles differ from the address beside them; the address was taken")


def _named(ref: AccountRef, name: str, remark: str | None = None) -> Written:
    return Written(replace(ref, name=name or ref.name), remark)


def _key(platform: str, handle: str) -> AccountRef | None:
    try:
        return account_ref(handle, platform)
    except BadInput:
        return None
