"""Add a suspect: a form that asks for one document and says what is already known near the account."""

import streamlit as st

from dashboard import components, form

components.page_head(
    "Add a suspect account",
    "It is stored as suspected. A second person reviews it before it counts anywhere.",
)
left, right = st.columns([5, 4], gap="medium")
with left:
    form.suspect()
with right:
    form.known_near()
    form.brought_in()
