"""Charts over the months: how many ads were first shown, and which share of them is about what."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import altair as alt

from tracker.charts.look import LIGHT, Look, finished
from tracker.charts.months import (
    STRIP_OFFSET,
    Rows,
    as_date,
    coverage_strip,
    milliseconds,
    month_box,
    span,
    x_of,
)
from tracker.charts.words import heading, shortened

HEIGHT = 250
TOP_CODES = ("politics", "economy", "culture")


def ads_per_month(
    rows: Rows,
    *,
    as_of: datetime | None,
    topics: Rows = (),
    payers: Rows = (),
    coverage: Rows = (),
    look: Look = LIGHT,
    title: str = "How many ads were first shown each month?",
) -> alt.LayerChart:
    """Return bars of the ads first shown per month, with new payers as dashed rules and the coverage below.

    `rows`, `topics`, `payers` and `coverage` are the rows of the findings of these names. A bar is divided by topic
    when `topics` gives each of its ads at most one code. A click on a bar selects its `month`.
    """
    counted = [row for row in rows if row["month"]]
    months = span(row["month"] for row in counted)
    totals = _totals(counted)
    bars = _bars(totals, topics)
    highest = max(totals.values())
    layers = [
        _bar_layer(bars, months, look=look, highest=highest),
        *_payer_layers(payers, months, look=look, highest=highest),
        coverage_strip(coverage, months, top=HEIGHT, look=look),
    ]
    chart: alt.LayerChart = (
        alt.layer(*layers)
        .resolve_scale(color="independent")
        .properties(
            height=HEIGHT,
            width="container",
            title=heading(title, unit="ads by month first shown", n=sum(totals.values()), as_of=as_of),
        )
    )
    return finished(chart, look)


def new_payers(payers: Rows) -> list[dict[str, Any]]:
    """Return the payers that came after another one had paid for the same account: `payer`, `first_shown`."""
    by_account: dict[Any, list[Mapping[str, Any]]] = defaultdict(list)
    for row in payers:
        if row.get("payer") and row.get("first_shown"):
            by_account[row.get("account")].append(row)
    later = []
    for of_account in by_account.values():
        ordered = sorted(of_account, key=lambda row: as_date(row["first_shown"]))
        later += [{"payer": row["payer"], "first_shown": as_date(row["first_shown"])} for row in ordered[1:]]
    return sorted(later, key=lambda row: row["first_shown"])


def _totals(rows: Rows) -> dict[str, int]:
    totals: dict[str, int] = defaultdict(int)
    for row in rows:
        totals[row["month"]] += row["ads"]
    return dict(totals)


def _bars(totals: Mapping[str, int], topics: Rows) -> list[dict[str, Any]]:
    """Return one piece a month, or one piece a month and topic where the topics of a month add up."""
    items: dict[str, dict[str, int]] = defaultdict(dict)
    for row in topics:
        if row["month"] in totals and row["code"] in TOP_CODES:
            items[row["month"]][row["code"]] = row["items"]
    divided = bool(items) and all(sum(items[month].values()) <= total for month, total in totals.items())
    bars = []
    for month, total in totals.items():
        pieces = {code: items[month].get(code, 0) for code in TOP_CODES} if divided else {}
        bars += _stacked(
            month, {**pieces, "not coded": total - sum(pieces.values())} if divided else {"ads": total}
        )
    return bars


def _stacked(month: str, pieces: Mapping[str, int]) -> list[dict[str, Any]]:
    bottom, stacked = 0, []
    for topic, ads in pieces.items():
        if ads:
            stacked.append(
                {**month_box(month, inset=0.17), "month": month, "topic": topic, "ads": ads,
                 "bottom": bottom, "top": bottom + ads, "of": sum(pieces.values())}
            )  # fmt: skip
            bottom += ads
    return stacked


def _bar_layer(
    bars: Sequence[Mapping[str, Any]], months: Sequence[str], *, look: Look, highest: int
) -> alt.Chart:
    chosen = alt.selection_point(name="month", fields=["month"], on="click", clear="dblclick")
    colours = {**look.codes, "ads": look.category[0]}
    topics = [topic for topic in colours if any(bar["topic"] == topic for bar in bars)]
    colour = alt.Color(
        "topic:N",
        scale=alt.Scale(domain=topics, range=[colours[topic] for topic in topics]),
        legend=None if topics == ["ads"] else alt.Legend(),
    )
    layer: alt.Chart = (
        alt.Chart(alt.InlineData(values=list(bars)))
        .mark_rect(cursor="pointer")
        .encode(
            x=x_of("begin", months, offset=STRIP_OFFSET),
            x2="end:Q",
            y=_count_axis(highest),
            y2="top:Q",
            color=colour,
            opacity=alt.condition(chosen, alt.value(1.0), alt.value(0.35)),
            tooltip=[
                alt.Tooltip("month:N"), alt.Tooltip("topic:N"), alt.Tooltip("ads:Q"),
                alt.Tooltip("of:Q", title="of all ads"),
            ],
        )
        .add_params(chosen)
    )  # fmt: skip
    return layer


def _count_axis(highest: int) -> alt.Y:
    axis = alt.Axis(title="ads first shown", tickCount=min(5, highest), format="d")
    return alt.Y("bottom:Q", scale=alt.Scale(domain=[0, highest * 1.18], nice=False), axis=axis)


def _payer_layers(payers: Rows, months: Sequence[str], *, look: Look, highest: int) -> list[alt.Chart]:
    first, last = month_box(months[0])["begin"], month_box(months[-1])["end"]
    marks: list[dict[str, Any]] = [
        {"at": milliseconds(row["first_shown"]), "label": f"new payer: {shortened(row['payer'], 36)}"}
        for row in new_payers(payers)
    ]
    inside = [mark for mark in marks if first <= mark["at"] <= last][:6]
    layers = []
    for number, mark in enumerate(inside):
        late = mark["at"] > (first + last) / 2
        base = alt.Chart(alt.InlineData(values=[mark])).encode(x=x_of("at", months, offset=STRIP_OFFSET))
        rule = base.mark_rule(strokeDash=[4, 3], color=look.ink, strokeWidth=1.2)
        words = base.mark_text(
            align="right" if late else "left", dx=-6 if late else 6, y=6 + 14 * (number % 3), fontWeight=600,
            color=look.ink, limit=240,
        ).encode(text="label:N")  # fmt: skip
        layers += [rule, words]
    return layers
