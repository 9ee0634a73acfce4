"""Findings put into words: questions, the line below them, numbers with what they are out of."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from types import MappingProxyType
from typing import Any

from tracker.charts import new_payers, until
from tracker.charts.registry import PLATFORMS
from tracker.findings import Finding

Rows = Sequence[Mapping[str, Any]]

MARKS = {"under_review": "under review", "unassessed": "not assessed", "control": "comparison"}
"""How the status of an account that is not accepted reads beside its name."""

NOUNS = {"ads": "ad", "posts": "post"}
"""One of what is counted."""

ALL = ""
"""The choice of no account in particular."""


def count(number: int, one: str, many: str = "") -> str:
    """Return a number with its noun: `1 ad`, `109 ads`."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def day(value: Any) -> str:
    """Return a day as a reader says it, or `not published`."""
    if not value:
        return "not published"
    known = date.fromisoformat(str(value)[:10])
    return f"{known.day} {known:%b %Y}"


def month(value: str) -> str:
    """Return `YYYY-MM` as a reader says it: `Sep 2024`."""
    return f"{date.fromisoformat(f'{value}-01'):%b %Y}"


def span(first: Any, last: Any) -> str:
    """Return two months, or one when they are the same: `Jan 2024 to Sep 2024`."""
    return month(str(first)) if first == last else f"{month(str(first))} to {month(str(last))}"


def week_question(as_of: datetime | None) -> str:
    """Return the question of the first page."""
    if as_of is None:
        return "What changed this week?"
    return f"What changed in the week to {as_of.day} {as_of:%B %Y}?"


def week_line(changes: Finding, accounts: Finding) -> str:
    """Say how many changes there are, in how many accounts followed, and until when."""
    if changes.as_of is None:
        return f"{count(accounts.n, 'account')} in the registry · nothing collected yet"
    return (
        f"{count(len(this_week(changes)), 'change')} this week of {changes.n:,} recorded"
        f"{apart(changes, 'change')} · {count(accounts.n, 'account')} in the registry · {until(changes.as_of)}"
    )


def this_week(changes: Finding) -> list[Mapping[str, Any]]:
    """Return the changes seen in the seven days before the latest observation."""
    if changes.as_of is None:
        return []
    since = (changes.as_of - timedelta(days=7)).date().isoformat()
    return [row for row in changes.rows if str(row["at"])[:10] > since]


def of_ads(ads: Finding) -> str:
    """Say how many ads of how many accounts a page rests on, from when to when, what stands apart, and as of when."""
    months = [row["month"] for row in ads.rows if row.get("month")]
    undated = ads.coverage.get("undated", 0)
    more = f" · {undated:,} more without a date" if undated else ""
    between = f" first shown {span(min(months), max(months))}" if months else ""
    return f"{count(ads.n, 'ad')}{_of_counted(ads)}{between}{more}{apart(ads, 'ad')} · {until(ads.as_of)}"


def of_items(topics: Finding, noun: str) -> str:
    """Say how many items of how many accounts people coded, in how many a keyword occurs, and what stands apart."""
    facts = topics.coverage
    by_hand = (
        f"{facts.get('coded_by_hand', 0):,} of {count(topics.n, noun)}{_of_counted(topics)} coded by hand"
    )
    counted = (
        f"keywords occur in {topics.n - facts.get('uncoded', 0):,}"
        if facts.get("coder")
        else "no keyword counts"
    )
    return f"{by_hand}, {counted}{apart(topics, noun)} · {until(topics.as_of)}"


def groups(finding: Finding) -> Mapping[str, Mapping[str, Any]]:
    """Return how many items of how many accounts each group holds, and whether the finding counts it."""
    return finding.coverage.get("groups") or {}


def groups_held(finding: Finding) -> list[str]:
    """Return the groups that hold anything."""
    return [name for name, facts in groups(finding).items() if facts["items"]]


def of_group(finding: Finding, name: str, noun: str) -> str:
    """Say how many items of how many accounts a group holds: `12 ads of 3 accounts that nobody has accepted`."""
    facts = groups(finding)[name]
    return f"{count(facts['items'], noun)} of {_who(name, facts['accounts'])}"


def apart(finding: Finding, noun: str) -> str:
    """Say what a finding leaves out because of whose it is, each part after a dot."""
    left = [name for name in groups_held(finding) if not groups(finding)[name]["counted"]]
    verbs = {True: "stands", False: "stand"}
    return "".join(
        f" · {of_group(finding, name, noun)} {verbs[groups(finding)[name]['items'] == 1]} apart"
        for name in left
    )


def _of_counted(finding: Finding) -> str:
    counted = {name: facts["accounts"] for name, facts in groups(finding).items() if facts["counted"]}
    if not counted or not finding.n:
        return ""
    alone = len(counted) == 1
    return (
        f" of {_who(*next(iter(counted.items())))}"
        if alone
        else f" of {count(sum(counted.values()), 'account')}"
    )


def _who(group: str, accounts: int) -> str:
    if group == "state-linked":
        return count(accounts, "accepted account")
    if group == "control":
        return count(accounts, "comparison outlet")
    return (
        f"{count(accounts, 'account')} that nobody has accepted" if accounts else "no account in the registry"
    )


def of_accounts(accounts: Finding) -> str:
    """Say how many accounts are in the registry and how many have a document behind them."""
    named = sum(1 for row in accounts.rows if row["operator"])
    return f"{count(accounts.n, 'account')} · {named:,} of them attributed in a document · {until(accounts.as_of)}"


def of_days(coverage: Finding) -> str:
    """Say on how many of the days expected the sources were asked."""
    asked, expected = coverage.coverage.get("days_asked", 0), coverage.coverage.get("days_expected", 0)
    if not expected:
        what = "No file says which days it covers" if coverage.rows else "Nobody has asked yet"
        return f"{what} · {until(coverage.as_of)}"
    return (
        f"{asked:,} of {count(expected, 'day')} by account and source asked about · {until(coverage.as_of)}"
    )


def platform(name: str) -> str:
    """Return a platform as readers write it."""
    return PLATFORMS.get(name, name.capitalize())


def account(row: Mapping[str, Any], brands: Mapping[str, str] = MappingProxyType({})) -> str:
    """Return an account as a reader knows it: its brand and the platform, else its address in the registry.

    Of a row that tells the status of the account, one that is not accepted is marked.
    """
    address = str(row.get("account") or "")
    brand = (
        row.get("brand")
        or brands.get(address)
        or address.partition(":")[2].removeprefix("~")
        or "no account named"
    )
    status = row.get("account_status")
    mark = "" if status in (None, "accepted") else f" ({MARKS.get(status, status)})"
    return f"{brand} · {platform(address.partition(':')[0])}{mark}" if address else str(brand)


def account_choices(payers: Finding) -> dict[str, str]:
    """Return the accounts that advertised, or posted, each with its name, the one with most ads first; `ALL` leads."""
    named = [row for row in payers.rows if row["account"]]
    return {ALL: "all accounts", **{row["account"]: account(row) for row in named}}


def months_of(finding: Finding) -> list[str]:
    """Return the months of a finding, each once, in order."""
    return sorted({row["month"] for row in finding.rows if row.get("month")})


def two_periods(months: Sequence[str], payers: Rows) -> tuple[tuple[str, str], tuple[str, str]]:
    """Return the two periods that a page begins with: before and since the latest new payer, or else two halves."""
    arrivals = [f"{row['first_shown']:%Y-%m}" for row in new_payers(payers)]
    since = [months.index(arrival) for arrival in arrivals if arrival in months[1:]]
    middle = since[-1] if since else max(1, len(months) // 2)
    return (months[0], months[middle - 1]), (months[min(middle, len(months) - 1)], months[-1])


def p_value(p: float | None) -> str:
    """Return a p value as printed: never smaller than the permutations allow to say."""
    if p is None:
        return "not known"
    return "< 0.001" if p < 0.001 else f"{p:.3f}"


def kinds_of(targeting: Finding) -> list[str]:
    """Return the kinds of criteria that occur, the most used first."""
    totals: dict[str, int] = {}
    for row in targeting.rows:
        totals[row["kind"]] = totals.get(row["kind"], 0) + row["ads"]
    return sorted(totals, key=lambda kind: (-totals[kind], kind))


def of_audiences(audiences: Finding) -> str:
    """Say how many accounts and pages are audiences sought, and of how many ads."""
    sought = len({row["handle"] for row in audiences.rows})
    without = audiences.coverage.get("ads_without_these_criteria", 0)
    return f"{count(sought, 'account or page', 'accounts or pages')} named · {audiences.n - without:,} of {count(audiences.n, 'ad')} name one"
