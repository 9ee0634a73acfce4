"""Findings that count ads and posts: per month, per payer, and the ads themselves."""

from collections.abc import Mapping, Sequence
from typing import Any

import ibis
import numpy as np
import numpy.typing as npt
from ibis import _

from tracker.analysis import coverage, creatives, months, payers, scope, topics, volume
from tracker.analysis.coverage import Answers
from tracker.findings.finding import Finding
from tracker.findings.mentions import naming
from tracker.findings.question import Question, answer, coder_of, ground

ROWS_SHOWN = 500
ZERO_RULE = (
    "A month with none stands as 0 only if every day of it was answered; a month that was not fully answered "
    "is left out."
)
AD_COLUMNS = (
    "ad", "account", "account_status", "repository", "payer", "beneficiary", "advertiser_name", "text",
    "first_shown", "last_shown", "impressions_lower", "impressions_upper", "status", "creative_url",
    "landing_url", "codes", "evidence", "line", "post", "post_published",
)  # fmt: skip
NO_POST: Mapping[str, Any] = {"post": None, "post_published": None}


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
        caveats=("Payers stand as they are spelt: two spellings are two rows.",),
    )


def ad_rows(question: Question) -> Finding:
    """List the ads themselves, the latest first."""
    items = naming(question, scope.ads(question.tables, question.scope))
    limits = question.scope
    asked = items if limits.since is None and limits.until is None else scope.dated(items, limits)
    limit = question.options.limit or ROWS_SHOWN
    page = asked.order_by(_.first_shown.desc(nulls_first=False), "ad_id").limit(limit)
    named_coder = question.options.coder if question.options.coder != scope.BY_HAND else None
    coder = named_coder or coder_of(question.lake, "ad")
    codes, posts = _codes(question, page, coder), promoted_posts(question, page)
    named = scope.with_account(page, question.tables["accounts"])
    rows = [
        _whole(row)
        | {"ad": row["ad_id"], "repository": row["source"], "codes": codes.get(row["ad_id"], [])}
        | dict(posts.get(row["creative_url"], NO_POST))
        for row in question.rows(named.order_by(_.first_shown.desc(nulls_first=False), "ad_id"))
    ]
    count = int(question.rows(asked.aggregate(n=_.count()))[0]["n"])
    return answer(
        question,
        n=count,
        columns=AD_COLUMNS,
        rows=rows,
        method=(
            "The latest snapshot of each ad, as published; the latest first day first, undated ads last. `post` is the "
            "post of the record that the ad promotes; where none is linked, it is not in the record, and may exist."
        ),
        ground=ground(question, "ad", asked),
        coverage={"rows_left_out": max(0, count - len(rows)), "coder": coder,
                  "promote_a_known_post": sum(row["post"] is not None for row in rows)},
    )  # fmt: skip


def promoted_posts(question: Question, items: ibis.Table) -> dict[str, dict[str, Any]]:
    """Return by the address of a creative the post of the record that it promotes: `post` and `post_published`."""
    found: dict[str, dict[str, Any]] = {}
    for row in question.rows(creatives.promoted(items, question.tables["posts"])):
        found.setdefault(row["creative_url"], {"post": row["url"], "post_published": row["published_at"]})
    return found


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
    question: Question, rows: list[dict[str, Any]], answers: Answers, *, zero: Mapping[str, Any]
) -> tuple[list[dict[str, Any]], list[str]]:
    """Add the months that are known to hold none, and name those between that were not fully answered.

    Only for the whole and for accounts and repositories: nobody asks for a payer or a section alone.
    """
    by = question.options.by
    if not rows or not set(by) <= {"account", "repository"}:
        return rows, []
    keys = [volume.GROUPS[name] for name in by]
    first, last = rows[0]["ym"], rows[-1]["ym"]
    samples: dict[tuple[Any, ...], dict[str, Any]] = {}
    for row in rows:
        samples.setdefault(tuple(row[key] for key in keys), row)
    present = {(row["ym"], *(row[key] for key in keys)) for row in rows}
    answered = _answered_days(question, answers, keys, first=first, last=last)
    filled, unanswered = list(rows), set()
    for group, sample in samples.items():
        full = coverage.full_months(_days_of(group, keys, answered), first, last)
        for ym in range(first, last + 1):
            if ym in full and (ym, *group) not in present:
                filled.append(sample | dict(zero) | {"ym": ym, "month": months.text(ym)})
            elif (ym, *group) not in present:
                unanswered.add(ym)
    order = {group: place for place, group in enumerate(samples)}
    filled.sort(key=lambda row: (row["ym"], order[tuple(row[key] for key in keys)]))
    return filled, months.runs(unanswered)


def _answered_days(
    question: Question, answers: Answers, keys: Sequence[str], *, first: int, last: int
) -> dict[tuple[Any, ...], npt.NDArray[np.bool_]]:
    """Return by group the days from month `first` to `last` that were answered; days not asked about pass."""
    begin, end = months.first_day(first), months.last_day(last)
    limits = question.scope
    outside = np.ones((end - begin).days + 1, dtype=np.bool_)
    asked = slice(
        max(0, ((limits.since or begin) - begin).days), max(0, ((limits.until or end) - begin).days + 1)
    )
    outside[asked] = False
    found: dict[tuple[Any, ...], npt.NDArray[np.bool_]] = {(): outside}
    for one in answers.by_lane():
        (lane,) = one.lanes
        values = {"account_id": lane.account_id, "source": lane.source}
        group = tuple(values[key] for key in keys)
        found[group] = found.get(group, outside) | one.answered(begin, end)
    return found


def _days_of(
    group: tuple[Any, ...], keys: Sequence[str], answered: Mapping[tuple[Any, ...], npt.NDArray[np.bool_]]
) -> npt.NDArray[np.bool_]:
    """Return the answered days of a group, with those of the answers about no account in particular."""
    nothing = answered[()] if keys else np.zeros_like(answered[()])
    of_all = tuple(None if key == "account_id" else value for key, value in zip(keys, group, strict=True))
    days: npt.NDArray[np.bool_] = answered.get(group, nothing) | answered.get(of_all, nothing)
    return days
