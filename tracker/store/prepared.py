"""Runs statements that were built once: building one anew takes SQLAlchemy longer than the database takes to answer it.

A statement of a question that every answer of a platform asks stands at the top of its file, with `bindparam`s.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Connection, CursorResult, Executable, Insert, Table, insert
from sqlmodel import Session

_OPEN = "connection"
Values = Mapping[str, Any] | Sequence[Mapping[str, Any]]


def run(
    session: Session, statement: Executable, values: Values | None = None
) -> "CursorResult[*tuple[Any, ...]]":
    """Run a statement on the connection: what a session adds to one takes longer than the statement."""
    return connection(session).execute(statement, values)


def begun(session: Session) -> Connection:
    """Begin, and hold the connection until the session is closed: asking a session for it takes a while each time."""
    found = session.connection()
    session.info[_OPEN] = found
    return found


def connection(session: Session) -> Connection:
    """Return the connection of a session."""
    held: Connection | None = session.info.get(_OPEN)
    return session.connection() if held is None else held


def add(session: Session, table: Table, values: Values) -> None:
    """Add a row, or several with the same columns."""
    run(session, _insert_into(table), values)


@cache
def _insert_into(table: Table) -> Insert:
    return insert(table)
