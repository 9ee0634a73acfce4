"""Findings of whom ads were meant to reach."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import ibis
import numpy as np
from ibis import _

from tracker.analysis import audiences, columns, months, scope, targeting
from tracker.analysis.columns import Ints
from tracker.analysis.criteria import Name, Sets
from tracker.analysis.targeting import Criteria
from tracker.findings.finding import Finding
from tracker.findings.question import Question, answer, ground

ROWS = 50_000
"""How many rows of criteria are listed at most, unless more are asked for."""
SOUGHT_READ = 10_000
"""How many audiences, each by who sought it and in which ways, are read at most: those of most ads."""


def criteria(question: Question) -> Finding:
    """Count ads by month and targeting criterion, included and excluded apart."""
    whole = "total" in question.options.by
    items = scope.ads(question.tables, question.scope)
    dated = scope.dated(items, question.scope)
    n_in = {row["ym"]: row["n"] for row in question.rows(dated.group_by("ym").agg(n=_.count()))}
    n = sum(n_in.values())
    counted = _count(question, dated, whole=whole)
    most = max(ROWS, question.options.limit or 0)
    rows = _rows(counted, n_in if not whole else {0: n}, most)
    listed = {(row["kind"], row["value"], row["polarity"]) for row in rows}
    return answer(
        question,
        n=n,
        columns=(*(() if whole else ("month",)), "kind", "value", "polarity", "ads", "n", "share"),
        rows=rows,
        method=(
            "Ads by criterion as published; an ad counts once in each of its criteria. n counts the dated ads "
            f"of the {'whole time' if whole else 'month'}, with criteria or without. Up to {ROWS:,} rows are listed, those of "
            "the criteria of most ads, each with all its months; `criteria_left_out` counts the others (`--limit` lists more)."
        ),
        ground=ground(question, "ad", dated),
        coverage={
            "undated": int(question.rows(items.filter(_.day.isnull()).aggregate(ads=_.count()))[0]["ads"]),
            "ads_without_these_criteria": n - counted.used,
            "criteria_left_out": len(counted.names) - len(listed),
        },
        caveats=("What an advertiser asked for is not who saw the ad.",),
    )


@dataclass(frozen=True, slots=True)
class _Counted:
    """Ads by month (or the whole time, as one) and criterion; `used` is how many ads have any of the criteria."""

    months: tuple[int, ...]
    labels: Mapping[int, str]
    names: tuple[Name, ...]
    ads: Ints
    used: int


def _count(question: Question, dated: ibis.Table, *, whole: bool) -> _Counted:
    found = Sets.of(question.lake.arrow(targeting.used(dated, question.tables["targets"], wanted(question))))
    shown = question.lake.arrow(targeting.ads_per_set(dated))
    sets = columns.ints(shown["targeting_set_id"])
    known = columns.places(found.ids, sets) >= 0
    ads = columns.ints(shown["in_set"])[known]
    each, month = columns.numbered(columns.ints(shown["ym"])[known])
    groups = np.zeros(month.size, dtype=np.int64) if whole else month
    return _Counted(
        months=(0,) if whole else tuple(each.tolist()),
        labels={ym: months.text(ym) for ym in each.tolist()},
        names=found.names,
        ads=found.counts(groups, sets[known], ads),
        used=int(ads.sum()),
    )


def _rows(counted: _Counted, n_in: Mapping[int, int], most: int) -> list[dict[str, Any]]:
    """Return the rows by month, most ads first; so many, whole criteria of most ads."""
    by_ads = np.argsort(-counted.ads.sum(axis=0), kind="stable")
    kept = by_ads[np.cumsum((counted.ads > 0).sum(axis=0)[by_ads]) <= most]
    kept = np.sort(kept) if kept.size else by_ads[:1]
    month, place = np.nonzero(counted.ads[:, kept])
    ads, criterion = counted.ads[month, kept[place]], kept[place]
    order = np.lexsort((criterion, -ads, month))
    of = [(counted.labels.get(ym), n_in[ym]) for ym in counted.months]
    cells = (values[order].tolist() for values in (month, criterion, ads))
    return [
        {
            "month": of[at][0],
            "kind": counted.names[number][0],
            "value": counted.names[number][1],
            "polarity": counted.names[number][2],
            "ads": count,
            "n": of[at][1],
            "share": count / of[at][1],
        }
        for at, number, count in zip(*cells, strict=True)
    ]


def sought(question: Question) -> Finding:
    """List whose audiences ads sought, and how the criteria name them: audiences sought, not suspects."""
    tables = question.tables
    dated = scope.dated(scope.ads(tables, question.scope), question.scope)
    sets = audiences.sought(tables["targets"], tables["accounts"])
    found = audiences.by_seeker(dated, sets)
    if question.options.polarity is not None:
        found = found.filter(_.polarity == question.options.polarity)
    named = scope.with_account(audiences.most_sought(found, SOUGHT_READ), tables["accounts"])
    left_out = max(0, int(question.rows(found.aggregate(n=_.count()))[0]["n"]) - SOUGHT_READ)
    rows = _by_way(question.rows(named.order_by("handle", "account", "payer", "polarity", "ways")))
    count = int(question.rows(dated.aggregate(n=_.count()))[0]["n"])
    return answer(
        question,
        n=count,
        columns=(
            "handle", "polarity", "account", "account_status", "ads", "first_shown", "last_shown", "sought_as", "payer",
            "ads_in_any_way",
        ),
        rows=rows,
        method=(
            "Audience sought: ads whose targeting asked for people like the followers of a handle, for people who like a "
            "page, for their friends or for people like them, or for an interest that bears the name of an account or "
            "brand of the registry; `sought_as` says which. An ad counts once for each in `ads`, once for all in `ads_in_any_way`. Where an ad has no account, its "
            f"payer stands for who sought. At most {SOUGHT_READ:,} rows are read, those of most ads; `audiences_left_out` counts "
            "the others."
        ),
        ground=ground(question, "ad", dated),
        coverage={"ads_without_these_criteria": _without(question, dated, sets), "audiences_left_out": left_out},
        caveats=(
            "An advertiser named these handles and pages. It says nothing about the accounts that bear them.",
            "Names of pages stand as they were published, or read from a scan: two spellings are two rows. Of other "
            "interests nobody says which are pages; they stand among the criteria.",
        ),
    )  # fmt: skip


def _by_way(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return a row for each way in which a seeker named an audience, those of most ads first."""
    rows: dict[tuple[Any, ...], dict[str, Any]] = {}
    wholes = Counter[tuple[Any, ...]]()
    for row in found:
        whole = (row["handle"], row["polarity"], row["account"], row["payer"])
        wholes[whole] += row["ads"]
        for way in sorted(set(row["ways"].split(","))):
            known = rows.get((*whole, way))
            rows[*whole, way] = _together(known, row) if known else row | {"sought_as": way}
    for key, row in rows.items():
        row["ads_in_any_way"] = wholes[key[:-1]]
    return sorted(rows.values(), key=lambda row: -row["ads"])


def _together(one: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    """Return one row for the ads of two."""
    first, last = ([day for day in (one[name], other[name]) if day] for name in ("first_shown", "last_shown"))
    return one | {
        "ads": one["ads"] + other["ads"],
        "first_shown": min(first, default=None),
        "last_shown": max(last, default=None),
    }


def wanted(question: Question) -> Criteria:
    """Return which criteria the options ask about."""
    return Criteria(kinds=question.options.kinds, polarity=question.options.polarity)


def _without(question: Question, ads: ibis.Table, sets: ibis.Table) -> int:
    without = ads.anti_join(sets.select("targeting_set_id").distinct(), "targeting_set_id")
    return int(question.rows(without.aggregate(ads=_.count()))[0]["ads"])
