"""Findings of whom ads were meant to reach."""

import ibis
from ibis import _

from tracker.analysis import months, scope, targeting
from tracker.analysis.targeting import Criteria
from tracker.findings.finding import Finding
from tracker.findings.question import Question, answer, ground


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


def wanted(question: Question) -> Criteria:
    """Return which criteria the options ask about."""
    return Criteria(kinds=question.options.kinds, polarity=question.options.polarity)


def _without(question: Question, ads: ibis.Table, sets: ibis.Table) -> int:
    without = ads.anti_join(sets.select("targeting_set_id").distinct(), "targeting_set_id")
    return int(question.rows(without.aggregate(ads=_.count()))[0]["ads"])
