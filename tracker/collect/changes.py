"""Finds the look to compare with, and turns rows of the record into what `diffing` and `matching` understand."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

from sqlmodel import Session

from tracker.collect import diffing, firsts
from tracker.collect.matching import Candidate
from tracker.collect.views import AdView, KnownBefore, Look
from tracker.domain import COMPARED_FIELDS, Change
from tracker.store import adviews, compared, writes

AT_ONCE = 10_000
"""Differing ads that are held in memory at a time."""

Row = Mapping[str, Any]


def of_query(session: Session, query_id: int, listings: Sequence[Row]) -> bool:
    """Write the changes that a query's listings of ads show; return whether a later look was there.

    The first look at a series is the baseline: it tells no more than the first ad of an account, and payers that are
    new beside those in its other series. A look that comes in late is not compared.
    """
    late = False
    for listing in listings:
        if listing["outcome"] != "rows":
            continue
        if compared.has_later_listing(session, listing["series"], listing["observed_at"]):
            late = True
            continue
        told = compared.changes_told(session, listing["series"], listing["observed_at"])
        for part in _of_listing(session, listing):
            fresh = [change for change in part if not told or _words(change) not in told]
            writes.add_changes(session, query_id, fresh)
    return late


def _of_listing(session: Session, listing: Row) -> Iterator[list[Change]]:
    before = compared.listing_before(session, listing["series"], listing["observed_at"])
    yield _first_ads(session, before, listing)
    if before is None:
        yield _new_names(session, listing)
    else:
        yield from _between(session, before, listing)


def _between(session: Session, before: Row, after: Row) -> Iterator[list[Change]]:
    known: dict[int | None, KnownBefore] = {}
    for pairs in compared.differing(session, before["id"], after["id"], size=AT_ONCE):
        first, second = _looks(session, before, after, pairs)
        for account_id in {view.account_id for view in second.ads.values()} - known.keys():
            known[account_id] = KnownBefore(
                *compared.known_before(session, account_id, after["observed_at"], but_for=after["id"])
            )
        appeared = [ad_id for ad_id, was, _ in pairs if was is None]
        once = compared.last_listed(session, appeared, after["series"], before["observed_at"])
        former = _views(session, once.values(), criteria_of=())
        yield diffing.compare(
            first,
            second,
            known,
            known_ads=compared.ads_known_before(session, appeared, after["observed_at"], but_for=after["id"]),
            listed_once={ad_id: former[number] for ad_id, number in once.items()},
        )
        known = firsts.learnt(known, second)


def _looks(session: Session, before: Row, after: Row, pairs: Sequence[compared.Pair]) -> tuple[Look, Look]:
    """Return both looks, each with its ads among those that differ.

    Criteria and numbers stand where they can tell something: the numbers of the ads that both looks show.
    """
    numbers = [number for _, *pair in pairs for number in pair if number is not None]
    both = {number for _, *pair in pairs if None not in pair for number in pair if number is not None}
    details = adviews.details_of(session, numbers, criteria_of=(), numbers_of=both)
    adviews.add_criteria(session, details, _telling(details, pairs))
    was = {ad_id: _view(details[number]) for ad_id, number, _ in pairs if number is not None}
    now = {ad_id: _view(details[number]) for ad_id, _, number in pairs if number is not None}
    return _look(before, was), _look(after, now)


def _telling(details: Mapping[int, Row], pairs: Sequence[compared.Pair]) -> set[int]:
    """Return the snapshots whose criteria must be read: of ads that appeared, and of those that got other ones."""
    appeared = {now for _, was, now in pairs if was is None and now is not None}
    both = [(was, now) for _, was, now in pairs if was is not None and now is not None]
    sets = {number: row["targeting_set_id"] for number, row in details.items()}
    return appeared | {number for pair in both if sets[pair[0]] != sets[pair[1]] for number in pair}


def _first_ads(session: Session, before: Row | None, listing: Row) -> list[Change]:
    """Return that accounts which somebody tracks were seen to advertise, each when it has no other ads.

    An account whose ads the look before showed as well has others.
    """
    accounts = sorted(
        compared.accounts_in(session, listing["id"], but_for=None if before is None else before["id"])
    )
    tracked = compared.tracked_before(session, accounts, listing["observed_at"])
    fresh = sorted(tracked - compared.with_other_ads(session, sorted(tracked), but_for=listing["id"]))
    first = {account: compared.shown_first(session, listing["id"], account) for account in fresh}
    views = _views(session, first.values(), criteria_of=())
    look = _look(listing, {})
    return [
        firsts.first_ad(look, views[first[account]], _listing_before(session, account, listing))
        for account in fresh
    ]


def _new_names(session: Session, listing: Row) -> list[Change]:
    """Return the payers and beneficiaries that are new beside those that the accounts had in other series."""
    accounts = sorted(compared.accounts_in(session, listing["id"], but_for=None))
    elsewhere = sorted(compared.with_other_ads(session, accounts, but_for=listing["id"]))
    shown = compared.snapshots_with_names(session, listing["id"], elsewhere) if elsewhere else []
    views = _views(session, shown, criteria_of=())
    return [
        change
        for account in elsewhere
        for change in firsts.of_names(
            _look(listing, {number: view for number, view in views.items() if view.account_id == account}),
            {account: KnownBefore(*compared.known_before(session, account, None, but_for=listing["id"]))},
            _listing_before(session, account, listing),
            criteria=False,
        )
    ]


def _listing_before(session: Session, account: int, listing: Row) -> str:
    number = compared.listing_about(session, account, listing["observed_at"], but_for=listing["id"])
    return f"listing-{number}"


def _words(change: Change) -> tuple[str | None, ...]:
    return change.type, change.subject, change.field, change.before, change.after


def _look(listing: Row, ads: Mapping[int, AdView]) -> Look:
    return Look(listing["id"], listing["observed_at"], listing["covers_from"], listing["covers_to"], ads)


def _views(session: Session, numbers: Iterable[int], *, criteria_of: Collection[int]) -> dict[int, AdView]:
    rows = adviews.details_of(session, list(numbers), criteria_of=criteria_of, numbers_of=())
    return {number: _view(row) for number, row in rows.items()}


def _view(row: Row) -> AdView:
    return AdView(
        snapshot_id=row["id"],
        account_id=row["account_id"],
        subject=row["creative_url"] or row["landing_url"] or row["key"],
        values={name: None if row[name] is None else str(row[name]) for name in COMPARED_FIELDS},
        targets=row["targets"],
        metrics=row["metrics"],
        first_shown=row["first_shown"],
        last_shown=row["last_shown"],
        spend=row["spend"],
    )


def candidate(row: Row) -> Candidate:
    """Return a known ad as `matching` compares it, from a row of `reads.ads_matching`."""
    return Candidate(
        row["key"],
        {**{name: row[name] for name in COMPARED_FIELDS}, **row["metrics"], "targets": row["targets"]},
    )
