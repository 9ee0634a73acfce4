"""The finding of the languages in which ads or posts are written, with how sure that is."""

from typing import Any

import ibis
from ibis import _

from tracker.analysis import copies, scope
from tracker.analysis.intervals import wilson
from tracker.analysis.languages import LEAST_CERTAIN, UNDETERMINED
from tracker.findings.finding import Finding
from tracker.findings.question import Question, answer, ground

COLUMNS = (
    "language",
    "account",
    "items",
    "texts",
    "n",
    "share",
    "lower",
    "upper",
    "certainty",
    "stated",
    "stated_alike",
    "reason",
)
METHOD = (
    "The language of each text, told from its words by lingua among the languages that are configured (TRACKER_LANGUAGES), without "
    "addresses, handles and hashtags. `und` where fewer than three words (four signs) are left, or where the likeliest "
    f"language has a certainty under {LEAST_CERTAIN}. certainty is the mean of a row. stated counts items of which the platform or "
    "the author says a language, stated_alike those where it is the same. texts counts near-copies once. Bounds are 95 % Wilson intervals."
)
WHY = {
    UNDETERMINED: "too few words, or none of the configured languages is likely",
    None: "nobody looked: the extra `lang` is not installed, or detection is turned off",
}


def spoken(question: Question) -> Finding:
    """Return how many items are written in each language, by account where that is asked for."""
    item_type = question.options.items
    make = scope.ads if item_type == "ad" else scope.posts
    items = make(question.tables, question.scope)
    if question.scope.since is not None or question.scope.until is not None:
        items = scope.dated(items, question.scope)
    by_account = "account" in question.options.by
    counted = _counted(items, by_account=by_account)
    if by_account:
        counted = scope.with_account(counted, question.tables["accounts"])
    rows = question.rows(counted)
    totals: dict[Any, int] = {}
    for row in rows:
        totals[row.get("account")] = totals.get(row.get("account"), 0) + row["items"]
    found = [_told(row, totals[row.get("account")]) for row in rows]
    found.sort(key=lambda row: (row["account"] or "", -row["items"], row["language"] or ""))
    return answer(
        question,
        n=sum(row["items"] for row in found),
        columns=COLUMNS if by_account else tuple(name for name in COLUMNS if name != "account"),
        rows=found,
        method=METHOD,
        ground=ground(question, item_type, items if item_type == "ad" else None),
        coverage={
            "undetermined": sum(row["items"] for row in found if row["language"] == UNDETERMINED),
            "not_looked_at": sum(row["items"] for row in found if row["language"] is None),
        },
        caveats=(
            "A text in a language that is not configured is taken for one that is like it, or is `und`.",
            "Chinese is one language here, in traditional and in simplified characters.",
        ),
    )


def _counted(items: ibis.Table, *, by_account: bool) -> ibis.Table:
    stated = items.stated_language if "stated_language" in items.columns else ibis.null("string")
    named = copies.shared(items).mutate(said=stated.lower().substr(0, 2), has_said=stated.notnull())
    return named.group_by(["language", *(["account_id"] if by_account else [])]).agg(
        items=_.count(),
        texts=copies.different(named),
        certainty=_.language_certainty.mean(),
        stated=_.has_said.cast("int64").sum(),
        stated_alike=ibis.coalesce((_.said == _.language).cast("int64").sum(), 0),
    )


def _told(row: dict[str, Any], n: int) -> dict[str, Any]:
    interval = wilson(row["items"], n)
    return row | {
        "account": row.get("account"),
        "n": n,
        "share": interval.share if interval else None,
        "lower": interval.lower if interval else None,
        "upper": interval.upper if interval else None,
        "certainty": None if row["certainty"] is None else round(row["certainty"], 3),
        "reason": WHY.get(row["language"]),
    }
