"""A page that did not change is not sent again: what is asked, what the source gets, and what is kept of it."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine

from tests.collect.servers import Asked, FaultServer, Told, data
from tests.collect.websites import NEWS, OTHER, Line, Site

DATE = "Thu, 01 Oct 2026 11:00:00 GMT"
PAGE = data({"items": [{"id": "1"}, {"id": "2"}]}, ETag='W/"one"', Last_Modified=DATE)
KEPT = "SELECT http_status, evidence_id FROM \"fetch\" WHERE origin LIKE '%/items' ORDER BY id"


@pytest.fixture
def line(engine_of: Engine) -> Iterator[Line]:
    with FaultServer() as server:
        yield Line(engine_of, server)


def unless_known(page: Told) -> object:
    """Answer as a server that keeps to RFC 9110: 304 to the page's own ETag, else the page."""

    def answer(asked: Asked) -> Told:
        known = asked.headers.get("if-none-match") == page.headers.get("ETag")
        return Told(status=304, headers={"ETag": page.headers["ETag"]}) if known else page

    return answer


def asked_with(line: Line) -> list[tuple[str | None, str | None]]:
    return [
        (asked.headers.get("if-none-match"), asked.headers.get("if-modified-since"))
        for asked in line.server.asked
        if asked.path != "/robots.txt"
    ]


def test_a_page_that_did_not_change_comes_from_the_evidence(line: Line) -> None:
    line.server.answers("/items", unless_known(PAGE))  # type: ignore[arg-type]
    first = line.ask()
    bytes_before = line.rows("SELECT COUNT(*), SUM(LENGTH(z)) FROM evidence_chunk")

    again = line.ask()

    assert (first.outcome, first.new) == ("rows", 2)
    assert (again.outcome, again.read, again.new, again.unchanged) == ("rows", 2, 0, 2)
    assert asked_with(line) == [(None, None), ('W/"one"', DATE)]
    (_, evidence_id), (status, named_again) = line.rows(KEPT)
    assert (status, named_again) == (304, evidence_id)
    assert line.rows("SELECT COUNT(*), SUM(LENGTH(z)) FROM evidence_chunk") == bytes_before
    assert line.faults() == []


def test_the_source_is_told_that_nothing_changed_and_gets_the_headers_of_the_page(
    line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = []
    fetch = Site.fetch

    def watching(*args: object) -> Iterator[object]:
        for page in fetch(*args):  # type: ignore[arg-type]
            seen.append(page.answer)
            yield page

    monkeypatch.setattr(Site, "fetch", watching)
    line.server.answers("/items", unless_known(PAGE))  # type: ignore[arg-type]

    line.ask()
    line.ask()

    assert [(answer.status, answer.unchanged, answer.body) for answer in seen] == [
        (200, False, PAGE.body),
        (200, True, PAGE.body),
    ]
    assert seen[1].headers["content-type"] == "application/json"


def test_a_page_that_changed_is_asked_for_with_its_new_mark(line: Line) -> None:
    other = data({"items": [{"id": "3"}]}, ETag='"two"')
    line.server.answers("/items", PAGE, other, unless_known(other))  # type: ignore[arg-type]

    reports = [line.ask() for _ in range(3)]

    assert [(report.new, report.unchanged) for report in reports] == [(2, 0), (1, 0), (0, 1)]
    assert asked_with(line) == [(None, None), ('W/"one"', DATE), ('"two"', None)]


def test_pages_are_known_by_their_whole_address(line: Line) -> None:
    line.server.answers("/items", PAGE)

    line.ask(f"https://{NEWS}/items?page=1")
    line.ask(f"https://{NEWS}/items?page=2")
    line.ask(f"https://{OTHER}/items?page=1")

    assert asked_with(line) == [(None, None)] * 3


@pytest.mark.parametrize("mark", ["", "é", "x" * 5_000, '"a"\x01b'])
def test_a_mark_that_cannot_be_sent_back_is_not(line: Line, mark: str) -> None:
    head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(PAGE.body)}\r\nETag: {mark}\r\n\r\n".encode()
    line.server.answers("/items", Told(head + PAGE.body, how="raw"))

    line.ask()
    line.ask()

    assert {etag for etag, _ in asked_with(line)} <= {None}


@pytest.mark.parametrize("status", [404, 500, 403])
def test_only_a_page_that_came_is_remembered(line: Line, status: int) -> None:
    line.server.answers("/items", data({}, status, ETag='"gone"'))

    line.ask()
    line.ask()

    assert {etag for etag, _ in asked_with(line)} == {None}


def test_unchanged_where_nothing_is_known_is_no_success(line: Line) -> None:
    line.server.answers("/items", Told(status=304))

    assert line.ask().outcome == "refused"


def test_a_source_may_do_without(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Site, "conditional", False, raising=False)
    line.server.answers("/items", PAGE)

    line.ask()
    line.ask()

    assert asked_with(line) == [(None, None)] * 2


def test_a_feed_whose_build_date_alone_changed_costs_a_few_bytes(line: Line) -> None:
    def page(minute: int) -> Told:
        return data(
            {"built": f"2026-10-01T12:{minute:02}:00Z", "items": [{"id": str(one)} for one in range(30)]}
        )

    line.server.answers("/items", page(0), page(1), page(2), page(3))

    for _ in range(4):
        line.ask()

    sizes = [
        row[0] for row in line.rows("SELECT LENGTH(z) FROM evidence_chunk c JOIN evidence e ON e.id = evidence_id WHERE base_id IS NOT NULL")
    ]  # fmt: skip
    assert len(sizes) == 3
    assert max(sizes) < 60


def test_a_page_is_packed_against_the_last_full_page_of_its_own_address(line: Line) -> None:
    def page(asked: Asked) -> Told:
        words = [{"id": asked.headers["host"] + str(number)} for number in range(40)]
        return data({"asked": len(line.server.asked), "items": words})

    line.server.answers("/items", page)

    for _ in range(2):
        for host in (NEWS, OTHER):
            line.ask(f"https://{host}/items")

    bases = line.rows(
        'SELECT e.id, base_id, f.origin FROM evidence e JOIN "fetch" f ON f.evidence_id = e.id'
        " WHERE f.origin LIKE '%/items' ORDER BY e.id"
    )
    (news, _, _), (other, _, _), later_news, later_other = bases
    assert (later_news[1], later_other[1]) == (news, other)
