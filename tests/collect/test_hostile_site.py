"""Whatever a site does, its question ends in an outcome in time and within bounds, and the next site is asked."""

import logging
import tracemalloc
from collections.abc import Iterator

import pytest
from sqlalchemy import Engine

from tests.collect.hostile import FAULTS, SpeaksTls, Unconnected, drips
from tests.collect.servers import FaultServer, data
from tests.collect.websites import OTHER, TOKEN, Line
from tracker.collect.client import WEB
from tracker.collect.guard import WebGuard

PUBLIC = "93.184.215.14"
MOST_MEMORY = 80 << 20


@pytest.fixture
def line(engine: Engine) -> Iterator[Line]:
    with FaultServer() as server:
        server.answers("/well", data({"items": [{"id": "1"}]}))
        yield Line(engine, server)


@pytest.mark.parametrize("fault", FAULTS)
def test_every_fault_ends_in_an_outcome_in_time_and_the_next_site_is_asked(
    line: Line, fault: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    answering, outcome = FAULTS[fault]
    line.server.answers("/items", answering)
    connector = Unconnected(line.server.port)

    tracemalloc.start()
    report = line.ask(connector=connector)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    spent = line.time.monotonic()
    after = line.ask(f"https://{OTHER}/well")

    assert (report.outcome, after.outcome) == (outcome, "rows")
    assert spent <= WEB.budget
    assert len(line.server.asked) <= 12
    assert peak < MOST_MEMORY
    assert {host for host, _ in connector.asked} == {"127.0.0.1"}
    assert TOKEN not in f"{report}{caplog.text}"
    assert TOKEN.encode() not in line.kept()
    assert line.faults() == []


@pytest.mark.parametrize("what", ["headers", "the body", "chunks"])
def test_a_byte_a_second_ends_with_its_time(line: Line, what: str) -> None:
    line.server.answers("/items", drips(line.time)[what])

    report = line.ask()

    assert report.outcome == "error"
    assert "the time for the answer is over" in report.warnings[0]
    assert line.time.monotonic() < WEB.budget + WEB.longest_answer


def test_a_site_without_tls_where_tls_was_asked_ends_in_an_error(line: Line) -> None:
    report = line.ask(guard=SpeaksTls(line.server.port))

    assert report.outcome == "error"
    assert "SSL" in report.warnings[0]


def test_a_name_that_resolves_to_something_else_the_second_time_gets_nothing(line: Line) -> None:
    answers = iter([[PUBLIC], ["127.0.0.1"]])
    connector = Unconnected()

    report = line.ask(guard=WebGuard(resolve=lambda _host, _port: next(answers)), connector=connector)

    assert report.outcome == "error"
    assert "leads to 127.0.0.1" in report.warnings[0]
    assert connector.asked == [(PUBLIC, 443)]


def test_the_connection_goes_to_the_address_that_was_checked(line: Line) -> None:
    connector = Unconnected()

    line.ask(guard=WebGuard(resolve=lambda _host, _port: [PUBLIC, "2606:4700::1111"]), connector=connector)

    assert connector.asked == [(PUBLIC, 443), ("2606:4700::1111", 443), (PUBLIC, 443)]


def test_what_came_before_the_fault_is_kept(line: Line) -> None:
    line.server.answers("/items", FAULTS["broken UTF-8"][0])

    line.ask()

    assert b"\xff\xfe" in line.kept()
