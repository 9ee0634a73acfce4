"""What the targeting names: month by month, and how far it moved between two periods."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import altair as alt

from tracker.charts.look import LIGHT, Look, finished
from tracker.charts.months import STRIP_OFFSET, Rows, coverage_strip, month_box, span, x_of
from tracker.charts.words import heading, shortened

MORE, LESS = "more in the later period", "less in the later period"
STEP = 23
PER_GROUP = 8
SEPARATOR = "\u2063"

KIND_GROUPS: Mapping[str, str] = {
    "keyword": "Keywords and interests",
    "topic": "Keywords and interests",
    "event": "Keywords and interests",
    "interest": "Keywords and interests",
    "interests": "Keywords and interests",
    "people_who_match": "Keywords and interests",
    "and_must_also_match": "Keywords and interests",
    "location": "Countries and places",
    "location_living_in": "Countries and places",
    "exclude_location": "Countries and places",
    "country": "Countries and places",
    "follower_lookalike": "Audience sought",
    "connections": "Audience sought",
    "friends_of_connections": "Audience sought",
}
OTHER, EXCLUDED = "Other criteria", "Excluded"
GROUPS = ("Keywords and interests", "Countries and places", "Audience sought", OTHER, EXCLUDED)


def plain_value(row: Mapping[str, Any]) -> str:
    """Return a criterion without the name of its kind before it, which some sources publish with every value."""
    return str(row["value"]).removeprefix(f"{row['kind']}:")


def group_of(row: Mapping[str, Any]) -> str:
    """Return the group that a row of the `targeting` finding is drawn in."""
    if row["polarity"] == "exclude":
        return EXCLUDED
    return KIND_GROUPS.get(row["kind"], OTHER)


def targeting_heatmap(
    rows: Rows, *, as_of: datetime | None, n: int | None, coverage: Rows = (), look: Look = LIGHT
) -> alt.LayerChart:
    """Return how many ads used each criterion each month, the most used ones of each group, with the coverage below.

    `rows` are those of the `targeting` finding; `n` is how many ads they come from.
    """
    dated = [row for row in rows if row["month"]]
    months = span(row["month"] for row in dated)
    order = _order(dated)
    cells = _cells(dated, order)
    bold = {"test": f"indexof(datum.value, '{SEPARATOR}') < 0", "value": 600}
    dark = {"test": f"indexof(datum.value, '{SEPARATOR}') < 0", "value": look.ink}
    label = f"slice(datum.value, indexof(datum.value, '{SEPARATOR}') + 1)"
    axis = alt.Axis(
        title=None, labelExpr=label, labelLimit=168, labelOverlap=False, grid=False,
        labelFontWeight={"condition": bold, "value": 400},
        labelColor={"condition": dark, "value": look.muted},
    )  # fmt: skip
    heat = (
        alt.Chart(alt.InlineData(values=cells))
        .mark_rect(stroke=look.paper, strokeWidth=1.5, cornerRadius=3)
        .encode(
            x=x_of("begin", months, offset=STRIP_OFFSET),
            x2="end:Q",
            y=alt.Y("criterion:N", sort=order, scale=alt.Scale(domain=order), axis=axis),
            color=alt.Color(
                "ads:Q",
                scale=alt.Scale(range=list(look.ramp)),
                legend=alt.Legend(title="ads", gradientLength=150, format="d", tickCount=3, titleOrient="left"),
            ),
            tooltip=[
                alt.Tooltip("month:N"), alt.Tooltip("group:N"), alt.Tooltip("kind:N"), alt.Tooltip("value:N"),
                alt.Tooltip("ads:Q"),
            ],
        )
    )  # fmt: skip
    height = STEP * len(order)
    chart: alt.LayerChart = alt.layer(heat, coverage_strip(coverage, months, look=look)).resolve_scale(
        color="independent"
    ).properties(
        height=height,
        width="container",
        title=heading(
            "What does the targeting name, month by month?",
            unit=f"ads using each criterion, the most used of {_distinct(dated)}",
            n=n,
            as_of=as_of,
        ),
    )  # fmt: skip
    return finished(chart, look)


def shift_bars(
    top: Sequence[Mapping[str, Any]], *, as_of: datetime | None, n: int | None, look: Look = LIGHT
) -> alt.Chart:
    """Return which criteria moved most; `top` is that column of a row of `targeting-shift`.

    A bar to the right gained share of the targeting, one to the left lost it.
    """
    bars = [
        {
            "label": shortened(f"{_sign(row)}{plain_value(row)}", 60), "contribution": row["contribution"],
            "way": MORE if row["contribution"] > 0 else LESS, "kind": row["kind"],
            "shares": f"{row['share_from']:.1%} → {row['share_to']:.1%}",
        }
        for row in top
    ]  # fmt: skip
    order = sorted(range(len(bars)), key=lambda place: -bars[place]["contribution"])
    scale = alt.Scale(domain=[MORE, LESS], range=[look.category[0], look.rule])
    chart: alt.Chart = (
        alt.Chart(alt.InlineData(values=bars))
        .mark_bar(height=13, cornerRadiusEnd=1.5)
        .encode(
            x=alt.X(
                "contribution:Q",
                axis=alt.Axis(title="bits of the divergence", tickCount=5, grid=True, gridColor=look.grid),
            ),
            y=alt.Y(
                "label:N",
                sort=[bars[place]["label"] for place in order],
                axis=alt.Axis(title=None, labelLimit=190, labelOverlap=False, domain=False, ticks=False),
            ),
            color=alt.Color("way:N", scale=scale),
            tooltip=[
                alt.Tooltip("kind:N"), alt.Tooltip("label:N", title="criterion"),
                alt.Tooltip("shares:N", title="share of criteria"), alt.Tooltip("contribution:Q", format=".4f"),
            ],
        )
        .properties(
            height=24 * len(bars),
            width="container",
            title=heading("What moved most?", unit="criteria by their part in the divergence", n=n, as_of=as_of),
        )
    )  # fmt: skip
    return finished(chart, look)


def _sign(row: Mapping[str, Any]) -> str:
    return "not: " if row["polarity"] == "exclude" else ""


def _key(row: Mapping[str, Any]) -> str:
    return f"{group_of(row)}|{row['kind']}{SEPARATOR}{shortened(plain_value(row), 60)}"


def _distinct(rows: Rows) -> int:
    return len({(row["kind"], row["value"], row["polarity"]) for row in rows})


def _order(rows: Rows) -> list[str]:
    """Return the rows of the heat map from top to bottom: each group's name, then its most used criteria."""
    totals: dict[str, Counter[str]] = {group: Counter() for group in GROUPS}
    for row in rows:
        totals[group_of(row)][_key(row)] += row["ads"]
    order = []
    for group, counter in totals.items():
        if counter:
            most = sorted(counter.items(), key=lambda pair: (-pair[1], pair[0]))[:PER_GROUP]
            order += [group, *(key for key, _ in most)]
    return order


def _cells(rows: Rows, order: Sequence[str]) -> list[dict[str, Any]]:
    shown = set(order)
    return [
        {**month_box(row["month"]), "month": row["month"], "criterion": _key(row), "group": group_of(row),
         "kind": row["kind"], "value": str(row["value"]), "ads": row["ads"]}
        for row in rows
        if _key(row) in shown
    ]  # fmt: skip
