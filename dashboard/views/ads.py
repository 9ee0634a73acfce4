"""Ads: how many were first shown, who paid for them, and what they say."""

import streamlit as st

from dashboard import (
    adtext,
    components,
    counted,
    data,
    facets,
    leading,
    listed,
    paying,
    pickers,
    sections,
    words,
)

everything = data.finding("payers")

head = st.container()
if not everything.rows:
    with head:
        components.page_head("How many ads, and who paid for them?", words.of_ads(everything))
    pickers.no_ads()
    listed.in_reports(key="ads-reports")
    st.stop()

search_box, counted_box = st.columns([2, 3], gap="medium")
with counted_box:
    group = counted.group(everything, key="ads-counted")
payers_of_group = data.finding("payers", group=group)
if counted.elsewhere(payers_of_group):
    with head:
        components.page_head("How many ads, and who paid for them?", words.of_ads(payers_of_group))
    counted.apart(payers_of_group, noun="ad", key="ads-counted")
    st.stop()

with search_box:
    text = facets.search(key="ads")
narrowed = facets.pick(key="ads", text=text, group=group)
month_chosen = narrowed.pop("month")
ads = data.finding("ads-per-month", group=group, **narrowed)
payers = data.finding("payers", group=group, **narrowed)
coverage = data.finding("coverage", account=narrowed["account"], source=narrowed["source"], group=group)
with head:
    components.page_head("How many ads, and who paid for them?", words.of_ads(ads))
if not payers.rows:
    facets.nothing()
    st.stop()

left, right = st.columns([3, 2], gap="medium")
with left, st.container(border=True):
    picked = sections.ads_per_month(ads, payers, coverage, group=group, **narrowed)
with right, components.card("Who paid?", "As published by the repository, by account"):
    sections.payers(payers, most_shown=6)
    components.rows(payers, key="payers", label="All payers")

lanes_box, shared_box = st.columns([3, 2], gap="medium")
with lanes_box, st.container(border=True):
    paying.over_time(payers, coverage, account=narrowed["account"], group=group)
with (
    shared_box,
    components.card("Who paid for several accounts?", "The same name as published; a lead for a person"),
):
    paying.shared(data.finding("shared-payers", group=group, **narrowed))

month = components.selected(picked, "month", "month") or month_chosen
shown = data.ads(since=month, until=month, group=group, **narrowed)
with components.card("What do they say?", adtext.line(shown, month)):
    adtext.gallery(shown, key="ads-gallery")
with st.container(border=True):
    adtext.lives(shown, coverage, key="ads-lives")
landing = data.finding("landing-domains", group=group, **narrowed)
with components.card("Where do the ads lead?", leading.line(landing)):
    leading.domains(landing)
with components.card("Which ads say nearly the same?", "By their texts, and the post that they promote"):
    leading.copies(group=group, **narrowed)
with components.card("The list", "Pick an ad for its words and evidence"):
    adtext.list_and_detail(shown)
listed.in_reports(key="ads-reports")
