"""The desk of a third person: an item on which coders differ, what each of them said, and the keys that settle it."""

from typing import Any

import streamlit as st
from markupsafe import Markup

from dashboard import auth, coding, codingdata, components, hints, pad, tables, words
from tracker.adjudication import Dispute
from tracker.domain import Codebook, Settled
from tracker.errors import BadInput, NotAllowed
from tracker.registry.review import FormErrors

PAD = "settling-pad"


def desk() -> None:
    """Draw the item that waits longest and that the person did not code."""
    st.session_state["settling-book"] = codingdata.codebook()
    st.session_state.setdefault("settling-wrong", "")
    _panel()


@st.fragment
def _panel() -> None:
    by = auth.visitor().signature
    if by is None:
        by = st.text_input(
            "Your name", key="settling-by", placeholder="the third person’s, who coded none of it", width=360
        )
    if st.session_state.pop("settling-asked", False):
        _settle(by or "")
    waiting = codingdata.disputes()
    mine = [one for one in waiting if not (by and one.coded_by(by))]
    _said()
    if not mine:
        own = len(waiting)
        components.empty(
            "Nothing to settle", "Where coders differ, or one is unsure, the item waits here for a third person." if not own
            else f"{words.count(own, 'item waits', 'items wait')}, and you coded each of them: somebody else settles them.",
            small=True,
        )  # fmt: skip
        return
    dispute = mine[0]
    if st.session_state.get("settling-item") != dispute:
        st.session_state["settling-item"] = dispute
        pad.begin(PAD)
    left, right = st.columns([3, 2], gap="medium")
    with left, st.container(border=True):
        shown = codingdata.disputed(dispute)
        coding.item(shown, f"{words.count(len(mine), 'item waits', 'items wait')}", blind=True)
        _voices(dispute, st.session_state["settling-book"])
        with st.expander("What would machines say? Read the item first"):
            components.note(hints.line(st.session_state["settling-book"], shown["text"]), tone="ochre")
    with right, st.container(border=True):
        _keys(dispute, st.session_state["settling-book"])


def _voices(dispute: Dispute, book: Codebook) -> None:
    """Draw what each coder said, without who they are."""
    body = [
        (f"coder {place}", coding.in_words(book, voice.state, voice.codes),
         tables.shown(dispute.notes.get(voice.coding_id, ""), 300) or Markup("<span class='it-none'>no note</span>"))
        for place, voice in enumerate(dispute.voices, start=1)
    ]  # fmt: skip
    components.table(tables.html(("", "said", "note"), body, classes=("keep",)))


def _keys(dispute: Dispute, book: Codebook) -> None:
    components.heading(
        "What does it count as?", "Your word counts in every share; theirs stay in the record."
    )
    with st.container(horizontal=True, key="settling-go"):
        st.button("Settle and next", key="settling-save", type="primary", shortcut="Enter", on_click=_ask)
    if st.session_state["settling-wrong"]:
        components.field_error(st.session_state["settling-wrong"])
    pad.draw(PAD, book, ("none", "not_codable"))
    st.text_area("Reason", key=_reason_key(dispute), height=68, placeholder="not needed; leave it with Tab")
    pad.meaning(PAD, book)


def _ask() -> None:
    """Note that the item is to be settled once the codes that were pressed in the same moment are chosen."""
    st.session_state["settling-asked"] = True


def _settle(by: str) -> None:
    state = st.session_state
    dispute: Dispute = state["settling-item"]
    now, version = pad.chosen(PAD), state["settling-book"].version
    form: dict[str, Any] = {
        "item_type": dispute.item_type, "item_id": dispute.item_id, "by": by, "state": now.saved_as, "codes": now.codes,
        "version": version, "settles": [voice.coding_id for voice in dispute.voices],
        "reason": state.get(_reason_key(dispute)) or "",
    }  # fmt: skip
    state["settling-wrong"], state["settling-done"] = "", None
    try:
        state["settling-done"] = codingdata.settle(form)
    except FormErrors as refused:
        state["settling-wrong"] = "; ".join(
            f"your name {said}" if name == "by" else said for name, said in refused.fields.items()
        )
    except BadInput as refused:
        state["settling-wrong"] = refused.found
    except NotAllowed as refused:
        state["settling-wrong"] = str(refused)


def _said() -> None:
    done: Settled | None = st.session_state.get("settling-done")
    if done is None:
        return
    book: Codebook = st.session_state["settling-book"]
    now = coding.in_words(book, done.state, done.codes)
    before = pad.labels(book, done.before) or "no code"
    changed = (
        f"it counted as {before} before" if set(done.before) != set(done.codes) else "as it counted before"
    )
    components.stored("Settled:", f"{now}; {changed}.")


def _reason_key(dispute: Dispute) -> str:
    return f"settling-reason-{dispute.item_type}-{dispute.item_id}"
