"""The form of a decision: what the reviewer says becomes a step of the trail and, when accepted, a claim."""

from collections.abc import Mapping
from typing import Any

import streamlit as st
from markupsafe import Markup

from dashboard import auth, components, fields, registrydata, tables
from tracker.domain import EVIDENCE_KINDS
from tracker.registry.decisions import NEXT, OPERATES
from tracker.reviewdesk import Reviewed

Row = Mapping[str, Any]

DECISIONS = {
    "under_review": "take it up: under review", "accepted": "accept it as attributed", "rejected": "reject it",
    "withdrawn": "withdraw it",
}  # fmt: skip
AS_SUGGESTED = "as suggested"
RELATIONS = {AS_SUGGESTED: AS_SUGGESTED, "operated_by": "is operated by", "part_of": "is part of",
             "supervised_by": "is supervised by"}  # fmt: skip
CREDIBILITY = {
    6: "6: cannot be judged", 1: "1: confirmed", 2: "2: probably true", 3: "3: possibly true", 4: "4: doubtful",
    5: "5: improbable",
}  # fmt: skip
KINDS = {
    "documented": "documented: a publication or record states it", "technical": "technical: a shared identifier, a payment",
    "behavioural": "behavioural: times, copies, co-ordination", "contextual": "contextual: only the surroundings",
}  # fmt: skip
FIELDS = (
    "suspect",
    "decision",
    "relation",
    "operator",
    "kind",
    "credibility",
    "place",
    "says",
    "rival",
    "reason",
    "by",
)


def told() -> None:
    """Say what the last decision did, with the way to the account."""
    done: Reviewed | None = st.session_state.get("reviewed")
    if done is None:
        return
    made = " Its claim stands on the page of the account." if done.claim_id else ""
    components.note(
        Markup("<b>Decided:</b> {} is now {}.{} {}").format(
            tables.shown(done.account["account"], 80), str(done.account["status"]).replace("_", " "), made,
            tables.account_link(done.account["account"], "Open it"),
        )
    )  # fmt: skip


def refused() -> str:
    """Return the account whose decision was refused last, so that it stays before its reviewer; else nothing."""
    name, account = st.session_state.get("review-last", ("", ""))
    return str(account) if fields.errors(name) else ""


def form(chosen: Row) -> None:
    """Draw the form for the account chosen; who is no editor reads that it needs one."""
    with components.card("Your decision", "It stays in the trail; a mistake is corrected by a further step"):
        if not auth.may("editor"):
            components.empty("For editors", "You see what waits; deciding needs the role editor.", small=True)
            return
        if not _possible(chosen):
            components.empty(
                "Not a matter of review", "Its status is not one that a review can change.", small=True
            )
            return
        name = f"review-{chosen['id']}"
        with st.form(f"{name}-form", border=False, clear_on_submit=False):
            _decision(name, chosen)
            st.form_submit_button(
                "Decide",
                type="primary",
                on_click=_decide,
                args=(name, str(chosen["account"]), str(chosen["status"])),
            )


def _possible(chosen: Row) -> list[str]:
    status = str(chosen["status"])
    further = NEXT["under_review"] if status == "suspected" else ()
    return [*NEXT.get(status, ()), *further]


def _decision(name: str, chosen: Row) -> None:
    first = chosen["suspicions"][0]
    suspicions = {
        one["id"]: f"of {one['submitted_by']}: {tables.shown(one['reason'], 60)}"
        for one in chosen["suspicions"]
    }
    fields.choice(name, "decision", "Decision", _possible(chosen), words=DECISIONS, required=True)
    if len(suspicions) > 1:
        fields.choice(name, "suspect", "On which suspicion", list(suspicions), words=suspicions)
    fields.area(
        name, "rival", "What else could explain it? Needed to accept", height=72, value=first["rival"] or ""
    )
    fields.area(name, "reason", "Reason. Needed to reject or to withdraw", height=72)
    relation, operator = st.columns([2, 3])
    with relation:
        suggested = [AS_SUGGESTED] if first["predicate"] in OPERATES else []
        fields.choice(name, "relation", "To accept: it", [*suggested, *OPERATES], words=RELATIONS)
    with operator:
        fields.text(name, "operator", "which body", value=first["operator"] or "")
    kind, credibility = st.columns(2)
    with kind:
        fields.choice(name, "kind", "Kind of evidence", list(EVIDENCE_KINDS), words=KINDS)
    with credibility:
        fields.choice(
            name, "credibility", "Credibility of the statement", list(CREDIBILITY), words=CREDIBILITY
        )
    fields.text(name, "place", "Where in the document", placeholder="page 4, second paragraph")
    fields.area(name, "says", "What it says, in your words", height=72)
    fields.who(name, "by", "Your name", required=True)
    fields.rest(name, *FIELDS[1:], *(["suspect"] if len(suspicions) > 1 else []))
    st.session_state[f"{name}-first"] = first["id"]


def _decide(name: str, account: str, seen: str) -> None:
    """Send the decision; what belongs to an acceptance only is left out of every other."""
    typed = fields.typed(name, FIELDS)
    typed["suspect"] = typed["suspect"] or st.session_state[f"{name}-first"]
    if typed["relation"] == AS_SUGGESTED:
        typed["relation"] = ""
    if typed["decision"] != "accepted":
        typed = {field: typed[field] for field in ("suspect", "decision", "reason", "by")}
    st.session_state.pop("reviewed", None)
    st.session_state["review-last"] = (name, account)
    fields.send(name, registrydata.review, {**typed, "seen": seen})
    if fields.done(name):
        st.session_state["reviewed"] = fields.done(name)
