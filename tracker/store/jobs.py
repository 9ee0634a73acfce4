"""The worker's ledger: which slot of which job ran, who is alive, and who may run at all.

Functions take a session and never commit, except `exclusive`, which holds a lock and no transaction.
"""

import fcntl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, Engine, func, insert, select, text, update
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session

from tracker.errors import RetryLater
from tracker.store import reads, tables
from tracker.store.registry import Row
from tracker.store.tables import table_of
from tracker.store.writes import insert_new, set_meta

_RUN, _HEARTBEAT = table_of(tables.JobRun), table_of(tables.Heartbeat)
_QUERY = table_of(tables.Query)
_SINCE = "worker counts from"
_LOCK_NUMBER = 0x7472_6163_6B65_72  # "tracker" in ASCII: the name of the advisory lock in PostgreSQL
_TAKE_LOCK = text("SELECT pg_try_advisory_lock(:number)")
_HELD_LOCKS = text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()")


@dataclass(frozen=True, slots=True)
class Run:
    """One slot of one job: `running`, `done`, `failed`, or `interrupted` with its worker."""

    id: int
    status: str
    attempts: int
    started_at: datetime
    finished_at: datetime | None


def began(session: Session) -> datetime | None:
    """Return when this record began, as far as the worker is concerned: its first query, else the first look."""
    kept = reads.meta(session, _SINCE)
    if kept is not None:
        return datetime.fromisoformat(kept)
    first: datetime | None = session.execute(select(func.min(_QUERY.c.started_at))).scalar()
    return first


def counts_from(session: Session, *, now: datetime) -> datetime:
    """Return when the record began, and keep it: a slot that lies before never becomes due."""
    first = began(session) or now
    set_meta(session, _SINCE, first.isoformat())
    return first


def run_of(session: Session, job: str, slot: datetime) -> Run | None:
    """Return the run of a slot, or `None` when nobody began it."""
    columns = (_RUN.c.id, _RUN.c.status, _RUN.c.attempts, _RUN.c.started_at, _RUN.c.finished_at)
    found = session.execute(select(*columns).where(_RUN.c.job == job, _RUN.c.scheduled_for == slot)).first()
    return Run(*found) if found else None


def start_run(session: Session, job: str, slot: datetime, *, at: datetime, host: str) -> int:
    """Write that a slot is being run, for the first time or once more; return the id of its row."""
    known = run_of(session, job, slot)
    if known is None:
        values = {
            "job": job,
            "scheduled_for": slot,
            "started_at": at,
            "status": "running",
            "host": host,
            "attempts": 1,
        }
        return int(session.execute(insert(_RUN).values(**values).returning(_RUN.c.id)).scalar_one())
    again = {"started_at": at, "finished_at": None, "status": "running", "error": None, "host": host}
    session.execute(update(_RUN).where(_RUN.c.id == known.id).values(**again, attempts=known.attempts + 1))
    return known.id


def finish_run(session: Session, run_id: int, *, at: datetime, error: str | None) -> None:
    """Write that a run ended: done, or failed with its error."""
    status = "done" if error is None else "failed"
    session.execute(
        update(_RUN).where(_RUN.c.id == run_id).values(finished_at=at, status=status, error=error)
    )


def mark_interrupted(session: Session, *, at: datetime) -> None:
    """Mark what still says `running`: only the holder of the lock runs anything, and it has just begun."""
    ended = {"status": "interrupted", "finished_at": at, "error": "the worker stopped in the middle"}
    session.execute(update(_RUN).where(_RUN.c.status == "running").values(**ended))


def runs(session: Session) -> list[Row]:
    """Return the ledger, latest slot first: the columns of `job_run`."""
    rows = session.execute(select(_RUN).order_by(_RUN.c.scheduled_for.desc(), _RUN.c.id.desc())).mappings()
    return [dict(row) for row in rows]


def last_success(session: Session, job: str) -> datetime | None:
    """Return the latest slot of a job that was done."""
    slots = select(func.max(_RUN.c.scheduled_for)).where(_RUN.c.job == job, _RUN.c.status == "done")
    found: datetime | None = session.execute(slots).scalar()
    return found


def beat(session: Session, *, host: str, at: datetime, started_at: datetime) -> None:
    """Write that the worker on this host is alive."""
    insert_new(session, tables.Heartbeat, [{"host": host, "at": at, "started_at": started_at}])
    session.execute(update(_HEARTBEAT).where(_HEARTBEAT.c.host == host).values(at=at, started_at=started_at))


def last_beat(session: Session) -> datetime | None:
    """Return when a worker was last seen alive, on any host."""
    found: datetime | None = session.execute(select(func.max(_HEARTBEAT.c.at))).scalar()
    return found


@contextmanager
def exclusive(engine: Engine) -> Iterator[Callable[[], bool]]:
    """Hold the right to be the only worker of this record; yield a function that says whether it still holds.

    Raise `RetryLater` when another worker has it.
    """
    holder = _postgres_lock if engine.dialect.name == "postgresql" else _file_lock
    with holder(engine) as still_held:
        yield still_held


@contextmanager
def _file_lock(engine: Engine) -> Iterator[Callable[[], bool]]:
    database = engine.url.database or ""
    if database in ("", ":memory:"):
        yield lambda: True
        return
    with Path(f"{database}.worker.lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise _taken() from error
        yield lambda: True


@contextmanager
def _postgres_lock(engine: Engine) -> Iterator[Callable[[], bool]]:
    with engine.connect() as opened:
        connection = opened.execution_options(isolation_level="AUTOCOMMIT")
        connection.detach()  # not back to the pool: the server drops the lock when this connection closes
        if not connection.execute(_TAKE_LOCK, {"number": _LOCK_NUMBER}).scalar():
            raise _taken()
        yield lambda: _holds(connection)


def _holds(connection: Connection) -> bool:
    """Say whether the session that took the lock is alive and still has it."""
    try:
        return bool(connection.execute(_HELD_LOCKS).scalar())
    except SQLAlchemyError:
        return False


def _taken() -> RetryLater:
    return RetryLater("another worker is running on this record; stop it first, or leave the work to it")
