"""Looks at profiles in the record, and the names of accounts over time.

Functions take a session and never commit. A look is a row that is added and never changed.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, fields
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import func, insert, select
from sqlmodel import Session

from tracker import domain
from tracker.store import tables
from tracker.store.ids import reserve
from tracker.store.tables import table_of
from tracker.store.writes import in_chunks, insert_new

Row = dict[str, Any]
BY_HAND = "by_hand"
"""The source of what people saw."""

Name = tuple[int, str, str, date | None, str]
"""A name that a document gave: account id, kind (`handle`, `name` or `id`, the platform's own), value, day, document."""

_LOOK, _NAME, _DOCUMENT = (
    table_of(tables.ProfileSnapshot),
    table_of(tables.NameSeen),
    table_of(tables.Document),
)
_QUERY, _EVIDENCE, _LISTING = table_of(tables.Query), table_of(tables.Evidence), table_of(tables.Listing)
_SIGHTING = table_of(tables.ProfileSighting)
_FIELDS = tuple(field.name for field in fields(domain.Look))


def add_look(session: Session, account_id: int, query_id: int, look: domain.Look) -> int:
    """Add what a look showed and return its id."""
    number = reserve(session, "profile_snapshot", 1)
    session.execute(insert(_LOOK).values(id=number, account_id=account_id, query_id=query_id, **asdict(look)))
    return number


def looks_of(session: Session, account_ids: Sequence[int]) -> list[Row]:
    """Return the looks at accounts, oldest first, by people and by sources.

    The columns of the table, `snapshot`, `evidence` (SHA-256), `source`, `method` (`hand`, `file` or `asked`), `times` (how
    often it was seen so) and `last_seen`: when a source was last shown the same again.
    """
    proofs = (
        select(
            _SIGHTING.c.snapshot_id,
            func.count().label("times"),
            func.max(_LISTING.c.observed_at).label("last_seen"),
        )
        .join(_LISTING, _LISTING.c.id == _SIGHTING.c.listing_id)
        .group_by(_SIGHTING.c.snapshot_id)
        .where(_SIGHTING.c.snapshot_id.in_(select(_LOOK.c.id).where(_LOOK.c.account_id.in_(account_ids))))
        .subquery()
    )
    asked = (
        select(
            _LOOK,
            _QUERY.c.source,
            _QUERY.c.evidence_id,
            _EVIDENCE.c.sha256.label("evidence"),
            func.coalesce(proofs.c.times, 1).label("times"),
            func.coalesce(proofs.c.last_seen, _LOOK.c.observed_at).label("last_seen"),
        )
        .join(_QUERY, _QUERY.c.id == _LOOK.c.query_id)
        .outerjoin(_EVIDENCE, _EVIDENCE.c.id == _QUERY.c.evidence_id)
        .outerjoin(proofs, proofs.c.snapshot_id == _LOOK.c.id)
        .where(_LOOK.c.account_id.in_(account_ids))
        .order_by(_LOOK.c.observed_at, _LOOK.c.id)
    )
    return [
        {**row, "snapshot": f"profile-{row['id']}", "method": _method(row)}
        for row in map(dict[str, Any], session.execute(asked).mappings())
    ]


def _method(row: Row) -> str:
    if row["listing_id"] is None:
        return "hand"
    return "asked" if row["evidence_id"] is None else "file"


def all_looks(session: Session) -> list[Row]:
    """Return every look by its id: the columns of `looks_of`."""
    ids = session.execute(select(_LOOK.c.account_id).distinct()).scalars().all()
    rows = [row for chunk in in_chunks(ids) for row in looks_of(session, chunk)]
    return sorted(rows, key=lambda row: int(row["id"]))


def look_of(row: Row) -> domain.Look:
    """Return a row of `looks_of` as a value."""
    return domain.Look(**{name: row[name] for name in _FIELDS})


def names_in(ref: domain.AccountRef) -> Iterator[tuple[str, str]]:
    """Yield kind and value of each name that an account goes by."""
    named = [("handle", ref.handle), ("name", ref.name), ("id", ref.native_id)]
    named += [("handle", name) for name in ref.known_as]
    yield from ((kind, value) for kind, value in named if value)


def add_names(session: Session, names: Iterable[Name]) -> None:
    """Note names that documents gave, unless they are there."""
    columns = ("account_id", "kind", "value", "on", "document_id")
    rows = [dict(zip(columns, row, strict=True)) for row in dict.fromkeys(names)]
    for chunk in in_chunks(rows):
        insert_new(session, tables.NameSeen, chunk)


def names_of(session: Session, account_ids: Sequence[int]) -> list[Row]:
    """Return by which handles, names and ids accounts were seen, and from when to when.

    Columns: `kind`, `value`, `first_seen`, `last_seen` (days; `None` where no document has a date), `documents`
    (titles), `looks` (snapshots of looks). Ordered by kind and first day, undated ones first.
    """
    seen: defaultdict[tuple[str, str], list[tuple[date | None, str, str]]] = defaultdict(list)
    asked = select(_NAME, _DOCUMENT.c.publisher, _DOCUMENT.c.title).join(
        _DOCUMENT, _DOCUMENT.c.id == _NAME.c.document_id
    )
    for row in session.execute(
        asked.where(_NAME.c.account_id.in_(account_ids)).order_by(_NAME.c.id)
    ).mappings():
        seen[row["kind"], row["value"]].append(
            (row["on"], f"{row['publisher']}: {row['title']}", "documents")
        )
    for look in looks_of(session, account_ids):
        days = (_utc(look[moment]).date() for moment in ("observed_at", "last_seen"))
        for day in dict.fromkeys(days):
            for kind in ("handle", "name"):
                if look[kind]:
                    seen[kind, look[kind]].append((day, look["snapshot"], "looks"))
    rows = [_name_row(kind, value, found) for (kind, value), found in seen.items()]
    return sorted(rows, key=lambda row: (row["kind"], row["first_seen"] or date.min, row["value"]))


def _name_row(kind: str, value: str, found: list[tuple[date | None, str, str]]) -> Row:
    days = [day for day, _, _ in found if day]
    return {
        "kind": kind,
        "value": value,
        "first_seen": min(days, default=None),
        "last_seen": max(days, default=None),
        **{
            where: list(dict.fromkeys(by for _, by, of in found if of == where))
            for where in ("documents", "looks")
        },
    }


def _utc(moment: datetime) -> datetime:
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
