"""The parts of the page on validation: how many promises held, and each method's lines."""

from collections.abc import Sequence
from dataclasses import asdict, fields
from typing import Any

import streamlit as st
from markupsafe import Markup

from dashboard import components, tables
from tracker import __version__
from tracker.analysis.validation import Held
from tracker.validating import Run

COLUMNS = tuple(field.name for field in fields(Held))
LIMITS = (
    "The data are simulated: periods are independent of each other, near-copies are worded alike, and coders err at random. "
    "Stories that last for days, paraphrases and habits of a coder are not in them."
)
MEASURES = {
    "false alarms": ("False alarms", "where nothing had changed, p was below 0.05"),
    "coverage": ("Intervals", "the truth lay in the interval"),
    "power": ("Changes found", "a change that was there was found"),
}
HEAD = ("data", "", "seen", "95 % interval", "promised", "trials", "")


def line(run: Run | None) -> str:
    """Say when the last run was, with which version and how thorough."""
    if run is None:
        return "No run is kept"
    other = "" if run.version == __version__ else f", which is not the one at work ({__version__})"
    return (
        f"Last run on {run.at.day} {run.at:%b %Y, %H:%M} UTC with version {run.version}{other}: "
        f"{len(run.lines)} promises, {run.trials:,} trials each"
    )


def figures(run: Run) -> None:
    """Draw for each kind of promise how many held."""
    with st.grid(3, min_column_width=200, gap="medium"):
        for measure, (title, words) in MEASURES.items():
            of = [held for held in run.lines if held.measure == measure]
            kept = sum(held.holds for held in of)
            components.figure(title, f"{kept}", f"of {len(of)} hold", f"How often {words}")


def by_method(run: Run) -> None:
    """Draw a card for each method with its lines."""
    for method in dict.fromkeys(held.method for held in run.lines):
        of = [held for held in run.lines if held.method == method]
        kept = sum(held.holds for held in of)
        note = "Every promise holds" if kept == len(of) else f"{len(of) - kept} of {len(of)} are broken"
        with components.card(f"{method[0].upper()}{method[1:]}", note):
            components.table(_table(of))


def rows(run: Run) -> list[dict[str, Any]]:
    """Return the lines with all their figures."""
    return [asdict(held) for held in run.lines]


def _table(lines: Sequence[Held]) -> Markup:
    return tables.html(HEAD, [_cells(held) for held in lines], classes=("", "", "num", "num", "", "num", ""))


def _cells(held: Held) -> tuple[Any, ...]:
    seen = None if held.rate is None else f"{held.rate:.1%}"
    interval = None if held.lower is None or held.upper is None else f"{held.lower:.1%}–{held.upper:.1%}"
    verdict = tables.badge("holds", "green") if held.holds else tables.badge("broken", "red")
    return held.data, held.measure, seen, interval, _promised(held), held.trials, verdict


def _promised(held: Held) -> str:
    if held.least is None:
        return f"at most {held.most:.0%}"
    return f"at least {held.least:.0%}" if held.most is None else f"{held.least:.0%}–{held.most:.0%}"
