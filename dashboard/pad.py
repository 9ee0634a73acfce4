"""The keys with which a person codes: digits for top-level codes, letters for finer ones, `0`, `u` and `n` for the rest.

Every code has a key of its own that is there at once, so that no key is lost however fast somebody types. What is chosen
lives in the session under the name of the pad until it is saved; nothing here writes.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st
from markupsafe import Markup

from tracker.domain import Code, Codebook, CodingState
from tracker.registry.codebooks import tops

DIGITS = "123456789"
LETTERS = "abdefghijklmopqstvwxyz"
"""The letters of finer codes: without `u` and `n`, which mean something, and `c` and `r`, which Streamlit keeps."""
STATES: dict[CodingState, tuple[str, str]] = {
    "none": ("0", "no code fits"), "unsure": ("u", "unsure"), "not_codable": ("n", "not codable"),
}  # fmt: skip
_MARKDOWN = re.compile(r"([\\`*_{}\[\]<>()#+\-.!|~$:])")


@dataclass(frozen=True, slots=True)
class Chosen:
    """What is chosen so far."""

    codes: tuple[str, ...] = ()
    state: CodingState | None = None

    @property
    def saved_as(self) -> CodingState:
        """The state that saving gives; without any choice `coded`, which is refused with the reason."""
        return self.state or "coded"


def begin(name: str, codes: Sequence[str] = (), state: CodingState | None = None) -> None:
    """Begin with nothing chosen, or with what was said before."""
    st.session_state[name] = Chosen(tuple(codes), None if state == "coded" else state)


def chosen(name: str) -> Chosen:
    """Return what is chosen."""
    found: Chosen = st.session_state.get(name) or Chosen()
    return found


def keys(book: Codebook) -> dict[str, str]:
    """Return the key of each code: a digit for a top-level one, else a letter, then letters with Shift; codes that are
    left over have none and are clicked.
    """
    top = [code.id for code in book.codes if code.parent is None]
    fine = [code.id for code in book.codes if code.parent is not None]
    letters = [*LETTERS, *(f"Shift+{letter}" for letter in LETTERS)]
    return {**dict(zip(top, DIGITS, strict=False)), **dict(zip(fine, letters, strict=False))}


def draw(name: str, book: Codebook, states: Sequence[CodingState]) -> None:
    """Draw a key for every code, the finer ones behind their top-level one, and for the states."""
    now, top_of, key_of = chosen(name), tops(book), keys(book)
    for place, top in enumerate(code for code in book.codes if code.parent is None):
        with st.container(horizontal=True, key=f"{name}-group-{place}", gap="xsmall"):
            for code in (top, *(one for one in book.codes if one.id != top.id and top_of[one.id] == top.id)):
                _key(name, code, key_of.get(code.id), now, top_of)
    with st.container(horizontal=True, key=f"{name}-states", gap="xsmall"):
        for state in states:
            key, label = STATES[state]
            st.button(
                label, key=f"{name}-{state}", shortcut=key, on_click=_state, args=(name, state),
                type="primary" if now.state == state else "secondary",
            )  # fmt: skip


def meaning(name: str, book: Codebook) -> None:
    """Draw what the chosen codes mean, or the top-level ones while none is."""
    now = chosen(name)
    shown = [code for code in book.codes if (code.id in now.codes if now.codes else code.parent is None)]
    body = Markup("").join(
        Markup("<p><b>{}</b> {} <em>Belongs: {}. Does not: {}.</em></p>").format(
            code.name, code.definition, code.includes.rstrip("."), code.excludes.rstrip(".")
        )
        for code in shown
    )
    st.html(Markup('<div class="it-codebook">{}</div>').format(body))


def labels(book: Codebook, codes: Sequence[str]) -> str:
    """Return codes by their names, the finer ones with the top-level one before them."""
    names, top_of = {code.id: code.name for code in book.codes}, tops(book)
    known = [code for code in codes if code in names]
    return ", ".join(
        names[code] if top_of[code] == code else f"{names[top_of[code]]}: {names[code]}" for code in known
    )


def plain(text: str) -> str:
    """Return words that Markdown leaves as they are."""
    return _MARKDOWN.sub(r"\\\1", text)


def _key(name: str, code: Code, key: str | None, now: Chosen, top_of: dict[str, str]) -> None:
    below = code.parent is None and any(top_of.get(one) == code.id for one in now.codes)
    st.button(
        plain(code.name), key=f"{name}-{code.id}", shortcut=key, on_click=_press, args=(name, code.id, top_of),
        type="primary" if code.id in now.codes or below else "tertiary" if code.parent else "secondary",
    )  # fmt: skip


def _press(name: str, code: str, top_of: dict[str, str]) -> None:
    """Choose a code or take it back; a finer one stands for its top-level one, which takes all of its finer ones back."""
    now, top = chosen(name), top_of[code]
    inside = [one for one in now.codes if top_of.get(one) == top]
    if code in now.codes or (code == top and inside):
        codes = tuple(one for one in now.codes if one != code and not (code == top and one in inside))
    else:
        codes = (*(one for one in now.codes if one != top), code)
    st.session_state[name] = Chosen(codes, now.state if now.state == "unsure" else None)


def _state(name: str, state: CodingState) -> None:
    """Choose a state or take it back; who is unsure may lean to codes, every other state has none."""
    now = chosen(name)
    kept = now.codes if state == "unsure" or now.state == state else ()
    st.session_state[name] = Chosen(kept, None if now.state == state else state)
