"""What the worker does, and when: it asks about accepted accounts as they are due, and makes the report of each week."""

import logging
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from sqlalchemy import Engine

from tracker import mirror, publishing
from tracker.alerting.desk import Alerting
from tracker.collect import rounds, schedule, sources, watching
from tracker.collect.client import HttpClient
from tracker.collect.job import silent
from tracker.collect.manners import Manners
from tracker.collect.redaction import Redactor
from tracker.collect.watching import Ran, Watcher
from tracker.errors import RetryLater, TrackerError
from tracker.settings import Settings
from tracker.store import watches
from tracker.store.engine import unit_of_work

LOG = logging.getLogger(__name__)
LOOK_SECONDS = 60.0
"""How often it is looked what is due."""
MANNERS_SECONDS = 3600.0


def run(engine: Engine, settings: Settings) -> None:
    """Run the scheduled jobs and, unless `TRACKER_WATCH` is off, the collection, until SIGTERM.

    On PostgreSQL several hosts may collect: the first also makes the reports, the others only collect.
    """
    watcher = Watcher(engine, settings, lambda: datetime.now(UTC), watching.owner_name(), _Door().open)
    several = engine.dialect.name == "postgresql"
    jobs = [schedule.weekly_report(partial(build_report, engine, settings))]
    alerting = Alerting(engine, settings, watcher.clock)
    collect = partial(collect_with_others, watcher) if several else partial(collect_alone, watcher, alerting)
    try:
        schedule.run_worker(engine, jobs, beside=_beside(alerting, collect, settings.watch, several))
    except RetryLater:
        if not several or not settings.watch:
            raise
        LOG.info("another host makes the reports of this record; this one only collects")
        stop = threading.Event()
        with schedule.signals(stop):
            collect(stop)


def _beside(
    alerting: Alerting, collect: Callable[[threading.Event], None], watch: bool, several: bool
) -> Callable[[threading.Event], None]:
    """Return what goes on beside the jobs: alerts, which one host of several sends, and the collection where it is on.

    Whoever collects alone raises alerts after each run, so that a run is judged before it is told of.
    """
    telling = partial(alerting.run, seconds=LOOK_SECONDS)
    if not watch:
        return telling
    if not several:
        return collect

    def both(stop: threading.Event) -> None:
        thread = threading.Thread(target=telling, args=(stop,), name="alerts")
        thread.start()
        try:
            collect(stop)
        finally:
            stop.set()
            thread.join()

    return both


class _Door:
    """Opens clients that keep the same manners for an hour; then what sites allow is read anew."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._since, self._open = time.monotonic(), rounds.opener(Manners())

    def open(self, source: sources.Live, redactor: Redactor, settings: Settings) -> HttpClient:
        """Return the client that asks a source."""
        with self._lock:
            if time.monotonic() - self._since > MANNERS_SECONDS:
                self._since, self._open = time.monotonic(), rounds.opener(Manners())
            opened = self._open
        return opened(source, redactor, settings)


def collect_alone(watcher: Watcher, alerting: Alerting, stop: threading.Event) -> None:
    """Ask what is due and tell what changed, minute by minute, as the only worker of the record."""
    with unit_of_work(watcher.engine) as session:
        watches.let_go(session)
    while not stop.is_set():
        watching.plan(watcher)
        _afterwards(watcher, watching.run_due(watcher, stopping=stop.is_set))
        alerting.tick()
        stop.wait(LOOK_SECONDS)


def collect_with_others(watcher: Watcher, stop: threading.Event) -> None:
    """Ask what is due together with other hosts on one PostgreSQL."""
    from tracker.collect import hosts

    hosts.run(watcher, stop, after=_settled(watcher))


def _settled(watcher: Watcher) -> Callable[[Ran], None]:
    """Return what brings the mirror up to date after a run, one thread at a time."""
    turn = threading.Lock()

    def after(ran: Ran) -> None:
        with turn:
            _afterwards(watcher, ran)

    return after


def _afterwards(watcher: Watcher, ran: Ran) -> None:
    """Bring the mirror up to the record after a run that brought something; a failure waits for the next run."""
    if not ran.reports:
        return
    LOG.info("asked %d questions, %d put off", len(ran.reports), ran.postponed)
    try:
        mirror.refresh(watcher.engine, watcher.settings, progress=silent)
    except (TrackerError, OSError) as error:
        LOG.warning("the mirror was not brought up to date: %s", error)


def build_report(engine: Engine, settings: Settings, week: str) -> Path | None:
    """Bring the mirror up to the record and write the report of an ISO week; return its folder.

    A week in which nothing was collected has a report that says so; a record without any look or decision has none.
    """
    from tracker.analysis.tables import open_lake
    from tracker.reports import weekly

    mirror.refresh(engine, settings, progress=silent)
    lake = open_lake(settings.lake, settings.analysis_url)
    if weekly.reaches_to(lake) is None:
        LOG.info("nothing has been collected or decided yet: there is no report to make")
        return None
    secret = publishing.secret_of(engine)
    return weekly.build(lake, week, settings.reports, secret=secret, today=datetime.now(UTC))
