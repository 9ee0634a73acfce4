"""Snapshots of ads as they are compared: their values, their numbers, their criteria."""

from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Row, select
from sqlmodel import Session, col

from tracker.store import tables
from tracker.store.writes import in_chunks

_SNAPSHOT, _AD = tables.AdSnapshot, tables.Ad


def details_of(
    session: Session, snapshot_ids: Sequence[int], *, criteria_of: Collection[int] | None = None
) -> dict[int, dict[str, Any]]:
    """Return snapshots by id: their columns, `account_id` and `key` of the ad, `metrics`, `spend`, `targets`.

    The criteria are read for the snapshots `criteria_of`, else for all; the others have none.
    """
    found: dict[int, dict[str, Any]] = {}
    numbers: defaultdict[int, list[Row[Any]]] = defaultdict(list)
    metric = tables.AdMetric
    columns = [
        *(column for column in tables.table_of(_SNAPSHOT).columns if column.name not in ("extra", "digest")),
        col(_AD.account_id),
        col(_AD.key),
    ]
    for chunk in in_chunks(snapshot_ids):
        rows = session.execute(
            select(*columns)
            .join(_AD, col(_AD.id) == col(_SNAPSHOT.ad_id))
            .where(col(_SNAPSHOT.id).in_(chunk))
        )
        found.update((row["id"], dict(row)) for row in rows.mappings())
        whole = select(
            col(metric.snapshot_id), col(metric.name), col(metric.country), col(metric.as_published),
            col(metric.lower), col(metric.upper), col(metric.unit),
        ).where(col(metric.snapshot_id).in_(chunk), col(metric.segment) == "")  # fmt: skip
        for row in session.execute(whole):
            numbers[row[0]].append(row)
    wanted = found.keys() if criteria_of is None else found.keys() & set(criteria_of)
    targets = _criteria(session, {found[number]["targeting_set_id"] for number in wanted})
    for number, values in found.items():
        values["metrics"] = _compared(numbers[number])
        values["spend"] = _spend(numbers[number])
        values["targets"] = targets[values["targeting_set_id"]] if number in wanted else frozenset()
    return found


def set_of(session: Session, snapshot_ids: Sequence[int]) -> dict[int, int]:
    """Return the targeting set of each snapshot."""
    found: dict[int, int] = {}
    for chunk in in_chunks(snapshot_ids):
        rows = session.execute(
            select(col(_SNAPSHOT.id), col(_SNAPSHOT.targeting_set_id)).where(col(_SNAPSHOT.id).in_(chunk))
        )
        found.update({number: set_id for number, set_id in rows})  # noqa: C416, a Result has keys()
    return found


def _criteria(session: Session, set_ids: set[int]) -> defaultdict[int, frozenset[tuple[str, str, str]]]:
    item, found = tables.TargetingItem, defaultdict[int, list[tuple[str, str, str]]](list)
    for chunk in in_chunks(sorted(set_ids)):
        rows = session.execute(
            select(col(item.set_id), col(item.kind), col(item.value), col(item.polarity)).where(
                col(item.set_id).in_(chunk)
            )
        )
        for set_id, kind, value, polarity in rows:
            found[set_id].append((kind, value, polarity))
    return defaultdict(frozenset, {set_id: frozenset(items) for set_id, items in found.items()})


def _compared(numbers: Sequence[Row[Any]]) -> dict[str, str]:
    """Return the numbers that are compared between two looks: by name, and by country where there are several.

    What was delivered to a part of the people is kept and not compared: it moves with every look.
    """
    several = {name for name, count in Counter(row.name for row in numbers).items() if count > 1}
    return {
        f"{row.name} in {row.country}" if row.name in several and row.country else row.name: row.as_published
        for row in numbers
    }


def _spend(numbers: Sequence[Row[Any]]) -> tuple[float | None, float | None, str] | None:
    """Return the spend as lower and upper bound and unit: the total that is stated, else the only one there is."""
    found = [row for row in numbers if row.name == "spend"]
    row = next((one for one in found if not one.country), found[0] if len(found) == 1 else None)
    return None if row is None else (row.lower, row.upper, row.unit)
