"""Who bears a label where, and on which days the sources answered."""

from collections.abc import Sequence
from datetime import datetime

import altair as alt

from tracker.charts.look import LABEL_WORDS, LIGHT, Look, finished
from tracker.charts.months import Rows, coverage_runs, outcome_scale, span, x_of
from tracker.charts.words import heading, shortened

MOST_LANES = 24
PLATFORMS = {
    "x": "X",
    "facebook": "Facebook",
    "youtube": "YouTube",
    "tiktok": "TikTok",
    "instagram": "Instagram",
    "web": "Web",
}


def label_matrix(rows: Rows, *, as_of: datetime | None, look: Look = LIGHT) -> alt.Chart:
    """Return brands against platforms, coloured by the label that a reader saw there.

    `rows` have `brand`, `platform`, `state`, and may have `first_seen` and `last_seen`. A pair without an account is
    left empty; a pair nobody looked at is grey.
    """
    cells = [
        {
            "brand": shortened(row["brand"] or "no brand", 30),
            "platform": PLATFORMS.get(row["platform"], row["platform"]),
            "label": LABEL_WORDS.get(row["state"] or "unknown", "not checked"),
            "first": str(row.get("first_seen") or "not known"),
        }
        for row in rows
    ]
    checked = sum(cell["label"] != "not checked" for cell in cells)
    chart: alt.Chart = (
        alt.Chart(alt.InlineData(values=cells))
        .mark_rect(cornerRadius=3, stroke=look.paper, strokeWidth=4)
        .encode(
            x=alt.X("platform:N", sort=list(PLATFORMS.values()),
                    axis=alt.Axis(orient="top", title=None, labelAngle=0, domain=False, ticks=False)),
            y=alt.Y("brand:N", sort=None, axis=alt.Axis(title=None, labelLimit=150, labelOverlap=False)),
            color=alt.Color("label:N", scale=alt.Scale(domain=list(look.labels), range=list(look.labels.values()))),
            tooltip=[alt.Tooltip("brand:N"), alt.Tooltip("platform:N"), alt.Tooltip("label:N"),
                     alt.Tooltip("first:N", title="first seen")],
        )
        .properties(
            height=29 * len({cell["brand"] for cell in cells}), width="container",
            title=heading("Who bears a label, and where?", unit=f"{checked} of {len(cells)} pairs checked",
                          n=len(cells), as_of=as_of),
        )
    )  # fmt: skip
    return finished(chart, look)


def coverage_band(rows: Rows, *, as_of: datetime | None, look: Look = LIGHT) -> alt.Chart:
    """Return one band an account and source: on which days rows came, nothing came, or nobody asked.

    `rows` are those of the `coverage` finding; only the first `MOST_LANES` accounts by name are drawn.
    """
    days = [row for row in rows if row["day"]]
    months = span(str(row["day"])[:7] for row in days)
    lanes = sorted({_lane(row["account"], row["source"]) for row in days})[:MOST_LANES]
    runs = [
        {**run, "lane": lane}
        for lane in lanes
        for run in coverage_runs(
            [row for row in days if _lane(row["account"], row["source"]) == lane], months
        )
    ]
    chart: alt.Chart = (
        alt.Chart(alt.InlineData(values=runs))
        .mark_rect(height=13)
        .encode(
            x=x_of("begin", months),
            x2="end:Q",
            y=alt.Y("lane:N", sort=lanes, axis=alt.Axis(title=None, labelLimit=190, labelOverlap=False)),
            color=alt.Color("state:N", scale=outcome_scale(look, {run["state"] for run in runs})),
            tooltip=[alt.Tooltip("lane:N", title="account and source"), alt.Tooltip("state:N", title="answer"),
                     alt.Tooltip("from:N"), alt.Tooltip("to:N"), alt.Tooltip("days:Q")],
        )
        .properties(
            height=26 * len(lanes), width="container",
            title=heading("On which days did the sources answer?", unit="days by account and source",
                          n=len(days), as_of=as_of),
        )
    )  # fmt: skip
    return finished(chart, look)


def _lane(account: str | None, source: str) -> str:
    return f"{shortened(account or 'no account', 28)} · {source}"


def lanes_of(rows: Rows) -> Sequence[str]:
    """Return the bands that a coverage finding has, also those that are not drawn."""
    return sorted({_lane(row["account"], row["source"]) for row in rows if row["day"]})
