"""Labels: whether platforms tell readers who stands behind an account, and whether the account does."""

import streamlit as st

from dashboard import components, data, labels, looking

found = data.finding("labels")
disclosures = data.finding("disclosures")
accounts = data.finding("accounts")

components.page_head("Do readers see who is behind it?", labels.line(found, accounts))
left, right = st.columns([3, 2], gap="medium")
with left:
    with st.container(border=True):
        labels.matrix(found, accounts)
    if labels.dated(found):
        with st.container(border=True):
            labels.timeline(found)
    with components.card("Every label seen", "Each run of one state, with the look that it rests on"):
        labels.runs(found)
        components.caption("Read with care:", " ".join(found.caveats))
        components.rows(found, key="labels", label="Every column")
with right:
    with components.card("Does the account itself say so?", labels.disclosure_line(disclosures, accounts)):
        labels.disclosures(disclosures)
    looking.form()
