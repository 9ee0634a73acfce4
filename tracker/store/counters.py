"""Counters of posts and profiles over time: a row whenever a value differs from the last one.

Functions take a session and never commit. A counter without a value is one that the platform hid.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Table, and_, func, select
from sqlmodel import Session

from tracker.domain import Count
from tracker.store import tables
from tracker.store.tables import table_of
from tracker.store.writes import in_chunks, insert_many, stored_times

Row = dict[str, Any]
LARGEST = (1 << 63) - 1
"""What a column holds; a larger number is kept in its words."""

CORRECTED_WITHIN = timedelta(milliseconds=1)
"""A counter that is read otherwise stands so soon after the one that it corrects: two rows cannot have one time."""

_POST, _PROFILE = table_of(tables.PostCount), table_of(tables.ProfileCount)


class Counted(NamedTuple):
    """What one answer counted of a post (`item` its id) or an account: when, and in which listing."""

    item: int
    listing_id: int
    at: datetime
    counts: tuple[Count, ...]


_Value = tuple[int | None, str | None]


def write_of_posts(session: Session, counted: Sequence[Counted]) -> None:
    """Write the counters of posts that differ from the last ones."""
    known = _latest(session, _POST, _POST.c.post_id, [one.item for one in counted])
    stored = stored_times(session)
    rows = [
        (one.item, count.name, stored(one.at), one.listing_id, *value_of(count))
        for one, count in _differing(counted, known)
    ]
    insert_many(session, tables.PostCount, rows)


def write_of_profiles(session: Session, source: str, counted: Sequence[Counted]) -> None:
    """Write the counters of profiles that differ from the last ones that the same source saw."""
    of_source = _PROFILE.c.source == source
    known = _latest(session, _PROFILE, _PROFILE.c.account_id, [one.item for one in counted], of_source)
    stored = stored_times(session)
    rows = [
        (one.item, source, count.name, stored(one.at), one.listing_id, *value_of(count))
        for one, count in _differing(counted, known)
    ]
    insert_many(session, tables.ProfileCount, rows)


def of_post(session: Session, post_id: int, until: datetime) -> list[Row]:
    """Return the counters of a post as they stood at a time: `name`, `value`, `as_published`, by name."""
    return _standing(session, _POST, _POST.c.post_id == post_id, until)


def of_profile(session: Session, account_ids: Sequence[int], source: str, until: datetime) -> list[Row]:
    """Return the counters of an account as a source saw them at a time, as `of_post` does."""
    mine = and_(_PROFILE.c.account_id.in_(account_ids), _PROFILE.c.source == source)
    return _standing(session, _PROFILE, mine, until)


def _standing(session: Session, table: Table, mine: ColumnElement[bool], until: datetime) -> list[Row]:
    rows = session.execute(
        select(table.c.name, table.c.value, table.c.as_published)
        .where(mine, table.c.observed_at < until + CORRECTED_WITHIN)
        .order_by(table.c.observed_at)
    ).mappings()
    found = {row["name"]: dict(row) for row in rows}
    return [found[name] for name in sorted(found)]


_Known = dict[tuple[int, str], tuple[datetime, _Value]]


def _latest(
    session: Session,
    table: Table,
    item: ColumnElement[int],
    items: Sequence[int],
    *where: ColumnElement[bool],
) -> _Known:
    """Return when each counter last differed and what it was then, by item and name."""
    found: _Known = {}
    for chunk in in_chunks(list(dict.fromkeys(items))):
        last = (
            select(item.label("item"), table.c.name, func.max(table.c.observed_at).label("at"))
            .where(item.in_(chunk), *where)
            .group_by(item, table.c.name)
            .subquery()
        )
        rows = session.execute(
            select(item, table.c.name, table.c.observed_at, table.c.value, table.c.as_published)
            .join(
                last, and_(item == last.c.item, table.c.name == last.c.name, table.c.observed_at == last.c.at)
            )
            .where(*where)
        )
        found.update({(number, name): (at, (value, words)) for number, name, at, value, words in rows})
    return found


def _differing(counted: Sequence[Counted], known: _Known) -> Iterator[tuple[Counted, Count]]:
    """Yield the counters that differ from the last; one that is seen late is kept as it is."""
    for one in counted:
        for count in one.counts:
            last = known.get((one.item, count.name))
            if last is not None and last[0] <= one.at and last[1] == value_of(count):
                continue
            yield one, count
            if last is None or last[0] <= one.at:
                known[one.item, count.name] = (one.at, value_of(count))


def value_of(count: Count) -> _Value:
    """Return a counter as it is kept."""
    if count.value is not None and abs(count.value) > LARGEST:
        return None, count.as_published or str(count.value)[:40]
    return count.value, count.as_published
