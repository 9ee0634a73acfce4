"""The items behind a mark of a chart: what they say, whose they are, and the way to the evidence of each."""

from collections.abc import Mapping
from typing import Any

from dashboard import components, data, tables, words
from tracker.findings import Finding

SHOWN = 10
_LIMIT = {"limit": str(SHOWN)}


def listed(title: str, *, items: str, **limits: str | None) -> None:
    """Draw the latest items within limits, each with a link to its evidence; an item that is only counted says so."""
    found = data.ads(**limits, **_LIMIT) if items == "ads" else data.posts(**limits, **_LIMIT)
    noun = words.NOUNS[items]
    if not found.rows:
        components.empty(title, f"No {noun} is behind this mark.", small=True)
        return
    components.heading(title, _line(found, noun))
    head = ("day", "text", "account", "codes", "opens")
    body = [_ad(row) if items == "ads" else _post(row) for row in found.rows[:SHOWN]]
    components.table(tables.html(head, body, classes=("keep", "", "", "", "keep")))


def _line(found: Finding, noun: str) -> str:
    return f"{min(SHOWN, len(found.rows)):,} of {words.count(found.n, noun)}, the latest first"


def _ad(row: Mapping[str, Any]) -> tuple[Any, ...]:
    return (
        words.day(row["first_shown"]), tables.shown(row["text"], 140), words.account(row),
        ", ".join(row["codes"]) or "none", tables.opens(f"ad-{row['snapshot_id']}"),
    )  # fmt: skip


def _post(row: Mapping[str, Any]) -> tuple[Any, ...]:
    by = " (by hand)" if row["codes_by"] == "hand" else ""
    return (
        words.day(row["day"]), tables.shown(row["text"], 140), words.account(row),
        f"{', '.join(row['codes']) or 'none'}{by}", tables.opens(row["snapshot"]),
    )  # fmt: skip
