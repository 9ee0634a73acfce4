"""A worker that is killed while it sends: the message goes out again under the same id, and nothing else does."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import Engine, update
from sqlmodel import Session, col

from tests.alerting.inbox import Inbox
from tests.alerting.records import NOW, changed, fill
from tests.collect.servers import Asked, FaultServer, Told
from tracker.alerting import desk, rules
from tracker.store import alerts, tables
from tracker.store.engine import unit_of_work

ROOT = Path(__file__).resolve().parents[2]
HOOKED = '''
"""A worker that sends by webhook, to the server at the port given."""
import sys
from datetime import UTC, datetime
from pathlib import Path
from pydantic import SecretStr
from tests.collect.servers import guard_of
from tracker.alerting import desk, hook
from tracker.collect.client import HttpClient
from tracker.settings import Settings
from tracker.store.engine import open_record


class There:
    port = int(sys.argv[2])


def connect(host, redactor):
    return HttpClient(guard_of(There, [host]), per_minute=0, redactor=redactor, bounds=hook.BOUNDS)


settings = Settings(home=Path(sys.argv[1]), webhook_secret=SecretStr("a-key-of-the-webhook"))
ways = {"webhook": hook.sender(settings, connect)}
desk.send(open_record(settings.record), settings, now=lambda: datetime.now(UTC), ways=ways)
'''


@contextmanager
def process(*words: str, **environment: str) -> Iterator["subprocess.Popen[bytes]"]:
    """Run a process of the product; kill it at the end, if it still runs."""
    known = {**os.environ, "PYTHONPATH": str(ROOT), **environment}
    with subprocess.Popen([sys.executable, *words], cwd=ROOT, env=known, stderr=subprocess.PIPE) as running:
        try:
            yield running
        finally:
            running.kill()


def to_be_told(engine: Engine, **target: str) -> None:
    ids = fill(engine)
    wanted = rules.read(
        email=target.get("email"), webhook=target.get("webhook"), pace="now", kinds=(), about=()
    )
    desk.add_rule(engine, wanted, by="A", now=NOW)
    changed(engine, ("silence", ids["state"], NOW), ("renamed", ids["other"], NOW))


def unsent(engine: Engine) -> int:
    with Session(engine) as session:
        return len(alerts.messages(session, sent=False))


def let_the_claim_run_out(engine: Engine) -> None:
    """Do what five minutes do."""
    with unit_of_work(engine) as session:
        session.execute(update(tables.AlertMessage).values(try_at=col(tables.AlertMessage.made_at)))


@contextmanager
def worker(home: Path, inbox: Inbox) -> Iterator["subprocess.Popen[bytes]"]:
    told: Mapping[str, str] = {
        "TRACKER_WATCH": "false", "TRACKER_SMTP_HOST": "127.0.0.1", "TRACKER_SMTP_PORT": str(inbox.port),
        "TRACKER_SMTP_SECURITY": "none", "TRACKER_SMTP_FROM": "t@example.org",
    }  # fmt: skip
    with process("-m", "tracker", "--home", str(home), "worker", **told) as running:
        yield running


def killing(running: "subprocess.Popen[bytes]") -> Callable[[], None]:
    def kill() -> None:
        running.send_signal(signal.SIGKILL)
        running.wait(30)

    return kill


@pytest.mark.parametrize(("killed_when", "letters"), [("asked", 1), ("taken", 2)])
def test_a_worker_that_is_killed_while_it_sends_a_letter_sends_it_again_under_its_message_id(
    engine: Engine, tmp_path: Path, killed_when: str, letters: int
) -> None:
    to_be_told(engine, email="desk@example.org")
    taken = threading.Event()

    with Inbox() as inbox:
        with worker(tmp_path, inbox) as first:
            setattr(inbox, killed_when, killing(first))
            code = first.wait(60)
        setattr(inbox, killed_when, taken.set)
        after_kill, waiting = len(inbox.letters), unsent(engine)
        let_the_claim_run_out(engine)
        with worker(tmp_path, inbox) as second:
            assert taken.wait(60)
            second.send_signal(signal.SIGTERM)
            ended = second.wait(60)

    assert (code, after_kill, waiting) == (-signal.SIGKILL, letters - 1, 1)
    assert (ended, len(inbox.letters), unsent(engine)) == (0, letters, 0)
    assert len({letter["Message-ID"] for letter in inbox.letters}) == 1
    assert len({letter.as_bytes() for letter in inbox.letters}) == 1


def test_a_worker_that_is_killed_while_a_webhook_answers_sends_again_under_its_idempotency_key(
    engine: Engine, tmp_path: Path
) -> None:
    to_be_told(engine, webhook="https://hook.example.org/in")
    runner = tmp_path / "hooked.py"
    runner.write_text(HOOKED)
    running: list[subprocess.Popen[bytes]] = []

    def kills(_asked: Asked) -> Told:
        killing(running[0])()
        return Told(b"{}")

    with FaultServer() as server:
        server.answers("/in", kills, Told(b"{}"))
        with process(str(runner), str(tmp_path), str(server.port)) as first:
            running.append(first)
            code, waiting = first.wait(60), unsent(engine)
        let_the_claim_run_out(engine)
        with process(str(runner), str(tmp_path), str(server.port)) as second:
            ended = second.wait(60)

    one, again = server.asked
    assert (code, waiting) == (-signal.SIGKILL, 1)
    assert (ended, unsent(engine)) == (0, 0)
    assert one.headers["idempotency-key"] == again.headers["idempotency-key"] == one.json["id"]
    assert one.headers["x-tracker-signature"] == again.headers["x-tracker-signature"]
    assert one.body == again.body
