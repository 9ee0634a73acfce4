"""What changed in the week: dated differences between two observations, the least expected first."""

from typing import Any

from tracker.analysis import changes as analysis
from tracker.analysis.scope import Scope
from tracker.charts import first_use
from tracker.registry.groups import Group
from tracker.reports import words
from tracker.reports.content import Column, Section, Table
from tracker.reports.issue import ACCOUNT, Issue, typed

LEAST_EXPECTED_FIRST = {
    "silence": "account fell silent",
    "blindness": "we stopped seeing it",
    "account_gone": "account no longer there",
    "account_back": "account there again",
    "label_gone": "label gone",
    "label_changed": "label changed",
    "label_new": "label appeared",
    "verification_changed": "verification changed",
    "disclosure_gone": "operator no longer named",
    "disclosure_new": "operator now named",
    "renamed": "renamed",
    "bio_edited": "description edited",
    "first_ad": "first ad seen",
    "payer_new": "new payer",
    "beneficiary_new": "new beneficiary",
    "targeting_widened": "targeting widened to every country",
    "country_new": "first use of a country",
    "target_new": "first use of a criterion",
    "spend_risen": "spend, a higher band",
    "ad_returned": "ad listed again",
    "post_gone": "post no longer shown",
    "post_back": "post shown again",
    "post_edited": "post edited",
    "post_marked": "marks on a post changed",
    "ad_gone": "ad no longer listed",
    "ad_changed": "ad changed",
    "ad_new": "ad newly listed",
    "ad_expired": "ad left after its year",
}
"""The types of change in the order of the report; a type that is not named here comes before them all."""

COLUMNS = (
    Column("at", "seen (UTC)", "time"),
    *ACCOUNT,
    Column("type", "type", shown=False),
    Column("what", "what", shown=False, data=False),
    Column("about", "about", "long", missing="no text kept", under=("field", "subject")),
    Column("subject", "subject"),
    Column("field", "field", missing=""),
    Column("was", "from", "long", missing="nothing seen before", data=False),
    Column("became", "to", "long", missing="not shown any more", data=False),
    Column("before", "before", shown=False),
    Column("after", "after", shown=False),
    Column(
        "evidence", "evidence", "hash", missing="in the record", under=("snapshot_before", "snapshot_after")
    ),
    Column("snapshot_before", "snapshot before", "hash", missing="none"),
    Column("snapshot_after", "snapshot after", "hash", missing="none"),
)
METHOD = (
    "Two observations of the same series are compared; each difference is one change, dated by the later "
    "observation. A change of the tool or of what was asked is not a change. A query that failed or "
    "came back "
    "empty without confirmation makes nothing disappear."
)
EMPTY = "Sources were asked this week, and no change was seen."
NOT_LOOKED = (
    "No source was asked during this week, so no change could be seen in it. What the next answers "
    "showed to be different "
    "stands in the week of those answers."
)
TITLES: dict[Group, str] = {
    "state-linked": "Accepted accounts",
    "others": "Accounts of another status, not counted as state-linked",
    "control": "Control accounts, watched only for comparison",
}
NAMES: dict[Group, str] = {
    "state-linked": "changes",
    "others": "changes_other_status",
    "control": "changes_control",
}


def read(issue: Issue) -> list[dict[str, Any]]:
    """Read the week's changes of every account, the least expected first."""
    lake, week = issue.lake, issue.week
    found = analysis.changes(lake.tables["changes"], Scope(since=week.monday, until=week.sunday))
    evidence, texts = _evidence_of_snapshots(issue), _texts_of_snapshots(issue)
    rows = [
        {
            **row,
            **issue.account_cells(row["account_id"]),
            "what": _what(row),
            **_from_to(row),
            "about": texts.get(row["snapshot_after"]) or texts.get(row["snapshot_before"]),
            "evidence": evidence.get(row["snapshot_after"]) or evidence.get(row["snapshot_before"]),
        }
        for row in lake.rows(found)
    ]
    return sorted(rows, key=_order)


def section(issue: Issue, rows: list[dict[str, Any]]) -> Section:
    """Tell the changes: the accepted accounts first, the others apart, the control accounts last."""
    tables = [_table(issue, rows, group) for group in TITLES]
    return Section(
        name="changes",
        title="What changed?",
        lead=lead(issue, rows),
        parts=tuple(table for table in tables if table.rows or table.name == "changes"),
        notes=(
            "A change says what two observations showed, not why. “No longer listed” is not “deleted”. An ad whose "
            "last display lay over a year back left after the year that the law has repositories keep it.",
        ),
    )


def lead(issue: Issue, rows: list[dict[str, Any]]) -> str:
    """Say how many changes there were in how many of the accounts."""
    linked = [row for row in rows if issue.accounts.group(row["account_id"]) == "state-linked"]
    who = {row["account_id"] for row in linked}
    apart = len(rows) - len(linked)
    whole = issue.accounts.count("state-linked")
    others = f" {words.counted(apart, 'change')} in other accounts stand apart." if apart else ""
    if linked:
        return (
            f"{words.counted(len(linked), 'change')} in "
            f"{words.of(len(who), whole, 'accepted account')}.{others}"
        )
    if not issue.looks():
        return f"No source was asked during the week, so no change could be seen in it.{others}"
    return f"No change was seen in {words.count(whole, 'accepted account')}.{others}"


def _table(issue: Issue, rows: list[dict[str, Any]], group: Group) -> Table:
    mine = [row for row in rows if issue.accounts.group(row["account_id"]) == group]
    return Table(
        name=NAMES[group],
        title=TITLES[group],
        columns=COLUMNS,
        rows=typed(mine, COLUMNS),
        said=_said(issue, mine, group),
        method=METHOD,
        empty=EMPTY if issue.looks() else NOT_LOOKED,
        evidence=tuple(sorted({row["evidence"] for row in mine if row["evidence"]})),
        group="what",
        limit=10,
    )


def _said(issue: Issue, rows: list[dict[str, Any]], group: Group) -> str:
    whole = issue.accounts.count(group)
    if not rows:
        return f"{words.counted(whole, 'account')} in the registry."
    who = {row["account_id"] for row in rows}
    return f"{words.counted(len(rows), 'change')} in {words.of(len(who), whole, 'account')}."


def _order(row: dict[str, Any]) -> tuple[Any, ...]:
    types = list(LEAST_EXPECTED_FIRST)
    rank = types.index(row["type"]) if row["type"] in types else -1
    return (
        rank,
        row["what"],
        row["at"],
        row["account"] or "",
        row["subject"],
        row["field"] or "",
        row["change_id"],
    )


def _what(row: dict[str, Any]) -> str:
    """Return what kind of change it is; the first use of a criterion says of which kind."""
    if row["type"] == "target_new":
        return first_use(row["field"])
    return LEAST_EXPECTED_FIRST.get(row["type"], str(row["type"]).replace("_", " "))


def _from_to(row: dict[str, Any]) -> dict[str, str | None]:
    """Word both sides; of an ad that came or went the change keeps the payer."""
    was, became = row["before"], row["after"]
    if row["type"] in ("ad_new", "ad_returned"):
        return {"was": "not listed", "became": f"listed, {_paid(became)}"}
    if row["type"] == "first_ad":
        return {"was": "no ad seen", "became": f"an ad, {_paid(became)}"}
    if row["type"] in ("ad_gone", "ad_expired"):
        return {"was": f"listed, {_paid(was)}", "became": "not listed"}
    if row["field"] == "label":
        return {"was": words.LABELS.get(was or "", was), "became": words.LABELS.get(became or "", became)}
    return {"was": was, "became": became}


def _paid(payer: str | None) -> str:
    return f"paid by {payer}" if payer else "payer not published"


def _evidence_of_snapshots(issue: Issue) -> dict[str, str]:
    """Find the evidence of the snapshots that the lake holds: every listing and look, the latest of each ad."""
    tables = issue.lake.tables
    listings = issue.lake.rows(tables["listings"].select("listing_id", "evidence"))
    ads = issue.lake.rows(tables["ads"].select("snapshot_id", "evidence"))
    looks = issue.lake.rows(tables["looks"].select("look", "evidence"))
    return (
        {f"listing-{row['listing_id']}": row["evidence"] for row in listings}
        | {f"ad-{row['snapshot_id']}": row["evidence"] for row in ads}
        | {row["look"]: row["evidence"] for row in looks}
    )


def _texts_of_snapshots(issue: Issue) -> dict[str, str]:
    """Find the text of the ads that changed, by their latest snapshot."""
    changes, ads = issue.lake.tables["changes"], issue.lake.tables["ads"]
    since, until = issue.week.monday, issue.week.sunday
    touched = changes.filter(changes.at.date().between(since, until)).select("account_id").distinct()
    rows = issue.lake.rows(ads.semi_join(touched, "account_id").select("snapshot_id", "text"))
    return {f"ad-{row['snapshot_id']}": row["text"] for row in rows if row["text"]}
