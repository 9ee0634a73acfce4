"""The feed of a YouTube channel: a zero that is none, a handle that names a channel, and a 404 that says nothing."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from tests.collect.lines import BODIES, Line, told
from tests.collect.recorded import recorded
from tests.collect.servers import FaultServer, Told, client_of, login_page, redirect, throttled
from tracker.collect.sources import youtube
from tracker.domain import (
    AccountRef,
    Count,
    Listing,
    Media,
    Page,
    Post,
    PostDetails,
    Profile,
    Quarantined,
    Record,
    Scope,
    Sought,
)

CHANNEL = "UCriverriverriverriver00"
RIVER = AccountRef("youtube", "riversays", handle="RiverSays")
KNOWN = AccountRef("youtube", "riversays", handle="RiverSays", native_id=CHANNEL)
NOW = datetime(2026, 10, 1, 12, tzinfo=UTC)
FEED = "/feeds/videos.xml"


def items(account: AccountRef = RIVER) -> list[Any]:
    body = (BODIES / "youtube" / "feed.200.xml").read_bytes()
    return list(youtube.parse(youtube.records_in(body), Scope({}, NOW, account)))


def test_a_video_is_read_whole() -> None:
    post = next(item for item in items() if isinstance(item, Post))

    assert post == Post(
        Listing("youtube|riversays|*", NOW, KNOWN, complete_since=datetime(2026, 9, 28, 10, tzinfo=UTC)),
        "riverAAAA01",
        KNOWN,
        "Who pays <the> toll?\n\nMore: https://news.example.org/toll?utm_source=yt. #Bridge",
        datetime(2026, 9, 30, 10, tzinfo=UTC),
        "2026-09-30T10:00:00+00:00",
        None,
        "https://www.youtube.com/shorts/riverAAAA01",
        2,
        PostDetails(
            title="The bridge & the toll #shorts",
            links=("https://news.example.org/toll",),
            hashtags=("shorts", "Bridge"),
            media=(Media("thumbnail", "https://i1.ytimg.com/vi/riverAAAA01/hqdefault.jpg"),),
            counts=(Count("views", 1200), Count("likes", 54)),
            extra={"form": "short"},
        ),
    )


def test_the_zeroes_of_a_stream_to_come_are_not_read_as_zero() -> None:
    post = [item for item in items() if isinstance(item, Post)][1]

    assert post.details is not None
    assert post.details.counts == (Count("views", None, "0"), Count("likes", None, "0"))
    assert post.text == "Live tomorrow"


def test_the_profile_bears_the_id_that_the_videos_name_not_that_of_the_header() -> None:
    (profile,) = [item for item in items() if isinstance(item, Profile)]

    assert (profile.account, profile.look.name) == (KNOWN, "River Says")
    assert profile.joined_at == datetime(2019, 6, 3, 18, 44, 30, tzinfo=UTC)


def test_a_video_of_another_channel_is_kept_apart() -> None:
    other = AccountRef("youtube", "other", native_id="UCotherotherotherother00")

    found = [item for item in items(other) if isinstance(item, Post | Quarantined)]

    assert [type(item) for item in found] == [Quarantined, Quarantined]


@pytest.mark.parametrize("number", ["x", "9" * 30, "-1", ""])
def test_a_number_that_is_none_is_kept_as_published_or_left_out(number: str) -> None:
    record = Record(1, {"kind": "entry", "yt_videoid": "riverAAAA01", "views": number})

    (post,) = [item for item in youtube.parse([record], Scope({}, NOW, RIVER)) if isinstance(item, Post)]

    assert post.details is not None
    assert post.details.counts == ((Count("views", None, number),) if number else ())


@pytest.mark.parametrize("path", recorded("youtube/*.xml"))
def test_a_recorded_feed_gives_fifteen_videos_with_keys_of_their_own(path: Path) -> None:
    found = list(youtube.parse(youtube.records_in(path.read_bytes()), Scope({}, NOW, RIVER)))

    posts = [item for item in found if isinstance(item, Post)]
    assert len({post.key for post in posts}) == 15
    assert all(post.published_at and post.url and post.details and post.details.counts for post in posts)
    assert not [item for item in found if isinstance(item, Quarantined)]


# -- asking ------------------------------------------------------------------------------------------------------


@pytest.fixture
def line(engine: Engine) -> Iterator[Line]:
    with FaultServer() as server:
        yield Line(engine, server, "youtube")


def test_a_handle_leads_to_its_channel_and_the_channel_to_its_feed(line: Line) -> None:
    line.server.answers("/@RiverSays", told("youtube", "handle"))
    line.server.answers(FEED, told("youtube", "feed"))

    report = line.ask(RIVER)

    assert (report.outcome, line.posts()) == ("rows", 2)
    assert [(asked.path, asked.query) for asked in line.server.asked] == [
        ("/@RiverSays", {}),
        (FEED, {"channel_id": CHANNEL}),
    ]


def test_a_channel_whose_id_is_known_is_asked_for_at_once(line: Line) -> None:
    line.server.answers(FEED, told("youtube", "feed"))

    line.ask(KNOWN)

    assert [asked.path for asked in line.server.asked] == [FEED]


def test_a_404_of_the_feed_says_nothing_of_the_channel() -> None:
    with FaultServer() as server, client_of(server, youtube.hosts) as client:
        server.answers(FEED, told("youtube", "gone"))

        (page,) = youtube.fetch(Scope({}, NOW, KNOWN), client, {}, None)

    assert (page.standing, page.answer.status) == ("unknown", 404)


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (told("youtube", "consent"), "login_wall"),
        (redirect("https://consent.youtube.com/m?continue=x"), "login_wall"),
        (told("youtube", "gone"), "gone"),
        (throttled(), "throttled"),
    ],
)
def test_a_handle_that_leads_nowhere_ends_in_its_outcome(line: Line, answer: Told, outcome: str) -> None:
    line.server.answers("/@RiverSays", answer)

    report = line.ask(RIVER)

    assert (report.outcome, report.new) == (outcome, 0)


def test_a_page_in_place_of_the_feed_is_a_login_wall(line: Line) -> None:
    line.server.answers(FEED, login_page())

    assert line.ask(KNOWN).outcome == "login_wall"


@pytest.mark.parametrize(
    ("answer", "standing", "said"),
    [
        (told("youtube", "video"), "present", None),
        (Told(b"Not Found", 404), "not_found", "404 Not Found"),
        (Told(b"Unauthorized", 401), "unknown", "401 Unauthorized"),
        (Told(b"Forbidden", 403), "unknown", "403 Forbidden"),
        (Told(b"Bad Request", 400), "unknown", "400 Bad Request"),
    ],
)
def test_a_video_that_is_missing_is_asked_for_and_only_a_plain_answer_says_how_it_stands(
    answer: Told, standing: str, said: str | None
) -> None:
    sought = [Sought("riverAAAA01", "https://www.youtube.com/shorts/riverAAAA01")]
    with FaultServer() as server, client_of(server, youtube.hosts) as client:
        server.answers("/oembed", answer)

        (found,) = youtube.find(sought, Scope({}, NOW, KNOWN), client, {})

        assert server.asked[0].query["url"] == "https://www.youtube.com/watch?v=riverAAAA01"
    assert (found.key, found.standing, found.said) == ("riverAAAA01", standing, said)


def test_a_feed_that_is_there_says_that_the_channel_is() -> None:
    with FaultServer() as server, client_of(server, youtube.hosts) as client:
        server.answers(FEED, told("youtube", "feed"))

        pages: list[Page] = list(youtube.fetch(Scope({}, NOW, KNOWN), client, {}, None))

    assert [page.standing for page in pages] == ["present"]
