"""Accounts: who is followed, who is said to stand behind them, and by which document."""

import streamlit as st

from dashboard import components, data, directory, words

accounts = data.finding("accounts")

components.page_head("Who is followed, and who is behind them?", words.of_accounts(accounts))
if not accounts.rows:
    components.empty(
        "No account in the registry",
        "The seed list names the accounts to follow, each with the document that names it.",
        command="tracker seeds load",
    )
    st.stop()

directory.draw(accounts)
