"""What people decided in the week: suspicions, reviews with their reasons, claims taken back, objections, labels."""

from collections import Counter
from typing import Any

from tracker.reports import words
from tracker.reports.accounts import RELATIONS
from tracker.reports.content import Column, Section, Table
from tracker.reports.issue import ACCOUNT, Issue, typed

KINDS = {
    "accepted": "accepted",
    "rejected": "rejected",
    "withdrawn": "withdrawn",
    "claim_withdrawn": "claim withdrawn",
    "objection": "objection received",
    "suspected": "suspicion brought in",
    "taken_up": "taken up for review",
    "reopened": "taken up again",
    "merge": "found to be one",
    "split": "found to be two",
    "undo": "merge or split taken back",
    "label_new": "label appeared",
    "label_gone": "label gone",
    "label_changed": "label changed",
}
"""The kinds of decision in the order of the report."""

NAMED = ("accepted", "claim_withdrawn", "objection")
"""Where who did it belongs to what was done; who suspected whom is told to nobody."""

COLUMNS = (
    Column("at", "when (UTC)", "time"),
    Column("what", "what", "word", under=("who",)),
    *ACCOUNT,
    Column("who", "by", missing="", data=False),
    Column("by", "by", shown=False),
    Column("reason", "reason", "long", missing="none given", under=("said", "rival_words", "other")),
    Column("said", "what is said", missing=""),
    Column("rival_words", "what else could explain it", missing="", data=False),
    Column("rival", "what else could explain it", shown=False),
    Column("other", "the other account", missing=""),
    Column("claim_id", "claim", "number", shown=False),
    Column("document", "document", shown=False),
    Column("document_date", "of", "date", shown=False),
    Column("on", "received on", "date", shown=False),
)
METHOD = (
    "Every step that a person took in the week, as the audit trail of the record has it; it cannot be edited. Only an "
    "accepted account is named: of every other the reasons are told and a pseudonym stands for the name."
)


def read(issue: Issue) -> list[dict[str, Any]]:
    """Read the week's decisions and label changes, by kind and then by time."""
    made = issue.lake.tables["decisions"]
    rows = issue.lake.rows(made.order_by("at", "kind", "number"))
    changed = issue.lake.tables["changes"]
    labels = issue.lake.rows(changed.filter(changed.type.startswith("label_")).order_by("at", "change_id"))
    found = [
        *(row for row in rows if issue.holds(row["at"])),
        *(_label(row) for row in labels if issue.holds(row["at"])),
    ]
    order = list(KINDS)
    return sorted(
        (_told(issue, row) for row in found),
        key=lambda row: order.index(row["kind"]) if row["kind"] in order else len(order),
    )


def section(issue: Issue, rows: list[dict[str, Any]]) -> Section:
    """Tell the decisions of the week."""
    return Section(
        name="decided",
        title="What was decided this week?",
        lead=lead(rows),
        parts=(
            Table(
                name="decisions",
                title="Decisions about accounts and claims",
                columns=COLUMNS,
                rows=typed(rows, COLUMNS),
                said=f"{words.counted(len(rows), 'decision')} in the week.",
                method=METHOD,
                empty="Nobody brought in, decided, withdrew or objected to anything this week.",
                limit=60,
            ),
        ),
        notes=(
            "A suspicion is not a finding: whoever is suspected is named nowhere before a second reader accepts.",
        ),
    )


def lead(rows: list[dict[str, Any]]) -> str:
    """Count the decisions by their kind."""
    if not rows:
        return "Nothing was decided this week."
    kinds = Counter(row["kind"] for row in rows)
    told = [f"{words_of_kind} ({kinds[kind]:,})" for kind, words_of_kind in KINDS.items() if kinds[kind]]
    return f"{words.counted(len(rows), 'decision')}: {words.named(told, limit=len(told))}."


def _label(row: dict[str, Any]) -> dict[str, Any]:
    moved = f"{row['before'] or 'none seen before'} → {row['after'] or 'none any more'}"
    return {"kind": row["type"], "at": row["at"], "account_id": row["account_id"], "reason": moved}


def _told(issue: Issue, row: dict[str, Any]) -> dict[str, Any]:
    """Word a decision; of an account that is not accepted neither the body nor the document is told."""
    by = row.get("by") if row["kind"] in NAMED else None
    public = issue.accounts.group(row["account_id"]) != "others" and row.get("predicate")
    dated = f", {row['document_date'][:10]}" if row.get("document_date") else ""
    native = f" ({row['operator_native']})" if row.get("operator_native") else ""
    relation = RELATIONS.get(row.get("predicate") or "", row.get("predicate"))
    said = f"{relation} {row.get('operator')}{native}; attributed by {row.get('document')}{dated}"
    other = row.get("other")
    return {
        **row,
        **issue.account_cells(row["account_id"]),
        "what": KINDS.get(row["kind"], row["kind"]),
        "by": by,
        "who": f"by {by}" if by else None,
        "said": said if public else None,
        "document": row.get("document") if public else None,
        "document_date": row.get("document_date") if public else None,
        "rival_words": f"What else could explain it: {row['rival']}" if row.get("rival") else None,
        "other": f"with {other}" if other else None,
    }
