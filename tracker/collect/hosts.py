"""Several hosts that collect into one PostgreSQL record: procrastinate hands each slot to one of them.

The only place that knows procrastinate. Every host does the same: it puts what is due into the queue, where a slot stands
once, and takes from it what it can; slots of one host that is asked bear the same lock, so that no two of ours ask it at
the same time. What a job does is what `watching` does anywhere. Its tables lie in a schema of their own.
"""

import asyncio
import logging
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import procrastinate
from procrastinate.exceptions import AlreadyEnqueued, UniqueViolation
from procrastinate.jobs import Status
from sqlalchemy import Engine, text
from sqlmodel import Session

from tracker.collect import watching
from tracker.collect.watching import MOST, Watcher
from tracker.store import watches
from tracker.store.engine import unit_of_work
from tracker.store.watches import Slot

LOG = logging.getLogger(__name__)
SCHEMA = "collector"
TASK = "ask"
AT_ONCE = 16
"""Jobs that one of our hosts does at the same time: each holds a connection to the record."""
PUT_SECONDS = 60.0
SILENT_SECONDS = 30.0
"""A host that gave no sign of life for so long is dead, and what it held goes back into the queue."""
_LOCK = 0x636F_6C6C_6563_74  # "collect" in ASCII: who makes the tables


def prepare(engine: Engine) -> None:
    """Make the tables of the queue unless they are there; two hosts that start at once make them once."""
    with engine.begin() as connection:
        connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": _LOCK})
        connection.execute(text(f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}"))
        found = connection.execute(text(f"SELECT to_regclass('{SCHEMA}.procrastinate_jobs')")).scalar()
        if found is None:
            connection.execute(text(f"SET LOCAL search_path TO {SCHEMA}"))
            driver: Any = connection.connection.driver_connection
            driver.execute(procrastinate.schema.SchemaManager.get_schema())


def run(
    watcher: Watcher,
    stop: threading.Event,
    *,
    after: Callable[[watching.Ran], None] = lambda _ran: None,
    concurrency: int = AT_ONCE,
) -> None:
    """Put what is due into the queue and take from it until `stop` is set; finish what was begun."""
    prepare(watcher.engine)
    asyncio.run(_run(watcher, stop, after, concurrency))


async def _run(
    watcher: Watcher, stop: threading.Event, after: Callable[[watching.Ran], None], concurrency: int
) -> None:
    app = _app(watcher, stop, after)
    async with app.open_async():
        worker = asyncio.create_task(
            app.run_worker_async(
                concurrency=concurrency,
                name=watcher.owner,
                install_signal_handlers=False,
                fetch_job_polling_interval=1.0,
                delete_jobs="successful",
                stalled_worker_timeout=SILENT_SECONDS,
            )
        )
        try:
            await _put_until(app, watcher, stop)
        finally:
            worker.cancel()
            with suppress(asyncio.CancelledError):
                await worker


async def _put_until(app: Any, watcher: Watcher, stop: threading.Event) -> None:
    while not stop.is_set():
        await asyncio.to_thread(watching.plan, watcher)
        await _take_back(app)
        for slot in await asyncio.to_thread(_due, watcher):
            deferrer = app.configure_task(TASK, queueing_lock=slot.name, lock=watching.lane_of(slot))
            with suppress(AlreadyEnqueued):
                await deferrer.defer_async(watch_id=slot.watch_id)
        await asyncio.to_thread(stop.wait, PUT_SECONDS)


async def _take_back(app: Any) -> None:
    """Give jobs of dead hosts back to the queue; the slot's lease and its key see to it that none ends twice."""
    for job in await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=SILENT_SECONDS):
        LOG.info("job %s of a host that fell silent goes back into the queue", job.id)
        try:
            await app.job_manager.retry_job(job)
        except UniqueViolation:  # the slot was put into the queue again meanwhile
            await app.job_manager.finish_job(job, status=Status.FAILED, delete_job=True)


def _due(watcher: Watcher) -> list[Slot]:
    with Session(watcher.engine) as session:
        return watches.due(session, watcher.clock(), limit=MOST)


def _app(watcher: Watcher, stop: threading.Event, after: Callable[[watching.Ran], None]) -> Any:
    url = watcher.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    connector = procrastinate.PsycopgConnector(
        conninfo=url, kwargs={"options": f"-c search_path={SCHEMA}"}, min_size=1
    )
    app = procrastinate.App(connector=connector)

    @app.task(name=TASK)
    def ask(watch_id: int) -> None:
        after(ask_one(watcher, watch_id, stop.is_set))

    return app


def ask_one(watcher: Watcher, watch_id: int, stopping: Callable[[], bool]) -> watching.Ran:
    """Claim the slot that is due of a watch and run it; nothing is done when it ran already or another host has it."""
    now = watcher.clock()
    with unit_of_work(watcher.engine) as session:
        slot = watches.due_of(session, watch_id, now)
        if slot is None or not watching.within_budget(session, watcher.settings, slot, now):
            return watching.Ran()
        until = now + watching.LEASE
        if not watches.claim(session, slot, now, until=until, owner=watcher.owner):
            return watching.Ran()
    return watching.run_slots(watcher, [slot], stopping=stopping)
