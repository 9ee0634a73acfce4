"""The finding of which part of the items names any of some words: every item is read, so the share is exact."""

from collections import Counter
from collections.abc import Iterator
from datetime import date
from typing import Any

import ibis
from ibis import _

from tracker.analysis import keywords, months, scope
from tracker.analysis.intervals import wilson
from tracker.findings import periods
from tracker.findings.finding import Finding
from tracker.findings.question import Question, answer, ground

COLUMNS = (
    "code", "items", "n", "share", "lower", "upper", "uncoded_share", "measure", "n_coded", "alpha", "covered", "reason",
)  # fmt: skip
MEASURE = "words named"
METHOD = (
    "The share of {items} of each {unit} that name any of the words {words}: a word of four letters or more also stands for those that "
    "begin with it, a shorter one alone. Every item is read, so the share is exact; the 95 % Wilson interval is for what these items "
    "stand for. Near-copies count each. covered is the part of the days that answers cover."
)


def named(question: Question) -> Finding:
    """Return the share of items that name any of the words, by month, week or day."""
    options = question.options
    unit = next((name for name in periods.UNITS if name in options.by), "month")
    make = scope.ads if options.items == "ad" else scope.posts
    dated = scope.dated(make(question.tables, question.scope), question.scope)
    groups = periods.groups(question, dated, unit, by_account=False)
    hits = (
        Counter(periods.unit_of(row, unit) for row in _hits(question, dated))
        if options.terms
        else Counter[str]()
    )
    stands = ground(question, options.items, dated if options.items == "ad" else None)
    covered = periods.covered(stands.answers, groups, unit)
    rows = [
        _row(name, unit, hits[name], group.n, covered.get(name), code=", ".join(options.terms))
        for (name, _account), group in groups.items()
        if options.terms
    ]
    return answer(
        question,
        n=sum(group.n for group in groups.values()),
        columns=(*(("week", "iso_week") if unit == "week" else (unit,)), *COLUMNS),
        rows=rows,
        method=METHOD.format(
            items="ads" if options.items == "ad" else "posts", unit=unit, words=", ".join(options.terms)
        ),
        ground=stands,
        coverage={"coder": None, "named": sum(hits.values())},
        caveats=("A word says what is named, not what is said of it.",)
        if options.terms
        else ("No words are asked about: name them with terms, separated by commas.",),
    )


def naming(question: Question, items: ibis.Table) -> ibis.Table:
    """Return the items that name any of the words asked about, or all where none are."""
    if not question.options.terms:
        return items
    limits = question.scope
    read = items if limits.since is None and limits.until is None else scope.dated(items, limits)
    return items.filter(_.item_id.isin([row["item_id"] for row in _hits(question, read)]))


def _hits(question: Question, items: ibis.Table) -> Iterator[dict[str, Any]]:
    """Yield `item_id`, `ym` and `day` of the items that name any of the words."""
    coder = keywords.of_terms(question.options.terms)
    for row in question.rows(items.filter(_.text.notnull()).select("item_id", "ym", "day", "text")):
        if coder.code(row["text"]):
            yield row


def _row(name: str, unit: str, items: int, n: int, covered: float | None, *, code: str) -> dict[str, Any]:
    interval = wilson(items, n)
    week = {"iso_week": months.iso_week(date.fromisoformat(name))} if unit == "week" else {}
    return {
        unit: name, **week, "code": code, "items": items, "n": n, "share": interval.share if interval else None,
        "lower": interval.lower if interval else None, "upper": interval.upper if interval else None,
        "uncoded_share": 1 - items / n, "measure": MEASURE, "n_coded": None, "alpha": None, "covered": covered,
        "reason": None,
    }  # fmt: skip
