"""What a reader narrows the ads by: words in their texts, and choices with the number of ads beside each."""

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from dashboard import components, data, words
from tracker.charts import shortened

Choice = Mapping[str, Any]
LABELS = {
    "account": ("Account", "all accounts"),
    "payer": ("Payer", "all payers"),
    "repository": ("Repository", "all repositories"),
    "country": ("Country asked about", "all countries"),
    "topic": ("Topic", "all topics"),
    "month": ("First shown in", "all months"),
}
"""What each facet is called, and the choice of nothing in particular."""
OPTIONS = {"repository": "source", "topic": "code"}
"""The option of a finding that a facet sets, where it is called otherwise."""
LONGEST = 200


def search(*, key: str) -> str:
    """Let the reader search in the texts; return the words, or nothing."""
    typed = st.text_input(
        "Search in the texts", max_chars=LONGEST, key=f"{key}-text", placeholder="words as they stand in an ad",
        icon=":material/search:",
    )  # fmt: skip
    return (typed or "").strip()


def pick(*, key: str, text: str, group: str) -> dict[str, str | None]:
    """Let the reader choose in each facet; return the options of a finding, the month as `month`."""
    chosen = {facet: str(st.session_state.get(f"{key}-{facet}") or "") for facet in LABELS}
    counts = data.facets(text=text, group=group, **_options(chosen))
    with st.grid(6, min_column_width=150, gap="small"):
        picked = {facet: _box(facet, counts.get(facet, []), chosen[facet], key=key) for facet in LABELS}
    full = [LABELS[facet][0].lower() for facet, found in counts.items() if len(found) >= data.MOST_CHOICES]
    if full:
        components.hint(f"Of each {', '.join(full)} the {data.MOST_CHOICES} with most ads can be chosen.")
    return {OPTIONS.get(facet, facet): value or None for facet, value in picked.items()} | {
        "text": text or None
    }


def nothing() -> None:
    """Say that the search leaves no ad."""
    components.empty(
        "No ad is left by this search",
        "Of the ads collected none has all that was chosen. Take one choice back; what was not collected is not here.",
        small=True,
    )


def _options(chosen: Mapping[str, str]) -> dict[str, str]:
    limits = {OPTIONS.get(facet, facet): value for facet, value in chosen.items() if facet != "month"}
    return limits | {"since": chosen["month"], "until": chosen["month"]}


def _box(facet: str, found: Sequence[Choice], chosen: str, *, key: str) -> str:
    """Draw one facet; what is chosen stays among the choices, with 0 where nothing is left of it."""
    name, everything = LABELS[facet]
    counted = {str(row["value"]): row for row in found}
    if chosen and chosen not in counted:
        counted[chosen] = {"value": chosen, "ads": 0}
    brands = data.brands()
    shown = {"": everything} | {value: _label(facet, row, brands) for value, row in counted.items()}
    if (
        f"{key}-{facet}" in st.session_state
    ):  # The browser knows the choice by a label whose count may change.
        st.session_state[f"{key}-{facet}"] = chosen
    picked = st.selectbox(
        name, list(shown), format_func=lambda value: shown[value], key=f"{key}-{facet}", disabled=not counted
    )
    return picked or ""


def _label(facet: str, row: Choice, brands: Mapping[str, str]) -> str:
    value = str(row["value"])
    if facet == "account":
        value = words.account({**row, "account": value}, brands)
    elif facet == "month":
        value = words.month(value)
    return f"{shortened(value, 60)} ({row['ads']:,})"
