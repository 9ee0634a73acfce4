"""Ads: how many were first shown, who paid for them, and what they say."""

import streamlit as st

from dashboard import adtext, collected, components, counted, data, pickers, sections, words
from tracker import charts

everything = data.finding("payers")

head = st.container()
if not everything.rows:
    with head:
        components.page_head("How many ads, and who paid for them?", words.of_ads(everything))
    pickers.no_ads()
    st.stop()

account_box, counted_box = st.columns([2, 3], gap="medium")
with counted_box:
    group = counted.group(everything, key="ads-counted")
payers_of_group = data.finding("payers", group=group)
with account_box:
    account = pickers.one_of("Account", words.account_choices(payers_of_group), key="ads-account")
ads = data.finding("ads-per-month", account=account, group=group)
payers = data.finding("payers", account=account, group=group)
coverage = data.finding("coverage", account=account, group=group)
with head:
    components.page_head("How many ads, and who paid for them?", words.of_ads(ads))
if counted.elsewhere(payers_of_group):
    counted.apart(payers_of_group, noun="ad", key="ads-counted")
    st.stop()

left, right = st.columns([3, 2], gap="medium")
with left, st.container(border=True):
    picked = components.chart(
        charts.ads_per_month(
            ads.rows, as_of=ads.as_of, topics=data.finding("topics", account=account, group=group).rows,
            payers=payers.rows,
            coverage=coverage.rows, look=components.look(),
        ),
        key="ads-per-month",
        alt="Ads first shown per month, by topic",
    )  # fmt: skip
    components.caption("Click a bar for its ads.", " ".join(ads.caveats))
    collected.together(coverage)
    components.rows(ads, key="ads-per-month")
with right, components.card("Who paid?", "As published by the repository, by account"):
    sections.payers(payers, most_shown=6)
    components.rows(payers, key="payers", label="All payers")

month = components.selected(picked, "month", "month")
shown = data.ads(account=account, since=month, until=month, group=group)
with components.card("What do they say?", adtext.line(shown, month)):
    adtext.list_and_detail(shown)
