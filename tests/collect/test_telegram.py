"""The public preview of a Telegram channel: rounded numbers, albums, forwards, and what has no preview at all."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from tests.collect.lines import BODIES, Line, told
from tests.collect.recorded import recorded
from tests.collect.servers import Asked, FaultServer, Told, client_of, throttled
from tracker.collect import telegram_cells
from tracker.collect.sources import telegram
from tracker.domain import (
    AccountRef,
    Count,
    Listing,
    Media,
    Post,
    PostDetails,
    Profile,
    Quarantined,
    Record,
    Scope,
    Sought,
)

RIVER = AccountRef("telegram", "riversays", handle="RiverSays", url="https://t.me/RiverSays")
NOW = datetime(2026, 10, 1, 12, tzinfo=UTC)
PREVIEW = "/s/RiverSays"


def items(*cases: str) -> list[Any]:
    bodies = [(BODIES / "telegram" / f"{case}.200.html").read_bytes() for case in cases]
    records = [record for body in bodies for record in telegram.records_in(body)]
    return list(telegram.parse(records, Scope({}, NOW, RIVER)))


def posts(*cases: str) -> dict[str, Post]:
    return {item.key: item for item in items(*cases) if isinstance(item, Post)}


def details(key: str) -> PostDetails:
    found = posts("newest")[key].details
    assert found is not None
    return found


def test_a_message_is_read_whole_and_its_rounded_numbers_stay_as_published() -> None:
    assert posts("newest")["11"] == Post(
        Listing("telegram|riversays|*", NOW, RIVER, complete_since=datetime(2026, 9, 30, 10, tzinfo=UTC)),
        "11",
        RIVER,
        "Bridge opens\n#bridge says @riverdesk here 🔥",
        datetime(2026, 9, 30, 10, tzinfo=UTC),
        "2026-09-30T10:00:00+00:00",
        None,
        "https://t.me/RiverSays/11",
        2,
        PostDetails(
            links=("https://news.example.org/b",),
            hashtags=("bridge",),
            mentions=("riverdesk",),
            version="edited",
            counts=(
                Count("views", 4200, "4.2K"),
                Count("reaction 👍", 1100, "1.1K"),
                Count("reaction custom 5368", 7),
                Count("reaction paid", 3),
            ),
            extra={
                "signed": "Li (edited by)",
                "preview": {
                    "url": "https://news.example.org/b?utm_source=tg",
                    "site_name": "River Daily",
                    "title": "Bridge opens",
                },
            },
        ),
    )


def test_a_message_that_was_passed_on_names_whose_it_is() -> None:
    found = details("12")

    assert (found.kind, found.author, found.repost_of) == (
        "repost",
        "othervoice",
        "https://t.me/OtherVoice/77",
    )
    assert found.counts == (Count("views", 0),)


def test_an_album_is_one_message_whose_files_name_the_other_numbers() -> None:
    found = details("14")

    assert (found.kind, found.reply_to, posts("newest")["14"].text) == ("reply", "11", "An album")
    assert found.media == (
        Media("photo", "https://t.me/RiverSays/14?single"),
        Media("video", "https://t.me/RiverSays/15?single"),
    )


def test_a_service_message_has_no_views_and_none_are_made_up() -> None:
    assert (details("16").kind, details("16").counts) == ("service", ())


def test_a_poll_is_its_question_with_its_options_beside_it() -> None:
    found = details("17")

    assert posts("newest")["17"].text == "Is the toll fair?"
    assert found.extra["poll"]["options"] == [["Yes", "60%"], ["No", "40%"]]
    assert found.counts == (Count("views", 9), Count("voters", 1500, "1.5K"))


def test_the_profile_bears_its_counters_as_published() -> None:
    (profile,) = [item for item in items("newest", "older") if isinstance(item, Profile)]

    assert (profile.look.handle, profile.look.name) == ("RiverSays", "River Says")
    assert profile.look.bio == "News from the river\nWrite to @riverdesk"
    assert profile.verified == "verified"
    assert profile.counts == (Count("subscribers", 36600, "36.6K"), Count("photos", 1))


def test_pages_that_overlap_count_a_message_once() -> None:
    assert sorted(posts("older", "newest", "older"), key=int) == ["9", "10", "11", "12", "14", "16", "17"]


def test_a_channel_without_a_message_is_not_taken_as_silent() -> None:
    (listing,) = [item for item in items("silent") if isinstance(item, Listing)]

    assert (listing.outcome, listing.complete_since) == ("empty_unverified", None)


@pytest.mark.parametrize("place", ["OtherVoice/7", "riversays", "riversays/x", ""])
def test_a_message_of_another_channel_is_kept_apart(place: str) -> None:
    found = list(telegram.parse([Record(1, {"kind": "message", "post": place})], Scope({}, NOW, RIVER)))

    assert [item.field for item in found if isinstance(item, Quarantined)] == ["post"]


@pytest.mark.parametrize(
    ("printed", "count"),
    [
        ("4.2K", Count("views", 4200, "4.2K")),
        ("3.1M", Count("views", 3_100_000, "3.1M")),
        ("999", Count("views", 999)),
        ("many", Count("views", None, "many")),
    ],
)
def test_a_counter_that_cannot_be_read_is_none_and_keeps_its_words(printed: str, count: Count) -> None:
    assert telegram_cells.count("views", printed) == count


@pytest.mark.parametrize("path", recorded("telegram/*.html"))
def test_a_recorded_message_is_read_with_its_time_and_number(path: Path) -> None:
    found = telegram_cells.read(path.read_bytes())

    names = {message["post"].partition("/")[0] for message in found.messages}
    accounts = [AccountRef("telegram", name.casefold(), handle=name) for name in names]
    for account in accounts:
        records = telegram.records_in(path.read_bytes())
        parsed = list(telegram.parse(records, Scope({}, NOW, account)))
        (post,) = [item for item in parsed if isinstance(item, Post)]
        assert post.published_at is not None
        assert post.url == f"https://t.me/{account.handle}/{post.key}"
        assert "not supported" not in post.text
    assert accounts or path.stem in ("channel_info", "no_posts_found")


@pytest.mark.parametrize(
    "hostile",
    [b"", b"\xff\xfe\0", b"<div" * 100_000, b"<div class=tgme_widget_message data-post='a/1'>" * 50_000],
)
def test_a_hostile_page_is_read_in_bounded_time(hostile: bytes) -> None:
    records = list(telegram.records_in(hostile))

    assert not [item for item in telegram.parse(records, Scope({}, NOW, RIVER)) if isinstance(item, Post)]


# -- asking ------------------------------------------------------------------------------------------------------


@pytest.fixture
def line(engine: Engine) -> Iterator[Line]:
    with FaultServer() as server:
        yield Line(engine, server, "telegram")


def preview(asked: Asked) -> Told:
    """The page before a number, as t.me gives it."""
    case = {None: "newest", "11": "older", "9": "first"}[asked.query.get("before")]
    return told("telegram", case)


def test_pages_are_asked_for_until_the_first_day_that_is_wanted(line: Line) -> None:
    line.server.answers(PREVIEW, preview)

    report = line.ask(RIVER, **{"from": "2026-09-25"})

    assert report.outcome == "rows"
    assert [asked.query for asked in line.server.asked] == [{}, {"before": "11"}]
    assert line.rows("SELECT count(*) FROM post") == [(7,)]


def test_without_a_first_day_three_days_are_asked_for_and_with_one_the_whole_channel(line: Line) -> None:
    line.server.answers(PREVIEW, preview)

    line.ask(RIVER)
    few = len(line.server.asked)
    line.ask(RIVER, **{"from": "2020-01-01"})

    assert (few, len(line.server.asked) - few) == (2, 3)


def test_a_channel_that_loses_its_mark_of_verification_is_told(line: Line) -> None:
    newest = told("telegram", "newest")
    marked = b'<i class="verified-icon"> \xe2\x9c\x94</i>'
    assert marked in newest.body
    for day, body in enumerate((newest.body, newest.body.replace(marked, b""))):
        line.later = timedelta(days=day)
        line.server.answers(PREVIEW, Told(body, 200, newest.headers))
        line.ask(RIVER, **{"from": "2026-09-30"})

    assert line.rows('SELECT type, "before", "after" FROM change') == [
        ("verification_changed", "verified", "none")
    ]


@pytest.mark.parametrize(
    ("case", "standing", "words"),
    [("preview_off", "present", "36 619 subscribers"), ("nobody", "unknown", "no card")],
)
def test_what_has_no_preview_is_refused_and_nobody_is_called_gone(
    line: Line, case: str, standing: str, words: str
) -> None:
    line.server.answers(PREVIEW, Told(b"", 302, {"Location": "https://t.me/RiverSays"}))
    line.server.answers("/RiverSays", told("telegram", case))

    report = line.ask(RIVER)

    with client_of(line.server, telegram.hosts) as client:
        (page,) = telegram.fetch(Scope({}, NOW, RIVER), client, {}, None)
    assert (report.outcome, report.new, page.standing) == ("refused", 0, standing)
    assert any(words in warning for warning in report.warnings)


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (throttled(), "throttled"),
        (Told(b"<html><body>Sorry</body></html>", 200, {"Content-Type": "text/html"}), "error"),
        (Told(b"", 404), "gone"),
    ],
)
def test_an_answer_that_is_no_preview_ends_in_its_outcome(line: Line, answer: Told, outcome: str) -> None:
    line.server.answers(PREVIEW, answer)

    assert line.ask(RIVER).outcome == outcome


def test_a_run_that_was_throttled_goes_on_at_the_older_messages(line: Line) -> None:
    line.server.answers(PREVIEW, told("telegram", "newest"), throttled())
    line.ask(RIVER, **{"from": "2020-01-01"})
    line.server.answers(PREVIEW, preview)

    line.ask(RIVER, **{"from": "2020-01-01"})

    assert [asked.query for asked in line.server.asked[-2:]] == [{"before": "11"}, {"before": "9"}]


@pytest.mark.parametrize(
    ("answer", "standing", "said"),
    [
        (told("telegram", "message"), "present", None),
        (told("telegram", "message_gone"), "not_found", "Post not found"),
        (told("telegram", "message_kept_back"), "unknown", "Please open Telegram to view this post"),
        (Told(b"<html></html>", 200), "unknown", None),
        (Told(b"", 403), "unknown", "answered 403"),
    ],
)
def test_a_message_that_is_missing_is_asked_for_and_telegram_says_so_in_words(
    answer: Told, standing: str, said: str | None
) -> None:
    with FaultServer() as server, client_of(server, telegram.hosts) as client:
        server.answers("/RiverSays/12", answer)

        (found,) = telegram.find([Sought("12", None)], Scope({}, NOW, RIVER), client, {})

        assert server.asked[0].query == {"embed": "1", "mode": "tme"}
    assert (found.key, found.standing, found.said) == ("12", standing, said)
