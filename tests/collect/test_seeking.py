"""What a list of posts left out is asked for before anything is said of it, and how an account itself stands."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

import pytest
from sqlalchemy import Engine, text
from sqlmodel import Session

from tests.collect.servers import FakeTime, FaultServer, client_of, data, throttled
from tracker import desk
from tracker.collect.job import Job, silent
from tracker.collect.live import ask
from tracker.collect.sources import Client
from tracker.domain import (
    AccountRef,
    Found,
    ImportReport,
    Listing,
    Page,
    Parsed,
    Post,
    Record,
    Release,
    Scope,
    Sought,
)
from tracker.store import registry
from tracker.store.engine import unit_of_work

HOST = "posts.example.org"
START = datetime(2026, 10, 1, 12, tzinfo=UTC)
RIVER = AccountRef("bluesky", "river.test", handle="river.test")


class Example:
    """A source of posts whose list says from when on it is complete, and that can be asked for one post."""

    name = "example_posts"
    platform = "bluesky"
    kind: ClassVar[Any] = "posts"
    needs: tuple[str, ...] = ()
    hosts = (HOST,)
    per_minute = 0
    scope: Mapping[str, str] = {"account": "who"}
    origin = "a test"
    required = ("id",)
    release: Release | None = None
    matched = False

    def fetch(
        self, scope: Scope, client: Client, credentials: Mapping[str, str], cursor: str | None
    ) -> Iterator[Page]:
        answer = client.get(f"https://{HOST}/posts", params={"after": cursor} if cursor else None)
        body = json.loads(answer.body)
        empty = "empty_confirmed" if body.get("posts") == [] else None
        yield Page(answer, body.get("next"), empty, standing=body.get("account"), message=body.get("words"))
        if body.get("next"):
            yield from self.fetch(scope, client, credentials, body["next"])

    def records_in(self, body: bytes) -> Iterator[Record]:
        whole = json.loads(body)
        for number, post in enumerate(whole.get("posts", []), 1):
            yield Record(number, {"id": post, "since": whole.get("since", 0)})

    def parse(self, records: Iterable[Record], scope: Scope) -> Iterator[Parsed]:
        found = list(records)
        since = found[0].values["since"] if found else 0
        complete = None if since is None else START + timedelta(hours=since)
        listing = Listing("example_posts|river", scope.observed_at, RIVER, complete_since=complete)
        yield listing
        for record in found:
            key = record.values["id"]
            yield Post(listing, str(key), RIVER, f"words of {key}", START + timedelta(hours=int(key)))

    def find(
        self, sought: Sequence[Sought], scope: Scope, client: Client, credentials: Mapping[str, str]
    ) -> Iterator[Found]:
        for one in sought:
            answer = client.get(f"https://{HOST}/post", params={"id": one.key})
            said = json.loads(answer.body)
            yield Found(said.get("key", one.key), said["standing"], answer, said.get("words"))


class Unable(Example):
    """The same source, when it cannot be asked for one post."""

    find = None  # type: ignore[assignment]


class Line:
    """One record and one server; each question is asked a day after the one before."""

    def __init__(self, engine: Engine, server: FaultServer):
        self.engine, self.server, self.source, self.day = engine, server, Example(), 0
        with unit_of_work(engine) as session:
            registry.resolve_account(session, RIVER, status="accepted", at=START)

    def look(self, *posts: int, **said: Any) -> ImportReport:
        """Ask for a list that holds these posts."""
        self.day += 1
        self.server.answers("/posts", data({"posts": list(posts), **said}))
        return self.ask()

    def ask(self) -> ImportReport:
        time = FakeTime(START + timedelta(days=self.day))
        scope = Scope({"account": "bluesky:river.test"}, time.now(), RIVER)
        job = Job(self.engine, self.source, scope, time.now, silent)
        with client_of(self.server, [HOST], time=time) as client:
            return ask(job, client, {})

    def finds(self, standing: str, **said: Any) -> None:
        self.server.answers("/post", data({"standing": standing, **said}))

    def rows(self, statement: str) -> list[tuple[Any, ...]]:
        with Session(self.engine) as session:
            return [tuple(row) for row in session.execute(text(statement))]

    def asked_for(self) -> list[str]:
        return [asked.query["id"] for asked in self.server.asked if asked.path == "/post"]

    def changes(self) -> list[tuple[Any, ...]]:
        return self.rows(
            'SELECT type, subject, "before", "after", snapshot_before, snapshot_after FROM change ORDER BY id'
        )

    def standings(self) -> list[tuple[Any, ...]]:
        return self.rows(
            "SELECT p.key, s.standing, s.said, s.evidence_id IS NOT NULL FROM standing s "
            "LEFT JOIN post p ON p.id = s.post_id ORDER BY s.id"
        )


@pytest.fixture
def line(engine_of: Engine) -> Iterator[Line]:
    with FaultServer() as server:
        yield Line(engine_of, server)


# -- posts -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("cause", ["deleted", "taken_down", "draft", "withheld"])
def test_a_post_that_is_gone_is_told_once_with_the_cause_that_the_platform_says(
    line: Line, cause: str
) -> None:
    line.look(1, 2, 3)
    line.finds(cause, words="the words of the platform")

    line.look(1, 3)
    line.look(1, 3)

    assert line.changes() == [("post_gone", "2", None, cause, "post-2", "standing-1")]
    assert line.standings() == [("2", cause, "the words of the platform", True)]
    assert line.asked_for() == ["2"]


def test_a_post_that_is_not_found_is_gone_without_a_cause(line: Line) -> None:
    line.look(1, 2)
    line.finds("not_found")

    line.look(1)

    assert line.changes() == [("post_gone", "2", None, None, "post-2", "standing-1")]


@pytest.mark.parametrize("answer", ["present", "unknown", "login_wall", "not_seen"])
def test_any_other_answer_is_kept_and_changes_nothing(line: Line, answer: str) -> None:
    line.look(1, 2)
    line.finds(answer)

    line.look(1)

    assert line.changes() == []
    assert line.standings() == [("2", answer, None, True)]


def test_a_post_of_an_author_who_is_gone_is_told_by_the_account_alone(line: Line) -> None:
    line.look(1, 2)
    line.finds("deactivated")
    line.look(1)

    line.look(1, 2)

    assert line.changes() == []
    assert line.standings() == [("2", "deactivated", None, True), ("2", "present", None, False)]


def test_a_post_is_back_when_a_list_shows_it_again(line: Line) -> None:
    line.look(1, 2)
    line.finds("taken_down")
    line.look(1)

    line.look(1, 2)
    line.look(1, 2)

    assert [row[:4] for row in line.changes()] == [
        ("post_gone", "2", None, "taken_down"),
        ("post_back", "2", "taken_down", "present"),
    ]


def test_a_post_that_went_came_back_and_went_again_is_told_each_time(line: Line) -> None:
    line.look(1, 2)
    line.finds("deleted")
    line.look(1)
    line.look(1, 2)

    line.look(1)

    assert [row[0] for row in line.changes()] == ["post_gone", "post_back", "post_gone"]


def test_a_post_before_the_time_from_which_a_list_is_complete_is_not_missed(line: Line) -> None:
    line.look(1, 2, 3)
    line.finds("deleted")

    line.look(3, since=3)

    assert (line.changes(), line.standings(), line.asked_for()) == ([], [], [])


def test_a_list_that_promises_nothing_misses_nothing(line: Line) -> None:
    line.look(1, 2, 3)
    line.finds("deleted")

    line.look(3, since=None)

    assert (line.changes(), line.standings(), line.asked_for()) == ([], [], [])


def test_part_of_a_look_misses_nothing(line: Line) -> None:
    line.look(1, 2)
    line.finds("deleted")
    line.day += 1
    line.server.answers("/posts", data({"posts": [1], "next": "1"}), throttled(3600))

    report = line.ask()

    assert report.outcome == "throttled"
    assert (line.changes(), line.standings(), line.asked_for()) == ([], [], [])


def test_an_empty_list_that_the_platform_confirms_misses_every_post(line: Line) -> None:
    line.look(1, 2)
    line.finds("deleted")

    report = line.look()

    assert report.outcome == "empty_confirmed"
    assert [row[:2] for row in line.changes()] == [("post_gone", "1"), ("post_gone", "2")]


def test_a_source_that_cannot_be_asked_leaves_a_post_not_seen(line: Line) -> None:
    line.source = Unable()
    line.look(1, 2)

    line.look(1)
    line.look(1)
    line.look(1, 2)

    assert line.changes() == []
    assert line.standings() == [("2", "not_seen", None, False), ("2", "present", None, False)]


def test_fifty_are_asked_for_at_a_time_the_oldest_first_and_the_rest_waits(line: Line) -> None:
    line.look(*range(60))
    line.finds("unknown")

    report = line.look(59)
    first = line.asked_for()
    line.look(59)
    second = line.asked_for()[50:]

    assert first == [str(number) for number in range(50)]
    assert second[:9] == [str(number) for number in range(50, 59)]
    assert second[9:11] == ["0", "1"]
    assert any("59 known posts were not listed; 50 of them" in words for words in report.warnings)
    assert line.rows("SELECT COUNT(*) FROM standing WHERE standing = 'not_seen'") == [(9,)]


def test_an_answer_about_a_post_that_nobody_asked_for_is_left_aside(line: Line) -> None:
    line.look(1, 2)
    line.finds("deleted", key="1")

    line.look(1)

    assert line.changes() == []
    assert line.standings() == [("2", "not_seen", None, False)]


def test_a_platform_that_stops_answering_leaves_the_rest_for_later(line: Line) -> None:
    line.look(1, 2, 3)
    line.server.answers("/post", data({"standing": "deleted"}), throttled(3600))

    report = line.look(3)
    line.finds("deleted")
    line.look(3)

    assert report.outcome == "rows"
    assert any("could not all be asked for" in words for words in report.warnings)
    assert [row[:2] for row in line.changes()] == [("post_gone", "1"), ("post_gone", "2")]


# -- the account -------------------------------------------------------------------------------------------------


def test_an_account_that_is_gone_is_told_and_none_of_its_posts_is(line: Line) -> None:
    line.look(1, 2)
    line.finds("deleted")

    line.look(account="deactivated", words="Account is deactivated")
    line.look(account="deactivated", words="Account is deactivated")

    assert line.changes() == [
        ("account_gone", "bluesky:river.test", None, "deactivated", "listing-1", "standing-1")
    ]
    assert line.standings() == [(None, "deactivated", "Account is deactivated", True)]
    assert line.asked_for() == []


def test_an_account_goes_for_another_cause_and_comes_back(line: Line) -> None:
    line.look(1, account="present")
    line.look(account="not_found")
    line.look(account="suspended")
    line.look(account="unknown")

    line.look(1, account="present")

    assert [row[:4] for row in line.changes()] == [
        ("account_gone", "bluesky:river.test", None, None),
        ("account_gone", "bluesky:river.test", None, "suspended"),
        ("account_back", "bluesky:river.test", "suspended", "present"),
    ]


def test_an_account_that_was_never_seen_is_no_account_that_went(line: Line) -> None:
    line.look(account="deactivated")

    assert line.changes() == []
    assert line.standings() == [(None, "deactivated", line.standings()[0][2], True)]


def test_what_an_unknown_answer_says_of_an_account_is_never_a_disappearance(line: Line) -> None:
    line.look(1, account="present")

    line.look(account="unknown")
    line.look(account="login_wall")

    assert line.changes() == []


# -- the record page ---------------------------------------------------------------------------------------------


def test_both_sides_of_a_disappearance_are_shown_with_the_answers_behind_them(line: Line) -> None:
    line.look(1, 2)
    line.finds("taken_down", words="Removed for <script>")
    line.look(1)
    ((_, _, _, _, before, after),) = line.changes()

    was, is_now = (desk.show_snapshot(line.engine, name) for name in (before, after))

    assert (was["kind"], was["values"]["text"], was["evidence"]) == ("post", "words of 2", was["pages"][0])
    assert is_now["values"] == {
        "standing": "taken_down",
        "said": "Removed for <script>",
        "post": "2",
        "url": None,
    }
    assert b"taken_down" in desk_evidence(line, is_now["evidence"]["sha256"])
    assert [row["snapshot"] for row in is_now["others"]] == [after]


def desk_evidence(line: Line, sha256: str) -> bytes:
    return desk.evidence_line(line.engine, sha256, 1).encode()
