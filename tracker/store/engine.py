"""Opens the record on SQLite or PostgreSQL with the settings that were measured to be safe."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, event, make_url, text
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlmodel import Session

from tracker.errors import ConfigError, RetryLater, TrackerError
from tracker.store import prepared

_PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=FULL",
    "busy_timeout=10000",
    "foreign_keys=ON",
    "recursive_triggers=ON",
    "cache_size=-65536",
    "temp_store=FILE",
    "wal_autocheckpoint=65536",
)
_TURN = threading.Lock()
_TURN_SECONDS = 10.0
"""How long a thread waits for its turn to write; then SQLite says whether it may."""
_UNWRITABLE = ("readonly", "read-only", "disk is full", "No space left")
_READ_PRAGMAS = ("query_only=1", "busy_timeout=10000", "cache_size=-65536")


def open_record(url: str, *, read_only: bool = False) -> Engine:
    """Return an engine for the record at `url`; raise `ConfigError` when it cannot be used.

    `recursive_triggers` is on because `INSERT OR REPLACE` walks past a delete trigger without it.
    """
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise ConfigError(
            "TRACKER_RECORD_URL is not a database URL; expected sqlite:///PATH or postgresql://…"
        ) from error
    if parsed.get_backend_name() == "postgresql":
        options = "-c default_transaction_read_only=on" if read_only else ""
        return create_engine(parsed.set(drivername="postgresql+psycopg"), connect_args={"options": options})
    if parsed.get_backend_name() != "sqlite":
        raise ConfigError(
            f"the record cannot be kept in {parsed.get_backend_name()}; expected sqlite or postgresql"
        )
    if parsed.database and parsed.database != ":memory:":
        _make_folder(Path(parsed.database).parent)
    engine = create_engine(parsed)
    pragmas = _READ_PRAGMAS if read_only else _PRAGMAS

    @event.listens_for(engine, "connect")
    def _set_pragmas(connection: Any, _record: Any) -> None:
        cursor = connection.cursor()
        for pragma in pragmas:
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    return engine


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigError(
            f"{folder} cannot be made: {error.strerror}; set TRACKER_HOME to a folder"
        ) from error


@contextmanager
def unit_of_work(engine: Engine) -> Iterator[Session]:
    """Open a session for one short write transaction and commit it; the only place that commits.

    On SQLite the write lock is taken at once: a read that grows into a write cannot wait for it.
    """
    with _in_turn(engine), Session(engine, expire_on_commit=False) as session:
        try:
            connection = prepared.begun(session)
            if engine.dialect.name == "sqlite":
                connection.exec_driver_sql("BEGIN IMMEDIATE")
            yield session
            session.commit()
        except DBAPIError as error:
            raise _meaning(error) from error


@contextmanager
def _in_turn(engine: Engine) -> Iterator[None]:
    """Let the threads of this process write one after the other: those that wait inside SQLite poll, and may starve."""
    if engine.dialect.name != "sqlite":
        yield
        return
    mine = _TURN.acquire(timeout=_TURN_SECONDS)
    try:
        yield
    finally:
        if mine:
            _TURN.release()


def _meaning(error: DBAPIError) -> Exception:
    """Return what a failure of the database asks of us: to wait, to mend a setting, or to look at the code."""
    words = str(error.orig).strip()
    if "database is locked" in words:
        return RetryLater("another process writes to the record")
    if any(sign in words for sign in _UNWRITABLE):
        return ConfigError(f"the record cannot be written: {words}")
    return error


def migrate(engine: Engine) -> None:
    """Bring the record to the newest schema; an empty database becomes a usable one.

    Raises `ConfigError` for a record that cannot be opened, is none, or was written by a newer version.
    """
    from alembic import command  # takes 0.2 s to import, and most commands never migrate
    from alembic.util import CommandError

    try:
        with engine.connect() as connection:
            command.upgrade(alembic_config(connection), "head")
    except CommandError as error:
        raise ConfigError(f"the record was written by a newer version of the tracker ({error})") from error
    except DBAPIError as error:
        if isinstance(meaning := _meaning(error), TrackerError):
            raise meaning from error
        first = str(error.orig).strip().partition("\n")[0]
        raise ConfigError(f"the record cannot be opened: {first}") from error


def alembic_config(connection: Any) -> Any:
    """Return the Alembic configuration that runs over an open connection."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    return config


def backup(engine: Engine, target: Path) -> None:
    """Write a consistent copy of a SQLite record to `target`, while others read and write it.

    Raises `ConfigError` when `target` exists or the record is not SQLite (use `pg_dump` for PostgreSQL).
    """
    if engine.dialect.name != "sqlite":
        raise ConfigError("the record is on PostgreSQL; back it up with pg_dump")
    if target.exists():
        raise ConfigError(f"{target} exists already")
    try:
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM INTO :target"), {"target": str(target)})
    except DBAPIError as error:
        raise ConfigError(f"{target} cannot be written: {error.orig}") from error


def checkpoint(engine: Engine) -> None:
    """Fold the write-ahead log into the database file at the end of a run (SQLite only)."""
    if engine.dialect.name == "sqlite":
        with engine.connect() as connection:
            connection.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))
