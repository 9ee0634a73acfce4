"""How far a query that asks page by page came: what was kept of it, and where a later run goes on."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, func, select
from sqlmodel import Session

from tracker.domain import Outcome
from tracker.store import prepared, tables

END = ""
"""The cursor after a page that leads nowhere."""
_BATCH, _CURSOR = tables.table_of(tables.QueryBatch), tables.table_of(tables.QueryCursor)
_QUERY, _OUTCOME = tables.table_of(tables.Query), tables.table_of(tables.QueryOutcome)
_PAGES = (
    select(_CURSOR.c.at, _CURSOR.c.cursor, _CURSOR.c.evidence_id, _CURSOR.c["items"], _CURSOR.c.fetch_id)
    .where(_CURSOR.c.query_id == bindparam("number"))
    .order_by(_CURSOR.c.seq)
)
_LAST_LIKE = (
    select(_QUERY.c.id, _QUERY.c.started_at, _QUERY.c.observed_at, _OUTCOME.c.outcome)
    .outerjoin_from(_QUERY, _OUTCOME, _QUERY.c.id == _OUTCOME.c.query_id)
    .where(_QUERY.c.source == bindparam("source"), _QUERY.c.digest == bindparam("digest"))
    .where(_QUERY.c.evidence_id.is_(None), func.coalesce(_OUTCOME.c.outcome, "") != "not_asked")
    .order_by(_QUERY.c.id.desc())
    .limit(1)
)
_FIRST_BATCH = select(_BATCH.c.seq).where(_BATCH.c.query_id == bindparam("number")).limit(1)


@dataclass(frozen=True, slots=True)
class KeptPage:
    """A page that was kept: the cursor after it (`END` when none follows), its evidence, and how many items it held.

    `fetch_id` names the row of the ledger that says how the answer came; older pages have none. Without evidence it is a
    place to go on from, such as the number of an export that is still being made.
    """

    at: datetime
    cursor: str
    evidence_id: int | None
    items: int
    fetch_id: int | None = None


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
            "fetch_id": page.fetch_id,
        }
        for offset, page in enumerate(pages)
    ]
    if rows:
        prepared.add(session, _CURSOR, rows)


def of_query(session: Session, query_id: int) -> tuple[KeptPage, ...]:
    """Return the pages of a query in the order in which they came."""
    return tuple(KeptPage(*row) for row in prepared.run(session, _PAGES, {"number": query_id}))


def last_like(session: Session, source: str, digest: str) -> Earlier | None:
    """Return the last live query of the same source and scope that was put, or `None`; imports of files are none."""
    row = prepared.run(session, _LAST_LIKE, {"source": source, "digest": digest}).first()
    if row is None:
        return None
    query_id, started_at, observed_at, how = row
    return Earlier(query_id, started_at, observed_at, how, of_query(session, query_id))


def was_written(session: Session, query_id: int) -> bool:
    """Say whether a part of what a query brought was written already."""
    return prepared.run(session, _FIRST_BATCH, {"number": query_id}).first() is not None
