"""Tables of posts by file: whose ids they are, which column holds what, and bad files that are refused or kept apart."""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import pytest
from sqlalchemy import Engine, text

from tracker.collect import sources
from tracker.collect.pipeline import import_file
from tracker.domain import Count, ImportReport, Notice, Parsed, Post, Quarantined, Record, Scope
from tracker.errors import BadInput
from tracker.settings import Settings

NOW = datetime(2026, 10, 2, tzinfo=UTC)
LIBRARY = {
    "id": "3000000000000001", "creation_time": "2024-07-03T10:00:00+0000", "modified_time": "2024-07-03T10:00:00+0000",
    "text": "The bridge is open #river", "lang": "en", "content_type": "photos", "post_owner.id": "77001122",
    "post_owner.name": "River Daily", "post_owner.username": "riverdaily", "post_owner.type": "facebook_page",
    "surface.id": "77001122", "mcl_url": "https://www.facebook.com/transparency-tools/content-library/3000000000000001",
    "link_attachment.link": "https://river.example.org/1", "is_branded_content": "false", "statistics.views": "1200",
    "statistics.views_date_last_refreshed": "2024-07-09", "statistics.like_count": "7", "statistics.love_count": "",
    "statistics.share_count": "0",
}  # fmt: skip
ROW = {"id": "p-1", "text": "Hello", "date": "2024-07-03 10:00:00", "author": "riverdaily", "platform": "x"}


def parsed(source: str, *rows: Mapping[str, Any], **scope: str) -> list[Parsed]:
    records = [Record(number, row) for number, row in enumerate(rows, 2)]
    return list(sources.load(source).parse(records, Scope(scope, NOW)))


def posts(found: list[Parsed]) -> list[Post]:
    return [item for item in found if isinstance(item, Post)]


def apart(found: list[Parsed]) -> list[tuple[int, str, str]]:
    return [(one.line, one.field, one.reason) for one in found if isinstance(one, Quarantined)]


def imported(engine: Engine, folder: Path, source: str, body: bytes, **scope: str) -> ImportReport:
    path = folder / "table.csv"
    path.write_bytes(body)
    return import_file(engine, Settings(home=folder), source, path=path, scope=scope, now=lambda: NOW)


# -- Meta Content Library -----------------------------------------------------------------------------------------


def test_an_owner_in_the_content_library_is_known_by_its_handle_and_never_by_the_librarys_number() -> None:
    (post,) = posts(parsed("content_library", LIBRARY))

    assert post.account is not None
    assert (post.account.platform, post.account.key, post.account.native_id) == (
        "facebook",
        "riverdaily",
        None,
    )
    assert (post.key, post.published_at, post.text) == (
        "3000000000000001", datetime(2024, 7, 3, 10, tzinfo=UTC), "The bridge is open #river",
    )  # fmt: skip


def test_a_reaction_that_is_not_given_is_no_zero_and_a_time_of_editing_that_all_have_is_none() -> None:
    (post,) = posts(parsed("content_library", LIBRARY))

    assert post.details is not None
    assert post.details.edited_at is None
    assert post.details.counts == (Count("views", 1200), Count("likes", 7), Count("shares", 0))


def test_an_owner_without_a_handle_is_told_from_others_of_its_name() -> None:
    nameless = {**LIBRARY, "post_owner.username": ""}
    found = posts(
        parsed("content_library", nameless, {**nameless, "id": "3000000000000002", "post_owner.id": "8"})
    )

    assert [post.account and post.account.key for post in found] == ["~mcl-77001122", "~mcl-8"]


def test_a_table_of_the_content_library_that_is_not_of_facebook_must_be_told_what_it_is_of() -> None:
    row = {name: value for name, value in LIBRARY.items() if "love" not in name}

    with pytest.raises(BadInput, match="platform=instagram"):
        parsed("content_library", row)

    assert posts(parsed("content_library", row, platform="instagram"))[0].account.platform == "instagram"  # type: ignore[union-attr]


# -- Junkipedia ---------------------------------------------------------------------------------------------------


def test_rows_of_junkipedia_are_on_the_platform_that_they_tell() -> None:
    row = {"id": "1", "attributes.published_at": "2024-07-03T10:00:00Z", "attributes.channel.channel_name": "River Daily",
           "attributes.search_data_fields.sanitized_text": "Hello", "attributes.engagement_data.like_count": "3"}  # fmt: skip
    found = parsed(
        "junkipedia",
        {**row, "attributes.platform": "TikTok"},
        {**row, "id": "2", "attributes.url": "https://t.me/riverdaily/5"},
        {**row, "id": "3"},
    )

    assert [
        (post.account and post.account.platform, post.account and post.account.key) for post in posts(found)
    ] == [
        ("tiktok", "~river-daily"),
        ("telegram", "~river-daily"),
    ]
    assert apart(found) == [(4, "", "the header does not tell the platform; give --scope platform=NAME")]


def test_an_answer_of_junkipedias_interface_is_read_like_its_table() -> None:
    body = b"""{"data": [{"id": "7", "attributes": {"published_at": "2024-07-03T10:00:00Z", "post_data": {"full_text": "Hello"},
        "channel": {"channel_name": "River Daily"}, "engagement_data": {"shares": 2}}}]}"""
    records = list(cast("Any", sources.records_in(sources.load("junkipedia")))(body))

    (post,) = posts(list(sources.load("junkipedia").parse(records, Scope({"platform": "facebook"}, NOW))))

    assert post.details is not None
    assert (post.key, post.text, post.details.counts) == ("7", "Hello", (Count("shares", 2),))


# -- CooRTweet ----------------------------------------------------------------------------------------------------


def test_a_post_that_shared_two_things_is_one_post_and_says_nothing() -> None:
    row = {
        "object_id": "https://a.example.org/1",
        "account_id": "700800",
        "content_id": "99",
        "timestamp_share": "1720000000",
    }
    other = {**row, "object_id": "https://b.example.org/2"}
    found = parsed(
        "cooretweet", row, other, row, {**row, "object_id": "tea", "content_id": "100"}, platform="x"
    )

    assert [(post.key, post.text, post.details and post.details.links) for post in posts(found)] == [
        ("99", "", ("https://a.example.org/1", "https://b.example.org/2")),
        ("100", "", ()),
    ]
    assert posts(found)[1].details.extra == {"objects": "tea"}  # type: ignore[union-attr]


def test_shares_of_nobody_knows_which_platform_are_refused() -> None:
    with pytest.raises(BadInput, match="platform=x"):
        parsed(
            "cooretweet",
            {"object_id": "a", "account_id": "b", "content_id": "c", "timestamp_share": "1720000000"},
        )


# -- any table ----------------------------------------------------------------------------------------------------


def test_a_person_says_which_column_holds_what_and_is_told_what_was_taken_for_what() -> None:
    found = parsed(
        "posts_csv", {"Nummer": "5", "Inhalt": "Tee", "Wann": "03.07.2024", "date": "2024-07-03 18:00", "Wer": "riverdaily"},
        **{"map.id": "Nummer", "map.text": "inhalt", "map.author": "WER", "platform": "x", "zone": "Asia/Shanghai"},
    )  # fmt: skip

    (post,) = posts(found)
    assert (post.key, post.text, post.published_at) == ("5", "Tee", datetime(2024, 7, 3, 10, tzinfo=UTC))
    assert [one.message for one in found if isinstance(one, Notice)] == [
        "read: id from 'nummer', text from 'inhalt', time from 'date', author from 'wer'",
        "columns not known here, kept with each post: wann",
    ]


@pytest.mark.parametrize(
    ("scope", "words"),
    [
        (
            {"map.text": "wrods"},
            "field '--scope map.text': no column 'wrods'; the file has: 'id', 'text', 'date', 'author'",
        ),
        ({"zone": "Asia/Nowhere"}, "no time zone is called"),
    ],
)
def test_a_column_that_is_not_there_is_refused_with_those_that_are(scope: dict[str, str], words: str) -> None:
    with pytest.raises(BadInput, match=words):
        parsed("posts_csv", ROW, **scope)


@pytest.mark.parametrize("lacking", ["text", "date", "author"])
def test_a_field_that_must_be_there_is_asked_for_with_the_columns_that_are(lacking: str) -> None:
    row = {name: value for name, value in ROW.items() if name != lacking}
    field = "time" if lacking == "date" else lacking

    with pytest.raises(
        BadInput, match=rf"no column for {field}; give --scope map.{field}=COLUMN; the file has: 'id'"
    ):
        parsed("posts_csv", row)


def test_a_post_without_an_id_is_known_by_its_address() -> None:
    row = {
        "text": "Hello",
        "date": "2024-07-03",
        "link": "https://www.facebook.com/riverdaily/posts/1?utm_source=a",
        "author": "riverdaily",
    }

    (post,) = posts(parsed("posts_csv", row))

    assert (post.key, post.account and post.account.platform) == (
        "https://facebook.com/riverdaily/posts/1",
        "facebook",
    )


def test_all_posts_are_of_the_author_that_a_person_states() -> None:
    row = {"id": "1", "text": "Hello", "date": "2024-07-03"}

    (post,) = posts(parsed("posts_csv", row, author="@RiverDaily", platform="x"))

    assert post.account is not None
    assert post.account.key == "riverdaily"


# -- bad files ----------------------------------------------------------------------------------------------------


def test_milliseconds_beside_dates_are_kept_apart_with_line_field_and_reason() -> None:
    found = parsed("posts_csv", ROW, {**ROW, "id": "p-2", "date": "1720000000000"}, {**ROW, "id": "p-3"})

    assert apart(found) == [
        (3, "date", "'1720000000000' is milliseconds since 1970, and the rows above have a date")
    ]
    assert [post.key for post in posts(found)] == ["p-1", "p-3"]


def test_an_id_that_a_spreadsheet_made_a_fraction_is_kept_apart() -> None:
    found = parsed("posts_csv", ROW, {**ROW, "id": "1.09457E+18"})

    assert apart(found) == [(3, "id", "'1.09457E+18' is not an id")]


def test_an_id_of_hexadecimal_digits_is_no_fraction() -> None:
    (post,) = posts(parsed("posts_csv", {**ROW, "id": "580e43182142608601461517"}))

    assert post.key == "580e43182142608601461517"


def test_a_table_all_of_whose_ids_were_rounded_is_refused() -> None:
    rows = [{**ROW, "id": f"109456789012345{number}00"} for number in range(6)]

    with pytest.raises(BadInput, match="all 6 long ids end in 00"):
        parsed("posts_csv", *rows)


HEAD = b"id,text,date,author\r\n"
LINE = b"p-1,Hello,2024-07-03 10:00:00,riverdaily\r\n"


def test_a_mark_of_byte_order_changes_nothing(engine: Engine, tmp_path: Path) -> None:
    report = imported(engine, tmp_path, "posts_csv", b"\xef\xbb\xbf" + HEAD + LINE, platform="x")

    with engine.connect() as connection:
        assert connection.execute(text("SELECT key FROM post")).scalars().all() == ["p-1"]
    assert (report.read, report.new, report.quarantined) == (1, 1, 0)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ((HEAD + LINE).replace(b",", b"|"), r"the file has: 'id\|text\|date\|author'"),
        (HEAD + LINE + b"p-2,Good", r"table.csv, line 3: 2 cells where the header names 4 columns"),
        (HEAD + LINE + b'p-2,"Good', r"table.csv, line 3: the CSV cannot be read here"),
        (HEAD + LINE + HEAD + LINE, r"table.csv, line 3: the header stands here again"),
        (HEAD + LINE + b"p-2,Good,2024-07-03,r\xe4\r\n", r"table.csv, line 3: byte 0xE4 is not UTF-8"),
    ],
    ids=["another delimiter", "a cut line", "an open quote", "two exports glued", "another encoding"],
)
def test_a_table_that_cannot_be_meant_is_refused_and_leaves_nothing(
    engine: Engine, tmp_path: Path, body: bytes, words: str
) -> None:
    with pytest.raises(BadInput, match=words):
        imported(engine, tmp_path, "posts_csv", body, platform="x")

    with engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM evidence")).scalar_one() == 0
