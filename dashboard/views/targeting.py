"""Targeting: whom the ads were meant to reach, and how far that moved between two periods."""

import streamlit as st

from dashboard import collected, components, counted, data, pickers, reaching, sections, words
from tracker import charts

everything = data.finding("payers")

head = st.container()
if not everything.rows:
    with head:
        components.page_head("Whom do the ads try to reach?", words.of_ads(everything))
    pickers.no_ads()
    st.stop()

group = counted.group(everything, key="targeting-counted")
payers_of_group = data.finding("payers", group=group)
if counted.elsewhere(payers_of_group):
    with head:
        components.page_head("Whom do the ads try to reach?", words.of_ads(payers_of_group))
    counted.apart(payers_of_group, noun="ad", key="targeting-counted")
    st.stop()

account_box, first_box, second_box = st.columns([2, 3, 3], gap="medium")
with account_box:
    account = pickers.one_of("Account", words.account_choices(payers_of_group), key="targeting-account")
targeting = data.finding("targeting", account=account, group=group)
ads = data.finding("ads-per-month", account=account, group=group)
payers = data.finding("payers", account=account, group=group)
coverage = data.finding("coverage", account=account, group=group)
months = words.months_of(ads)
with head:
    components.page_head("Whom do the ads try to reach?", words.of_ads(ads))
if not targeting.rows:
    components.empty(
        "No targeting published for these ads",
        "The repository gave none, or none that could be read. That is not the same as no targeting.",
    )
    st.stop()
first, second = pickers.periods(months, payers.rows, first_box, second_box, key=f"periods-{account}")

sensitive = data.finding("sensitive-targeting", account=account, group=group)
left, right = st.columns(2, gap="medium")
with left, st.container(border=True):
    components.chart(
        charts.targeting_heatmap(
            targeting.rows, as_of=targeting.as_of, n=targeting.n,
            coverage=coverage.rows, sensitive=sensitive.rows, look=components.look(),
        ),
        key="heatmap",
        alt="Number of ads using each targeting criterion per month",
    )  # fmt: skip
    components.caption("What it does not show:", " ".join(targeting.caveats))
    reaching.mark(sensitive)
    collected.together(coverage)
    components.rows(targeting, key="heatmap")
later = data.finding("targeting", account=account, group=group, by="total", since=second[0], until=second[1])
ranks = charts.country_ranks(later.rows)
with right, st.container(border=True):
    pickers.country_map(ranks, later, words.span(*second))
    sections.countries(ranks, charts.other_places(later.rows))
    components.rows(later, key="places")

with components.card(
    "How far did the targeting move?",
    f"{words.span(*first)} against {words.span(*second)} · Jensen–Shannon divergence, whole ads re-dealt at random",
):
    kinds = st.multiselect(
        "Kinds of criteria compared",
        words.kinds_of(targeting),
        key=f"kinds-{account}",
        placeholder="all kinds",
    )
    sections.shift(first, second, account=account, group=group, kinds=",".join(kinds))

audiences = data.finding("audiences", account=account, group=group)
with st.container(border=True):
    reaching.audiences(audiences)

with components.card("Which criteria may stand for something sensitive?", reaching.of_sensitive(sensitive)):
    reaching.sensitive(sensitive)
    components.rows(sensitive, key="sensitive", label="All of them, month by month")
