"""When an account stopped, and when we stopped seeing it: two things that look alike in a curve.

The null model of silence: posts of a day are gamma-Poisson (negative binomial) with the mean and the scatter of the
account's own last `BASELINE` days that we saw. A stretch of days without a post is a silence when chance gives one as
long with p <= `ALPHA` and it is longer than any in that baseline. Days that nobody answered for are no days at all: they
neither make a silence nor end one. Pure.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import exp, log
from statistics import fmean, pvariance

import ibis
from ibis import _

from tracker.analysis.coverage import ANSWERED, judged

BASELINE = 56
FEWEST_DAYS, FEWEST_POSTS = 14, 10
"""An account that we saw on fewer days, or of which we know fewer posts, has no rhythm to hold a silence against."""
ALPHA = 1e-4
BLIND_AFTER = 2
"""Days without any answer after which we say that we stopped seeing."""
ONE_DAY = timedelta(days=1)

Counts = Mapping[date, int]


@dataclass(frozen=True, slots=True)
class Silence:
    """A stretch without posts from `first`; `last` is its last day that we saw, `ended` whether posts came again.

    `days` are those that we saw; `expected` is how many posts the account's own rhythm gives for them.
    """

    first: date
    last: date
    days: int
    expected: float
    p: float
    ended: bool


@dataclass(frozen=True, slots=True)
class Blind:
    """A stretch of days on which no answer came: `put` are those on which somebody asked."""

    first: date
    last: date
    days: int
    put: int
    outcome: str | None
    ended: bool


def posts_by_day(posts: ibis.Table) -> ibis.Table:
    """Count posts by `account_id` and `day`; what has no day is left out."""
    return posts.filter(_.day.notnull()).group_by("account_id", "day").agg(posts=_.count())


def seen_spans(listings: ibis.Table) -> ibis.Table:
    """Return the days for which answers about posts stand: `account_id`, `first`, `last`.

    An answer of today covers today. A file covers the days that were stated for it, else from the first to the last
    post that it holds, for every account in it.
    """
    good = _of_posts(listings).filter(_.outcome.isin(tuple(ANSWERED)), _.account_id.notnull())
    whole = ibis.window(group_by="query_id")
    spanned = good.mutate(file_from=_.shown_from.min().over(whole), file_to=_.shown_to.max().over(whole))
    day = _.observed_at.date()
    live = _.evidence.isnull()
    return (
        spanned.mutate(
            first=ibis.coalesce(_.covers_from, ibis.ifelse(live, day, _.file_from)),
            last=ibis.coalesce(_.covers_to, ibis.ifelse(live, day, _.file_to)),
        )
        .filter(_["first"].notnull(), _["last"].notnull())
        .select("account_id", "first", "last")
        .distinct()
    )


def _of_posts(listings: ibis.Table) -> ibis.Table:
    """Leave out what showed a profile, which says nothing of posts."""
    return listings.filter(~_.series.endswith("|profile"))


def asked_live(listings: ibis.Table) -> ibis.Table:
    """Return how live questions of a day ended: `account_id`, `source`, `day`, `outcome`."""
    live = judged(_of_posts(listings)).filter(_.evidence.isnull(), _.account_id.notnull())
    return live.select("account_id", "source", "outcome", day=_.observed_at.date()).distinct()


def days_of(spans: Sequence[tuple[date, date]], before: date) -> set[date]:
    """Return the days of spans that are over: those before a day."""
    return {
        first + ONE_DAY * step
        for first, last in spans
        for step in range((min(last, before - ONE_DAY) - first).days + 1)
    }


def silences(posts: Counts, seen: set[date]) -> Iterator[Silence]:
    """Yield the silences of an account, the earliest first: from its posts by day, and the days that we saw."""
    days = sorted(seen | posts.keys())
    start: int | None = None
    for place, day in enumerate([*days, date.max]):
        quiet = place < len(days) and not posts.get(day)
        if quiet and start is None:
            start = place
        elif not quiet and start is not None:
            found = _silence(posts, days, start, place)
            if found is not None:
                yield found
            start = None


def _silence(posts: Counts, days: Sequence[date], start: int, end: int) -> Silence | None:
    baseline = [posts.get(day, 0) for day in days[max(0, start - BASELINE) : start]]
    if len(baseline) < FEWEST_DAYS or sum(baseline) < FEWEST_POSTS:
        return None
    length = end - start
    p = exp(max(-700.0, length * _log_of_none(baseline)))
    if p > ALPHA or length <= _longest_quiet(baseline):
        return None
    return Silence(days[start], days[end - 1], length, fmean(baseline) * length, p, end < len(days))


def _log_of_none(baseline: Sequence[int]) -> float:
    """Return the logarithm of the chance of a day without a post."""
    mean = fmean(baseline)
    scatter = (pvariance(baseline, mean) - mean) / mean**2
    return -mean if scatter <= 0 else -log(1 + scatter * mean) / scatter


def _longest_quiet(baseline: Sequence[int]) -> int:
    longest = run = 0
    for count in baseline:
        run = 0 if count else run + 1
        longest = max(longest, run)
    return longest


def blindness(outcomes: Mapping[date, set[str]], until: date) -> Iterator[Blind]:
    """Yield the stretches of at least `BLIND_AFTER` days without an answer, after the first one that there was; that
    an account is gone is an answer.

    `outcomes` are how the questions of each day ended; the days before `until` are over.
    """
    good = sorted(day for day, ended in outcomes.items() if ended & (ANSWERED | {"gone"}))
    for place, day in enumerate(good):
        after = good[place + 1] if place + 1 < len(good) else until
        days = (after - day).days - 1
        if days >= BLIND_AFTER:
            put = sorted(one for one in outcomes if day < one < after)
            last = sorted(outcomes[put[-1]])[0] if put else None
            yield Blind(day + ONE_DAY, after - ONE_DAY, days, len(put), last, place + 1 < len(good))
