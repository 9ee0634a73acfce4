"""One look for every chart: the colours by meaning, in light and in dark, and the theme made from them.

A colour is never chosen in a chart. Politics is blue, economy ochre, culture green; red is kept for a missing
label and for alarms; grey is always "not checked", "not published" or "not coded", never a value.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

import altair as alt

Finished = TypeVar("Finished", bound=alt.TopLevelMixin)

SUSPECT = "suspect"
"""How a day is drawn that is said to be gone in a run that is not to be believed."""
ARCHIVE = "archive"
"""How a day is drawn that a file of posts is said to cover."""
UNKNOWN = "unknown: archive undated"
"""What is drawn on the days of a file of which nobody said what it covers."""
FONT = "Inter, 'Noto Sans', 'Noto Sans CJK SC', 'Noto Sans Arabic', sans-serif"


@dataclass(frozen=True, slots=True)
class Look:
    """The colours of one scheme. `ramp` runs from few to many and has six steps."""

    ink: str
    muted: str
    grid: str
    rule: str
    paper: str
    nothing: str
    border: str
    ramp: tuple[str, ...]
    category: tuple[str, ...]
    codes: Mapping[str, str]
    outcomes: Mapping[str, str]
    labels: Mapping[str, str]


LIGHT = Look(
    ink="#1b1f24",
    muted="#57606a",
    grid="#e6e8eb",
    rule="#8c959f",
    paper="#ffffff",
    nothing="#e5e7eb",
    border="#ffffff",
    ramp=("#dbe7f2", "#b5cfe6", "#8fb3d6", "#4c86bd", "#0b5394", "#073763"),
    category=("#0b5394", "#c8553d", "#3b8f6a", "#d9a441", "#7a5c99", "#4fa3c7", "#8c959f"),
    codes={"politics": "#0b5394", "economy": "#d9a441", "culture": "#3b8f6a", "not coded": "#b9c0c7"},
    outcomes={
        "rows": "#9cc9b4",
        "archive covers": "#5f9ea8",
        "empty, confirmed": "#a9c6e3",
        "empty, unverified": "#ecd39b",
        "said to be gone": "#b9b2c9",
        "suspect": "#8a6bb0",
        "throttled or refused": "#dd9483",
        "no answer": "#a24b3c",
        UNKNOWN: "#d0d5db",
        "not asked": "#ffffff",
    },
    labels={
        "no label": "#c8553d",
        "paid check only": "#d9a441",
        "state-media label": "#0b5394",
        "not checked": "#e5e7eb",
    },
)

DARK = Look(
    ink="#e4e8ec",
    muted="#a3adb8",
    grid="#262d35",
    rule="#6b7580",
    paper="#12161b",
    nothing="#2b323a",
    border="#12161b",
    ramp=("#294966", "#335f8a", "#3f76ab", "#5b95cc", "#90bae3", "#c8def3"),
    category=("#5e9bd6", "#dd7b64", "#55ab85", "#d9a441", "#a58bc4", "#6fb8d9", "#8c959f"),
    codes={"politics": "#5e9bd6", "economy": "#d9a441", "culture": "#55ab85", "not coded": "#5d6670"},
    outcomes={
        "rows": "#3d7d62",
        "archive covers": "#2f6d86",
        "empty, confirmed": "#3d6b9a",
        "empty, unverified": "#a98538",
        "said to be gone": "#635d75",
        "suspect": "#9a7cc4",
        "throttled or refused": "#b0604c",
        "no answer": "#e0897a",
        UNKNOWN: "#3c4550",
        "not asked": "#12161b",
    },
    labels={
        "no label": "#dd7b64",
        "paid check only": "#d9a441",
        "state-media label": "#5e9bd6",
        "not checked": "#2b323a",
    },
)

OUTCOME_WORDS: Mapping[str, str] = {
    "rows": "rows",
    ARCHIVE: "archive covers",
    "empty_confirmed": "empty, confirmed",
    "empty_unverified": "empty, unverified",
    "gone": "said to be gone",
    SUSPECT: "suspect",
    "login_wall": "throttled or refused",
    "refused": "throttled or refused",
    "throttled": "throttled or refused",
    "error": "no answer",
    "unknown": UNKNOWN,
}
"""How an outcome of a query reads under a chart, the best first; an outcome that is missing was not asked."""

LABEL_WORDS: Mapping[str, str] = {
    "none": "no label",
    "paid_check": "paid check only",
    "government_check": "state-media label",
    "state_affiliated": "state-media label",
    "state_controlled_media": "state-media label",
    "unknown": "not checked",
}
"""How the state of a platform's label reads in the matrix."""


def finished(chart: Finished, look: Look) -> Finished:
    """Return a chart with the theme of a look: the last thing done to it."""
    themed: Finished = chart.configure(**config(look))
    return themed


def config(look: Look) -> dict[str, Any]:
    """Return the Vega-Lite configuration of a look."""
    return {
        "background": "transparent",
        "font": FONT,
        "padding": {"left": 2, "right": 6, "top": 4, "bottom": 2},
        "view": {"stroke": None},
        "title": {
            "anchor": "start", "fontSize": 15, "fontWeight": 600, "color": look.ink, "subtitleFontSize": 12,
            "subtitleColor": look.muted, "subtitlePadding": 6, "offset": 12,
        },
        "axis": {
            "domain": False, "ticks": False, "labelColor": look.muted, "labelFontSize": 11,
            "titleColor": look.muted, "titleFontSize": 11, "titleFontWeight": 400, "grid": True,
            "gridColor": look.grid, "gridWidth": 1, "labelPadding": 6,
        },
        "axisX": {"grid": False, "domain": True, "domainColor": look.rule, "tickColor": look.rule, "tickSize": 4},
        "axisBand": {"grid": False},
        "legend": {
            "orient": "top", "direction": "horizontal", "title": None, "labelFontSize": 12,
            "labelColor": look.ink, "symbolType": "square", "symbolSize": 110, "symbolStrokeWidth": 0,
            "columnPadding": 14, "titleColor": look.muted, "titleFontSize": 11, "titleFontWeight": 400,
        },
        "range": {"category": list(look.category), "ramp": list(look.ramp), "heatmap": list(look.ramp)},
        "line": {"strokeWidth": 2.2, "strokeCap": "round"},
        "rule": {"color": look.ink},
        "text": {"fontSize": 11, "color": look.ink, "font": FONT},
        "header": {
            "labelFontSize": 12, "labelFontWeight": 600, "labelColor": look.ink, "labelAnchor": "start",
            "title": None,
        },
    }  # fmt: skip
