"""How far a query that asks page by page came: what was kept of it, and where a later run goes on."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, insert, select
from sqlmodel import Session, col

from tracker.domain import Outcome
from tracker.store import tables

END = ""
"""The cursor after a page that leads nowhere."""


@dataclass(frozen=True, slots=True)
class KeptPage:
    """A page that was kept: the cursor after it (`END` when none follows), its evidence, and how many items it held.

    Without evidence it is a place to go on from, such as the number of an export that is still being made.
    """

    at: datetime
    cursor: str
    evidence_id: int | None
    items: int


@dataclass(frozen=True, slots=True)
class Earlier:
    """The last query like one that is about to be asked. Without an outcome it was interrupted."""

    query_id: int
    started_at: datetime
    observed_at: datetime
    outcome: Outcome | None
    pages: tuple[KeptPage, ...]


def add(session: Session, query_id: int, seq: int, pages: Sequence[KeptPage]) -> None:
    """Write that a query kept pages, the first of them as its page `seq`."""
    rows = [
        {
            "query_id": query_id,
            "seq": seq + offset,
            "at": page.at,
            "cursor": page.cursor,
            "evidence_id": page.evidence_id,
            "items": page.items,
        }
        for offset, page in enumerate(pages)
    ]
    if rows:
        session.execute(insert(tables.table_of(tables.QueryCursor)), rows)


def of_query(session: Session, query_id: int) -> tuple[KeptPage, ...]:
    """Return the pages of a query in the order in which they came."""
    cursor = tables.QueryCursor
    rows = session.execute(
        select(cursor).where(col(cursor.query_id) == query_id).order_by(col(cursor.seq))
    ).scalars()
    return tuple(KeptPage(row.at, row.cursor, row.evidence_id, row.items) for row in rows)


def last_like(session: Session, source: str, digest: str) -> Earlier | None:
    """Return the last live query of the same source and scope that was put, or `None`; imports of files are none."""
    query, outcome = tables.table_of(tables.Query).c, tables.table_of(tables.QueryOutcome).c
    row = session.execute(
        select(query.id, query.started_at, query.observed_at, outcome.outcome)
        .select_from(
            tables.table_of(tables.Query).outerjoin(
                tables.table_of(tables.QueryOutcome), query.id == outcome.query_id
            )
        )
        .where(query.source == source, query.digest == digest, query.evidence_id.is_(None))
        .where(func.coalesce(outcome.outcome, "") != "not_asked")
        .order_by(query.id.desc())
        .limit(1)
    ).first()
    if row is None:
        return None
    query_id, started_at, observed_at, how = row
    return Earlier(query_id, started_at, observed_at, how, of_query(session, query_id))


def was_written(session: Session, query_id: int) -> bool:
    """Say whether a part of what a query brought was written already."""
    batch = tables.QueryBatch
    found = session.execute(select(col(batch.seq)).where(col(batch.query_id) == query_id).limit(1)).first()
    return found is not None
