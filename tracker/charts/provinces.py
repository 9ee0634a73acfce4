"""Centres for international communication by province and by year: what the registry knows, never the total."""

import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import altair as alt

from tracker.charts.look import LIGHT, Look, finished
from tracker.charts.months import Rows
from tracker.charts.words import heading
from tracker.registry.provinces import PROVINCES

_YEAR = re.compile(r"(?:18|19|20)[0-9]{2}")
LEVELS: Mapping[str, str] = {
    "province": "provincial",
    "city": "city",
    "county": "county or district",
    "district": "county or district",
}
"""How the level of a centre reads; a level that is missing or another reads `level not given`."""
NO_LEVEL = "level not given"
LEVEL_WORDS = (*dict.fromkeys(LEVELS.values()), NO_LEVEL)
CHINA: Mapping[str, Any] = {"type": "conicEqualArea", "rotate": [-104, 0, 0], "parallels": [25, 47]}


def level_of(row: Mapping[str, Any]) -> str:
    """Return the level of a body in a reader's words."""
    return LEVELS.get(row["level"] or "", NO_LEVEL)


def year_of(founded: str | None) -> str | None:
    """Return the year of a founding, or `None` where no year is given."""
    year = _YEAR.match(founded or "")
    return year[0] if year else None


def province_ranks(rows: Rows) -> list[dict[str, Any]]:
    """Return the provinces in which centres are known, most first: `id`, `province`, `native`, `centres`, and by level.

    `rows` are those of the `organisations` finding; only centres in a province that we know are counted.
    """
    levels = defaultdict[str, Counter[str]](Counter)
    for row in rows:
        if row["kind"] == "icc" and row["province"] in PROVINCES:
            levels[row["province"]][level_of(row)] += 1
    ranked = sorted(levels.items(), key=lambda pair: (-pair[1].total(), PROVINCES[pair[0]].name))
    return [
        {"id": code, "province": PROVINCES[code].name, "native": PROVINCES[code].native_name,
         "centres": counts.total(), **{word: counts[word] for word in LEVEL_WORDS}}
        for code, counts in ranked
    ]  # fmt: skip


def founded_by_year(rows: Rows) -> list[dict[str, Any]]:
    """Return the centres by year of founding and level: `year`, `level`, `centres`; those without a year are left out."""
    counts = Counter(
        (year, level_of(row)) for row in rows if row["kind"] == "icc" and (year := year_of(row["founded"]))
    )
    return [
        {"year": year, "level": level, "centres": counts[year, level]}
        for year, level in sorted(counts, key=lambda pair: (pair[0], LEVEL_WORDS.index(pair[1])))
    ]


def province_map(
    ranks: Sequence[Mapping[str, Any]],
    *,
    shapes: str | Mapping[str, Any],
    as_of: datetime | None,
    look: Look = LIGHT,
) -> alt.LayerChart | alt.FacetChart:
    """Return a map of the provinces by the centres of `province_ranks`; grey is none known to us.

    `shapes` is the address of the TopoJSON, or the TopoJSON itself for a chart that must stand alone.
    """
    most = max((2, *(row["centres"] for row in ranks)))
    topology = alt.TopoDataFormat(type="topojson", feature="provinces")
    data = alt.UrlData(url=shapes, format=topology) if isinstance(shapes, str) else alt.InlineData(
        values=dict(shapes), format=topology
    )  # fmt: skip
    fields = ["province", "native", "centres", *LEVEL_WORDS]
    base = (
        alt.Chart(data)
        .mark_geoshape(fill=look.nothing, stroke=look.paper, strokeWidth=0.7)
        .transform_calculate(province="datum.properties.name", native="datum.properties.name_zh", known="'none known to us'")
        .encode(tooltip=[alt.Tooltip("province:N"), alt.Tooltip("native:N", title="in Chinese"),
                         alt.Tooltip("known:N", title="centres")])
    )  # fmt: skip
    known = (
        alt.Chart(data)
        .mark_geoshape(stroke=look.paper, strokeWidth=0.7)
        .transform_lookup(
            lookup="properties.id",
            from_=alt.LookupData(
                data=alt.InlineData(values=[dict(row) for row in ranks]), key="id", fields=fields
            ),
        )
        .transform_filter("isValid(datum.centres)")
        .encode(
            color=alt.Color(
                "centres:Q",
                scale=alt.Scale(range=list(look.ramp[1:]), domainMin=1, domainMax=most),
                legend=alt.Legend(title="centres", gradientLength=150, format="d", tickMinStep=1, titleOrient="left"),
            ),
            tooltip=[alt.Tooltip("province:N"), alt.Tooltip("native:N", title="in Chinese"),
                     *(alt.Tooltip(f"{word}:Q") for word in fields[2:])],
        )
    )  # fmt: skip
    n = sum(row["centres"] for row in ranks)
    chart = alt.layer(base, known).project(**CHINA).properties(
        height=360, width="container",
        title=heading("Where are the centres that we know of?", unit="centres named by a document, by province",
                      n=n, as_of=as_of),
    )  # fmt: skip
    return finished(chart, look)


def centres_by_year(rows: Rows, *, as_of: datetime | None, look: Look = LIGHT) -> alt.Chart:
    """Return the centres by year of founding, stacked by level; the line says how many have no known year.

    `rows` are those of the `organisations` finding.
    """
    counted = founded_by_year(rows)
    n, dated = sum(row["kind"] == "icc" for row in rows), sum(row["centres"] for row in counted)
    years = [row["year"] for row in counted]
    every = [str(year) for year in range(int(min(years)), int(max(years)) + 1)] if years else []
    present = [word for word in LEVEL_WORDS if any(row["level"] == word for row in counted)]
    colours = dict(zip(LEVEL_WORDS, (look.ramp[4], look.ramp[2], look.ramp[1], look.nothing), strict=True))
    chart: alt.Chart = (
        alt.Chart(alt.InlineData(values=[{**row, "order": LEVEL_WORDS.index(row["level"])} for row in counted]))
        .mark_bar(cornerRadius=1)
        .encode(
            x=alt.X("year:O", scale=alt.Scale(domain=every), axis=alt.Axis(title=None, labelAngle=0)),
            y=alt.Y("centres:Q", axis=alt.Axis(title=None, tickMinStep=1, format="d")),
            color=alt.Color("level:N", scale=alt.Scale(domain=present, range=[colours[word] for word in present])),
            order=alt.Order("order:Q"),
            tooltip=[alt.Tooltip("year:O"), alt.Tooltip("level:N"), alt.Tooltip("centres:Q")],
        )
        .properties(
            height=230, width="container",
            title=heading("When were they founded?", unit=f"centres by year and level · {dated} with a known year, "
                          f"{n - dated} without and not drawn", n=n, as_of=as_of),
        )
    )  # fmt: skip
    return finished(chart, look)
