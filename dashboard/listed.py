"""Who is listed in reports on advertisers: never an ad, and not being listed is never zero."""

from collections.abc import Mapping
from typing import Any

import streamlit as st
from markupsafe import Markup

from dashboard import components, data, published, tables, words
from tracker import charts
from tracker.analysis.advertisers import PLATFORMS

SHOWN = 12


def in_reports(*, key: str) -> None:
    """Draw how many reports list whom, with a search by name; nothing where no report came in."""
    if not came_in():
        return
    whole = data.finding("advertisers")
    if not whole.rows:
        return
    with components.card("Who is listed in reports on advertisers?", _line(whole)):
        text = st.text_input(
            "Search in the names of advertisers",
            key=key,
            placeholder="a part of a name",
            max_chars=200,
            width=420,
        )
        found = data.finding("advertisers", text=text) if text else whole
        if not found.rows:
            components.empty(
                "No advertiser of these reports bears these words",
                "The reports list political ads only: not listed is not “no ads”.",
                small=True,
            )
            return
        body = [_cells(row) for row in found.rows[:SHOWN]]
        head = ("advertiser", "listed in", "", "first, last report", "spent in the last")
        components.table(tables.html(head, body, classes=("", "num", "bar spare", "", "keep")))
        left = len(found.rows) - SHOWN
        components.caption(
            f"{words.count(left, 'more advertiser')} in the rows." if left > 0 else "Read with care:",
            " ".join(whole.caveats),
        )
        components.rows(found, key=key, label="All advertisers")


def came_in() -> bool:
    """Say whether any report on advertisers came in, without counting who is listed."""
    return any(row["source"] in PLATFORMS and row["items"] for row in data.table("listings"))


def _line(whole: Any) -> str:
    reports = whole.coverage.get("reports", 0)
    return (
        f"{words.count(whole.n, 'advertiser')} in {words.count(reports, 'report')}, "
        f"{words.count(whole.coverage.get('rows', 0), 'row')} · {charts.until(whole.as_of)}"
    )


def _cells(row: Mapping[str, Any]) -> tuple[Any, ...]:
    absent = row["reports"] - row["reports_listing"]
    status = words.MARKS.get(row["account_status"], row["account_status"])
    report = f"{published.NAMES.get(row['source'], row['source'])} {row['country'] or ''}"
    name = Markup("{}<br><span class='it-none'>{}</span>").format(
        tables.account_link(row["account"], tables.shown(row["name"] or row["account"])),
        f"{report} · {status}",
    )
    listed = Markup("{:,} of {:,}").format(row["reports_listing"], row["reports"])
    not_listed = (
        Markup("<br><span class='it-none'>not listed in {:,}</span>").format(absent) if absent else ""
    )
    return (
        name,
        listed + not_listed,
        tables.bar(row["reports_listing"] / row["reports"]),
        Markup("{}<br>{}").format(words.day(row["first_day"]), words.day(row["last_day"])),
        tables.record_link(row["evidence"], row["line"], words=" + ".join(row["latest"]) or "not published"),
    )
