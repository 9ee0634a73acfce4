"""The findings of what reports on advertisers say: row by row, and how often each advertiser is listed."""

from collections.abc import Mapping
from typing import Any

from ibis import _

from tracker.analysis import advertisers, scope
from tracker.findings.finding import Finding
from tracker.findings.question import Question, answer, ground, groups

Key = tuple[int, str, str | None]
CAVEATS = (
    "The report lists advertisers of political and issue ads only: not listed is not “no ads” and never zero.",
    "Spend of several pages or weeks is not added here: a floor such as ≤100 has no sum.",
)
DIRECTORY = (
    "account", "name", "source", "country", "reports_listing", "reports", "first_day", "last_day", "latest", "listing_id",
    "line", "evidence", "brand", "account_status",
)  # fmt: skip
COLUMNS = (
    "first_day", "last_day", "country", "account", "name", "listed", "disclaimer", "spend_lower", "spend_upper", "currency",
    "spend_as_published", "ads", "listing_id", "line", "evidence", "brand", "account_status",
)  # fmt: skip


def reported(question: Question) -> Finding:
    """List what each report says of its advertisers; for one account or brand also the reports that do not list it."""
    tables, limits = question.tables, question.scope
    whole = advertisers.listed(tables, limits)
    found = scope.with_account(scope.of_group(whole, tables["accounts"], limits.group), tables["accounts"])
    rows = question.rows(found)
    if limits.account_ids is not None:
        absent = advertisers.not_listed(tables, limits, limits.account_ids)
        rows += [_absent(row) for row in question.rows(scope.with_account(absent, tables["accounts"]))]
    rows.sort(key=lambda row: (row["last_day"] or "", row["account"] or "", row["disclaimer"] or ""))
    listed = [row for row in rows if row["listed"]]
    return answer(
        question,
        n=len(listed),
        columns=COLUMNS,
        rows=rows,
        method=(
            "Rows of the advertisers sheets of Meta's Ad Library Report, one a page and disclaimer, and of Google's political "
            "ads, with spend as the range that was published (≤100 is 0 to 100). For one account also the reports on its "
            "platform that do not list it."
        ),
        ground=ground(question, None),
        coverage={
            "reports": len({row["listing_id"] for row in rows}),
            "reports_listing": len({row["listing_id"] for row in listed}),
            "groups": groups(question, whole),
        },
        caveats=CAVEATS,
    )


def directory(question: Question) -> Finding:
    """List each advertiser once, the one in most reports first: in how many it is, and what the last of them says."""
    tables, limits = question.tables, question.scope
    rows = scope.of_group(advertisers.listed(tables, limits), tables["accounts"], limits.group)
    of = _reports(question)
    said: dict[Key, list[dict[str, Any]]] = {}
    for row in question.rows(advertisers.latest(rows)):
        said.setdefault(_key(row), []).append(row)
    found = [
        {**row, **_latest(said[_key(row)]), "reports": of[row["source"], row["country"]]}
        for row in question.rows(scope.with_account(advertisers.times_listed(rows), tables["accounts"]))
    ]
    found.sort(key=lambda row: (-row["reports_listing"], row["name"] or "", row["account"] or ""))
    return answer(
        question,
        n=len(found),
        columns=DIRECTORY,
        rows=found,
        method=(
            "Each advertiser of the reports in scope once for each source and country: how many of the reports list it, and "
            "the spend that the last of them gives, as published, one a disclaimer. In the others it is not listed."
        ),
        ground=ground(question, None),
        coverage={
            "reports": sum(of.values()),
            "rows": int(question.rows(rows.aggregate(n=_.count()))[0]["n"]),
        },
        caveats=CAVEATS,
    )


def _key(row: Mapping[str, Any]) -> Key:
    return row["account_id"], row["source"], row["country"]


def _latest(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Return what the last report says of an advertiser: its name, each spend as published, and where the first stands."""
    spent = [f"{row['spend_as_published']} {row['currency']}" for row in rows if row["spend_as_published"]]
    return {field: rows[0][field] for field in ("name", "listing_id", "line", "evidence")} | {"latest": spent}


def _reports(question: Question) -> dict[tuple[str, str | None], int]:
    """Count the reports in scope by source and country."""
    rows = question.rows(
        advertisers.reports(question.tables, question.scope)
        .group_by("source", "country")
        .agg(reports=_.count())
    )
    return {(row["source"], row["country"]): row["reports"] for row in rows}


def _absent(row: dict[str, Any]) -> dict[str, Any]:
    return {**dict.fromkeys(COLUMNS), **row, "listed": False}
