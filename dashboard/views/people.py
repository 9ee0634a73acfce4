"""People: who may do what, for those who let people in."""

import streamlit as st

from dashboard import components, gate, people

gate.page("admin")
components.page_head(
    "Who may do what?", "A role is read anew with every click. Every step here stands in the audit trail."
)
left, right = st.columns([5, 4], gap="medium")
with left:
    people.listed()
with right:
    people.let_in()
    people.change()
