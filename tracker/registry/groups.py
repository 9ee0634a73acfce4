"""Where an account is counted: only one that was accepted is state-linked, the comparison stands apart from both."""

from collections.abc import Mapping
from typing import Literal

Group = Literal["state-linked", "others", "control"]

GROUPS: tuple[Group, ...] = ("state-linked", "others", "control")
STATUS_OF: Mapping[Group, str] = {"state-linked": "accepted", "control": "control"}
"""The one status of the accounts of a group; those of every other status, and what names no account, are `others`."""


def group_of(status: str | None) -> Group:
    """Say where what bears this status is counted; what is not in the registry counts among the others."""
    return next((group for group, only in STATUS_OF.items() if status == only), "others")
