"""Forms that keep what was typed: the keys of their fields, what is wrong under each, and what came of sending."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import streamlit as st

from dashboard import auth, components
from tracker.errors import BadInput, NotAllowed
from tracker.registry.review import FormErrors

REQUIRED = " *(required)*"


def key(form: str, name: str) -> str:
    """Return the key of a field; a form that was sent begins anew under other keys."""
    return f"{form}-{st.session_state.get(f'{form}-number', 0)}-{name}"


def typed(form: str, names: Iterable[str]) -> dict[str, Any]:
    """Return what stands in the fields of a form."""
    return {name: st.session_state.get(key(form, name), "") for name in names}


def text(form: str, name: str, label: str, *, required: bool = False, **more: Any) -> None:
    """Draw a line of text with what is wrong with it."""
    st.text_input(label + (REQUIRED if required else ""), key=key(form, name), **more)
    error(form, name)


def area(
    form: str, name: str, label: str, *, required: bool = False, height: int = 96, value: str = ""
) -> None:
    """Draw a field for several lines with what is wrong with it."""
    st.text_area(label + (REQUIRED if required else ""), value, key=key(form, name), height=height)
    error(form, name)


def choice(
    form: str,
    name: str,
    label: str,
    options: Sequence[Any],
    *,
    words: Mapping[Any, str],
    required: bool = False,
) -> None:
    """Draw a choice between options, each in words, with what is wrong with it."""
    st.selectbox(
        label + (REQUIRED if required else ""), options, key=key(form, name),
        format_func=lambda option: words.get(option, str(option)),
    )  # fmt: skip
    error(form, name)


def document(form: str, *, required: bool, label: str = "One document that says so: its address") -> None:
    """Draw the fields that name a document."""
    text(form, "document_url", label, required=required, placeholder="https://…")
    title, publisher, on = st.columns([3, 3, 2])
    with title:
        text(form, "document_title", "Its title")
    with publisher:
        text(form, "document_publisher", "Its publisher")
    with on:
        text(form, "document_date", "Its date", placeholder="YYYY-MM-DD")
    components.hint("Without an address, its title and publisher. No address is opened from here.")


def who(form: str, name: str, label: str, *, required: bool) -> None:
    """Ask who fills in the form, where nobody signs in; the name of whoever signed in is taken else."""
    if auth.asks_name():
        text(form, name, label, required=required, placeholder="" if required else "not given")
    else:
        components.hint(f"Signed as {auth.visitor().signature}.")
        error(form, name)


def send(form: str, act: Callable[[Mapping[str, Any]], Any], filled: Mapping[str, Any]) -> None:
    """Do what a form asks for; keep what was typed when it is refused, begin anew when all is well."""
    session = st.session_state
    session.pop(f"{form}-done", None)
    try:
        session[f"{form}-done"] = act(filled)
    except FormErrors as refused:
        session[f"{form}-errors"] = refused.fields
    except BadInput as refused:
        session[f"{form}-errors"] = {refused.field or "form": refused.found}
    except NotAllowed as refused:
        session[f"{form}-errors"] = {"form": str(refused)}
    else:
        session[f"{form}-errors"] = {}
        session[f"{form}-number"] = session.get(f"{form}-number", 0) + 1


def done(form: str) -> Any:
    """Return what sending the form last did, or `None`."""
    return st.session_state.get(f"{form}-done")


def errors(form: str) -> Mapping[str, str]:
    """Return what is wrong with the form, by field."""
    found: Mapping[str, str] = st.session_state.get(f"{form}-errors", {})
    return found


def error(form: str, name: str) -> None:
    """Draw what is wrong with a field below it."""
    if name in errors(form):
        components.field_error(errors(form)[name])


def rest(form: str, *shown: str) -> None:
    """Draw what is wrong with the form as a whole, and with fields that it does not show."""
    for name, found in errors(form).items():
        if name not in shown:
            components.field_error(found if name == "form" else f"{name.replace('_', ' ')}: {found}")
