"""A source that asks any site for a document, and a record: asks one site from end to end, as a round would."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, ClassVar

from sqlalchemy import Engine, text
from sqlmodel import Session

from tests.collect.servers import FakeTime, FaultServer, client_of, web_guard_of
from tracker.collect.client import WEB
from tracker.collect.guard import Guard
from tracker.collect.job import Job, silent
from tracker.collect.live import ask
from tracker.collect.manners import Manners
from tracker.collect.sources import Client
from tracker.collect.wire import Connector
from tracker.domain import AccountRef, Ad, ImportReport, Listing, Page, Parsed, Record, Release, Scope
from tracker.store import evidence

NEWS, OTHER = "news.example.org", "other.example.net"
TOKEN = "EAAB-a-token-of-the-caller"
START = datetime(2026, 10, 1, 12, tzinfo=UTC)


class Site:
    """A source that asks any site for a document, as a module would be."""

    name = "example_site"
    platform = "facebook"
    kind: ClassVar[Any] = "ads"
    needs = ("EXAMPLE_TOKEN",)
    anywhere = True
    robots = True
    per_minute = 30
    scope: Mapping[str, str] = {"url": "where"}
    origin = "a test"
    required = ("id",)
    release: Release | None = None
    matched = False

    def fetch(
        self, scope: Scope, client: Client, credentials: Mapping[str, str], cursor: str | None
    ) -> Iterator[Page]:
        told = {"Authorization": f"Bearer {credentials['EXAMPLE_TOKEN']}"}
        yield Page(client.get(scope.values["url"], headers=told))

    def records_in(self, body: bytes) -> Iterator[Record]:
        for number, values in enumerate(json.loads(body)["items"], 1):
            yield Record(number, values)

    def parse(self, records: Iterable[Record], scope: Scope) -> Iterator[Parsed]:
        account = AccountRef("facebook", "river", handle="river")
        listing = Listing("example_site|river", scope.observed_at, account)
        yield listing
        for record in records:
            yield Ad(listing, record.values["id"], account, line=record.line)


class Line:
    """One record and one server that stands for every site; `ask` asks one site. Other names lead inside."""

    def __init__(self, engine: Engine, server: FaultServer):
        self.engine, self.server, self.manners, self.time = engine, server, Manners(), FakeTime(START)

    def ask(
        self,
        url: str = f"https://{NEWS}/items",
        *,
        guard: Guard | None = None,
        connector: Connector | None = None,
        most_bytes: int = WEB.max_bytes,
    ) -> ImportReport:
        job = Job(self.engine, Site(), Scope({"url": url}, START), self.time.now, silent)  # type: ignore[arg-type]
        inside = web_guard_of(self.server, (NEWS, OTHER), lambda _host, _port: ["169.254.169.254"])
        with client_of(
            self.server,
            (),
            secrets=[TOKEN],
            per_minute=Site.per_minute,
            guard=guard or inside,
            time=self.time,
            manners=self.manners,
            robots=True,
            bounds=replace(WEB, timeout=5, max_bytes=most_bytes),
            connector=connector,
        ) as client:
            return ask(job, client, {"EXAMPLE_TOKEN": TOKEN})

    def rows(self, statement: str) -> list[tuple[Any, ...]]:
        with Session(self.engine) as session:
            return [tuple(row) for row in session.execute(text(statement))]

    def kept(self) -> bytes:
        """Everything that is kept as evidence, in the ledger and as an outcome."""
        with Session(self.engine) as session:
            ids = session.execute(text("SELECT id FROM evidence ORDER BY id")).scalars().all()
            bodies = b"".join(part for one in ids for part in evidence.read(session, one))
        told = (*self.rows('SELECT origin FROM "fetch"'), *self.rows("SELECT * FROM query_outcome"))
        return bodies + repr(told).encode()

    def faults(self) -> list[evidence.Fault]:
        with Session(self.engine) as session:
            return list(evidence.verify(session))
