"""What is done about people: let them in, give them a role, remove them, and know them when they come.

Every step stands in the audit trail. The clock is an argument.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Engine
from sqlmodel import Session

from tracker.errors import BadInput
from tracker.registry import people as rules
from tracker.registry.people import Identity
from tracker.store import people as store
from tracker.store.claims import Row
from tracker.store.engine import unit_of_work
from tracker.store.suspects import add_audit


def listed(engine: Engine) -> list[Row]:
    """Return those who may sign in, by address: the columns of `store.people.people`."""
    with Session(engine) as session:
        return [person for person in store.people(session) if person["removed_at"] is None]


def add(engine: Engine, raw: Mapping[str, Any], *, now: datetime) -> Row:
    """Let somebody in (`email`, `name`, `role`, `by`) and return them; raise `FormErrors`, or `BadInput` for one who is in."""
    form = rules.new_person(raw)
    with unit_of_work(engine) as session:
        known = store.called(session, form.email)
        if known and known["removed_at"] is None:
            raise BadInput(f"{form.email} is in the list already, as {known['role']}", field="email")
        store.let_in(session, form.email, name=form.name, role=form.role, at=now)
        _note(session, form.email, "let in", by=form.by, at=now, role=form.role, name=form.name)
        return _known(session, form.email)


def change_role(engine: Engine, raw: Mapping[str, Any], *, now: datetime) -> Row:
    """Give somebody another role (`email`, `role`, `by`) and return them; raise `FormErrors`, or `BadInput` for the last admin."""
    form = rules.new_role(raw)
    with unit_of_work(engine) as session:
        before = _known(session, form.email)["role"]
        if form.role != "admin":
            rules.check_an_admin_stays(form.email, store.admins(session))
        if form.role != before:
            store.set_role(session, form.email, form.role)
            _note(session, form.email, "changed role", by=form.by, at=now, before=before, after=form.role)
        return _known(session, form.email)


def remove(engine: Engine, raw: Mapping[str, Any], *, now: datetime) -> Row:
    """Remove somebody (`email`, `by`) and return who it was; raise `FormErrors`, or `BadInput` for the last admin."""
    form = rules.removal(raw)
    with unit_of_work(engine) as session:
        person = _known(session, form.email)
        rules.check_an_admin_stays(form.email, store.admins(session))
        store.remove(session, form.email, at=now)
        _note(session, form.email, "removed", by=form.by, at=now, role=person["role"])
        return {**person, "removed_at": now}


def rebind(engine: Engine, raw: Mapping[str, Any], *, now: datetime) -> Row:
    """Let somebody (`email`, `by`) be bound anew at their next sign-in, as after a change of provider, and return them.

    Raise `FormErrors`, or `BadInput` for one who is not in the list.
    """
    form = rules.removal(raw)
    with unit_of_work(engine) as session:
        subject = _known(session, form.email)["subject"]
        store.unbind(session, form.email)
        _note(session, form.email, "to be bound anew", by=form.by, at=now, subject=subject or "")
        return _known(session, form.email)


def arrive(engine: Engine, who: Identity, *, now: datetime) -> Row | None:
    """Return the person who signs in, as the record has them now, or `None` for one without a role.

    The provider's id decides. One that is not known yet is bound to the person with the checked e-mail address, once.
    """
    with Session(engine) as session:
        known = store.bound_to(session, who.subject)
        free = store.called(session, who.email) if who.email and known is None else None
    if known is not None:
        return known if known["removed_at"] is None else None
    if free is None or who.email is None or free["subject"] is not None or free["removed_at"] is not None:
        return None
    with unit_of_work(engine) as session:
        if not store.bind(session, who.email, who.subject):
            return None
        _note(session, who.email, "signed in first", by=who.email, at=now, subject=who.subject)
        return _known(session, who.email)


def _known(session: Session, email: str) -> Row:
    person = store.called(session, email)
    if person is None or person["removed_at"] is not None:
        raise BadInput(f"nobody in the list has the address {email}", field="email")
    return person


def _note(session: Session, email: str, action: str, *, by: str, at: datetime, **details: str) -> None:
    add_audit(session, actor=by, action=action, subject=f"person:{email}", at=at, details=details)
