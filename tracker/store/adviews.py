"""Snapshots of ads as they are compared: their values, their numbers, their criteria."""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import Row, select
from sqlmodel import Session

from tracker.domain import COMPARED_FIELDS
from tracker.store import tables
from tracker.store.tables import table_of
from tracker.store.writes import among

_SNAPSHOT, _AD = table_of(tables.AdSnapshot), table_of(tables.Ad)
_METRIC, _ITEM = table_of(tables.AdMetric), table_of(tables.TargetingItem)
_NAMES = (
    "id", "targeting_set_id", "creative_url", "first_shown", *COMPARED_FIELDS, "account_id", "key",
)  # fmt: skip
_COLUMNS = [(_AD if name in ("account_id", "key") else _SNAPSHOT).c[name] for name in _NAMES]
_NUMBERS = [
    _METRIC.c[name] for name in ("snapshot_id", "name", "country", "as_published", "lower", "upper", "unit")
]
_CRITERION = [_ITEM.c[name] for name in ("set_id", "kind", "value", "polarity")]


def details_of(
    session: Session,
    snapshot_ids: Collection[int],
    *,
    criteria_of: Collection[int] | None = None,
    numbers_of: Collection[int] | None = None,
) -> dict[int, dict[str, Any]]:
    """Return snapshots by id: what is compared of them, their days, `account_id` and `key` of the ad.

    Also `targets`, `metrics` and `spend`. The criteria are read for the snapshots `criteria_of`, the numbers for the
    snapshots `numbers_of`, else for all; the others have none.
    """
    asked = (
        select(*_COLUMNS)
        .join(_AD, _AD.c.id == _SNAPSHOT.c.ad_id)
        .where(among(session, _SNAPSHOT.c.id, snapshot_ids))
    )
    found = {row[0]: dict(zip(_NAMES, row, strict=True)) for row in session.execute(asked).all()}
    for values in found.values():
        values["targets"], values["metrics"], values["spend"] = frozenset(), {}, None
    add_criteria(session, found, found.keys() if criteria_of is None else criteria_of)
    _add_numbers(session, found, found.keys() if numbers_of is None else numbers_of)
    return found


def _add_numbers(
    session: Session, details: Mapping[int, dict[str, Any]], snapshot_ids: Collection[int]
) -> None:
    if not snapshot_ids:
        return
    whole = select(*_NUMBERS).where(
        among(session, _METRIC.c.snapshot_id, snapshot_ids), _METRIC.c.segment == ""
    )
    numbers: defaultdict[int, list[Row[Any]]] = defaultdict(list)
    for row in session.execute(whole).all():
        numbers[row[0]].append(row)
    for number, rows in numbers.items():
        details[number]["metrics"], details[number]["spend"] = _compared(rows), _spend(rows)


def add_criteria(
    session: Session, details: Mapping[int, dict[str, Any]], snapshot_ids: Collection[int]
) -> None:
    """Read the criteria of some of these snapshots and put them under `targets`."""
    if not snapshot_ids:
        return
    found: defaultdict[int, list[tuple[str, str, str]]] = defaultdict(list)
    sets = {details[number]["targeting_set_id"] for number in snapshot_ids}
    for set_id, *criterion in session.execute(
        select(*_CRITERION).where(among(session, _ITEM.c.set_id, sets))
    ):
        found[set_id].append(tuple(criterion))
    frozen = defaultdict(frozenset, {set_id: frozenset(items) for set_id, items in found.items()})
    for number in snapshot_ids:
        details[number]["targets"] = frozen[details[number]["targeting_set_id"]]


def _compared(numbers: Sequence[Row[Any]]) -> dict[str, str]:
    """Return the numbers that are compared between two looks: by name, and by country where there are several.

    What was delivered to a part of the people is kept and not compared: it moves with every look.
    """
    alone: dict[str, str] = {row.name: row.as_published for row in numbers}
    if len(alone) == len(numbers):
        return alone
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
