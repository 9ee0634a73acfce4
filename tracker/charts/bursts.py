"""How many items came in each day, week or month, over what the null model expects, with the bursts marked."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

import altair as alt

from tracker.charts.look import LIGHT, Look, finished
from tracker.charts.months import (
    STRIP_OFFSET,
    Rows,
    as_date,
    coverage_strip,
    end_of,
    milliseconds,
    span,
    start_of,
    x_of,
)
from tracker.charts.words import heading

HEIGHT = 220
MOST_NAMED = 8
BURST, UNFINISHED, EXPECTED = "burst", "unfinished, not tested", "what the others lead one to expect (95 %)"
_UNITS = {"day": "day", "week": "ISO week", "month": "month"}
_DAYS = {"day": 1, "week": 7}
_APART = 0.1
"""The share of the axis that a mark with words takes; of marks that stand nearer only the strongest has words."""
_ROOM, _HEADROOM = 0.1, 1.25


def bursts(
    rows: Rows, *, by: str, noun: str, as_of: datetime | None, coverage: Rows = (), look: Look = LIGHT
) -> alt.LayerChart | alt.FacetChart:
    """Return bars of the items per period, over the band in which the null model expects them; bursts bear p and n.

    `rows` are those of the finding `bursts` that have a day, one at least; `by` is `day`, `week` or `month`. The
    unfinished period is dashed and has no band: it is not tested. A click on a bar selects its period (`at`).
    """
    bars = [_bar(row, by) for row in rows if row["at"]]
    months = span(text[:7] for bar in bars for text in (bar["at"], bar["last"]))
    over = [bar for bar in bars if bar["verdict"] != UNFINISHED]
    highest = max(max(bar["items"], bar["upper"] or 0) for bar in bars)
    scale = alt.Scale(domain=[0, max(1, highest) * _HEADROOM], nice=False)
    chart: alt.LayerChart = (
        alt.layer(
            _band(over, months, scale=scale, look=look),
            _bars(over, months, scale=scale, look=look),
            _dashed([bar for bar in bars if bar["verdict"] == UNFINISHED], months, scale=scale, look=look),
            *_marks(over, months, scale=scale, look=look),
            *coverage_strip(coverage, months, look=look),
        )
        .resolve_scale(color="independent")
        .properties(
            height=HEIGHT,
            width="container",
            title=heading(
                f"Did more {noun}s come than usual?",
                unit=f"{noun}s by {_UNITS[by]}",
                n=sum(bar["items"] for bar in bars),
                beside=f"dashed: the unfinished {by}, not tested" if len(over) < len(bars) else "",
                as_of=as_of,
            ),
        )
    )
    return finished(chart, look)


def _bar(row: Mapping[str, Any], by: str) -> dict[str, Any]:
    """Return where a bar stands and what is said of it; what was not tested has no band and no p."""
    start = as_date(row["at"])
    end = end_of(f"{start:%Y-%m}") if by == "month" else start + timedelta(days=_DAYS[by])
    begin, after = milliseconds(start), milliseconds(end)
    room = round((after - begin) * _ROOM)
    p = row["p_adjusted"]
    said = "not tested" if p is None else "< 0.001" if p < 0.001 else f"{p:.3f}"
    return {
        "at": row["at"], "last": (end - timedelta(days=1)).isoformat(), "period": _named(row, start, by),
        "begin": begin + room, "end": after - room, "from": begin, "to": after, "middle": (begin + after) // 2,
        "items": row["items"], "expected": row["expected"], "lower": row["lower"], "upper": row["upper"],
        "p": p, "said": said, "verdict": row["verdict"], "days": row["days_asked"],
    }  # fmt: skip


def _named(row: Mapping[str, Any], start: date, by: str) -> str:
    return str(row["week"]) if by == "week" else f"{start:%Y-%m}" if by == "month" else start.isoformat()


def _band(bars: Rows, months: Sequence[str], *, scale: alt.Scale, look: Look) -> alt.Chart:
    """Return the range in which the null model expects each period's items."""
    known = [{**bar, "drawn": EXPECTED} for bar in bars if bar["upper"] is not None]
    colour = alt.Scale(domain=[EXPECTED], range=[look.nothing])
    layer: alt.Chart = (
        alt.Chart(alt.InlineData(values=known))
        .mark_rect()
        .encode(
            x=x_of("from", months, offset=STRIP_OFFSET),
            x2="to:Q",
            y=alt.Y("lower:Q", scale=scale, axis=_axis()),
            y2="upper:Q",
            color=alt.Color("drawn:N", scale=colour, legend=alt.Legend(title=None) if known else None),
        )
    )
    return layer


def _bars(bars: Rows, months: Sequence[str], *, scale: alt.Scale, look: Look) -> alt.Chart:
    """Return the periods that are over: bursts dark, all others paler."""
    verdicts = sorted({bar["verdict"] for bar in bars}, key=lambda verdict: (verdict != BURST, verdict))
    colours = [look.category[0] if verdict == BURST else look.category[5] for verdict in verdicts]
    layer: alt.Chart = (
        alt.Chart(alt.InlineData(values=bars))
        .mark_rect()
        .encode(
            **_box(months, scale),
            color=alt.Color(
                "verdict:N",
                scale=alt.Scale(domain=verdicts, range=colours),
                legend=alt.Legend(title=None) if bars else None,
            ),
            tooltip=_tooltip(),
        )
        .add_params(alt.selection_point(name="period", fields=["at"]))
    )
    return layer


def _dashed(bars: Rows, months: Sequence[str], *, scale: alt.Scale, look: Look) -> alt.Chart:
    """Return the period that is not over, dashed and hollow."""
    layer: alt.Chart = (
        alt.Chart(alt.InlineData(values=bars))
        .mark_rect(filled=False, stroke=look.rule, strokeDash=[4, 3], strokeWidth=1.3)
        .encode(**_box(months, scale), tooltip=_tooltip())
    )
    return layer


def _marks(bars: Rows, months: Sequence[str], *, scale: alt.Scale, look: Look) -> list[alt.Chart]:
    """Return a mark over every burst, and p and n over the strongest of those that stand close together."""
    found = [bar for bar in bars if bar["verdict"] == BURST]
    worded = [
        {**bar, "words": [f"p {'' if bar['said'].startswith('<') else '= '}{bar['said']}", f"n = {bar['items']:,}"]}
        for bar in _strongest(found, months)
    ]  # fmt: skip
    place = {
        "x": x_of("middle", months, offset=STRIP_OFFSET),
        "y": alt.Y("items:Q", scale=scale, axis=_axis()),
    }
    signs = (
        alt.Chart(alt.InlineData(values=found))
        .mark_point(shape="triangle-down", filled=True, size=34, color=look.ink, opacity=1, yOffset=-6)
        .encode(**place, tooltip=_tooltip())
    )
    words = (
        alt.Chart(alt.InlineData(values=worded))
        .mark_text(dy=-24, fontSize=11, fontWeight=600, lineHeight=12, color=look.ink, baseline="middle")
        .encode(**place, text="words:N")
    )
    return [signs, words]


def _strongest(found: Rows, months: Sequence[str]) -> list[Mapping[str, Any]]:
    """Return those that have words: the smallest p first, none nearer to another than the words are wide."""
    least = (milliseconds(end_of(months[-1])) - milliseconds(start_of(months[0]))) * _APART
    kept: list[Mapping[str, Any]] = []
    for bar in sorted(found, key=lambda bar: (bar["p"], -bar["items"])):
        if all(abs(bar["middle"] - other["middle"]) >= least for other in kept):
            kept.append(bar)
    return kept[:MOST_NAMED]


def _box(months: Sequence[str], scale: alt.Scale) -> dict[str, Any]:
    return {
        "x": x_of("begin", months, offset=STRIP_OFFSET),
        "x2": alt.X2("end:Q"),
        "y": alt.Y("items:Q", scale=scale, axis=_axis()),
        "y2": alt.datum(0),
    }


def _axis() -> alt.Axis:
    return alt.Axis(title=None, tickCount=4, tickMinStep=1, format=",d")


def _tooltip() -> list[alt.Tooltip]:
    return [
        alt.Tooltip("period:N"), alt.Tooltip("items:Q", format=","), alt.Tooltip("expected:Q", format=",.1f"),
        alt.Tooltip("lower:Q", title="at least, by chance"), alt.Tooltip("upper:Q", title="at most, by chance"),
        alt.Tooltip("said:N", title="p, corrected"), alt.Tooltip("verdict:N"), alt.Tooltip("days:Q", title="days asked about"),
    ]  # fmt: skip
