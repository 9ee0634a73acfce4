"""What the targeting names: month by month, and how far it moved between two periods."""

import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import altair as alt

from tracker import countries
from tracker.charts.look import LIGHT, Look, finished
from tracker.charts.months import STRIP_OFFSET, Rows, coverage_strip, month_box, span, x_of
from tracker.charts.words import heading, on_a_phone, shortened

MORE, LESS = "more in the later period", "less in the later period"
STEP = 23
PER_GROUP, PER_OTHER_GROUP = 7, 4
Criterion = tuple[str, str, str]
SEPARATOR = "\u2063"
MARK = "◆"
"""Stands before a criterion whose words may stand for a sensitive category."""

PLACES = "Countries and places"
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
KIND_WORDS = {
    "people_who_match": "match", "and_must_also_match": "must match", "interests": "interest",
    "location_living_in": "living in",
}  # fmt: skip
"""What a kind is called beside a value that stands under several, where its name is long."""
_PAGE = re.compile(
    r"(lookalike .*people who like|friends of people who are connected to|people who like) (.+)$", re.I
)
_PEOPLE = defaultdict(
    lambda: "like those who like it",
    {"people who like": "who like it", "friends of people who are connected to": "friends of those"},
)
_LIKES = "eople who "
"""Stands in criteria such as `People who like PAGE` and `Friends of people who are connected to PAGE`."""
GROUPS = ("Keywords and interests", PLACES, "Audience sought", OTHER, EXCLUDED)
EVERY_COUNTRY = 0.9
"""Share of the countries of the CLDR from which on places that are named together are said to be every country."""


def plain_value(row: Mapping[str, Any]) -> str:
    """Return a criterion without the name of its kind before it, which some sources publish with every value."""
    return str(row["value"]).removeprefix(f"{row['kind']}:")


def group_of(row: Mapping[str, Any]) -> str:
    """Return the group that a row of the `targeting` finding is drawn in."""
    if row["polarity"] == "exclude":
        return EXCLUDED
    if _LIKES in row["value"]:
        return "Audience sought"
    return KIND_GROUPS.get(row["kind"], OTHER)


def targeting_heatmap(
    rows: Rows,
    *,
    as_of: datetime | None,
    n: int | None,
    coverage: Rows = (),
    sensitive: Rows = (),
    look: Look = LIGHT,
) -> alt.LayerChart:
    """Return how many ads used each criterion each month, the most used ones of each group, with the coverage below.

    `rows` are those of the `targeting` finding, `sensitive` those of `sensitive-targeting`, whose criteria bear a mark;
    `n` is how many ads they come from.
    """
    dated = [row for row in rows if row["month"]]
    months = span(row["month"] for row in dated)
    flagged = _categories(sensitive)
    labels = {
        criterion: f"{MARK} {label}" if criterion in flagged else label
        for criterion, label in labels_of(dated).items()
    }
    folded = _folded(dated, labels)
    order = _order(folded)
    cells = _cells(folded, order, flagged)
    bold = {"test": f"indexof(datum.value, '{SEPARATOR}') < 0", "value": 600}
    dark = {"test": f"indexof(datum.value, '{SEPARATOR}') < 0", "value": look.ink}
    label = f"slice(datum.value, indexof(datum.value, '{SEPARATOR}') + 1)"
    axis = alt.Axis(
        title=None, labelExpr=on_a_phone(label, most=19, unless=str(bold["test"])), labelLimit=178, labelOverlap=False, grid=False,
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
                legend=alt.Legend(title="ads", gradientLength=90, format="d", tickCount=3, titleOrient="left"),
            ),
            tooltip=[
                alt.Tooltip("month:N"), alt.Tooltip("group:N"), alt.Tooltip("kind:N"), alt.Tooltip("value:N"),
                alt.Tooltip("ads:Q"), alt.Tooltip("sensitive:N", title="may stand for"),
            ],
        )
    )  # fmt: skip
    height = STEP * len(order)
    chart: alt.LayerChart = alt.layer(heat, *coverage_strip(coverage, months, look=look)).resolve_scale(
        color="independent"
    ).properties(
        height=height,
        width="container",
        title=heading(
            "What does the targeting name, month by month?",
            unit=f"ads using each criterion, the most used of {_distinct(dated):,}",
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
    labels = labels_of(top)
    bars = [
        {
            "label": f"{_sign(row)}{labels[_criterion(row)]}", "contribution": row["contribution"],
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
                axis=alt.Axis(
                    title="bits of the divergence", titleAnchor="end", tickCount=5, grid=True, gridColor=look.grid
                ),
            ),
            y=alt.Y(
                "label:N",
                sort=[bars[place]["label"] for place in order],
                axis=alt.Axis(
                    title=None, labelLimit=230, labelOverlap=False, domain=False, ticks=False,
                    labelExpr=on_a_phone("datum.value", most=21),
                ),
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


def labels_of(rows: Rows) -> dict[Criterion, str]:
    """Return what to call each criterion: its value, with its kind where two kinds have a value of the same name."""
    criteria = {_criterion(row) for row in rows}
    names = Counter(short_value(kind, value) for kind, value, _polarity in criteria)
    labels = {}
    for kind, value, polarity in criteria:
        name = short_value(kind, value)
        more = f" · {KIND_WORDS.get(kind, kind.replace('_', ' '))}" if names[name] > 1 else ""
        labels[kind, value, polarity] = shortened(name, 60) + more
    return labels


def short_value(kind: str, value: str) -> str:
    """Return a value for a label: without the path that some sources publish before it, what tells it apart first."""
    plain = plain_value({"kind": kind, "value": value})
    if page := _PAGE.search(plain):
        return f"{page[2]} · {_PEOPLE[page[1].casefold()]}"
    path, colon, last = plain.rpartition(":")
    if not colon or not re.fullmatch(r"[a-z_]+", path):
        return plain
    return f"{last}, {path.replace('_', ' ').title()}" if "location" in kind else last


def _categories(sensitive: Rows) -> dict[Criterion, str]:
    """Return for each criterion what its words may stand for."""
    found: dict[Criterion, dict[str, None]] = {}
    for row in sensitive:
        found.setdefault(_criterion(row), {})[str(row["category"])] = None
    return {criterion: ", ".join(categories) for criterion, categories in found.items()}


def _criterion(row: Mapping[str, Any]) -> Criterion:
    return str(row["kind"]), str(row["value"]), str(row["polarity"])


def _key(row: Mapping[str, Any], labels: Mapping[Criterion, str]) -> str:
    return f"{group_of(row)}{SEPARATOR}{labels[_criterion(row)]}"


def _distinct(rows: Rows) -> int:
    return len({_criterion(row) for row in rows})


def _folded(rows: Rows, labels: Mapping[Criterion, str]) -> list[dict[str, Any]]:
    """Return the rows with the `key` that they are drawn under; many places that are always named together are one."""
    keyed = [{**row, "key": _key(row, labels)} for row in rows]
    courses: dict[str, dict[str, int]] = {}
    for row in keyed:
        if group_of(row) == PLACES:
            course = courses.setdefault(row["key"], {})
            course[row["month"]] = course.get(row["month"], 0) + row["ads"]
    alike: dict[tuple[tuple[str, int], ...], list[str]] = defaultdict(list)
    for key, course in courses.items():
        alike[tuple(sorted(course.items()))].append(key)
    names = {key: _together(keys) for keys in alike.values() if len(keys) > PER_GROUP for key in keys}
    first = {min(keys) for keys in alike.values()}
    return [
        {**row, "key": names.get(row["key"], row["key"]), "value": _many(names.get(row["key"]), row["value"])}
        for row in keyed
        if row["key"] not in names or row["key"] in first
    ]


def _together(keys: Sequence[str]) -> str:
    """Return what places are called that are always named together."""
    places = [key.partition(SEPARATOR)[2] for key in keys]
    known = {code for place in places if (code := countries.a3(place))}
    every = len(known) >= EVERY_COUNTRY * countries.count()
    said = "every country" if every else f"{min(places)} and {len(places) - 1:,} more"
    return f"{PLACES}{SEPARATOR}{said}{f' ({len(places):,} places)' if every else ''}"


def _many(together: str | None, value: Any) -> str:
    return together.partition(SEPARATOR)[2] if together else str(value)


def _order(rows: Rows) -> list[str]:
    """Return the rows of the heat map from top to bottom: each group's name, then its most used criteria."""
    totals: dict[str, Counter[str]] = {group: Counter() for group in GROUPS}
    for row in rows:
        totals[group_of(row)][row["key"]] += row["ads"]
    order = []
    for group, counter in totals.items():
        if counter:
            most = sorted(counter.items(), key=lambda pair: (-pair[1], pair[0]))
            shown = most[: PER_OTHER_GROUP if group in (OTHER, EXCLUDED) else PER_GROUP]
            order += [group, *(key for key, _ in shown)]
    return order


def _cells(rows: Rows, order: Sequence[str], flagged: Mapping[Criterion, str]) -> list[dict[str, Any]]:
    shown = set(order)
    return [
        {**month_box(row["month"]), "month": row["month"], "criterion": row["key"], "group": group_of(row),
         "kind": row["kind"], "value": str(row["value"]), "ads": row["ads"],
         "sensitive": flagged.get(_criterion(row), "–")}
        for row in rows
        if row["key"] in shown
    ]  # fmt: skip
