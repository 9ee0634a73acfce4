"""Findings about the tracker itself: what was asked, what changed, and whom it follows."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from ibis import _

from tracker.analysis import accounts, changes, coverage, months, scope
from tracker.findings.finding import Finding
from tracker.findings.question import Question, answer, ground

NOT_ASKED = "not asked"
COVERAGE_METHOD = (
    "One row for every {unit} of every account and repository that was ever asked, from the first to the last day "
    "asked about, or from since to until. Of several answers for one {unit} the best is shown, in this order: "
    f"{', '.join(coverage.BEST_FIRST)}; what no answer covers is {NOT_ASKED}. expected and asked count days. "
    "rows counts the ads first shown and the posts published then; it is 0 only where an answer confirms it."
)


def seen_changes(question: Question) -> Finding:
    """List the dated differences between observations, oldest first."""
    found = changes.changes(question.tables["changes"], question.scope, types=question.options.kinds)
    named = scope.with_account(found, question.tables["accounts"])
    rows = question.rows(named.order_by("at", "change_id"))
    return answer(
        question,
        n=len(rows),
        columns=(
            "at", "type", "subject", "field", "before", "after", "snapshot_before", "snapshot_after",
            "account", "account_status",
        ),
        rows=rows,
        method=(
            "Differences between two answers to the same question, dated by the later one. Something gone is no longer "
            "shown to us; why, nobody said."
        ),
        ground=ground(question, None),
        coverage={"types": dict(sorted(Counter(row["type"] for row in rows).items()))},
        caveats=("What changed and changed back between two observations was not seen.",),
    )  # fmt: skip


def directory(question: Question) -> Finding:
    """List the accounts with who attributed them to whom, and on what document."""
    table = accounts.directory(question.tables["accounts"])
    if question.scope.account_ids is not None:
        table = table.filter(_.account_id.isin(question.scope.account_ids))
    if question.options.status is not None:
        table = table.filter(_.status == question.options.status)
    rows = question.rows(table)
    return answer(
        question,
        n=len(rows),
        columns=(
            "brand", "platform", "handle", "status", "operator", "confidence", "document", "account", "name",
            "operator_native", "predicate", "document_id", "document_date", "label", "followers", "place", "url",
        ),
        rows=rows,
        method="Accounts of the registry with their latest attribution, by the document named on the row.",
        ground=ground(question, None),
        coverage={"statuses": dict(sorted(Counter(row["status"] for row in rows).items()))},
        caveats=("Suspected means that someone suspects it and gave a document; it is not a finding.",),
    )  # fmt: skip


def asked_and_answered(question: Question) -> Finding:
    """Return for every account, repository and day whether it was asked, and what came."""
    by_month = "month" in question.options.by
    behind = ground(question, None)
    lanes = _lanes(question, behind.answers)
    items = _items(question)
    names = _names(question)
    rows = [
        {
            "account": names.get(account, (None, None))[0],
            "account_status": names.get(account, (None, None))[1],
        }
        | {"source": source}
        | row
        for (account, source), days in lanes.items()
        for row in (_months if by_month else _days)(days, items.get((account, source), {}))
    ]
    rows.sort(key=lambda row: (row["account"] or "", row["source"], row["month" if by_month else "day"]))
    unit = "month" if by_month else "day"
    return answer(
        question,
        n=sum(row["expected"] for row in rows),
        columns=(
            "account",
            "source",
            unit,
            "expected",
            "asked",
            "outcome",
            "rows",
            "account_status",
        ),
        rows=rows,
        method=COVERAGE_METHOD.format(unit=unit),
        ground=behind,
        coverage={
            "days_expected": sum(row["expected"] for row in rows),
            "days_asked": sum(row["asked"] for row in rows),
        },
        caveats=("No account on a row: the answer was about a whole data set, not about one account.",),
    )


def _lanes(
    question: Question, answers: Iterable[Mapping[str, Any]]
) -> dict[tuple[int | None, str], dict[date, Counter[str]]]:
    """Return for each account and source every day of its range with the outcomes of the answers for it."""
    spans: dict[tuple[int | None, str], list[tuple[date, date, Mapping[str, Any]]]] = defaultdict(list)
    for row in answers:
        first, last = date.fromisoformat(row["first_day"]), date.fromisoformat(row["last_day"])
        spans[row["account_id"], row["source"]].append((first, last, row))
    lanes = {}
    for lane, ranges in spans.items():
        since = question.scope.since or min(first for first, _last, _row in ranges)
        until = question.scope.until or max(last for _first, last, _row in ranges)
        days: dict[date, Counter[str]] = {day: Counter() for day in months.days(since, until)}
        for first, last, row in ranges:
            for day in months.days(max(first, since), min(last, until)):
                days[day][row["outcome"]] += row["answers"]
        lanes[lane] = days
    return lanes


def _items(question: Question) -> dict[tuple[int | None, str], dict[date, int]]:
    """Count ads and posts by account, source and day; the lane without an account holds those of all."""
    found: dict[tuple[int | None, str], dict[date, int]] = defaultdict(lambda: defaultdict(int))
    for make in (scope.ads, scope.posts):
        dated = scope.dated(make(question.tables, question.scope), question.scope)
        for row in question.rows(coverage.per_day(dated)):
            day = date.fromisoformat(row["day"])
            for account in {row["account_id"], None}:
                found[account, row["source"]][day] += row["items"]
    return found


def _names(question: Question) -> dict[int | None, tuple[str | None, str | None]]:
    rows = question.rows(question.tables["accounts"].select("account_id", "account", "status"))
    return {row["account_id"]: (row["account"], row["status"]) for row in rows}


def _days(days: Mapping[date, Counter[str]], items: Mapping[date, int]) -> list[dict[str, Any]]:
    return [
        {"day": day.isoformat()} | _summary([outcomes], items.get(day, 0)) for day, outcomes in days.items()
    ]


def _months(days: Mapping[date, Counter[str]], items: Mapping[date, int]) -> list[dict[str, Any]]:
    by_month: dict[int, list[date]] = defaultdict(list)
    for day in days:
        by_month[months.of(day)].append(day)
    return [
        {"month": months.text(ym)}
        | _summary([days[day] for day in inside], sum(items.get(day, 0) for day in inside))
        for ym, inside in by_month.items()
    ]


def _summary(outcomes: list[Counter[str]], items: int) -> dict[str, Any]:
    together = sum(outcomes, Counter())
    best = coverage.best(together) if together else NOT_ASKED
    return {
        "expected": len(outcomes),
        "asked": sum(1 for day in outcomes if day),
        "outcome": best,
        "rows": items if items or best in coverage.ANSWERED else None,
    }
