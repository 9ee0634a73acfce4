"""Which share of the items is about what, month by month, with the interval and the part nobody has coded."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import altair as alt

from tracker.charts.look import LIGHT, Look, finished
from tracker.charts.months import STRIP_OFFSET, Rows, coverage_strip, month_box, span, x_of
from tracker.charts.words import heading

HEIGHT = 190
NOT_CODED = "not coded"
COMPARISON = "comparison outlets"


def codes_of(rows: Rows) -> list[str]:
    """Return the codes of a `topics` finding in their fixed order, the colours' one, the rest by name."""
    order = list(LIGHT.codes)
    return sorted(
        {row["code"] for row in rows if row["code"]},
        key=lambda code: (order.index(code) if code in order else len(order), code),
    )


def topic_share(
    rows: Rows,
    *,
    code: str,
    as_of: datetime | None,
    coverage: Rows = (),
    comparison: Rows = (),
    look: Look = LIGHT,
) -> alt.LayerChart | alt.FacetChart:
    """Return the share of one code per month as a line in its 95 % Wilson interval, on a scale from 0 to 100 %.

    `code` may be `not coded`: then the line is the share of items that nobody has coded, and has no interval.
    `comparison` are rows of outlets watched for comparison: a grey dashed line with its name and its own n.
    """
    months = span(row["month"] for row in rows)
    points = _not_coded(rows, months) if code == NOT_CODED else _points(rows, code, months)
    colour = look.codes.get(code, look.category[4])
    base = alt.Chart(alt.InlineData(values=points)).encode(x=x_of("middle", months, offset=STRIP_OFFSET))
    share = alt.Y(
        "share:Q", scale=alt.Scale(domain=[0, 1]), axis=alt.Axis(format="%", title=None, tickCount=5)
    )
    band = base.mark_area(opacity=0.18, color=colour).encode(y=alt.Y("lower:Q", title=None), y2="upper:Q")
    line = base.mark_line(color=colour).encode(y=share)
    dots = base.mark_point(filled=True, size=38, color=colour, opacity=1).encode(
        y=share,
        tooltip=[
            alt.Tooltip("month:N"), alt.Tooltip("share:Q", format=".0%"), alt.Tooltip("interval:N"),
            alt.Tooltip("items:Q"), alt.Tooltip("n:Q", title="of n coded"),
        ],
    )  # fmt: skip
    ends = [point for point in points if point["end"]]
    words = (
        alt.Chart(alt.InlineData(values=ends))
        .mark_text(dy=-12, fontWeight=600, color=look.ink)
        .encode(
            x=x_of("middle", months, offset=STRIP_OFFSET), y=share, text=alt.Text("share:Q", format=".0%")
        )
    )
    beside = _comparison(comparison, code, months, look=look)
    layers = [*beside, *([] if code == NOT_CODED else [band]), line, dots, words]
    chart = alt.layer(*layers, *coverage_strip(coverage, months, look=look)).properties(
        height=HEIGHT,
        width="container",
        title=heading(
            code.capitalize(),
            unit="share of items" if code == NOT_CODED else "share of all items, 95 % interval",
            beside=f"dashed: {COMPARISON}, n = {_n(comparison):,}" if beside else "",
            n=sum(point["n"] or 0 for point in points),
            as_of=as_of,
        ),
    )  # fmt: skip
    return finished(chart, look)


def topic_shares(
    rows: Rows, *, as_of: datetime | None, coverage: Rows = (), comparison: Rows = (), look: Look = LIGHT
) -> alt.VConcatChart:
    """Return the share of every code and of what is not coded, one below the other on the same time axis."""
    charts = [
        topic_share(rows, code=code, as_of=as_of, coverage=coverage, comparison=comparison, look=look)
        for code in [*codes_of(rows), NOT_CODED]
    ]
    for chart in charts:
        chart.config = alt.Undefined
        chart.width = 560
    return finished(alt.vconcat(*charts), look)


def _comparison(rows: Rows, code: str, months: Sequence[str], *, look: Look) -> list[alt.Chart]:
    """Return the line of the comparison and its name at the end of it, where it has items in these months."""
    points = _not_coded(rows, months) if code == NOT_CODED else _compared(rows, code, months)
    known = [point for point in points if point["share"] is not None]
    if not known:
        return []
    share = alt.Y("share:Q", scale=alt.Scale(domain=[0, 1]), title=None)
    base = alt.Chart(alt.InlineData(values=points)).encode(
        x=x_of("middle", months, offset=STRIP_OFFSET), y=share
    )
    line = base.mark_line(color=look.rule, strokeDash=[5, 4], strokeWidth=1.6)
    dots = base.mark_point(filled=True, size=18, color=look.rule, opacity=1).encode(
        tooltip=[
            alt.Tooltip("month:N"), alt.Tooltip("share:Q", format=".0%", title=COMPARISON),
            alt.Tooltip("items:Q"), alt.Tooltip("n:Q", title="of n"),
        ],
    )  # fmt: skip
    name = (
        alt.Chart(alt.InlineData(values=[{**known[-1], "name": COMPARISON}]))
        .mark_text(align="right", dy=13, color=look.muted)
        .encode(x=x_of("middle", months, offset=STRIP_OFFSET), y=share, text="name:N")
    )
    return [line, dots, name]


def _compared(rows: Rows, code: str, months: Sequence[str]) -> list[dict[str, Any]]:
    """Return a point for every month; where there are items and none has the code, its share is 0."""
    n_of = {row["month"]: row["n"] for row in rows}
    of_code = {row["month"]: row for row in rows if row["code"] == code}
    return [
        {
            **month_box(month), "month": month, "n": n_of[month],
            "items": of_code[month]["items"] if month in of_code else 0,
            "share": of_code[month]["share"] if month in of_code else 0.0,
        }
        if month in n_of
        else _gap(month)
        for month in months
    ]  # fmt: skip


def _n(rows: Rows) -> int:
    """Count the items of a finding of topics: each month's n stands on the row of every code."""
    return sum({row["month"]: row["n"] for row in rows}.values())


def _points(rows: Rows, code: str, months: Sequence[str]) -> list[dict[str, Any]]:
    """Return a point for every month; one without coded items has no share, and the line has a gap there."""
    of_code = {row["month"]: row for row in rows if row["code"] == code and row["share"] is not None}
    known = sorted(of_code)
    return [
        {
            **month_box(month), "month": month, "share": row["share"], "lower": row["lower"],
            "upper": row["upper"], "items": row["items"], "n": row["n"],
            "interval": f"{row['lower']:.0%} to {row['upper']:.0%}", "end": month in (known[0], known[-1]),
        }
        if (row := of_code.get(month))
        else _gap(month)
        for month in months
    ]  # fmt: skip


def _not_coded(rows: Rows, months: Sequence[str]) -> list[dict[str, Any]]:
    by_month = {row["month"]: row for row in rows if row["uncoded_share"] is not None}
    known = sorted(by_month)
    return [
        {
            **month_box(month), "month": month, "share": row["uncoded_share"], "items": None, "n": row["n"],
            "interval": "none", "end": month in (known[0], known[-1]),
        }
        if (row := by_month.get(month))
        else _gap(month)
        for month in months
    ]  # fmt: skip


def _gap(month: str) -> dict[str, Any]:
    return {**month_box(month), "month": month, "share": None, "n": None, "end": False}
