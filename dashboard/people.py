"""The page of people: who may do what, letting somebody in, another role, and removing them."""

from collections.abc import Callable, Mapping
from typing import Any

import streamlit as st

from dashboard import auth, components, data, tables, words
from tracker.domain import ROLES, Role
from tracker.errors import BadInput, NotAllowed
from tracker.registry.review import FormErrors

MAY: Mapping[Role, str] = {
    "viewer": "reads every page",
    "coder": "also brings in suspects and looks at profiles",
    "editor": "also reviews, withdraws, takes objections and merges",
    "admin": "also lets people in and removes them",
}
TONES: Mapping[Role, str] = {"viewer": "grey", "coder": "blue", "editor": "green", "admin": "ochre"}
Act = Callable[[Mapping[str, str]], Mapping[str, Any]]


def listed() -> None:
    """Draw who may sign in, as what, and whether they did."""
    rows = data.people()
    signed = sum(row["subject"] is not None for row in rows)
    with components.card(
        "Who may sign in",
        f"{words.count(len(rows), 'person', 'people')}, {signed} of them signed in at least once",
    ):
        if not rows:
            components.empty("Nobody yet", "Let an admin in first: yourself.", small=True)
            return
        body = [
            (row["name"], row["email"], tables.badge(row["role"], TONES[row["role"]]),
             "yes" if row["subject"] else "not yet", words.day(row["added_at"]))
            for row in rows
        ]  # fmt: skip
        head = ("name", "e-mail", "role", "signed in", "let in on")
        components.table(tables.html(head, body, classes=("", "", "keep", "keep", "keep")))


def let_in() -> None:
    """Draw the form that lets somebody in."""
    with components.card(
        "Let somebody in", "The role becomes theirs when they first sign in with this address"
    ):
        with st.form(_key("new"), border=False, clear_on_submit=False):
            _field("E-mail address, as their sign-in has it", "email")
            _field("Name, as it will stand beside what they do", "name")
            st.selectbox("Role", ROLES, key=_key("role"), format_func=_role)
            _by("by")
            st.form_submit_button("Let in", type="primary", on_click=_let_in)
        _said("new")


def change() -> None:
    """Draw the form that gives somebody another role or removes them."""
    emails = [row["email"] for row in data.people()]
    if not emails:
        return
    with components.card("Another role, or none", "Counts from their next click; the last admin stays"):
        with st.form(_key("change"), border=False, clear_on_submit=False):
            st.selectbox("Who", emails, key=_key("who"))
            st.selectbox("Role", ROLES, key=_key("role-after"), format_func=_role)
            _by("by-change")
            with st.container(horizontal=True):
                st.form_submit_button("Give this role", on_click=_change)
                st.form_submit_button("Remove", on_click=_remove)
        _said("change")


def _let_in() -> None:
    typed = {name: _typed(name) for name in ("email", "name", "role", "by")}
    _do("new", data.let_in, typed, "Let in:")


def _change() -> None:
    typed = {"email": _typed("who"), "role": _typed("role-after"), "by": _typed("by-change")}
    _do("change", data.change_role, typed, "Changed:")


def _remove() -> None:
    typed = {"email": _typed("who"), "by": _typed("by-change")}
    _do("change", data.remove_person, typed, "Removed:")


def _do(form: str, act: Act, typed: Mapping[str, str], lead: str) -> None:
    """Do what was asked for; keep what was typed when it is refused, and begin a new form when it is done."""
    session = st.session_state
    session["people_said"], session["people_errors"] = {}, {}
    try:
        person = act(typed)
    except FormErrors as error:
        session["people_errors"] = {form: error.fields}
    except (BadInput, NotAllowed) as error:
        session["people_errors"] = {form: {"form": getattr(error, "found", str(error))}}
    else:
        session["people_said"] = {form: (lead, f"{person['name']}, {person['email']}, {person['role']}")}
        session["people_form"] = session.get("people_form", 0) + 1


def _said(form: str) -> None:
    """Draw what became of a form, or every rule that it broke and that has no field on the page."""
    errors = st.session_state.get("people_errors", {}).get(form, {})
    shown = ("email", "name", "by") if form == "new" else ("by",)
    for name, what in errors.items():
        if name not in shown:
            components.field_error(what)
    if done := st.session_state.get("people_said", {}).get(form):
        components.stored(*done)


def _field(label: str, name: str, *, form: str = "new") -> None:
    st.text_input(label, key=_key(name))
    field = name.partition("-")[0]
    if what := st.session_state.get("people_errors", {}).get(form, {}).get(field):
        components.field_error(what)


def _by(name: str) -> None:
    """Ask who does it, where nobody signs in."""
    if auth.asks_name():
        _field("Your name", name, form="change" if name == "by-change" else "new")


def _role(role: Role) -> str:
    return f"{role}: {MAY[role]}"


def _typed(name: str) -> str:
    return str(st.session_state.get(_key(name), ""))


def _key(name: str) -> str:
    return f"people-{st.session_state.get('people_form', 0)}-{name}"
