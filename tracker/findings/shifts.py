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

from tracker.analysis import columns, months, scope, shift, targeting
from tracker.errors import BadInput
from tracker.findings.finding import Finding
from tracker.findings.options import Period
from tracker.findings.question import Question, answer, ground
from tracker.findings.targeting import wanted

COLUMNS = (
    "period_from", "period_to", "kinds", "jsd", "p", "n_from", "n_to", "top", "band_lower", "band_upper", "p_holm",
    "criteria",
)  # fmt: skip
TOP = 10
METHOD = (
    "Jensen-Shannon divergence (base 2: 0 the same, 1 nothing in common) of the counts of criteria, each (ad, criterion) "
    "link counted once by its full published name. n counts the ads of a period with at least one criterion of these "
    "kinds. p is from {permutations} random re-dealings of whole ads (seed {seed}); the band holds the middle "
    "90 % of their divergences: what chance alone gives at these numbers of ads. p_holm is p corrected for "
    "the number of pairs. Of more than {dealt:,} ads a random {dealt:,} are dealt, and their divergences scaled to all: chance "
    "alone lets them fall as numbers rise. A contribution is in bits, above 0 for a criterion that gained."
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
        caveats=(
            "Near-copies of one creative count each: bursts of copies make p too small.",
            "What an advertiser asked for is not who saw the ad.",
        ),
    )


@dataclass(frozen=True, slots=True)
class _Links:
    """Ads in order of their ids with month and set of criteria; the criteria of each set, and their names in order.

    Many ads share a set, so that a link of an ad is never written out but for those that chance is dealt among.
    """

    months: shift.Counts
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
    adjusted = shift.holm([pair["p"] for pair in pairs])
    top = question.options.limit or TOP
    return [
        pair | {"kinds": kinds, "p_holm": p_holm, "top": pair["top"][:top]}
        for pair, p_holm in zip(pairs, adjusted, strict=True)
    ]


def _read_links(question: Question, ads: ibis.Table) -> _Links:
    used = question.lake.arrow(targeting.used(ads, question.tables["targets"], wanted(question)))
    names, criteria = _named(used)
    ids, set_of_link = columns.numbered(columns.ints(used["targeting_set_id"]))
    each = np.sort(set_of_link * max(1, len(names)) + criteria, kind="stable")
    each = each[np.diff(each, prepend=-1) > 0]
    set_of_link, criteria = np.divmod(each, max(1, len(names)))
    shown = question.lake.arrow(targeting.with_set(ads))
    sets = columns.ints(shown["targeting_set_id"])
    by_id = np.argsort(columns.ints(shown["item_id"]), kind="stable")
    place = np.searchsorted(ids, sets[by_id])
    known = np.flatnonzero(np.append(ids, -1)[place] == sets[by_id])
    return _Links(
        months=columns.ints(shown["ym"])[by_id][known],
        sets=place[known],
        starts=np.searchsorted(set_of_link, np.arange(ids.size + 1)),
        criteria=criteria,
        names=names,
    )


def _named(used: pa.Table) -> tuple[tuple[tuple[str, str, str], ...], shift.Counts]:
    """Return the distinct criteria in order of their names, and for each row the place of its criterion."""
    parts = [columns.labels(used[name]) for name in targeting.CRITERION]
    code = np.zeros(used.num_rows, dtype=np.int64)
    for labels, places in parts:
        code = code * max(1, len(labels)) + places
    codes, inverse = columns.numbered(code)
    rows = np.zeros(codes.size, dtype=np.int64)
    rows[inverse] = np.arange(code.size)
    found = [tuple(labels[places[row]] for labels, places in parts) for row in rows]
    order = sorted(range(len(found)), key=found.__getitem__)
    place = np.zeros(len(found), dtype=np.int64)
    place[order] = np.arange(len(found))
    return tuple(found[number] for number in order), place[inverse]


def _compare(links: _Links, before: Period, after: Period) -> dict[str, Any]:
    earlier, later = links.inside(before), links.inside(after)
    counts = links.counts(earlier), links.counts(later)
    used = np.flatnonzero(counts[0] + counts[1])
    dealt = shift.drawn(np.flatnonzero(earlier | later))
    ads, criteria = links.of_ads(dealt)
    found = shift.compare_counts(
        counts[0][used],
        counts[1][used],
        shift.Links(ads=ads, criteria=np.searchsorted(used, criteria), later=later[dealt]),
        ads=(int(earlier.sum()), int(later.sum())),
    )
    return {
        "period_from": str(before),
        "period_to": str(after),
        "jsd": found.jsd if found else None,
        "p": found.p if found else None,
        "band_lower": found.band_lower if found else None,
        "band_upper": found.band_upper if found else None,
        "n_from": int(earlier.sum()),
        "n_to": int(later.sum()),
        "criteria": int(used.size),
        "top": _top(found, [links.names[place] for place in used]) if found else [],
    }


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
