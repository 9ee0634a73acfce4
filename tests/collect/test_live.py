"""The line from a platform to the record, through a server on loopback that throttles, breaks off and goes round."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

import pytest
from sqlalchemy import Engine, text
from sqlmodel import Session

from tests.collect.servers import (
    Asked,
    FakeTime,
    FaultServer,
    Told,
    client_of,
    cut,
    data,
    login_page,
    pages,
    redirect,
    throttled,
)  # fmt: skip
from tracker.collect.job import Job, Progress, silent
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
            yield Ad(
                listing, record.values["id"], account, text=record.values.get("text"),
                payer=record.values.get("payer"), line=record.line,
            )  # fmt: skip


class Exporting(Example):
    """A source whose answer is made while one waits: the first answer names it, a later one is it."""

    def fetch(
        self, scope: Scope, client: Client, credentials: Mapping[str, str], cursor: str | None
    ) -> Iterator[Page]:
        answer = client.get(URL, params={"export": cursor} if cursor else None)
        if answer.status == 202:
            export = json.loads(answer.body)["export"]
            yield Page(answer, export, "throttled", message="the export is being made")
        else:
            yield Page(answer)


class Line:
    """One record, one server, one clock; `ask` asks the example source one question."""

    def __init__(self, engine: Engine, server: FaultServer):
        self.engine, self.server, self.source, self.later = engine, server, Example(), timedelta(0)

    def ask(
        self, *, country: str = "FR", watch: Progress = silent, hosts: Sequence[str] = (HOST,)
    ) -> ImportReport:
        time = FakeTime(START + self.later)
        job = Job(self.engine, self.source, Scope({"country": country}, time.now()), time.now, watch)
        with client_of(self.server, hosts, secrets=[TOKEN], time=time) as client:
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
    assert line.rows("SELECT origin, http_status FROM \"fetch\" ORDER BY id") == [
        (f"{URL}?country=FR", 200), (f"{URL}?country=FR&after=1", 200), (f"{URL}?country=FR&after=2", 200),
    ]  # fmt: skip
    assert line.faults() == []


def test_the_same_question_later_is_a_look_that_is_compared(line: Line) -> None:
    line.server.answers("/ads", pages(ads(1, 2), ads(3)))
    line.ask()
    line.later = timedelta(days=1)
    line.server.answers("/ads", pages(ads(2, 3), ads(4)))

    report = line.ask()

    assert (*told(report), report.changes) == ("rows", 3, 1, 2, 2)
    assert line.rows("SELECT type, subject FROM change WHERE type IN ('ad_new', 'ad_gone') ORDER BY type, subject") == [
        ("ad_gone", "1"), ("ad_new", "4"),
    ]  # fmt: skip


# -- what stops a question, and how it goes on -------------------------------------------------------------------


def test_a_throttled_question_goes_on_from_its_cursor_and_ends_whole(line: Line) -> None:
    whole = pages(ads(1, 2), ads(3), ads(4))
    line.server.answers("/ads", whole, throttled(3600))
    stopped = line.ask()
    line.server.asked.clear()
    line.later = timedelta(hours=2)
    line.server.answers("/ads", whole)

    report = line.ask()

    assert told(stopped) == ("throttled", 2, 2, 0)
    assert told(report) == ("rows", 4, 2, 2)
    assert line.cursors_asked() == ["1", "2"]
    assert [row[0] for row in line.rows(OUTCOMES)] == ["throttled", "rows"]
    assert line.rows(LISTINGS) == [(1, "throttled", 2), (2, "rows", 4)]
    assert line.faults() == []


def test_a_throttled_question_says_why_and_keeps_that_answer_too(line: Line) -> None:
    line.server.answers("/ads", throttled(3600))

    report = line.ask()

    ((outcome, read, message, _),) = line.rows(OUTCOMES)
    assert (outcome, read) == ("throttled", 0)
    assert "Retry-After: 3600" in message
    assert report.warnings[0] == message
    assert line.rows('SELECT http_status FROM "fetch"') == [(429,)]


def test_what_part_of_a_look_showed_is_new_once_and_vanishes_never(line: Line) -> None:
    line.server.answers("/ads", pages(ads(1, 2), ads(3)))
    line.ask()
    line.later = timedelta(days=1)
    whole = pages(ads(2, 5), ads(3))
    line.server.answers("/ads", whole, throttled(3600))
    part = line.ask()
    line.later = timedelta(days=2)
    line.server.answers("/ads", whole)

    report = line.ask()

    assert (part.outcome, part.changes) == ("throttled", 0)
    assert (report.outcome, report.changes) == ("rows", 2)
    assert line.rows("SELECT type, subject FROM change WHERE type IN ('ad_new', 'ad_gone') ORDER BY type") == [
        ("ad_gone", "1"), ("ad_new", "5"),
    ]  # fmt: skip


def test_a_round_that_was_killed_between_pages_goes_on_in_the_same_query(line: Line) -> None:
    line.server.answers("/ads", pages(ads(1, 2), ads(3), ads(4)))

    def kill(_stage: str, done: int, _total: int | None) -> None:
        if done == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        line.ask(watch=kill)
    interrupted, line.later = line.rows(OUTCOMES), timedelta(minutes=5)
    line.server.asked.clear()

    report = line.ask()

    assert interrupted == []
    assert told(report) == ("rows", 4, 4, 0)
    assert line.cursors_asked() == ["2"]
    assert line.rows("SELECT COUNT(*) FROM query") == [(1,)]
    assert line.faults() == []


def test_a_round_that_was_killed_while_it_wrote_asks_nothing_again(line: Line) -> None:
    line.server.answers("/ads", pages(ads(1, 2), ads(3)))

    def kill(stage: str, _done: int, _total: int | None) -> None:
        if stage == "writing":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        line.ask(watch=kill)
    written = line.rows("SELECT COUNT(*) FROM ad")
    line.server.asked.clear()
    line.later = timedelta(minutes=5)

    report = line.ask()

    assert written == [(0,)]
    assert told(report) == ("rows", 3, 3, 0)
    assert line.server.asked == []
    assert line.rows("SELECT COUNT(*) FROM ad") == [(3,)]
    assert line.rows(LISTINGS) == [(1, "rows", 3)]


def test_a_cursor_that_is_older_than_a_week_is_not_used(line: Line) -> None:
    whole = pages(ads(1), ads(2))
    line.server.answers("/ads", whole, throttled(3600))
    line.ask()
    line.server.asked.clear()
    line.later = timedelta(days=8)
    line.server.answers("/ads", whole)

    report = line.ask()

    assert line.cursors_asked() == [None, "1"]
    assert told(report) == ("rows", 2, 1, 1)


def test_another_question_does_not_go_on_from_this_one(line: Line) -> None:
    whole = pages(ads(1), ads(2))
    line.server.answers("/ads", whole, throttled(3600))
    line.ask(country="FR")
    line.server.asked.clear()
    line.server.answers("/ads", whole)

    line.ask(country="DE")

    assert line.cursors_asked() == [None, "1"]


def test_a_cursor_that_repeats_ends_in_error_and_keeps_what_came(line: Line) -> None:
    def round_and_round(asked: Asked) -> Told:
        number = {None: 1, "a": 2, "b": 3}[asked.query.get("after")]
        return data({"items": ads(number), "next": {1: "a", 2: "b", 3: "a"}[number]})

    line.server.answers("/ads", round_and_round)

    report = line.ask()

    assert told(report) == ("error", 3, 3, 0)
    assert line.cursors_asked() == [None, "a", "b"]
    assert "same cursor a second time" in report.warnings[0]
    assert line.rows(LISTINGS) == [(1, "error", 3)]


def test_after_a_cursor_that_repeats_the_next_round_begins_anew(line: Line) -> None:
    line.server.answers("/ads", data({"items": ads(1), "next": "a"}), data({"items": ads(2), "next": "a"}))
    line.ask()
    line.server.asked.clear()
    line.server.answers("/ads", pages(ads(1, 2)))
    line.later = timedelta(hours=1)

    report = line.ask()

    assert line.cursors_asked() == [None]
    assert told(report) == ("rows", 2, 0, 2)


def test_the_same_page_under_ever_new_cursors_ends_in_error(line: Line) -> None:
    numbers = iter(range(1_000))
    line.server.answers(
        "/ads", lambda _asked: Told(f'{{"items":[{{"id":"1"}}],"next":"{next(numbers) // 2}"}}'.encode())
    )

    report = line.ask()

    assert report.outcome == "error"
    assert len(line.server.asked) == 2


def test_a_page_that_stops_the_question_may_say_where_to_go_on(line: Line) -> None:
    line.server.answers("/ads", data({"export": "e7"}, 202), pages(ads(1)))
    line.source = Exporting()
    waiting = line.ask()
    line.later = timedelta(minutes=10)

    report = line.ask()

    assert (waiting.outcome, waiting.warnings) == ("throttled", ("the export is being made",))
    assert [asked.query.get("export") for asked in line.server.asked] == [None, "e7"]
    assert told(report) == ("rows", 1, 1, 0)


# -- what an answer means ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "outcome", "words"),
    [
        (login_page(), "login_wall", "a web page in place of data"),
        (Told(b"\n <!DOCTYPE html><p>Sign in", headers={"Content-Type": "application/json"}), "login_wall", "web page"),
        (redirect("https://www.example.org/login/?next=x"), "login_wall", "answered 302"),
        (redirect("https://www.example.org/elsewhere"), "refused", "answered 302"),
        (data({"error": {"code": 190, "message": "token expired"}}, 401), "refused", "token expired"),
        (login_page(403), "refused", "answered 403"),
        (data({"error": "no such page"}, 404), "gone", "no such page"),
        (data({"error": "unknown field"}, 400), "error", "unknown field"),
        (data({}, 500), "error", "answered 500"),
        (throttled(), "throttled", "too many requests"),
        (cut({"items": []}), "error", "no whole answer"),
        (data(["no", "items"]), "error", "a form that is not known"),
        (data({"items": "words"}), "error", "a form that is not known"),
        (Told(b"not json"), "error", "a form that is not known"),
        (Told(b"["*3_000), "error", "a form that is not known"),
    ],
)  # fmt: skip
def test_an_answer_that_is_none_is_an_outcome_with_its_reason(
    line: Line, answer: Told, outcome: str, words: str
) -> None:
    line.server.answers("/ads", answer)

    report = line.ask()

    ((found, read, message, _),) = line.rows(OUTCOMES)
    assert (found, read, report.outcome) == (outcome, 0, outcome)
    assert words in message
    assert line.rows(LISTINGS) == [(1, outcome, 0)]
    assert line.faults() == []


def test_emptiness_is_confirmed_only_where_the_platform_states_a_total(line: Line) -> None:
    line.server.answers("/ads", data({"items": []}))
    unverified = line.ask()
    line.later = timedelta(days=1)
    line.server.answers("/ads", data({"items": [], "total": 0}))

    confirmed = line.ask()

    assert (unverified.outcome, confirmed.outcome) == ("empty_unverified", "empty_confirmed")
    assert line.rows(LISTINGS) == [(1, "empty_unverified", 0), (2, "empty_confirmed", 0)]


def test_our_count_stands_beside_the_total_that_the_platform_states(line: Line) -> None:
    line.server.answers("/ads", data({"items": ads(1, 2), "total": 5}))

    report = line.ask()

    assert report.warnings == ("2 of the 5 that the platform states",)
    assert line.rows(OUTCOMES) == [("rows", 2, None, 5)]


def test_a_host_that_the_source_does_not_name_is_not_asked(line: Line) -> None:
    line.source.hosts = ("elsewhere.example.org",)

    report = line.ask(hosts=["elsewhere.example.org"])

    assert (report.outcome, line.server.asked) == ("error", [])
    assert "is not a host that the source names" in report.warnings[0]


@pytest.mark.parametrize("cursor", ["a\0b", "x" * 20_000, "a\nb", 7, {"a": 1}])
def test_a_cursor_that_cannot_be_kept_ends_the_question(line: Line, cursor: object) -> None:
    line.server.answers("/ads", data({"items": ads(1), "next": cursor}))

    report = line.ask()

    assert told(report) == ("error", 1, 1, 0)
    assert "a cursor that cannot be kept" in report.warnings[0]


@pytest.mark.parametrize("total", [-1, 10**30, True, "many"])
def test_a_total_that_is_none_is_left_out(line: Line, total: object) -> None:
    line.server.answers("/ads", data({"items": ads(1), "total": total}))

    report = line.ask()

    assert (report.outcome, report.warnings) == ("rows", ())
    assert line.rows(OUTCOMES) == [("rows", 1, None, None)]


def test_what_a_platform_says_is_kept_without_what_no_database_keeps(line: Line) -> None:
    line.server.answers("/ads", data({"items": ads(1), "next": "1"}), Told(b"no\0 such\r\n thing \xff", 404))

    report = line.ask()

    assert report.outcome == "gone"
    assert line.faults() == []


def test_pages_that_break_the_parser_are_kept_and_nothing_else(line: Line) -> None:
    line.server.answers("/ads", data({"items": [{"no": "id"}]}))

    report = line.ask()

    assert (report.outcome, report.read) == ("error", 0)
    assert "KeyError" in report.warnings[0]
    assert line.rows(LISTINGS) == [(1, "error", 0)]
    assert line.rows("SELECT items FROM query_cursor") == [(1,)]


# -- secrets -----------------------------------------------------------------------------------------------------


def test_no_byte_that_is_kept_holds_the_callers_token(line: Line) -> None:
    shown = f"https://www.example.org/render_ad/?id=1&access_token={TOKEN}"
    told_back = {
        "items": [{"id": "1", "text": shown}],
        "next": "1",
        "paging": f"{URL}?access_token={TOKEN}&after=1",
    }
    refusal = data({"error": f"the token {TOKEN} has expired"}, 401)
    line.server.answers("/ads", data(told_back), refusal)

    report = line.ask()

    tables = ("fetch", "query", "query_outcome", "query_cursor", "ad_snapshot", "listing")
    kept = str([line.rows(f'SELECT * FROM "{table}"') for table in tables]).encode()
    with Session(line.engine) as session:
        kept += b"".join(
            b"".join(evidence.read(session, number)) for (number,) in line.rows("SELECT id FROM evidence")
        )
    assert report.outcome == "refused"
    assert TOKEN.encode() not in kept
    assert b"access_token=" not in kept
    assert kept.count(b"REDACTED") >= 4
    assert TOKEN not in str(report)


def test_a_payer_that_part_of_a_look_showed_is_told_once_by_the_next_whole_look(line: Line) -> None:
    first, new = ({**ads(number)[0], "payer": payer} for number, payer in ((1, "Old"), (2, "New")))
    looks = [[[first]], [[first], [new], ads(9)], [[first], [new]], [[first], [new], [{**new, "id": "3"}]]]
    for number, shown in enumerate(looks):
        line.later = timedelta(days=10 * number)
        whole = pages(*shown)
        line.server.answers("/ads", *((whole, throttled(3600)) if number == 1 else (whole,)))
        line.ask()

    told = line.rows(
        "SELECT l.id, c.after FROM change c JOIN listing l ON l.observed_at = c.at WHERE type = 'payer_new'"
    )
    assert [payer for _, payer in told] == ["New"]
