"""X's archive of information operations: hashes stay text, columns are known by name, and nobody is accused by an import."""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, text

from tracker.collect.pipeline import import_file
from tracker.collect.sources import io_archive
from tracker.domain import (
    AccountRef,
    Count,
    Listing,
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

RELEASED = datetime(2019, 8, 19, tzinfo=UTC)
HASH = "wQyX4sV0+example/hash0000000000000000000000="
ACCOUNT = {
    "userid": HASH, "user_display_name": HASH, "user_screen_name": HASH, "user_reported_location": "River Province",
    "user_profile_description": "Tea and news", "user_profile_url": "", "follower_count": "12", "following_count": "0",
    "account_creation_date": "2017-06-09", "account_language": "zh-cn",
}  # fmt: skip
POST = ACCOUNT | {
    "tweetid": "1094567890123456789", "tweet_language": "en", "tweet_text": "The bridge is open", "tweet_time": "2019-01-05 10:00",
    "tweet_client_name": "Twitter Web Client", "in_reply_to_userid": "", "in_reply_to_tweetid": "", "quoted_tweet_tweetid": "",
    "is_retweet": "false", "retweet_userid": "", "retweet_tweetid": "", "latitude": "", "longitude": "", "quote_count": "0",
    "reply_count": "1", "like_count": "", "retweet_count": "3", "hashtags": "[river, bridge]",
    "urls": "[http://a.example.org/1,2, http://b.example.org]", "user_mentions": "[1111, 2222]",
}  # fmt: skip
HASHED = AccountRef("x", HASH, native_id=HASH)


def parsed(*rows: Mapping[str, Any], **scope: str) -> list[Parsed]:
    records = [Record(number, row) for number, row in enumerate(rows, 2)]
    return list(io_archive.parse(records, Scope(scope, RELEASED)))


def posts(found: list[Parsed]) -> list[Post]:
    return [item for item in found if isinstance(item, Post)]


def test_a_post_of_a_hashed_account_is_read_whole() -> None:
    (post,) = posts(parsed(POST))

    assert post == Post(
        Listing("io_archive|x:" + HASH + "|*", RELEASED, HASHED), "1094567890123456789", HASHED, "The bridge is open",
        datetime(2019, 1, 5, 10, tzinfo=UTC), "2019-01-05 10:00", None, None, 2,
        PostDetails(
            language="en", links=("http://a.example.org/1,2", "http://b.example.org"), hashtags=("river", "bridge"),
            mentions=("1111", "2222"), counts=(Count("reposts", 3), Count("replies", 1), Count("quotes", 0)),
            extra={"tweet_client_name": "Twitter Web Client"},
        ),
    )  # fmt: skip


def test_an_account_that_is_named_is_known_by_its_handle() -> None:
    (post,) = posts(
        parsed({**POST, "userid": "123456", "user_screen_name": "RiverDaily", "user_display_name": "River"})
    )

    assert post.account == AccountRef(
        "x",
        "riverdaily",
        handle="RiverDaily",
        name="River",
        url="https://x.com/RiverDaily",
        native_id="123456",
    )


def test_the_other_order_of_columns_in_the_files_of_2018_changes_nothing() -> None:
    reply = {**POST, "in_reply_to_tweetid": "77", "in_reply_to_userid": "88"}
    swapped = dict(sorted(reply.items()))

    (one,), (other,) = posts(parsed(reply)), posts(parsed(swapped))

    assert one.details == other.details
    assert one.details is not None
    assert (one.details.kind, one.details.reply_to, one.details.extra["in_reply_to_userid"]) == (
        "reply",
        "77",
        "88",
    )


def test_a_repost_is_told_from_a_post() -> None:
    (repost,) = posts(parsed({**POST, "is_retweet": "true", "retweet_tweetid": "99"}))

    assert repost.details is not None
    assert (repost.details.kind, repost.details.repost_of) == ("repost", "99")


def test_a_file_of_accounts_gives_profiles_and_no_posts() -> None:
    found = parsed(ACCOUNT, {**ACCOUNT, "userid": "5", "user_screen_name": "LakeDaily", "follower_count": ""})

    profiles = [item for item in found if isinstance(item, Profile)]
    assert [(one.account.key, one.look.bio, one.counts) for one in profiles] == [
        (HASH, "Tea and news", (Count("followers", 12), Count("following", 0))),
        ("lakedaily", "Tea and news", (Count("following", 0),)),
    ]
    assert (profiles[0].joined_at, profiles[0].language) == (datetime(2017, 6, 9, tzinfo=UTC), "zh-cn")
    assert not [item for item in found if isinstance(item, Post | Notice)]


@pytest.mark.parametrize(
    ("cells", "field"),
    [({"tweetid": "1.09457E+18"}, "tweetid"), ({"userid": ""}, "userid"), ({"tweetid": HASH}, "tweetid")],
)
def test_a_row_that_cannot_be_meant_is_kept_apart(cells: dict[str, str], field: str) -> None:
    found = parsed(POST, {**POST, **cells})

    assert [(item.line, item.field) for item in found if isinstance(item, Quarantined)] == [(3, field)]


def test_two_sets_glued_together_are_refused() -> None:
    with pytest.raises(BadInput, match="line 3: the header stands here again"):
        parsed(POST, {column: column for column in POST}, POST)


def test_a_set_accuses_nobody(engine_of: Engine, tmp_path: Path) -> None:
    path = tmp_path / "set.csv"
    quoted = ['"' + str(value) + '"' for value in POST.values()]
    path.write_text(",".join(POST) + "\n" + ",".join(quoted) + "\n", encoding="utf-8")

    report = import_file(
        engine_of,
        Settings(home=tmp_path),
        "io_archive",
        path=path,
        scope={"exported_at": "2019-08-19"},
        now=lambda: RELEASED,
    )

    with engine_of.connect() as connection:
        account = connection.execute(text("SELECT key, status FROM account")).one()
        claims = connection.execute(text("SELECT COUNT(*) FROM claim")).scalar_one()
    assert (tuple(account), claims, report.new) == ((HASH, "unassessed"), 0, 2)
