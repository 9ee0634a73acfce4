"""Whose audiences are sought by whom: accounts on the left, the handles whose followers they sought on the right."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import altair as alt

from tracker.charts.look import LIGHT, Look, finished
from tracker.charts.months import Rows
from tracker.charts.words import heading, shortened

MOST_HANDLES, MOST_ACCOUNTS = 16, 10
STEP, SMOOTH = 27, 16
INCLUDED, EXCLUDED = "audience sought", "audience excluded"
Places = Mapping[str, float]
Links = Counter[tuple[str, str, str]]


def audience_graph(
    rows: Rows, *, as_of: datetime | None, n: int | None, look: Look = LIGHT
) -> alt.LayerChart:
    """Return a link from each account to each handle whose followers its ads sought or left out, as wide as its ads.

    `rows` are those of the `audiences` finding with `name` for what an account goes by. The most sought `MOST_HANDLES`
    handles and the `MOST_ACCOUNTS` accounts of most ads are drawn. A link is an advertiser's wish, not a tie.
    """
    sought = Counter[str]()
    for row in rows:
        sought[str(row["handle"])] += row["ads"]
    handles = [handle for handle, _ads in sought.most_common(MOST_HANDLES)]
    accounts = Counter[str]()
    links: Links = Counter()
    for row in rows:
        if row["handle"] in handles:
            accounts[str(row["name"])] += row["ads"]
            links[str(row["name"]), str(row["handle"]), str(row["polarity"])] += row["ads"]
    named = [name for name, _ads in accounts.most_common(MOST_ACCOUNTS)]
    tallest = max(len(named), len(handles))
    left, right = _spread(named, tallest), _spread(handles, tallest)
    y = alt.Y("y:Q", scale=alt.Scale(domain=[tallest, 0], nice=False, zero=False), axis=None)
    chart: alt.LayerChart = (
        alt.layer(
            _link_layer([key for key in links if key[0] in named], links, left, right, y, look=look),
            *_node_layers(left, accounts, y, x=0, side="right", look=look),
            *_node_layers(right, sought, y, x=1, side="left", look=look),
        )
        .resolve_scale(color="independent")
        .properties(
            height=STEP * tallest + 10, width="container",
            title=heading("Whose audiences are sought by whom?", n=n, as_of=as_of,
                          unit=f"ads naming a handle, the {len(handles):,} most sought of {len(sought):,}"),
        )
    )  # fmt: skip
    return finished(chart, look)


def _spread(names: Sequence[str], tallest: int) -> dict[str, float]:
    """Return where each name stands from top to bottom, in equal steps over the whole height."""
    return {name: (place + 0.5) * tallest / len(names) for place, name in enumerate(names)}


def _x() -> alt.X:
    ends = [alt.expr("min(150, width * 0.3)"), alt.expr("width - min(200, width * 0.46)")]
    return alt.X("x:Q", scale=alt.Scale(domain=[0, 1], range=ends, nice=False), axis=None)


def _link_layer(
    keys: Sequence[tuple[str, str, str]], links: Links, left: Places, right: Places, y: alt.Y, *, look: Look
) -> alt.Chart:
    colours = {INCLUDED: look.category[0], EXCLUDED: look.category[3]}
    points: list[dict[str, Any]] = [
        {"link": number, "x": x, "y": left[account] + (right[handle] - left[account]) * x * x * (3 - 2 * x), "ads": links[account, handle, polarity],
         "account": account, "handle": handle, "kind": EXCLUDED if polarity == "exclude" else INCLUDED}
        for number, (account, handle, polarity) in enumerate(keys)
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
                "kind:N", scale=alt.Scale(domain=[INCLUDED, EXCLUDED], range=[[1, 0], [5, 3]]), legend=None
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
