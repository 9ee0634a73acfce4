"""Profiles as sources saw them: a snapshot when a value differs, else a proof that nothing did.

Functions take a session and never commit. Looks by people stand in the same table (`profiles`), each of them a row.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from hashlib import blake2b
from typing import Any

from sqlalchemy import insert, select
from sqlmodel import Session

from tracker.domain import PlatformLabel, Profile
from tracker.store import counters, tables
from tracker.store.counters import Counted
from tracker.store.ids import reserve
from tracker.store.tables import table_of
from tracker.store.writes import insert_all

Row = dict[str, Any]
PLAIN = ("verified", "location", "website", "picture", "language", "joined_at")

_LABEL, _LOOK = table_of(tables.ProfileLabel), table_of(tables.ProfileSnapshot)
_QUERY = table_of(tables.Query)


@dataclass(frozen=True, slots=True)
class PlacedProfile:
    """A profile with the ids of its account and of the listing that showed it."""

    profile: Profile
    account_id: int
    listing_id: int

    @property
    def at(self) -> datetime:
        """When it was seen."""
        return self.profile.listing.observed_at


@dataclass(frozen=True, slots=True)
class Marks:
    """The labels on a profile by their issuer; an issuer without any was seen to give none."""

    by: dict[str, frozenset[str]]


def write(session: Session, query_id: int, source: str, seen: PlacedProfile) -> tuple[int, bool]:
    """Write what a source saw of a profile; return the snapshot that says so, and whether it is a new one.

    It is new when a value differs from the last that this source saw, or when a person has looked since.
    """
    profile = seen.profile
    counted = Counted(seen.account_id, seen.listing_id, seen.at, profile.counts)
    counters.write_of_profiles(session, source, [counted])
    name = digest(profile)
    last = _last_by(session, source, seen)
    is_new = last is None or last["digest"] != name or _looked_by_hand_since(session, seen, last)
    number = _add(session, query_id, seen, name) if last is None or is_new else int(last["id"])
    insert_all(session, tables.ProfileSighting, [{"listing_id": seen.listing_id, "snapshot_id": number}])
    return number, is_new


def digest(profile: Profile) -> str:
    """Name what a profile says and bears; its counters, and the signature in a picture's address, are no part of it."""
    look = {**asdict(profile.look), "observed_at": None, "entered_by": None}
    plain = [getattr(profile, name) for name in PLAIN if name != "picture"]
    picture = (profile.picture or "").partition("?")[0]
    said = [look, plain, picture, sorted(map(str, _marks(profile))), profile.links, profile.extra]
    words = json.dumps(said, sort_keys=True, ensure_ascii=True, default=str)
    return blake2b(words.encode(), digest_size=12).hexdigest()


def marks_of(session: Session, snapshot_id: int) -> Marks:
    """Return the labels of a snapshot by their issuer."""
    rows = session.execute(
        select(_LABEL.c.issuer, _LABEL.c.value).where(_LABEL.c.snapshot_id == snapshot_id)
    ).all()
    return Marks(
        {
            issuer: frozenset(value for one, value in rows if one == issuer and value)
            for issuer in sorted({issuer for issuer, _ in rows})
        }
    )


def all_marks(session: Session) -> list[Row]:
    """Return every label of every snapshot: `snapshot_id`, `issuer`, `value` (empty: none of this issuer), `kind`."""
    rows = session.execute(select(_LABEL).order_by(_LABEL.c.snapshot_id, _LABEL.c.issuer, _LABEL.c.value))
    return [dict(row) for row in rows.mappings()]


def _last_by(session: Session, source: str, seen: PlacedProfile) -> Row | None:
    row = (
        session.execute(
            select(_LOOK.c.id, _LOOK.c.digest, _LOOK.c.observed_at)
            .join(_QUERY, _QUERY.c.id == _LOOK.c.query_id)
            .where(
                _LOOK.c.account_id == seen.account_id,
                _LOOK.c.observed_at <= seen.at,
                _QUERY.c.source == source,
            )
            .order_by(_LOOK.c.observed_at.desc(), _LOOK.c.id.desc())
            .limit(1)
        )
        .mappings()
        .first()
    )
    return None if row is None else dict(row)


def _looked_by_hand_since(session: Session, seen: PlacedProfile, last: Row) -> bool:
    later = (
        select(_LOOK.c.id)
        .where(
            _LOOK.c.account_id == seen.account_id,
            _LOOK.c.listing_id.is_(None),
            _LOOK.c.observed_at > last["observed_at"],
            _LOOK.c.observed_at <= seen.at,
        )
        .limit(1)
    )
    return session.execute(later).first() is not None


def _add(session: Session, query_id: int, seen: PlacedProfile, name: str) -> int:
    profile, number = seen.profile, reserve(session, "profile_snapshot", 1)
    values = {
        **asdict(profile.look),
        **{field: getattr(profile, field) for field in PLAIN},
        "observed_at": seen.at,
        "links": list(profile.links) or None,
        "extra": json.loads(json.dumps(profile.extra, default=str)) or None,
    }
    session.execute(
        insert(_LOOK).values(
            id=number, account_id=seen.account_id, query_id=query_id, listing_id=seen.listing_id, digest=name, **values
        )
    )  # fmt: skip
    columns = ("issuer", "value", "kind")
    rows = [
        {"snapshot_id": number, **dict(zip(columns, mark, strict=True))}
        for mark in _distinct(_marks(profile))
    ]
    insert_all(session, tables.ProfileLabel, rows)
    return number


Mark = tuple[str, str, str | None]


def _marks(profile: Profile) -> list[Mark]:
    """Return the labels as they are kept; an issuer who gave none has an empty one."""
    given: list[PlatformLabel] = [label for label in profile.labels if label.value]
    issuers = {label.issuer for label in given}
    none = [(issuer, "", None) for issuer in profile.labelled_by if issuer not in issuers]
    return [*((label.issuer, label.value, label.kind) for label in given), *none]


def _distinct(marks: Sequence[Mark]) -> list[Mark]:
    """Return the marks, each issuer and value once."""
    return list({mark[:2]: mark for mark in marks}.values())
