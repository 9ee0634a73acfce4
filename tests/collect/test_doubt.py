"""Accounts that vanish one by one, on whichever host, are doubted together; the record says so, and no process."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlmodel import Session

from tests.collect.servers import FakeTime, FaultServer, data
from tests.collect.test_watching import accounts, folder, put, watcher_of
from tracker import mirror
from tracker.analysis.tables import open_lake
from tracker.collect import hosts, watching
from tracker.collect.job import silent
from tracker.collect.watching import Ran, Watcher
from tracker.domain import AccountRef, Outcome
from tracker.findings import parse_options, run
from tracker.store import registry, watches
from tracker.store.engine import unit_of_work
from tracker.store.watches import Ended

__all__ = ["folder"]
NOW = datetime(2026, 10, 1, 12, tzinfo=UTC)
SITES = ("a.example", "b.example", "c.example", "d.example")
DOUBT = "4 of 4 accounts on web vanished at once (0% of the questions in the two weeks before)"


@pytest.fixture
def server() -> Iterator[FaultServer]:
    with FaultServer() as running:
        yield running


def calm(engine: Engine, home: Path, server: FaultServer, time: FakeTime) -> Watcher:
    """Watch four sites that answered once, and answer from now on that nobody is there."""
    accounts(engine, *SITES)
    server.answers("/posts", data({"posts": [{"id": "p"}]}))
    watcher = watcher_of(engine, home, server, time)
    watching.plan(watcher)
    time.sleep(3600)
    watching.run_due(watcher)
    server.answers("/posts", data({}, status=404))
    time.sleep(30 * 3600)
    return watcher


def due(engine: Engine, time: FakeTime) -> list[int]:
    with Session(engine) as session:
        return [slot.watch_id for slot in watches.due(session, time.now(), limit=10)]


def days_gone(engine: Engine, watcher: Watcher) -> set[tuple[str, bool]]:
    mirror.refresh(engine, watcher.settings, progress=silent)
    found = run("coverage", open_lake(watcher.settings.lake), parse_options("coverage", {}))
    return {(row["account"], row["suspect"]) for row in found.rows if row["outcome"] == "gone"}


def test_accounts_that_vanish_one_by_one_on_two_hosts_are_doubted_from_the_first_on(
    engine_of: Engine, tmp_path: Path, folder: Path, server: FaultServer
) -> None:
    put(folder, "places")
    time = FakeTime(NOW)
    watcher = calm(engine_of, tmp_path, server, time)
    two = (replace(watcher, owner="one"), replace(watcher, owner="two"))
    ran: list[Ran] = []

    for place, watch_id in enumerate(due(engine_of, time)):
        ran.append(hosts.ask_one(two[place % 2], watch_id, lambda: False))
        time.sleep(1200)

    assert [one.suspect is None for one in ran] == [True, True, False, False]
    assert ran[-1].suspect == DOUBT
    with Session(engine_of) as session:
        assert [(row["platform"], row["suspect"]) for row in watches.suspicions(session)] == [("web", DOUBT)]
    assert days_gone(engine_of, watcher) == {(f"web:{name}", True) for name in SITES}


@pytest.mark.postgres
def test_hosts_that_are_shut_out_at_the_same_moment_doubt_it_too(
    pg_engine: Engine, tmp_path: Path, folder: Path, server: FaultServer
) -> None:
    put(folder, "places")
    time = FakeTime(NOW)
    watcher = calm(pg_engine, tmp_path, server, time)
    together = threading.Barrier(4)
    server.answers("/posts", lambda _asked: (together.wait(30), data({}, status=404))[1])
    ran: list[Ran] = []

    def ask(number: int) -> None:
        ran.append(hosts.ask_one(replace(watcher, owner=f"host {number}"), number, lambda: False))

    threads = [threading.Thread(target=ask, args=(number,)) for number in due(pg_engine, time)]

    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [report.outcome for one in ran for report in one.reports] == ["gone"] * 4
    assert DOUBT in {one.suspect for one in ran}
    assert days_gone(pg_engine, watcher) == {(f"web:{name}", True) for name in SITES}


def test_the_record_says_of_a_platform_alone_what_vanished_newly_and_what_is_usual(engine_of: Engine) -> None:
    def ended(key: str, *outcomes: Outcome, platform: str = "web") -> None:
        with unit_of_work(engine_of) as session:
            number = registry.resolve_account(
                session, AccountRef(platform, key, handle=key), status="accepted", at=NOW
            )
            watches.add(session, [("feeds", number, NOW)], every=timedelta(hours=1))
            for hour, outcome in enumerate(outcomes):
                at = NOW + timedelta(hours=hour)
                (slot,) = [one for one in watches.due(session, at, limit=99) if one.account_id == number]
                watches.claim(session, slot, at, until=at + timedelta(minutes=5), owner="h")
                then = Ended(at, at, outcome, at + timedelta(hours=1), timedelta(hours=1), 0)
                watches.finish(session, slot, then, owner="h")

    ended("stays.example", "rows", "error", "rows")
    ended("leaves.example", "rows", "gone", "gone")
    ended("again.example", "gone", "rows", "gone")
    ended("elsewhere", "rows", "gone", platform="bluesky")

    with unit_of_work(engine_of) as session:
        found = watches.ended(session, "web", NOW)
        before = watches.usual(session, "web", NOW, NOW + timedelta(hours=3))
        watches.add_suspicion(
            session, "web", started_at=NOW + timedelta(hours=1), finished_at=NOW + timedelta(hours=2), host="h",
            asked=3, vanished=1, words="w",
        )  # fmt: skip
        but_for_doubts = watches.usual(session, "web", NOW, NOW + timedelta(hours=3))

    hours = [(row["finished_at"] - NOW).seconds // 3600 for row in found if row["vanished"]]
    assert (len(found), hours) == (9, [0, 1, 2])
    assert (before, but_for_doubts) == ((9, 3), (9, 1))
