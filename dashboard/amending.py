"""What an editor does to a claim from the page of its account: withdraw it, or write down an objection to it."""

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from dashboard import auth, components, evidence, fields, registrydata

WITHDRAWAL, OBJECTION = "withdrawal", "objection"


def forms(claims: Sequence[Mapping[str, Any]]) -> None:
    """Draw the two forms, folded until they are asked for, for editors; everybody sees what was done last."""
    _told()
    if not claims or not auth.may("editor"):
        return
    standing = {claim["id"]: _named(claim) for claim in claims if not claim["withdrawn"]}
    if standing:
        withdraw = st.expander("Withdraw a claim", key="withdraw", on_change="rerun")
        if withdraw.open:
            with withdraw:
                _withdrawal(standing)
    answer = st.expander("Record an objection", key="object", on_change="rerun")
    if answer.open:
        with answer:
            _objection({claim["id"]: _named(claim) for claim in claims})


def _withdrawal(claims: Mapping[int, str]) -> None:
    components.hint("The claim stays, marked as withdrawn with the reason, and attributes nothing any more.")
    with st.form("withdraw-form", border=False, clear_on_submit=False):
        fields.choice(WITHDRAWAL, "claim", "Which claim", list(claims), words=claims, required=True)
        fields.area(WITHDRAWAL, "reason", "Why it no longer stands", required=True)
        fields.who(WITHDRAWAL, "by", "Your name", required=True)
        fields.rest(WITHDRAWAL, "claim", "reason", "by")
        st.form_submit_button("Withdraw the claim", type="primary", on_click=_withdraw)


def _objection(claims: Mapping[int, str]) -> None:
    components.hint(
        "The right of reply: it stands beside the claim in its own words and leaves the grade alone."
    )
    with st.form("objection-form", border=False, clear_on_submit=False):
        fields.choice(OBJECTION, "claim", "To which claim", list(claims), words=claims, required=True)
        fields.text(OBJECTION, "objector", "Who objects", required=True)
        fields.area(OBJECTION, "words", "In what words", required=True)
        fields.text(OBJECTION, "received_on", "Received on", required=True, placeholder="YYYY-MM-DD")
        fields.document(OBJECTION, required=False, label="A document with it, if there is one: its address")
        fields.who(OBJECTION, "by", "Your name", required=True)
        fields.rest(OBJECTION, *_OBJECTION_FIELDS)
        st.form_submit_button("Record the objection", type="primary", on_click=_object)


_DOCUMENT_FIELDS = ("document_url", "document_title", "document_publisher", "document_date")
_OBJECTION_FIELDS = ("claim", "objector", "words", "received_on", *_DOCUMENT_FIELDS, "by")


def _withdraw() -> None:
    fields.send(WITHDRAWAL, registrydata.withdraw_claim, fields.typed(WITHDRAWAL, ("claim", "reason", "by")))


def _object() -> None:
    fields.send(OBJECTION, registrydata.object_to_claim, fields.typed(OBJECTION, _OBJECTION_FIELDS))


def _told() -> None:
    if withdrawn := fields.done(WITHDRAWAL):
        components.stored(
            "Withdrawn:", f"claim {withdrawn['id']}, by {withdrawn['withdrawn']['by']}. It stays, marked."
        )
    if answered := fields.done(OBJECTION):
        components.stored("Recorded:", f"an objection to claim {answered['id']}. It stands beside the claim.")


def _named(claim: Mapping[str, Any]) -> str:
    subject, thing = claim["subject_name"] or claim["subject"], claim["object_name"] or claim["object"]
    return f"{claim['id']}: {subject} {evidence.predicate(claim)} {thing} ({claim['publisher']})"[:160]
