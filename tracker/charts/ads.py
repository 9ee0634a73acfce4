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
ADS, ALL_ADS, NOT_CODED = "ads", "all ads", "not coded"
ROOM = 0.17
MOST_RULES, NAMED_AT_ONCE = 3, 6
"""How many new payers have a rule of their own, and how many of a month the hover names."""


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
    """Return bars of the ads first shown per month, with new payers as dashed rules (many: as counts) and the coverage below.

    `rows`, `topics`, `payers` and `coverage` are the rows of the findings of these names. A bar is stacked by
    topic where each ad has at most one; else the topics stand inside it, as an ad with two counts in both. A click on a bar selects its `month`.
    """
    counted = [row for row in rows if row["month"]]
    months = span(row["month"] for row in counted)
    totals = _totals(counted)
    bars = _bars(totals, topics)
    highest = max(totals.values())
    layers = [
        _bar_layer(bars, months, look=look, highest=highest),
        *_payer_layers(payers, months, look=look, highest=highest),
        *coverage_strip(coverage, months, look=look),
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
    """Return the payers that came later than an account's first ads, in order: `payer`, `first_shown`, `words`.

    One that follows another payer is new; one that follows ads without a published payer is the first one named.
    """
    by_account: dict[Any, list[Mapping[str, Any]]] = defaultdict(list)
    for row in payers:
        if row.get("first_shown"):
            by_account[row.get("account")].append(row)
    later = []
    for of_account in by_account.values():
        ordered = sorted(of_account, key=lambda row: as_date(row["first_shown"]))
        for place, row in enumerate(ordered[1:], start=1):
            named_before = any(earlier.get("payer") for earlier in ordered[:place])
            if row.get("payer"):
                day = as_date(row["first_shown"])
                words = "new payer" if named_before else "payer first named"
                later.append({"payer": row["payer"], "first_shown": day, "words": words})
    return sorted(later, key=lambda row: row["first_shown"])


def _totals(rows: Rows) -> dict[str, int]:
    totals: dict[str, int] = defaultdict(int)
    for row in rows:
        totals[row["month"]] += row["ads"]
    return dict(totals)


def _bars(totals: Mapping[str, int], topics: Rows) -> list[dict[str, Any]]:
    """Return one piece a month, or a piece for each month and topic: stacked where each ad has at most one topic."""
    items: dict[str, dict[str, int]] = defaultdict(dict)
    for row in topics:
        if row["month"] in totals and row["code"] in TOP_CODES and not _of_sample(row):
            items[row["month"]][row["code"]] = row["items"]
    apart = all(sum(items[month].values()) <= total for month, total in totals.items())
    shape = (_stacked if apart else _side_by_side) if any(items.values()) else _whole
    return [piece for month, total in totals.items() for piece in shape(month, total, items[month])]


def _of_sample(row: Mapping[str, Any]) -> bool:
    """Say whether a row counts the items of a sample only, which do not add up to all of them."""
    return str(row.get("measure") or "").startswith("random sample")


def _whole(month: str, total: int, _items: Mapping[str, int]) -> list[dict[str, Any]]:
    return [_piece(month, ADS, total, total, box=month_box(month, inset=ROOM))] if total else []


def _stacked(month: str, total: int, items: Mapping[str, int]) -> list[dict[str, Any]]:
    bottom, stacked = 0, []
    for topic, ads in {
        **{code: items.get(code, 0) for code in TOP_CODES},
        NOT_CODED: total - sum(items.values()),
    }.items():
        if ads:
            stacked.append(_piece(month, topic, ads, total, box=month_box(month, inset=ROOM), bottom=bottom))
            bottom += ads
    return stacked


def _side_by_side(month: str, total: int, items: Mapping[str, int]) -> list[dict[str, Any]]:
    """Return all ads as a pale bar and the topics inside it, because an ad with two topics counts in both."""
    whole = month_box(month, inset=ROOM)
    step = (whole["end"] - whole["begin"]) // len(TOP_CODES)
    inside = [
        _piece(
            month,
            code,
            items[code],
            total,
            box={"begin": whole["begin"] + place * step, "end": whole["begin"] + (place + 1) * step},
        )
        for place, code in enumerate(TOP_CODES)
        if items.get(code)
    ]
    return [_piece(month, ALL_ADS, total, total, box=whole), *inside] if total else []


def _piece(
    month: str, topic: str, ads: int, of: int, *, box: Mapping[str, int], bottom: int = 0
) -> dict[str, Any]:
    return {
        **box,
        "month": month,
        "topic": topic,
        "ads": ads,
        "bottom": bottom,
        "top": bottom + ads,
        "of": of,
    }


def _bar_layer(
    bars: Sequence[Mapping[str, Any]], months: Sequence[str], *, look: Look, highest: int
) -> alt.Chart:
    chosen = alt.selection_point(name="month", fields=["month"], on="click", clear="dblclick")
    colours = {ALL_ADS: look.nothing, **look.codes, ADS: look.category[0]}
    topics = [topic for topic in colours if any(bar["topic"] == topic for bar in bars)]
    colour = alt.Color(
        "topic:N",
        scale=alt.Scale(domain=topics, range=[colours[topic] for topic in topics]),
        legend=None if topics == [ADS] else alt.Legend(),
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
    """Return a named rule for each new payer while they are few, else how many were new in each month."""
    first, last = month_box(months[0])["begin"], month_box(months[-1])["end"]
    inside = [row for row in new_payers(payers) if first <= milliseconds(row["first_shown"]) <= last]
    if len(inside) > MOST_RULES:
        return _count_layers(inside, months, look=look)
    layers = []
    for number, row in enumerate(inside):
        mark: dict[str, Any] = {
            "at": milliseconds(row["first_shown"]),
            "label": f"{row['words']}: {shortened(row['payer'], 36)}",
        }
        place = (mark["at"] - first) / (last - first)
        late = place > 0.5
        room = alt.expr(f"max(80, width * {max(place, 1 - place):.3f} - 8)")
        base = alt.Chart(alt.InlineData(values=[mark])).encode(x=x_of("at", months, offset=STRIP_OFFSET))
        rule = base.mark_rule(strokeDash=[4, 3], color=look.ink, strokeWidth=1.2)
        words = base.mark_text(
            align="right" if late else "left", dx=-6 if late else 6, y=6 + 14 * number, fontWeight=600,
            color=look.ink, limit=room,
        ).encode(text="label:N")  # fmt: skip
        layers += [rule, words]
    return layers


def _count_layers(inside: Rows, months: Sequence[str], *, look: Look) -> list[alt.Chart]:
    """Return the number of new payers above each month, with a line that says what it counts; the hover names them."""
    named: dict[str, list[str]] = defaultdict(list)
    for row in inside:
        named[f"{row['first_shown']:%Y-%m}"].append(str(row["payer"]))
    counts = [
        {"middle": month_box(month)["middle"], "month": month, "new": len(payers),
         "payers": "; ".join(shortened(payer) for payer in payers[:NAMED_AT_ONCE])
         + (f"; {len(payers) - NAMED_AT_ONCE} more" if len(payers) > NAMED_AT_ONCE else "")}
        for month, payers in named.items()
    ]  # fmt: skip
    numbers = (
        alt.Chart(alt.InlineData(values=counts))
        .mark_text(y=24, fontWeight=600, color=look.ink)
        .encode(
            x=x_of("middle", months, offset=STRIP_OFFSET),
            text="new:Q",
            tooltip=[
                alt.Tooltip("month:N"),
                alt.Tooltip("new:Q", title="new payers"),
                alt.Tooltip("payers:N"),
            ],
        )
    )
    said = f"{len(inside):,} payers new to their account, by month:"
    title = alt.Chart(alt.InlineData(values=[{"said": said}])).mark_text(
        x=2, y=8, align="left", color=look.muted, limit=alt.expr("width")
    )
    return [numbers, title.encode(text="said:N")]
