"""On which days the sources answered, and what platforms are called."""

from collections.abc import Sequence
from datetime import datetime

import altair as alt

from tracker.charts.look import LIGHT, Look, finished
from tracker.charts.months import Rows, coverage_runs, hatches, outcome_colour, span, x_of
from tracker.charts.words import heading, shortened

MOST_LANES = 24
LANE_HEIGHT = 13
PLATFORMS = {
    "x": "X",
    "facebook": "Facebook",
    "youtube": "YouTube",
    "tiktok": "TikTok",
    "instagram": "Instagram",
    "threads": "Threads",
    "bluesky": "Bluesky",
    "telegram": "Telegram",
    "mastodon": "Mastodon",
    "weibo": "Weibo",
    "linkedin": "LinkedIn",
    "vk": "VK",
    "google": "Google Ads",
    "microsoft": "Microsoft Advertising",
    "snapchat": "Snapchat",
    "web": "Web",
}


def coverage_band(
    rows: Rows, *, as_of: datetime | None, look: Look = LIGHT
) -> alt.LayerChart | alt.FacetChart:
    """Return one band an account and source: on which days rows came, nothing came, or nobody asked (hatched).

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
    lane = alt.Y("lane:N", sort=lanes, axis=alt.Axis(title=None, labelLimit=190, labelOverlap=False))
    tooltip = [
        alt.Tooltip("lane:N", title="account and source"), alt.Tooltip("state:N", title="answer"),
        alt.Tooltip("from:N"), alt.Tooltip("to:N"), alt.Tooltip("days:Q"),
    ]  # fmt: skip
    bands = (
        alt.Chart(alt.InlineData(values=runs))
        .mark_rect(height=LANE_HEIGHT, stroke=look.grid, strokeWidth=0.5)
        .encode(
            x=x_of("begin", months), x2="end:Q", y=lane, color=outcome_colour(look, runs), tooltip=tooltip
        )
    )
    over = hatches(runs, months, look=look, height=LANE_HEIGHT).encode(y=lane, tooltip=tooltip)
    chart = alt.layer(bands, over).properties(
        height=26 * len(lanes), width="container",
        title=heading("On which days did the sources answer?", unit="days by account and source",
                      n=len(days), as_of=as_of),
    )  # fmt: skip
    return finished(chart, look)


def _lane(account: str | None, source: str) -> str:
    return f"{shortened(account or 'no account', 28)} · {source}"


def lanes_of(rows: Rows) -> Sequence[str]:
    """Return the bands that a coverage finding has, also those that are not drawn."""
    return sorted({_lane(row["account"], row["source"]) for row in rows if row["day"]})
