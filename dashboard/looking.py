"""The form with which a person enters what a profile showed on a day, with the screenshot."""

from collections.abc import Mapping

import streamlit as st

from dashboard import auth, components, data
from dashboard.labels import DISCLOSURE_WORDS
from tracker import charts
from tracker.domain import DISCLOSURES, LABEL_STATES
from tracker.errors import BadInput, NotAllowed
from tracker.registry.review import FormErrors

NOT_LOOKED = "not looked at"
KINDS = ("png", "jpg", "jpeg", "webp", "pdf")
_TYPED = (
    "account", "observed_on", "label_words", "discloses_words", "handle", "name", "bio", "by",
)  # fmt: skip


def form() -> None:
    """Draw the form for those who may fill it in, and once it is sent what is wrong or what was kept."""
    session = st.session_state
    session.setdefault("look_form", 0)
    with components.card(
        "Enter what you saw", "One profile on one day. The screenshot is kept as evidence, by its SHA-256"
    ):
        if not auth.may("coder"):
            components.empty(
                "For coders", "Your role reads; somebody with the role coder enters looks.", small=True
            )
            return
        _kept()
        errors: Mapping[str, str] = session.get("look_errors", {})
        with st.form(f"look-{session['look_form']}", border=False, clear_on_submit=False):
            _fields(errors)
            st.form_submit_button("Keep this look", type="primary", on_click=_send)


def _fields(errors: Mapping[str, str]) -> None:
    _text("account", "Account", errors, placeholder="x:handle  or  https://…")
    day, label = st.columns(2)
    with day:
        _text("observed_on", "Seen on", errors, placeholder="YYYY-MM-DD")
    with label:
        st.selectbox(
            "Label of the platform", [NOT_LOOKED, *LABEL_STATES], key=_key("label"), format_func=_state
        )
        _error(errors, "label")
    _text("label_words", "Words of the label", errors)
    st.selectbox(
        "Bio or about page", [NOT_LOOKED, *DISCLOSURES], key=_key("discloses"), format_func=_disclosure
    )
    _error(errors, "discloses")
    _text("discloses_words", "In these words", errors)
    with st.expander("Handle, name and bio as shown"):
        _text("handle", "Handle", errors)
        _text("name", "Name", errors)
        st.text_area("Bio", key=_key("bio"), height=80)
        _error(errors, "bio")
    st.file_uploader(
        "Screenshot (PNG, JPEG, WebP or PDF, at most 10 MB)", type=list(KINDS), key=_key("screenshot")
    )
    _error(errors, "screenshot")
    if auth.asks_name():
        _text("by", "Your name", errors)
    _error(errors, "form")


def _text(name: str, label: str, errors: Mapping[str, str], placeholder: str = "") -> None:
    st.text_input(label, key=_key(name), placeholder=placeholder)
    _error(errors, name)


def _send() -> None:
    """Keep the look; what was typed stays when a field is wrong, and a new form begins when all is well."""
    session = st.session_state
    typed = {name: session.get(_key(name), "") for name in _TYPED}
    for name in ("label", "discloses"):
        chosen = session.get(_key(name), NOT_LOOKED)
        typed[name] = "" if chosen == NOT_LOOKED else chosen
    uploaded = session.get(_key("screenshot"))
    try:
        session["look_kept"] = data.look(typed, uploaded.getvalue() if uploaded else None)
    except FormErrors as error:
        _wrong(error.fields)
    except BadInput as error:
        _wrong({error.field or "form": error.found})
    except NotAllowed as error:
        _wrong({"form": str(error)})
    else:
        session["look_errors"] = {}
        session["look_form"] += 1


def _wrong(fields: Mapping[str, str]) -> None:
    st.session_state["look_errors"] = dict(fields)
    st.session_state.pop("look_kept", None)


def _kept() -> None:
    kept = st.session_state.get("look_kept")
    if kept is None:
        return
    changes = (
        ", ".join(change.type.replace("_", " ") for change in kept.changes)
        or "no change against the look before"
    )
    said = (
        f"{kept.account}, {kept.snapshot}: {changes}"
        if kept.new
        else f"{kept.snapshot} of {kept.account} holds it already"
    )
    components.stored("Kept:" if kept.new else "Known:", ". ".join([said, *kept.notices]))


def _state(value: str) -> str:
    return charts.STATE_WORDS.get(value, value)


def _disclosure(value: str) -> str:
    return DISCLOSURE_WORDS.get(value, (value, ""))[0]


def _key(name: str) -> str:
    return f"look-{st.session_state.get('look_form', 0)}-{name}"


def _error(errors: Mapping[str, str], name: str) -> None:
    if name in errors:
        components.field_error(errors[name])
