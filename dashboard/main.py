"""The entry of every page: its frame and the navigation."""

import streamlit as st

from dashboard import auth, components, data, gate

st.set_page_config(
    page_title="Influence tracker", page_icon="static/favicon.png", layout="wide", menu_items={"About": None}
)
gate.page("viewer")
PAGES = {
    "": [
        st.Page("views/overview.py", title="Overview", default=True),
        st.Page("views/ads.py", title="Ads"),
        st.Page("views/targeting.py", title="Targeting"),
        st.Page("views/topics.py", title="Topics"),
        st.Page("views/reports.py", title="Reports"),
        st.Page("views/collection.py", title="Collection"),
        st.Page("views/suspect.py", title="Add a suspect"),
        st.Page("views/account.py", title="Account", visibility="hidden"),
        st.Page("views/snapshot.py", title="Snapshot", visibility="hidden"),
    ],
    "Accounts": [
        st.Page("views/accounts.py", title="Every account"),
        st.Page("views/organisations.py", title="Organisations"),
        st.Page("views/labels.py", title="Labels"),
        st.Page("views/review.py", title="Review"),
        st.Page("views/people.py", title="People", visibility="visible" if auth.manages() else "hidden"),
    ],
    "Coding": [
        st.Page("views/coding.py", title="Code items"),
        st.Page("views/reliability.py", title="Reliability"),
        st.Page("views/validation.py", title="Validation"),
    ],
}
page = st.navigation(PAGES, position="top")
section = next(name for name, pages in PAGES.items() if page in pages)
components.frame(as_of=data.as_of(), notice=data.notice())
components.mark_section(list(PAGES).index(section), of=len(PAGES))
gate.who()
page.run()
