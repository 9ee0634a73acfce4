"""Opens the record for the pages, once per process, with the newest schema."""

from typing import Any

import streamlit as st

from tracker.store.engine import migrate, open_record


@st.cache_resource(max_entries=2, show_spinner=False)
def opened(url: str) -> Any:
    """Return the record, brought to the newest schema, so that a form works on a fresh machine."""
    engine = open_record(url)
    migrate(engine)
    return engine
