"""Reliability: how far coders agree beyond chance, for every code, with an interval and a word on what it is good for."""

import streamlit as st

from dashboard import agreeing, codingdata, components, data, modelcard, words

codingdata.mirrored()
head = st.container()
items_box, version_box = st.columns([2, 5], gap="medium")
with items_box:
    items = st.segmented_control(
        "Of", ["ads", "posts"], default=agreeing.what_was_coded(), required=True, key="reliability-items"
    )
found = data.finding("reliability", items=items)
with head:
    components.page_head("Do two coders mean the same?", agreeing.line(found, words.NOUNS[items]))
if not found.rows:
    agreeing.none_yet()
    st.stop()

with version_box:
    version = agreeing.pick_version(found)
agreeing.verdict(found, version)
agreeing.table(found, version)
agreeing.explained(found)
modelcard.draw()
