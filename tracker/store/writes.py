"""Writes queries, batches, listings and changes: in bulk, added and never changed. Ads and posts have files of their own.

Every function takes an open session and leaves the commit to `unit_of_work`.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache, lru_cache
from typing import Any, TypeVar

import orjson
from sqlalchemy import ARRAY, ColumnElement, Dialect, bindparam, func, select, tuple_
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.types import TypeEngine
from sqlmodel import Session, SQLModel
from sqlmodel.sql.sqltypes import UTCDateTime

from tracker.domain import Change, Listing, Outcome, Quarantined
from tracker.store import prepared, tables
from tracker.store.ids import reserve
from tracker.store.tables import table_of

_IN_CHUNK = 500
_WITHOUT_OFFSET = len("2024-08-01 09:15:00.250000")
T = TypeVar("T")
_BATCH, _LISTING, _QUARANTINED = (
    table_of(tables.QueryBatch),
    table_of(tables.Listing),
    table_of(tables.Quarantined),
)
_QUERY, _OUTCOME = table_of(tables.Query), table_of(tables.QueryOutcome)
_KNOWN_LISTINGS = select(_LISTING.c.series, _LISTING.c.observed_at, _LISTING.c.id).where(
    _LISTING.c.query_id == bindparam("number"),
    tuple_(_LISTING.c.series, _LISTING.c.observed_at).in_(bindparam("keys", expanding=True)),
)


@dataclass(frozen=True, slots=True)
class Counts:
    """What became of the items of a batch."""

    new: int = 0
    changed: int = 0
    unchanged: int = 0

    def __add__(self, other: "Counts") -> "Counts":
        """Return the sum, field by field."""
        return Counts(self.new + other.new, self.changed + other.changed, self.unchanged + other.unchanged)


def start_query(
    session: Session,
    source: str,
    scope: Mapping[str, str],
    *,
    digest: str,
    observed_at: datetime,
    started_at: datetime,
    evidence_id: int | None,
    tool_version: str,
) -> int:
    """Write that a source was asked; until `finish_query` it counts as interrupted."""
    query_id = reserve(session, "query", 1)
    row = {
        "id": query_id, "source": source, "scope": dict(scope), "digest": digest, "observed_at": observed_at,
        "started_at": started_at, "evidence_id": evidence_id, "tool_version": tool_version,
    }  # fmt: skip
    prepared.add(session, _QUERY, row)
    return query_id


def add_batch(
    session: Session, query_id: int, seq: int, *, records: int, counts: Counts, quarantined: int
) -> None:
    """Acknowledge a batch: what lies before `records` is written."""
    row = {
        "query_id": query_id, "seq": seq, "records": records, "new": counts.new, "changed": counts.changed,
        "unchanged": counts.unchanged, "quarantined": quarantined,
    }  # fmt: skip
    prepared.add(session, _BATCH, row)


def finish_query(
    session: Session,
    query_id: int,
    outcome: Outcome,
    *,
    finished_at: datetime,
    read: int,
    counts: Counts,
    quarantined: int,
    message: str | None = None,
    stated_total: int | None = None,
    warnings: Sequence[str] = (),
) -> None:
    """Write how a query ended."""
    row = {
        "query_id": query_id, "finished_at": finished_at, "outcome": outcome, "read": read, "new": counts.new,
        "changed": counts.changed, "unchanged": counts.unchanged, "quarantined": quarantined, "message": message,
        "stated_total": stated_total, "warnings": list(warnings),
    }  # fmt: skip
    prepared.add(session, _OUTCOME, row)


def add_listings(session: Session, query_id: int, placed: Sequence[tuple[Listing, int | None]]) -> list[int]:
    """Write listings with the ids of their accounts, and return their ids; one that is there already keeps its id."""
    known = _known_listings(session, query_id, [listing for listing, _ in placed])
    fresh = {
        (item[0].series, item[0].observed_at): item
        for item in placed
        if (item[0].series, item[0].observed_at) not in known
    }
    known |= dict(zip(fresh, add_new_listings(session, query_id, [*fresh.values()]), strict=True))
    return [known[listing.series, listing.observed_at] for listing, _ in placed]


def add_new_listings(
    session: Session, query_id: int, placed: Sequence[tuple[Listing, int | None]]
) -> Sequence[int]:
    """Write listings that are not there yet, as all are for the first batch of a query; return their ids."""
    first = reserve(session, "listing", len(placed)) if placed else 0
    rows = []
    for offset, (listing, account_id) in enumerate(placed):
        rows.append(
            {
                "id": first + offset,
                "query_id": query_id,
                "series": listing.series,
                "account_id": account_id,
                "section": listing.section,
                "country": listing.country,
                "observed_at": listing.observed_at,
                "covers_from": listing.covers_from,
                "covers_to": listing.covers_to,
                "outcome": listing.outcome,
                "complete_since": listing.complete_since,
            }
        )
    insert_all(session, tables.Listing, rows)
    return range(first, first + len(placed))


def _known_listings(
    session: Session, query_id: int, listings: Sequence[Listing]
) -> dict[tuple[str, datetime], int]:
    found: dict[tuple[str, datetime], int] = {}
    for chunk in in_chunks(listings):
        keys = [(listing.series, listing.observed_at) for listing in chunk]
        rows = prepared.run(session, _KNOWN_LISTINGS, {"number": query_id, "keys": keys})
        found.update({(series, observed_at): listing_id for series, observed_at, listing_id in rows})
    return found


def add_quarantined(session: Session, query_id: int, items: Sequence[Quarantined]) -> None:
    """Keep records that contradict their set, with the reason; what a query kept of a line before is not kept twice."""
    if not items:
        return
    table = _QUARANTINED.c
    kept = select(table.line, table.field, table.reason).where(
        table.query_id == query_id, among(session, table.line, {item.line for item in items})
    )
    known = {tuple(row) for row in session.execute(kept)}
    items = [item for item in items if (item.line, item.field, item.reason) not in known]
    rows = [
        {
            "query_id": query_id,
            "line": item.line,
            "field": item.field,
            "reason": item.reason,
            "raw": json.dumps(item.raw, ensure_ascii=False, default=str),
        }
        for item in items
    ]
    insert_all(session, tables.Quarantined, rows)


def add_changes(session: Session, query_id: int, changes: Sequence[Change]) -> None:
    """Write the changes that a query brought to light."""
    if not changes:
        return
    first, at = reserve(session, "change", len(changes)), stored_times(session)
    rows = [
        (
            first + offset, query_id, at(change.at), change.type, change.account_id, change.subject, change.field,
            change.before, change.after, change.snapshot_before, change.snapshot_after,
        )
        for offset, change in enumerate(changes)
    ]  # fmt: skip
    columns = (
        "id", "query_id", "at", "type", "account_id", "subject", "field", "before", "after", "snapshot_before",
        "snapshot_after",
    )  # fmt: skip
    insert_values(session, tables.Change, columns, rows)


def set_meta(session: Session, key: str, value: str) -> None:
    """Set a fact about this store, such as its `notice`."""
    session.merge(tables.Meta(key=key, value=value))


def insert_new(session: Session, table: type[SQLModel], rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows in bulk; a row whose key is there already is left as it is."""
    if not rows:
        return
    dialect = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}[session.get_bind().dialect.name]
    session.execute(dialect(table.__table__).on_conflict_do_nothing(), list(rows))  # type: ignore[attr-defined]


def insert_all(session: Session, table: type[SQLModel], rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows in bulk."""
    if rows:
        prepared.add(session, table_of(table), list(rows))


def insert_many(session: Session, table: type[SQLModel], rows: Sequence[tuple[Any, ...]]) -> None:
    """Insert very many rows, each with a value per column in the table's order; a known key is left as it is.

    The values go to the driver as they are stored (`stored`, and times through `stored_times`), past SQLAlchemy's
    parameters, which take more time than SQLite does.
    """
    _to_driver(session, table, _columns_of(table), rows, "ON CONFLICT DO NOTHING")


def insert_values(
    session: Session, table: type[SQLModel], columns: Sequence[str], rows: Sequence[tuple[Any, ...]]
) -> None:
    """Insert very many new rows as `insert_many` does, each with a value for each of these columns."""
    _to_driver(session, table, columns, rows, "")


def _to_driver(
    session: Session,
    table: type[SQLModel],
    columns: Sequence[str],
    rows: Sequence[tuple[Any, ...]],
    on_conflict: str,
) -> None:
    if rows:
        statement = _insertion(str(table.__tablename__), tuple(columns), mark(session), on_conflict)
        prepared.connection(session).exec_driver_sql(statement, list(rows))


@cache
def _columns_of(table: type[SQLModel]) -> tuple[str, ...]:
    return tuple(column.name for column in table_of(table).columns)


@cache
def _insertion(table: str, columns: tuple[str, ...], sign: str, on_conflict: str) -> str:
    names = ", ".join(f'"{column}"' for column in columns)
    marks = ", ".join([sign] * len(columns))
    return f'INSERT INTO "{table}" ({names}) VALUES ({marks}) {on_conflict}'  # noqa: S608


def mark(session: Session) -> str:
    """Return the sign that stands for a parameter in a statement that goes to the driver as it is."""
    return "?" if session.get_bind().dialect.name == "sqlite" else "%s"


def stored_times(session: Session) -> Callable[[datetime | None], Any]:
    """Return how a time is stored on this database, remembering times that come again."""
    return _stored_times(session.get_bind().dialect)


@lru_cache(4)
def _stored_times(dialect: Dialect) -> Callable[[datetime | None], Any]:
    at = _stored(dialect, UTCDateTime())
    if dialect.name != "sqlite":
        return lru_cache(4096)(at)

    def as_text(value: datetime | None) -> Any:
        if value is None or value.tzinfo is not UTC:
            return at(value)
        return value.isoformat(" ", "microseconds")[:_WITHOUT_OFFSET]

    return lru_cache(4096)(as_text)


def stored(session: Session, kind: TypeEngine[Any]) -> Callable[[Any], Any]:
    """Return how a value of this type is stored on this database."""
    return _stored(session.get_bind().dialect, kind)


def _stored(dialect: Dialect, kind: TypeEngine[Any]) -> Callable[[Any], Any]:
    return kind.dialect_impl(dialect).bind_processor(dialect) or (lambda value: value)


def among(session: Session, column: Any, values: Iterable[Any]) -> ColumnElement[bool]:
    """Return that a column has one of these values, however many: they go to the database as one parameter.

    A list of parameters takes SQLAlchemy longer than the database takes to look them all up.
    """
    if session.get_bind().dialect.name == "sqlite":
        listed = func.json_each(orjson.dumps(list(values)).decode()).table_valued("value")
        return column.in_(select(listed.c.value))  # type: ignore[no-any-return]
    return column == func.any(bindparam(None, list(values), type_=ARRAY(column.type)))  # type: ignore[no-any-return]


def in_chunks(values: Sequence[T]) -> Iterator[Sequence[T]]:
    """Yield parts that are small enough for an `IN` list on either database."""
    for start in range(0, len(values), _IN_CHUNK):
        yield values[start : start + _IN_CHUNK]
