"""Which accounts are one: what a person types to merge two, to split one, or to take such a step back.

An account is its platform's id. A handle can pass from one account to another, so that two accounts with different ids
are never one, whatever they are called.
"""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Field

from tracker.errors import BadInput
from tracker.registry.decisions import CheckedForm, Person, read_form
from tracker.registry.review import Line, Words

Reason = Annotated[Words, Field(min_length=3)]
NEEDS_DECISION = ("suspected", "under_review")


class MergeForm(CheckedForm):
    """That `account` is the same as `into`, which stays."""

    account: Line
    into: Line
    by: Person
    reason: Reason


class SplitForm(CheckedForm):
    """That a name which `account` is known by belongs to another account."""

    account: Line
    name: Line
    by: Person
    reason: Reason


class UndoForm(CheckedForm):
    """That a merge or a split was a mistake; `step` is its number."""

    step: Annotated[int, Field(ge=1, le=2**31 - 1)]
    by: Person
    reason: Reason


def merge_form(raw: Mapping[str, Any]) -> MergeForm:
    """Read a merge as typed; raise `FormErrors` with the words for every wrong field."""
    return read_form(MergeForm, raw)


def split_form(raw: Mapping[str, Any]) -> SplitForm:
    """Read a split as typed; raise `FormErrors` with the words for every wrong field."""
    return read_form(SplitForm, raw)


def undo_form(raw: Mapping[str, Any]) -> UndoForm:
    """Read what takes a step back as typed; raise `FormErrors` with the words for every wrong field."""
    return read_form(UndoForm, raw)


def check_merge(account: Mapping[str, Any], into: Mapping[str, Any]) -> None:
    """Raise `BadInput` where two accounts cannot be one: rows with `account`, `platform`, `native_id`, `status`."""
    if account["id"] == into["id"]:
        raise BadInput(f"{account['account']} is that account already", field="into")
    if account["platform"] != into["platform"]:
        raise BadInput(
            f"{account['account']} is on {account['platform']}, {into['account']} on {into['platform']}; accounts on two "
            "platforms belong to one brand, they are not one account",
            field="into",
        )
    if account["native_id"] and into["native_id"] and account["native_id"] != into["native_id"]:
        raise BadInput(
            f"{account['account']} and {into['account']} have different ids on their platform: they are two",
            field="into",
        )
    if account["status"] in NEEDS_DECISION:
        raise BadInput(f"{account['account']} waits for a review; decide that first", field="account")
