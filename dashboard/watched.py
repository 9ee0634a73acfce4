"""The part of the page on collection about what is watched: by source, runs that are not believed, alerts that wait."""

from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup

from dashboard import collected, components, data, tables, words

Row = Mapping[str, Any]
SHOWN = 5
NONE = Markup("–")


def line(rows: Sequence[Row]) -> str:
    """Say how much is watched, and how much of it is late or failing."""
    watches = sum(row["watches"] for row in rows)
    late, failing = sum(row["overdue"] for row in rows), sum(row["failing"] for row in rows)
    return (
        f"{words.count(watches, 'account')} by source watched · {late:,} late by an hour or more · "
        f"{failing:,} not answered when last asked"
    )


def sources(rows: Sequence[Row]) -> None:
    """Draw a line for each source: when next, when last, what came of it, what is left, and what is kept."""
    if not rows:
        components.empty(
            "Nothing is watched yet",
            "The worker watches accepted accounts with every source that is ready.",
            command="tracker watches",
            small=True,
        )
        return
    head = (
        "source",
        "watched",
        "next due",
        "last success",
        "outcomes, 7 days",
        "budget left",
        "fields, 7 days",
        "evidence",
    )
    components.table(
        tables.html(
            head,
            [_source(row) for row in rows],
            classes=("keep", "num", "", "", "", "num", "num", "num"),
        )
    )
    components.caption(
        "Times are UTC.",
        "A question that was put off is a gap, and no silence. The budget is that of a day; without one there is no limit "
        "but the pace of the source. Evidence: as it is kept, and as it came.",
    )


def _source(row: Row) -> Sequence[Any]:
    if not row["watches"]:
        by_file = Markup("<span class='it-none'>by file</span>")
        return row["source"], by_file, NONE, NONE, NONE, NONE, row["drifts"] or "none", _kept(row)
    budgets = data.daily_questions()
    left = max(0, budgets[row["source"]] - row["asked_in_a_day"]) if row["source"] in budgets else None
    return (
        row["source"],
        row["watches"],
        _marked(_moment(row["next_due"]), row["overdue"], "late", "ochre"),
        _marked(_moment(row["last_success"]), row["failing"], "failing", "red"),
        _outcomes(row),
        f"{left:,} of {budgets[row['source']]:,}" if left is not None else "no limit",
        row["drifts"] or "none",
        _kept(row),
    )


def _marked(words: str | None, number: int, what: str, tone: str) -> Any:
    """Return a cell with how many watches are not well, where any is not."""
    return (
        Markup("{} {}").format(words or "never", tables.badge(f"{number:,} {what}", tone))
        if number
        else words
    )


def _kept(row: Row) -> str:
    return f"{_size(row['stored'])} of {_size(row['bytes'])}"


def _moment(at: Any) -> str | None:
    return f"{at:%d %b %H:%M}" if at is not None else None


def _outcomes(row: Row) -> Markup:
    """Return how the questions of a week ended, with those that were put off."""
    parts = [
        Markup("{} {}").format(
            f"{number:,}", tables.badge(outcome.replace("_", " "), collected.TONES.get(outcome, "red"))
        )
        for outcome, number in sorted(row["outcomes"].items())
    ]
    if row["put_off"]:
        parts.append(Markup("{} {}").format(f"{row['put_off']:,}", tables.badge("put off", "ochre")))
    return Markup(" ").join(parts) if parts else Markup("<span class='it-none'>not asked</span>")


def _size(number: int) -> str:
    for unit in ("bytes", "kB", "MB", "GB"):
        if number < 1000:
            return f"{number:,.0f} {unit}"
        number /= 1000  # type: ignore[assignment]
    return f"{number:,.1f} TB"


def suspects(runs: Sequence[Row]) -> None:
    """Draw the runs that are not to be believed, with the reason."""
    if not runs:
        components.empty(
            "No run is suspect",
            "In none of them did too many accounts of a platform vanish at once.",
            small=True,
        )
        return
    body = [(_moment(row["started_at"]), tables.shown(row["suspect"], 200)) for row in runs[:SHOWN]]
    components.table(tables.html(("run", "why it is not to be believed"), body, classes=("keep", "")))
    components.caption("What such a run called gone", "is drawn as suspect, and an alert of it says so.")


def waiting(rules: Sequence[Row]) -> None:
    """Draw the alerts that could not be sent yet, with the reason."""
    if not rules:
        components.empty("No alert waits", "What was to be told has been sent.", small=True)
        return
    body = [
        (
            row["channel"],
            tables.shown(row["target"], 60),
            row["waiting"],
            tables.shown(row["error"], 120) or None,
        )
        for row in rules
    ]
    components.table(tables.html(("by", "to", "waiting", "because"), body, classes=("keep", "", "num", "")))
    components.caption("Nothing is lost:", "each is tried again, at the latest after six hours.")
