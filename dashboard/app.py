"""The dashboard's server: Streamlit with headers that keep every page to its own origin.

Start it with `streamlit run dashboard/app.py`; `tracker dashboard` does that and chooses the port.
"""

from pathlib import Path

import streamlit as st
from starlette.middleware import Middleware

from dashboard.guard import Guard
from dashboard.headers import SecurityHeaders
from tracker import settings, signin

setup = settings.load()
provider = signin.provider(setup)
app = st.App(
    Path(__file__).with_name("main.py"),
    middleware=[
        Middleware(SecurityHeaders, https=provider is not None and provider.public_url.startswith("https:")),
        Middleware(Guard, hosts=signin.hosts(setup), signs_in=provider is not None),
    ],
    secrets=signin.streamlit_secrets(setup),
)
