import signal
import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from tracker.collect import schedule
from tracker.collect.schedule import WEEKLY_REPORT, Job, Schedule
from tracker.errors import RetryLater
from tracker.store import jobs
from tracker.store.engine import unit_of_work
from tracker.store.jobs import Run

MONDAY = datetime(2024, 10, 7, 6, tzinfo=UTC)
SUNDAY_BEFORE = datetime(2024, 9, 1, tzinfo=UTC)
DAILY = Schedule("mirror", day_of_week="*", hour=3, every=timedelta(days=1))


class Recorder:
    """A job that notes its slots, and fails as often as told."""

    def __init__(self, failures: int = 0) -> None:
        self.slots: list[datetime] = []
        self._failures = failures

    def __call__(self, slot: datetime) -> None:
        self.slots.append(slot)
        if len(self.slots) <= self._failures:
            raise RetryLater("the disk is busy")


def began(engine: Engine, at: datetime) -> None:
    with unit_of_work(engine) as session:
        jobs.counts_from(session, now=at)


def run_due(engine: Engine, recorder: Recorder, *, now: datetime) -> None:
    schedule.run_due(engine, [Job(WEEKLY_REPORT, recorder)], clock=lambda: now, host="here")


def ledger(engine: Engine) -> list[tuple[object, ...]]:
    with unit_of_work(engine) as session:
        return [(row["scheduled_for"], row["status"], row["attempts"]) for row in jobs.runs(session)]


@pytest.mark.parametrize(
    ("now", "slot"),
    [
        (MONDAY, MONDAY),
        (MONDAY - timedelta(seconds=1), MONDAY - timedelta(weeks=1)),
        (MONDAY + timedelta(microseconds=1), MONDAY),
        (datetime(2024, 10, 13, 23, 59, tzinfo=UTC), MONDAY),
        (datetime(2025, 1, 1, 0, 0, tzinfo=UTC), datetime(2024, 12, 30, 6, tzinfo=UTC)),
    ],
)
def test_the_report_is_due_on_mondays_at_six_utc(now, slot):
    assert schedule.due_slot(WEEKLY_REPORT, now) == slot


def test_a_daily_job_is_due_once_a_day():
    assert schedule.due_slot(DAILY, MONDAY) == MONDAY.replace(hour=3)


@pytest.mark.parametrize(
    ("slot", "week"),
    [(MONDAY, "2024-W40"), (datetime(2024, 12, 30, 6, tzinfo=UTC), "2024-W52"),
     (datetime(2021, 1, 4, 6, tzinfo=UTC), "2020-W53")],
)  # fmt: skip
def test_the_report_is_about_the_iso_week_that_ended_before_its_slot(slot, week):
    built: list[str] = []

    schedule.weekly_report(built.append).run(slot)

    assert built == [week]


@pytest.mark.parametrize(
    ("run", "minutes", "wanted"),
    [
        (None, 0, True),
        (Run(1, "done", 1, MONDAY, MONDAY), 600, False),
        (Run(1, "running", 1, MONDAY, None), 600, False),
        (Run(1, "interrupted", 1, MONDAY, MONDAY), 0, True),
        (Run(1, "failed", 1, MONDAY, MONDAY), 4, False),
        (Run(1, "failed", 1, MONDAY, MONDAY), 5, True),
        (Run(1, "failed", 3, MONDAY, MONDAY), 19, False),
        (Run(1, "failed", 3, MONDAY, MONDAY), 20, True),
        (Run(1, "failed", 7, MONDAY, MONDAY), 359, True),
        (Run(1, "failed", 8, MONDAY, MONDAY), 6000, False),
        (Run(1, "interrupted", 8, MONDAY, MONDAY), 0, False),
    ],
)
def test_a_slot_is_tried_again_after_longer_and_longer_pauses_and_not_for_ever(run, minutes, wanted):
    assert schedule.wants_run(run, MONDAY + timedelta(minutes=minutes)) is wanted


def test_a_slot_runs_to_success_once(engine_of):
    began(engine_of, SUNDAY_BEFORE)
    recorder = Recorder()

    run_due(engine_of, recorder, now=MONDAY)
    run_due(engine_of, recorder, now=MONDAY + timedelta(minutes=1))

    assert recorder.slots == [MONDAY]
    assert ledger(engine_of) == [(MONDAY, "done", 1)]


def test_after_weeks_of_downtime_only_the_last_slot_is_made_up_for(engine_of):
    began(engine_of, SUNDAY_BEFORE)
    recorder = Recorder()

    run_due(engine_of, recorder, now=MONDAY + timedelta(days=17))

    assert recorder.slots == [MONDAY + timedelta(weeks=2)]


def test_a_failed_slot_is_tried_again_until_it_succeeds(engine_of):
    began(engine_of, SUNDAY_BEFORE)
    recorder = Recorder(failures=1)

    with pytest.raises(RetryLater):
        run_due(engine_of, recorder, now=MONDAY)
    failed = ledger(engine_of)
    run_due(engine_of, recorder, now=MONDAY + timedelta(minutes=4))
    run_due(engine_of, recorder, now=MONDAY + timedelta(minutes=5))

    assert failed == [(MONDAY, "failed", 1)]
    assert ledger(engine_of) == [(MONDAY, "done", 2)]
    assert recorder.slots == [MONDAY, MONDAY]


@pytest.mark.parametrize(
    ("since", "slots"),
    [
        (MONDAY - timedelta(hours=1), []),
        (MONDAY.replace(hour=0), []),
        (MONDAY - timedelta(hours=7), [MONDAY]),
    ],
)
def test_no_report_is_made_for_a_week_before_the_record_began(engine, since, slots):
    began(engine, since)
    recorder = Recorder()

    run_due(engine, recorder, now=MONDAY + timedelta(hours=1))

    assert recorder.slots == slots


def test_the_first_start_ever_makes_no_report(engine):
    recorder = Recorder()

    run_due(engine, recorder, now=MONDAY + timedelta(days=2))
    run_due(engine, recorder, now=MONDAY + timedelta(weeks=1))

    assert recorder.slots == [MONDAY + timedelta(weeks=1)]


class FakeScheduler:
    """Calls each function once, in order, instead of waiting for its time."""

    def __init__(self, stop: threading.Event) -> None:
        self.jobs: dict[str, dict[str, object]] = {}
        self._calls: list[object] = []
        self._stop = stop
        self.waited: bool | None = None

    def add_job(self, function, trigger, *, id, **options):  # noqa: A002
        self.jobs[id] = {"trigger": str(trigger), **options}
        self._calls.append(function)

    def start(self):
        for function in self._calls:
            function()
        self._stop.set()

    def shutdown(self, *, wait):
        self.waited = wait


def test_the_worker_catches_up_beats_and_stops_when_told(engine):
    began(engine, SUNDAY_BEFORE)
    stop, recorder = threading.Event(), Recorder()
    scheduler = FakeScheduler(stop)

    schedule.run_worker(
        engine, [Job(WEEKLY_REPORT, recorder)], clock=lambda: MONDAY, scheduler=scheduler, stop=stop
    )

    assert recorder.slots == [MONDAY]
    assert scheduler.waited is True
    assert "day_of_week='mon', hour='6'" in str(scheduler.jobs["weekly report"]["trigger"])
    assert {tuple(job[name] for name in ("misfire_grace_time", "coalesce", "max_instances"))
            for job in scheduler.jobs.values()} == {(None, True, 1)}  # fmt: skip
    assert schedule.health(engine, MONDAY).ok


def test_a_second_worker_is_sent_away(engine):
    with jobs.exclusive(engine), pytest.raises(RetryLater, match="another worker"):
        schedule.run_worker(engine, [], clock=lambda: MONDAY, scheduler=FakeScheduler(threading.Event()))


def test_what_an_earlier_worker_left_open_is_run_again(engine):
    began(engine, SUNDAY_BEFORE)
    with unit_of_work(engine) as session:
        jobs.start_run(session, WEEKLY_REPORT.name, MONDAY, at=MONDAY, host="killed")
    stop, recorder = threading.Event(), Recorder()

    schedule.run_worker(
        engine, [Job(WEEKLY_REPORT, recorder)], clock=lambda: MONDAY, scheduler=FakeScheduler(stop), stop=stop
    )

    assert ledger(engine) == [(MONDAY, "done", 2)]


def test_no_job_begins_once_the_worker_was_told_to_stop(engine):
    began(engine, SUNDAY_BEFORE)
    recorder = Recorder()

    schedule.run_due(
        engine, [Job(WEEKLY_REPORT, recorder)], clock=lambda: MONDAY, host="here", stopping=lambda: True
    )

    assert recorder.slots == []


def worked(engine: Engine, *, seen: datetime, made: datetime | None) -> None:
    began(engine, SUNDAY_BEFORE)
    with unit_of_work(engine) as session:
        jobs.beat(session, host="here", at=seen, started_at=seen)
        if made:
            run_id = jobs.start_run(session, WEEKLY_REPORT.name, made, at=made, host="here")
            jobs.finish_run(session, run_id, at=made, error=None)


@pytest.mark.parametrize(
    ("silent", "made", "ok", "words"),
    [
        (timedelta(seconds=30), MONDAY, True, "worker last seen 30 seconds ago"),
        (timedelta(minutes=3), MONDAY, False, "worker last seen 3 minutes ago"),
        (timedelta(seconds=30), MONDAY - timedelta(weeks=3), False, "more than two intervals ago"),
        (timedelta(seconds=30), None, False, "weekly report: not made yet"),
    ],
)
def test_health_says_when_the_worker_is_silent_or_its_work_is_late(engine_of, silent, made, ok, words):
    now = MONDAY + timedelta(hours=2)
    worked(engine_of, seen=now - silent, made=made)

    state = schedule.health(engine_of, now)

    assert state.ok is ok
    assert words in state.words


def test_health_of_a_record_without_a_worker_says_so(engine):
    state = schedule.health(engine, MONDAY)

    assert not state.ok
    assert state.words.startswith("no worker has run on this record yet")


CHILD = """
import sys
from datetime import UTC, datetime
from tracker.collect.schedule import WEEKLY_REPORT, Job, run_worker
from tracker.store.engine import open_record

def job(slot):
    print("begun", flush=True)
    sys.stdin.readline()
    print("finished", flush=True)

run_worker(open_record(sys.argv[1]), [Job(WEEKLY_REPORT, job)], clock=lambda: datetime(2024, 10, 7, 6, tzinfo=UTC))
print("ended", flush=True)
"""


def test_sigterm_lets_the_running_job_finish_and_ends_well(engine, tmp_path: Path):
    began(engine, SUNDAY_BEFORE)
    command = [sys.executable, "-c", CHILD, str(engine.url)]
    child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    assert child.stdout.readline() == "begun\n"

    child.send_signal(signal.SIGTERM)
    said, _ = child.communicate("go on\n", timeout=60)

    assert (said.split(), child.returncode) == (["finished", "ended"], 0)
    assert ledger(engine) == [(MONDAY, "done", 1)]
