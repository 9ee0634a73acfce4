"""Which share of the items is about what, month by month, with the interval and the part nobody has coded."""

from collections.abc import Mapping, Sequence
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
    """Return the share of one code per month as people coded it, in its 95 % interval, on a scale from 0 to 100 %.

    A month that nobody coded has a hollow grey point instead: in how many items a keyword occurs, which is no share. Where
    nobody coded anything, these counts are the line, and the line below the title says so. `code` may be `not coded`: then
    the line is the share of items without a code, and has no interval. `comparison` are rows of outlets watched for
    comparison, measured alike: a grey dashed line with its name and its own n.
    """
    months = span(row["month"] for row in rows)
    points = _not_coded(rows, months) if code == NOT_CODED else _points(rows, code, months)
    by_hand = _by_hand(rows)
    colour = look.codes.get(code, look.category[4])
    base = alt.Chart(alt.InlineData(values=points)).encode(x=x_of("middle", months, offset=STRIP_OFFSET))
    scale = alt.Scale(domain=[0, 1])
    share = alt.Y("share:Q", scale=scale, axis=alt.Axis(format="%", title=None, tickCount=5))
    count = alt.Y("count:Q", scale=scale, axis=alt.Axis(format="%", title=None, tickCount=5))
    bounds = {"y": alt.Y("lower:Q", title=None, scale=scale), "y2": "upper:Q"}
    tooltip = [
        alt.Tooltip("month:N"), alt.Tooltip("said:N", title="measured"), alt.Tooltip("interval:N"),
        alt.Tooltip("items:Q"), alt.Tooltip("n:Q", title="of n"), alt.Tooltip("n_coded:Q", title="coded by hand"),
    ]  # fmt: skip
    band = [
        base.mark_area(opacity=0.18, color=colour).encode(**bounds),
        base.mark_rule(opacity=0.55, color=colour, strokeWidth=1.4).encode(**bounds),
    ]
    measured = [
        base.mark_line(color=colour).encode(y=share),
        base.mark_point(filled=True, size=38, color=colour, opacity=1).encode(y=share, tooltip=tooltip),
    ]
    line = [] if by_hand else [base.mark_line(color=colour, opacity=0.5, strokeWidth=1.2).encode(y=count)]
    hollow = base.mark_point(filled=False, size=30, color=look.rule if by_hand else colour, opacity=1)
    words = (
        alt.Chart(alt.InlineData(values=[point for point in points if point["end"]]))
        .mark_text(dy=-12, fontWeight=600, color=look.ink)
        .encode(
            x=x_of("middle", months, offset=STRIP_OFFSET),
            y=alt.Y("at:Q", scale=scale),
            text=alt.Text("label:N"),
        )
    )
    beside = _comparison(comparison, code, months, look=look, by_hand=by_hand)
    layers = [
        *beside, *(band if by_hand and code != NOT_CODED else []), *(measured if by_hand else []), *line,
        hollow.encode(y=count, tooltip=tooltip), words,
    ]  # fmt: skip
    chart = alt.layer(*layers, *coverage_strip(coverage, months, look=look)).properties(
        height=HEIGHT,
        width="container",
        title=heading(
            code.capitalize(),
            unit=_unit(code, points, by_hand=by_hand),
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


def _unit(code: str, points: Sequence[dict[str, Any]], *, by_hand: bool) -> str:
    """Say what is drawn: a share with what it rests on, or a count that is none."""
    if not by_hand:
        of = "items without any keyword" if code == NOT_CODED else "items with a keyword of it"
        return f"keyword count, no share: {of}, of 100"
    coded = sum(point["n_coded"] or 0 for point in points)
    interval = "" if code == NOT_CODED else ", 95 % interval"
    hollow = (
        "; hollow: keyword count, no share" if any(point["count"] is not None for point in points) else ""
    )
    return f"share, {coded:,} coded by hand{interval}{hollow}"


def _by_hand(rows: Rows) -> bool:
    """Say whether people coded any of it."""
    return any(row["share"] is not None for row in rows)


def _comparison(
    rows: Rows, code: str, months: Sequence[str], *, look: Look, by_hand: bool
) -> list[alt.Chart]:
    """Return the line of the comparison and its name at the end of it, where it was measured alike in these months."""
    found = _not_coded(rows, months) if code == NOT_CODED else _compared(rows, code, months)
    points = [{**point, "share": point["share" if by_hand else "count"]} for point in found]
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
    """Return a point for every month; where there are items and none has the code, it is 0."""
    by_hand = {row["month"]: row["share"] is not None for row in rows}
    n_of = {row["month"]: row["n"] for row in rows}
    of_code = {row["month"]: row for row in rows if row["code"] == code}
    nothing = {"items": 0, "share": 0.0, "lower": 0.0, "upper": 0.0}
    return [
        _point(
            month,
            of_code.get(month) or {**nothing, "n": n_of[month], "share": 0.0 if by_hand[month] else None},
        )
        if month in n_of
        else _gap(month)
        for month in months
    ]


def _n(rows: Rows) -> int:
    """Count the items of a finding of topics: each month's n stands on the row of every code."""
    return sum({row["month"]: row["n"] for row in rows}.values())


def _points(rows: Rows, code: str, months: Sequence[str]) -> list[dict[str, Any]]:
    """Return a point for every month; one without items has none, and the line has a gap there."""
    of_code = {row["month"]: row for row in rows if row["code"] == code and row["n"]}
    return _with_ends(
        [_point(month, row) if (row := of_code.get(month)) else _gap(month) for month in months]
    )


def _not_coded(rows: Rows, months: Sequence[str]) -> list[dict[str, Any]]:
    by_month = {row["month"]: row for row in rows if row["uncoded_share"] is not None}
    return _with_ends(
        [
            _point(
                month,
                {
                    **row, "share": None if row["share"] is None else row["uncoded_share"], "lower": None, "upper": None,
                    "items": round(row["uncoded_share"] * row["n"]),
                },
            )
            if (row := by_month.get(month))
            else _gap(month)
            for month in months
        ]
    )  # fmt: skip


def _point(month: str, row: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is drawn of a month: its share, or else a count of items."""
    share, count = row["share"], None if row["share"] is not None else row["items"] / row["n"]
    bounds = f"{row['lower']:.0%} to {row['upper']:.0%}" if row["lower"] is not None else "none"
    return {
        **month_box(month), "month": month, "share": share, "count": count, "at": share if share is not None else count,
        "lower": row["lower"], "upper": row["upper"], "items": row["items"], "n": row["n"],
        "n_coded": row.get("n_coded"), "said": row.get("measure") or "share", "interval": bounds,
        "label": f"{share:.0%}" if share is not None else f"{row['items']:,} of {row['n']:,}", "end": False,
    }  # fmt: skip


def _with_ends(points: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Mark the first and the last point: of the shares where there are any, else of the counts."""
    measured = "share" if any(point["share"] is not None for point in points) else "count"
    known = [point for point in points if point[measured] is not None]
    for point in (known[:1] + known[-1:]) if known else []:
        point["end"] = True
    return points


def _gap(month: str) -> dict[str, Any]:
    return {
        **month_box(month), "month": month, "share": None, "count": None, "at": None, "n": None, "n_coded": None,
        "items": None, "end": False,
    }  # fmt: skip
