"""Hands out ids in blocks, so that rows that refer to each other can be written in bulk, by several hosts too."""

from sqlalchemy import text
from sqlmodel import Session

_TAKE = text("UPDATE id_counter SET next = next + :count WHERE name = :name RETURNING next - :count")
_START = text("INSERT INTO id_counter (name, next) VALUES (:name, 1) ON CONFLICT (name) DO NOTHING")


def reserve(session: Session, name: str, count: int) -> int:
    """Return the first of `count` ids of table `name` that no one else will get."""
    taken = session.execute(_TAKE, {"name": name, "count": count}).scalar()
    if taken is None:
        session.execute(_START, {"name": name})
        taken = session.execute(_TAKE, {"name": name, "count": count}).scalar_one()
    return int(taken)
