"""What was asked, when, and how it was answered: the ground under every count."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

import ibis
from ibis import _

from tracker.analysis import months

BEST_FIRST = (
    "rows", "empty_confirmed", "empty_unverified", "gone", "login_wall", "refused", "throttled", "error",
)  # fmt: skip
"""A day asked more than once has the first of these outcomes that any of its answers had."""

ANSWERED = frozenset({"rows", "empty_confirmed"})
"""The outcomes after which nothing found may be read as zero."""


def asked(listings: ibis.Table) -> ibis.Table:
    """Count answers by what they cover: `account_id`, `source`, `first_day`, `last_day`, `outcome`, `answers`."""
    keys = ["account_id", "source", "first_day", "last_day", "outcome"]
    return listings.group_by(keys).agg(answers=_.count()).order_by(keys)


def per_day(items: ibis.Table) -> ibis.Table:
    """Count items by `account_id`, `source` and `day`."""
    return items.group_by("account_id", "source", "day").agg(items=_.count())


def best(outcomes: Iterable[str]) -> str:
    """Return the best of the outcomes by `BEST_FIRST`; one that is not listed there is the worst."""
    rank = {outcome: place for place, outcome in enumerate(BEST_FIRST)}
    return min(outcomes, key=lambda outcome: (rank.get(outcome, len(rank)), outcome))


def answered_days(ranges: Iterable[Mapping[str, Any]]) -> frozenset[date]:
    """Return the days for which an answer came that can be read as zero when it shows nothing."""
    spans = {(row["first_day"], row["last_day"]) for row in ranges if row["outcome"] in ANSWERED}
    return frozenset(
        day
        for first, last in spans
        for day in months.days(date.fromisoformat(first), date.fromisoformat(last))
    )
