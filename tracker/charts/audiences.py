"""Whose audiences are sought by whom: who advertises on the left, the handles and pages whose audience they sought on the right."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import altair as alt

from tracker.charts.look import LIGHT, Look, finished
from tracker.charts.months import Rows
from tracker.charts.words import heading, shortened

MOST_HANDLES, MOST_ACCOUNTS = 16, 16
STEP, SMOOTH, APART = 27, 16, 0.13
EXCLUDED = "audience left out"
TIES: Mapping[str, tuple[str, int]] = {
    "follower_lookalike": ("people like its followers", 0),
    "people_who_like": ("people who like it", 2),
    "friends_of_people_who_like": ("people who like it", 2),
    "lookalike_of_people_who_like": ("people like those who like it", 5),
    "interest_in_page": ("an interest of its name", 4),
}
"""How an audience is sought reads, and its place in the palette; friends are sought together with those who like a page."""
Places = Mapping[str, float]
Links = Mapping[tuple[str, str, str], int]


def audience_graph(
    rows: Rows, *, as_of: datetime | None, n: int | None, look: Look = LIGHT
) -> alt.LayerChart:
    """Return a link from each seeker to each handle or page whose audience its ads sought or left out, as wide as its ads.

    `rows` are those of the `audiences` finding with `name` for what a seeker goes by. The most sought `MOST_HANDLES`
    handles and the `MOST_ACCOUNTS` seekers of most ads are drawn. A link is an advertiser's wish, not a tie.
    """
    links = _links(rows)
    sought = Counter[str]()
    for (_name, handle, _kind), ads in links.items():
        sought[handle] += ads
    handles = [handle for handle, _ads in sought.most_common(MOST_HANDLES)]
    accounts = Counter[str]()
    for (name, handle, _kind), ads in links.items():
        if handle in handles:
            accounts[name] += ads
    named = [name for name, _ads in accounts.most_common(MOST_ACCOUNTS)]
    drawn = {key: ads for key, ads in links.items() if key[0] in named and key[1] in handles}
    handles = _uncrossed(named, drawn)
    tallest = max(len(named), len(handles))
    left, right = _spread(named, tallest), _spread(handles, tallest)
    y = alt.Y("y:Q", scale=alt.Scale(domain=[tallest, 0], nice=False, zero=False), axis=None)
    chart: alt.LayerChart = (
        alt.layer(
            _link_layer(drawn, left, right, y, look=look),
            *_node_layers(left, accounts, y, x=0, side="right", look=look),
            *_node_layers(right, sought, y, x=1, side="left", look=look),
        )
        .resolve_scale(color="independent")
        .properties(
            height=STEP * tallest + 10, width="container",
            title=heading("Whose audiences are sought by whom?", n=n, as_of=as_of,
                          unit=f"ads by whom they name, {len(handles):,} of {len(sought):,} audiences, sought by "
                               f"{len(named):,} of {len({key[0] for key in links}):,}"),
        )
    )  # fmt: skip
    return finished(chart, look)


def _links(rows: Rows) -> Links:
    """Return how many ads of each seeker named each handle, by how most of them did; one that does so in two ways counts once."""
    found: dict[tuple[str, str, str], int] = {}
    most: dict[tuple[str, str, bool], tuple[int, str]] = {}
    for row in rows:
        key = (str(row["name"]), str(row["handle"]), row["polarity"] == "exclude")
        kind = EXCLUDED if key[2] else TIES[row["sought_as"]][0]
        if row["ads"] > most.get(key, (0, ""))[0]:
            found.pop((key[0], key[1], most.get(key, (0, ""))[1]), None)
            most[key] = (row["ads"], kind)
            found[key[0], key[1], kind] = row["ads_in_any_way"]
    return found


def _uncrossed(names: Sequence[str], links: Links) -> list[str]:
    """Return the handles that links lead to, each about as high as the seekers that it is sought by, so that few cross."""
    heights: dict[str, list[int]] = {}
    for (name, handle, _kind), ads in links.items():
        heights.setdefault(handle, []).extend([names.index(name)] * ads)
    return sorted(heights, key=lambda handle: sum(heights[handle]) / len(heights[handle]))


def _spread(names: Sequence[str], tallest: int) -> dict[str, float]:
    """Return where each name stands from top to bottom, in equal steps over the whole height."""
    return {name: (place + 0.5) * tallest / len(names) for place, name in enumerate(names)}


def _x() -> alt.X:
    ends = [alt.expr("min(150, width * 0.3)"), alt.expr("width - min(200, width * 0.46)")]
    return alt.X("x:Q", scale=alt.Scale(domain=[0, 1], range=ends, nice=False), axis=None)


def _link_layer(links: Links, left: Places, right: Places, y: alt.Y, *, look: Look) -> alt.Chart:
    colours = {words: look.category[place] for words, place in TIES.values()} | {EXCLUDED: look.category[3]}
    apart = APART if any(kind == EXCLUDED for _name, _handle, kind in links) else 0
    points: list[dict[str, Any]] = [
        {"link": number, "x": x, "ads": ads,
         "y": left[account] + (right[handle] - left[account]) * x * x * (3 - 2 * x) + (apart if kind == EXCLUDED else -apart),
         "account": account, "handle": handle, "kind": kind}
        for number, ((account, handle, kind), ads) in enumerate(links.items())
        for x in (step / SMOOTH for step in range(SMOOTH + 1))
    ]  # fmt: skip
    kinds = [kind for kind in colours if any(point["kind"] == kind for point in points)]
    most = max((point["ads"] for point in points), default=1)
    layer: alt.Chart = (
        alt.Chart(alt.InlineData(values=points))
        .mark_line(opacity=0.5, strokeCap="butt")
        .encode(
            x=_x(), y=y, detail="link:N", order="x:Q",
            color=alt.Color("kind:N", scale=alt.Scale(domain=kinds, range=[colours[kind] for kind in kinds])),
            strokeDash=alt.StrokeDash(
                "kind:N", scale=alt.Scale(domain=kinds, range=[[5, 3] if kind == EXCLUDED else [1, 0] for kind in kinds]),
                legend=None,
            ),
            size=alt.Size(
                "ads:Q", scale=alt.Scale(type="linear", domain=[0, most], range=[1, 9]), legend=None
            ),
            tooltip=[alt.Tooltip("account:N", title="sought by"), alt.Tooltip("handle:N", title="audience of"),
                     alt.Tooltip("kind:N", title="as"), alt.Tooltip("ads:Q")],
        )
    )  # fmt: skip
    return layer


def _node_layers(
    places: Places, ads: Mapping[str, int], y: alt.Y, *, x: int, side: str, look: Look
) -> list[alt.Chart]:
    nodes = [
        {
            "x": x,
            "y": place,
            "name": name,
            "ads": ads[name],
            "label": shortened(name, 30) + (f" ({ads[name]:,})" if x else ""),
        }
        for name, place in places.items()
    ]
    base = alt.Chart(alt.InlineData(values=nodes)).encode(x=_x(), y=y, tooltip=[alt.Tooltip("name:N")])
    room = alt.expr(f"{'min(150, width * 0.3)' if x == 0 else 'min(200, width * 0.46)'} - 10")
    words: dict[str, Any] = {"align": side, "dx": -8 if x == 0 else 8, "limit": room, "color": look.ink}
    return [
        base.mark_circle(size=46, opacity=1, color=look.ink if x == 0 else look.category[0]),
        base.mark_text(**words).encode(text="label:N"),
    ]
