"""Ads as text: a list, and one ad with its words, its targeting's source and its evidence, all of it inert."""

from collections.abc import Mapping
from math import ceil
from typing import Any

import streamlit as st
from markupsafe import Markup

from dashboard import components, data, tables, words
from tracker import charts
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
    ("promotes the post", "post"),
    ("post published", "post_published"),
    ("status", "status"),
)
ALWAYS = frozenset(field for _label, field in FACTS) - {"post", "post_published"}
"""What stands there also when it was not published; a post that is not linked may exist."""
CARDS = 12
LONGEST = 420


def line(ads: Finding, month: str | None) -> str:
    """Say how many ads the list shows of how many, and of which month."""
    of = f"{len(ads.rows):,} of {words.count(ads.n, 'ad')} listed, the latest first"
    return f"{of} · first shown in {words.month(month)}" if month else of


def gallery(ads: Finding, *, key: str) -> None:
    """Draw the texts of the ads listed, each once, as cards; all of it is escaped and nothing in it can be followed."""
    texts: dict[str, list[Mapping[str, Any]]] = {}
    for row in ads.rows:
        if row["text"]:
            texts.setdefault(row["text"], []).append(row)
    without = sum(1 for row in ads.rows if not row["text"])
    if not texts:
        components.empty(
            "No text was published", "The repository gave these ads without their words.", small=True
        )
        return
    pages = ceil(len(texts) / CARDS)
    page = min(st.session_state.get(key, 1), pages)
    brands = data.brands()
    shown = list(texts.items())[(page - 1) * CARDS : page * CARDS]
    cards = Markup("").join(_card(text, rows, brands) for text, rows in shown)
    components.table(Markup('<div class="it-gallery">{}</div>').format(cards))
    if pages > 1:
        st.pagination(pages, key=key)
    left = f"{words.count(without, 'ad')} without a text." if without else ""
    components.caption(
        f"{len(shown):,} of {words.count(len(texts), 'text')}",
        f"of {words.count(len(ads.rows), 'ad')} listed, the latest first. {left}",
    )


def _card(text: str, rows: list[Mapping[str, Any]], brands: Mapping[str, str]) -> Markup:
    row = rows[0]
    first = min((str(each["first_shown"]) for each in rows if each["first_shown"]), default=None)
    last = max((str(each["last_shown"]) for each in rows if each["last_shown"]), default=None)
    accounts = list(dict.fromkeys(words.account(each, brands) for each in rows))
    more = f" and {len(accounts) - 1:,} more" if len(accounts) > 1 else ""
    paid = " · ".join(dict.fromkeys(tables.shown(each["payer"], 50) or "not published" for each in rows))
    opened = "1 ad" if len(rows) == 1 else f"the latest of {len(rows):,} ads"
    codes = Markup(" ").join(tables.badge(code) for code in row["codes"][:3])
    posted = next((each["post_published"] for each in rows if each["post"]), None)
    promotes = f" · promotes the post of {words.day(posted)}" if posted else ""
    return Markup(
        '<article><p dir="auto">{}</p><footer><b>{}</b>{}<br>payer: {}<br>{} – {} · {}{} {}</footer></article>'
    ).format(
        charts.shortened(text, LONGEST), accounts[0], more, paid,
        words.day(first), words.day(last), tables.opens(f"ad-{row['snapshot_id']}", opened), promotes, codes,
    )  # fmt: skip


def lives(ads: Finding, coverage: Finding, *, key: str) -> None:
    """Draw from when to when each ad was shown; a bar that is clicked opens its ad below."""
    if not any(row["first_shown"] for row in ads.rows):
        components.empty("No day was published", "Nothing says when these ads were shown.", small=True)
        return
    brands = data.brands()
    rows = [{**row, "name": words.account(row, brands)} for row in ads.rows]
    picked = components.chart(
        charts.ad_lives(
            rows, as_of=ads.as_of, n=ads.n, coverage=coverage.rows, look=components.look()
        ),
        key=key, alt="From when to when each ad was shown",
    )  # fmt: skip
    components.caption(
        "Click a bar for its ad.",
        "A pale, short bar has no last day published. A very short life is drawn a little longer, so that it can be seen.",
    )
    ad = components.selected(picked, "ad", "ad")
    for row in ads.rows:
        if str(row["ad"]) == ad:
            _detail(row)


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
                [
                    (label, tables.as_text(field, ad.get(field)))
                    for label, field in FACTS
                    if field in ALWAYS or ad[field]
                ]
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
