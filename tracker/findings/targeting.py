"""Findings of whom ads were meant to reach, and how that shifted."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import ibis
import numpy as np
from ibis import _

from tracker.analysis import columns, months, scope, shift, targeting
from tracker.analysis.targeting import Criteria
from tracker.errors import BadInput
from tracker.findings.finding import Finding
from tracker.findings.options import Period
from tracker.findings.question import Question, answer, ground

TOP = 10
SHIFT_METHOD = (
    "Jensen-Shannon divergence (base 2: 0 the same, 1 nothing in common) of the counts of criteria, each (ad, criterion) "
    "link counted once by its full published name. n counts the ads of a period with at least one criterion of these "
    "kinds. p is from {permutations} random re-dealings of whole ads (seed {seed}); the band holds the middle "
    "90 % of their divergences: what chance alone gives at these numbers of ads. p_holm is p corrected for "
    "the number of pairs. A contribution is in bits, above 0 for a criterion that gained."
)


def criteria(question: Question) -> Finding:
    """Count ads by month and targeting criterion, included and excluded apart."""
    options = question.options
    whole = "total" in options.by
    items = scope.ads(question.tables, question.scope)
    dated = scope.dated(items, question.scope)
    sets = targeting.criteria(question.tables["targets"], _wanted(question))
    keys = [] if whole else ["ym"]
    counted = targeting.ads_per_criterion(dated, sets, keys)
    order = [*keys, ibis.desc("ads"), *targeting.CRITERION]
    n_in = {row["ym"]: row["n"] for row in question.rows(dated.group_by("ym").agg(n=_.count()))}
    n = sum(n_in.values())
    rows = []
    for row in question.rows(counted.order_by(order)):
        of = n if whole else n_in[row["ym"]]
        month = {} if whole else {"month": months.text(row["ym"])}
        rows.append(row | month | {"n": of, "share": row["ads"] / of})
    return answer(
        question,
        n=n,
        columns=(*(() if whole else ("month",)), "kind", "value", "polarity", "ads", "n", "share"),
        rows=rows,
        method=(
            "Ads by criterion as published; an ad counts once in each of its criteria. n counts the dated ads "
            f"of the {'whole time' if whole else 'month'}, with criteria or without."
        ),
        ground=ground(question, "ad", dated),
        coverage={
            "undated": int(question.rows(items.filter(_.day.isnull()).aggregate(ads=_.count()))[0]["ads"]),
            "ads_without_these_criteria": _without(question, dated, sets),
        },
        caveats=("What an advertiser asked for is not who saw the ad.",),
    )


def audiences(question: Question) -> Finding:
    """List the accounts to whose followers' look-alikes ads were shown: audiences sought, not suspects."""
    dated = scope.dated(scope.ads(question.tables, question.scope), question.scope)
    found = targeting.audiences(dated, question.tables["targets"])
    if question.options.polarity is not None:
        found = found.filter(_.polarity == question.options.polarity)
    named = scope.with_account(found, question.tables["accounts"])
    rows = question.rows(named.order_by(ibis.desc("ads"), "handle", "account"))
    sets = targeting.criteria(question.tables["targets"], Criteria(kinds=(targeting.LOOKALIKE,)))
    count = int(question.rows(dated.aggregate(n=_.count()))[0]["n"])
    return answer(
        question,
        n=count,
        columns=("handle", "polarity", "account", "account_status", "ads", "first_shown", "last_shown"),
        rows=rows,
        method="Audience sought: ads whose targeting asked for people like the followers of a handle, by handle.",
        ground=ground(question, "ad", dated),
        coverage={"ads_without_these_criteria": _without(question, dated, sets)},
        caveats=("An advertiser named these handles. It says nothing about the accounts that bear them.",),
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
    sets = targeting.criteria(question.tables["targets"], _wanted(question))
    links = _read_links(question, targeting.links(dated, sets))
    pairs = [_compare(links, before, after) for before, after in pairwise(periods)]
    kinds = sorted(question.options.kinds or {criterion[0] for criterion in links.names})
    adjusted = holm([pair["p"] for pair in pairs])
    top = question.options.limit or TOP
    rows = [
        pair | {"kinds": kinds, "p_holm": p_holm, "top": pair["top"][:top]}
        for pair, p_holm in zip(pairs, adjusted, strict=True)
    ]
    counted = {row["ym"]: row["n"] for row in question.rows(dated.group_by("ym").agg(n=_.count()))}
    used = {str(period): int(np.unique(links.ads[links.inside(period)]).size) for period in periods}
    ads = {str(period): _within(counted, period) for period in periods}
    whole = replace(question, options=replace(question.options, limit=None))
    return answer(
        whole,
        n=sum(used.values()),
        columns=(
            "period_from", "period_to", "kinds", "jsd", "p", "n_from", "n_to", "top",
            "band_lower", "band_upper", "p_holm", "criteria",
        ),
        rows=rows,
        method=SHIFT_METHOD.format(permutations=shift.PERMUTATIONS, seed=shift.SEED),
        ground=ground(question, "ad", dated),
        coverage={
            "ads": ads,
            "ads_without_these_criteria": {period: ads[period] - used[period] for period in ads},
        },
        caveats=(
            "Near-copies of one creative count each: bursts of copies make p too small.",
            "What an advertiser asked for is not who saw the ad.",
        ),
    )  # fmt: skip


def holm(ps: Sequence[float | None]) -> list[float | None]:
    """Return p values corrected for their number (Holm 1979); `None` stays `None` and is not counted."""
    known = sorted((p, place) for place, p in enumerate(ps) if p is not None)
    adjusted: list[float | None] = [None] * len(ps)
    highest = 0.0
    for rank, (p, place) in enumerate(known):
        highest = max(highest, min(1.0, p * (len(known) - rank)))
        adjusted[place] = highest
    return adjusted


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


def _wanted(question: Question) -> Criteria:
    return Criteria(kinds=question.options.kinds, polarity=question.options.polarity)


def _without(question: Question, ads: ibis.Table, sets: ibis.Table) -> int:
    without = ads.anti_join(sets.select("targeting_set_id").distinct(), "targeting_set_id")
    return int(question.rows(without.aggregate(ads=_.count()))[0]["ads"])


def _within(counted: Mapping[int, int], period: Period) -> int:
    return sum(n for ym, n in counted.items() if period.first <= ym <= period.last)
