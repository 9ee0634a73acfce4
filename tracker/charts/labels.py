"""Who bears a label where, and from when to when it was seen so."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

import altair as alt

from tracker.charts.look import LABEL_WORDS, LIGHT, Look, finished
from tracker.charts.months import Rows, milliseconds
from tracker.charts.registry import PLATFORMS
from tracker.charts.words import heading, shortened

STATE_WORDS: Mapping[str, str] = {
    "state_affiliated": "labelled “state-affiliated”",
    "state_controlled_media": "labelled “state-controlled media”",
    "government_check": "government check",
    "paid_check": "paid check only",
    "none": "no label",
    "unknown": "could not be told",
}
"""What was seen, in the words of a page."""
MOST_BRANDS = 40
MOST_LANES = 40


def label_matrix(rows: Rows, *, as_of: datetime | None, look: Look = LIGHT) -> alt.Chart:
    """Return brands against platforms, coloured by the label that a reader saw there.

    `rows` have `brand`, `platform`, `state`, and may have `first_seen` and `last_seen`. A pair without an account is
    left empty; a pair nobody looked at is grey. Of several accounts the one without a label is on top. The first
    `MOST_BRANDS` brands are drawn.
    """
    drawn = list(dict.fromkeys(row["brand"] or "no brand" for row in rows))[:MOST_BRANDS]
    order = list(look.labels)
    cells = sorted(
        (_cell(row) for row in rows if (row["brand"] or "no brand") in drawn),
        key=lambda cell: -order.index(cell["label"]),
    )
    checked = sum(cell["label"] != "not checked" for cell in cells)
    chart: alt.Chart = (
        alt.Chart(alt.InlineData(values=cells))
        .mark_rect(cornerRadius=3, stroke=look.paper, strokeWidth=4)
        .encode(
            x=alt.X("platform:N", sort=list(PLATFORMS.values()),
                    axis=alt.Axis(orient="top", title=None, labelAngle=0, domain=False, ticks=False)),
            y=alt.Y("brand:N", sort=[shortened(brand, 30) for brand in drawn],
                    axis=alt.Axis(title=None, labelLimit=150, labelOverlap=False)),
            color=alt.Color("label:N", scale=alt.Scale(domain=order, range=list(look.labels.values()))),
            tooltip=[alt.Tooltip("brand:N"), alt.Tooltip("platform:N"), alt.Tooltip("seen:N", title="what was seen"),
                     alt.Tooltip("first:N", title="first seen"), alt.Tooltip("last:N", title="last seen")],
        )
        .properties(
            height=29 * len({cell["brand"] for cell in cells}), width="container",
            title=heading("Who bears a label, and where?", unit=f"{checked} of {len(cells)} pairs checked",
                          n=len(cells), as_of=as_of),
        )
    )  # fmt: skip
    return finished(chart, look)


def label_timeline(rows: Rows, *, as_of: datetime | None, look: Look = LIGHT) -> alt.Chart:
    """Return one lane an account: from the first to the last day on which a label, or none, was seen.

    `rows` are those of the `labels` finding; undated runs and those that could not be told are not drawn. Between two
    bars nobody looked: the change lies somewhere there. The first `MOST_LANES` accounts are drawn.
    """
    dated = [row for row in rows if row["first_seen"] and row["state"] != "unknown"]
    lanes = list(dict.fromkeys(_lane(row) for row in dated))[:MOST_LANES]
    bars = _wide_enough([_bar(row) for row in dated if _lane(row) in lanes])
    chart: alt.Chart = (
        alt.Chart(alt.InlineData(values=bars))
        .mark_bar(height=11, cornerRadius=2)
        .encode(
            x=alt.X("begin:T", scale=alt.Scale(type="utc"), axis=alt.Axis(title=None, tickCount=6)),
            x2="end:T",
            y=alt.Y("lane:N", sort=lanes, axis=alt.Axis(title=None, labelLimit=190, labelOverlap=False)),
            color=alt.Color("label:N", scale=alt.Scale(domain=list(look.labels), range=list(look.labels.values()))),
            tooltip=[alt.Tooltip("lane:N", title="account"), alt.Tooltip("seen:N", title="what was seen"),
                     alt.Tooltip("first:N", title="first seen"), alt.Tooltip("last:N", title="last seen"),
                     alt.Tooltip("looks:Q")],
        )
        .properties(
            height=alt.Step(22), width="container",
            title=heading("Since when, and until when?", unit="days of looks, not of changes",
                          n=sum(row["looks"] for row in dated), as_of=as_of),
        )
    )  # fmt: skip
    return finished(chart, look)


def _cell(row: Mapping[str, Any]) -> dict[str, str]:
    state = row["state"] or "unknown"
    return {
        "brand": shortened(row["brand"] or "no brand", 30),
        "platform": PLATFORMS.get(row["platform"], row["platform"]),
        "label": LABEL_WORDS.get(state, "not checked"),
        "seen": STATE_WORDS.get(state, state) if row["state"] else "not checked",
        "first": str(row.get("first_seen") or "not known"),
        "last": str(row.get("last_seen") or "not known"),
    }


def _lane(row: Mapping[str, Any]) -> str:
    name = row["brand"] or str(row["account"]).partition(":")[2]
    return shortened(f"{name} · {PLATFORMS.get(row['platform'], row['platform'])}", 34)


def _wide_enough(bars: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Let a bar of a day or two be seen beside years: each takes a hundredth of the axis at least."""
    if not bars:
        return bars
    least = (max(bar["end"] for bar in bars) - min(bar["begin"] for bar in bars)) // 100
    return [{**bar, "end": max(bar["end"], bar["begin"] + least)} for bar in bars]


def _bar(row: Mapping[str, Any]) -> dict[str, Any]:
    first, last = (date.fromisoformat(str(row[name])[:10]) for name in ("first_seen", "last_seen"))
    return {
        "lane": _lane(row),
        "label": LABEL_WORDS.get(row["state"], "not checked"),
        "seen": STATE_WORDS.get(row["state"], row["state"]),
        "begin": milliseconds(first),
        "end": milliseconds(last + timedelta(days=1)),
        "first": str(first),
        "last": str(last),
        "looks": row["looks"],
    }
