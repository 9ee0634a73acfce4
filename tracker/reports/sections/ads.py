"""The week's ads: how many were first shown, by whom, and who paid."""

from collections import Counter
from dataclasses import replace
from datetime import date
from typing import Any

from tracker import charts
from tracker.analysis.scope import Scope, dated
from tracker.analysis.scope import ads as ads_in_scope
from tracker.registry.groups import Group
from tracker.reports import words
from tracker.reports.content import Column, Figure, Section, Table
from tracker.reports.figures import figure
from tracker.reports.issue import ACCOUNT, COVERAGE_NOTE, MONTHS_BACK, Issue, typed

COLUMNS = (
    Column("first_shown", "first shown", "date"),
    *(replace(column, shown=False, under=()) for column in ACCOUNT),
    Column("who", "account", shown=False, data=False),
    Column("text", "text", "long", missing="text not published", under=("payer_words",)),
    Column("payer_words", "paid by", data=False),
    Column("payer", "payer", shown=False),
    Column("beneficiary", "beneficiary", shown=False),
    Column("impressions", "impressions", "word", data=False),
    Column("impressions_lower", "impressions, lower", "number", shown=False),
    Column("impressions_upper", "impressions, upper", "number", shown=False),
    Column("last_shown", "last shown", "date", shown=False),
    Column("landing_url", "landing page", shown=False),
    Column("creative_url", "creative", shown=False),
    Column("source", "repository", shown=False),
    Column("evidence", "evidence", "hash", under=("snapshot",)),
    Column("snapshot", "snapshot", "hash"),
    Column("line", "line", "number", shown=False),
)
TITLES: dict[Group, str] = {
    "state-linked": "Ads of accepted accounts, first shown this week",
    "others": "Ads of accounts of another status, not counted as state-linked",
    "control": "Ads of control accounts",
}
NAMES: dict[Group, str] = {"state-linked": "ads", "others": "ads_other_status", "control": "ads_control"}
METHOD = (
    "The ads whose repository gives a first day of showing inside the week, each ad once, as last observed."
)
RULED = (
    "A dashed rule marks the first ad that names this payer; earlier ads name another, or none is published. "
)
COUNTED = "Above the bars stands how many payers an account's ads named for the first time in each month. "
PAYERS = (
    Column("payer", "payer"),
    Column("name", "account", "account", missing="not in the registry", under=("account",)),
    Column("account", "account id", missing=""),
    Column("first_shown", "first ad shown", "date"),
    Column("last_shown", "last ad shown", "date"),
    Column("ads", "ads", "count"),
)
MONTHS = (
    Column("month", "month", "word"),
    Column("ads", "ads", "count"),
    Column("impressions_lower", "impressions, at least", "count"),
    Column("impressions_upper", "at most", "count"),
)


def read(issue: Issue) -> list[dict[str, Any]]:
    """Read the ads of every account that were first shown in the week, by account, oldest first."""
    scope = Scope(since=issue.week.monday, until=issue.week.sunday)
    found = dated(ads_in_scope(issue.lake.tables, scope), scope).order_by("first_shown", "ad_id")
    rows = [
        {
            **row,
            **issue.account_cells(row["account_id"]),
            "who": issue.accounts.heading(row["account_id"]),
            "payer_words": f"paid by {row['payer']}" if row["payer"] else "payer not published",
            "impressions": _range(row["impressions_lower"], row["impressions_upper"]),
            "snapshot": f"ad-{row['snapshot_id']}",
        }
        for row in issue.lake.rows(found)
    ]
    number = Counter(row["account_id"] for row in rows)
    return sorted(rows, key=lambda row: (-number[row["account_id"]], row["who"], row["account_id"] or 0))


def section(issue: Issue, rows: list[dict[str, Any]]) -> Section:
    """Tell the week's ads, the months before, and the payers."""
    tables = [_table(issue, rows, group) for group in TITLES]
    monthly = issue.months_until_sunday("ads-per-month")
    payers = issue.months_until_sunday("payers")
    evidence = issue.evidence_of_ads(since=issue.first_month, until=issue.week.sunday)
    return Section(
        name="ads",
        title="How many ads were first shown, and who paid?",
        lead=lead(issue, rows),
        parts=(
            *(table for table in tables if table.rows or table.name == "ads"),
            *_drawing(issue, monthly.rows, payers.rows),
            _months_table(issue, monthly, evidence),
            _payers_table(issue, payers, evidence),
        ),
        notes=(
            "A payer is who paid the platform, not who operates the account: an agency pays for many "
            "clients.",
            "A repository shows only the ads that its own rules cover, such as ads that reached the EU.",
        ),
    )


def lead(issue: Issue, rows: list[dict[str, Any]]) -> str:
    """Say how many ads were first shown, by which accounts."""
    linked = [row for row in rows if issue.accounts.group(row["account_id"]) == "state-linked"]
    who = issue.accounts.named(row["account_id"] for row in linked)
    apart = len(rows) - len(linked)
    by = f", by {words.named(who)}" if who else ""
    sentence = f"{words.counted(len(linked), 'ad')} of accepted accounts first shown in the week{by}."
    return f"{sentence} {words.counted(apart, 'ad')} of other accounts stand apart." if apart else sentence


def _table(issue: Issue, rows: list[dict[str, Any]], group: Group) -> Table:
    mine = [row for row in rows if issue.accounts.group(row["account_id"]) == group]
    who = {row["account_id"] for row in mine}
    paid = sum(1 for row in mine if row["payer"])
    known = f" The payer is published for {words.of(paid, len(mine), 'ad')}." if mine else ""
    return Table(
        name=NAMES[group],
        title=TITLES[group],
        columns=COLUMNS,
        rows=typed(mine, COLUMNS),
        said=(
            f"{words.counted(len(mine), 'ad')} by "
            f"{words.of(len(who), issue.accounts.count(group), 'account')}.{known}"
        ),
        method=METHOD,
        empty="No ad was first shown this week in the answers that the sources gave.",
        evidence=tuple(sorted({row["evidence"] for row in mine if row["evidence"]})),
        group="who",
        limit=10,
    )


def _drawing(issue: Issue, monthly: list[dict[str, Any]], payers: list[dict[str, Any]]) -> tuple[Figure, ...]:
    if not any(row["month"] for row in monthly):
        return ()
    topics = issue.months_until_sunday("topics").rows
    coverage = issue.coverage_of_months()
    total = sum(row["ads"] for row in monthly if row["month"])
    payers = _with_unnamed_first(payers)
    new = len(charts.new_payers(payers))
    ruled = "" if not new else RULED if new <= charts.MOST_RULES else COUNTED
    return (
        figure(
            "ads_per_month_chart",
            lambda look: charts.ads_per_month(
                monthly, as_of=issue.as_of, topics=topics, payers=payers, coverage=coverage, look=look
            ),
            alt=(
                f"Bars of the ads first shown in each month, {total:,} in all; the rows are in the "
                "table below."
            ),
            note=f"{ruled}The last month runs to the end of the week. {COVERAGE_NOTE}",
        ),
    )


def _with_unnamed_first(payers: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Let ads without a published payer count as the earlier payer of an account, where they came first."""
    first: dict[str | None, str] = {}
    for row in payers:
        if row["payer"] and row["first_shown"]:
            first[row["account"]] = min(row["first_shown"], first.get(row["account"], row["first_shown"]))
    return [
        {**row, "payer": "not published"}
        if not row["payer"] and (row["first_shown"] or "~") < first.get(row["account"], "")
        else row
        for row in payers
    ]


def _months_table(issue: Issue, monthly: Any, evidence: tuple[str, ...]) -> Table:
    published = any(row["impressions_lower"] is not None for row in monthly.rows)
    columns = tuple(replace(column, shown=published or column.key in ("month", "ads")) for column in MONTHS)
    without = "" if published else " No impressions are published for any of them."
    return Table(
        name="ads_per_month",
        title="Ads by month",
        columns=columns,
        rows=typed(monthly.rows, columns),
        said=(
            f"{words.counted(monthly.n, 'ad')} of accepted accounts in the {MONTHS_BACK} months to "
            f"{words.day(issue.week.sunday)}.{without}"
        ),
        method=monthly.method,
        empty="No ad of an accepted account in these months.",
        note=" ".join(monthly.caveats),
        evidence=evidence,
    )


def _payers_table(issue: Issue, payers: Any, evidence: tuple[str, ...]) -> Table:
    known = sum(row["ads"] for row in payers.rows if row["payer"])
    return Table(
        name="payers",
        title="Who paid?",
        columns=PAYERS,
        rows=typed(
            ({**row, "name": issue.accounts.name_of_key(row["account"])} for row in payers.rows), PAYERS
        ),
        said=(
            f"The payer is published for {words.of(known, payers.n, 'ad')} in the {MONTHS_BACK} months to "
            f"{words.day(issue.week.sunday)}.{_first_named(issue, payers.rows)}"
        ),
        method=payers.method,
        empty="No ad of an accepted account in these months.",
        note=" ".join(payers.caveats),
        evidence=evidence,
    )


def _first_named(issue: Issue, rows: list[dict[str, Any]]) -> str:
    """Say since when each payer is published, where ads before it had none."""
    unnamed = {row["account"]: row["ads"] for row in rows if not row["payer"]}
    named = [row for row in rows if row["payer"] and row["first_shown"] and row["account"] in unnamed]
    named.sort(key=lambda row: (row["first_shown"], row["payer"]))
    return "".join(
        f" {row['payer']} is published for {issue.accounts.name_of_key(row['account'])} since "
        f"{words.day(date.fromisoformat(row['first_shown']))}."
        for row in named[:3]
    )


def _range(lower: float | None, upper: float | None) -> str | None:
    if lower is None and upper is None:
        return None
    if upper is None:
        return f"at least {lower:,.0f}"
    if lower is None:
        return f"at most {upper:,.0f}"
    return f"{lower:,.0f}" if lower == upper else f"{lower:,.0f}–{upper:,.0f}"
