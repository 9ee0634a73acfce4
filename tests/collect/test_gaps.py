"""The ledger and its band tell apart the days of a peer that was stopped from those of a worker that was, and from the rest."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from tests.collect.servers import HANGS_UP, FakeTime, FaultServer, data
from tests.collect.test_watching import accounts, folder, put, watcher_of
from tracker import charts, mirror
from tracker.analysis.tables import open_lake
from tracker.collect import watching
from tracker.collect.job import silent
from tracker.collect.watching import Watcher
from tracker.findings import Finding, parse_options, run

__all__ = ["folder"]
START = datetime(2026, 10, 1, 0, 30, tzinfo=UTC)
PEER_DOWN = {date(2026, 10, day) for day in (4, 5, 6)}
WORKER_DOWN = {date(2026, 10, day) for day in (9, 10)}


@pytest.fixture
def server() -> Iterator[FaultServer]:
    with FaultServer() as running:
        yield running


def days_of_collection(watcher: Watcher, server: FaultServer, time: FakeTime) -> None:
    """Let twelve days pass, two hours at a time."""
    watching.plan(watcher)
    while time.now().date() < date(2026, 10, 13):
        today = time.now().date()
        post = {"id": f"p{today}"}
        server.answers("/posts", HANGS_UP if today in PEER_DOWN else data({"posts": [post]}))
        if today not in WORKER_DOWN:
            watching.run_due(watcher)
        time.sleep(2 * 3600)


def coverage(engine: Engine, watcher: Watcher) -> Finding:
    mirror.refresh(engine, watcher.settings, progress=silent)
    lake = open_lake(watcher.settings.lake, watcher.settings.analysis_url)
    return run("coverage", lake, parse_options("coverage", {}))


def stretches(found: Finding) -> list[tuple[Any, ...]]:
    grouped = groupby(found.rows, key=lambda row: (row["outcome"], row["asked"], row["rows"]))
    return [
        (*key, days[0]["day"][-2:], days[-1]["day"][-2:])
        for key, days in ((key, list(rows)) for key, rows in grouped)
    ]


def test_the_band_has_a_gap_on_exactly_the_days_that_a_peer_or_the_worker_was_stopped(
    engine: Engine, tmp_path: Path, folder: Path, server: FaultServer
) -> None:
    put(folder, "places")
    accounts(engine, "a.example")
    time = FakeTime(START)
    watcher = watcher_of(engine, tmp_path, server, time)

    days_of_collection(watcher, server, time)
    found = coverage(engine, watcher)

    assert stretches(found) == [
        ("rows", 1, 1, "01", "03"),
        ("error", 1, None, "04", "06"),
        ("rows", 1, 1, "07", "08"),
        ("not asked", 0, None, "09", "10"),
        ("rows", 1, 1, "11", "12"),
    ]
    drawn = charts.coverage_runs(found.rows, ["2026-10"])
    assert [(one["state"], one["from"][-2:], one["days"]) for one in drawn] == [
        ("rows", "01", 3),
        ("no answer", "04", 3),
        ("rows", "07", 2),
        ("not asked", "09", 2),
        ("rows", "11", 2),
        ("not asked", "13", 19),
    ]


def test_accounts_that_vanish_together_are_drawn_as_suspect_and_not_as_gone(
    engine: Engine, tmp_path: Path, folder: Path, server: FaultServer
) -> None:
    put(folder, "places")
    accounts(engine, "a.example", "b.example", "c.example", "d.example")
    server.answers("/posts", data({"posts": [{"id": "p"}]}))
    time = FakeTime(START)
    watcher = watcher_of(engine, tmp_path, server, time)
    watching.plan(watcher)
    time.sleep(3600)
    watching.run_due(watcher)
    server.answers("/posts", data({}, status=404))
    time.sleep(timedelta(hours=30).total_seconds())

    watching.run_due(watcher)
    found = coverage(engine, watcher)

    assert {(row["day"], row["outcome"], row["suspect"], row["rows"]) for row in found.rows} == {
        ("2026-10-01", "rows", False, 1),
        ("2026-10-02", "gone", True, None),
    }
    assert [one["state"] for one in charts.coverage_runs(found.rows, ["2026-10"])] == [
        "rows",
        "suspect",
        "not asked",
    ]
