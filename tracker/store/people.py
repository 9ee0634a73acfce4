"""People with roles: who may sign in, and the provider's id that a role is bound to."""

from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from tracker.domain import Role
from tracker.errors import BadInput
from tracker.store import tables
from tracker.store.claims import Row
from tracker.store.tables import table_of

_PERSON = table_of(tables.Person)


def people(session: Session) -> list[Row]:
    """Return everybody who was ever let in, by address: `email`, `name`, `role`, `subject`, `added_at`, `removed_at`."""
    return _rows(session)


def called(session: Session, email: str) -> Row | None:
    """Return the person with an address, removed or not: the columns of `people`."""
    return next(iter(_rows(session, _PERSON.c.email == email)), None)


def bound_to(session: Session, subject: str) -> Row | None:
    """Return the person that a provider's id belongs to, removed or not: the columns of `people`."""
    return next(iter(_rows(session, _PERSON.c.subject == subject)), None)


def admins(session: Session) -> list[str]:
    """Return the addresses of those who may let people in, held until the transaction ends, so that one stays."""
    rows = session.execute(
        select(_PERSON.c.email)
        .where(_PERSON.c.role == "admin", _PERSON.c.removed_at.is_(None))
        .order_by(_PERSON.c.email)
        .with_for_update()
    )
    return list(rows.scalars())


def let_in(session: Session, email: str, *, name: str, role: Role, at: datetime) -> None:
    """Add a person; one who was removed comes back, to be bound anew: the address may belong to somebody else now.

    Raise `BadInput` for one whom another process lets in at the same moment.
    """
    values = {"name": name, "role": role, "subject": None, "added_at": at, "removed_at": None}
    gone = (_PERSON.c.email == email, _PERSON.c.removed_at.is_not(None))
    back = update(_PERSON).where(*gone).values(**values).returning(_PERSON.c.id)
    if session.execute(back).scalar() is not None:
        return
    try:
        session.execute(insert(_PERSON).values(email=email, **values))
    except IntegrityError as error:
        raise BadInput(f"{email} was let in by somebody else just now", field="email") from error


def set_role(session: Session, email: str, role: Role) -> None:
    """Give a person another role."""
    session.execute(update(_PERSON).where(_PERSON.c.email == email).values(role=role))


def remove(session: Session, email: str, *, at: datetime) -> None:
    """Note that a person may not sign in any more; the row stays, with the provider's id."""
    session.execute(update(_PERSON).where(_PERSON.c.email == email).values(removed_at=at))


def bind(session: Session, email: str, subject: str) -> bool:
    """Bind a person to a provider's id and say whether that was done: only once, and not for somebody removed."""
    free = (_PERSON.c.email == email, _PERSON.c.subject.is_(None), _PERSON.c.removed_at.is_(None))
    done = session.execute(update(_PERSON).where(*free).values(subject=subject).returning(_PERSON.c.id))
    return done.scalar() is not None


def unbind(session: Session, email: str) -> None:
    """Let go of the provider's id of a person."""
    session.execute(update(_PERSON).where(_PERSON.c.email == email).values(subject=None))


def _rows(session: Session, *where: Any) -> list[Row]:
    columns = [column for column in _PERSON.c if column.name != "id"]
    rows = session.execute(select(*columns).where(*where).order_by(_PERSON.c.email))
    return [dict(row) for row in rows.mappings()]
