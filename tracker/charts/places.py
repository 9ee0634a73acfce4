"""Countries that targeting names, on a map and as ranks: always both, because small states vanish on a map."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import altair as alt

from tracker.charts.look import LIGHT, Look, finished
from tracker.charts.months import Rows
from tracker.charts.targeting import plain_value, short_value
from tracker.charts.words import heading
from tracker.countries import EUROPEAN_UNION, a3, name_of

PLACES = ("location", "location_living_in", "country")
EUROPE: Mapping[str, Any] = {
    "type": "conicEqualArea",
    "rotate": [-13, 0, 0],
    "center": [0, 52.5],
    "parallels": [40, 62],
    "scale": {"expr": "min(width / 0.66, height / 0.66)"},
    "translate": {"expr": "[width / 2, height / 2]"},
}
WORLD: Mapping[str, Any] = {
    "type": "equalEarth",
    "scale": {"expr": "min(width / 5.45, height / 2.36)"},
    "translate": {"expr": "[width / 2, height * 0.57]"},
}


def country_ranks(rows: Rows) -> list[dict[str, Any]]:
    """Return the countries included by the targeting, most used first: `country`, `a3`, `ads`.

    `ads` adds up the months of the rows, so that an ad counts once for each country that it names.
    """
    counts: Counter[str] = Counter()
    for row in _placed(rows):
        if code := a3(plain_value(row)):
            counts[code] += row["ads"]
    ranked = sorted(counts.items(), key=lambda pair: (-pair[1], name_of(pair[0])))
    return [{"country": name_of(code), "a3": code, "ads": ads} for code, ads in ranked]


def other_places(rows: Rows) -> list[dict[str, Any]]:
    """Return the included places that are no country we know, most used first: `place`, `ads`."""
    counts: Counter[str] = Counter()
    for row in _placed(rows):
        if a3(plain_value(row)) is None:
            counts[short_value(row["kind"], row["value"])] += row["ads"]
    return [
        {"place": place, "ads": ads}
        for place, ads in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    ]


def country_map(
    ranks: Sequence[Mapping[str, Any]],
    *,
    shapes: str | Mapping[str, Any],
    as_of: datetime | None,
    n: int | None,
    look: Look = LIGHT,
    title: str = "Which countries are included?",
) -> alt.LayerChart | alt.FacetChart:
    """Return a map of the countries in `country_ranks`, zoomed to Europe when all of them are in the EU.

    `shapes` is the address of the TopoJSON, or the TopoJSON itself for a chart that must stand alone.
    """
    topology = alt.TopoDataFormat(type="topojson", feature="countries")
    data = alt.UrlData(url=shapes, format=topology) if isinstance(shapes, str) else alt.InlineData(
        values=dict(shapes), format=topology
    )  # fmt: skip
    inside = bool(ranks) and all(row["a3"] in EUROPEAN_UNION for row in ranks)
    base = alt.Chart(data).mark_geoshape(fill=look.nothing, stroke=look.paper, strokeWidth=0.5, clip=True)
    named = (
        alt.Chart(data)
        .mark_geoshape(stroke=look.paper, strokeWidth=0.5, clip=True)
        .transform_lookup(
            lookup="properties.a3",
            from_=alt.LookupData(
                data=alt.InlineData(values=[dict(row) for row in ranks]), key="a3", fields=["country", "ads"]
            ),
        )
        .transform_filter("isValid(datum.ads)")
        .encode(
            color=alt.Color(
                "ads:Q",
                scale=alt.Scale(range=list(look.ramp), domainMin=0),
                legend=alt.Legend(
                    title="ads", gradientLength=150, format="d", tickCount=3, titleOrient="left"
                ),
            ),
            tooltip=[alt.Tooltip("country:N"), alt.Tooltip("ads:Q")],
        )
    )
    projection = EUROPE if inside else WORLD
    chart = alt.layer(base, named).project(**projection).properties(
        height=330 if inside else 250,
        width="container",
        title=heading(title, unit="ads naming each country", n=n, as_of=as_of),
    )  # fmt: skip
    return finished(chart, look)


def _placed(rows: Rows) -> list[Mapping[str, Any]]:
    return [row for row in rows if row["kind"] in PLACES and row["polarity"] != "exclude"]
