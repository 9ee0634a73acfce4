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
    "false alarms": ("False alarms", "How often p was below 0.05 where nothing had changed"),
    "coverage": ("Intervals", "How often the truth lay in the interval"),
    "power": ("Changes found", "How often a change that was there was found"),
}
HEAD = (
    "what was tried",
    "measure",
    "promised (shaded) and seen",
    "seen",
    "95 % interval",
    "promised",
    "trials",
    "",
)
CLASSES = ("half", "keep", "bar", "num", "num", "keep", "num", "keep")
WIDEST = {"false alarms": (0.0, 0.2), "coverage": (0.8, 1.0), "power": (0.0, 1.0)}
"""From where to where the rates of a measure are drawn."""


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
            components.figure(title, f"{kept}", f"of {len(of)} hold", words)


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
    return tables.html(HEAD, [_cells(held) for held in lines], classes=CLASSES)


def _cells(held: Held) -> tuple[Any, ...]:
    seen = None if held.rate is None else f"{held.rate:.1%}"
    interval = None if held.lower is None or held.upper is None else f"{held.lower:.1%}–{held.upper:.1%}"
    verdict = tables.badge("holds", "green") if held.holds else tables.badge("broken", "red")
    return held.data, held.measure, _range(held), seen, interval, _promised(held), held.trials, verdict


def _promised(held: Held) -> str:
    if held.least is None:
        return f"at most {held.most:.0%}"
    return f"at least {held.least:.0%}" if held.most is None else f"{held.least:.0%}–{held.most:.0%}"


def _range(held: Held) -> Markup:
    """Return the promise as a shaded zone, and the rate as a dot on its interval."""
    if held.rate is None or held.lower is None or held.upper is None:
        return tables.NOT_SHOWN
    start, end = _percent(held, held.least or 0.0), _percent(held, 1.0 if held.most is None else held.most)
    lower, upper, rate = (_percent(held, value) for value in (held.lower, held.upper, held.rate))
    return Markup(
        '<div class="it-range" role="img" aria-label="{:.1%}, {:.1%} to {:.1%}">'
        '<i style="left:{:.1f}%;width:{:.1f}%"></i><i class="span" style="left:{:.1f}%;width:{:.1f}%"></i>'
        '<i class="seen" style="left:{:.1f}%"></i></div>'
    ).format(held.rate, held.lower, held.upper, start, end - start, lower, upper - lower, rate)


def _percent(held: Held, value: float) -> float:
    first, last = WIDEST[held.measure]
    return 100 * min(1.0, max(0.0, (value - first) / (last - first)))
