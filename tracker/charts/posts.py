"""How many posts were published each month, over the band that says what was asked."""

from collections import Counter
from datetime import datetime

import altair as alt

from tracker.charts.look import LIGHT, Look, finished
from tracker.charts.months import STRIP_OFFSET, Rows, coverage_strip, month_box, span, x_of
from tracker.charts.words import heading

HEIGHT = 200
ROOM = 0.17


def posts_per_month(
    rows: Rows, *, as_of: datetime | None, coverage: Rows = (), look: Look = LIGHT
) -> alt.LayerChart | alt.FacetChart:
    """Return bars of the posts published per month; `rows` and `coverage` are those of the findings of these names.

    A month without a bar holds no post: the band below says whether that is silence or a gap in what we know.
    """
    totals = Counter[str]()
    for row in rows:
        totals[row["month"]] += row["posts"] or 0
    months = span(totals)
    bars = [
        {**month_box(month, inset=ROOM), "month": month, "posts": totals[month]} for month in sorted(totals)
    ]
    columns = (
        alt.Chart(alt.InlineData(values=bars))
        .mark_rect(color=look.category[0], cornerRadius=1.5)
        .encode(
            x=x_of("begin", months, offset=STRIP_OFFSET),
            x2="end:Q",
            y=alt.Y("posts:Q", axis=alt.Axis(title=None, tickCount=4, tickMinStep=1, format=",d")),
            y2=alt.datum(0),
            tooltip=[alt.Tooltip("month:N"), alt.Tooltip("posts:Q", format=",")],
        )
    )
    chart = alt.layer(columns, *coverage_strip(coverage, months, look=look)).properties(
        height=HEIGHT,
        width="container",
        title=heading(
            "How many posts were published each month?",
            unit="posts by month published",
            n=sum(totals.values()),
            as_of=as_of,
        ),
    )
    return finished(chart, look)
