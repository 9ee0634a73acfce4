"""The finding of targeting that may stand for a sensitive category."""

from collections import Counter, defaultdict
from typing import Any

import ibis
from ibis import _

from tracker.analysis import months, scope, targeting
from tracker.analysis.targeting import Criteria
from tracker.findings.finding import Finding
from tracker.findings.question import Question, answer, ground
from tracker.registry.sensitive import UNREAD_KINDS, WORDS, categories_of

CAVEATS = (
    "A word may stand for a sensitive category; that is no verdict on the ad, the advertiser or those reached.",
    "The law forbids ads based on profiling with such data; a keyword in a search is not profiling. What no word of the "
    "list names is not found, and handles, places and languages are not read.",
)


def may_stand_for(question: Question) -> Finding:
    """Count ads by month and criterion whose words may stand for a sensitive category (DSA Art. 26(3), GDPR Art. 9)."""
    items = scope.ads(question.tables, question.scope)
    dated = scope.dated(items, question.scope)
    wanted = Criteria(kinds=question.options.kinds, polarity=question.options.polarity)
    sets = targeting.criteria(question.tables["targets"], wanted).filter(_.kind.notin(UNREAD_KINDS))
    values = question.rows(sets.select("kind", "value").distinct())
    found = {(row["kind"], row["value"]): _categories(row["kind"], row["value"]) for row in values}
    flagged = {value for (_kind, value), categories in found.items() if categories}
    rows = _rows(question, dated, sets.filter(_.value.isin(sorted(flagged))), found) if flagged else []
    return answer(
        question,
        n=int(question.rows(dated.aggregate(n=_.count()))[0]["n"]),
        columns=("month", "kind", "value", "polarity", "category", "word", "ads", "accounts"),
        rows=rows,
        method=(
            "Criteria as published in which a word of a visible list stands (`tracker/registry/sensitive.py`, several "
            "languages), by the categories of GDPR Art. 9(1) to which DSA Art. 26(3) refers. One row for each category; "
            "an ad counts once in each of its criteria. n counts the dated ads."
        ),
        ground=ground(question, "ad", dated),
        coverage={
            "values_read": len(values),
            "values_flagged": sum(1 for categories in found.values() if categories),
            "ads_flagged": _ads_flagged(question, dated, sets, flagged),
            "categories": dict.fromkeys(WORDS, 0) | dict(Counter(row["category"] for row in rows)),
        },
        caveats=CAVEATS,
    )


def _rows(
    question: Question,
    dated: ibis.Table,
    sets: ibis.Table,
    found: dict[tuple[str, str], dict[str, str]],
) -> list[dict[str, Any]]:
    counted = targeting.ads_per_criterion(dated, sets, ["ym", "account_id"])
    named = scope.with_account(counted, question.tables["accounts"])
    groups = defaultdict[tuple[Any, ...], Counter[str | None]](Counter)
    for row in question.rows(named.order_by("ym", *targeting.CRITERION, "account")):
        key = (row["ym"], row["kind"], row["value"], row["polarity"])
        groups[key][row["account"]] += row["ads"]
    rows = [
        {
            "month": months.text(ym), "kind": kind, "value": value, "polarity": polarity, "category": category,
            "word": word, "ads": ads.total(), "accounts": [name for name, _count in ads.most_common() if name],
        }
        for (ym, kind, value, polarity), ads in groups.items()
        for category, word in found.get((kind, value), {}).items()
    ]  # fmt: skip
    return sorted(
        rows, key=lambda row: (row["month"], -row["ads"], row["category"], row["kind"], row["value"])
    )


def _categories(kind: str, value: str) -> dict[str, str]:
    return categories_of(value.removeprefix(f"{kind}:"))


def _ads_flagged(question: Question, dated: ibis.Table, sets: ibis.Table, flagged: set[str]) -> int:
    if not flagged:
        return 0
    named = sets.filter(_.value.isin(sorted(flagged))).select("targeting_set_id").distinct()
    ads = dated.semi_join(named, "targeting_set_id")
    return int(question.rows(ads.aggregate(ads=_.count()))[0]["ads"])
