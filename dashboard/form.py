"""The form with which a person brings in a suspect; what it says is checked on the server, field by field."""

import streamlit as st
from markupsafe import Markup

from dashboard import auth, components, data, fields, history, nearby, tables, words
from tracker.desk import Added
from tracker.registry.platforms import PLATFORMS
from tracker.registry.review import RELATIONS

FORM = "suspect"
BY_ADDRESS = "as the address says"
NO_RELATION = "none suggested"
RELATION_WORDS = {NO_RELATION: NO_RELATION} | {str(name): said for name, said in RELATIONS.items()}
TYPED = (
    "address_or_handle", "reason", "document_url", "document_title", "document_publisher", "document_date", "operator",
    "rival", "submitted_by",
)  # fmt: skip


def suspect() -> None:
    """Draw the form and, once it is sent, either what is wrong with each field or what was stored."""
    _stored()
    if not auth.may("coder"):
        components.empty("Bringing in a suspect needs the role coder", "Yours lets you read what is here.")
        return
    with st.container(border=True):
        address, platform = st.columns([3, 2], vertical_alignment="top")
        with address:
            fields.text(
                FORM, "address_or_handle", "Address or handle", required=True, placeholder="https://…  or  @handle",
                live=True,
            )  # fmt: skip
        with platform:
            fields.choice(FORM, "platform", "Platform", [BY_ADDRESS, *PLATFORMS], words={})
        _known_already()
        with st.form(
            f"suspect-{st.session_state.get('suspect-number', 0)}", border=False, clear_on_submit=False
        ):
            _fields()
            st.form_submit_button("Send to review", type="primary", on_click=_send)


def known_near() -> None:
    """Draw what the registry knows of the account that is being typed, and of those near it."""
    with components.card("What we already know near it", "Checked while you type; no platform is asked"):
        typed = _address()
        if not typed:
            components.empty(
                "Type an address or a handle",
                "Known accounts, look-alike names, the same payer and the same site stand here.",
                small=True,
            )
            return
        near = nearby.look_up(typed, _platform())
        if near:
            nearby.draw(near)


def brought_in() -> None:
    """Draw the suspicions brought in so far, latest first."""
    rows = data.suspects()
    if rows:
        with components.card(
            "Brought in so far", f"{words.count(len(rows), 'suspicion')}, none of them a finding"
        ):
            body = [
                (tables.account_link(row["account"], tables.shown(row["handle"] or row["account"], 24)), history.status(row["status"]),
                 tables.shown(row["reason"], 90), words.day(row["submitted_at"]))
                for row in rows[:8]
            ]  # fmt: skip
            components.table(
                tables.html(("account", "status", "because", "on"), body, classes=("keep", "", "", "keep"))
            )


def _fields() -> None:
    fields.area(FORM, "reason", "Why do you suspect it?", required=True)
    fields.document(FORM, required=True)
    relation, operator = st.columns([2, 3])
    with relation:
        fields.choice(
            FORM, "relation", "Relation you suggest", [NO_RELATION, *RELATIONS], words=RELATION_WORDS
        )
    with operator:
        fields.text(FORM, "operator", "By whom")
    components.hint("Quoting, criticising or being targeted is never “operated by”.")
    fields.text(FORM, "rival", "What else could explain it?")
    fields.who(FORM, "submitted_by", "Your name or initials", required=False)
    fields.rest(FORM, *TYPED, "platform", "relation")


def _known_already() -> None:
    near = nearby.quiet(_address(), _platform())
    if near and near.known:
        components.note(nearby.known(near), tone="ochre")


def _send() -> None:
    relation = st.session_state.get(fields.key(FORM, "relation"), NO_RELATION)
    typed = fields.typed(FORM, TYPED)
    typed |= {"platform": _platform() or "", "relation": "" if relation == NO_RELATION else relation}
    fields.send(FORM, data.add_suspect, typed)


def _stored() -> None:
    added: Added | None = fields.done(FORM)
    if added is None:
        return
    before = (
        "It was known already; your reason was added." if added.before.known else "It was not known before."
    )
    account = str(added.account.get("account"))
    components.note(
        Markup(
            "<b>Stored as {}:</b> {}. {} What happens next: an editor who is not you takes it up, looks for what else "
            "could explain it, and accepts or rejects it; until then it counts nowhere. {}"
        ).format(
            str(added.account.get("status", "suspected")).replace("_", " "), tables.shown(account, 80), before,
            tables.account_link(account, "Open it"),
        )
    )  # fmt: skip


def _address() -> str:
    return str(st.session_state.get(fields.key(FORM, "address_or_handle"), "") or "").strip()


def _platform() -> str | None:
    chosen = st.session_state.get(fields.key(FORM, "platform"), BY_ADDRESS)
    return None if chosen == BY_ADDRESS else str(chosen)
