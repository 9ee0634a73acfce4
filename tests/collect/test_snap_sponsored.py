"""Snap's commercial content: a creator presents it, a sponsor may be named, and nothing more is published."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine

from tests.collect.lines import Line, body, told
from tests.collect.servers import FaultServer, Told, data, login_page, throttled
from tracker.collect.sources import snap_sponsored
from tracker.domain import AccountRef, Ad, Notice, Parsed, Quarantined, Record, Scope

NOW = datetime(2026, 10, 1, tzinfo=UTC)
LIST, SEARCH = "/v1/ads_library/sponsored_content", "/v1/ads_library/sponsored_content/search"
RIVER = AccountRef(
    "snapchat",
    "rivernews",
    handle="RiverNews",
    name="River News",
    url="https://www.snapchat.com/add/RiverNews",
)


def record(**fields: Any) -> dict[str, Any]:
    return {**body("snap_sponsored", "first_page")["ad_previews"][0]["sponsored_content_preview"], **fields}


def parsed(*records: dict[str, Any], **scope: str) -> list[Parsed]:
    numbered = [Record(line, values) for line, values in enumerate(records, 1)]
    return list(snap_sponsored.parse(numbered, Scope(scope, NOW)))


def test_a_post_is_read_whole_and_a_sponsor_is_no_payer() -> None:
    (ad,) = parsed(record())

    assert isinstance(ad, Ad)
    assert ad.account == AccountRef(
        "snapchat",
        "rivernews",
        handle="rivernews",
        name="River News",
        url="https://www.snapchat.com/add/rivernews",
    )
    assert (ad.key, ad.beneficiary, ad.payer) == (
        "www.snapchat.com/spotlight/W7_fictional_one",
        "Lake Tourism Board",
        None,
    )
    assert (ad.first_shown, ad.last_shown, ad.metrics, ad.targets) == (None, None, (), ())
    assert (ad.status, ad.extra["content_type"]) == ("declared by its creator", "SPOTLIGHT")
    assert "sig=" not in repr(ad)


def test_a_sponsor_that_is_not_named_is_missing_and_a_new_field_is_named_once() -> None:
    ad, notice = parsed(record(sponsor_name="", mood="calm"))

    assert isinstance(ad, Ad)
    assert (ad.beneficiary, ad.extra["mood"]) == (None, "calm")
    assert notice == Notice("fields not known here, kept with each ad: mood")


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"content_url": None}, "content_url"),
        ({"content_url": "javascript:alert(1)"}, "content_url"),
        ({"content_url": "https://www.snapchat.com/" + "x" * 300}, "content_url"),
        ({"creator_name": " "}, "creator_name"),
        ({"creator_name": "x" * 501}, "creator_name"),
        ({"creator_name": 7}, "creator_name"),
        ({"creator_name": "Lake News", "creator_url": ""}, "creator_name"),
        ({"sponsor_name": ["a"]}, "sponsor_name"),
    ],
)
def test_a_post_that_cannot_be_read_for_certain_is_kept_apart_with_its_field(
    fields: dict[str, Any], field: str
) -> None:
    items = parsed(record(**fields), creator="rivernews")

    assert [(item.line, item.field) for item in items if isinstance(item, Quarantined)] == [(1, field)]


def test_a_creator_without_a_profile_is_known_by_the_printed_name() -> None:
    (ad,) = parsed(record(creator_url="https://evil.example/add/rivernews"))

    assert isinstance(ad, Ad)
    assert ad.account == AccountRef("snapchat", "~river-news", name="River News")


# -- asking ------------------------------------------------------------------------------------------------------


@pytest.fixture
def line(engine_of: Engine) -> Iterator[Line]:
    with FaultServer() as server:
        yield Line(engine_of, server, "snap_sponsored")


def test_the_posts_of_a_creator_are_asked_for_by_name_and_followed(line: Line) -> None:
    line.server.answers(SEARCH, told("snap_sponsored", "first_page"), told("snap_sponsored", "last_page"))

    report = line.ask(RIVER)

    first, second = line.server.asked
    assert (report.outcome, report.read, report.new) == ("rows", 3, 3)
    assert first.json == second.json == {"creator_name": "RiverNews"}
    assert second.query == {"cursor": "MTA"}


def test_without_a_creator_the_whole_list_is_asked_for(line: Line) -> None:
    line.server.answers(LIST, told("snap_sponsored", "last_page"))

    report = line.ask()

    assert (report.outcome, report.read, line.server.asked[0].method) == ("rows", 1, "GET")


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (told("snap_ads", "too_many"), "throttled"),
        (throttled(), "throttled"),
        (told("snap_ads", "false_emptiness"), "empty_unverified"),
        (login_page(), "login_wall"),
        (data({"previews": []}), "error"),
        (data({"message": "no"}, 403), "refused"),
    ],
)
def test_an_answer_that_is_none_ends_in_its_outcome_and_writes_nothing(
    line: Line, answer: Told, outcome: str
) -> None:
    line.server.answers(SEARCH, answer)

    report = line.ask(RIVER)

    assert (report.outcome, report.new) == (outcome, 0)


def test_a_throttled_question_goes_on_a_day_later_where_it_stopped(line: Line) -> None:
    line.server.answers(SEARCH, told("snap_sponsored", "first_page"), told("snap_ads", "too_many"))
    before = line.ask(RIVER)
    line.server.answers(SEARCH, told("snap_sponsored", "last_page"))
    line.later = timedelta(days=1)

    after = line.ask(RIVER)

    assert (before.outcome, before.new, after.outcome, after.read, after.new) == (
        "throttled",
        2,
        "rows",
        3,
        1,
    )
    assert line.server.asked[-1].query == {"cursor": "MTA"}
