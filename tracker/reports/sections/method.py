"""How the numbers were made, and the evidence behind each table."""

from collections import defaultdict
from collections.abc import Iterable

from tracker.findings.publication import CAVEAT
from tracker.reports import words
from tracker.reports.content import Column, Section, Table
from tracker.reports.issue import Issue, typed

COLUMNS = (
    Column("sha256", "SHA-256 of the answer or file", "digest"),
    Column("source", "source", "word", missing="not known"),
    Column("observed_at", "given (UTC)", "time", missing="not known"),
    Column("tables", "behind", "long"),
)
NOTES = (
    "Every answer of a source is kept as it came, under its SHA-256, before anything is read from "
    "it. The short codes in the "
    "tables are the beginnings of these.",
    "Only accounts of status “accepted” are counted as state-linked: a document attributes them, and "
    "a person checked it. "
    "Accounts that are suspected, under review or not assessed stand apart with their status, "
    "control accounts "
    "apart from both.",
    "Every attribution is that of its publisher, on its date. What is not published stays “not "
    "published”: it is never counted "
    "as zero.",
    CAVEAT,
    "Weeks run from Monday to Sunday in UTC. A text that would hide or reorder its surroundings is "
    "shown with its code "
    "points, as in [U+202E].",
)


def section(issue: Issue, tables: Iterable[Table]) -> Section:
    """Tell the method and index the evidence of all tables of the report."""
    behind: dict[str, list[str]] = defaultdict(list)
    for table in tables:
        for digest in table.evidence:
            behind[digest].append(table.name)
    known = _answers(issue)
    rows = [
        {"sha256": digest, "tables": ", ".join(names), **known.get(digest, {})}
        for digest, names in sorted(behind.items())
    ]
    return Section(
        name="method",
        title="How were these numbers made?",
        lead=(
            f"From {words.count(len(rows), 'kept answer')}, computed by influence tracker. What an item is about was "
            "coded by people wherever a share is given."
        ),
        parts=(
            Table(
                name="evidence",
                title="Evidence index",
                columns=COLUMNS,
                rows=typed(rows, COLUMNS),
                said=f"{words.counted(len(rows), 'answer')} or files behind the tables of this report.",
                method=(
                    "The evidence ids of every table, as in manifest.json; `tracker verify` hashes "
                    "each of them again."
                ),
                empty="No evidence stands behind this report: nothing was asked.",
                evidence=tuple(sorted(behind)),
                limit=60,
            ),
        ),
        notes=NOTES,
    )


def _answers(issue: Issue) -> dict[str, dict[str, str]]:
    rows = (
        issue.lake.tables["listings"]
        .select("evidence", "source", "observed_at")
        .order_by("observed_at", "source")
    )
    found: dict[str, dict[str, str]] = {}
    for row in issue.lake.rows(rows):
        found.setdefault(row["evidence"], {"source": row["source"], "observed_at": row["observed_at"]})
    return found
