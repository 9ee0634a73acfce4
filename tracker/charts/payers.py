"""Who paid for whose ads, from when to when."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

import altair as alt

from tracker.charts.ads import new_payers
from tracker.charts.look import LIGHT, Look, finished
from tracker.charts.months import STRIP_OFFSET, Rows, as_date, coverage_strip, milliseconds, span, x_of
from tracker.charts.words import heading, on_a_phone, shortened

MOST_PAYERS = 20
STEP = 21
SEPARATOR = "\u2063"
PUBLISHED, NOT_PUBLISHED = "payer published", "payer not published"
SHORT = {"new payer": "new", "payer first named": "first named"}
Pair = tuple[str, str]
Marks = list[dict[str, Any]]


def payer_lanes(
    rows: Rows, *, as_of: datetime | None, n: int | None, changes: Rows = (), coverage: Rows | None = None,
    look: Look = LIGHT,
) -> alt.LayerChart:  # fmt: skip
    """Return a lane a payer below each account, from the first to the last day shown, with a dashed rule at each new one.

    `rows` are those of the `payers` finding with `name` for what an account goes by; `changes` those of kind `payer_new`,
    `coverage` those of that finding.
    A rule stands where a payer was first shown; the hover says when that was recorded. The `MOST_PAYERS` lanes of most
    ads are drawn.
    """
    dated = [row for row in rows if row["first_shown"]]
    drawn = sorted(dated, key=lambda row: -row["ads"])[:MOST_PAYERS]
    months = span(str(row[end])[:7] for row in drawn for end in ("first_shown", "last_shown") if row[end])
    marks = _marks(dated, changes)
    order, heads, bars, rules = _lanes(drawn, marks)
    axis = alt.Axis(
        title=None, labelOverlap=False, labelLimit=200, grid=False,
        labelExpr=on_a_phone(f"slice(datum.value, indexof(datum.value, '{SEPARATOR}') + 1)", most=20),
    )  # fmt: skip
    lane = alt.Y("lane:N", sort=order, scale=alt.Scale(domain=order), axis=axis)
    layers = [
        _bar_layer(bars, months, lane, look=look),
        _head_layer(heads, lane, look=look),
        *_rule_layers(rules, months, lane, look=look),
        *(() if coverage is None else coverage_strip(coverage, months, look=look)),
    ]
    chart: alt.LayerChart = alt.layer(*layers).resolve_scale(color="independent").properties(
        height=STEP * len(order), width="container",
        title=heading("Who paid, from when to when?", n=n, as_of=as_of,
                      unit=f"{len(bars):,} of {len(rows):,} payers by account, with their ads"),
    )  # fmt: skip
    return finished(chart, look)


def _marks(rows: Rows, changes: Rows) -> dict[Pair, str]:
    """Return what is said at the first day of each new payer: of those that followed another, and of those recorded so."""
    day_of = {(str(row["account"]), str(row["payer"])): as_date(row["first_shown"]) for row in rows}
    marks = {
        (account, str(new["payer"])): str(new["words"])
        for account in dict.fromkeys(account for account, _payer in day_of)
        for new in new_payers([row for row in rows if str(row["account"]) == account])
    }
    for row in changes:
        pair = (str(row["account"]), str(row["after"]))
        if pair in day_of:
            marks[pair] = f"{marks.get(pair, 'new payer')}, recorded {as_date(row['at']).isoformat()}"
    return marks


def _lanes(drawn: Rows, marks: Mapping[Pair, str]) -> tuple[list[str], Marks, Marks, Marks]:
    """Return the rows of the chart from top to bottom, the names of accounts above theirs, its bars, and its rules.

    A rule has a row of its own above its bar.
    """
    by_account: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for row in drawn:
        by_account[str(row["name"])].append(row)
    order, heads, bars, rules = list[str](), Marks(), Marks(), Marks()
    for account, paid in by_account.items():
        order.append(f"account{len(order)}{SEPARATOR}")
        heads.append({"lane": order[-1], "account": account})
        for row in sorted(paid, key=lambda row: str(row["first_shown"])):
            bar = _bar(row, place=len(order) + 1)
            said = marks.get((str(row["account"]), str(row["payer"])))
            if said:
                above = f"mark{len(order)}{SEPARATOR}"
                order.append(above)
                label = f"{SHORT.get(said.partition(',')[0], 'new')}: {shortened(str(row['payer']), 40)}"
                rules.append(
                    {"at": bar["begin"], "lane": above, "to": bar["lane"], "label": label, "said": said}
                )
            order.append(bar["lane"])
            bars.append({**bar, "said": said or "–"})
    return order, heads, bars, rules


def _head_layer(heads: Sequence[Mapping[str, Any]], lane: alt.Y, *, look: Look) -> alt.Chart:
    """Return the name of each account above its lanes, where there is more room than beside them."""
    layer: alt.Chart = (
        alt.Chart(alt.InlineData(values=list(heads)))
        .mark_text(x=2, dy=2, align="left", fontWeight=600, color=look.ink, limit=alt.expr("width - 4"))
        .encode(y=lane, text="account:N")
    )
    return layer


def _bar(row: Mapping[str, Any], *, place: int) -> dict[str, Any]:
    first: date = as_date(row["first_shown"])
    last = max(first, as_date(row["last_shown"] or first))
    payer = str(row["payer"] or "not published")
    return {
        "lane": f"payer{place}{SEPARATOR}{shortened(payer, 28)} ({row['ads']:,})",
        "payer": payer, "account": row["name"], "ads": row["ads"], "first": first.isoformat(), "last": last.isoformat(),
        "kind": PUBLISHED if row["payer"] else NOT_PUBLISHED,
        "begin": milliseconds(first), "end": milliseconds(last + timedelta(days=1)),
    }  # fmt: skip


def _bar_layer(
    bars: Sequence[Mapping[str, Any]], months: Sequence[str], lane: alt.Y, *, look: Look
) -> alt.Chart:
    colours = {PUBLISHED: look.category[0], NOT_PUBLISHED: look.rule}
    kinds = [kind for kind in colours if any(bar["kind"] == kind for bar in bars)]
    layer: alt.Chart = (
        alt.Chart(alt.InlineData(values=list(bars)))
        .mark_bar(height=11, cornerRadius=2, clip=True)
        .encode(
            x=x_of("begin", months, offset=STRIP_OFFSET),
            x2="end:Q",
            y=lane,
            color=alt.Color("kind:N", scale=alt.Scale(domain=kinds, range=[colours[kind] for kind in kinds])),
            tooltip=[alt.Tooltip("payer:N"), alt.Tooltip("account:N", title="for"), alt.Tooltip("ads:Q"),
                     alt.Tooltip("first:N", title="first shown"), alt.Tooltip("last:N", title="last shown"),
                     alt.Tooltip("said:N", title="change")],
        )
    )  # fmt: skip
    return layer


def _rule_layers(
    rules: Sequence[Mapping[str, Any]], months: Sequence[str], lane: alt.Y, *, look: Look
) -> list[alt.Chart]:
    first = milliseconds(as_date(f"{months[0]}-01")) if months else 0
    last = milliseconds(as_date(f"{months[-1]}-28")) if months else 1
    layers = []
    for rule in rules:
        place = min(1.0, max(0.0, (rule["at"] - first) / max(1, last - first)))
        late = place > 0.5
        room = alt.expr(f"max(60, width * {max(place, 1 - place):.3f} - 8)")
        base = alt.Chart(alt.InlineData(values=[rule])).encode(
            x=x_of("at", months, offset=STRIP_OFFSET), y=lane
        )
        layers += [
            base.mark_rule(strokeDash=[4, 3], color=look.ink, strokeWidth=1.2).encode(y2="to:N"),
            base.mark_text(
                align="right" if late else "left", dx=-6 if late else 6, fontWeight=600, color=look.ink, limit=room
            ).encode(text="label:N"),
        ]  # fmt: skip
    return layers
