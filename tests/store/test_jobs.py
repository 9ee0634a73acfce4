from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import IntegrityError

from tracker.errors import RetryLater
from tracker.store import jobs
from tracker.store.engine import open_record, unit_of_work
from tracker.store.writes import start_query

SLOT = datetime(2024, 10, 7, 6, tzinfo=UTC)
LATER = SLOT + timedelta(minutes=1)


def start(engine: Engine, job: str = "report", at: datetime = SLOT) -> int:
    with unit_of_work(engine) as session:
        return jobs.start_run(session, job, SLOT, at=at, host="here")


def finish(engine: Engine, run_id: int, error: str | None = None) -> None:
    with unit_of_work(engine) as session:
        jobs.finish_run(session, run_id, at=LATER, error=error)


def ledger(engine: Engine) -> list[tuple[object, ...]]:
    with unit_of_work(engine) as session:
        return [(row["job"], row["status"], row["attempts"], row["error"]) for row in jobs.runs(session)]


def test_a_slot_that_failed_is_run_again_in_the_same_row(engine_of):
    first = start(engine_of)
    finish(engine_of, first, error="OSError: disk")
    assert ledger(engine_of) == [("report", "failed", 1, "OSError: disk")]

    second = start(engine_of, at=LATER)
    finish(engine_of, second)

    assert second == first
    assert ledger(engine_of) == [("report", "done", 2, None)]


def test_the_ledger_itself_refuses_a_second_row_for_a_slot(engine_of):
    start(engine_of)

    with pytest.raises(IntegrityError), engine_of.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO job_run (job, scheduled_for, started_at, status, host, attempts) "
                "SELECT job, scheduled_for, started_at, status, 'there', 1 FROM job_run"
            )
        )


def test_a_run_is_read_back_with_its_times(engine_of):
    run_id = start(engine_of)
    finish(engine_of, run_id)

    with unit_of_work(engine_of) as session:
        run = jobs.run_of(session, "report", SLOT)
        missing = jobs.run_of(session, "report", LATER)

    assert run == jobs.Run(run_id, "done", 1, SLOT, LATER)
    assert missing is None


def test_what_a_killed_worker_left_running_is_marked_interrupted(engine_of):
    start(engine_of)

    with unit_of_work(engine_of) as session:
        jobs.mark_interrupted(session, at=LATER)

    assert ledger(engine_of) == [("report", "interrupted", 1, "the worker stopped in the middle")]


def test_only_a_done_run_is_a_success(engine_of):
    run_id = start(engine_of)
    with unit_of_work(engine_of) as session:
        before = jobs.last_success(session, "report")
    finish(engine_of, run_id)

    with unit_of_work(engine_of) as session:
        after = jobs.last_success(session, "report")

    assert (before, after) == (None, SLOT)


def test_a_heartbeat_is_one_row_for_each_host(engine_of):
    with unit_of_work(engine_of) as session:
        jobs.beat(session, host="here", at=SLOT, started_at=SLOT)
        jobs.beat(session, host="here", at=LATER, started_at=SLOT)

    with unit_of_work(engine_of) as session:
        seen = jobs.last_beat(session)
        rows = session.execute(text("SELECT count(*) FROM heartbeat")).scalar()

    assert (seen, rows) == (LATER, 1)


def test_the_record_counts_from_its_first_query_and_keeps_that(engine_of):
    with unit_of_work(engine_of) as session:
        start_query(
            session,
            "x_ads",
            {},
            digest="d",
            observed_at=LATER,
            started_at=SLOT,
            evidence_id=None,
            tool_version="1",
        )

    with unit_of_work(engine_of) as session:
        first = jobs.counts_from(session, now=LATER)
        again = jobs.counts_from(session, now=LATER + timedelta(days=9))

    assert (first, again) == (SLOT, SLOT)


def test_an_empty_record_counts_from_the_first_look_at_it(engine_of):
    with unit_of_work(engine_of) as session:
        nothing = jobs.began(session)
        first = jobs.counts_from(session, now=SLOT)
        again = jobs.counts_from(session, now=LATER)

    assert (nothing, first, again) == (None, SLOT, SLOT)


def test_only_one_worker_can_hold_a_record(engine_of):
    other = open_record(engine_of.url.render_as_string(hide_password=False))

    with jobs.exclusive(engine_of) as still_held, pytest.raises(RetryLater, match="another worker"):  # noqa: SIM117
        with jobs.exclusive(other):
            pytest.fail("two workers hold one record")

    assert still_held is not None
    with jobs.exclusive(other) as held:
        assert held()
    other.dispose()


@pytest.mark.postgres
def test_a_worker_notices_that_the_server_dropped_its_lock(pg_engine):
    with jobs.exclusive(pg_engine) as still_held:
        before = still_held()
        with pg_engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(
                text(
                    "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' "
                    "AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
                )
            )
        after = still_held()

    assert (before, after) == (True, False)


def test_a_record_in_memory_needs_no_lock():
    with jobs.exclusive(open_record("sqlite://")) as still_held:
        assert still_held()
