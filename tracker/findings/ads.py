"""Findings that count ads and posts: per month, per payer, and the ads themselves."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import ibis
from ibis import _

from tracker.analysis import coverage, months, payers, scope, topics, volume
from tracker.findings.finding import Finding
from tracker.findings.question import MOST_NAMED, Question, answer, coder_of, ground

ROWS_SHOWN = 500
ZERO_RULE = (
    "A month with none stands as 0 only if every day of it was answered; a month that was not fully answered "
    "is left out."
)
AD_COLUMNS = (
    "ad", "account", "account_status", "repository", "payer", "beneficiary", "advertiser_name", "text",
    "first_shown", "last_shown", "impressions_lower", "impressions_upper", "status", "creative_url",
    "landing_url", "codes", "evidence", "line",
)  # fmt: skip


def ads_per_month(question: Question) -> Finding:
    """Count ads by the month they were first shown."""
    by = question.options.by
    items = scope.ads(question.tables, question.scope)
    dated = scope.dated(items, question.scope)
    counted = _named(question, volume.ads_per_month(dated, by), by)
    behind = ground(question, "ad", dated)
    zero = {"ads": 0, "impressions_lower": None, "impressions_upper": None, "ads_with_impressions": 0}
    rows, unanswered = _with_zeros(question, counted, behind.answers, zero=zero)
    return answer(
        question,
        n=sum(row["ads"] for row in rows),
        columns=(
            "month",
            *_columns(by),
            "ads",
            "impressions_lower",
            "impressions_upper",
            "ads_with_impressions",
        ),
        rows=rows,
        method=(
            "Ads by the month of their first day as published. Impressions are the sums of the lower and of the "
            f"upper bounds as published; no upper bound where one is open. {ZERO_RULE}"
        ),
        ground=behind,
        coverage=_undated(question, items) | {"months_without_answer": unanswered},
        caveats=("An ad counts in its first month only, however long it ran.",),
    )


def posts_per_month(question: Question) -> Finding:
    """Count posts by the month they were published."""
    by = question.options.by
    posts = scope.dated(scope.posts(question.tables, question.scope), question.scope)
    counted = _named(question, volume.posts_per_month(posts, by), by)
    behind = ground(question, "post")
    rows, unanswered = _with_zeros(question, counted, behind.answers, zero={"posts": 0})
    return answer(
        question,
        n=sum(row["posts"] for row in rows),
        columns=("month", *_columns(by), "posts"),
        rows=rows,
        method=f"Posts by the month they were published, else first seen (UTC). {ZERO_RULE}",
        ground=behind,
        coverage={"months_without_answer": unanswered},
    )


def who_paid(question: Question) -> Finding:
    """List who paid for which account's ads, from when to when."""
    items = scope.ads(question.tables, question.scope)
    limits = question.scope
    asked = items if limits.since is None and limits.until is None else scope.dated(items, limits)
    rows = question.rows(
        scope.with_account(payers.payers(asked), question.tables["accounts"]).order_by(
            ibis.desc("ads"), "first_shown", "payer", "account"
        )
    )
    return answer(
        question,
        n=sum(row["ads"] for row in rows),
        columns=(
            "payer",
            "account",
            "first_shown",
            "last_shown",
            "ads",
            "undated",
            "brand",
            "account_status",
        ),
        rows=rows,
        method=(
            "Ads by payer as published and by account. No payer means that the repository published none. "
            "Where no last day is published, the first day counts as the last."
        ),
        ground=ground(question, "ad", asked),
        coverage={"undated": sum(row["undated"] for row in rows)},
        caveats=("Payers are spelt as published; two spellings are two payers.",),
    )


def ad_rows(question: Question) -> Finding:
    """List the ads themselves, the latest first."""
    items = scope.ads(question.tables, question.scope)
    limits = question.scope
    asked = items if limits.since is None and limits.until is None else scope.dated(items, limits)
    limit = question.options.limit or ROWS_SHOWN
    page = asked.order_by(_.first_shown.desc(nulls_first=False), "ad_id").limit(limit)
    coder = question.options.coder or coder_of(question.lake, "ad")
    codes = _codes(question, page, coder)
    named = scope.with_account(page, question.tables["accounts"])
    rows = [
        _whole(row) | {"ad": row["ad_id"], "repository": row["source"], "codes": codes.get(row["ad_id"], [])}
        for row in question.rows(named.order_by(_.first_shown.desc(nulls_first=False), "ad_id"))
    ]
    count = int(question.rows(asked.aggregate(n=_.count()))[0]["n"])
    return answer(
        question,
        n=count,
        columns=AD_COLUMNS,
        rows=rows,
        method="The latest snapshot of each ad, as published; the latest first day first, undated ads last.",
        ground=ground(question, "ad", asked),
        coverage={"rows_left_out": max(0, count - len(rows)), "coder": coder},
    )


def _codes(question: Question, page: ibis.Table, coder: str | None) -> dict[int, list[str]]:
    codes = topics.coded(question.tables["codings"], "ad", coder=coder, level="fine")
    shown = codes.semi_join(page.select("item_id"), "item_id").order_by("item_id", "code")
    found: dict[int, list[str]] = {}
    for row in question.rows(shown):
        found.setdefault(row["item_id"], []).append(row["code"])
    return found


def _named(question: Question, counted: ibis.Table, by: Sequence[str]) -> list[dict[str, Any]]:
    """Run a count and add `month` and the names that its groups go by."""
    if "account" in by:
        counted = scope.with_account(counted, question.tables["accounts"])
    rows = question.rows(counted.order_by("ym", *(volume.GROUPS[name] for name in by)))
    return [
        _whole(row) | {"month": months.text(row["ym"])} | {name: row[_name_column(name)] for name in by}
        for row in rows
    ]


def _whole(row: dict[str, Any]) -> dict[str, Any]:
    """Write impressions that are whole numbers as such: the lake keeps every bound as a float."""
    bounds = {
        name: row[name] for name in ("impressions_lower", "impressions_upper") if row.get(name) is not None
    }
    return row | {name: int(value) if value.is_integer() else value for name, value in bounds.items()}


def _name_column(name: str) -> str:
    return "account" if name == "account" else volume.GROUPS[name]


def _columns(by: Sequence[str]) -> tuple[str, ...]:
    return (*by, "account_status") if "account" in by else tuple(by)


def _undated(question: Question, items: ibis.Table) -> dict[str, int]:
    undated = items.filter(_.day.isnull()).aggregate(undated=_.count())
    return {"undated": int(question.rows(undated)[0]["undated"])}


def _with_zeros(
    question: Question,
    rows: list[dict[str, Any]],
    answers: Iterable[Mapping[str, Any]],
    *,
    zero: Mapping[str, Any],
) -> tuple[list[dict[str, Any]], list[str]]:
    """Add the months that are known to hold none, and name those between that nobody answered for.

    Only for the whole and for accounts and repositories: nobody asks for a payer or a section alone.
    """
    by = question.options.by
    if not rows or not set(by) <= {"account", "repository"}:
        return rows, []
    first, last = rows[0]["ym"], max(row["ym"] for row in rows)
    keys = [volume.GROUPS[name] for name in by]
    groups: dict[tuple[Any, ...], dict[str, Any]] = {}
    for row in rows:
        groups.setdefault(tuple(row[key] for key in keys), row)
    present = {(row["ym"], *(row[key] for key in keys)) for row in rows}
    full = _FullMonths(question, tuple(answers), first=first, last=last)
    filled, unanswered = list(rows), set()
    for group, sample in groups.items():
        answered = full.of(dict(zip(keys, group, strict=True)))
        for ym in range(first, last + 1):
            if (ym, *group) in present:
                continue
            if ym in answered:
                filled.append(dict(sample) | dict(zero) | {"ym": ym, "month": months.text(ym)})
            else:
                unanswered.add(months.text(ym))
    order = {group: place for place, group in enumerate(groups)}
    filled.sort(key=lambda row: (row["ym"], order[tuple(row[key] for key in keys)]))
    return filled, sorted(unanswered)[:MOST_NAMED]


class _FullMonths:
    """The months of which every day was answered, for a group of accounts or repositories."""

    def __init__(
        self, question: Question, answers: Sequence[Mapping[str, Any]], *, first: int, last: int
    ) -> None:
        self._limits = question.scope
        self._answers = answers
        self._first, self._last = first, last
        self._known: dict[frozenset[tuple[str, str]], frozenset[int]] = {}

    def of(self, group: Mapping[str, Any]) -> frozenset[int]:
        """Return the months fully answered for `account_id` and `source`, as far as the group names them."""
        mine = [row for row in self._answers if self._is_about(row, group)]
        spans = frozenset(
            (row["first_day"], row["last_day"]) for row in mine if row["outcome"] in coverage.ANSWERED
        )
        if spans not in self._known:
            self._known[spans] = self._full(coverage.answered_days(mine))
        return self._known[spans]

    def _is_about(self, row: Mapping[str, Any], group: Mapping[str, Any]) -> bool:
        about_account = "account_id" not in group or row["account_id"] in (None, group["account_id"])
        return about_account and ("source" not in group or row["source"] == group["source"])

    def _full(self, days: frozenset[Any]) -> frozenset[int]:
        return frozenset(ym for ym in range(self._first, self._last + 1) if days.issuperset(self._days(ym)))

    def _days(self, ym: int) -> list[Any]:
        first, last = months.first_day(ym), months.last_day(ym)
        since, until = self._limits.since or first, self._limits.until or last
        return months.days(max(first, since), min(last, until))
