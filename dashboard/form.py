"""The form with which a person brings in a suspect; what it says is checked on the server, field by field."""

from collections.abc import Mapping

import streamlit as st
from markupsafe import Markup

from dashboard import auth, components, data, tables, words
from tracker import charts
from tracker.desk import Similar
from tracker.errors import BadInput, NotAllowed
from tracker.registry.platforms import PLATFORMS
from tracker.registry.review import RELATIONS, FormErrors

BY_ADDRESS = "as the address says"
NO_RELATION = "none suggested"


def suspect() -> None:
    """Draw the form and, once it is sent, either what is wrong with each field or what was stored."""
    if not auth.may("coder"):
        components.empty("Bringing in a suspect needs the role coder", "Yours lets you read what is here.")
        return
    session = st.session_state
    session.setdefault("suspect_form", 0)
    errors: Mapping[str, str] = session.get("suspect_errors", {})
    _stored()
    with st.container(border=True):
        address, platform = st.columns([3, 2], vertical_alignment="top")
        with address:
            st.text_input(
                "Address or handle", key=_key("address_or_handle"), placeholder="https://…  or  @handle"
            )
            _error(errors, "address_or_handle")
        with platform:
            st.selectbox("Platform", [BY_ADDRESS, *PLATFORMS], key=_key("platform"))
            _error(errors, "platform")
        with st.form(f"suspect-{session['suspect_form']}", border=False, clear_on_submit=False):
            _fields(errors)
            st.form_submit_button("Send to review", type="primary", on_click=_send)


def known_near() -> None:
    """Draw what the registry knows of the account that is being typed, and of those near it."""
    with components.card("What we already know near it", "Looked up in the registry; no platform is asked"):
        typed = st.session_state.get(_key("address_or_handle"), "").strip()
        if not typed:
            components.empty(
                "Type an address or a handle",
                "Known accounts, look-alike names and shared sites stand here.",
                small=True,
            )
            return
        try:
            near = data.check_suspect(typed, _platform())
        except BadInput as error:
            components.empty("Not an account yet", error.found, small=True)
            return
        _near(near)
        components.caption("A look-alike or a shared site", "is a reason to look, not evidence.")


def brought_in() -> None:
    """Draw the suspicions brought in so far, latest first."""
    rows = data.suspects()
    if rows:
        with components.card(
            "Brought in so far", f"{words.count(len(rows), 'suspicion')}, none of them a finding"
        ):
            body = [
                (charts.shortened(str(row["account"]), 40), tables.badge(str(row["status"]).replace("_", " "), "ochre"),
                 charts.shortened(str(row["reason"]), 90), words.day(row["submitted_at"]))
                for row in rows[:8]
            ]  # fmt: skip
            components.table(
                tables.html(("account", "status", "because", "on"), body, classes=("", "", "", "keep"))
            )


def _fields(errors: Mapping[str, str]) -> None:
    st.text_area("Why do you suspect it?", key=_key("reason"), height=96)
    _error(errors, "reason")
    st.text_input("One document that says so: its address", key=_key("document_url"), placeholder="https://…")
    _error(errors, "document_url")
    title, publisher, on = st.columns([3, 3, 2])
    with title:
        st.text_input("Its title", key=_key("document_title"))
        _error(errors, "document_title")
    with publisher:
        st.text_input("Its publisher", key=_key("document_publisher"))
        _error(errors, "document_publisher")
    with on:
        st.text_input("Its date", key=_key("document_date"), placeholder="YYYY-MM-DD")
        _error(errors, "document_date")
    relation, operator = st.columns([2, 3])
    with relation:
        st.selectbox(
            "Relation you suggest", [NO_RELATION, *RELATIONS], key=_key("relation"), format_func=_relation
        )
        _error(errors, "relation")
    with operator:
        st.text_input("By whom", key=_key("operator"))
        _error(errors, "operator")
    components.hint("Quoting, criticising or being targeted is never “operated by”.")
    st.text_input("What else could explain it?", key=_key("rival"))
    _error(errors, "rival")
    if auth.asks_name():
        st.text_input("Your name or initials", key=_key("submitted_by"), placeholder="not given")
        _error(errors, "submitted_by")
    _error(errors, "form")


def _send() -> None:
    """Store the form; keep what was typed when a field is wrong, and begin a new form when all is well."""
    session = st.session_state
    names = (
        "address_or_handle", "reason", "document_url", "document_title", "document_publisher", "document_date", "operator",
        "rival", "submitted_by",
    )  # fmt: skip
    typed = {name: session.get(_key(name), "") for name in names}
    relation = session.get(_key("relation"), NO_RELATION)
    typed |= {"platform": _platform() or "", "relation": "" if relation == NO_RELATION else relation}
    try:
        session["suspect_added"] = data.add_suspect(typed)
    except FormErrors as error:
        session["suspect_errors"] = error.fields
        session.pop("suspect_added", None)
    except NotAllowed as error:
        session["suspect_errors"] = {"form": str(error)}
        session.pop("suspect_added", None)
    else:
        session["suspect_errors"] = {}
        session["suspect_form"] += 1


def _stored() -> None:
    added = st.session_state.get("suspect_added")
    if added is not None:
        before = (
            "It was known already; your reason was added."
            if added.before.known
            else "It was not known before."
        )
        components.stored(
            f"Stored as {added.account.get('status', 'suspected')}:",
            f"{added.account.get('account')}. {before}",
        )


def _near(near: Similar) -> None:
    none = Markup('<span class="it-none">none</span>')
    known = near.known
    same = (
        f"{known['brand'] or known['account']} · {words.platform(known['platform'])}, {known['status']}"
        if known
        else none
    )
    body = [
        ("read as", f"{words.platform(near.ref.platform)} · {near.ref.handle or near.ref.key}"),
        ("same account", same),
        ("look-alike names", ", ".join(_named(row) for row in near.lookalikes[:6]) or none),
        ("same site", ", ".join(_named(row) for row in near.same_site[:6]) or none),
        (
            "mixed scripts",
            "yes: letters of scripts that do not belong together" if near.mixed_script else none,
        ),
    ]
    if known:
        components.stored("Already known:", str(same), tone="ochre")
    components.table(tables.html(("", ""), body, classes=("keep",)))


def _named(row: Mapping[str, object]) -> str:
    return f"{row.get('because') or row['account']} ({words.platform(str(row['platform']))}, {row['status']})"


def _relation(value: str) -> str:
    return dict(RELATIONS).get(value, NO_RELATION)  # type: ignore[call-overload, no-any-return]


def _platform() -> str | None:
    chosen = st.session_state.get(_key("platform"), BY_ADDRESS)
    return None if chosen == BY_ADDRESS else str(chosen)


def _key(name: str) -> str:
    return f"suspect-{st.session_state.get('suspect_form', 0)}-{name}"


def _error(errors: Mapping[str, str], name: str) -> None:
    if name in errors:
        components.field_error(errors[name])
