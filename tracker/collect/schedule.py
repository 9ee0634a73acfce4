"""The worker: runs each job once per slot, catches up after downtime, and says that it is alive.

The only place that knows APScheduler. Slots are in UTC, and the ledger in the record says which of them ran.
"""

import logging
import signal
import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from types import TracebackType
from typing import Any

from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.cron import CronTrigger
from sqlalchemy import Engine
from sqlmodel import Session

from tracker.errors import RetryLater
from tracker.store import jobs as ledger
from tracker.store.engine import unit_of_work

LOG = logging.getLogger(__name__)
MOST_ATTEMPTS = 8
HEARTBEAT_SECONDS = 30
SILENT_FOR = timedelta(minutes=2)
_FIRST_PAUSE, _LONGEST_PAUSE = timedelta(minutes=5), timedelta(hours=6)

Clock = Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class Schedule:
    """When a job is due: days as cron writes them (`mon`; a number would count from Monday), hour in UTC."""

    name: str
    day_of_week: str
    hour: int
    every: timedelta

    def trigger(self) -> Any:
        """Return the schedule as APScheduler writes it."""
        return CronTrigger(day_of_week=self.day_of_week, hour=self.hour, minute=0, second=0, timezone=UTC)


@dataclass(frozen=True, slots=True)
class Job:
    """What the worker does at each slot of a schedule; `run` gets the slot."""

    schedule: Schedule
    run: Callable[[datetime], None]


@dataclass(frozen=True, slots=True)
class Health:
    """Whether the worker does its work, and in words why or why not."""

    ok: bool
    words: str


WEEKLY_REPORT = Schedule("weekly report", day_of_week="mon", hour=6, every=timedelta(weeks=1))


def weekly_report(build: Callable[[str], object]) -> Job:
    """Return the job that builds the report of the week that ended before its slot; `build` gets `2024-W40`."""

    def run(slot: datetime) -> None:
        build(reported_week(slot))

    return Job(WEEKLY_REPORT, run)


def reported_week(slot: datetime) -> str:
    """Return the last ISO week that was over at the slot, as `2024-W40`."""
    year, week, _ = (slot - timedelta(days=slot.weekday() + 1)).isocalendar()
    return f"{year}-W{week:02d}"


def due_slot(schedule: Schedule, now: datetime) -> datetime:
    """Return the latest slot that is not after `now`."""
    trigger = schedule.trigger()
    slot: datetime = trigger.get_next_fire_time(None, now - schedule.every)
    while (following := trigger.get_next_fire_time(slot, now)) <= now:
        slot = following
    return slot


def wants_run(run: ledger.Run | None, now: datetime) -> bool:
    """Say whether a slot should be run now: never begun, broken off, or failed and paused long enough."""
    if run is None:
        return True
    if run.status == "done" or run.attempts >= MOST_ATTEMPTS:
        return False
    if run.status == "failed" and run.finished_at:
        pause: timedelta = min(_FIRST_PAUSE * 2 ** (run.attempts - 1), _LONGEST_PAUSE)
        return now >= run.finished_at + pause
    return run.status == "interrupted"


def run_due(
    engine: Engine,
    jobs: Sequence[Job],
    *,
    clock: Clock,
    host: str,
    stopping: Callable[[], bool] = lambda: False,
) -> None:
    """Run each job whose latest slot has not succeeded; older slots are not made up for.

    A slot is left out when its day had begun before the record did: its week holds nothing that we collected.
    """
    for job in jobs:
        now = clock()
        slot = due_slot(job.schedule, now)
        with unit_of_work(engine) as session:
            began = ledger.counts_from(session, now=now)
            wanted = wants_run(ledger.run_of(session, job.schedule.name, slot), now)
            if stopping() or not wanted or slot.replace(hour=0) <= began:
                continue
            run_id = ledger.start_run(session, job.schedule.name, slot, at=now, host=host)
        LOG.info("running %s for %s", job.schedule.name, slot.isoformat())
        with _Recorded(engine, run_id, clock):
            job.run(slot)


def run_worker(
    engine: Engine,
    jobs: Sequence[Job],
    *,
    clock: Clock = lambda: datetime.now(UTC),
    scheduler: Any = None,
    stop: threading.Event | None = None,
    beside: Callable[[threading.Event], None] | None = None,
) -> None:
    """Work until SIGTERM or SIGINT, finish the job that is running, and return.

    `beside` is what goes on in a thread of its own until its event is set: the collection. Raise `RetryLater` when
    another worker has this record.
    """
    logging.getLogger("apscheduler.scheduler").setLevel(logging.ERROR)  # it warns each minute of a long job
    stop = stop or threading.Event()
    scheduler = scheduler or BackgroundScheduler(timezone=UTC)
    with ledger.exclusive(engine) as still_held, signals(stop):
        worker = _Worker(engine, jobs, clock=clock, stop=stop, still_held=still_held)
        worker.begin()
        options = {"misfire_grace_time": None, "coalesce": True, "max_instances": 1}
        for job in jobs:
            scheduler.add_job(worker.tick, job.schedule.trigger(), id=job.schedule.name, **options)
        scheduler.add_job(
            worker.tick, "interval", minutes=1, id="catch up", next_run_time=datetime.now(UTC), **options
        )
        scheduler.add_job(worker.beat, "interval", seconds=HEARTBEAT_SECONDS, id="heartbeat", **options)
        scheduler.start()
        try:
            with _going_on(beside, stop):
                stop.wait()
        finally:
            scheduler.shutdown(wait=True)
        if not still_held():
            raise RetryLater("the lock of the record was lost; start the worker again")


def health(engine: Engine, now: datetime, *, schedules: Sequence[Schedule] = (WEEKLY_REPORT,)) -> Health:
    """Say whether a worker is alive and each job succeeded within its last two intervals."""
    with Session(engine) as session:
        seen = ledger.last_beat(session)
        done = {schedule.name: ledger.last_success(session, schedule.name) for schedule in schedules}
        began = ledger.began(session)
    words, ok = [], seen is not None and now - seen <= SILENT_FOR
    words.append(
        "no worker has run on this record yet" if seen is None else f"worker last seen {_ago(now - seen)} ago"
    )
    for schedule in schedules:
        last = done[schedule.name]
        late = now - (last or began or now) > 2 * schedule.every
        ok = ok and not late
        state = f"last made for {last:%Y-%m-%d %H:%M} UTC" if last else "not made yet"
        words.append(f"{schedule.name}: {state}{', which is more than two intervals ago' if late else ''}")
    return Health(ok, "\n".join(words))


class _Worker:
    """What the scheduler calls: `tick` runs what is due, `beat` says that we are alive."""

    def __init__(
        self,
        engine: Engine,
        jobs: Sequence[Job],
        *,
        clock: Clock,
        stop: threading.Event,
        still_held: Callable[[], bool],
    ):
        self._engine, self._jobs, self._clock, self._stop = engine, jobs, clock, stop
        self._still_held, self._busy, self._host = still_held, threading.Lock(), socket.gethostname()
        self._started_at = clock()

    def begin(self) -> None:
        """Settle what an earlier worker left open, and give the first sign of life."""
        with unit_of_work(self._engine) as session:
            ledger.mark_interrupted(session, at=self._started_at)
        self.beat()

    def tick(self) -> None:
        """Run what is due, unless an earlier tick still does; stop when the lock was lost."""
        if not self._busy.acquire(blocking=False):
            return
        try:
            if not self._still_held():
                self._stop.set()
            run_due(self._engine, self._jobs, clock=self._clock, host=self._host, stopping=self._stop.is_set)
        finally:
            self._busy.release()

    def beat(self) -> None:
        """Write the heartbeat."""
        with unit_of_work(self._engine) as session:
            ledger.beat(session, host=self._host, at=self._clock(), started_at=self._started_at)


class _Recorded:
    """Writes how a run ended, whatever it raised; the error goes on to the scheduler, which logs it."""

    def __init__(self, engine: Engine, run_id: int, clock: Clock):
        self._engine, self._run_id, self._clock = engine, run_id, clock

    def __enter__(self) -> None:
        """Begin."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        """Write `done`, or `failed` with the error in words."""
        words = f"{kind.__name__}: {error}"[:500] if kind else None
        with unit_of_work(self._engine) as session:
            ledger.finish_run(session, self._run_id, at=self._clock(), error=words)


@contextmanager
def _going_on(beside: Callable[[threading.Event], None] | None, stop: threading.Event) -> Iterator[None]:
    """Let `beside` work in a thread of its own; when it breaks the worker stops, so that nobody thinks it works."""
    if beside is None:
        yield
        return

    def work() -> None:
        try:
            beside(stop)
        finally:
            stop.set()

    thread = threading.Thread(target=work, name="beside")
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


@contextmanager
def signals(stop: threading.Event) -> Iterator[None]:
    """Turn SIGTERM and SIGINT into `stop` while the worker works."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    wanted = (signal.SIGTERM, signal.SIGINT)
    before = {number: signal.signal(number, lambda _number, _frame: stop.set()) for number in wanted}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _ago(silence: timedelta) -> str:
    seconds = int(silence.total_seconds())
    return f"{seconds} seconds" if seconds < 120 else f"{seconds // 60} minutes"
