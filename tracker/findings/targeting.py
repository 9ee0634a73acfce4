"""Findings of whom ads were meant to reach."""

from collections import Counter
from typing import Any

import ibis
from ibis import _

from tracker.analysis import audiences, months, scope, targeting
from tracker.analysis.targeting import Criteria
from tracker.findings.finding import Finding
from tracker.findings.question import Question, answer, ground

SOUGHT_READ = 10_000
"""How many audiences, each by who sought it and in which ways, are read at most: those of most ads."""


def criteria(question: Question) -> Finding:
    """Count ads by month and targeting criterion, included and excluded apart."""
    options = question.options
    whole = "total" in options.by
    items = scope.ads(question.tables, question.scope)
    dated = scope.dated(items, question.scope)
    sets = targeting.criteria(question.tables["targets"], wanted(question))
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
