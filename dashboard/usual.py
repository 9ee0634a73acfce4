"""Whether more came than usual: items by day, week or month against what the other periods lead one to expect."""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from dashboard import adtext, components, data, tables, words
from tracker import charts
from tracker.findings import Finding

BY = ("day", "week", "month")
SHOWN = 8


def bursts(coverage: Finding, *, items: str, account: str | None, group: str) -> None:
    """Draw the periods with the band expected of them, the bursts with p and n, and what a clicked period holds."""
    with st.container(border=True):
        by = st.segmented_control("By", BY, default="week", required=True, key="topics-by")
        found = data.finding("bursts", items=items, account=account, group=group, by=by)
        dated = [row for row in found.rows if row["at"]]
        if not dated:
            reasons = [row["reason"] for row in found.rows if row["reason"]]
            components.empty(
                "Whether more came than usual cannot be told",
                f"Not tested: {reasons[0] if reasons else 'no period is over'}.",
                small=True,
            )
            return
        noun = words.NOUNS[items]
        picked = components.chart(
            charts.bursts(
                dated, by=by, noun=noun, as_of=found.as_of, coverage=coverage.rows, look=components.look()
            ),
            key=f"bursts-{by}",
            alt=f"{noun.capitalize()}s by {by}, over what the others lead one to expect; bursts are marked",
        )
        components.caption(_verdict(dated, by), " ".join(found.caveats).replace("`", ""))
        _items(dated, components.selected(picked, "period", "at"), items=items, account=account, group=group)
        components.rows(found, key="bursts")


def _verdict(rows: words.Rows, by: str) -> str:
    """Say how many of the periods tested are bursts, that they were tested together, and what was not tested."""
    tested = [row for row in rows if row["p_adjusted"] is not None]
    if not tested:
        reasons = [row["reason"] for row in rows if row["reason"]]
        return f"Not enough data to tell: {reasons[0] if reasons else f'no {by} is over'}."
    bursting = sum(row["verdict"] == "burst" for row in tested)
    unfinished = "" if len(tested) == len(rows) else f" The unfinished {by} is never tested."
    return (
        f"{words.count(bursting, 'burst')} in {words.count(len(tested), by)} tested together, p corrected for that: "
        f"one may leave the band by chance.{unfinished}"
    )


def _items(rows: words.Rows, at: str | None, *, items: str, account: str | None, group: str) -> None:
    """Draw the ads of the period that was clicked."""
    chosen = next((row for row in rows if row["at"] == at), None)
    if chosen is None or items != "ads":
        return
    shown = data.ads(since=chosen["at"], until=chosen["until"], account=account, group=group)
    body = [_ad(ad) for ad in shown.rows[:SHOWN]]
    first, last = words.day(chosen["at"]), words.day(chosen["until"])
    components.heading(first if first == last else f"{first} to {last}", adtext.line(shown, None))
    components.table(tables.html(("first shown", "text", "opens"), body, classes=("keep",)))


def _ad(ad: Mapping[str, Any]) -> tuple[Any, ...]:
    return words.day(ad["first_shown"]), tables.shown(ad["text"], 80), tables.opens(f"ad-{ad['snapshot_id']}")
