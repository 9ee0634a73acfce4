"""Organisations: the bodies behind the accounts, where the communication centres sit, and what documents count."""

import streamlit as st

from dashboard import components, data, organisations

found = data.finding("organisations")
counted = data.finding("figures")

components.page_head("Which bodies stand behind the accounts?", organisations.line(found))
if not found.rows:
    components.empty(
        "No body in the registry",
        "The seed list names the bodies that operate, supervise or pay, each with the document that names it.",
        command="tracker seeds load",
    )
    st.stop()

accounts = data.table("accounts")
with components.card("Who stands under whom?", organisations.tree_line(found, accounts)):
    organisations.tree(found, accounts, data.table("claims"))
    components.caption("Read with care:", " ".join(found.caveats))
    components.rows(found, key="organisations", label="Every body")

left, right = st.columns(2, gap="medium")
with left, st.container(border=True):
    organisations.province_map(found)
with (
    right,
    components.card("Which provinces have the most?", "Centres named by a document, by province and level"),
):
    organisations.ranks(found)

left, right = st.columns(2, gap="medium")
with left, st.container(border=True):
    organisations.years(found)
with (
    right,
    components.card(
        "How many are there said to be?", "Figures of documents; ours counts only what a document names"
    ),
):
    organisations.figures(counted)
    components.rows(counted, key="figures", label="Every figure")
