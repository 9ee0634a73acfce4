"""Ads as text: a list, and one ad with its words, its targeting's source and its evidence, all of it inert."""

from collections.abc import Mapping
from typing import Any

import streamlit as st
from markupsafe import Markup

from dashboard import components, data, tables, words
from tracker.findings import Finding

LISTED = ("first_shown", "text", "payer", "account", "codes", "last_shown")
FACTS = (
    ("payer as published", "payer"),
    ("on behalf of", "beneficiary"),
    ("advertiser as published", "advertiser_name"),
    ("first shown", "first_shown"),
    ("last shown", "last_shown"),
    ("landing page", "landing_url"),
    ("creative", "creative_url"),
    ("status", "status"),
)


def line(ads: Finding, month: str | None) -> str:
    """Say how many ads the list shows of how many, and of which month."""
    of = f"{len(ads.rows):,} of {words.count(ads.n, 'ad')} listed, the latest first"
    return (
        f"{of} · first shown in {words.month(month)}"
        if month
        else f"{of} · pick one for its words and evidence"
    )


def list_and_detail(ads: Finding) -> None:
    """Draw the ads as a table of plain text; a row that is picked opens below it."""
    brands = data.brands()
    shown = tables.plain(LISTED, [{**row, "account": words.account(row, brands)} for row in ads.rows])
    shown[components.OPENS] = [tables.address_of(row) for row in ads.rows]
    event = st.dataframe(
        shown, hide_index=True, width="stretch", height=min(420, 38 + 35 * max(1, len(shown))), key="ads-list",
        on_select="rerun", selection_mode="single-row",
        column_config={
            "first_shown": st.column_config.TextColumn("first shown", width=95),
            "last_shown": st.column_config.TextColumn("last shown", width=95),
            "account": st.column_config.TextColumn("account", width=150),
            "payer": st.column_config.TextColumn("payer", width=170),
            "text": st.column_config.TextColumn("text", width="large"),
            "codes": st.column_config.TextColumn("codes", width=120),
            components.OPENS: components.opens_column(),
        },
    )  # fmt: skip
    picked = event.selection.rows
    if picked and picked[0] < len(ads.rows):
        _detail(ads.rows[picked[0]])
    components.rows(ads, key="ads", label="Every column")


def _detail(ad: Mapping[str, Any]) -> None:
    with st.container(border=True):
        components.heading(f"Ad {ad['ad']} · {words.account(ad, data.brands())}")
        st.code(ad["text"] or "no text published", language=None, wrap_lines=True)
        components.table(
            tables.html(
                ("", ""),
                [(label, tables.as_text(field, ad.get(field))) for label, field in FACTS]
                + [("impressions", _impressions(ad)), ("evidence", _evidence(ad))],
                classes=("keep",),
            )
        )


def _impressions(ad: Mapping[str, Any]) -> str | None:
    lower, upper = ad["impressions_lower"], ad["impressions_upper"]
    if lower is None:
        return None
    if upper is None:
        return f"{lower:,.0f} or more"
    return f"{lower:,.0f}" if lower == upper else f"{lower:,.0f} to {upper:,.0f}"


def _evidence(ad: Mapping[str, Any]) -> Markup:
    place = f", line {ad['line']:,}" if ad["line"] else ""
    link = tables.record_link(ad["evidence"], ad["line"], snapshot=f"ad-{ad['snapshot_id']}")
    return Markup("{}{}: the record as it was published").format(link, place)
