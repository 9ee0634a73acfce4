"""Tables of 4CAT and of Zeeschuimer: told by their header, times in UTC, ids as text, and no missing number read as 0."""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, text

from tracker.collect.pipeline import import_file
from tracker.collect.sources import fourcat
from tracker.domain import (
    AccountRef,
    Count,
    ImportReport,
    Listing,
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
OF_X = {
    "id": "1972983000000000111", "thread_id": "1972983000000000111", "timestamp": "2025-09-30 10:00:00",
    "unix_timestamp": "1759226400", "link": "https://x.com/RiverDaily/status/1972983000000000111", "body": "Open, at last",
    "author": "RiverDaily", "author_fullname": "River Daily", "author_id": "700800900", "verified": "no",
    "language_guess": "en", "possibly_sensitive": "no", "retweet_count": "3", "reply_count": "", "like_count": "1,234",
    "quote_count": "0", "impression_count": "4.2K", "is_retweet": "no", "is_quote_tweet": "no", "quote_tweet_id": "",
    "is_reply": "yes", "replied_author": "LakeDaily", "hashtags": "river,bridge", "urls": "https://a.example.org/?q=1,2,https://b.example.org",
    "images": "https://cdn.example.org/1.jpg", "videos": "", "mentions": "LakeDaily", "is_withheld": "no", "mood": "glad",
}  # fmt: skip
RIVER = AccountRef("x", "riverdaily", handle="RiverDaily", name="River Daily", url="https://x.com/RiverDaily", native_id="700800900")  # fmt: skip
OTHERS: dict[str, dict[str, str]] = {
    "tiktok": {"id": "7500000000000000001", "thread_id": "7500000000000000001", "author": "river.daily", "body": "See",
               "unix_timestamp": "1759226400", "tiktok_url": "https://www.tiktok.com/@river.daily/video/7500000000000000001",
               "plays": "9000", "likes": "5", "diversification_labels": "News,Travel", "is_ad": "yes"},
    "instagram": {"id": "DRiver00001", "author": "river.daily", "body": "Bridge", "timestamp": "2025-09-30 10:00:00",
                  "num_likes": "", "num_comments": "2"},
    "threads": {"id": "DThread0001", "author": "river.daily", "body": "Read", "timestamp": "2025-09-30 10:00:00", "reposts": "1",
                "author_is_verified": "yes"},
    "facebook": {"id": "pfbid02RiverA1", "author": "RiverDaily", "author_name": "River Daily", "body": "Read", "is_in_group": "no",
                 "timestamp": "2025-09-30 10:00:00"},
    "telegram": {"id": "riverdaily-5", "author": "1001", "chat": "riverdaily", "body": "Read", "timestamp": "2025-09-30 10:00:00",
                 "message_noforwards": "", "views": "12", "is_reply": "yes", "reply_to": "riverdaily-4"},
    "bluesky": {"id": "at://did:plc:river/app.bsky.feed.post/3k", "author": "river.example.org", "author_id": "did:plc:river",
                "body": "Read", "created_at": "2025-09-30T10:00:00.000Z", "replied_to_post": "", "repost_count": "2",
                "collected_at": "2025-10-01 09:00:00", "author_created_at": "2024-01-01 00:00:00"},
}  # fmt: skip


def parsed(*rows: Mapping[str, Any], **scope: str) -> list[Parsed]:
    records = [Record(number, row) for number, row in enumerate(rows, 2)]
    return list(fourcat.parse(records, Scope(scope, NOW)))


def posts(found: list[Parsed]) -> list[Post]:
    return [item for item in found if isinstance(item, Post)]


def notices(found: list[Parsed]) -> list[str]:
    return [item.message for item in found if isinstance(item, Notice)]


def bring(
    engine: Engine, folder: Path, body: str | bytes, source: str = "fourcat", **scope: str
) -> ImportReport:
    path = folder / "table.csv"
    path.write_bytes(body.encode() if isinstance(body, str) else body)
    return import_file(engine, Settings(home=folder), source, path=path, scope=scope, now=lambda: NOW)


def test_a_row_of_x_is_read_whole() -> None:
    (post,) = posts(parsed(OF_X))

    assert post == Post(
        Listing("fourcat|x:riverdaily|*", NOW, RIVER), "1972983000000000111", RIVER, "Open, at last",
        datetime(2025, 9, 30, 10, tzinfo=UTC), "1759226400", None, "https://x.com/RiverDaily/status/1972983000000000111", 2,
        PostDetails(
            kind="reply", language="en", links=("https://a.example.org/?q=1,2", "https://b.example.org"),
            hashtags=("river", "bridge"), mentions=("LakeDaily",), media=(Media("photo", "https://cdn.example.org/1.jpg"),),
            counts=(Count("likes", 1234), Count("reposts", 3), Count("quotes", 0), Count("views", 4200, "4.2K")),
            extra={"replied_author": "LakeDaily", "mood": "glad"},
        ),
    )  # fmt: skip


def test_an_unknown_column_is_kept_and_named_and_the_table_is_said() -> None:
    assert notices(parsed(OF_X)) == [
        "read as 4CAT's table of X through Zeeschuimer",
        "columns not known here, kept with each post: mood",
    ]


@pytest.mark.parametrize("platform", OTHERS)
def test_each_platform_is_told_by_the_header(platform: str) -> None:
    (post,) = posts(parsed(OTHERS[platform]))

    assert post.account is not None
    assert post.account.platform == platform
    assert post.published_at == datetime(2025, 9, 30, 10, tzinfo=UTC)


def test_a_number_that_is_missing_is_none_and_labels_are_kept_in_words() -> None:
    (video,), (picture,) = posts(parsed(OTHERS["tiktok"])), posts(parsed(OTHERS["instagram"]))

    assert video.details is not None
    assert picture.details is not None
    assert video.details.labels == ("News", "Travel", "ad")
    assert picture.details.counts == (Count("comments", 2),)


def test_a_profile_is_made_only_where_it_is_known_when_it_was_seen() -> None:
    def seen(*found: Parsed) -> list[datetime]:
        return [item.look.observed_at for item in found if isinstance(item, Profile)]

    assert seen(*parsed(OF_X)) == []
    assert seen(*parsed(OF_X, exported_at="2025-10-01")) == [NOW]
    assert seen(*parsed(OTHERS["bluesky"])) == [datetime(2025, 10, 1, 9, tzinfo=UTC)]


def test_a_table_of_another_platform_is_read_by_what_all_have() -> None:
    row = {
        "id": "wall1_2",
        "thread_id": "wall1_2",
        "author": "river",
        "body": "Words",
        "timestamp": "2025-09-30 10:00:00",
    }

    (by_address,) = posts(parsed({**row, "url": "https://vk.com/wall1_2"}))
    (by_scope,) = posts(parsed(row, platform="vk"))

    assert (
        by_address.account
        == by_scope.account
        == AccountRef("vk", "river", handle="river", url="https://vk.com/river")
    )
    with pytest.raises(BadInput, match="give --scope platform=NAME"):
        parsed(row)


@pytest.mark.parametrize(
    ("cells", "field"),
    [
        ({"id": "1.97298E+18"}, "id"),
        ({"id": ""}, "id"),
        ({"id": "1972983000000000000"}, "id"),
        ({"author": "", "author_id": "", "author_fullname": ""}, "author"),
        ({"author": "not a handle"}, "author"),
    ],
)
def test_a_row_that_cannot_be_meant_is_kept_apart_with_line_and_field(
    cells: dict[str, str], field: str
) -> None:
    found = parsed(OF_X, {**OF_X, **cells})

    assert [(item.line, item.field) for item in found if isinstance(item, Quarantined)] == [(3, field)]
    assert len(posts(found)) == 1


def test_a_post_that_stands_twice_with_other_words_is_kept_apart() -> None:
    found = parsed(OF_X, OF_X, {**OF_X, "body": "Closed"})

    assert len(posts(found)) == 2
    assert [(item.line, item.reason) for item in found if isinstance(item, Quarantined)] == [
        (4, "1972983000000000111 stands here twice, with other words")
    ]


def test_ids_that_a_spreadsheet_rounded_refuse_the_whole_file(engine: Engine, tmp_path: Path) -> None:
    header = "id,thread_id,author,author_fullname,body,timestamp,impression_count\n"
    rows = "".join(
        f"19729830000000{number}00,1,RiverDaily,River,words,2025-09-30 10:00:00,1\n"
        for number in range(101, 107)
    )

    with pytest.raises(BadInput, match="all 6 long ids end in 00"):
        bring(engine, tmp_path, header + rows)
    with engine.connect() as connection:
        assert connection.execute(text("SELECT COUNT(*) FROM evidence")).scalar_one() == 0


def test_a_date_that_is_none_keeps_its_words_and_is_counted() -> None:
    found = parsed(
        {**OF_X, "unix_timestamp": "", "timestamp": "yesterday"}, {**OF_X, "unix_timestamp": "4070908800"}
    )

    assert [(post.published_at, post.published_as_printed) for post in posts(found)] == [
        (None, "yesterday"), (None, "4070908800"),
    ]  # fmt: skip
    assert "2 times: a date that is not a date that is known here" in notices(found)


HEADER = "id,thread_id,author,body,timestamp,reposts,author_is_verified\n"
ROW = 'DThread0001,DThread0001,river.daily,"=HYPERLINK(""x"")",2025-09-30 10:00:00,1,no\n'


def test_a_formula_in_a_cell_is_text(engine_of: Engine, tmp_path: Path) -> None:
    report = bring(engine_of, tmp_path, "\ufeff" + HEADER + ROW)

    with engine_of.connect() as connection:
        kept = connection.execute(text("SELECT text FROM post_snapshot")).scalar_one()
        status = connection.execute(text("SELECT status FROM account")).scalar_one()
    assert (report.read, report.new) == (1, 1)
    assert (kept, status) == ('=HYPERLINK("x")', "unassessed")


def test_the_table_of_zeeschuimer_with_semicolons_is_read_too(engine: Engine, tmp_path: Path) -> None:
    body = (
        HEADER.replace(",", ";") + 'DThread0001;DThread0001;river.daily;"a; ""b""";2025-09-30 10:00:00;1;no\n'
    )

    report = bring(engine, tmp_path, body, "zeeschuimer")

    assert (report.read, report.new, report.quarantined) == (1, 1, 0)
    assert "read as 4CAT's table of Threads" in report.warnings


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (HEADER + ROW + HEADER + ROW, "line 3: the header stands here again: two exports glued together"),
        (HEADER + ROW + "DThread0002,DThr", "line 3: 2 cells where the header names 7 columns"),
        (HEADER.replace(",", "|") + ROW, "no column 'id', 'author', 'body'"),
        (HEADER + 'DThread0002,1,river.daily,"never closed\n', "the CSV cannot be read here"),
        ("<!DOCTYPE html><html>", "this is a web page"),
    ],
)
def test_a_damaged_table_is_refused_with_its_line_and_leaves_nothing(
    body: str, words: str, engine: Engine, tmp_path: Path
) -> None:
    with pytest.raises(BadInput) as refusal:
        bring(engine, tmp_path, body)

    assert words in str(refusal.value)
    with engine.connect() as connection:
        assert connection.execute(text("SELECT COUNT(*) FROM evidence")).scalar_one() == 0


def test_a_table_without_rows_is_not_read_as_nothing(engine: Engine, tmp_path: Path) -> None:
    report = bring(engine, tmp_path, HEADER)

    assert (report.outcome, report.read) == ("empty_unverified", 0)
