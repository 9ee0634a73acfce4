"""Overview: what changed lately, of how many, and what could not be seen."""

import streamlit as st

from dashboard import changed, collected, components, counted, data, pickers, sections, words
from tracker import charts

accounts = data.finding("accounts")

head = st.container()
group = counted.group(
    data.finding("ads-per-month"), data.finding("changes"), key="overview-counted"
)  # fmt: skip
ads = data.finding("ads-per-month", group=group)
payers = data.finding("payers", group=group)
changes = data.finding("changes", group=group)
coverage = data.finding("coverage", group=group)
with head:
    components.page_head(words.week_question(changes.as_of), words.week_line(changes, accounts))
sections.overview_figures(ads, data.finding("accounts", group=group), payers, coverage)

left, right = st.columns([3, 2], gap="medium")
with left:
    if changes.rows:
        with components.card("Changes, the least expected first", "Differences between two observations"):
            changed.changes(changes)
            components.rows(changes, key="changes", label="All changes")
    elif counted.elsewhere(changes):
        counted.apart(changes, noun="change", key="overview-counted")
    else:
        components.empty(
            "No change recorded yet",
            "A change is a difference between two observations of the same thing. Import a later export of the same "
            "account and scope, and new ads, payers and targets stand here.",
            command="tracker import x_ads LATER.csv --scope handle=… --scope country=…",
        )
    with st.container(border=True):
        if ads.rows:
            components.chart(
                charts.ads_per_month(
                    ads.rows, as_of=ads.as_of, topics=data.finding("topics", group=group).rows, payers=payers.rows,
                    coverage=coverage.rows, look=components.look(),
                ),
                key="overview-ads",
                alt="Ads first shown per month, by topic",
            )  # fmt: skip
            components.caption("What it does not show:", " ".join(ads.caveats))
            collected.together(coverage)
            components.rows(ads, key="overview-ads")
            components.caption("Counted:", words.of_ads(ads))
        elif counted.elsewhere(ads):
            counted.apart(ads, noun="ad", key="overview-counted-ads", choice="overview-counted", small=True)
        else:
            pickers.no_ads(small=True)
with right:
    with st.container(border=True):
        pickers.label_matrix(accounts)
    if payers.rows:
        with components.card("Who paid?", "As published by the repository, by account"):
            sections.payers(payers, most_shown=6)
            components.rows(payers, key="overview-payers", label="All payers")
