"""Topics: what the ads and posts are about, period by period, with the part that nobody has coded, and when that changed."""

import streamlit as st

from dashboard import (
    codingdata,
    collected,
    components,
    counted,
    data,
    pickers,
    sections,
    shares,
    stacked,
    usual,
    words,
)

codingdata.mirrored()
head = st.container()
account_box, items_box, counted_box = st.columns([3, 2, 5], gap="medium")
with items_box:
    items = st.segmented_control("Of", ["ads", "posts"], default="ads", required=True, key="topics-items")
noun = words.NOUNS[items]
with counted_box:
    group = counted.group(data.finding("topics", items=items), key="topics-counted")
with account_box:
    by_account = ("payers", None) if items == "ads" else ("posts-per-month", "account")
    choices = words.account_choices(data.finding(by_account[0], by=by_account[1], group=group))
    account = pickers.one_of("Account", choices, key="topics-account")
topics = data.finding("topics", account=account, items=items, group=group)
with head:
    components.page_head("What are they about, and did that shift?", words.of_items(topics, noun))

if topics.rows:
    coverage = data.finding("coverage", account=account, group=group)
    comparison = data.comparison("topics", group=group, items=items)
    shown = stacked.asked_about(topics)
    by, part, terms = stacked.by_what(words.months_of(shown))
    stacked.over_time(
        coverage,
        by=by,
        part=part,
        limits={"items": items, "account": account, "group": group, "terms": terms},
    )
    sections.topics(shown, coverage, comparison)
    components.caption("What these do not show:", " ".join(topics.caveats))
    usual.bursts(coverage, items=items, account=account, group=group)
    collected.together(coverage)
    shares.measured(topics)
    shares.settled(topics)
    sections.single_ads(topics, account=account, items=items, group=group)
    components.rows(topics, key="topics", label="The rows behind these charts")
elif counted.elsewhere(topics):
    counted.apart(topics, noun=noun, key="topics-counted")
else:
    pickers.no_topics(items)
