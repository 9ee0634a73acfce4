"""The shared time axis: every chart over time and the coverage band under it are drawn on this one.

Times pass as milliseconds since 1970 in UTC, so that no reader's time zone moves a bar.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import groupby
from typing import Any

import altair as alt

from tracker.charts.look import ARCHIVE, OUTCOME_WORDS, SUSPECT, UNKNOWN, Look

Rows = Sequence[Mapping[str, Any]]

NOT_ASKED = "not asked"
MAX_LABELS = 14
STRIP_GAP, STRIP_HEIGHT = 6, 9
STRIP_OFFSET = STRIP_GAP + STRIP_HEIGHT + 3
HATCHES = 110
"""How many strokes a gap would have that is as long as the axis."""
NARROW, THIN = 6, 2.5
"""How many pixels strokes stand apart at least, and how wide a gap is that has any: narrower ones are just blank."""


def start_of(month: str) -> date:
    """Return the first day of `YYYY-MM`."""
    year, number = month.split("-")
    return date(int(year), int(number), 1)


def end_of(month: str) -> date:
    """Return the first day after `YYYY-MM`."""
    first = start_of(month)
    return date(first.year + first.month // 12, first.month % 12 + 1, 1)


def milliseconds(day: date) -> int:
    """Return the UTC midnight that begins a day, as Vega counts time."""
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp() * 1000)


def span(months: Iterable[str]) -> list[str]:
    """Return every month from the first to the last of those given, without a gap."""
    known = sorted({month for month in months if month})
    return [month for month in _from(known[0]) if month <= known[-1]] if known else []


def _from(month: str) -> list[str]:
    year = int(month[:4])
    return [
        f"{y:04d}-{m:02d}"
        for y in range(year, year + 40)
        for m in range(1, 13)
        if (y, m) >= (year, int(month[5:]))
    ]


def month_box(month: str, *, inset: float = 0.0) -> dict[str, int]:
    """Return where a month begins and ends on the axis; `inset` is the share left free on either side."""
    begin, end = milliseconds(start_of(month)), milliseconds(end_of(month))
    room = round((end - begin) * inset)
    return {"begin": begin + room, "middle": (begin + end) // 2, "end": end - room}


def x_of(field: str, months: Sequence[str], *, offset: int = 0) -> alt.X:
    """Return the shared x axis over `months`, which are without a gap and name at least one month."""
    domain = [milliseconds(start_of(months[0])), milliseconds(end_of(months[-1]))]
    shown = _labelled(months)
    first = month_box(shown[0])["middle"]
    with_year = (
        f"utcmonth(datum.value) == 0 || datum.value == {first}"
        " ? [utcFormat(datum.value, '%b'), utcFormat(datum.value, '%Y')] : utcFormat(datum.value, '%b')"
    )
    axis = alt.Axis(
        title=None,
        values=[month_box(month)["middle"] for month in shown],
        labelExpr=with_year,
        labelOverlap="greedy",
        labelSeparation=5,
        labelFlush=False,
        ticks=False,
        offset=offset,
    )
    return alt.X(f"{field}:Q", scale=alt.Scale(domain=domain, nice=False, zero=False), axis=axis)


def _labelled(months: Sequence[str]) -> list[str]:
    step = next((step for step in (1, 2, 3, 6, 12) if len(months) / step <= MAX_LABELS), 12)
    shown = [month for month in months if (int(month[5:]) - 1) % step == 0]
    return shown or [months[0]]


def coverage_runs(coverage: Rows, months: Sequence[str]) -> list[dict[str, Any]]:
    """Return the stretches of days with the same outcome inside `months`: `state`, `begin`, `end`, `from`, `to`, `days`.

    Of several answers for one day the best is shown, as in the `coverage` finding. A day without an answer was not
    asked; where an archive does not say what it covers, nobody knows that of the days until it was made.
    """
    order = list(OUTCOME_WORDS)
    best: dict[date, int] = {}
    for row in coverage:
        outcome = order.index(_drawn(row)) if _drawn(row) in OUTCOME_WORDS else None
        if outcome is not None:
            day = as_date(row["day"])
            best[day] = min(best.get(day, len(order)), outcome)
    unknown = order.index("unknown")
    until = max((day for day, place in best.items() if place == unknown), default=date.min)
    states = [
        (OUTCOME_WORDS[order[best[day]]] if day in best else UNKNOWN if day < until else NOT_ASKED, day)
        for day in _days(months)
    ]
    return [_run(state, [day for _, day in run]) for state, run in groupby(states, key=lambda pair: pair[0])]


def _drawn(row: Mapping[str, Any]) -> str:
    if row.get("suspect"):
        return SUSPECT
    return ARCHIVE if row.get("archive") else str(row.get("outcome"))


def _run(state: str, days: Sequence[date]) -> dict[str, Any]:
    return {
        "state": state,
        "begin": milliseconds(days[0]),
        "end": milliseconds(days[-1] + timedelta(days=1)),
        "from": days[0].isoformat(),
        "to": days[-1].isoformat(),
        "days": len(days),
    }


def _days(months: Sequence[str]) -> Iterator[date]:
    if months:
        day, last = start_of(months[0]), end_of(months[-1])
        while day < last:
            yield day
            day += timedelta(days=1)


def as_date(value: Any) -> date:
    """Return the day of a date, a time or an ISO text."""
    if isinstance(value, datetime):
        return value.date()
    return value if isinstance(value, date) else date.fromisoformat(str(value)[:10])


def outcome_colour(look: Look, runs: Rows, **legend: Any) -> alt.Color:
    """Return the fixed colours of the outcomes that occur, in their fixed order, with a legend that names the hatching."""
    states = {run["state"] for run in runs}
    shown = [state for state in look.outcomes if state in states]
    return alt.Color(
        "state:N",
        scale=alt.Scale(domain=shown, range=[look.outcomes[state] for state in shown]),
        legend=alt.Legend(
            labelExpr=f"datum.label == '{NOT_ASKED}' ? '{NOT_ASKED} (hatched)' : datum.label",
            symbolStrokeColor=look.rule, symbolStrokeWidth=0.7, **legend,
        ),
    )  # fmt: skip


def hatches(runs: Rows, months: Sequence[str], *, look: Look, height: int, offset: int = 0) -> alt.Chart:
    """Return the strokes over stretches that nobody was asked about: a gap looks like nothing else."""
    strokes = [stroke for run in runs if run["state"] == NOT_ASKED for stroke in _strokes(run, months)]
    shown = f"datum.share * width >= {THIN} && datum.place % max(1, ceil({HATCHES * NARROW} / width)) == 0 ? 0.9 : 0"
    layer: alt.Chart = (
        alt.Chart(alt.InlineData(values=strokes))
        .mark_point(
            shape="M-0.35,1L0.35,-1",
            size=height * height,
            color=look.rule,
            strokeWidth=0.9,
            opacity=alt.expr(shown),
        )
        .encode(x=x_of("at", months, offset=offset))
    )
    return layer


def _strokes(run: Mapping[str, Any], months: Sequence[str]) -> list[dict[str, Any]]:
    """Return where the strokes of a gap stand: evenly, and one at least."""
    whole = milliseconds(end_of(months[-1])) - milliseconds(start_of(months[0]))
    share = (run["end"] - run["begin"]) / whole
    number = max(1, int(share * HATCHES))
    step = (run["end"] - run["begin"]) / number
    shared = {name: value for name, value in run.items() if name not in ("begin", "end")}
    return [
        {**shared, "share": share, "place": place, "at": round(run["begin"] + step * (place + 0.5))}
        for place in range(number)
    ]


def coverage_strip(coverage: Rows, months: Sequence[str], *, look: Look) -> tuple[alt.Chart, alt.Chart]:
    """Return the coverage band as two layers, its colours and its hatching, that stand just below the plot it is laid over, above its x axis."""
    runs = coverage_runs(coverage, months)
    tooltip = [
        alt.Tooltip("state:N", title="coverage"), alt.Tooltip("from:N"), alt.Tooltip("to:N"), alt.Tooltip("days:Q"),
    ]  # fmt: skip
    band = (
        alt.Chart(alt.InlineData(values=runs))
        .mark_rect(clip=False, stroke=look.grid, strokeWidth=0.5)
        .encode(
            x=x_of("begin", months, offset=STRIP_OFFSET),
            x2="end:Q",
            y=alt.value(alt.expr(f"height + {STRIP_GAP}")),
            y2=alt.value(alt.expr(f"height + {STRIP_GAP + STRIP_HEIGHT}")),
            color=outcome_colour(look, runs, orient="bottom", title="coverage"),
            tooltip=tooltip,
        )
    )
    over = hatches(runs, months, look=look, height=STRIP_HEIGHT, offset=STRIP_OFFSET).encode(
        y=alt.value(alt.expr(f"height + {STRIP_GAP + STRIP_HEIGHT / 2}")), tooltip=tooltip
    )
    return band, over
