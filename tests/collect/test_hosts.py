"""Several hosts on one PostgreSQL: each slot is asked once, also when a host dies in the middle."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, text, update
from sqlmodel import Session, col

from tests.collect.servers import Asked, FaultServer, Told, data
from tests.collect.test_watching import put
from tracker.collect import hosts
from tracker.domain import AccountRef
from tracker.store import registry, tables, watches
from tracker.store.engine import unit_of_work

pytestmark = pytest.mark.postgres
SITES = 24
RUNNER = '''
"""One host of several: collects from the server at the port given until SIGTERM."""
import signal, sys, threading
from datetime import UTC, datetime
from pathlib import Path
from tests.collect.servers import guard_of
from tracker.collect import hosts, sources, watching
from tracker.collect.client import HttpClient
from tracker.settings import Settings
from tracker.store.engine import open_record

url, folder, home, port, owner = sys.argv[1:]
sources.__path__ = [folder]
hosts.PUT_SECONDS, hosts.SILENT_SECONDS, watching.RENEW_SECONDS = 0.5, 11.0, 1.0


class There:
    port = int(sys.argv[4])


def connect(source, redactor, settings):
    names = ["site%d.example" % number for number in range(40)]
    return HttpClient(guard_of(There, names), per_minute=0, redactor=redactor)


stop = threading.Event()
signal.signal(signal.SIGTERM, lambda *_: stop.set())
watcher = watching.Watcher(open_record(url), Settings(home=Path(home)), lambda: datetime.now(UTC), owner, connect)
print("ready", flush=True)
sys.stdin.readline()
hosts.run(watcher, stop, concurrency=4)
'''


@pytest.fixture
def server() -> Iterator[FaultServer]:
    with FaultServer() as running:
        yield running


@contextmanager
def host(
    engine: Engine, tmp_path: Path, server: FaultServer, owner: str
) -> Iterator["subprocess.Popen[str]"]:
    """A process that collects when it is told to; killed at the end, if it still runs."""
    runner = tmp_path / "runner.py"
    runner.write_text(RUNNER)
    url = engine.url.render_as_string(hide_password=False)
    root = Path(__file__).resolve().parents[2]
    words = [
        sys.executable,
        str(runner),
        url,
        str(tmp_path / "sources"),
        str(tmp_path),
        str(server.port),
        owner,
    ]
    process = subprocess.Popen(
        words,
        text=True,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(root)},
    )
    with process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
            yield process
        finally:
            process.kill()


def tell(process: "subprocess.Popen[str]") -> None:
    assert process.stdin is not None
    process.stdin.write("go\n")
    process.stdin.flush()


def all_due(engine: Engine, keys: list[str]) -> None:
    yesterday = datetime.now(UTC).replace(microsecond=0) - timedelta(days=1)
    with unit_of_work(engine) as session:
        ids = [
            registry.resolve_account(
                session, AccountRef("web", key, handle=key), status="accepted", at=yesterday
            )
            for key in keys
        ]
        watches.add(session, [("places", number, yesterday) for number in ids], every=timedelta(days=1))


def ended(engine: Engine) -> list[tuple[int, str, str]]:
    with Session(engine) as session:
        return [(row["watch_id"], row["host"], row["outcome"]) for row in watches.runs(session)]


def held_by(engine: Engine) -> tuple[str, set[int]]:
    """Return a host that has slots just now, and which."""
    for _ in range(400):
        with Session(engine) as session:
            rows = [(row["leased_by"], row["id"]) for row in watches.watches(session) if row["leased_by"]]
        if rows:
            return rows[0][0], {number for host, number in rows if host == rows[0][0]}
        threading.Event().wait(0.01)
    raise AssertionError("no host took anything")


def test_two_hosts_of_which_one_is_killed_ask_each_account_once(
    pg_engine: Engine, tmp_path: Path, server: FaultServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "sources"
    folder.mkdir()
    put(folder, "places")
    keys = [f"site{number}.example" for number in range(SITES)]
    all_due(pg_engine, keys)
    hosts.prepare(pg_engine)
    hosts.prepare(pg_engine)
    asked, enough = Counter[str](), threading.Event()

    def answer(question: Asked) -> Told:
        asked[question.headers["host"]] += 1
        if sum(asked.values()) >= SITES // 3:
            enough.set()
        server.closing.wait(0.2)
        return data({"posts": [{"id": "p"}]})

    server.answers("/posts", answer)

    with ExitStack() as running:
        both = {
            name: running.enter_context(host(pg_engine, tmp_path, server, name))
            for name in ("first", "second")
        }
        for process in both.values():
            tell(process)
        assert enough.wait(60)
        victim, held = held_by(pg_engine)
        dying = both.pop(victim)
        dying.kill()
        dying.wait()
        with unit_of_work(
            pg_engine
        ) as session:  # the lease of the dead runs out at once, not in five minutes
            dead = update(tables.Watch).where(col(tables.Watch.leased_by) == victim)
            session.execute(dead.values(lease_until=datetime.now(UTC) - timedelta(seconds=1)))
        (living,) = both.values()
        end = time.monotonic() + 90
        while len(ended(pg_engine)) < SITES and time.monotonic() < end:
            server.closing.wait(0.2)
        living.send_signal(signal.SIGTERM)
        code = living.wait(60)

    assert code == 0
    by_watch = Counter(watch_id for watch_id, _, _ in ended(pg_engine))
    assert (len(by_watch), set(by_watch.values())) == (SITES, {1})
    with Session(pg_engine) as session:
        rows = session.execute(
            text("SELECT outcome, message FROM query_outcome WHERE outcome <> 'rows'")
        ).all()
    assert rows == []
    assert {outcome for _, _, outcome in ended(pg_engine)} == {"rows"}
    taken_over = {watch_id for watch_id, host, _ in ended(pg_engine) if host != victim}
    assert taken_over & held
    assert sum(asked.values()) <= SITES + 4  # only what the dead host was asking just then is asked again
