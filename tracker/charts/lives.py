"""From when to when each ad was shown, on one axis."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import altair as alt

from tracker.charts.look import LIGHT, Look, finished
from tracker.charts.months import STRIP_OFFSET, Rows, as_date, coverage_strip, milliseconds, span, x_of
from tracker.charts.words import heading, shortened

MOST_ADS = 60
STEP = 15
COLOURS = (0, 2, 3, 4, 5)
"""Places in the palette: not the red, which is kept for alarms, and not the grey."""
OTHERS = "other accounts"
SEPARATOR = "\u2063"


def ad_lives(
    rows: Rows, *, as_of: datetime | None, n: int | None, coverage: Rows | None = None, look: Look = LIGHT
) -> alt.Chart | alt.LayerChart | alt.FacetChart:
    """Return a bar an ad from its first to its last day shown, the earliest on top; a click selects its `ad`.

    `rows` are those of the `ads` finding, the latest first, with `name` for what its account goes by; `n` is how many
    ads there are, `coverage` has the rows of that finding, drawn below. The `MOST_ADS` latest dated ones are drawn. Where no last day is published the bar is pale and short.
    """
    dated = [row for row in rows if row["first_shown"]]
    drawn = sorted(dated[:MOST_ADS], key=lambda row: (str(row["first_shown"]), row["ad"]))
    months = span(str(row[end])[:7] for row in drawn for end in ("first_shown", "last_shown") if row[end])
    least = (milliseconds(as_date(f"{months[-1]}-28")) - milliseconds(as_date(f"{months[0]}-01"))) // 120
    named = list(dict.fromkeys(str(row["name"]) for row in drawn))
    accounts = named if len(named) <= len(COLOURS) else [*named[: len(COLOURS) - 1], OTHERS]
    colours = [look.category[place] for place in COLOURS[: len(accounts)]]
    bars = [_bar(row, accounts, least=least) for row in drawn]
    chosen = alt.selection_point(name="ad", fields=["ad"], on="click", clear="dblclick")
    label = f"slice(datum.value, indexof(datum.value, '{SEPARATOR}') + 1)"
    lanes = (
        alt.Chart(alt.InlineData(values=bars))
        .mark_rect(height=9, cornerRadius=2, clip=True, cursor="pointer")
        .encode(
            x=x_of("begin", months, offset=0 if coverage is None else STRIP_OFFSET),
            x2="end:Q",
            y=alt.Y("lane:N", sort=None, axis=alt.Axis(
                title=None, labelExpr=f"containerSize()[0] < 420 ? truncate({label}, 18, 'right', '…') : {label}", labelLimit=150, labelOverlap=False, labelFontSize=10)),
            color=alt.Color("account:N", scale=alt.Scale(domain=accounts, range=colours)),
            opacity=alt.Opacity("solid:Q", scale=None, legend=None),
            tooltip=[alt.Tooltip("text:N"), alt.Tooltip("account:N"), alt.Tooltip("payer:N"),
                     alt.Tooltip("first:N", title="first shown"), alt.Tooltip("last:N", title="last shown")],
        )
        .add_params(chosen)
    )  # fmt: skip
    chart = lanes if coverage is None else _over_band(lanes, coverage, months, look=look)
    sized = chart.properties(
        height=STEP * len(bars), width="container",
        title=heading("From when to when was each ad shown?", n=n, as_of=as_of,
                      unit=f"the latest {len(bars):,} of {len(dated):,} dated ads listed"),
    )  # fmt: skip
    return finished(sized, look)


def _over_band(
    lanes: alt.Chart, coverage: Rows, months: Sequence[str], *, look: Look
) -> alt.LayerChart | alt.FacetChart:
    layered = alt.layer(lanes, *coverage_strip(coverage, months, look=look))
    apart: alt.LayerChart | alt.FacetChart = layered.resolve_scale(color="independent")
    return apart


def _bar(row: Mapping[str, Any], accounts: list[str], *, least: int) -> dict[str, Any]:
    first = as_date(row["first_shown"])
    last = as_date(row["last_shown"]) if row["last_shown"] else None
    begin = milliseconds(first)
    end = milliseconds(max(first, last or first) + timedelta(days=1))
    text = row["text"] or row["payer"] or "no text published"
    return {
        "ad": str(row["ad"]),
        "lane": f"{row['ad']}{SEPARATOR}{shortened(str(text), 26)}",
        "text": shortened(str(text), 120),
        "account": row["name"] if row["name"] in accounts else OTHERS,
        "payer": row["payer"] or "not published",
        "begin": begin,
        "end": max(end, begin + least),
        "solid": 1.0 if last else 0.45,
        "first": first.isoformat(),
        "last": last.isoformat() if last else "not published",
    }
