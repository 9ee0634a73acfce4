"""Questions to the record about what was collected; each docstring lists what is returned."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlmodel import Session, col

from tracker.store import tables
from tracker.store.writes import Counts, in_chunks


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


def progress_of(session: Session, query_id: int) -> tuple[int, int, Counts, int]:
    """Return what an interrupted query had written: next batch, records behind it, counts, quarantined."""
    batches = session.execute(
        select(tables.QueryBatch)
        .where(col(tables.QueryBatch.query_id) == query_id)
        .order_by(col(tables.QueryBatch.seq))
    ).scalars()
    seq, records, counts, quarantined = 0, 0, Counts(), 0
    for batch in batches:
        seq, records = batch.seq + 1, batch.records
        counts += Counts(batch.new, batch.changed, batch.unchanged)
        quarantined += batch.quarantined
    return seq, records, counts, quarantined


def listings_of(session: Session, query_id: int) -> list[dict[str, Any]]:
    """Return the listings of a query as dicts of the table's columns."""
    rows = session.execute(select(tables.Listing).where(col(tables.Listing.query_id) == query_id)).scalars()
    return [row.model_dump() for row in rows]


def listing_before(session: Session, series: str, observed_at: datetime) -> dict[str, Any] | None:
    """Return the last listing of a series with rows, before a time, of a finished query."""
    listing = tables.Listing
    row = session.execute(
        select(listing)
        .join(tables.QueryOutcome, col(tables.QueryOutcome.query_id) == col(listing.query_id))
        .where(
            col(listing.series) == series,
            col(listing.observed_at) < observed_at,
            col(listing.outcome) == "rows",
        )
        .order_by(col(listing.observed_at).desc(), col(listing.id).desc())
        .limit(1)
    ).scalar()
    return None if row is None else row.model_dump()


def has_later_listing(session: Session, series: str, observed_at: datetime) -> bool:
    """Say whether a series was looked at after a time already."""
    listing = tables.Listing
    later = select(func.count(col(listing.id))).where(
        col(listing.series) == series,
        col(listing.observed_at) > observed_at,
        col(listing.outcome) == "rows",
    )
    return bool(session.execute(later).scalar_one())


def ads_matching(
    session: Session, source: str, account_id: int | None, matches: Sequence[str]
) -> dict[str, list[dict[str, Any]]]:
    """Return the known ads under each match: `key` and the columns, `metrics` and `targets` of the latest snapshot."""
    ad, snapshot = tables.Ad, tables.AdSnapshot
    found: dict[str, dict[str, tuple[Any, Any]]] = defaultdict(dict)
    for chunk in in_chunks(list(dict.fromkeys(matches))):
        rows = session.execute(
            select(ad, snapshot)
            .join(snapshot, col(snapshot.ad_id) == col(ad.id))
            .where(col(ad.source) == source, col(ad.account_id) == account_id, col(ad.match).in_(chunk))
            .order_by(col(snapshot.observed_at), col(snapshot.id))
        )
        for known, latest in rows:
            found[known.match][known.key] = (known, latest)
    details = _details(session, [latest for group in found.values() for _, latest in group.values()])
    return {
        match: [{"key": key, **details[latest.id]} for key, (_, latest) in sorted(group.items())]
        for match, group in found.items()
    }


def listing_ads(session: Session, listing_id: int) -> dict[int, dict[str, Any]]:
    """Return the ads that a listing showed, by ad id: `account_id`, `key`, the snapshot's columns, metrics, targets."""
    snapshot, ad, sighting = tables.AdSnapshot, tables.Ad, tables.Sighting
    rows = session.execute(
        select(snapshot, col(ad.account_id), col(ad.key))
        .join(sighting, col(sighting.item) == col(snapshot.id))
        .join(ad, col(ad.id) == col(snapshot.ad_id))
        .where(col(sighting.listing_id) == listing_id)
    ).all()
    details = _details(session, [row[0] for row in rows])
    return {
        shown.ad_id: {**details[shown.id], "account_id": account_id, "key": key}
        for shown, account_id, key in rows
    }


def _details(session: Session, snapshots: Sequence[tables.AdSnapshot]) -> dict[int, dict[str, Any]]:
    numbers: defaultdict[int, list[tables.AdMetric]] = defaultdict(list)
    targets: dict[int, set[tuple[str, str, str]]] = defaultdict(set)
    metric, item = tables.AdMetric, tables.TargetingItem
    for chunk in in_chunks([snapshot.id for snapshot in snapshots]):
        whole = select(metric).where(col(metric.snapshot_id).in_(chunk), col(metric.segment) == "")
        for row in session.execute(whole).scalars():
            numbers[row.snapshot_id].append(row)
    for chunk in in_chunks(sorted({snapshot.targeting_set_id for snapshot in snapshots})):
        for criterion in session.execute(select(item).where(col(item.set_id).in_(chunk))).scalars():
            targets[criterion.set_id].add((criterion.kind, criterion.value, criterion.polarity))
    return {
        snapshot.id: {
            **snapshot.model_dump(),
            "metrics": _compared(numbers[snapshot.id]),
            "targets": frozenset(targets[snapshot.targeting_set_id]),
        }
        for snapshot in snapshots
    }


def _compared(numbers: Sequence[tables.AdMetric]) -> dict[str, str]:
    """Return the numbers that are compared between two looks: by name, and by country where there are several.

    What was delivered to a part of the people is kept and not compared: it moves with every look.
    """
    several = {name for name, count in Counter(row.name for row in numbers).items() if count > 1}
    return {
        f"{row.name} in {row.country}" if row.name in several and row.country else row.name: row.as_published
        for row in numbers
    }


def changes_told(session: Session, series: str, at: datetime) -> set[tuple[str | None, ...]]:
    """Return the changes that looks at a series of this very time have shown: type, subject, field, before, after."""
    change, listing = tables.Change, tables.Listing
    rows = session.execute(
        select(
            col(change.type), col(change.subject), col(change.field), col(change.before), col(change.after)
        )
        .join(listing, col(listing.query_id) == col(change.query_id))
        .where(col(listing.series) == series, col(listing.observed_at) == at, col(change.at) == at)
    )
    return {tuple(row) for row in rows}


def known_before(
    session: Session, account_id: int | None, before: datetime, *, but_for: int
) -> tuple[dict[str, int], dict[tuple[str, str, str], int]]:
    """Return what ads of an account had shown up to a time: payers and criteria, each with its latest snapshot.

    What the listing `but_for` was the first to show is left out.
    """
    snapshot, ad, item = tables.AdSnapshot, tables.Ad, tables.TargetingItem
    mine = (
        col(ad.account_id) == account_id,
        col(snapshot.observed_at) <= before,
        col(snapshot.listing_id) != but_for,
    )
    payers = session.execute(
        select(col(snapshot.payer), func.max(col(snapshot.id)))
        .join(ad, col(ad.id) == col(snapshot.ad_id))
        .where(*mine, col(snapshot.payer).is_not(None))
        .group_by(col(snapshot.payer))
    )
    targets = session.execute(
        select(col(item.kind), col(item.value), col(item.polarity), func.max(col(snapshot.id)))
        .join(snapshot, col(snapshot.targeting_set_id) == col(item.set_id))
        .join(ad, col(ad.id) == col(snapshot.ad_id))
        .where(*mine)
        .group_by(col(item.kind), col(item.value), col(item.polarity))
    )
    return (
        {payer: at for payer, at in payers if payer is not None},
        {(kind, value, polarity): at for kind, value, polarity, at in targets},
    )


def ads_known_before(session: Session, ad_ids: Sequence[int], before: datetime, *, but_for: int) -> set[int]:
    """Return which of these ads some listing other than `but_for` had shown up to a time."""
    snapshot = tables.AdSnapshot
    found: set[int] = set()
    for chunk in in_chunks(ad_ids):
        found.update(
            session.execute(
                select(col(snapshot.ad_id)).where(
                    col(snapshot.ad_id).in_(chunk),
                    col(snapshot.observed_at) <= before,
                    col(snapshot.listing_id) != but_for,
                )
            ).scalars()
        )
    return found
