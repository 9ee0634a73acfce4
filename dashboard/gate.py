"""What stands before the pages: the sign-in, the word to somebody without a role, and who is signed in."""

import streamlit as st
from markupsafe import Markup
from streamlit.delta_generator import DeltaGenerator

from dashboard import auth, components
from tracker import settings
from tracker.domain import Role


def page(role: Role) -> None:
    """Go on for a visitor with the role or one above it; for everybody else draw why not, and stop."""
    if auth.may(role):
        return
    components.sheet()
    visitor, reason = auth.visitor(), auth.closed()
    if reason is not None:
        _only("This dashboard is closed", reason)
    elif not visitor.signed_in:
        _sign_in()
    elif visitor.role is None:
        _without_role(visitor.email)
    else:
        _only(f"This page is for the role {role}", f"Yours is {visitor.role}. {_ask()}")
    st.stop()


def who() -> None:
    """Draw who is signed in, as what, and the way out; nothing where nobody signs in."""
    visitor = auth.visitor()
    if not visitor.signed_in:
        return
    with st.container(key="who", horizontal=True, horizontal_alignment="right", vertical_alignment="center"):
        name = Markup('<div class="it-who"><b>{}</b> · {}</div>').format(visitor.name, visitor.role)
        st.html(name, width="content")
        _sign_out()


def _sign_in() -> None:
    ended = bool(auth.claims())
    words = (
        "Your sign-in has ended; sign in again to go on."
        if ended
        else "You are sent to your organisation's sign-in and back. Only people with a role here see anything."
    )
    with _only("Sign in to the influence tracker", words):
        st.button("Sign in", type="primary", on_click=st.login, key="sign-in")


def _without_role(email: str | None) -> None:
    known = (
        f"You signed in as {email}, and nobody has given you a role here."
        if email
        else "You signed in, but your provider does not say that it checked your e-mail address."
    )
    with _only("You have no role here", f"{known} {_ask()}"):
        _sign_out()


def _only(title: str, words: str) -> DeltaGenerator:
    """Draw a card that is all there is on the page, and return it."""
    box = st.container(key="gate", border=True, horizontal_alignment="center")
    box.html(Markup('<div class="it-empty small"><h1>{}</h1><p>{}</p></div>').format(title, words))
    return box


def _ask() -> str:
    return f"Ask {settings.load().contact}."


def _sign_out() -> None:
    st.button("Sign out", type="tertiary", on_click=auth.sign_out, key="sign-out")
