"""From a site on the open web to the record: what is kept of the way, and how a question ends that goes wrong."""

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, ClassVar

import pytest
from sqlalchemy import Engine, text
from sqlmodel import Session

from tests.collect.servers import Asked, FakeTime, FaultServer, Told, client_of, data, redirect, web_guard_of
from tracker.collect.job import Job, silent
from tracker.collect.live import ask
from tracker.collect.manners import Manners
from tracker.collect.sources import Client
from tracker.domain import AccountRef, Ad, ImportReport, Listing, Page, Parsed, Record, Release, Scope
from tracker.store import evidence

NEWS, OTHER = "news.example.org", "other.example.net"
START = datetime(2026, 10, 1, 12, tzinfo=UTC)


class Site:
    """A source that asks any site for a document, as a module would be."""

    name = "example_site"
    platform = "facebook"
    kind: ClassVar[Any] = "ads"
    needs = ()
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
        yield Page(client.get(scope.values["url"]))

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
    """One record and one server that stands for every site; `ask` asks one site."""

    def __init__(self, engine: Engine, server: FaultServer):
        self.engine, self.server, self.manners = engine, server, Manners()

    def ask(self, url: str = f"https://{NEWS}/items") -> ImportReport:
        time = FakeTime(START)
        job = Job(self.engine, Site(), Scope({"url": url}, START), time.now, silent)  # type: ignore[arg-type]
        guard = web_guard_of(self.server, (NEWS, OTHER), lambda _host, _port: ["169.254.169.254"])
        with client_of(self.server, (), guard=guard, time=time, manners=self.manners, robots=True) as client:
            return ask(job, client, {})

    def rows(self, statement: str) -> list[tuple[Any, ...]]:
        with Session(self.engine) as session:
            return [tuple(row) for row in session.execute(text(statement))]

    def faults(self) -> list[evidence.Fault]:
        with Session(self.engine) as session:
            return list(evidence.verify(session))


@pytest.fixture
def line(engine_of: Engine) -> Iterator[Line]:
    with FaultServer() as server:
        yield Line(engine_of, server)


LEDGER = 'SELECT origin, http_status, n_bytes FROM "fetch" JOIN evidence e ON e.id = evidence_id ORDER BY "fetch".id'
ITEMS = data({"items": [{"id": "1"}]})


def test_robots_txt_and_every_redirect_stand_in_the_ledger(line: Line) -> None:
    line.server.answers("/robots.txt", Told(b"User-agent: *\nAllow: /\n"))
    line.server.answers("/items", redirect(f"https://{OTHER}/moved", 301))
    line.server.answers("/moved", ITEMS)

    report = line.ask()

    assert (report.outcome, report.new) == ("rows", 1)
    assert line.rows(LEDGER) == [
        (f"https://{NEWS}/robots.txt", 200, 23),
        (f"https://{NEWS}/items", 301, 0),
        (f"https://{OTHER}/robots.txt", 200, 23),
        (f"https://{OTHER}/moved", 200, len(ITEMS.body)),
    ]
    assert line.faults() == []


def test_what_robots_txt_forbids_ends_as_refused_with_the_file_as_evidence(line: Line) -> None:
    line.server.answers("/robots.txt", Told(b"User-agent: *\nDisallow: /\n"))

    report = line.ask()

    assert report.outcome == "refused"
    assert "its robots.txt asks us to leave this address alone" in report.warnings[0]
    assert line.rows(LEDGER) == [(f"https://{NEWS}/robots.txt", 200, 26)]


def test_a_redirect_inside_ends_in_an_error_and_the_next_site_is_asked(line: Line) -> None:
    def answer(asked: Asked) -> Told:
        return (
            redirect("http://169.254.169.254/latest/meta-data/") if asked.headers["host"] == NEWS else ITEMS
        )

    line.server.answers("/items", answer)

    refused = line.ask()
    other = line.ask(f"https://{OTHER}/items")

    assert (refused.outcome, other.outcome) == ("error", "rows")
    assert "169.254.169.254" in refused.warnings[0]
    assert [row[:2] for row in line.rows(LEDGER)][:2] == [
        (f"https://{NEWS}/robots.txt", 404), (f"https://{NEWS}/items", 302),
    ]  # fmt: skip


def test_a_name_that_leads_inside_ends_in_an_error_and_nothing_is_sent(line: Line) -> None:
    report = line.ask("https://inside.example.com/items")

    assert (report.outcome, line.server.asked) == ("error", [])
    assert "which is not on the public internet" in report.warnings[0]
