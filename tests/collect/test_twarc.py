"""twarc's JSON lines: whole answers, flattened lines and tweets of the first version give the same posts."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, text

from tests.collect.recorded import one, recorded
from tracker.collect.pipeline import import_file
from tracker.collect.sources import twarc
from tracker.domain import (
    Count,
    ImportReport,
    Media,
    Notice,
    Parsed,
    Post,
    PostDetails,
    Profile,
    Quarantined,
    Record,
    Scope,
)
from tracker.errors import BadInput
from tracker.settings import Settings

NOW = datetime(2026, 10, 2, tzinfo=UTC)
ASKED = {
    "url": "https://api.twitter.com/2/tweets",
    "version": "2.14.1",
    "retrieved_at": "2026-10-01T12:00:31+00:00",
}
USER = {
    "id": "700800900", "username": "RiverDaily", "name": "River Daily", "description": "News", "created_at": "2015-04-21T06:49:15.000Z",
    "verified": True, "verified_type": "government", "location": "River Province", "protected": False,
    "public_metrics": {"followers_count": 1200, "following_count": 3, "tweet_count": 50, "listed_count": 1},
    "entities": {"url": {"urls": [{"url": "https://t.co/1", "expanded_url": "https://river.example.org"}]}},
}  # fmt: skip
LAKE = {"id": "55", "username": "LakeDaily", "name": "Lake Daily"}
TWEET = {
    "id": "1972983000000000111", "author_id": "700800900", "text": "The bridge is open &amp; free", "lang": "en", "source": "Web App",
    "created_at": "2026-10-01T08:00:00.000Z", "conversation_id": "1972983000000000111", "possibly_sensitive": False,
    "public_metrics": {"retweet_count": 3, "reply_count": 0, "like_count": 12, "quote_count": 1},
    "attachments": {"media_keys": ["3_1"]}, "withheld": {"copyright": False, "country_codes": ["IN"]},
    "entities": {"hashtags": [{"tag": "river"}], "mentions": [{"username": "LakeDaily", "id": "55"}],
                 "urls": [{"url": "https://t.co/2", "expanded_url": "https://river.example.org/1"}]},
}  # fmt: skip
PHOTO = {"media_key": "3_1", "type": "photo", "url": "https://cdn.example.org/1.jpg", "alt_text": "A bridge"}
OLD = {
    "id": 1972983000000000111, "id_str": "1972983000000000111", "full_text": "The bridge is open &amp; free", "lang": "en",
    "created_at": "Thu Oct 01 08:00:00 +0000 2026", "favorite_count": 12, "retweet_count": 3, "quote_count": 1, "reply_count": 0,
    "user": {"id_str": "700800900", "screen_name": "RiverDaily", "name": "River Daily", "followers_count": 1200, "verified": False},
    "entities": {"hashtags": [{"text": "river"}], "user_mentions": [{"screen_name": "LakeDaily"}],
                 "urls": [{"expanded_url": "https://river.example.org/1"}]},
    "extended_entities": {"media": [{"type": "photo", "media_url_https": "https://cdn.example.org/1.jpg"}]},
}  # fmt: skip


def answer(*posts: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "data": list(posts),
        "includes": {"users": [USER, LAKE], "media": [PHOTO]},
        "__twarc": ASKED,
        **more,
    }


def parsed(*lines: object) -> list[Parsed]:
    found = [
        record._replace(line=line)
        for line, words in enumerate(lines, 1)
        for record in twarc.records_in(json.dumps(words).encode())
    ]
    return list(twarc.parse(found, Scope({}, NOW)))


def posts(found: list[Parsed]) -> list[Post]:
    return [item for item in found if isinstance(item, Post)]


def details(found: list[Parsed]) -> PostDetails:
    (post,) = posts(found)
    assert post.details is not None
    return post.details


def imported(engine: Engine, folder: Path, body: str) -> ImportReport:
    path = folder / "posts.jsonl"
    path.write_text(body, encoding="utf-8")
    return import_file(engine, Settings(home=folder), "twarc", path=path, scope={}, now=lambda: NOW)


def test_an_answer_gives_the_post_with_who_wrote_it_and_what_it_shows() -> None:
    (post,) = posts(parsed(answer(TWEET)))

    assert (post.key, post.text, post.published_at) == (
        "1972983000000000111", "The bridge is open & free", datetime(2026, 10, 1, 8, tzinfo=UTC),
    )  # fmt: skip
    assert post.account is not None
    assert (post.account.key, post.url) == (
        "riverdaily",
        "https://x.com/RiverDaily/status/1972983000000000111",
    )
    assert post.listing.observed_at == datetime(2026, 10, 1, 12, tzinfo=UTC)
    assert post.details == PostDetails(
        language="en", links=("https://river.example.org/1",), hashtags=("river",), mentions=("LakeDaily",),
        media=(Media("photo", "https://cdn.example.org/1.jpg", "A bridge"),), withheld_in=("IN",),
        counts=(Count("likes", 12), Count("reposts", 3), Count("replies", 0), Count("quotes", 1)), extra={"client": "Web App"},
    )  # fmt: skip


def test_a_flattened_line_says_the_same_as_the_answer_that_it_came_from() -> None:
    flat = {**TWEET, "author": USER, "attachments": {"media": [PHOTO]}, "__twarc": ASKED}

    assert posts(parsed(flat)) == posts(parsed(answer(TWEET)))


def test_a_tweet_of_the_first_version_is_read_alike_and_was_seen_when_it_was_imported() -> None:
    (old,), (new,) = posts(parsed(OLD)), posts(parsed(answer(TWEET)))

    assert (old.key, old.text, old.published_at, old.url) == (new.key, new.text, new.published_at, new.url)
    assert old.details is not None
    assert new.details is not None
    assert (old.details.links, old.details.hashtags, old.details.counts) == (
        new.details.links, new.details.hashtags, new.details.counts,
    )  # fmt: skip
    assert old.listing.observed_at == NOW


def test_only_who_wrote_a_post_has_a_profile() -> None:
    found = [item for item in parsed(answer(TWEET)) if isinstance(item, Profile)]

    assert [(item.account.key, item.verified, item.look.label, item.website) for item in found] == [
        ("riverdaily", "government", "government_check", "https://river.example.org"),
    ]
    assert found[0].counts == (
        Count("followers", 1200),
        Count("following", 3),
        Count("posts", 50),
        Count("lists", 1),
    )


def test_that_an_old_check_is_missing_says_nothing_of_a_state() -> None:
    (profile,) = [item for item in parsed(OLD) if isinstance(item, Profile)]

    assert (profile.verified, profile.look.label) == ("none", None)


def test_a_repost_bears_the_whole_text_of_what_it_repeats() -> None:
    repost = {
        **TWEET,
        "text": "RT @LakeDaily: Cut off…",
        "referenced_tweets": [{"type": "retweeted", "id": "9"}],
    }
    whole = {"id": "9", "author_id": "55", "text": "Cut off here, and on to the end"}
    page = answer(repost)
    page["includes"] = {**page["includes"], "tweets": [whole]}

    (post,) = posts(parsed(page))

    assert post.text == "RT @LakeDaily: Cut off here, and on to the end"
    assert post.details is not None
    assert (post.details.kind, post.details.repost_of) == ("repost", "9")


def test_reply_and_quote_are_told_apart_and_an_edit_names_its_versions() -> None:
    reply = details(
        parsed(
            answer(
                {**TWEET, "conversation_id": "2", "referenced_tweets": [{"type": "replied_to", "id": "1"}]}
            )
        )
    )
    quote = details(parsed(answer({**TWEET, "referenced_tweets": [{"type": "quoted", "id": "3"}]})))
    edit = details(parsed(answer({**TWEET, "edit_history_tweet_ids": ["1", TWEET["id"]]})))

    assert [(one.kind, one.reply_to, one.root, one.quote_of) for one in (reply, quote)] == [
        ("reply", "1", "2", None),
        ("quote", None, None, "3"),
    ]
    assert edit.extra["edits"] == ["1", TWEET["id"]]


def test_what_an_answer_could_not_give_is_said() -> None:
    error = {
        "title": "Not Found Error",
        "type": "https://api.twitter.com/2/problems/resource-not-found",
        "value": "1",
    }

    found = parsed(answer(TWEET, errors=[error, error]))

    assert [item.message for item in found if isinstance(item, Notice)] == [
        "2 things that were asked for did not come: Not Found Error"
    ]


def test_users_without_posts_are_profiles_and_lines_of_compliance_are_kept_apart() -> None:
    found = parsed({"data": [USER], "__twarc": ASKED}, {"id": "1", "action": "delete", "reason": "protected"})

    assert [item.account.key for item in found if isinstance(item, Profile)] == ["riverdaily"]
    assert [(item.line, item.field) for item in found if isinstance(item, Quarantined)] == [(2, "action")]


@pytest.mark.parametrize(
    ("line", "field"),
    [
        (answer({**TWEET, "id": 1.972983e18}), "id"),
        (answer({**TWEET, "id": 1972983000000000000}), "id"),
        (answer({**TWEET, "text": None}), "text"),
        ({**answer(TWEET), "__twarc": {"retrieved_at": "soon"}}, "__twarc.retrieved_at"),
        ({**answer(TWEET), "__twarc": {"retrieved_at": "2099-01-01T00:00:00Z"}}, "__twarc.retrieved_at"),
        ({"data": [{"id": "5", "text": "Nobody"}]}, "author"),
    ],
)
def test_a_post_that_cannot_be_meant_is_kept_apart(line: object, field: str) -> None:
    found = parsed(answer(TWEET), line)

    assert [(item.line, item.field) for item in found if isinstance(item, Quarantined)] == [(2, field)]


def test_a_file_whose_last_line_is_cut_is_refused_with_that_line(engine: Engine, tmp_path: Path) -> None:
    whole = json.dumps(answer(TWEET))

    with pytest.raises(BadInput, match=r"posts\.jsonl, line 2: .*cut off"):
        imported(engine, tmp_path, f"{whole}\n{whole[:200]}")

    with engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM evidence")).scalar_one() == 0


def test_two_answers_give_each_post_once_and_the_numbers_of_both(engine: Engine, tmp_path: Path) -> None:
    later = answer(
        {**TWEET, "public_metrics": {"like_count": 40}},
        __twarc={**ASKED, "retrieved_at": "2026-10-01T18:00:00Z"},
    )

    report = imported(engine, tmp_path, f"{json.dumps(answer(TWEET))}\n{json.dumps(later)}\n")

    with engine.connect() as connection:
        likes = connection.execute(
            text("SELECT value FROM post_count WHERE name = 'likes' ORDER BY observed_at")
        )
        assert likes.scalars().all() == [12, 40]
        assert connection.execute(text("SELECT count(*) FROM post")).scalar_one() == 1
    assert (report.read, report.quarantined) == (4, 0)


@pytest.mark.parametrize("path", recorded("x-api-v2/*.jsonl"))
def test_a_recorded_line_gives_posts_or_says_why_not(path: Path) -> None:
    found = list[Record]()
    for line, words in enumerate(path.read_bytes().splitlines(), 1):
        if words.strip():
            try:
                found += [record._replace(line=line) for record in twarc.records_in(words)]
            except BadInput as error:
                assert "cut off" in error.found  # noqa: PT017, the last line of the recorded stream
    items = list(twarc.parse(found, Scope({}, NOW)))

    apart = {item.field for item in items if isinstance(item, Quarantined)}
    assert apart == ({"action"} if "compliance" in path.name else set())
    assert bool(posts(items)) != ("compliance" in path.name)


def test_an_edited_post_is_recorded_with_both_its_ids() -> None:
    records = list(twarc.records_in(one("x-api-v2/edited_after.jsonl")))

    found = details(list(twarc.parse(records, Scope({}, NOW))))

    assert found.extra["edits"] == ["1576994746135764992", "1576994789110992896"]
