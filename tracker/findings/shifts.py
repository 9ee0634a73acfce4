"""The finding of how far the targeting of one period differs from that of the next."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import ibis
import numpy as np
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
    "the number of pairs. A contribution is in bits, above 0 for a criterion that gained."
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
    sets = targeting.criteria(question.tables["targets"], wanted(question))
    links = _read_links(question, targeting.links(dated, sets))
    counted = {row["ym"]: row["n"] for row in question.rows(dated.group_by("ym").agg(n=_.count()))}
    used = {str(period): links.ads_of(period) for period in periods}
    ads = {str(period): _within(counted, period) for period in periods}
    return answer(
        replace(question, options=replace(question.options, limit=None)),
        n=sum(used.values()),
        columns=COLUMNS,
        rows=_rows(question, links),
        method=METHOD.format(permutations=shift.PERMUTATIONS, seed=shift.SEED),
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
    """Every (ad, criterion) link: numbers of ads, months and criteria, and the names of the criteria."""

    ads: shift.Counts
    months: shift.Counts
    criteria: shift.Counts
    names: tuple[tuple[str, str, str], ...]

    def inside(self, period: Period) -> np.ndarray[Any, np.dtype[np.bool_]]:
        """Return which links belong to the period."""
        inside: np.ndarray[Any, np.dtype[np.bool_]] = (self.months >= period.first) & (
            self.months <= period.last
        )
        return inside

    def ads_of(self, period: Period) -> int:
        """Return how many ads of the period have a link."""
        return int(np.unique(self.ads[self.inside(period)]).size)


def _rows(question: Question, links: _Links) -> list[dict[str, Any]]:
    pairs = [_compare(links, before, after) for before, after in pairwise(question.options.periods)]
    kinds = sorted(question.options.kinds or {criterion[0] for criterion in links.names})
    adjusted = shift.holm([pair["p"] for pair in pairs])
    top = question.options.limit or TOP
    return [
        pair | {"kinds": kinds, "p_holm": p_holm, "top": pair["top"][:top]}
        for pair, p_holm in zip(pairs, adjusted, strict=True)
    ]


def _read_links(question: Question, links: ibis.Table) -> _Links:
    table = question.lake.arrow(links)
    found = list(zip(*(table[name].to_pylist() for name in targeting.CRITERION), strict=True))
    names = {name: number for number, name in enumerate(sorted(set(found)))}
    return _Links(
        ads=columns.ints(table["item_id"]),
        months=columns.ints(table["ym"]),
        criteria=np.array([names[name] for name in found], dtype=np.int64),
        names=tuple(names),
    )


def _compare(links: _Links, before: Period, after: Period) -> dict[str, Any]:
    inside = links.inside(before) | links.inside(after)
    ads, ad_of_link = np.unique(links.ads[inside], return_inverse=True)
    used, criterion_of_link = np.unique(links.criteria[inside], return_inverse=True)
    later = np.zeros(ads.size, dtype=np.bool_)
    later[ad_of_link[links.months[inside] >= after.first]] = True
    found = shift.compare(shift.Links(ads=ad_of_link, criteria=criterion_of_link, later=later))
    return {
        "period_from": str(before),
        "period_to": str(after),
        "jsd": found.jsd if found else None,
        "p": found.p if found else None,
        "band_lower": found.band_lower if found else None,
        "band_upper": found.band_upper if found else None,
        "n_from": int((~later).sum()),
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
