"""Compares looks at profiles, by people and by sources alike, and learns the names that were seen on accounts.

A look is compared field by field with the latest one before it that looked at the same field. Names and bios are
printed differently by each interface, so there a source is compared with itself and with what people saw.
"""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlmodel import Session

from tracker.domain import Change, Look, Profile
from tracker.errors import BadInput
from tracker.registry.handles import account_ref
from tracker.registry.looks import Difference, differences
from tracker.store import identity, profiles, registry, seen_profiles, writes
from tracker.store.seen_profiles import PlacedProfile
from tracker.store.writes import Counts

COMPARED = ("label", "discloses", "handle", "name", "bio")
"""What is compared between two looks, in the order of reporting."""
LATE = "a later look is in the record already: nothing was compared"
_ANYWHERE = ("label", "discloses", "handle")
"""What is the same whoever looks."""
_OWN = {"verified": "verification_changed", "location": "bio_edited", "website": "bio_edited"}

Row = dict[str, Any]


def write_profiles(session: Session, query_id: int, source: str, seen: Sequence[PlacedProfile]) -> Counts:
    """Write what a source saw of profiles, and the changes since the looks before; return what became of them."""
    counts = Counts()
    for one in sorted(seen, key=lambda placed: placed.at):
        number, is_new = seen_profiles.write(session, query_id, source, one)
        counts += _tell(session, query_id, source, one, number) if is_new else Counts(unchanged=1)
    return counts


def _tell(session: Session, query_id: int, source: str, seen: PlacedProfile, number: int) -> Counts:
    """Write what a new snapshot changes, and let the account be found by what it shows."""
    account = registry.account(session, registry.standing(session, seen.account_id)) or {}
    before, late = looks_before(session, account, seen.at, but_for=number)
    mine = [row for row in before if row["source"] == source]
    if not late:
        found = _changes(session, account, (before, mine), seen.profile, number, source)
        writes.add_changes(session, query_id, list(found))
    learn(session, account, seen.profile.look)
    if seen.profile.account.native_id:
        registry.learn_id(session, account, seen.profile.account.native_id)
    return Counts(changed=1) if mine else Counts(new=1)


def looks_before(
    session: Session, account: Row, at: datetime, *, but_for: int | None = None
) -> tuple[list[Row], bool]:
    """Return the earlier looks, the latest first, and whether a later one, or the proof of one, is there."""
    whole = profiles.looks_of(session, identity.ids_of(session, account["id"]))
    looks = [row for row in whole if row["id"] != but_for]
    earlier = [row for row in looks if row["observed_at"] <= at]
    late = len(earlier) < len(looks) or any(row["last_seen"] > at for row in earlier)
    return earlier[::-1], late


def differing(before: Sequence[Row], seen: Look, *, source: str) -> list[tuple[Row, Difference]]:
    """Return what differs from the latest look that looked at the same field, each with that look."""
    found: dict[str, tuple[Row, Difference]] = {}
    compared: set[str] = set()
    for row in before:
        known = {name for name in COMPARED if row[name] is not None and _comparable(name, row, source)}
        known -= compared
        for one in differences(profiles.look_of(row), seen):
            if one.field in known:
                found[one.field] = (row, one)
        compared |= known - ({"label"} if row["label"] == "unknown" else set())
    return [found[name] for name in COMPARED if name in found]


def _comparable(field: str, row: Row, source: str) -> bool:
    by_hand = row["listing_id"] is None or source == profiles.BY_HAND
    return field in _ANYWHERE or by_hand or bool(row["source"] == source)


def learn(session: Session, account: Row, seen: Look) -> list[str]:
    """Let the account be found by a handle that was seen on it, unless another account bears it; say so then."""
    if seen.handle is None:
        return []
    try:
        ref = account_ref(seen.handle, account["platform"], field="handle")
    except BadInput:
        return [f"{seen.handle[:80]!r} is no handle that is known here; the account is not found by it"]
    bearer = registry.find_account(session, ref)
    if bearer is not None and registry.standing(session, bearer) != account["id"]:
        other = registry.account(session, bearer) or {}
        return [f"{other['account']} bears this handle in the registry; if they are one account, merge them"]
    registry.learn_name(session, account, ref.key)
    return []


def change(account: Row, before: Row, number: int, at: datetime, one: Difference) -> Change:
    """Return a difference as a change from one look to another."""
    return Change(
        at, one.type, account["id"], account["account"], one.field, one.before, one.after, before["snapshot"],
        f"profile-{number}",
    )  # fmt: skip


def _changes(
    session: Session, account: Row, before: tuple[Sequence[Row], Sequence[Row]], profile: Profile, number: int, source: str
) -> Iterator[Change]:  # fmt: skip
    """Yield what differs from the looks before, of anybody and of the same source."""
    at, (all_before, mine) = profile.listing.observed_at, before
    for row, one in differing(all_before, profile.look, source=source):
        yield change(account, row, number, at, one)
    for one in _own(mine[0], profile) if mine else ():
        yield change(account, mine[0], number, at, one)
    now = seen_profiles.marks_of(session, number).by
    for issuer, (row, was) in _marked_before(session, mine, now.keys()).items():
        for one in _marks(issuer, was, now[issuer]):
            yield change(account, row, number, at, one)


def _marked_before(
    session: Session, mine: Sequence[Row], issuers: Collection[str]
) -> dict[str, tuple[Row, frozenset[str]]]:
    """Return, by issuer, the latest look before that looked for this issuer's labels, and what it saw."""
    found: dict[str, tuple[Row, frozenset[str]]] = {}
    for row in mine:
        if len(found) == len(issuers):
            break
        was = seen_profiles.marks_of(session, row["id"]).by
        found = {issuer: (row, was[issuer]) for issuer in issuers if issuer in was} | found
    return dict(sorted(found.items()))


def _own(before: Row, profile: Profile) -> Iterator[Difference]:
    """Yield what differs in the fields that only sources read; one that is not shown is not compared."""
    for field, kind in _OWN.items():
        was, now = before[field], getattr(profile, field)
        if was is not None and now is not None and was != now:
            yield Difference(kind, field, was, now)


def _marks(issuer: str, was: frozenset[str], now: frozenset[str]) -> Iterator[Difference]:
    """Yield the labels of an issuer that came and went."""
    for value in sorted(was - now):
        yield Difference("label_gone", f"label by {issuer}", value, None)
    for value in sorted(now - was):
        yield Difference("label_new", f"label by {issuer}", None, value)
