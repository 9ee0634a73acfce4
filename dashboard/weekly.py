"""The reports on the shelf: which there are, what the chosen one says, and its files to take away."""

from pathlib import Path

import streamlit as st

from dashboard import components, tables, words
from tracker.errors import BadInput
from tracker.reports import shelf
from tracker.reports.shelf import Kept

FORMS = (
    ("report.pdf", "Download the PDF", "application/pdf"),
    ("report.html", "HTML, one file", "text/html"),
    (
        "data.xlsx",
        "Tables as XLSX",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ),
)
FIRST = (
    "changes", "decisions", "payers", "ads", "ads_per_month", "audiences_sought", "targeting", "targeting_shift",
    "topics_week", "topics", "claims", "coverage",
)  # fmt: skip
"""The parts in the order in which a reader asks; others follow as they are named."""
HEAD = ("week", "days", "data to", "")


def line(reports: list[Kept]) -> str:
    """Return the line below the page's question: how many reports there are, from when to when."""
    if not reports:
        return "No report was made yet"
    count = words.count(len(reports), "weekly report")
    return f"{count} · {reports[-1].week} to {reports[0].week} · each as it was made, byte for byte"


def table(reports: list[Kept]) -> None:
    """Draw the reports, the latest first; one that cannot be read says why."""
    st.html(tables.html(HEAD, [_row(report) for report in reports], classes=("keep", "", "keep", "keep")))


def choose(reports: list[Kept]) -> Kept:
    """Let the reader choose a week; the latest is shown first."""
    by_week = {report.week: report for report in reports}
    return by_week[st.selectbox("Week", list(by_week), key="report-week")]


def files(folder: Path, report: Kept) -> None:
    """Offer the report's files, or say which of them is not what was written."""
    try:
        packed = shelf.archive(folder, report)
        whole = [(name, label, kind, shelf.read(folder, report, name)) for name, label, kind in FORMS]
    except BadInput as error:
        components.stored("Not offered:", f"{error}.", tone="red")
        return
    with st.container(horizontal=True):
        for name, label, kind, data in whole:
            st.download_button(
                label, data, file_name=f"{report.week}-{name}", mime=kind, key=f"report-{name}",
                type="primary" if name == FORMS[0][0] else "secondary",
            )  # fmt: skip
        st.download_button(
            "Everything as ZIP",
            packed,
            file_name=f"{report.week}.zip",
            mime="application/zip",
            key="report-zip",
        )
    components.hint(f"{len(report.files or {})} files; each agrees with its SHA-256 in manifest.json.")


def says(report: Kept) -> None:
    """Draw what each part of the report says in a sentence."""
    order = {name: place for place, name in enumerate(FIRST)}
    parts = sorted(report.said, key=lambda part: order.get(part[0], len(order)))
    body = [(title, said) for _name, title, said in parts]
    st.html(tables.html(("part", "what it says"), body, classes=("half", "")))


def _row(report: Kept) -> tuple[object, ...]:
    if report.error:
        return report.week, report.error, "–", tables.badge("unreadable", "red")
    state = tables.badge("complete", "green") if report.complete else tables.badge("week not over", "ochre")
    until = f"{report.as_of.day} {report.as_of:%b %Y, %H:%M}" if report.as_of else "–"
    return report.week, report.period, until, state
