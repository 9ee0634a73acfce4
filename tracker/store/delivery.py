"""Reads what the lake does not mirror of an ad: its numbers by country and part of the people, and why it was removed."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlmodel import Session, col

from tracker.store import tables
from tracker.store.writes import in_chunks


def numbers_of(session: Session, snapshot_ids: Sequence[int]) -> dict[int, list[dict[str, Any]]]:
    """Return by snapshot: name, country, segment, lower, upper, unit, as_published; empty text is no country or segment."""
    metric, found = tables.AdMetric, defaultdict(list)
    columns = ("name", "country", "segment", "lower", "upper", "unit", "as_published")
    for chunk in in_chunks(list(snapshot_ids)):
        rows = session.execute(
            select(col(metric.snapshot_id), *(col(getattr(metric, name)) for name in columns))
            .where(col(metric.snapshot_id).in_(chunk))
            .order_by(col(metric.snapshot_id), col(metric.name), col(metric.country), col(metric.segment))
        )
        for number, *values in rows:
            found[int(number)].append(dict(zip(columns, values, strict=True)))
    return dict(found)


def removals_of(session: Session, snapshot_ids: Sequence[int]) -> dict[int, str]:
    """Return by snapshot why the ad was removed or restricted, as published."""
    snapshot, found = tables.AdSnapshot, {}
    for chunk in in_chunks(list(snapshot_ids)):
        rows = session.execute(
            select(col(snapshot.id), col(snapshot.removal)).where(
                col(snapshot.id).in_(chunk), col(snapshot.removal).is_not(None)
            )
        )
        found.update({int(number): str(words) for number, words in rows})
    return found
