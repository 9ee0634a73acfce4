"""What was asked and what was answered: the ground under every other number of the report."""

from collections import Counter, defaultdict
from datetime import date, timedelta
from typing import Any

from tracker.analysis.coverage import ANSWERED, best_first
from tracker.reports import words
from tracker.reports.content import Column, Section, Table
from tracker.reports.issue import ACCOUNT, Issue, typed
from tracker.reports.weeks import Week

OUTCOMES = {
    "rows": "rows",
    "empty_confirmed": "empty, confirmed",
    "empty_unverified": "empty, not verified",
    "throttled": "throttled",
    "login_wall": "behind a login",
    "refused": "refused",
    "gone": "gone",
    "error": "an error",
}
COLUMNS = (
    *ACCOUNT,
    Column("source", "asked of", "word"),
    Column("days_covered", "days covered", "count"),
    Column("days_of", "of", "count"),
    Column("answers", "answers", "count"),
    Column("outcomes", "outcomes", "text"),
    Column("gaps", "days nobody asked about", "text", missing="none"),
)
QUARANTINED = (
    Column("source", "source", "word"),
    Column("evidence", "evidence", "hash"),
    Column("line", "line", "number"),
    Column("field", "field"),
    Column("reason", "why it is not counted", "long"),
)
WHOLE_SET = {"account": "a whole data set", "status": "not one account", "attribution": ""}
NOTHING_ASKED = (
    "Nothing was asked: no answer of any source covers a day of this week. That says nothing about "
    "what happened in it."
)
NOTHING_READABLE = (
    "It was asked, but no answer can be read: every one was empty without confirmation, or failed. "
    "That is not the same as nothing happening."
)


def state(answers: list[dict[str, Any]]) -> str:
    """Say whether nothing was asked, nothing can be read, or the week was answered: "", when all is well."""
    if not answers:
        return NOTHING_ASKED
    return "" if any(row["outcome"] in ANSWERED for row in answers) else NOTHING_READABLE


def section(issue: Issue, answers: list[dict[str, Any]]) -> Section:
    """Tell what was asked, the outcomes, the gaps, and the records that were kept out."""
    return Section(
        name="coverage",
        title="What was asked, and what was answered?",
        lead=lead(issue, answers),
        parts=(_table(issue, answers), _quarantined(issue)),
        notes=(
            "An empty answer is not zero: only one that the source confirmed may be read as “none”. "
            "A day that nobody "
            "asked about is a gap in what we know, not a quiet day.",
            _not_asked(issue, answers),
        ),
    )


def lead(issue: Issue, answers: list[dict[str, Any]]) -> str:
    """Say how many answers cover the week and how many of the accepted accounts they are about."""
    if problem := state(answers):
        return problem
    verb = "belongs" if len(answers) == 1 else "belong"
    good = sum(1 for row in answers if row["outcome"] in ANSWERED)
    return (
        f"{words.counted(len(answers), 'answer')} {verb} to the week, {good:,} of them readable. "
        f"{words.of(len(asked(issue, answers)), issue.accounts.count('state-linked'), 'accepted account')} "
        "were asked about."
    )


def asked(issue: Issue, answers: list[dict[str, Any]]) -> set[int]:
    """The accepted accounts that an answer is about, those that a whole data set holds among them."""
    ids = {row["account_id"] for row in answers}
    sets = sorted({row["source"] for row in answers if row["account_id"] is None})
    about = ids | issue.account_ids_of(sets)
    return {key for key in about if key is not None and issue.accounts.group(key) == "state-linked"}


def _table(issue: Issue, answers: list[dict[str, Any]]) -> Table:
    groups: dict[tuple[int | None, str], list[dict[str, Any]]] = defaultdict(list)
    for row in answers:
        groups[row["account_id"], row["source"]].append(row)
    rows = [_row(issue, key, source, rows) for (key, source), rows in groups.items()]
    rows.sort(key=lambda row: (row["status"] != "accepted", row["account"] or "", row["source"]))
    return Table(
        name="coverage",
        title="Answers about this week",
        columns=COLUMNS,
        rows=typed(rows, COLUMNS),
        said=(
            f"{words.counted(len(answers), 'answer')} about {words.count(len(groups), 'pair')} of "
            "account and source."
        ),
        method=(
            "An answer belongs to the week when it covers a day of it or was given in it. It counts "
            "for the days that it was asked about, else for the day it was given. A day with several "
            "answers has the best of their outcomes."
        ),
        empty=NOTHING_ASKED,
        evidence=tuple(sorted({row["evidence"] for row in answers if row["evidence"]})),
    )


def _row(issue: Issue, account_id: int | None, source: str, answers: list[dict[str, Any]]) -> dict[str, Any]:
    by_day = {day: [row["outcome"] for row in answers if _covers(row, day)] for day in _days(issue.week)}
    missing = [day for day, outcomes in by_day.items() if not outcomes]
    outcomes = Counter(best_first(found)[0] for found in by_day.values() if found)
    cells = issue.account_cells(account_id) if account_id is not None else WHOLE_SET
    return {
        **cells,
        "source": source,
        "days_covered": len(by_day) - len(missing),
        "days_of": len(by_day),
        "answers": len(answers),
        "outcomes": ", ".join(
            f"{OUTCOMES.get(outcome, outcome)} on {words.count(days, 'day')}"
            for outcome, days in sorted(outcomes.items())
        )
        or "given this week, about other days",
        "gaps": ", ".join(f"{day:%a}" for day in missing) or None,
    }


def _covers(row: dict[str, Any], day: date) -> bool:
    return date.fromisoformat(row["first_day"]) <= day <= date.fromisoformat(row["last_day"])


def _days(week: Week) -> list[date]:
    return [week.monday + timedelta(days=step) for step in range(7)]


def _not_asked(issue: Issue, answers: list[dict[str, Any]]) -> str:
    about = asked(issue, answers)
    missing = [
        key for key in issue.accounts.rows if issue.accounts.group(key) == "state-linked" and key not in about
    ]
    whole = issue.accounts.count("state-linked")
    if not missing:
        return f"All {words.count(whole, 'accepted account')} were asked about."
    names = words.named(issue.accounts.named(missing), limit=8)
    return f"Not asked about this week: {words.of(len(missing), whole, 'accepted account')} ({names})."


def _quarantined(issue: Issue) -> Table:
    table = issue.lake.tables["quarantined"]
    rows = issue.lake.rows(table.order_by("source", "evidence", "line", "field"))
    return Table(
        name="quarantined",
        title="Records kept out of every count",
        columns=QUARANTINED,
        rows=typed(rows, QUARANTINED),
        said=f"{words.counted(len(rows), 'record')} in the whole store, whatever the week.",
        method=(
            "A record that contradicts what is known of its set, such as a date outside it, is kept, "
            "shown and not counted."
        ),
        empty="No record is quarantined.",
        evidence=tuple(sorted({row["evidence"] for row in rows if row["evidence"]})),
    )
