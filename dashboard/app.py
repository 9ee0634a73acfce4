"""The dashboard's server: Streamlit with headers that keep every page to its own origin.

Start it with `streamlit run dashboard/app.py`; `tracker dashboard` does that and chooses the port.
"""

from pathlib import Path

import streamlit as st
from starlette.middleware import Middleware

from dashboard.headers import SecurityHeaders

app = st.App(Path(__file__).with_name("main.py"), middleware=[Middleware(SecurityHeaders)])
