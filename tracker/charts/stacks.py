"""Shares of all codes, stacked period by period, with their intervals, the changes that a test found, and the bursts."""

from collections import defaultdict
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
from tracker.charts.turns import change_marks
from tracker.charts.words import heading

HEIGHT = 300
NOT_CODED = "not coded"
WORDS = "words named"
MOST_CODES = 5
_UNITS = {"day": "day", "week": "ISO week", "month": "month"}
_DAYS = {"day": 1, "week": 7}
_ROOM = 0.08


def shares_stacked(
    rows: Rows, *, by: str, noun: str, as_of: datetime | None, changes: Rows = (), bursts: Rows = (),
    coverage: Rows = (), title: str = "", height: int = HEIGHT, look: Look = LIGHT,
) -> alt.LayerChart | alt.FacetChart:  # fmt: skip
    """Return stacked bars of the shares of all codes by period, with their 95 % intervals.

    `rows` are those of the finding `topics` by day, week or month; `changes` those of `shift-points` that are changes, `bursts` those
    of `bursts` that are bursts. Where nobody coded, a bar is hollow: keyword counts, which are no shares. The period that is not over
    is dashed. A click selects a mark (`mark`: `kind` is `segment`, `change` or `burst`; `at`, `code`, `measured`).
    """
    bars = segments(rows, by, as_of)
    months = span(f"{day:%Y-%m}" for bar in bars for day in (as_date(bar["at"]), as_date(bar["last"])))
    highest = max([0.0, *(bar["y1"] for bar in bars)])
    bounds = max([highest, *(bar["high"] or 0.0 for bar in bars)])
    top = min(1.0, bounds * 1.1) or 1.0 if _of_words(rows) else max(1.0, highest)
    scale = alt.Scale(domain=[0, top], nice=False)
    codes = [code for code in (*_most(rows), NOT_CODED) if code in {bar["code"] for bar in bars}]
    chart: alt.LayerChart = (
        alt.layer(
            _boxes(bars, codes, months, scale=scale, look=look),
            *_outlines(bars, codes, months, scale=scale, look=look),
            *_intervals(bars, months, scale=scale, look=look),
            *change_marks(changes, by, months, look=look),
            _bursts(bursts, by, months, look=look),
            *coverage_strip(coverage, months, look=look),
        )
        .resolve_scale(color="independent")
        .properties(
            height=height,
            width="container",
            title=heading(
                title or f"What are the {noun}s about?",
                unit=_unit(bars, by),
                n=sum({bar["at"]: bar["n"] for bar in bars}.values()),
                beside="dashed: the period that is not over, not tested" if _open(bars) else "",
                as_of=as_of,
            ),
        )
    )
    return finished(chart, look)


def colours(codes: Sequence[str], look: Look) -> dict[str, str]:
    """Return the colour of each code: the fixed ones by meaning, the rest in their order."""
    others = [code for code in codes if code not in look.codes]
    spare = (look.category[4], look.category[5], look.category[1])
    return {
        code: look.codes[NOT_CODED] if code == NOT_CODED
        else look.codes.get(code, spare[others.index(code) % len(spare)] if code in others else look.rule)
        for code in codes
    }  # fmt: skip


def segments(rows: Rows, by: str, as_of: datetime | None) -> list[dict[str, Any]]:
    """Return a segment for every period and code, one on top of the other, what is not coded last.

    `y0` to `y1` is the share, or where nobody coded the count out of n; `lower` and `upper` are at the height of the segment.
    """
    drawn, last = _most(rows), () if _of_words(rows) else (NOT_CODED,)
    by_period: dict[str, dict[str, Mapping[str, Any]]] = defaultdict(dict)
    for row in rows:
        if row["n"]:
            by_period[row[by]][row["code"]] = row
    found = []
    for period, of_code in sorted(by_period.items()):
        height, place = 0.0, {**_box(period, by, as_of)}
        sample = next(iter(of_code.values()))
        without: Mapping[str, Any] = {**sample, "code": NOT_CODED, "share": None if sample["share"] is None else sample["uncoded_share"],
                   "lower": None, "upper": None, "items": round((sample["uncoded_share"] or 0) * _base(sample))}  # fmt: skip
        for number, code in enumerate([*drawn, *last]):
            drawn_row = without if code == NOT_CODED else of_code.get(code)
            share = _height(drawn_row)
            if drawn_row is not None and share:
                found.append(
                    _segment(drawn_row, place, share, height, (number + 0.5) / (len(drawn) + len(last)))
                )
                height += share
    return found


def _height(row: Mapping[str, Any] | None) -> float:
    """Return the share, or where nobody coded the count of all items."""
    if row is None:
        return 0.0
    return float(row["share"] if row["share"] is not None else row["items"] / row["n"])


def _segment(
    row: Mapping[str, Any], place: Mapping[str, Any], share: float, height: float, offset: float
) -> dict[str, Any]:
    bounded = row["lower"] is not None
    width = place["end"] - place["begin"]
    return {
        **place, "kind": "segment", "code": row["code"], "measured": row["share"] is not None, "y0": height, "y1": height + share,
        "share": share, "items": row["items"], "n": row["n"], "n_coded": row.get("n_coded"),
        "said": row.get("measure") or "share", "alpha": row.get("alpha"), "covered": row.get("covered"),
        "interval": f"{row['lower']:.0%} to {row['upper']:.0%}" if bounded else "none: no share",
        "whisker": place["begin"] + round(width * (0.15 + 0.7 * offset)),
        "low": height + row["lower"] if bounded else None, "high": height + row["upper"] if bounded else None,
    }  # fmt: skip


def _of_words(rows: Rows) -> bool:
    """Say whether it is counted what names words: one series, and nothing that is not coded."""
    return bool(rows) and all(row["measure"] == WORDS for row in rows)


def _base(row: Mapping[str, Any]) -> int:
    return int(row["n_coded"] or row["n"]) if row["share"] is not None else int(row["n"])


def _most(rows: Rows) -> list[str]:
    """Return the codes that are drawn: those with most items, in the order of the colours."""
    order = list(LIGHT.codes)
    items: dict[str, int] = defaultdict(int)
    for row in rows:
        if row["code"]:
            items[row["code"]] += row["items"]
    most = sorted(items, key=lambda code: (-items[code], code))[:MOST_CODES]
    return sorted(most, key=lambda code: (order.index(code) if code in order else len(order), code))


def _box(period: str, by: str, as_of: datetime | None) -> dict[str, Any]:
    """Return where a period stands on the axis, and whether it is over."""
    start = start_of(period) if by == "month" else date.fromisoformat(period)
    end = end_of(period) if by == "month" else start + timedelta(days=_DAYS[by])
    begin, after = milliseconds(start), milliseconds(end)
    room = round((after - begin) * _ROOM)
    return {
        "at": start.isoformat(), "last": (end - timedelta(days=1)).isoformat(), "period": period,
        "begin": begin + room, "end": after - room, "middle": (begin + after) // 2,
        "over": as_of is None or end <= as_of.date(),
    }  # fmt: skip


def _open(bars: Rows) -> bool:
    return any(not bar["over"] for bar in bars)


def _unit(bars: Rows, by: str) -> str:
    """Say what is drawn: shares with what they rest on, or counts that are none."""
    measured = [bar for bar in bars if bar["measured"]]
    if measured and all(bar["said"] == WORDS for bar in measured):
        return f"share by {_UNITS[by]} of all items that name any of these words, 95 % intervals"
    if not measured:
        return f"keyword counts by {_UNITS[by]}, no shares: items in which a word of the code occurs, of 100"
    hollow = "; hollow: keyword counts, no shares" if len(measured) < len(bars) else ""
    coded = sum({bar["at"]: bar["n_coded"] or 0 for bar in measured}.values())
    return f"share by {_UNITS[by]}, {coded:,} coded by hand, 95 % intervals{hollow}"


def _x(months: Sequence[str], field: str) -> alt.X:
    return x_of(field, months, offset=STRIP_OFFSET)


def _y(field: str, scale: alt.Scale) -> alt.Y:
    return alt.Y(f"{field}:Q", scale=scale, axis=alt.Axis(format="%", title=None, tickCount=5))


def _boxes(
    bars: Rows, codes: Sequence[str], months: Sequence[str], *, scale: alt.Scale, look: Look
) -> alt.Chart:
    """Return the segments; those of keyword counts, and of a period that is not over, are paler."""
    tone = colours(codes, look)
    pale = alt.Opacity("paler:Q", scale=alt.Scale(domain=[0, 1, 2], range=[1, 0.42, 0.12]), legend=None)
    layer: alt.Chart = (
        alt.Chart(alt.InlineData(values=[{**bar, "paler": _paler(bar)} for bar in bars]))
        .mark_rect(cursor="pointer")
        .encode(
            x=_x(months, "begin"), x2="end:Q", y=_y("y0", scale), y2="y1:Q", opacity=pale,
            color=alt.Color(
                "code:N", scale=alt.Scale(domain=list(tone), range=list(tone.values())), legend=alt.Legend(title=None)
            ),
            tooltip=_tooltip(),
        )
        .add_params(alt.selection_point(name="mark", fields=["kind", "at", "code", "measured"]))
    )  # fmt: skip
    return layer


def _paler(bar: Mapping[str, Any]) -> int:
    return 2 if not bar["over"] else 0 if bar["measured"] else 1


def _outlines(
    bars: Rows, codes: Sequence[str], months: Sequence[str], *, scale: alt.Scale, look: Look
) -> list[alt.Chart]:
    """Return the edges of what is only counted, and the dashed ones of a period that is not over."""
    tone = colours(codes, look)
    layers = []
    for open_, dash in ((False, [1, 0]), (True, [4, 3])):
        edged = [
            {**bar, "edge": tone[bar["code"]]}
            for bar in bars
            if bar["over"] is not open_ and (open_ or not bar["measured"])
        ]
        layers.append(
            alt.Chart(alt.InlineData(values=edged))
            .mark_rect(filled=False, strokeWidth=1.2, strokeDash=dash)
            .encode(
                x=_x(months, "begin"), x2="end:Q", y=_y("y0", scale), y2="y1:Q",
                stroke=alt.Stroke("edge:N", scale=None), tooltip=_tooltip(),
            )
        )  # fmt: skip
    return layers


def _intervals(bars: Rows, months: Sequence[str], *, scale: alt.Scale, look: Look) -> list[alt.Chart]:
    """Return the 95 % interval of each share, from the foot of its segment, beside each other on a pale edge."""
    bounded = [bar for bar in bars if bar["low"] is not None]
    return [
        alt.Chart(alt.InlineData(values=bounded))
        .mark_rule(color=colour, strokeWidth=width, opacity=opacity, clip=True)
        .encode(x=_x(months, "whisker"), y=_y("low", scale), y2="high:Q", tooltip=_tooltip())
        for colour, width, opacity in ((look.paper, 3.6, 0.65), (look.ink, 1.3, 0.9))
    ]


def _bursts(bursts: Rows, by: str, months: Sequence[str], *, look: Look) -> alt.Chart:
    """Return a mark over every period in which more came than usual."""
    found = [
        {**_box(row["at"][:7] if by == "month" else row["at"], by, None), "items": row["items"],
         "expected": row["expected"], "p": row["p_adjusted"], "kind": "burst", "code": "", "measured": False, "sign": "burst: more came than usual"}
        for row in bursts
    ]  # fmt: skip
    layer: alt.Chart = (
        alt.Chart(alt.InlineData(values=found))
        .mark_point(shape="triangle-down", filled=True, size=46, opacity=1, cursor="pointer", y=-1, yOffset=-5)
        .encode(
            x=_x(months, "middle"),
            color=alt.Color(
                "sign:N", scale=alt.Scale(domain=["burst: more came than usual"], range=[look.muted]),
                legend=alt.Legend(title=None) if found else None,
            ),
            tooltip=[
                alt.Tooltip("period:N"), alt.Tooltip("sign:N", title="what"), alt.Tooltip("items:Q", format=","),
                alt.Tooltip("expected:Q", format=",.1f"), alt.Tooltip("p:Q", format=".3f", title="p, corrected"),
            ],
        )
    )  # fmt: skip
    return layer


def _tooltip() -> list[alt.Tooltip]:
    return [
        alt.Tooltip("period:N"), alt.Tooltip("code:N"), alt.Tooltip("share:Q", format=".0%"), alt.Tooltip("interval:N"),
        alt.Tooltip("said:N", title="measured as"), alt.Tooltip("items:Q", format=","), alt.Tooltip("n:Q", title="of n", format=","),
        alt.Tooltip("n_coded:Q", title="coded by hand", format=","), alt.Tooltip("alpha:Q", format=".2f"),
        alt.Tooltip("covered:Q", title="days covered", format=".0%"),
    ]  # fmt: skip
