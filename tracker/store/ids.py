"""Hands out ids in blocks, so that rows that refer to each other can be written in bulk, by several hosts too."""

from sqlalchemy import text
from sqlmodel import Session

from tracker.store import prepared

_TAKE = text("UPDATE id_counter SET next = next + :count WHERE name = :name RETURNING next - :count")
_START = text("INSERT INTO id_counter (name, next) VALUES (:name, 1) ON CONFLICT (name) DO NOTHING")
"""Run on the connection: what a session adds to a statement takes longer than the statement."""


_IN_TURN = text("SELECT pg_advisory_xact_lock(:number)")
_BATCHES = 0x6261_7463_6865_73  # "batches" in ASCII


def in_turn(session: Session) -> None:
    """Wait, on PostgreSQL, until no other transaction writes a batch; on SQLite one writes at a time anyway.

    Ids are held until the commit. Batches that take those of several tables in different orders would wait for each
    other for ever, and two hosts that meet one account under two names would write two.
    """
    connection = prepared.connection(session)
    if connection.dialect.name == "postgresql":
        connection.execute(_IN_TURN, {"number": _BATCHES})


def reserve(session: Session, name: str, count: int) -> int:
    """Return the first of `count` ids of table `name` that no one else will get."""
    connection, wanted = prepared.connection(session), {"name": name, "count": count}
    taken = connection.execute(_TAKE, wanted).scalar()
    if taken is None:
        connection.execute(_START, {"name": name})
        taken = connection.execute(_TAKE, wanted).scalar_one()
    return int(taken)
