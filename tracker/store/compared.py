"""Questions to the record that compare two looks: what differs, what was known before, what was told.

Each docstring lists what is returned. Nothing here loads a whole listing: a look may hold a million ads.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import chain, islice
from operator import itemgetter
from typing import Any

from sqlalchemy import and_, bindparam, exists, func, or_, select
from sqlmodel import Session, col

from tracker.store import prepared, tables
from tracker.store.writes import among, in_chunks

_SNAPSHOT, _AD, _SIGHTING = tables.AdSnapshot, tables.Ad, tables.Sighting
_LISTING = tables.table_of(tables.Listing)
_LATER = (
    select(_LISTING.c.id)
    .where(_LISTING.c.series == bindparam("series"), _LISTING.c.observed_at > bindparam("at"))
    .where(_LISTING.c.outcome == "rows")
    .limit(1)
)
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
    return prepared.run(session, _LATER, {"series": series, "at": observed_at}).first() is not None


def differing(session: Session, before_id: int, after_id: int, *, size: int) -> Iterator[list[Pair]]:
    """Yield, `size` at a time, the ads that two listings of a series do not show alike; in a page by ad id.

    First come those that the later one shows otherwise or alone, then those that it lacks. What is asked of the record
    begins after the last snapshot of the page before: nothing holds or sorts a whole listing.
    """
    pairs = chain(
        _shown_otherwise(session, before_id, after_id, size), _lacking(session, before_id, after_id, size)
    )
    while page := sorted(islice(pairs, size), key=itemgetter(0)):
        yield page


def _shown_otherwise(session: Session, before_id: int, after_id: int, size: int) -> Iterator[Pair]:
    for page in _pages(session, after_id, before_id, size):
        yield from ((ad_id, before, number) for number, ad_id, before in page)


def _lacking(session: Session, before_id: int, after_id: int, size: int) -> Iterator[Pair]:
    for page in _pages(session, before_id, after_id, size):
        yield from ((ad_id, number, None) for number, ad_id, after in page if after is None)


def _pages(session: Session, listing_id: int, other_id: int, size: int) -> Iterator[list[Any]]:
    """Yield what a listing shows and another does not: snapshot, ad, and the ad's latest snapshot in the other one.

    Of an ad that a listing shows twice only the latest snapshot counts.
    """
    mine = tables.table_of(_SIGHTING)
    other, snapshot = mine.alias(), tables.table_of(_SNAPSHOT)
    shown_there = exists().where(other.c.listing_id == other_id, other.c.item == mine.c.item)
    asked = (
        select(mine.c.item, snapshot.c.ad_id, _latest_in(other_id))
        .join_from(mine, snapshot, snapshot.c.id == mine.c.item)
        .where(mine.c.listing_id == listing_id, ~shown_there, _latest_in(listing_id) == mine.c.item)
        .order_by(mine.c.item)
        .limit(size)
    )
    page = session.execute(asked).all()
    while page:
        yield list(page)
        if len(page) < size:
            return
        page = session.execute(asked.where(mine.c.item > page[-1][0])).all()


def _latest_in(listing_id: int) -> Any:
    """Return the latest snapshot of the ad in question that a listing shows."""
    snapshot, seen = tables.table_of(_SNAPSHOT), tables.table_of(_SIGHTING).alias()
    one = snapshot.alias()
    shown = exists().where(seen.c.listing_id == listing_id, seen.c.item == one.c.id)
    return (
        select(func.max(one.c.id)).where(one.c.ad_id == snapshot.c.ad_id, shown).correlate(snapshot)
    ).scalar_subquery()


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


def _seen_whole(before: datetime | None, but_for: int) -> Any:
    """Say of a snapshot, joined with its listing, that a whole look other than `but_for` had shown it up to a time.

    What only a look shows that was not answered to its end is told by the next whole one.
    """
    own, further = tables.Listing, tables.Listing.__table__.alias()  # type: ignore[attr-defined]
    again = _SIGHTING.__table__.alias()  # type: ignore[attr-defined]
    in_time = [further.c.observed_at <= before] if before is not None else []
    shown_again = exists().where(
        again.c.item == col(_SNAPSHOT.id),
        again.c.listing_id == further.c.id,
        further.c.series == col(own.series),
        further.c.outcome == "rows",
        further.c.id != but_for,
        *in_time,
    )
    return and_(
        col(_SNAPSHOT.listing_id) != but_for,
        *([col(_SNAPSHOT.observed_at) <= before] if before is not None else []),
        or_(col(own.outcome) == "rows", shown_again),
    )


Known = tuple[dict[str, int], dict[tuple[str, str, str], int], dict[str, int]]


def known_before(session: Session, account_id: int | None, before: datetime | None, *, but_for: int) -> Known:
    """Return what an account's ads had shown: payers, criteria, beneficiaries, each with its latest snapshot.

    What came after `before`, where it is given, and what only the listing `but_for` shows is left out.
    """
    snapshot, own, item = _SNAPSHOT, tables.Listing, tables.TargetingItem

    def latest_of(column: Any) -> Any:
        return (
            select(column, func.max(col(snapshot.id)).label("latest"))
            .join(_AD, col(_AD.id) == col(snapshot.ad_id))
            .join(own, col(own.id) == col(snapshot.listing_id))
            .where(col(_AD.account_id) == account_id, _seen_whole(before, but_for), column.is_not(None))
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
    """Return which of these ads some whole look other than `but_for` had shown up to a time."""
    snapshot, listing = _SNAPSHOT, tables.Listing
    known = (
        select(col(snapshot.ad_id))
        .join(listing, col(listing.id) == col(snapshot.listing_id))
        .where(among(session, col(snapshot.ad_id), ad_ids), _seen_whole(before, but_for))
    )
    return set(session.execute(known).scalars())


def last_listed(session: Session, ad_ids: Sequence[int], series: str, before: datetime) -> dict[int, int]:
    """Return the latest snapshot of each ad that a series had shown before a time, by ad id."""
    snapshot, listing = _SNAPSHOT, tables.Listing
    rows = session.execute(
        select(col(snapshot.ad_id), col(snapshot.id))
        .join(listing, col(listing.id) == col(snapshot.listing_id))
        .where(
            among(session, col(snapshot.ad_id), ad_ids),
            col(listing.series) == series,
            col(listing.outcome) == "rows",
            col(snapshot.observed_at) < before,
        )
        .order_by(col(snapshot.observed_at), col(snapshot.id))
    )
    return {ad_id: number for ad_id, number in rows}  # noqa: C416, a Result has keys()


def accounts_in(session: Session, listing_id: int, *, but_for: int | None) -> set[int]:
    """Return the accounts whose ads a listing shows; only for what the listing `but_for`, if given, does not show."""
    mine, other = tables.table_of(_SIGHTING), tables.table_of(_SIGHTING).alias()
    asked = (
        select(col(_AD.account_id))
        .distinct()
        .join_from(mine, _SNAPSHOT, col(_SNAPSHOT.id) == mine.c.item)
        .join(_AD, col(_AD.id) == col(_SNAPSHOT.ad_id))
        .where(mine.c.listing_id == listing_id, col(_AD.account_id).is_not(None))
    )
    if but_for is not None:
        asked = asked.where(~exists().where(other.c.listing_id == but_for, other.c.item == mine.c.item))
    return {account for account in session.execute(asked).scalars() if account is not None}


def shown_first(session: Session, listing_id: int, account_id: int) -> int:
    """Return the snapshot of an account's ad in a listing that was shown first."""
    asked = (
        select(col(_SNAPSHOT.id))
        .join(_SIGHTING, col(_SIGHTING.item) == col(_SNAPSHOT.id))
        .join(_AD, col(_AD.id) == col(_SNAPSHOT.ad_id))
        .where(col(_SIGHTING.listing_id) == listing_id, col(_AD.account_id) == account_id)
        .order_by(col(_SNAPSHOT.first_shown).asc().nulls_last(), col(_SNAPSHOT.id))
        .limit(1)
    )
    return int(session.execute(asked).scalar_one() or 0)


def snapshots_with_names(session: Session, listing_id: int, account_ids: Sequence[int]) -> list[int]:
    """Return, for each payer and beneficiary of these accounts in a listing, the snapshot of the ad shown first."""
    found: set[int] = set()
    for name in (_SNAPSHOT.payer, _SNAPSHOT.beneficiary):
        ranked = (
            select(
                col(_SNAPSHOT.id).label("id"),
                func.row_number()
                .over(
                    partition_by=(col(_AD.account_id), col(name)),
                    order_by=(col(_SNAPSHOT.first_shown).asc().nulls_last(), col(_SNAPSHOT.id)),
                )
                .label("place"),
            )
            .join(_SIGHTING, col(_SIGHTING.item) == col(_SNAPSHOT.id))
            .join(_AD, col(_AD.id) == col(_SNAPSHOT.ad_id))
            .where(col(_SIGHTING.listing_id) == listing_id, col(name).is_not(None))
            .where(among(session, col(_AD.account_id), account_ids))
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
    """Return which accounts have ads that a whole look other than `but_for` showed, at any time."""
    listing, found = tables.Listing, set[int]()
    for chunk in in_chunks(account_ids):
        other = (
            select(col(_SNAPSHOT.id))
            .join(_AD, col(_AD.id) == col(_SNAPSHOT.ad_id))
            .join(listing, col(listing.id) == col(_SNAPSHOT.listing_id))
            .where(col(_AD.account_id) == col(tables.Account.id), _seen_whole(None, but_for))
            .correlate(tables.table_of(tables.Account))
            .exists()
        )
        accounts = select(col(tables.Account.id)).where(col(tables.Account.id).in_(chunk), other)
        found.update(session.execute(accounts).scalars())
    return found


def listing_about(session: Session, account_id: int, before: datetime, *, but_for: int) -> int:
    """Return the last listing about an account before a time; the listing itself when there is none."""
    listing = tables.Listing
    asked = (
        select(col(listing.id))
        .where(col(listing.account_id) == account_id, col(listing.observed_at) < before)
        .where(col(listing.outcome) != "not_asked")
        .order_by(col(listing.observed_at).desc(), col(listing.id).desc())
        .limit(1)
    )
    return session.execute(asked).scalar() or but_for
