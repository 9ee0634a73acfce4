"""Telegram Desktop's export: text in pieces, times without a zone, who may be kept, and files that are refused."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, text

from tracker.collect.pipeline import import_file
from tracker.collect.sources import telegram_export
from tracker.domain import (
    AccountRef,
    Count,
    ImportReport,
    Media,
    Notice,
    Parsed,
    Post,
    Profile,
    Quarantined,
    Scope,
)
from tracker.errors import BadInput
from tracker.settings import Settings

NOW = datetime(2026, 10, 2, tzinfo=UTC)
MESSAGE = {
    "id": 7, "type": "message", "date": "2026-09-30T18:00:00", "date_unixtime": "1790762400", "edited": "2026-09-30T19:00:00",
    "edited_unixtime": "1790766000", "from": "River Daily", "from_id": "channel1234567890", "author": "A. Editor",
    "text": ["See ", {"type": "text_link", "text": "the bridge", "href": "https://river.example.org/1?utm_source=tg"}, " ",
             {"type": "hashtag", "text": "#river"}, " by ", {"type": "mention", "text": "@LakeDaily"}, " on ",
             {"type": "link", "text": "lake.example.org"}],
    "photo": "photos/photo_1.jpg", "reactions": [{"type": "emoji", "count": 5, "emoji": "👍"}],
}  # fmt: skip
FORWARD = {"id": 8, "type": "message", "date": "2026-09-30T18:05:00", "text": "", "forwarded_from": "Lake Daily",
           "file": "(File not included. Change data exporting settings to download.)", "media_type": "video_file"}  # fmt: skip
SERVICE = {"id": 9, "type": "service", "date": "2026-09-30T18:06:00", "date_unixtime": "1790762760", "action": "edit_group_title",
           "title": "River", "actor": "River Daily", "actor_id": "channel1234567890", "text": ""}  # fmt: skip
RIVER = AccountRef("telegram", "riverdaily", handle="RiverDaily", url="https://t.me/RiverDaily")


def export(*messages: object, **chat: Any) -> dict[str, Any]:
    return {
        "name": "River Daily",
        "type": "public_channel",
        "id": 1234567890,
        "messages": list(messages),
        **chat,
    }


def parsed(document: object, account: AccountRef | None = None, **scope: str) -> list[Parsed]:
    records = telegram_export.records_in(json.dumps(document).encode())
    return list(telegram_export.parse(records, Scope(scope, NOW, account)))


def posts(found: list[Parsed]) -> list[Post]:
    return [item for item in found if isinstance(item, Post)]


def imported(engine: Engine, folder: Path, body: str, **scope: str) -> ImportReport:
    path = folder / "result.json"
    path.write_text(body, encoding="utf-8")
    return import_file(
        engine, Settings(home=folder), "telegram_export", path=path, scope=scope, now=lambda: NOW
    )


def test_a_message_in_pieces_is_read_whole() -> None:
    (post,) = posts(parsed(export(MESSAGE), RIVER))

    assert (post.key, post.account, post.url, post.text) == (
        "7", RIVER, "https://t.me/RiverDaily/7", "See the bridge #river by @LakeDaily on lake.example.org",
    )  # fmt: skip
    assert post.published_at == datetime(2026, 9, 30, 10, tzinfo=UTC)
    assert post.details is not None
    assert (post.details.kind, post.details.edited_at, post.details.author) == (
        "post",
        datetime(2026, 9, 30, 11, tzinfo=UTC),
        None,
    )
    assert post.details.links == ("https://river.example.org/1", "https://lake.example.org/")
    assert (post.details.hashtags, post.details.mentions) == (("river",), ("lakedaily",))
    assert (post.details.media, post.details.counts) == (
        (Media("photo", None, "photos/photo_1.jpg"),),
        (Count("reaction 👍", 5),),
    )
    assert post.details.extra == {"author": "A. Editor"}


def test_a_forward_a_service_message_and_an_answer_are_told_apart() -> None:
    reply = {**MESSAGE, "id": 10, "reply_to_message_id": 7}
    found = posts(parsed(export(FORWARD, SERVICE, reply), zone="Asia/Shanghai"))

    assert [
        (post.key, post.text[:22], post.details and post.details.kind, post.details and post.details.reply_to)
        for post in found
    ] == [
        ("8", "", "repost", None),
        ("9", "edit_group_title River", "service", None),
        ("10", "See the bridge #river ", "reply", "7"),
    ]
    assert found[0].details is not None
    assert (found[0].details.media, found[0].details.extra) == (
        (Media("video_file", None, None),), {"forwarded_from": "Lake Daily"},
    )  # fmt: skip


def test_a_local_time_is_read_in_the_zone_that_is_stated_else_as_utc_and_said() -> None:
    stated = parsed(export(FORWARD), zone="Asia/Shanghai")
    unstated = parsed(export(FORWARD))

    assert [posts(found)[0].published_at for found in (stated, unstated)] == [
        datetime(2026, 9, 30, 10, 5, tzinfo=UTC),
        datetime(2026, 9, 30, 18, 5, tzinfo=UTC),
    ]
    assert [[one.message for one in found if isinstance(one, Notice)] for found in (stated, unstated)] == [
        [],
        ["1 times: a local time that names no zone, read as UTC; give --scope zone"],
    ]


def test_a_chat_is_known_by_its_number_where_nobody_says_its_handle() -> None:
    (post,) = posts(parsed(export(MESSAGE)))

    assert post.account is not None
    assert (post.account.key, post.account.name, post.url) == ("1234567890", "River Daily", None)


def test_of_who_writes_in_a_group_the_number_is_kept_and_no_name() -> None:
    found = parsed(
        export(
            {**MESSAGE, "from": "Some Person", "from_id": "user55", "author": None}, type="public_supergroup"
        )
    )

    (post,) = posts(found)
    assert post.details is not None
    assert post.details.author == "user55"
    assert "Some Person" not in repr(post)


def test_a_channel_has_a_profile_where_the_day_of_the_export_is_stated() -> None:
    found = parsed(export(MESSAGE, SERVICE), exported_at="2026-10-01")

    (profile,) = [item for item in found if isinstance(item, Profile)]
    assert (profile.look.name, profile.extra) == ("River Daily", {"type": "public_channel"})


def test_all_chats_of_an_account_are_read_unless_one_is_private() -> None:
    other = export({**MESSAGE, "id": 1}, id=99, name="Lake Daily")
    whole = {"chats": {"list": [export(MESSAGE), other]}}

    assert [(post.account and post.account.key, post.key) for post in posts(parsed(whole))] == [
        ("1234567890", "7"),
        ("99", "1"),
    ]
    with pytest.raises(BadInput, match="1 private conversations stand in the file"):
        parsed({"chats": {"list": [export(MESSAGE), export(type="personal_chat")]}})


def test_messages_of_another_chat_than_the_handle_names_are_kept_apart() -> None:
    whole = {"chats": {"list": [export(MESSAGE), export(MESSAGE, id=99)]}}

    found = parsed(whole, RIVER)

    assert len(posts(found)) == 1
    assert [(one.line, one.field) for one in found if isinstance(one, Quarantined)] == [(2, "--scope handle")]


@pytest.mark.parametrize(
    ("message", "field"),
    [
        ({**MESSAGE, "id": None}, "id"),
        ({**MESSAGE, "id": 1e21}, "id"),
        ({**MESSAGE, "text": [5]}, "text"),
        ({**MESSAGE, "text": [{"type": "bold"}]}, "text"),
    ],
)
def test_a_message_that_cannot_be_meant_is_kept_apart(message: dict[str, object], field: str) -> None:
    found = parsed(export(MESSAGE, message))

    assert [(one.line, one.field) for one in found if isinstance(one, Quarantined)] == [(2, field)]


def test_an_export_is_imported_once_and_an_edit_in_a_later_one_is_told(
    engine: Engine, tmp_path: Path
) -> None:
    edited = {**MESSAGE, "text": "The bridge is shut"}
    scope = {"handle": "RiverDaily"}
    first = imported(
        engine, tmp_path, json.dumps(export(MESSAGE, SERVICE), indent=1), exported_at="2026-09-30", **scope
    )
    again = imported(
        engine, tmp_path, json.dumps(export(MESSAGE, SERVICE), indent=1), exported_at="2026-09-30", **scope
    )
    later = imported(
        engine, tmp_path, json.dumps(export(edited, SERVICE), indent=1), exported_at="2026-10-01", **scope
    )

    with engine.connect() as connection:
        changes = connection.execute(text("SELECT type, subject, after FROM change")).all()
    assert [(one.read, one.new, one.changed, one.quarantined) for one in (first, again, later)] == [
        (3, 3, 0, 0), (3, 0, 0, 0), (3, 0, 1, 0),
    ]  # fmt: skip
    assert [tuple(row) for row in changes] == [("post_edited", "7", "The bridge is shut")]
    assert (first.changes, again.changes, later.changes) == (0, 0, 1)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (
            json.dumps(export(MESSAGE), indent=1)[:-30],
            r"result\.json: the answer is not JSON, or is cut off .*line 44",
        ),
        (json.dumps([MESSAGE], indent=1), "no export of Telegram Desktop"),
        (json.dumps({"name": "River"}, indent=1), "neither 'messages' nor 'chats'"),
        (json.dumps(export("words"), indent=1), "message 1 is str, expected an object"),
        (json.dumps(export(MESSAGE, type="personal_chat"), indent=1), "private conversations"),
        ("<html>Sign in</html>", "web page or XML"),
    ],
    ids=["cut", "an array", "no messages", "no object", "private", "a web page"],
)
def test_a_file_that_is_no_export_of_a_channel_is_refused_and_leaves_nothing(
    engine: Engine, tmp_path: Path, body: str, words: str
) -> None:
    with pytest.raises(BadInput, match=words):
        imported(engine, tmp_path, body)

    with engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM evidence")).scalar_one() == 0
