"""What each ad repository publishes of what the law asks, as a matrix with the words why."""

from typing import Any

import streamlit as st
from markupsafe import Markup

from dashboard import components, tables, words
from tracker.findings import Finding

TONES = {"published": "green", "in part": "ochre"}
NAMES = {
    "x_ads": "X Ads Repository", "meta_ads": "Meta ads_archive", "meta_ad_report": "Meta Ad Library Report",
    "tiktok_ads": "TikTok", "google_ads": "Google", "linkedin_ads": "LinkedIn", "microsoft_ads": "Microsoft",
    "snap_ads": "Snap gallery", "snap_sponsored": "Snap sponsored content", "google_political": "Google political sheet (2018)",
    "snap_political": "Snap political CSV",
}  # fmt: skip
HEADS = {
    "a": "(a) content", "b": "(b) on behalf of", "c": "(c) payer", "d": "(d) period", "e": "(e) targeting",
    "f": "(f) users' own", "g": "(g) reached",
}  # fmt: skip
"""The letters of DSA Art. 39(2) in a word or two."""


def matrix(finding: Finding) -> None:
    """Draw repositories against the letters of the law, with how many of the ads held have it below each state."""
    if not finding.rows:
        components.empty("No data yet", "The matrix stands beside the first data.", small=True)
        return
    cells: dict[str, dict[str, dict[str, Any]]] = {}
    for row in finding.rows:
        cells.setdefault(row["repository"], {})[row["letter"]] = row
    body = [
        (_name(name, found), *(_cell(found[letter]) for letter in HEADS)) for name, found in cells.items()
    ]
    components.table(tables.html(("repository", *HEADS.values()), body))
    components.caption(
        "Below a state:",
        "how many of the ads held here have it. The hover and the list below say why. "
        + " ".join(finding.caveats),
    )
    with st.expander(f"The words why ({len(finding.rows):,})"):
        components.table(
            tables.html(
                ("repository", "what the law asks", "state", "why"),
                [
                    (NAMES.get(row["repository"], row["repository"]), f"({row['letter']}) {row['requirement']}",
                     _badge(row), row["why"])
                    for row in finding.rows
                ],
                classes=("", "", "keep"),
            )
        )  # fmt: skip
    components.rows(finding, key="repository-coverage", label="All cells")


def line(finding: Finding) -> str:
    """Say how many cells are published, of how many, and as of when that was read."""
    states = finding.coverage.get("states", {})
    if not finding.rows:
        return "DSA Art. 39(2), beside what is held of it"
    return (
        f"{states.get('published', 0):,} of {words.count(len(finding.rows), 'cell')} published, "
        f"{states.get('in part', 0):,} in part, {states.get('not', 0):,} not at all, {states.get('not known', 0):,} not known · "
        f"DSA Art. 39(2) · as documents and audits said by {finding.coverage.get('as_of', 'no date')}"
    )


def _name(name: str, found: dict[str, dict[str, Any]]) -> Markup:
    ads, reported = found["a"]["ads"], found["a"]["reported"]
    held = words.count(reported, "row of reports", "rows of reports") if reported else words.count(ads, "ad")
    return Markup("<b>{}</b><br><span class='it-none'>{}</span>").format(
        NAMES.get(name, name), f"{held} held" if ads or reported else "nothing held"
    )


def _cell(row: dict[str, Any]) -> Markup:
    held = f"{row['filled']:,} of {row['ads']:,}" if row["filled"] is not None else ""
    return Markup("<span title='{}'>{}</span><br><span class='it-none'>{}</span>").format(
        row["why"], _badge(row), held
    )


def _badge(row: dict[str, Any]) -> Markup:
    words_of_state = "not published" if row["state"] == "not" else row["state"]
    return tables.badge(words_of_state, TONES.get(row["state"], ""))
