"""Whose accounts these are said to be: the accounts of the week with their attribution."""

from typing import Any

from tracker.reports import words
from tracker.reports.content import Column, Section, Table
from tracker.reports.issue import ACCOUNT, Issue, typed
from tracker.reports.sections import standing

COLUMNS = (
    *ACCOUNT,
    Column(
        "said", "the document says", "long", missing="nothing on who operates it",
        under=("disputed", "withdrawn", "objections"),
    ),
    Column("disputed", "disputed", missing=""),
    Column("withdrawn", "claims withdrawn", missing=""),
    Column("objections", "objections", missing=""),
    Column("document", "document", shown=False),
    Column("confidence", "confidence", missing="not graded"),
    Column("label", "label of the platform", missing="not checked"),
    Column("followers", "followers, as published", missing="not published"),
)  # fmt: skip


def section(issue: Issue, account_ids: set[int | None]) -> Section:
    """Tell who attributed each account that the report speaks of, to whom and when."""
    known = {key for key in account_ids if key in issue.accounts.rows}
    rows = [_row(issue, key) for key in known if key is not None]
    rows.sort(key=lambda row: (row["status"] != "accepted", row["status"] == "control", row["account"]))
    attributed = sum(1 for row in rows if row["attribution"])
    return Section(
        name="accounts",
        title="Whose accounts are these said to be?",
        lead=(
            f"{words.of(attributed, len(rows), 'account')} of this report "
            f"{'has' if attributed == 1 else 'have'} a documented attribution."
        ),
        parts=(
            Table(
                name="accounts",
                title="The accounts of this report",
                columns=COLUMNS,
                rows=typed(rows, COLUMNS),
                said=f"{words.counted(len(rows), 'account')} with a change, an ad, an answer or a decision this week.",
                method=(
                    "The latest attribution of the registry for each account; the claims behind it "
                    "are on the account's page."
                ),
                empty="No account had a change, an ad, an answer or a decision this week.",
                note="A paid check says that someone paid, not who. “Not checked” is not “no label”.",
                limit=60,
            ),
            standing.table(issue, [row["account_id"] for row in rows]),
        ),
        notes=(
            "What contradicts itself stands side by side; a withdrawn claim stays with its reason; an objection is told "
            "in the words of whoever objects.",
        ),
    )


def _row(issue: Issue, account_id: int) -> dict[str, Any]:
    row = issue.accounts.rows[account_id]
    return {
        "account_id": account_id,
        **issue.account_cells(account_id),
        "said": issue.accounts.relation(account_id),
        **standing.cells(issue.accounts.claims_about(account_id)),
        "document": row["document"],
        "confidence": row["confidence"],
        "label": words.LABELS.get(row["label"], row["label"]),
        "followers": row["followers"],
    }
