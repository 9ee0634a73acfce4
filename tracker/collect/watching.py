"""The watch over accounts: who is asked about by which source, when next, and what became of it, host beside host."""

import logging
import os
import socket
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy import Engine
from sqlmodel import Session

from tracker.collect import askable, cadence, lanes, rounds, runguard, sources
from tracker.collect.job import silent
from tracker.collect.lanes import PASSED_OVER
from tracker.collect.rounds import OpenClient
from tracker.domain import ImportReport, Outcome
from tracker.errors import TrackerError
from tracker.settings import Settings
from tracker.store import registry, watches
from tracker.store.engine import checkpoint, unit_of_work
from tracker.store.watches import Ended, Slot

LOG = logging.getLogger(__name__)
LEASE = timedelta(minutes=5)
RENEW_SECONDS = 60.0
MOST = 500
"""Slots that one run takes; what else is due waits for the next minute."""

Clock = Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class Watcher:
    """Who watches: the record, the settings, and a name that no other process has."""

    engine: Engine
    settings: Settings
    clock: Clock
    owner: str
    connect: OpenClient


@dataclass(frozen=True, slots=True)
class Ran:
    """What one run did: the reports of what was asked, how many slots were given back, and why it is suspect."""

    reports: tuple[ImportReport, ...] = ()
    postponed: int = 0
    suspect: str | None = None


def owner_name() -> str:
    """Return a name for this process that no other has had."""
    return f"{socket.gethostname()}:{os.getpid()}:{uuid4().hex[:8]}"


def plan(watcher: Watcher) -> None:
    """Watch every accepted account with each source that is ready and on its platform; stop what is no longer so."""
    now = watcher.clock()
    with unit_of_work(watcher.engine) as session:
        accounts = registry.accounts(session, statuses=["accepted", "control"])
        wanted = {
            (module.name, row["id"]): f"{module.name}|{row['account']}"
            for module in _ready()
            for row in accounts
            if row["platform"] == module.platform and _can_be_asked(watcher, module, row, now)
        }
        known = watches.watched(session)
        fresh = [
            (source, account_id, cadence.first_due(now, wanted[source, account_id]))
            for source, account_id in sorted(wanted.keys() - known)
        ]
        watches.add(session, fresh, every=cadence.LONGEST)
        watches.stop(session, sorted(known - wanted.keys()))


def _can_be_asked(watcher: Watcher, source: sources.Source, row: Mapping[str, Any], now: datetime) -> bool:
    scope = askable.scopes(source, {"account": row["account"]}, watcher.settings, now)[0]
    return askable.obstacle(source, scope, row, now) is None


def _ready() -> Iterator[sources.Source]:
    """Yield the sources that can be asked now about one account each, but for those that are asked only by name."""
    for name in sources.names():
        module = sources.load(name)
        asked = "account" in module.scope and not sources.asked_by_name(module)
        if asked and rounds.readiness(module).ready:
            yield module


def run_due(watcher: Watcher, *, stopping: Callable[[], bool] = lambda: False) -> Ran:
    """Ask what is due, the oldest first, and say what became of it; raise nothing of what a platform did."""
    started_at = watcher.clock()
    with unit_of_work(watcher.engine) as session:
        asked = _asked_in_a_day(session, started_at)
        slots = watches.due(session, started_at, limit=MOST, but_for=_spent(asked, watcher.settings))
        slots = list(_within_budgets(asked, watcher.settings, slots))
        until = started_at + LEASE
        held = [
            slot
            for slot in slots
            if watches.claim(session, slot, started_at, until=until, owner=watcher.owner)
        ]
    return run_slots(watcher, held, stopping=stopping) if held else Ran()


def run_slots(watcher: Watcher, held: Sequence[Slot], *, stopping: Callable[[], bool]) -> Ran:
    """Ask about slots that this process holds, host beside host."""

    def run(lane: Sequence[Slot], left: Callable[[], bool]) -> list[tuple[Slot, ImportReport]]:
        return _run_lane(watcher, lane, lambda: stopping() or left())

    with _kept_up(watcher):
        ran = list(lanes.side_by_side(lanes.by_lane(held, lane_of), run))
    checkpoint(watcher.engine)
    return Ran(tuple(report for _, report in ran), len(held) - len(ran), _close(watcher, ran))


def lane_of(slot: Slot) -> str:
    """Name the host that a slot is about to ask, as far as it is known beforehand."""
    return lanes.host_of(sources.load(slot.source), slot.account) or slot.source


# -- the lanes ---------------------------------------------------------------------------------------------------


def _run_lane(
    watcher: Watcher, lane: Sequence[Slot], stopping: Callable[[], bool]
) -> list[tuple[Slot, ImportReport]]:
    """Ask one host about one account after the other, until it does not answer."""
    ran: list[tuple[Slot, ImportReport]] = []
    for place, slot in enumerate(lane):
        if stopping():
            _give_back(watcher, lane[place:], watcher.clock(), "the worker was stopped")
            break
        report = _ask(watcher, slot)
        ran.append((slot, report))
        if report.outcome in PASSED_OVER and lane[place + 1 :]:
            later = watcher.clock() + cadence.PAUSES[report.outcome]
            _give_back(watcher, lane[place + 1 :], later, _why_not(lane_of(slot), report.outcome))
            break
    return ran


def _ask(watcher: Watcher, slot: Slot) -> ImportReport:
    """Ask about one slot and write how it ended."""
    started_at = watcher.clock()
    source = sources.live(sources.load(slot.source))
    try:
        if source is None:
            raise TrackerError(f"{slot.source} is not asked live any more")
        with rounds.asking(
            watcher.engine, watcher.settings, source, now=watcher.clock, progress=silent, connect=watcher.connect
        ) as put:  # fmt: skip
            report = _put(
                put, askable.scopes(source, {"account": slot.account}, watcher.settings, started_at)
            )
    except TrackerError as error:
        LOG.warning("%s was not asked about %s: %s", slot.source, slot.account, error)
        report = ImportReport(slot.source, slot.account, "error", warnings=(str(error),))
    _finish(watcher, slot, source.kind if source else "posts", report.outcome, started_at)
    return report


def _put(
    put: Callable[[Mapping[str, str]], ImportReport], scopes: Sequence[Mapping[str, str]]
) -> ImportReport:
    """Put the questions of one slot, such as one for each country, until one is not answered; return the last report."""
    for scope in scopes:
        report = put(scope)
        if report.outcome in PASSED_OVER:
            break
    return report


def _finish(watcher: Watcher, slot: Slot, kind: str, outcome: Outcome, started_at: datetime) -> None:
    now = watcher.clock()
    with unit_of_work(watcher.engine) as session:
        since = now - timedelta(days=cadence.ACTIVE_DAYS)
        every = cadence.every(kind, watches.activity(session, slot.account_id, since))
        failures = slot.failures + 1 if outcome in cadence.PAUSES else 0
        due_at = cadence.next_due(now, every, outcome=outcome, failures=failures, name=slot.name)
        ended = Ended(started_at, now, outcome, due_at, every, failures)
        if not watches.finish(session, slot, ended, owner=watcher.owner):
            LOG.warning("%s about %s was taken over by another worker", slot.source, slot.account)


def _give_back(watcher: Watcher, slots: Sequence[Slot], due_at: datetime, note: str) -> None:
    with unit_of_work(watcher.engine) as session:
        for slot in slots:
            watches.postpone(
                session, slot, max(due_at, slot.due_at), owner=watcher.owner, note=f"not asked: {note}"
            )


def _why_not(host: str, outcome: Outcome) -> str:
    return f"{host} asked us to wait" if outcome == "throttled" else f"{host} did not answer ({outcome})"


# -- around a run ------------------------------------------------------------------------------------------------


def _asked_in_a_day(session: Session, now: datetime) -> Counter[str]:
    """Return how many questions each source was asked in the 24 hours until now."""
    return Counter(watches.asked_since(session, now - timedelta(days=1)))


def _spent(asked: Counter[str], settings: Settings) -> list[str]:
    """Return the sources whose budget is used up."""
    return [source for source, most in settings.daily_questions.items() if asked[source] >= most]


def _within_budgets(asked: Counter[str], settings: Settings, slots: Sequence[Slot]) -> Iterator[Slot]:
    """Yield the slots for which a budget is left, in their order, and count them in."""
    for slot in slots:
        most = settings.daily_questions.get(slot.source)
        if most is None or asked[slot.source] < most:
            asked[slot.source] += 1
            yield slot


def within_budget(session: Session, settings: Settings, slot: Slot, now: datetime) -> bool:
    """Say whether the source of a slot may be asked once more within 24 hours."""
    return any(_within_budgets(_asked_in_a_day(session, now), settings, [slot]))


@contextmanager
def _kept_up(watcher: Watcher) -> Iterator[None]:
    """Renew the leases of this process as long as it works; when it dies they run out."""
    done = threading.Event()

    def renew() -> None:
        while not done.wait(RENEW_SECONDS):
            with unit_of_work(watcher.engine) as session:
                watches.renew(session, watcher.owner, until=watcher.clock() + LEASE)

    thread = threading.Thread(target=renew, name="leases", daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


def _close(watcher: Watcher, ran: Sequence[tuple[Slot, ImportReport]]) -> str | None:
    """Write which platforms are not to be believed, by what all hosts were told in the last day; return why, if any."""
    found = [
        words
        for platform in sorted({_platform(report) for _, report in ran if report.outcome == "gone"})
        if (words := _doubt(watcher, platform))
    ]
    if found:
        LOG.warning("this run is suspect: %s", "; ".join(found))
    return "; ".join(found) or None


def _doubt(watcher: Watcher, platform: str) -> str | None:
    now = watcher.clock()
    since = now - runguard.LOOKED_BACK
    with unit_of_work(watcher.engine) as session:
        usual = runguard.Usual(*watches.usual(session, platform, since - runguard.COMPARED, since))
        ended = [runguard.Ended(**row) for row in watches.ended(session, platform, since)]
        found = runguard.suspicion(platform, ended, usual)
        if found is None:
            return None
        watches.add_suspicion(
            session, platform, started_at=found.since, finished_at=now, host=watcher.owner, asked=found.asked,
            vanished=found.vanished, words=found.words,
        )  # fmt: skip
    return found.words


def _platform(report: ImportReport) -> str:
    return sources.load(report.source).platform
