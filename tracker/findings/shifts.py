"""The finding of how far the targeting of one period differs from that of the next."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import ibis
import numpy as np
import numpy.typing as npt
import pyarrow as pa
from ibis import _

from tracker.analysis import columns, copies, months, scope, shift, targeting
from tracker.analysis.criteria import Sets
from tracker.errors import BadInput
from tracker.findings.finding import Finding
from tracker.findings.options import Period
from tracker.findings.question import Question, answer, ground
from tracker.findings.targeting import wanted

COLUMNS = (
    "period_from", "period_to", "kinds", "jsd", "p", "n_from", "n_to", "top", "band_lower", "band_upper", "p_holm",
    "criteria", "p_adjusted", "jaccard", "jaccard_p", "jaccard_lower", "jaccard_upper", "creatives_from", "creatives_to",
)  # fmt: skip
TOP = 10
METHOD = (
    "Jensen-Shannon divergence (base 2: 0 the same, 1 nothing in common) of the counts of criteria, each (ad, criterion) "
    "link counted once by its full published name. n counts the ads of a period with at least one criterion of these "
    "kinds. p is from {permutations} random re-dealings of whole ads (seed {seed}), all near-copies that an account shows in "
    "a month as one (creatives_from, creatives_to count them); the band holds the middle "
    "90 % of their divergences: what chance alone gives at these numbers of ads. p_holm and p_adjusted are p corrected for "
    "the number of pairs (Holm; Benjamini and Hochberg). jaccard is the weighted Jaccard index of the same shares (1 the same, 0 "
    "nothing in common), with its own p and band. Of more than {dealt:,} a random {dealt:,} are dealt, and their divergences scaled "
    "to all: chance alone lets them fall as numbers rise. A contribution is in bits, above 0 for a criterion that gained."
)


def shifts(question: Question) -> Finding:
    """Compare the targeting of consecutive periods."""
    periods = question.options.periods
    if len(periods) < 2:
        raise BadInput("two or more are needed, as 2024-01..2024-06,2024-07..2024-09", field="periods")
    limits = replace(
        question.scope, since=months.first_day(periods[0].first), until=months.last_day(periods[-1].last)
    )
    question = replace(question, scope=limits)
    dated = scope.dated(scope.ads(question.tables, limits), limits)
    links = _read_links(question, dated)
    counted = {row["ym"]: row["n"] for row in question.rows(dated.group_by("ym").agg(n=_.count()))}
    used = {str(period): links.ads_of(period) for period in periods}
    ads = {str(period): _within(counted, period) for period in periods}
    return answer(
        replace(question, options=replace(question.options, limit=None)),
        n=sum(used.values()),
        columns=COLUMNS,
        rows=_rows(question, links),
        method=METHOD.format(permutations=shift.PERMUTATIONS, seed=shift.SEED, dealt=shift.DEALT),
        ground=ground(question, "ad", dated),
        coverage={
            "ads": ads,
            "ads_without_these_criteria": {period: ads[period] - used[period] for period in ads},
        },
        caveats=("What an advertiser asked for is not who saw the ad.",),
    )


@dataclass(frozen=True, slots=True)
class _Links:
    """Ads in order of their ids with month and set of criteria; the criteria of each set, and their names in order.

    Many ads share a set, so that a link of an ad is never written out but for those that chance is dealt among. `creatives`
    numbers what is dealt as one: the near-copies that an account shows in a month.
    """

    months: shift.Counts
    creatives: shift.Counts
    sets: shift.Counts
    starts: shift.Counts
    criteria: shift.Counts
    names: tuple[tuple[str, str, str], ...]

    def inside(self, period: Period) -> npt.NDArray[np.bool_]:
        """Return which ads belong to the period."""
        inside: npt.NDArray[np.bool_] = (self.months >= period.first) & (self.months <= period.last)
        return inside

    def ads_of(self, period: Period) -> int:
        """Return how many ads of the period have a criterion."""
        return int(self.inside(period).sum())

    def counts(self, ads: npt.NDArray[np.bool_]) -> shift.Counts:
        """Return how many of the ads have each criterion."""
        of_set = np.bincount(self.sets[ads], minlength=self.starts.size - 1)
        weights = np.repeat(of_set, np.diff(self.starts))
        return np.bincount(self.criteria, weights, minlength=len(self.names)).astype(np.int64)

    def of_ads(self, places: shift.Counts) -> tuple[shift.Counts, shift.Counts]:
        """Return the links of some ads, numbered as they are given: the number of the ad, and the criterion."""
        sets = self.sets[places]
        lengths = np.diff(self.starts)[sets]
        first = np.cumsum(lengths) - lengths
        within = np.arange(int(lengths.sum())) - np.repeat(first, lengths)
        return np.repeat(np.arange(places.size), lengths), self.criteria[
            np.repeat(self.starts[sets], lengths) + within
        ]


def _rows(question: Question, links: _Links) -> list[dict[str, Any]]:
    pairs = [_compare(links, before, after) for before, after in pairwise(question.options.periods)]
    kinds = sorted(question.options.kinds or {criterion[0] for criterion in links.names})
    ps = [pair["p"] for pair in pairs]
    top = question.options.limit or TOP
    return [
        pair | {"kinds": kinds, "p_holm": p_holm, "p_adjusted": p_adjusted, "top": pair["top"][:top]}
        for pair, p_holm, p_adjusted in zip(pairs, shift.holm(ps), shift.benjamini_hochberg(ps), strict=True)
    ]


def _read_links(question: Question, ads: ibis.Table) -> _Links:
    known_sets = Sets.of(
        question.lake.arrow(targeting.used(ads, question.tables["targets"], wanted(question)))
    )
    shown = question.lake.arrow(targeting.with_set(ads))
    sets = columns.ints(shown["targeting_set_id"])
    by_id = np.argsort(columns.ints(shown["item_id"]), kind="stable")
    place = columns.places(known_sets.ids, sets[by_id])
    known = np.flatnonzero(place >= 0)
    kept = shown.take(by_id[known])
    return _Links(
        months=columns.ints(kept["ym"]),
        creatives=_creatives(kept),
        sets=place[known],
        starts=known_sets.starts,
        criteria=known_sets.criteria,
        names=known_sets.names,
    )


def _creatives(shown: pa.Table) -> shift.Counts:
    """Return for each ad a number that it has in common with its near-copies of the same account and month."""
    found = copies.units(shown)
    for key in ("ym", "account_id"):
        _values, numbers = columns.numbered(columns.ints(shown[key]))
        found = columns.numbered(columns.numbered(found)[1] * (int(numbers.max(initial=0)) + 1) + numbers)[1]
    return found


def _compare(links: _Links, before: Period, after: Period) -> dict[str, Any]:
    earlier, later = links.inside(before), links.inside(after)
    counts = links.counts(earlier), links.counts(later)
    used = np.flatnonzero(counts[0] + counts[1])
    taking = np.flatnonzero(earlier | later)
    known, unit = columns.numbered(links.creatives[taking])
    is_later = np.zeros(known.size, dtype=np.bool_)
    is_later[unit] = later[taking]
    units = int((~is_later).sum()), int(is_later.sum())
    found = shift.compare_counts(
        counts[0][used], counts[1][used], _dealt(links, taking, unit, used, is_later), units=units
    )
    measured = (
        "jsd", "p", "band_lower", "band_upper", "jaccard", "jaccard_p", "jaccard_lower", "jaccard_upper",
    )  # fmt: skip
    return {
        "period_from": str(before),
        "period_to": str(after),
        "n_from": int(earlier.sum()),
        "n_to": int(later.sum()),
        "creatives_from": units[0],
        "creatives_to": units[1],
        "criteria": int(used.size),
        "top": _top(found, [links.names[place] for place in used]) if found else [],
        **{name: getattr(found, name) if found else None for name in measured},
    }


def _dealt(
    links: _Links,
    taking: shift.Counts,
    unit: shift.Counts,
    used: shift.Counts,
    is_later: npt.NDArray[np.bool_],
) -> shift.Links:
    """Return the links of the units that chance is dealt among, numbered anew."""
    drawn = shift.drawn(np.arange(is_later.size))
    inside = np.zeros(is_later.size, dtype=np.bool_)
    inside[drawn] = True
    kept = np.flatnonzero(inside[unit])
    ads, criteria = links.of_ads(taking[kept])
    return shift.Links(
        units=np.searchsorted(drawn, unit[kept])[ads],
        criteria=np.searchsorted(used, criteria),
        later=is_later[drawn],
    )


def _top(found: shift.Shift, names: Sequence[tuple[str, str, str]]) -> list[dict[str, Any]]:
    """Return what contributed, the most first; criteria whose share did not move are left out."""
    order = sorted(range(len(names)), key=lambda place: (-abs(found.contributions[place]), names[place]))
    return [
        {
            "value": names[place][1],
            "kind": names[place][0],
            "polarity": names[place][2],
            "share_from": float(found.share_from[place]),
            "share_to": float(found.share_to[place]),
            "contribution": float(found.contributions[place]),
        }
        for place in order
        if found.contributions[place] != 0
    ]


def _within(counted: Mapping[int, int], period: Period) -> int:
    return sum(n for ym, n in counted.items() if period.first <= ym <= period.last)
