"""Writes queries, batches, listings and changes: in bulk, added and never changed. Ads and posts have files of their own.

Every function takes an open session and leaves the commit to `unit_of_work`.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import insert, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, SQLModel, col

from tracker.domain import Change, Listing, Outcome, Quarantined
from tracker.store import tables
from tracker.store.ids import reserve

_IN_CHUNK = 500
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Counts:
    """What became of the items of a batch."""

    new: int = 0
    changed: int = 0
    unchanged: int = 0

    def __add__(self, other: "Counts") -> "Counts":
        """Return the sum, field by field."""
        return Counts(self.new + other.new, self.changed + other.changed, self.unchanged + other.unchanged)


def start_query(
    session: Session,
    source: str,
    scope: Mapping[str, str],
    *,
    digest: str,
    observed_at: datetime,
    started_at: datetime,
    evidence_id: int | None,
    tool_version: str,
) -> int:
    """Write that a source was asked; until `finish_query` it counts as interrupted."""
    query_id = reserve(session, "query", 1)
    session.execute(
        insert(tables.Query).values(
            id=query_id,
            source=source,
            scope=dict(scope),
            digest=digest,
            observed_at=observed_at,
            started_at=started_at,
            evidence_id=evidence_id,
            tool_version=tool_version,
        )
    )
    return query_id


def add_batch(
    session: Session, query_id: int, seq: int, *, records: int, counts: Counts, quarantined: int
) -> None:
    """Acknowledge a batch: what lies before `records` is written."""
    session.execute(
        insert(tables.QueryBatch).values(
            query_id=query_id,
            seq=seq,
            records=records,
            new=counts.new,
            changed=counts.changed,
            unchanged=counts.unchanged,
            quarantined=quarantined,
        )
    )


def finish_query(
    session: Session,
    query_id: int,
    outcome: Outcome,
    *,
    finished_at: datetime,
    read: int,
    counts: Counts,
    quarantined: int,
    message: str | None = None,
    warnings: Sequence[str] = (),
) -> None:
    """Write how a query ended."""
    session.execute(
        insert(tables.QueryOutcome).values(
            query_id=query_id,
            finished_at=finished_at,
            outcome=outcome,
            read=read,
            new=counts.new,
            changed=counts.changed,
            unchanged=counts.unchanged,
            quarantined=quarantined,
            message=message,
            warnings=list(warnings),
        )
    )


def add_listing(session: Session, query_id: int, listing: Listing, *, account_id: int | None) -> int:
    """Write a listing and return its id; one that a resumed query already wrote keeps its id."""
    known = session.execute(
        select(col(tables.Listing.id)).where(
            col(tables.Listing.query_id) == query_id,
            col(tables.Listing.series) == listing.series,
            col(tables.Listing.observed_at) == listing.observed_at,
        )
    ).scalar()
    if known is not None:
        return int(known)
    listing_id = reserve(session, "listing", 1)
    session.execute(
        insert(tables.Listing).values(
            id=listing_id,
            query_id=query_id,
            series=listing.series,
            account_id=account_id,
            section=listing.section,
            country=listing.country,
            observed_at=listing.observed_at,
            covers_from=listing.covers_from,
            covers_to=listing.covers_to,
            outcome=listing.outcome,
        )
    )
    return listing_id


def add_quarantined(session: Session, query_id: int, items: Sequence[Quarantined]) -> None:
    """Keep records that contradict their set, with the reason."""
    if items:
        session.execute(
            insert(tables.Quarantined),
            [
                {
                    "query_id": query_id,
                    "line": item.line,
                    "field": item.field,
                    "reason": item.reason,
                    "raw": json.dumps(item.raw, ensure_ascii=False, default=str),
                }
                for item in items
            ],
        )


def add_changes(session: Session, query_id: int, changes: Sequence[Change]) -> None:
    """Write the changes that a query brought to light."""
    if not changes:
        return
    first = reserve(session, "change", len(changes))
    session.execute(
        insert(tables.Change),
        [
            {
                "id": first + offset,
                "query_id": query_id,
                "at": change.at,
                "type": change.type,
                "account_id": change.account_id,
                "subject": change.subject,
                "field": change.field,
                "before": change.before,
                "after": change.after,
                "snapshot_before": change.snapshot_before,
                "snapshot_after": change.snapshot_after,
            }
            for offset, change in enumerate(changes)
        ],
    )


def set_meta(session: Session, key: str, value: str) -> None:
    """Set a fact about this store, such as its `notice`."""
    session.merge(tables.Meta(key=key, value=value))


def insert_new(session: Session, table: type[SQLModel], rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows in bulk; a row whose key is there already is left as it is."""
    if not rows:
        return
    dialect = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}[session.get_bind().dialect.name]
    session.execute(dialect(table.__table__).on_conflict_do_nothing(), list(rows))  # type: ignore[attr-defined]


def insert_all(session: Session, table: type[SQLModel], rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows in bulk."""
    if rows:
        session.execute(insert(table.__table__), list(rows))  # type: ignore[attr-defined]


def in_chunks(values: Sequence[T]) -> Iterator[Sequence[T]]:
    """Yield parts that are small enough for an `IN` list on either database."""
    for start in range(0, len(values), _IN_CHUNK):
        yield values[start : start + _IN_CHUNK]
