"""The schema comes up from nothing on both databases, agrees with the tables, and guards what is only added to."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from sqlalchemy import Engine, insert, text
from sqlalchemy.exc import DBAPIError

from tracker.store import tables
from tracker.store.engine import alembic_config, migrate, open_record, unit_of_work


def test_the_migrations_make_the_tables_and_nothing_else(engine_of: Engine) -> None:
    with engine_of.connect() as connection:
        command.check(alembic_config(connection))  # raises when a table and its migration differ

        version = connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one()

    assert version == "0015"


def test_migrating_again_changes_nothing(engine_of: Engine) -> None:
    with unit_of_work(engine_of) as session:
        session.add(tables.Meta(key="notice", value="kept"))

    migrate(engine_of)

    with engine_of.connect() as connection:
        assert connection.execute(text("SELECT value FROM meta")).scalar_one() == "kept"


def test_a_claim_of_the_first_schema_gets_its_document_as_evidence(tmp_path: Path) -> None:
    engine = open_record(f"sqlite:///{tmp_path / 'old.db'}")
    with engine.connect() as connection:
        command.upgrade(alembic_config(connection), "0001")
    with unit_of_work(engine) as session:
        session.execute(
            text("INSERT INTO document (id, publisher, title, reliability) VALUES ('d', 'p', 't', 'B')")
        )
        for number, grade in enumerate(("moderate", "low"), 1):
            session.execute(
                text(
                    "INSERT INTO claim (digest, subject_type, subject, predicate, object_type, object, document_id, place,"
                    " says, analyst, grade, added_at) VALUES (:digest, 'account', 'x:a', 'operated_by', 'organisation',"
                    " 'b', 'd', 'page 1', 'So.', 'seed list', :grade, '2024-01-01 00:00:00')"
                ),
                {"digest": str(number), "grade": grade},
            )

    migrate(engine)

    with engine.connect() as connection:
        kept = connection.execute(text("SELECT claim_id, seq, document_id, kind FROM claim_evidence")).all()
    engine.dispose()
    assert [tuple(row) for row in kept] == [(1, 0, "d", "documented"), (2, 0, "d", "contextual")]


@pytest.fixture
def filled(engine_of: Engine) -> Engine:
    """A record with one row in a table of the append-only kind."""
    with unit_of_work(engine_of) as session:
        values: dict[str, Any] = {
            "id": 1,
            "at": datetime(2024, 1, 1, tzinfo=UTC),
            "actor": "a",
            "action": "b",
        }
        session.execute(insert(tables.Audit).values(**values, subject="c", details={}))
    return engine_of


@pytest.mark.parametrize("statement", ["UPDATE audit SET actor = 'x'", "DELETE FROM audit"])
def test_a_row_that_was_added_can_be_neither_changed_nor_deleted(filled: Engine, statement: str) -> None:
    with (
        pytest.raises(DBAPIError, match="rows of audit are added, never changed"),
        unit_of_work(filled) as session,
    ):
        session.execute(text(statement))

    with filled.connect() as connection:
        assert connection.execute(text("SELECT actor FROM audit")).scalar_one() == "a"


def test_insert_or_replace_does_not_slip_past_the_guard(engine: Engine) -> None:
    add = "INSERT OR REPLACE INTO meta (key, value) VALUES ('a', 'b')"
    replace = "INSERT OR REPLACE INTO evidence (id, sha256, n_bytes, codec) VALUES (1, 'x', 0, 'zstd')"
    with unit_of_work(engine) as session:
        session.execute(text(add))
        session.execute(text(replace))

    with pytest.raises(DBAPIError, match="never changed"), unit_of_work(engine) as session:
        session.execute(text(replace))

    with engine.connect() as connection:
        assert connection.execute(text("SELECT COUNT(*) FROM evidence")).scalar_one() == 1


def test_every_append_only_table_has_its_guard(engine: Engine) -> None:
    with engine.connect() as connection:
        triggers = set(
            connection.execute(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).scalars()
        )

    guards = {f"{table}_no_{action}" for table in tables.APPEND_ONLY for action in ("update", "delete")}
    assert triggers == guards | {"claim_evidence_roles_apart"}


def test_postgresql_refuses_to_empty_a_guarded_table(pg_engine: Engine) -> None:
    with pytest.raises(DBAPIError, match="never changed"), unit_of_work(pg_engine) as session:
        session.execute(text("TRUNCATE audit"))

    with pg_engine.connect() as connection:
        assert connection.execute(text("SELECT COUNT(*) FROM audit")).scalar_one() == 0
