"""Topics: what the ads and posts are about, month by month, with the part that nobody has coded."""

import streamlit as st

from dashboard import collected, components, data, pickers, sections, words

choices = words.account_choices(data.finding("payers"))

head = st.container()
account_box, items_box = st.columns([2, 3], gap="medium")
with account_box:
    account = pickers.one_of("Account", choices, key="topics-account")
with items_box:
    items = st.segmented_control(
        "Counted", ["ads", "posts"], default="ads", required=True, key="topics-items"
    )
topics = data.finding("topics", account=account, items=items)
with head:
    components.page_head("What are they about, and did that shift?", words.of_items(topics))

if topics.rows:
    coverage = data.finding("coverage", account=account)
    sections.topics(topics, coverage)
    components.caption("What these do not show:", " ".join(topics.caveats))
    collected.together(coverage)
    sections.single_ads(topics, account=account, items=items)
    components.rows(topics, key="topics", label="The rows behind these charts")
else:
    pickers.no_topics(items)
