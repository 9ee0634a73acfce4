"""Zeeschuimer: items of several platforms in one file, each with its own time, and none dropped without a word."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, text

from tests.collect import zeeschuimer as items
from tracker.collect.pipeline import import_file
from tracker.collect.sources import zeeschuimer
from tracker.domain import (
    AccountRef,
    Count,
    Listing,
    Media,
    Notice,
    Parsed,
    PlatformLabel,
    Post,
    PostDetails,
    Profile,
    Quarantined,
    Record,
    Scope,
)
from tracker.settings import Settings

NOW = datetime(2026, 10, 2, tzinfo=UTC)
SEEN = datetime(2026, 10, 1, 12, 0, tzinfo=UTC)
RIVER = AccountRef("x", "riverdaily", handle="RiverDaily", name="River Daily", url="https://x.com/RiverDaily", native_id="700800900")  # fmt: skip


def parsed(*rows: dict[str, Any]) -> list[Parsed]:
    records = [Record(number, values) for number, values in enumerate(rows, 1)]
    return list(zeeschuimer.parse(records, Scope({}, NOW)))


def posts(found: list[Parsed]) -> list[Post]:
    return [item for item in found if isinstance(item, Post)]


def profiles(found: list[Parsed]) -> list[Profile]:
    return [item for item in found if isinstance(item, Profile)]


def of_x(**fields: Any) -> PostDetails:
    (post,) = posts(parsed(items.envelope("x.com", items.x_post(**fields))))
    assert post.details is not None
    return post.details


def test_a_post_on_x_is_read_whole_and_was_seen_when_the_extension_saw_it() -> None:
    (post,) = posts(parsed(items.envelope("twitter.com", items.x_post())))

    assert post == Post(
        Listing("zeeschuimer|x:riverdaily|*", SEEN, RIVER), "1972983000000000111", RIVER, "The bridge is open",
        datetime(2026, 10, 1, 8, tzinfo=UTC), "Wed Oct 01 08:00:00 +0000 2026", None,
        "https://x.com/RiverDaily/status/1972983000000000111", 1,
        PostDetails(language="en", counts=(
            Count("likes", 12), Count("reposts", 3), Count("replies", 0), Count("quotes", 1), Count("views", 4312),
        )),
    )  # fmt: skip


def test_the_profile_beside_it_stands_apart_from_the_post() -> None:
    (profile,) = profiles(parsed(items.envelope("x.com", items.x_post())))

    assert profile.listing == Listing("zeeschuimer|x:riverdaily|profile", SEEN, RIVER)
    assert (profile.look.handle, profile.look.bio, profile.look.label) == (
        "RiverDaily",
        "News from the river",
        "none",
    )
    assert (profile.verified, profile.location, profile.website) == (
        "none", "River Province", "https://river.example.org",
    )  # fmt: skip
    assert profile.counts == (Count("followers", 1200), Count("following", 3), Count("posts", 50))
    assert profile.joined_at == datetime(2015, 4, 21, 6, 49, 15, tzinfo=UTC)


def test_the_label_of_state_media_is_read_where_x_once_put_it_and_an_affiliation_is_none() -> None:
    def of(words: str) -> Profile:
        label = {"label": {"description": words, "userLabelType": "BusinessLabel"}}
        core = items.x_user(affiliates_highlighted_label=label)
        (profile,) = profiles(parsed(items.envelope("x.com", {**items.x_post(), "core": core})))
        return profile

    state, firm = of("Riverland state-affiliated media"), of("River Holding")

    assert (state.look.label, state.look.label_words) == (
        "state_affiliated",
        "Riverland state-affiliated media",
    )
    assert (firm.look.label, firm.labels) == ("none", (PlatformLabel("River Holding", kind="BusinessLabel"),))


def test_reply_repost_and_quote_are_kept_apart() -> None:
    reply = of_x(in_reply_to_status_id_str="1", conversation_id_str="2")
    quote = of_x(quoted_status_id_str="3")
    repost = of_x(retweeted_status_result={"result": {"tweet": items.x_post("4", "said")}})

    assert [
        (one.kind, one.reply_to, one.root, one.quote_of, one.repost_of) for one in (reply, quote, repost)
    ] == [
        ("reply", "1", "2", None, None),
        ("quote", None, None, "3", None),
        ("repost", None, None, None, "4"),
    ]


def test_a_long_note_is_read_to_its_end_and_entities_of_markup_as_signs() -> None:
    note = {"note_tweet": {"note_tweet_results": {"result": {"text": "A &amp; B, to the end"}}}}
    found = posts(parsed(
        items.envelope("x.com", {**items.x_post(text="A &amp; B, to"), **note}, 1),
        items.envelope("x.com", {"__typename": "TweetWithVisibilityResults", "tweet": items.x_post("5", "C &lt; D")}, 2),
    ))  # fmt: skip

    assert [post.text for post in found] == ["A & B, to the end", "C < D"]


def test_a_video_on_tiktok_is_read_with_its_marks_and_without_addresses_that_expire() -> None:
    labelled = items.tiktok(isAd=True, diversificationLabels=["News"], warnInfo=[{"text": "Get the facts"}])
    found = parsed(items.envelope("www.tiktok.com", labelled))

    (post,), (profile,) = posts(found), profiles(found)
    assert (post.key, post.account and post.account.key, post.text) == (
        "7500000000000000001", "river.daily", "See the river #river",
    )  # fmt: skip
    assert post.details == PostDetails(
        language="en", hashtags=("river",), mentions=("lake.daily",), media=(Media("video", None),),
        labels=("ad", "News", "Get the facts"),
        counts=(
            Count("likes", 100), Count("shares", 5), Count("comments", 7), Count("views", 9000), Count("bookmarks", 11),
        ),
        extra={"isAd": True, "diversificationLabels": ["News"], "warnInfo": [{"text": "Get the facts"}]},
    )  # fmt: skip
    assert (profile.verified, profile.look.label, profile.counts[0]) == (
        "verified",
        None,
        Count("followers", 900),
    )


def test_a_post_on_instagram_is_read_and_its_label_of_state_media_too() -> None:
    found = parsed(items.envelope("instagram.com", items.instagram()))

    (post,), (profile,) = posts(found), profiles(found)
    assert (post.key, post.url, post.text) == (
        "DRiver00001", "https://www.instagram.com/p/DRiver00001/", "Bridge #river",
    )  # fmt: skip
    assert post.details is not None
    assert post.details.media == (Media("photo", None, "A bridge"), Media("video", None))
    assert post.details.counts == (Count("likes", 30), Count("comments", 2))
    assert (profile.look.label, profile.look.label_words) == (
        "state_controlled_media", "Riverland state-controlled media",
    )  # fmt: skip


def test_hidden_likes_are_no_number() -> None:
    (post,) = posts(parsed(items.envelope(
        "instagram.com", items.instagram(like_and_view_counts_disabled=True, like_count=3)
    )))  # fmt: skip

    assert post.details is not None
    assert post.details.counts == (Count("comments", 2), Count("likes", None, "hidden"))


def test_the_older_form_of_instagram_is_read_too() -> None:
    old = {
        "shortcode": "BRiver00001", "taken_at_timestamp": 1_600_000_000, "owner": {"id": "5500000001", "username": "river.daily"},
        "edge_media_to_caption": {"edges": [{"node": {"text": "Old words"}}]}, "edge_liked_by": {"count": 8},
        "display_url": "https://cdn.example.org/1.jpg",
    }  # fmt: skip

    (post,) = posts(parsed(items.envelope("instagram.com", old)))

    assert (post.key, post.text, post.published_at) == (
        "BRiver00001", "Old words", datetime(2020, 9, 13, 12, 26, 40, tzinfo=UTC),
    )  # fmt: skip
    assert post.details == PostDetails(media=(Media("photo", None),), counts=(Count("likes", 8),))


def test_a_post_on_threads_says_whom_it_answers_and_where_its_link_leads() -> None:
    (post,) = posts(parsed(items.envelope("threads.net", items.threads())))

    assert post.url == "https://www.threads.net/@river.daily/post/DThread0001"
    assert post.details == PostDetails(
        kind="reply", links=("https://river.example.org/1",), mentions=("lake.daily",),
        counts=(Count("likes", 4), Count("reposts", 0), Count("quotes", 2), Count("replies", 1)),
    )  # fmt: skip


def test_an_item_of_a_platform_that_is_not_read_is_kept_apart_and_said() -> None:
    found = parsed(
        items.envelope("douyin.com", {"aweme_id": "1"}, 1), items.envelope("x.com", items.x_post(), 2)
    )

    assert [(item.line, item.field) for item in found if isinstance(item, Quarantined)] == [
        (1, "source_platform")
    ]
    assert [item.message for item in found if isinstance(item, Notice)] == [
        "1 records are kept apart because of: source_platform (1)"
    ]
    assert len(posts(found)) == 1


@pytest.mark.parametrize(
    ("item", "field"),
    [
        (items.envelope("x.com", [1]), "data"),
        (items.envelope("x.com", {"rest_id": "1", "core": items.x_user()}), "data.legacy"),
        (items.envelope("x.com", items.x_post(1972983000000000000)), "data.rest_id"),  # type: ignore[arg-type]
        (items.envelope("x.com", items.x_post(1.97e18)), "data.rest_id"),  # type: ignore[arg-type]
        (items.envelope("x.com", {**items.x_post(), "core": {}, "legacy": {"full_text": "a"}}), "author"),
        (items.envelope("tiktok.com", items.tiktok("soon")), "data.id"),
        (items.envelope("instagram.com", {"code": "DRiver00001"}), "data.user"),
        (items.envelope("x.com", items.x_post(), seen="today"), "timestamp_collected"),
        (items.envelope("x.com", items.x_post(), seen=4_070_908_800_000), "timestamp_collected"),
    ],
)  # fmt: skip
def test_an_item_that_cannot_be_meant_is_kept_apart_with_line_field_and_reason(
    item: dict[str, Any], field: str
) -> None:
    found = parsed(items.envelope("x.com", items.x_post("7")), item)

    assert [(one.line, one.field) for one in found if isinstance(one, Quarantined)] == [(2, field)]
    assert [post.key for post in posts(found)] == ["7"]


def test_a_post_dated_in_the_future_keeps_its_words_and_loses_the_date() -> None:
    (post,) = posts(parsed(items.envelope("tiktok.com", items.tiktok(createTime=4_070_908_800))))

    assert (post.published_at, post.published_as_printed) == (None, "4070908800")


def test_what_was_seen_twice_in_a_minute_counts_once_and_an_edit_later_is_an_edit(
    engine_of: Engine, tmp_path: Path
) -> None:
    path = tmp_path / "zeeschuimer.ndjson"
    path.write_bytes(items.lines(
        items.envelope("x.com", items.x_post(), 1),
        items.envelope("x.com", items.x_post(), 2),
        items.envelope("x.com", items.x_post(text="The bridge is closed"), 3, items.SEEN + 3_600_000),
    ))  # fmt: skip

    report = import_file(
        engine_of, Settings(home=tmp_path), "zeeschuimer", path=path, scope={}, now=lambda: NOW
    )

    with engine_of.connect() as connection:
        rows = connection.execute(
            text("SELECT type, at, before, after FROM change WHERE type = 'post_edited'")
        ).all()
        status = connection.execute(text("SELECT status FROM account")).scalars().all()
    assert (report.new, report.changed, report.quarantined) == (2, 1, 0)
    assert [(row[0], row[2], row[3]) for row in rows] == [
        ("post_edited", "The bridge is open", "The bridge is closed")
    ]
    assert status == ["unassessed"]


def test_a_line_that_was_cut_off_refuses_the_file_with_its_line(engine: Engine, tmp_path: Path) -> None:
    path = tmp_path / "zeeschuimer.ndjson"
    path.write_bytes(
        items.lines(items.envelope("x.com", items.x_post()))
        + json.dumps(items.envelope("x.com", {})).encode()[:60]
    )

    with pytest.raises(Exception, match=r"zeeschuimer.ndjson, line 2: the line is not JSON"):
        import_file(engine, Settings(home=tmp_path), "zeeschuimer", path=path, scope={}, now=lambda: NOW)
    with engine.connect() as connection:
        assert connection.execute(text("SELECT COUNT(*) FROM evidence")).scalar_one() == 0
