"""YouTube's Data API: a channel, its uploads and videos by fifties, the quota, and videos that are left out."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine

from tests.collect.lines import Line
from tests.collect.servers import Asked, FaultServer, Told, client_of, data, login_page
from tracker.collect.sources import youtube_api
from tracker.domain import AccountRef, Count, Post, Profile, Quarantined, Record, Scope, Sought

KEY = "AIza-key-of-the-tests-0000"
HELD = {"YOUTUBE_API_KEY": KEY}
NOW = datetime(2026, 10, 1, 12, tzinfo=UTC)
CHANNEL = "UCriverriverriverriver00"
NAME = AccountRef("youtube", "riversays", handle="RiverSays")
RIVER = AccountRef("youtube", "riversays", handle="RiverSays", native_id=CHANNEL)
BASE = "/youtube/v3"


def channel(**statistics: Any) -> dict[str, Any]:
    numbers = {"viewCount": "120", "subscriberCount": "15300", "videoCount": "3", **statistics}
    return {"kind": "youtube#channel", "id": CHANNEL, "snippet": {"title": "River", "description": "News", "customUrl": "@riversays"},
            "statistics": numbers, "contentDetails": {"relatedPlaylists": {"uploads": "UUriver"}}}  # fmt: skip


def video(key: str, day: int = 20, **more: Any) -> dict[str, Any]:
    snippet = {"channelId": CHANNEL, "title": f"Video {key}", "description": "See https://river.example/a #river",
               "publishedAt": f"2026-09-{day:02}T08:00:00Z", "thumbnails": {"high": {"url": "https://i.ytimg.example/1.jpg"}}}  # fmt: skip
    return {
        "kind": "youtube#video",
        "id": key,
        "snippet": snippet,
        "statistics": {"viewCount": "0", "likeCount": "7"},
        **more,
    }


def listed(kind: str, *items: dict[str, Any], **more: Any) -> Told:
    return data(
        {
            "kind": f"youtube#{kind}ListResponse",
            "items": list(items),
            "pageInfo": {"totalResults": len(items)},
            **more,
        }
    )


def uploads(*dated: tuple[str, int], after: str | None = None) -> Told:
    items = [{"kind": "youtube#playlistItem", "contentDetails": {"videoId": key, "videoPublishedAt": f"2026-09-{day:02}T08:00:00Z"}}
             for key, day in dated]  # fmt: skip
    return listed("playlistItem", *items, **({"nextPageToken": after} if after else {}))


def refused(reason: str, status: int = 403) -> Told:
    return data(
        {
            "error": {
                "code": status,
                "message": "No.",
                "errors": [{"reason": reason, "domain": "youtube.quota"}],
            }
        },
        status,
    )


def parsed(*items: dict[str, Any]) -> list[Any]:
    records = [Record(line, one) for line, one in enumerate(items, 1)]
    return list(youtube_api.parse(records, Scope({}, NOW, NAME)))


def test_a_channel_has_rounded_subscribers_and_none_where_they_are_hidden() -> None:
    shown, hidden = (
        next(item for item in parsed(channel(**more)) if isinstance(item, Profile))
        for more in ({}, {"hiddenSubscriberCount": True, "subscriberCount": "0"})
    )

    assert (shown.look.handle, shown.look.name, shown.account.native_id) == ("riversays", "River", CHANNEL)
    assert shown.counts[0] == Count("subscribers", 15_300, "15300")
    assert hidden.counts[0] == Count("subscribers", None)


def test_a_video_is_read_with_its_numbers_and_where_it_is_blocked() -> None:
    blocked = {"duration": "PT3M", "regionRestriction": {"blocked": ["DE"]}}

    (post,) = [
        item
        for item in parsed(channel(), video("riverAAAA01", contentDetails=blocked))
        if isinstance(item, Post)
    ]

    assert (post.key, post.url) == ("riverAAAA01", "https://www.youtube.com/watch?v=riverAAAA01")
    assert post.details
    assert (post.details.title, post.details.hashtags, post.details.withheld_in) == (
        "Video riverAAAA01",
        ("river",),
        ("DE",),
    )
    assert post.details.counts == (Count("views", 0), Count("likes", 7))


def test_a_video_of_another_channel_is_kept_apart() -> None:
    other = video("riverAAAA01")
    other["snippet"]["channelId"] = "UCother"

    assert [item.field for item in parsed(channel(), other) if isinstance(item, Quarantined)] == ["channelId"]


# -- asking ------------------------------------------------------------------------------------------------------


@pytest.fixture
def line(engine: Engine) -> Iterator[Line]:
    with FaultServer() as server:
        server.answers(f"{BASE}/channels", listed("channel", channel()))
        server.answers(f"{BASE}/playlistItems", uploads(("riverAAAA02", 28), ("riverAAAA01", 27)))
        server.answers(f"{BASE}/videos", shown)
        yield Line(engine, server, "youtube_api")


def shown(asked: Asked) -> Told:
    """All the videos that are asked for, but for one that is gone."""
    return listed("video", *(video(key, 27) for key in asked.query["id"].split(",") if key != "riverGONE00"))


def test_uploads_are_read_by_fifties_until_they_are_older_than_asked_for_and_the_key_stays_in_a_header(
    line: Line,
) -> None:
    def pages(asked: Asked) -> Told:
        if asked.query.get("pageToken") == "older":
            return uploads(("riverAAAA00", 18), ("riverOLD0000", 10), after="oldest")
        return uploads(("riverAAAA02", 28), ("riverAAAA01", 27), after="older")

    line.server.answers(f"{BASE}/playlistItems", pages)

    report = line.ask(NAME, HELD)

    assert (report.outcome, line.posts()) == ("rows", 3)
    assert [asked.query["id"] for asked in line.server.asked if asked.path.endswith("videos")] == [
        "riverAAAA02,riverAAAA01", "riverAAAA00",
    ]  # fmt: skip
    assert {asked.headers["x-goog-api-key"] for asked in line.server.asked} == {KEY}
    assert not [asked for asked in line.server.asked if KEY in str(asked.query)]
    assert line.rows("SELECT native_id FROM account") == [(CHANNEL,)]


def test_a_quota_that_is_used_up_ends_throttled_and_goes_on_at_its_place(line: Line) -> None:
    line.server.answers(f"{BASE}/videos", refused("quotaExceeded"))
    stopped = line.ask(NAME, HELD)
    line.server.answers(f"{BASE}/videos", shown)

    report = line.ask(NAME, HELD)

    assert (stopped.outcome, report.outcome, line.posts()) == ("throttled", "rows", 2)
    assert [asked.path.rpartition("/")[2] for asked in line.server.asked] == [
        "channels",
        "playlistItems",
        "videos",
        "videos",
    ]


@pytest.mark.parametrize(
    ("told", "outcome"),
    [
        (refused("keyInvalid", 400), "refused"),
        (refused("forbidden"), "refused"),
        (refused("rateLimitExceeded"), "throttled"),
        (login_page(), "login_wall"),
        (data({"surprise": 1}), "error"),
    ],
)
def test_a_refusal_is_read_by_its_reason_and_says_nothing_of_the_channel(
    line: Line, told: Told, outcome: str
) -> None:
    line.ask(NAME, HELD)
    line.later = timedelta(days=1)
    line.server.answers(f"{BASE}/channels", told)

    report = line.ask(RIVER, HELD)

    assert (report.outcome, line.rows("SELECT type FROM change")) == (outcome, [])


def test_a_channel_that_is_not_named_is_gone_without_a_cause(line: Line) -> None:
    line.ask(NAME, HELD)
    line.later = timedelta(days=1)
    line.server.answers(f"{BASE}/channels", listed("channel"))

    report = line.ask(RIVER, HELD)

    assert report.outcome == "gone"
    assert line.rows('SELECT type, "after" FROM change') == [("account_gone", None)]


def test_a_video_that_left_the_list_is_asked_for_and_not_found(line: Line) -> None:
    line.server.answers(f"{BASE}/playlistItems", uploads(("riverAAAA02", 28), ("riverGONE00", 27)))
    line.server.answers(f"{BASE}/videos", listed("video", video("riverAAAA02", 28), video("riverGONE00", 27)))
    line.ask(NAME, HELD)
    line.later = timedelta(days=1)
    line.server.answers(f"{BASE}/playlistItems", uploads(("riverAAAA02", 28)))
    line.server.answers(f"{BASE}/videos", shown)

    line.ask(RIVER, HELD)

    assert line.rows('SELECT type, subject, "after" FROM change') == [("post_gone", "riverGONE00", None)]


def test_a_channel_without_new_videos_is_silent_for_certain(line: Line) -> None:
    line.server.answers(f"{BASE}/playlistItems", uploads(("riverOLD0000", 1)))

    assert line.ask(NAME, HELD).outcome == "empty_confirmed"


def test_an_answer_without_data_says_nothing_of_the_videos() -> None:
    with FaultServer() as server, client_of(server, youtube_api.hosts) as client:
        server.answers(f"{BASE}/videos", refused("quotaExceeded"))

        (found,) = youtube_api.find([Sought("riverAAAA01", None)], Scope({}, NOW, RIVER), client, HELD)

    assert found.standing == "unknown"
