"""Finds the look to compare with, and turns rows of the record into what `diffing` and `matching` understand."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlmodel import Session

from tracker.collect import diffing
from tracker.collect.matching import Candidate
from tracker.domain import COMPARED_FIELDS, Change
from tracker.store import reads


def of_query(session: Session, listings: Sequence[Mapping[str, Any]]) -> tuple[list[Change], bool]:
    """Return the changes that a query's listings of ads show, and whether a later look was there already.

    The first look at a series is the baseline: it changes nothing. A look that comes in late is not compared.
    """
    found: list[Change] = []
    late = False
    for listing in listings:
        if listing["outcome"] != "rows" or listing["account_id"] is None:
            continue
        if reads.has_later_listing(session, listing["series"], listing["observed_at"]):
            late = True
            continue
        before = reads.listing_before(session, listing["series"], listing["observed_at"])
        if before is not None:
            told = reads.changes_told(session, listing["series"], listing["observed_at"])
            found += [change for change in _between(session, before, listing) if _words(change) not in told]
    return found, late


def _between(session: Session, before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Change]:
    first, second = _look(session, before), _look(session, after)
    if not first.ads and not second.ads:
        return []
    accounts = {view.account_id for view in second.ads.values()}
    known = {
        account_id: diffing.KnownBefore(
            *reads.known_before(session, account_id, after["observed_at"], but_for=after["id"])
        )
        for account_id in accounts
    }
    known_ads = reads.ads_known_before(session, list(second.ads), after["observed_at"], but_for=after["id"])
    return diffing.compare(first, second, known, known_ads=known_ads)


def _words(change: Change) -> tuple[str | None, ...]:
    return change.type, change.subject, change.field, change.before, change.after


def _look(session: Session, listing: Mapping[str, Any]) -> diffing.Look:
    ads = {ad_id: _view(row) for ad_id, row in reads.listing_ads(session, listing["id"]).items()}
    return diffing.Look(
        listing["id"], listing["observed_at"], listing["covers_from"], listing["covers_to"], ads
    )


def _view(row: Mapping[str, Any]) -> diffing.AdView:
    return diffing.AdView(
        snapshot_id=row["id"],
        account_id=row["account_id"],
        subject=row["creative_url"] or row["landing_url"] or row["key"],
        values={name: None if row[name] is None else str(row[name]) for name in COMPARED_FIELDS},
        targets=row["targets"],
        metrics=row["metrics"],
        first_shown=row["first_shown"],
        last_shown=row["last_shown"],
    )


def candidate(row: Mapping[str, Any]) -> Candidate:
    """Return a known ad as `matching` compares it, from a row of `reads.ads_matching`."""
    return Candidate(
        row["key"],
        {**{name: row[name] for name in COMPARED_FIELDS}, **row["metrics"], "targets": row["targets"]},
    )
