"""A record that cannot be used is a setting to mend, told in one line; a busy one asks to wait."""

import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from tracker.errors import ConfigError, RetryLater
from tracker.store.engine import migrate, open_record, unit_of_work


def test_a_home_that_is_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("")

    with pytest.raises(ConfigError, match="set TRACKER_HOME to a folder"):
        open_record(f"sqlite:///{tmp_path / 'home' / 'record.db'}")


def test_bytes_that_are_no_database_are_refused(tmp_path: Path) -> None:
    (tmp_path / "record.db").write_bytes(b"no database at all" * 100)
    engine = open_record(f"sqlite:///{tmp_path / 'record.db'}")

    with pytest.raises(ConfigError, match="the record cannot be opened: file is not a database"):
        migrate(engine)


def test_a_server_that_does_not_answer_is_a_setting_to_mend(tmp_path: Path) -> None:
    engine = open_record(f"postgresql://nobody@/none?host={tmp_path}")

    with pytest.raises(ConfigError, match="the record cannot be opened"):
        migrate(engine)


def test_a_record_of_a_newer_version_is_left_alone(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))

    with pytest.raises(ConfigError, match="newer version"):
        migrate(engine)


def test_a_record_that_another_process_writes_to_asks_to_wait(engine: Engine, tmp_path: Path) -> None:
    other = sqlite3.connect(tmp_path / "record.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    hasty = open_record(f"sqlite:///{tmp_path / 'record.db'}")
    with hasty.connect() as connection:
        connection.exec_driver_sql("PRAGMA busy_timeout=0")

    with pytest.raises(RetryLater, match="another process writes"), unit_of_work(hasty):
        pass

    other.close()
    hasty.dispose()
