"""A source, a server on loopback that speaks for it, and a record: asks one question from end to end."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

from sqlalchemy import Engine, text
from sqlmodel import Session

from tests.collect.servers import FakeTime, FaultServer, Told, client_of, web_guard_of
from tracker.collect import sources
from tracker.collect.client import HttpClient
from tracker.collect.job import Job, silent
from tracker.collect.live import ask
from tracker.domain import AccountRef, ImportReport, Scope
from tracker.store import evidence

START = datetime(2026, 10, 1, 12, tzinfo=UTC)
BODIES = Path(__file__).parent / "bodies"


def body(source: str, case: str) -> Any:
    """The JSON of a case that is kept for a source, whatever its status."""
    (path,) = (BODIES / source).glob(f"{case}.*.json")
    return json.loads(path.read_text(encoding="utf-8"))


KINDS = {".json": "application/json", ".xml": "application/xml", ".html": "text/html; charset=utf-8"}


def told(source: str, case: str, **headers: str) -> Told:
    """The answer of a case: its body with the status in its file's name; names of headers have underscores."""
    (path,) = (BODIES / source).glob(f"{case}.[0-9]*")
    named = {name.replace("_", "-"): words for name, words in headers.items()}
    return Told(
        path.read_bytes(), int(path.name.split(".")[-2]), {"Content-Type": KINDS[path.suffix], **named}
    )


class Line:
    """Asks a source through the product's own client; `later` moves the clock between two questions.

    A source that asks anywhere finds the server at `hosts`, and nothing else.
    """

    def __init__(self, engine: Engine, server: FaultServer, source: str, hosts: Sequence[str] = ()):
        self.engine, self.server, self.later = engine, server, timedelta(0)
        self.source = cast("sources.Live", sources.load(source))
        self.hosts = hosts
        self.slept: list[float] = []

    def ask(
        self,
        account: AccountRef | None = None,
        credentials: Mapping[str, str] | None = None,
        /,
        *,
        per_minute: int = 0,
        **scope: str,
    ) -> ImportReport:
        time = FakeTime(START + self.later)
        job = Job(self.engine, self.source, Scope(scope, time.now(), account), time.now, silent)
        with self._client(time, per_minute) as client:
            report = ask(job, client, credentials or {})
        self.slept = time.slept
        return report

    def _client(self, time: FakeTime, per_minute: int) -> HttpClient:
        anywhere = sources.asks_anywhere(self.source)
        hosts = self.hosts if anywhere else self.source.hosts
        guard = web_guard_of(self.server, hosts) if anywhere else None
        robots = sources.heeds_robots(self.source)
        return client_of(self.server, hosts, time=time, per_minute=per_minute, guard=guard, robots=robots)

    def rows(self, statement: str) -> list[tuple[Any, ...]]:
        with Session(self.engine) as session:
            return [tuple(row) for row in session.execute(text(statement))]

    def posts(self) -> int:
        """How many posts the record holds."""
        return int(self.rows("SELECT count(*) FROM post")[0][0])

    def kept(self) -> bytes:
        """Everything that is kept as evidence, and every address in the ledger."""
        with Session(self.engine) as session:
            ids = session.execute(text("SELECT id FROM evidence ORDER BY id")).scalars().all()
            addresses = session.execute(text('SELECT origin FROM "fetch"')).scalars().all()
            return (
                b"".join(part for one in ids for part in evidence.read(session, one))
                + "".join(addresses).encode()
            )
