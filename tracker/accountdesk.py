"""What a person does about one account at the desk: say that two are one, or one is two, and what a look at it showed.

The dashboard and the command line both come through here. The clock is an argument.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Engine
from sqlmodel import Session

from tracker.domain import AccountRef
from tracker.errors import BadInput
from tracker.nearby import named_account
from tracker.registry import identity as forms
from tracker.registry.handles import key_of
from tracker.store import identity, registry
from tracker.store.engine import unit_of_work

Row = dict[str, Any]


def merge(engine: Engine, raw: Mapping[str, Any], *, now: datetime) -> Row:
    """Say that `account` is the same as `into` (`by`, `reason`) and return the step; nothing collected is moved.

    Raise `FormErrors` for wrong fields, and `BadInput` where the two cannot be one.
    """
    form = forms.merge_form(raw)
    with unit_of_work(engine) as session:
        account, into = _named(session, form.account, "account"), _named(session, form.into, "into")
        forms.check_merge(account, into)
        number = identity.merge(session, account, into, by=form.by, reason=form.reason, at=now)
        return _step(session, number)


def split(engine: Engine, raw: Mapping[str, Any], *, now: datetime) -> Row:
    """Say that `name`, by which `account` is known, is another account (`by`, `reason`) and return the step.

    Raise `FormErrors` for wrong fields, and `BadInput` for a name that the account does not carry or another does.
    """
    form = forms.split_form(raw)
    with unit_of_work(engine) as session:
        account = _named(session, form.account, "account")
        key = key_of(account["platform"], form.name, field="name")
        if key.casefold() not in {name.casefold() for name in account["known_as"]}:
            known = ", ".join(account["known_as"]) or "no other name"
            raise BadInput(
                f"{account['account']} is not known as {key}; it is known as {known}", field="name"
            )
        other = registry.account_by(session, account["platform"], key)
        if other is not None:
            raise BadInput(
                f"{other['account']} was merged into it; take that merge back instead"
                if other["merged_into"] is not None
                else f"{other['account']} is an account of its own already",
                field="name",
            )
        ref = AccountRef(account["platform"], key, handle=form.name.removeprefix("@"))
        return _step(session, identity.split(session, account, ref, by=form.by, reason=form.reason, at=now))


def undo(engine: Engine, raw: Mapping[str, Any], *, now: datetime) -> Row:
    """Take the merge or the split with the number `step` back (`by`, `reason`) and return the step that says so."""
    form = forms.undo_form(raw)
    with unit_of_work(engine) as session:
        step = identity.step(session, form.step)
        if step is None or step["action"] == "undo":
            raise BadInput(f"there is no merge or split with the number {form.step}", field="step")
        if step["undone"]:
            raise BadInput(f"step {form.step} was taken back already", field="step")
        _refuse_changed(session, step)
        return _step(session, identity.undo(session, step, by=form.by, reason=form.reason, at=now))


def _refuse_changed(session: Session, step: Row) -> None:
    """Refuse to take back what a later step has built upon."""
    other = registry.account(session, step["other_id"]) or {}
    stands_so = (
        other["merged_into"] == step["account_id"]
        if step["action"] == "merge"
        else other["merged_into"] is None
    )
    if not stands_so:
        raise BadInput(f"a later step changed {other['account']}; take that one back first", field="step")


def _step(session: Session, number: int) -> Row:
    found = identity.step(session, number) or {}
    return next(row for row in identity.steps_of(session, [found["account_id"]]) if row["id"] == number)


def _named(session: Session, name: str, field: str) -> Row:
    """Return the account that `PLATFORM:HANDLE` names; raise `BadInput` when there is none or it was merged away."""
    found = named_account(session, name)
    if found is None:
        raise BadInput(f"no account is called {name[:80]!r}; expected PLATFORM:HANDLE", field=field)
    return found
