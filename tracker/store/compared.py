"""Questions to the record that compare two looks: what differs, what was known before, what was told.

Each docstring lists what is returned. Nothing here loads a whole listing: a look may hold a million ads.
"""

from array import array
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, exists, func, literal, select, union_all
from sqlmodel import Session, col

from tracker.store import tables
from tracker.store.writes import in_chunks

_SNAPSHOT, _AD, _SIGHTING = tables.AdSnapshot, tables.Ad, tables.Sighting
Pair = tuple[int, int | None, int | None]
"""An ad id with its snapshot in the earlier and in the later look; `None` where a look did not show it."""


def listing_before(session: Session, series: str, observed_at: datetime) -> dict[str, Any] | None:
    """Return the last listing of a series with rows, before a time, of a query that ended with all its rows."""
    listing = tables.Listing
    row = session.execute(
        select(listing)
        .join(tables.QueryOutcome, col(tables.QueryOutcome.query_id) == col(listing.query_id))
        .where(
            col(listing.series) == series,
            col(listing.observed_at) < observed_at,
            col(listing.outcome) == "rows",
            col(tables.QueryOutcome.outcome) == "rows",
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


def differing(session: Session, before_id: int, after_id: int, *, size: int) -> Iterator[list[Pair]]:
    """Yield, `size` at a time and by ad id, the ads that two listings of a series do not show alike."""
    sides = union_all(_only_in(before_id, after_id, 0), _only_in(after_id, before_id, 1)).subquery()
    snapshot = _SNAPSHOT
    rows = session.execute(
        select(
            col(snapshot.ad_id),
            func.coalesce(func.max(col(snapshot.id)).filter(sides.c.side == 0), 0),
            func.coalesce(func.max(col(snapshot.id)).filter(sides.c.side == 1), 0),
        )
        .join(sides, sides.c.item == col(snapshot.id))
        .group_by(col(snapshot.ad_id))
        .order_by(col(snapshot.ad_id))
    )
    numbers = array("q")
    for row in rows:
        numbers.extend(row)
    for start in range(0, len(numbers), 3 * size):
        part = numbers[start : start + 3 * size]
        yield [
            (ad, before or None, after or None)
            for ad, before, after in zip(part[::3], part[1::3], part[2::3], strict=True)
        ]


def _only_in(listing_id: int, other_id: int, side: int) -> Any:
    one, other = _SIGHTING.__table__.alias(), _SIGHTING.__table__.alias()  # type: ignore[attr-defined]
    shown_there = exists().where(other.c.listing_id == other_id, other.c.item == one.c.item)
    return select(one.c.item, literal(side).label("side")).where(one.c.listing_id == listing_id, ~shown_there)


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


def _in_whole_look() -> Any:
    """Return the condition that a snapshot was not made by part of a look: what such a part showed is not known yet.

    A question that was throttled, refused or broken off ends in a listing that says so; a later one makes it whole.
    """
    part = tables.Listing
    return ~exists().where(
        col(part.id) == col(_SNAPSHOT.listing_id),
        col(part.outcome).not_in(("rows", "empty_confirmed", "empty_unverified")),
    )


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


Known = tuple[dict[str, int], dict[tuple[str, str, str], int], dict[str, int]]


def known_before(session: Session, account_id: int | None, before: datetime | None, *, but_for: int) -> Known:
    """Return what an account's ads had shown: payers, criteria, beneficiaries, each with its latest snapshot.

    What came after `before`, where it is given, and what the listing `but_for` was the first to show is left out.
    """
    snapshot, item = _SNAPSHOT, tables.TargetingItem
    mine = [col(_AD.account_id) == account_id, col(snapshot.listing_id) != but_for, _in_whole_look()]
    if before is not None:
        mine.append(col(snapshot.observed_at) <= before)

    def latest_of(column: Any) -> Any:
        return (
            select(column, func.max(col(snapshot.id)).label("latest"))
            .join(_AD, col(_AD.id) == col(snapshot.ad_id))
            .where(*mine, column.is_not(None))
            .group_by(column)
        )

    sets = latest_of(col(snapshot.targeting_set_id)).subquery()
    criterion = (col(item.kind), col(item.value), col(item.polarity))
    targets = session.execute(
        select(*criterion, func.max(sets.c.latest))
        .join(sets, sets.c.targeting_set_id == col(item.set_id))
        .group_by(*criterion)
    )
    payers, beneficiaries = (
        {name: at for name, at in session.execute(latest_of(col(column)))}  # noqa: C416, a Result has keys()
        for column in (snapshot.payer, snapshot.beneficiary)
    )
    return payers, {(kind, value, polarity): at for kind, value, polarity, at in targets}, beneficiaries


def ads_known_before(session: Session, ad_ids: Sequence[int], before: datetime, *, but_for: int) -> set[int]:
    """Return which of these ads some listing other than `but_for` had shown up to a time."""
    snapshot = _SNAPSHOT
    found: set[int] = set()
    for chunk in in_chunks(ad_ids):
        found.update(
            session.execute(
                select(col(snapshot.ad_id)).where(
                    col(snapshot.ad_id).in_(chunk),
                    col(snapshot.observed_at) <= before,
                    col(snapshot.listing_id) != but_for,
                    _in_whole_look(),
                )
            ).scalars()
        )
    return found


def last_listed(session: Session, ad_ids: Sequence[int], series: str, before: datetime) -> dict[int, int]:
    """Return the latest snapshot of each ad that a series had shown before a time, by ad id."""
    snapshot, listing, found = _SNAPSHOT, tables.Listing, dict[int, int]()
    for chunk in in_chunks(ad_ids):
        rows = session.execute(
            select(col(snapshot.ad_id), col(snapshot.id))
            .join(listing, col(listing.id) == col(snapshot.listing_id))
            .where(
                col(snapshot.ad_id).in_(chunk),
                col(listing.series) == series,
                col(listing.outcome) == "rows",
                col(snapshot.observed_at) < before,
            )
            .order_by(col(snapshot.observed_at), col(snapshot.id))
        )
        found.update({ad_id: number for ad_id, number in rows})  # noqa: C416, a Result has keys()
    return found


def shown_first(session: Session, listing_id: int) -> dict[int | None, tuple[int, int]]:
    """Return, by account, the snapshot of the ad in a listing that was shown first, and how many ads it holds."""
    snapshot = _SNAPSHOT
    ranked = (
        select(
            col(_AD.account_id).label("account_id"),
            col(snapshot.id).label("id"),
            func.row_number()
            .over(
                partition_by=col(_AD.account_id),
                order_by=(col(snapshot.first_shown).asc().nulls_last(), col(snapshot.id)),
            )
            .label("place"),
            func.count().over(partition_by=col(_AD.account_id)).label("ads"),
        )
        .join(_SIGHTING, col(_SIGHTING.item) == col(snapshot.id))
        .join(_AD, col(_AD.id) == col(snapshot.ad_id))
        .where(col(_SIGHTING.listing_id) == listing_id)
        .subquery()
    )
    rows = session.execute(select(ranked).where(ranked.c.place == 1))
    return {row.account_id: (row.id, row.ads) for row in rows}


def snapshots_with_names(session: Session, listing_id: int) -> list[int]:
    """Return, for each payer and beneficiary of each account in a listing, the snapshot of the ad shown first."""
    snapshot = _SNAPSHOT
    found: set[int] = set()
    for name in (snapshot.payer, snapshot.beneficiary):
        ranked = (
            select(
                col(snapshot.id).label("id"),
                func.row_number()
                .over(
                    partition_by=(col(_AD.account_id), col(name)),
                    order_by=(col(snapshot.first_shown).asc().nulls_last(), col(snapshot.id)),
                )
                .label("place"),
            )
            .join(_SIGHTING, col(_SIGHTING.item) == col(snapshot.id))
            .join(_AD, col(_AD.id) == col(snapshot.ad_id))
            .where(col(_SIGHTING.listing_id) == listing_id, col(name).is_not(None))
            .subquery()
        )
        found.update(session.execute(select(ranked.c.id).where(ranked.c.place == 1)).scalars())
    return sorted(found)


def tracked_before(session: Session, account_ids: Sequence[int], at: datetime) -> set[int]:
    """Return which accounts somebody had brought in, or were in the registry before a look of this time."""
    account, found = tables.Account, set[int]()
    for chunk in in_chunks(account_ids):
        found.update(
            session.execute(
                select(col(account.id)).where(
                    col(account.id).in_(chunk),
                    (col(account.added_at) < at)
                    | ((col(account.added_at) != at) & (col(account.status) != "unassessed")),
                )
            ).scalars()
        )
    return found


def with_other_ads(session: Session, account_ids: Sequence[int], *, but_for: int) -> set[int]:
    """Return which accounts have ads that a listing other than `but_for` was the first to show, at any time."""
    found = set[int]()
    for chunk in in_chunks(account_ids):
        other = exists().where(
            col(_AD.account_id) == col(tables.Account.id),
            col(_SNAPSHOT.ad_id) == col(_AD.id),
            col(_SNAPSHOT.listing_id) != but_for,
            _in_whole_look(),
        )
        found.update(
            session.execute(
                select(col(tables.Account.id)).where(col(tables.Account.id).in_(chunk), other)
            ).scalars()
        )
    return found


def listing_about(session: Session, account_id: int, before: datetime, *, but_for: int) -> int:
    """Return the last listing about an account before a time; the listing itself when there is none."""
    listing = tables.Listing
    asked = (
        select(col(listing.id))
        .where(col(listing.account_id) == account_id, col(listing.observed_at) < before)
        .order_by(col(listing.observed_at).desc(), col(listing.id).desc())
        .limit(1)
    )
    return session.execute(asked).scalar() or but_for
