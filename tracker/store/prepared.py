"""Runs statements that were built once: building one anew takes SQLAlchemy longer than the database takes to answer it.

A statement of a question that every answer of a platform asks stands at the top of its file, with `bindparam`s.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import CursorResult, Executable, Insert, Table, insert
from sqlmodel import Session

Values = Mapping[str, Any] | Sequence[Mapping[str, Any]]


def run(
    session: Session, statement: Executable, values: Values | None = None
) -> "CursorResult[*tuple[Any, ...]]":
    """Run a statement on the connection: what a session adds to one takes longer than the statement."""
    return session.connection().execute(statement, values)


def add(session: Session, table: Table, values: Values) -> None:
    """Add a row, or several with the same columns."""
    run(session, _insert_into(table), values)


@cache
def _insert_into(table: Table) -> Insert:
    return insert(table)
