"""The line from a platform to the record, through a server on loopback that throttles, breaks off and goes round."""

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

import pytest
from sqlalchemy import Engine, text
from sqlmodel import Session

from tests.collect.servers import (
    FakeTime,
    FaultServer,
    client_of,
    pages,
)  # fmt: skip
from tracker.collect.job import Job, silent
from tracker.collect.live import ask
from tracker.collect.sources import Client
from tracker.domain import AccountRef, Ad, ImportReport, Listing, Page, Parsed, Record, Release, Scope
from tracker.store import evidence

HOST = "ads.example.org"
URL = f"https://{HOST}/ads"
TOKEN = "EAAB-a-token-of-the-caller"
START = datetime(2026, 10, 1, 12, tzinfo=UTC)


class Example:
    """A source as a module would be: pages of ads with a cursor, a total, and the caller's token handed back."""

    name = "example_ads"
    platform = "facebook"
    kind: ClassVar[Any] = "ads"
    needs = ("EXAMPLE_TOKEN",)
    hosts = (HOST,)
    per_minute = 0
    scope: Mapping[str, str] = {"country": "two letters"}
    origin = "a test"
    required = ("id",)
    release: Release | None = None
    matched = False

    def fetch(
        self, scope: Scope, client: Client, credentials: Mapping[str, str], cursor: str | None
    ) -> Iterator[Page]:
        while True:
            asked = {"country": scope.values["country"]} | ({"after": cursor} if cursor else {})
            told = {"Authorization": f"Bearer {credentials['EXAMPLE_TOKEN']}"}
            answer = client.get(URL, params=asked, headers=told)
            if answer.status != 200:
                yield Page(answer)
                return
            body = json.loads(answer.body)
            cursor = body.get("next")
            empty = "empty_confirmed" if body.get("total") == 0 else None
            yield Page(answer, cursor, empty, body.get("total"))
            if cursor is None:
                return

    def records_in(self, body: bytes) -> Iterator[Record]:
        for number, values in enumerate(json.loads(body)["items"], 1):
            yield Record(number, values)

    def parse(self, records: Iterable[Record], scope: Scope) -> Iterator[Parsed]:
        account = AccountRef("facebook", "river", handle="river")
        listing = Listing("example_ads|river", scope.observed_at, account, country=scope.values["country"])
        yield listing
        for record in records:
            yield Ad(listing, record.values["id"], account, text=record.values.get("text"), line=record.line)


class Line:
    """One record, one server, one clock; `ask` asks the example source one question."""

    def __init__(self, engine: Engine, server: FaultServer):
        self.engine, self.server, self.source, self.later = engine, server, Example(), timedelta(0)

    def ask(self, *, country: str = "FR") -> ImportReport:
        time = FakeTime(START + self.later)
        job = Job(self.engine, self.source, Scope({"country": country}, time.now()), time.now, silent)
        with client_of(self.server, [HOST], secrets=[TOKEN], time=time) as client:
            return ask(job, client, {"EXAMPLE_TOKEN": TOKEN})

    def rows(self, statement: str) -> list[tuple[Any, ...]]:
        with Session(self.engine) as session:
            return [tuple(row) for row in session.execute(text(statement))]

    def cursors_asked(self) -> list[str | None]:
        return [asked.query.get("after") for asked in self.server.asked]

    def faults(self) -> list[evidence.Fault]:
        with Session(self.engine) as session:
            return list(evidence.verify(session))


@pytest.fixture
def line(engine_of: Engine) -> Iterator[Line]:
    with FaultServer() as server:
        yield Line(engine_of, server)


def ads(*ids: int) -> list[dict[str, str]]:
    return [{"id": str(number), "text": f"words of {number}"} for number in ids]


def told(report: ImportReport) -> tuple[object, ...]:
    return report.outcome, report.read, report.new, report.unchanged


OUTCOMES = "SELECT outcome, read, message, stated_total FROM query_outcome ORDER BY query_id"
LISTINGS = """SELECT q.id, l.outcome, COUNT(s.item) FROM query q JOIN listing l ON l.query_id = q.id
    LEFT JOIN sighting s ON s.listing_id = l.id GROUP BY q.id, l.outcome ORDER BY q.id"""


def test_pages_are_asked_kept_and_written_as_one_look(line: Line) -> None:
    line.server.answers("/ads", pages(ads(1, 2), ads(3), ads(4)))

    report = line.ask()

    assert told(report) == ("rows", 4, 4, 0)
    assert line.cursors_asked() == [None, "1", "2"]
    assert line.rows("SELECT seq, cursor, items FROM query_cursor ORDER BY seq") == [
        (0, "1", 2),
        (1, "2", 1),
        (2, "", 1),
    ]
    assert line.rows("SELECT key, line FROM ad JOIN ad_snapshot ON ad.id = ad_id ORDER BY line") == [
        ("1", 1), ("2", 2), ("3", 3), ("4", 4),
    ]  # fmt: skip
    assert line.rows("SELECT origin, http_status FROM fetch ORDER BY id") == [
        (f"{URL}?country=FR", 200), (f"{URL}?country=FR&after=1", 200), (f"{URL}?country=FR&after=2", 200),
    ]  # fmt: skip
    assert line.faults() == []
