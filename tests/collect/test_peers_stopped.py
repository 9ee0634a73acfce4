"""A real peer that is stopped for a while is a gap in the ledger and in the band, on its days, and no news of its account."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, text

from tests.collect.servers import FakeTime, never_resolved
from tests.peers import atproto, mastodon
from tests.peers.stopping import stopped
from tracker import charts, mirror
from tracker.analysis.tables import open_lake
from tracker.collect import sources, watching
from tracker.collect.client import Bounds, HttpClient
from tracker.collect.guard import Guard, WebGuard
from tracker.collect.job import silent
from tracker.collect.redaction import Redactor
from tracker.collect.watching import Watcher
from tracker.domain import AccountRef
from tracker.findings import parse_options, run
from tracker.settings import Settings
from tracker.store import registry
from tracker.store.engine import unit_of_work

START = datetime(2026, 10, 1, 0, 30, tzinfo=UTC)
DOWN = {date(2026, 10, day) for day in (4, 5)}
PATIENT, IMPATIENT = Bounds(timeout=60, attempts=1), Bounds(timeout=0.3, attempts=1)
"""A peer that runs is waited for, however busy the machine; nobody waits for one that is known to stand still."""
Peer = tuple[AccountRef, Guard, Any]


@pytest.fixture
def bluesky(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Peer]:
    """The server of accounts and the directory of a Bluesky network, with somebody who posted once."""
    with atproto.running(tmp_path, whole=False) as network:
        river = network.account("river")
        river.write("The bridge is open.", at="2026-09-30T08:00:00.000Z")
        monkeypatch.setenv("TRACKER_BLUESKY_PLC", f"https://{atproto.PLC}")
        monkeypatch.setenv("TRACKER_BLUESKY_APPVIEW", "none")
        ref = AccountRef("bluesky", river.handle, handle=river.handle, native_id=river.did)
        yield ref, atproto.guard_of(network, river.handle), network.process


@pytest.fixture
def fediverse() -> Iterator[Peer]:
    """A server that answers as Mastodon does, with somebody who posted once."""
    with mastodon.running() as server:
        server.ada.write("The bridge is open.")
        ref = AccountRef("mastodon", f"ada@{mastodon.HOST}", handle=f"ada@{mastodon.HOST}")
        yield ref, WebGuard(resolve=never_resolved, loopback={mastodon.HOST: server.port}), server.process


@pytest.fixture(params=["bluesky", "fediverse"])
def peer(request: pytest.FixtureRequest) -> Peer:
    found: Peer = request.getfixturevalue(request.param)
    return found


def watcher_of(engine: Engine, home: Path, guard: Guard, now: Callable[[], datetime]) -> Watcher:
    def connect(_source: sources.Live, redactor: Redactor, _settings: Settings) -> HttpClient:
        bounds = IMPATIENT if now().date() in DOWN else PATIENT
        return HttpClient(guard, per_minute=0, redactor=redactor, clock=FakeTime(now()).clock, bounds=bounds)

    return Watcher(engine, Settings(home=home), now, "me", connect)


def week_of_collection(watcher: Watcher, time: FakeTime, process: Any) -> None:
    """Let seven days pass, three hours at a time; on two of them the peer stands still."""
    with ExitStack() as held:
        while (today := time.now().date()) < date(2026, 10, 8):
            if today == min(DOWN) and time.now().hour < 3:
                held.enter_context(stopped(process))
            if today > max(DOWN):
                held.close()
            watching.run_due(watcher)
            time.sleep(3 * 3600)


def test_the_days_on_which_a_real_peer_stands_still_are_a_gap_and_nothing_is_told_of_its_account(
    engine: Engine, tmp_path: Path, peer: Peer
) -> None:
    ref, guard, process = peer
    with unit_of_work(engine) as session:
        registry.resolve_account(session, ref, status="accepted", at=START)
    time = FakeTime(START)
    watcher = watcher_of(engine, tmp_path, guard, time.now)
    watching.plan(watcher)

    week_of_collection(watcher, time, process)
    mirror.refresh(engine, watcher.settings, progress=silent)
    found = run("coverage", open_lake(watcher.settings.lake), parse_options("coverage", {}))

    days = {row["day"][-2:]: (row["outcome"], row["rows"] is None) for row in found.rows}
    up, down = ("rows", False), ("error", True)
    assert days == {"01": up, "02": up, "03": up, "04": down, "05": down, "06": up, "07": up}
    drawn = charts.coverage_runs(found.rows, ["2026-10"])
    assert [(one["state"], one["from"][-2:], one["days"]) for one in drawn] == [
        ("rows", "01", 3), ("no answer", "04", 2), ("rows", "06", 2), ("not asked", "08", 24),
    ]  # fmt: skip
    with engine.connect() as connection:
        assert connection.execute(text("SELECT type FROM change")).scalars().all() == []
        assert connection.execute(text("SELECT standing FROM standing")).scalars().all() == ["present"]
