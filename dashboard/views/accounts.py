"""Accounts: who is followed, who is said to stand behind them, and by which document."""

import streamlit as st

from dashboard import claims, components, data, pickers, words

accounts = data.finding("accounts")

components.page_head("Who is followed, and who is behind them?", words.of_accounts(accounts))
if not accounts.rows:
    components.empty(
        "No account in the registry",
        "The seed list names the accounts to follow, each with the document that names it.",
        command="tracker seeds load",
    )
    st.stop()

statements = data.table("claims")
registry = claims.with_brands_alone(data.table("accounts"), statements)
choices = claims.brand_choices(registry)
first = claims.opens_with(registry, statements, data.finding("payers").rows)
brand = pickers.one_of("Brand", choices, key="brand", first=first)

with components.card("Who is behind it?", claims.chain_line(brand, registry, statements)):
    claims.chain(brand, registry, statements)
left, right = st.columns(2, gap="medium")
with (
    left,
    components.card(
        "Where it publishes", "Figures and labels as a document gave them, not as they are today"
    ),
):
    claims.channels(brand, registry)
with right, components.card("What the documents say", "In our words, with where it stands"):
    claims.statements(brand, registry, statements)

with components.card("The seed list", claims.directory_line(registry)):
    claims.directory(registry)
    components.caption("Read with care:", " ".join(accounts.caveats))
    components.rows(accounts, key="accounts", label="Every column")
