"""Who is counted on a page: accepted accounts at first, the others and the comparison apart, one click away."""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from dashboard import components, words
from tracker.findings import Finding

ACCEPTED = "state-linked"
CHOICES: Mapping[str, str] = {
    ACCEPTED: "accepted accounts",
    "others": "others, marked",
    "control": "comparison outlets",
    "all": "all",
}


def group(*findings: Finding, key: str) -> str:
    """Let the reader choose who is counted; where all that is there belongs to accepted accounts, nothing is asked.

    `findings` count whatever is in scope, of every group.
    """
    held = {name for finding in findings for name in words.groups_held(finding)}
    if held <= {ACCEPTED}:
        return ACCEPTED
    picked = st.segmented_control(
        "Counted", list(CHOICES), default=ACCEPTED, required=True, key=key, format_func=_called
    )
    return str(picked or ACCEPTED)


def apart(finding: Finding, *, noun: str, key: str, choice: str = "", small: bool = False) -> None:
    """Say that nothing of those counted is there, but of others, and offer the way to each of them.

    `choice` is the key of the control on the page, when it is not `key`.
    """
    held = [name for name in words.groups_held(finding) if not finding.coverage["groups"][name]["counted"]]
    told = "; ".join(words.of_group(finding, name, noun) for name in held)
    counted = next(
        (CHOICES[name] for name, facts in words.groups(finding).items() if facts["counted"]), "these accounts"
    )
    components.empty(
        f"No {noun} of {counted} has been collected",
        f"Collected are {told}. They stand apart, marked, and are not counted as state-linked.",
        small=small,
    )
    for name in held:
        st.button(
            f"Show the {words.of_group(finding, name, noun)}", key=f"{key}-{name}", on_click=_choose, args=(choice or key, name)
        )  # fmt: skip


def elsewhere(finding: Finding) -> bool:
    """Say whether something was collected, but of nobody who is counted."""
    facts: Mapping[str, Any] = words.groups(finding)
    inside = any(one["items"] for one in facts.values() if one["counted"])
    return not inside and any(one["items"] for one in facts.values())


def _called(name: str) -> str:
    return CHOICES[name]


def _choose(key: str, name: str) -> None:
    st.session_state[key] = name
