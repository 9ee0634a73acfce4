"""The desk of a coder: one item, the keys that code it, and what was said last. A key runs this part of the page alone."""

from collections.abc import Sequence
from typing import Any

import streamlit as st
from markupsafe import Markup

from dashboard import codingdata, components, hints, itemtext, pad, tables, words
from tracker.codingdesk import Turn
from tracker.domain import Codebook, CodingState
from tracker.errors import BadInput, NotAllowed
from tracker.registry.review import FormErrors

PAD = "coding-pad"
STATES: Sequence[CodingState] = ("none", "unsure", "not_codable")
SAID = {"none": "no code fits", "not_codable": "not codable"}


def desk(coder: str) -> None:
    """Draw the next item of a coder, as the session has it or anew for another coder."""
    state = st.session_state
    if state.get("coding-coder") != coder or state.get("coding-turn") is None:
        state["coding-coder"], state["coding-said"], state["coding-wrong"] = coder, None, ""
        _forward(coder, back=0)
    _panel(coder)


@st.fragment
def _panel(coder: str) -> None:
    """Draw the item and its keys."""
    state = st.session_state
    _act(coder)
    turn: Turn | None = state["coding-turn"]
    if turn is None:
        _done()
        return
    left, right = st.columns([3, 2], gap="medium")
    with left, st.container(border=True):
        item(turn.item, _place(turn), blind=turn.blind)
        if state["coding-said"]:
            components.note(state["coding-said"])
    with right, st.container(border=True):
        _keys(turn, state["coding-book"])


def item(shown: Any, place: Markup | str, *, blind: bool) -> None:
    """Draw an item: what it is, whose where that may be known, whether it is gone, and its words."""
    kind = f"{shown['item_type']} of {words.day(shown['day'])}"
    section = f" · {tables.shown(shown['section'], 40)}" if shown["section"] else ""
    st.html(Markup('<div class="it-card"><h2>{}{}</h2><p>{}</p></div>').format(kind, section, place))
    if shown["gone_on"]:
        gone = f"not on its platform any more, as seen on {words.day(shown['gone_on'])}: shown from what was kept."
        components.stored("Gone:", gone, tone="ochre")
    if turned := itemtext.hidden(shown["text"]):
        components.stored(
            "Read with care:",
            f"{words.count(turned, 'character')} in this text would turn it around; each is drawn as a sign.",
            tone="ochre",
        )
    st.html(itemtext.drawn(shown["text"]))
    if not blind:
        facts = [
            ("account", tables.shown(shown.get("account"), 60)), ("payer", tables.shown(shown.get("payer"), 80)),
            ("source", shown.get("source")), ("evidence", tables.opens(shown["snapshot"])),
        ]  # fmt: skip
        components.table(tables.html(("", ""), facts, classes=("keep",), narrow="plain"))


def _place(turn: Turn) -> Markup:
    """Say how far the coder is, of which sample, and what the sample is for."""
    done = turn.assigned - turn.left
    parts = [f"{done:,} of {turn.assigned:,} coded"]
    if turn.sample is not None:
        purpose = (
            "drawn by chance" if turn.selection == "random" else "chosen for training, never for a share"
        )
        parts.append(f"sample {turn.sample}, {purpose}")
    parts.append("account hidden" if turn.blind else "not blind")
    return Markup(" · ").join(parts)


def _keys(turn: Turn, book: Codebook) -> None:
    components.heading("What is it about?", f"Several codes may fit. Codebook version {book.version}.")
    with st.container(horizontal=True, key="coding-go"):
        st.button(
            "Save and next",
            key="coding-save",
            type="primary",
            shortcut="Enter",
            on_click=_ask,
            args=("save",),
        )
        st.button("Back", key="coding-back-key", shortcut="Backspace", on_click=_ask, args=("back",))
    if st.session_state["coding-wrong"]:
        components.field_error(st.session_state["coding-wrong"])
    if turn.own:
        before = turn.own[-1]
        said = in_words(book, before["state"], before["codes"])
        again = f"{said} (version {before['version']}). What you say now is kept beside it and counts."
        lead = (
            "The codebook changed; read it again. You said:"
            if before["version"] != book.version
            else "You said:"
        )
        components.stored(lead, again, tone="ochre")
    pad.draw(PAD, book, STATES)
    st.text_area("Note", key=_note_key(turn), height=68, placeholder="not needed; leave it with Tab")
    pad.meaning(PAD, book)


def _done() -> None:
    components.empty(
        "Nothing left to code",
        "Every item that was given to you is coded. “Back” opens those you coded last.",
        small=True,
    )
    if st.session_state["coding-said"]:
        components.note(st.session_state["coding-said"])
    if st.session_state["coding-wrong"]:
        components.field_error(st.session_state["coding-wrong"])
    st.button("Back", key="coding-back-key", shortcut="Backspace", on_click=_ask, args=("back",))


def _ask(step: str) -> None:
    """Note what is to be done once the codes that were pressed in the same moment are chosen."""
    st.session_state["coding-step"] = step


def _act(coder: str) -> None:
    step = st.session_state.pop("coding-step", None)
    try:
        if step == "back":
            _back(coder)
        elif step == "save" and st.session_state["coding-turn"] is not None:
            _save(coder)
    except NotAllowed as refused:
        st.session_state["coding-wrong"] = str(refused)


def _save(coder: str) -> None:
    """Keep what is chosen and go on; what is refused stays on the screen with the reason."""
    state = st.session_state
    turn: Turn = state["coding-turn"]
    book: Codebook = state["coding-book"]
    now, note = pad.chosen(PAD), (state.get(_note_key(turn)) or "").strip()
    form = {
        "item_type": turn.item["item_type"], "item_id": turn.item["item_id"], "by": coder, "state": now.saved_as,
        "codes": now.codes, "version": book.version, "sample": turn.sample, "seen": len(turn.own), "note": note,
    }  # fmt: skip
    state["coding-wrong"] = ""
    try:
        if not _same(turn, book, form):
            codingdata.save(form)
    except FormErrors as refused:
        state["coding-wrong"] = "; ".join(refused.fields.values())
    except BadInput as refused:
        state["coding-wrong"] = refused.found
        if refused.field in ("seen", "version", "sample"):
            _forward(coder, back=0)
    else:
        state["coding-said"] = _said(turn, book, form)
        _forward(coder, back=max(0, state["coding-back"] - 1))


def _back(coder: str) -> None:
    """Open the item that was coded before the one on the screen."""
    state = st.session_state
    if state["coding-back"] == 0:
        state["coding-lately"] = [(row["item_type"], row["item_id"]) for row in codingdata.lately(coder)]
    if state["coding-back"] < len(state["coding-lately"]):
        state["coding-said"], state["coding-wrong"] = None, ""
        _forward(coder, back=state["coding-back"] + 1)
    else:
        state["coding-wrong"] = (
            "This is the first one: nothing was coded before it, or it is too long ago to go back to."
        )


def _forward(coder: str, *, back: int) -> None:
    """Put an item on the screen: the next one, or the one that was coded `back` items ago."""
    state = st.session_state
    state["coding-back"] = back
    state["coding-book"] = codingdata.codebook()
    if back:
        turn = codingdata.own_turn(coder, *state["coding-lately"][back - 1])
    else:
        turn = codingdata.next_turn(coder)
    state["coding-turn"] = turn
    if turn is None or not turn.own:
        pad.begin(PAD)
        return
    known = {code.id for code in state["coding-book"].codes}
    before = turn.own[-1]
    whole = all(code in known for code in before["codes"])
    pad.begin(PAD, before["codes"] if whole else (), before["state"] if whole else None)
    state[_note_key(turn)] = before["note"] or ""


def _same(turn: Turn, book: Codebook, form: Any) -> bool:
    """Say whether somebody who went back changed nothing."""
    if not turn.own:
        return False
    before = turn.own[-1]
    return (before["state"], set(before["codes"]), before["note"] or "", before["version"]) == (
        form["state"], set(form["codes"]), form["note"], book.version,
    )  # fmt: skip


def _said(turn: Turn, book: Codebook, form: Any) -> Markup:
    """Say what was saved; then, where a machine's word can bend no share, also what machines would have said.

    That is after an item for training, and after one of a sample that is not blind. Before a decision nobody hears it, and of
    a blind sample that feeds shares never: a coder can go back.
    """
    saved = Markup("<b>Saved:</b> {}.").format(in_words(book, form["state"], form["codes"]))
    if turn.blind and turn.selection != "training":
        return saved
    return saved + Markup(" ") + hints.line(book, turn.item["text"])


def in_words(book: Codebook, state: str, codes: Sequence[str]) -> str:
    """Return what somebody said of an item."""
    named = pad.labels(book, codes) or ", ".join(codes)
    if state == "unsure":
        return f"unsure, leaning to {named}" if named else "unsure"
    return SAID.get(state, named)


def _note_key(turn: Turn) -> str:
    return f"coding-note-{turn.item['item_type']}-{turn.item['item_id']}-{len(turn.own)}"
