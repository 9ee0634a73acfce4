"""Which fields the answers of each source had so far, and which came or went: told once, with the first query that shows it.

Functions take a session and never commit.
"""

from collections import defaultdict
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import bindparam, insert, select, update
from sqlmodel import Session, col

from tracker.store import prepared, tables
from tracker.store.writes import in_chunks, insert_new

Row = dict[str, Any]
_ALL = ""
"""The field under which the answers of a shape are counted."""
_ALIKE = 0.6
_SEEN = tables.table_of(tables.FieldSeen)
_OF_SHAPE = (_SEEN.c.source == bindparam("of_source"), _SEEN.c.shape == bindparam("of_shape"))
_KNOWN = select(_SEEN.c.field, _SEEN.c.answers).where(*_OF_SHAPE)
_COUNT = (
    update(_SEEN)
    .where(*_OF_SHAPE, _SEEN.c.field.in_(bindparam("fields", expanding=True)))
    .values(answers=_SEEN.c.answers + 1)
)


@dataclass(frozen=True, slots=True)
class Drift:
    """A field that came or went, and how many earlier answers had been without it, or had had it."""

    shape: str
    field: str
    what: Literal["new", "lost"]
    answers: int


def learn(
    session: Session,
    query_id: int,
    source: str,
    shape: str,
    *,
    filled: Collection[str],
    missed: Callable[[str], bool],
    enough: int,
    at: datetime,
) -> list[Drift]:
    """Note the fields of an answer and return what came or went, unless it was told before or too few answers came before.

    `filled` are the fields that hold something; of those that are not `missed` nobody says that they went. What stands
    inside something new is not told by itself.
    """
    rows = prepared.run(session, _KNOWN, {"of_source": source, "of_shape": shape})
    known = {name: answers for name, answers in rows}  # noqa: C416, a Result has keys()
    before = known.pop(_ALL, 0)
    found: list[Drift] = []
    if before >= enough:
        new = set(filled) - known.keys()
        found = [Drift(shape, name, "new", before) for name in sorted(new) if _owner(name) not in new]
        found += [
            Drift(shape, name, "lost", before)
            for name, answers in sorted(known.items())
            if answers == before and name not in filled and missed(name)
        ]
    _count(session, source, shape, [_ALL, *filled], {*known, *([_ALL] if before else [])})
    return _tell(session, query_id, source, found, at)


def _owner(name: str) -> str:
    return name.rpartition(".")[0]


def table_like(session: Session, source: str, columns: Collection[str]) -> str:
    """Return the shape of the table that a header is of: one that shares most of its columns, else a further one.

    A source may have several tables, such as one for each platform.
    """
    table = tables.FieldSeen
    known: dict[str, set[str]] = defaultdict(set)
    rows = session.execute(select(col(table.shape), col(table.field)).where(col(table.source) == source))
    for shape, name in rows:
        known[shape].add(name)
    header = set(columns)
    alike = {shape: len(names & header) / len(names - {_ALL} | header) for shape, names in known.items()}
    best = max(alike, key=lambda shape: alike[shape], default="")
    if not known or alike[best] >= _ALIKE:
        return best
    return f"table {len(known) + 1}"


def all_of(session: Session, source: str | None = None) -> list[Row]:
    """Return what came and went: `source`, `shape`, `field`, `what`, `at`, `answers`, `query_id`, the latest first."""
    table = tables.FieldDrift
    asked = select(table).order_by(col(table.id).desc())
    if source is not None:
        asked = asked.where(col(table.source) == source)
    return [row.model_dump() for row in session.execute(asked).scalars()]


def _count(session: Session, source: str, shape: str, names: Collection[str], known: Collection[str]) -> None:
    of = {"of_source": source, "of_shape": shape}
    for chunk in in_chunks([name for name in names if name in known]):
        prepared.run(session, _COUNT, {**of, "fields": chunk})
    fresh = [name for name in names if name not in known]
    rows = [{"source": source, "shape": shape, "field": name, "answers": 1} for name in fresh]
    insert_new(session, tables.FieldSeen, rows)


def _tell(session: Session, query_id: int, source: str, found: list[Drift], at: datetime) -> list[Drift]:
    """Write what was not told before, and return it."""
    if not found:
        return []
    table = tables.FieldDrift
    told = {
        (row.shape, row.field, row.what)
        for row in session.execute(select(table).where(col(table.source) == source)).scalars()
    }
    fresh = [one for one in found if (one.shape, one.field, one.what) not in told]
    rows = [
        {"source": source, "shape": one.shape, "field": one.field, "what": one.what, "at": at,
         "query_id": query_id, "answers": one.answers}
        for one in fresh
    ]  # fmt: skip
    if rows:
        session.execute(insert(table), rows)
    return fresh
