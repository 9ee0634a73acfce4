"""Questions to the record about what was collected; each docstring lists what is returned."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import bindparam, func, select
from sqlmodel import Session, col

from tracker.store import prepared, tables
from tracker.store.adviews import details_of
from tracker.store.tables import table_of
from tracker.store.writes import Counts, among

_CHANGE, _LISTING = table_of(tables.Change), table_of(tables.Listing)
_LISTINGS = select(_LISTING).where(_LISTING.c.query_id == bindparam("number"))
_TOLD = select(func.count()).where(_CHANGE.c.query_id == bindparam("number"))


def meta(session: Session, key: str) -> str | None:
    """Return a fact about this store, such as its `notice`."""
    return session.execute(select(col(tables.Meta.value)).where(col(tables.Meta.key) == key)).scalar()


def finished_like(session: Session, source: str, digest: str, evidence_id: int) -> dict[str, Any] | None:
    """Return the first finished query that read the same bytes in the same scope: `query_id`, `outcome`, `read`, …"""
    outcome = tables.QueryOutcome
    row = session.execute(
        select(outcome)
        .join(tables.Query, col(tables.Query.id) == col(outcome.query_id))
        .where(
            col(tables.Query.source) == source,
            col(tables.Query.digest) == digest,
            col(tables.Query.evidence_id) == evidence_id,
            col(outcome.outcome).in_(("rows", "empty_confirmed", "empty_unverified")),
        )
        .order_by(col(tables.Query.id))
        .limit(1)
    ).scalar()
    return None if row is None else row.model_dump()


def interrupted_like(session: Session, source: str, digest: str, evidence_id: int) -> int | None:
    """Return the id of a query over the same bytes and scope that never got an outcome."""
    query, outcome = tables.Query, tables.QueryOutcome
    return session.execute(
        select(col(query.id))
        .outerjoin(outcome, col(query.id) == col(outcome.query_id))
        .where(
            col(query.source) == source,
            col(query.digest) == digest,
            col(query.evidence_id) == evidence_id,
            col(outcome.query_id).is_(None),
        )
        .order_by(col(query.id).desc())
        .limit(1)
    ).scalar()


def version_of(session: Session, query_id: int) -> str:
    """Return the version of the parsers that began a query."""
    asked = select(col(tables.Query.tool_version)).where(col(tables.Query.id) == query_id)
    return str(session.execute(asked).scalar_one())


def progress_of(session: Session, query_id: int) -> tuple[int, int, Counts, int]:
    """Return what an interrupted query had written: next batch, records behind it, counts, quarantined.

    Where the records go back, it was gone through again from its beginning, and counts from there.
    """
    batches = session.execute(
        select(tables.QueryBatch)
        .where(col(tables.QueryBatch.query_id) == query_id)
        .order_by(col(tables.QueryBatch.seq))
    ).scalars()
    seq, records, counts, quarantined = 0, 0, Counts(), 0
    for batch in batches:
        if batch.records <= records:
            counts, quarantined = Counts(), 0
        seq, records = batch.seq + 1, batch.records
        counts += Counts(batch.new, batch.changed, batch.unchanged)
        quarantined += batch.quarantined
    return seq, records, counts, quarantined


def listings_of(session: Session, query_id: int) -> list[dict[str, Any]]:
    """Return the listings of a query as dicts of the table's columns."""
    rows = prepared.run(session, _LISTINGS, {"number": query_id}).mappings()
    return [dict(row) for row in rows]


def changes_told(session: Session, query_id: int) -> int:
    """Return how many changes a query brought to light: of ads, of posts and of profiles."""
    return int(prepared.run(session, _TOLD, {"number": query_id}).scalar_one())


def keys_matching(
    session: Session, source: str, account_id: int | None, matches: Sequence[str]
) -> dict[str, list[str]]:
    """Return the keys of the known ads under each match, in their order.

    Only the match is looked up: SQLite would take a condition on the source or the account for the better one, and
    read a million ads for it.
    """
    ad, found = tables.Ad, defaultdict[str, list[str]](list)
    rows = session.execute(
        select(col(ad.match), col(ad.key), col(ad.source), col(ad.account_id))
        .where(among(session, col(ad.match), set(matches)))
        .order_by(col(ad.match), col(ad.key))
    )
    for match, key, *whose in rows:
        if whose == [source, account_id]:
            found[match].append(key)
    return dict(found)


def ads_matching(
    session: Session, source: str, account_id: int | None, matches: Sequence[str]
) -> dict[str, list[dict[str, Any]]]:
    """Return the known ads under each match: `key` and the columns, `metrics` and `targets` of the latest snapshot."""
    if not matches:
        return {}
    ad, snapshot = tables.Ad, tables.AdSnapshot
    found: dict[str, dict[str, tuple[Any, Any]]] = defaultdict(dict)
    rows = session.execute(
        select(ad, snapshot)
        .join(snapshot, col(snapshot.ad_id) == col(ad.id))
        .where(among(session, col(ad.match), set(matches)))
        .order_by(col(snapshot.observed_at), col(snapshot.id))
    )
    for known, latest in rows:
        if (known.source, known.account_id) == (source, account_id):
            found[known.match][known.key] = (known, latest)
    details = details_of(session, [latest.id for group in found.values() for _, latest in group.values()])
    return {
        match: [{"key": key, **details[latest.id]} for key, (_, latest) in sorted(group.items())]
        for match, group in found.items()
    }
