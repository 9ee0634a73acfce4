"""TikTok's Research API: tokens that end, slices of thirty days, the way on in each search, and the daily quota."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import Engine

from tests.collect.lines import Line
from tests.collect.servers import Asked, FaultServer, Told, data, login_page
from tracker.collect.sources import tiktok_research
from tracker.domain import AccountRef, Count, Listing, Post, PostDetails, Profile, Quarantined, Record, Scope
from tracker.errors import BadInput

HELD = {
    "TIKTOK_RESEARCH_CLIENT_KEY": "client-key-of-tests",
    "TIKTOK_RESEARCH_CLIENT_SECRET": "client-secret-of-tests",
}
TOKEN = "clt.token-of-the-tests-1234"
NOW = datetime(2026, 10, 1, 12, tzinfo=UTC)
RIVER = AccountRef("tiktok", "river.says", handle="River.Says")
GRANT, USER, QUERY = "/v2/oauth/token/", "/v2/research/user/info/", "/v2/research/video/query/"
OK = {"error": {"code": "ok", "message": "", "log_id": "1"}}


def video(number: int, **more: Any) -> dict[str, Any]:
    return {"id": 7_400_000_000_000_000_000 + number, "username": "river.says", "create_time": 1_790_000_000 + number,
            "video_description": f"Words {number} #river", "region_code": "US", "like_count": 0, **more}  # fmt: skip


def found(*videos: dict[str, Any], more: bool = False, cursor: int = 100) -> Told:
    return data(
        {"data": {"videos": list(videos), "cursor": cursor, "has_more": more, "search_id": "search-1"}, **OK}
    )


def refused(code: str, status: int) -> Told:
    return data({"data": {}, "error": {"code": code, "message": "No.", "log_id": "1"}}, status)


def parsed(*values: dict[str, Any]) -> list[Any]:
    records = [Record(line, one) for line, one in enumerate(values, 1)]
    return list(tiktok_research.parse(records, Scope({}, NOW, RIVER)))


def test_a_video_is_read_whole_with_an_id_that_no_browser_has_rounded() -> None:
    label = {"content": "Learn the facts about the election", "type": 1}

    (post,) = [
        item
        for item in parsed(
            video(
                1,
                hashtag_names=["river"],
                video_mention_list=["Lake"],
                video_label=label,
                voice_to_text="Hello",
            )
        )
        if isinstance(item, Post)
    ]

    assert post == Post(
        Listing("tiktok_research|river.says|*", NOW, RIVER), "7400000000000000001", RIVER, "Words 1 #river",
        datetime(2026, 9, 21, 14, 13, 21, tzinfo=UTC), "1790000001", None,
        "https://www.tiktok.com/@river.says/video/7400000000000000001", 1,
        PostDetails(
            hashtags=("river",), mentions=("lake",), labels=("Learn the facts about the election",), counts=(Count("likes", 0),),
            extra={"region_code": "US", "spoken": "Hello"},
        ),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"id": 7.4e18}, "id"),
        ({"id": None}, "id"),
        ({"username": "lake"}, "username"),
        ({"video_description": [1]}, "video_description"),
    ],
)
def test_a_video_that_cannot_be_read_for_certain_is_kept_apart(wrong: dict[str, Any], field: str) -> None:
    assert [item.field for item in parsed({**video(1), **wrong}) if isinstance(item, Quarantined)] == [field]


def test_a_user_is_read_and_what_is_not_given_is_not_known() -> None:
    (profile,) = [
        item
        for item in parsed({"display_name": "River", "follower_count": 0, "is_verified": False})
        if isinstance(item, Profile)
    ]

    assert (profile.look.name, profile.look.bio, profile.verified) == ("River", "", "none")
    assert profile.counts == (Count("followers", 0),)


@pytest.mark.parametrize("key", ["~river-says", "MS4wLjABAAAA-river-river-river-river"])
def test_an_account_without_a_name_cannot_be_asked_about(key: str) -> None:
    with pytest.raises(BadInput):
        tiktok_research.question(Scope({}, NOW, AccountRef("tiktok", key)))


# -- asking ------------------------------------------------------------------------------------------------------


@pytest.fixture
def line(engine: Engine) -> Iterator[Line]:
    with FaultServer() as server:
        server.answers(GRANT, data({"access_token": TOKEN, "expires_in": 7200, "token_type": "Bearer"}))
        server.answers(USER, data({"data": {"display_name": "River", "follower_count": 7}, **OK}))
        server.answers(QUERY, found(video(2), video(1)))
        yield Line(engine, server, "tiktok_research")


def queries(line: Line) -> list[dict[str, Any]]:
    return [asked.json for asked in line.server.asked if asked.path == QUERY]


def test_keys_are_sent_in_a_form_and_a_header_and_kept_nowhere(line: Line) -> None:
    report = line.ask(RIVER, HELD)

    assert (report.outcome, line.posts()) == ("rows", 2)
    assert line.server.asked[0].form["client_secret"] == HELD["TIKTOK_RESEARCH_CLIENT_SECRET"]
    assert {asked.headers.get("authorization") for asked in line.server.asked[1:]} == {f"Bearer {TOKEN}"}
    assert not [secret for secret in (TOKEN, *HELD.values()) if secret.encode() in line.kept()]


def test_a_long_question_is_cut_into_slices_of_thirty_days_each_read_to_its_end(line: Line) -> None:
    def answers(asked: Asked) -> Told:
        if asked.json["start_date"] == "20260701" and "cursor" not in asked.json:
            return found(video(1), more=True)
        return found(video(2)) if "cursor" in asked.json else found()

    line.server.answers(QUERY, answers)

    report = line.ask(RIVER, HELD, **{"from": "2026-07-01", "to": "2026-09-15"})

    assert (report.outcome, line.posts()) == ("rows", 2)
    assert [
        (one["start_date"], one["end_date"], one.get("cursor"), one.get("search_id")) for one in queries(line)
    ] == [
        ("20260701", "20260730", None, None),
        ("20260701", "20260730", 100, "search-1"),
        ("20260731", "20260829", None, None),
        ("20260830", "20260915", None, None),
    ]
    assert queries(line)[0]["query"]["and"][0]["field_values"] == ["river.says"]


def test_a_token_that_ended_is_renewed_once(line: Line) -> None:
    line.server.answers(QUERY, refused("access_token_invalid", 401), found(video(1)))

    report = line.ask(RIVER, HELD)

    assert (report.outcome, line.posts()) == ("rows", 1)
    assert [asked.path for asked in line.server.asked] == [GRANT, USER, QUERY, GRANT, QUERY]


def test_a_daily_quota_that_is_used_up_ends_throttled_and_goes_on_in_its_search(line: Line) -> None:
    line.server.answers(QUERY, found(video(2), more=True), refused("daily_quota_limit_exceeded", 429))
    stopped = line.ask(RIVER, HELD)
    line.server.answers(QUERY, found(video(1)))

    report = line.ask(RIVER, HELD)

    assert (stopped.outcome, report.outcome, line.posts()) == ("throttled", "rows", 2)
    assert (queries(line)[-1]["cursor"], queries(line)[-1]["search_id"]) == (100, "search-1")


def test_a_cursor_that_comes_again_ends_the_question(line: Line) -> None:
    line.server.answers(QUERY, found(video(2), more=True))

    assert (line.ask(RIVER, HELD).outcome, line.posts()) == ("error", 1)


@pytest.mark.parametrize(
    ("path", "told", "outcome"),
    [
        (GRANT, data({"error": "invalid_client", "error_description": "No."}, 401), "login_wall"),
        (USER, refused("scope_not_authorized", 401), "refused"),
        (USER, refused("invalid_params", 400), "error"),
        (QUERY, login_page(), "login_wall"),
        (QUERY, data([1]), "error"),
    ],
)
def test_a_refusal_ends_in_its_outcome_and_says_nothing_of_the_account(
    line: Line, path: str, told: Told, outcome: str
) -> None:
    line.server.answers(path, told)

    report = line.ask(RIVER, HELD)

    assert (report.outcome, line.rows("SELECT type FROM change")) == (outcome, [])


def test_an_empty_answer_is_not_taken_as_silence(line: Line) -> None:
    line.server.answers(QUERY, found())

    assert line.ask(RIVER, HELD).outcome == "empty_unverified"
