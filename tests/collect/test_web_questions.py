"""From a site on the open web to the record: what is kept of the way, and how a question ends that goes wrong."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine

from tests.collect.servers import Asked, FaultServer, Told, data, redirect
from tests.collect.websites import NEWS, OTHER, Line


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
