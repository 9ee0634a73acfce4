"""A channel or group as Telegram Desktop exports it: `result.json`, every message with its number.

The export names a chat by number and title, and never by its handle: say it with `handle`. A file that holds private
conversations is refused, so that nothing of them is kept. Times of older exports are local ones and name no zone.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from tracker.collect import telegram_export_cells as cells
from tracker.collect.answers import document
from tracker.collect.moments import stated_zone
from tracker.collect.post_cells import identified, words
from tracker.collect.post_files import PERIOD, PostFile, author, opened
from tracker.domain import AccountRef, Look, Notice, Parsed, Post, Profile, Record, Release, Scope
from tracker.errors import BadInput

name = "telegram_export"
platform = "telegram"
kind = "posts"
needs: tuple[str, ...] = ()
per_minute = 0
origin = "'Export chat history' of Telegram Desktop as machine-readable JSON, result.json (by hand)"
required = ("id", "type", "chat")
release: Release | None = None
matched = False
names_accounts = True
scope = {
    "handle": "the handle of the channel; else it is known by its number",
    "account": "the channel, such as telegram:somebody, in place of handle",
    "zone": "the zone of the computer that made the export, such as Asia/Shanghai, for times that name none",
    "exported_at": "when the export was made, YYYY-MM-DD or with a time (UTC)",
    **PERIOD,
}
_PRIVATE = ("personal_chat", "saved_messages", "bot_chat", "verification_codes", "replies")


def records_in(body: bytes) -> Iterator[Record]:
    """Yield the messages of the chats in a document, each with its chat."""
    whole = document(body)
    before = 0
    for chat in _chats(whole):
        about = {field: chat.get(field) for field in ("id", "name", "type")}
        messages = chat.get("messages")
        if not isinstance(messages, list):
            raise BadInput("a chat without a list of messages", line=1, field="messages")
        for line, message in enumerate(messages, before + 1):
            if not isinstance(message, dict):
                raise BadInput(f"message {line} is {type(message).__name__}, expected an object", line=1)
            yield Record(line, {**message, "chat": about})
        before += len(messages)


def _chats(whole: Any) -> list[dict[str, Any]]:
    """Return the chats of an export of one or of all; refuse what is none, and private conversations."""
    if not isinstance(whole, dict):
        raise BadInput(
            "no export of Telegram Desktop: an object with 'messages' or 'chats' was expected", line=1
        )
    groups = [whole.get(part) for part in ("chats", "left_chats")]
    found = [chat for group in groups if isinstance(group, dict) for chat in group.get("list") or ()]
    chats = [whole] if "messages" in whole else found
    if not chats or not all(isinstance(chat, dict) for chat in chats):
        raise BadInput("neither 'messages' nor 'chats' stands here: no export of Telegram Desktop", line=1)
    private = sum(chat.get("type") in _PRIVATE for chat in chats)
    if private:
        raise BadInput(
            f"{private:,} private conversations stand in the file; export the channel by itself",
            line=1,
            field="type",
        )
    return chats


def parse(records: Iterable[Record], scope: Scope) -> Iterator[Parsed]:
    """Yield what is said of each chat where it is known when, and a post for each message."""
    _, rows = opened(records)
    file, chat = PostFile(name, scope), _Chats(scope)
    yield from file.parsed(rows, lambda record: chat.item(record, file))
    if chat.doubts:
        yield Notice(
            f"{chat.doubts:,} times: a local time that names no zone, read as UTC; give --scope zone"
        )


class _Chats:
    """Reads messages, and remembers whose they are and which times were doubtful."""

    def __init__(self, scope: Scope):
        self._scope, self._zone = scope, stated_zone(scope)
        self._whose: dict[str, AccountRef] = {}
        self.doubts = 0

    def item(self, record: Record, file: PostFile) -> Iterator[Parsed]:
        """Yield the profile of a chat and the post that a message is."""
        values = record.values
        about = values.get("chat")
        chat: Mapping[str, Any] = about if isinstance(about, dict) else {}
        account = self._account(record, chat)
        if "exported_at" in self._scope.values:
            listing = file.profile_of(account)
            look = Look(listing.observed_at, handle=account.handle, name=words(chat, "name"))
            yield Profile(listing, account, look, extra={"type": chat.get("type")}, line=record.line)
        key = identified(record, "id", values.get("id"))
        latest = self._scope.observed_at
        written, edited = (
            cells.when(values, field, zone=self._zone, latest=latest) for field in ("date", "edited")
        )
        self.doubts += written.doubt is not None and written.at is not None
        is_service = values.get("type") == "service"
        text = cells.service_text(values) if is_service else cells.text_of(record)
        url = f"https://t.me/{account.handle}/{key}" if account.handle else None
        yield Post(
            file.posts_of(account), key, account, text, written.at, written.printed, None, url, record.line,
            cells.details(record, edited.at, _writer(values, chat)),
        )  # fmt: skip

    def _account(self, record: Record, chat: Mapping[str, Any]) -> AccountRef:
        number = identified(record, "chat.id", chat.get("id"), r"-?\d{1,20}")
        if number not in self._whose and self._scope.account is not None and self._whose:
            raise BadInput(
                "messages of several chats, and handle names one; import each by itself",
                field="--scope handle",
            )
        known = self._scope.account or author("telegram", None, number, words(chat, "name"))
        return self._whose.setdefault(number, known)


def _writer(values: Mapping[str, Any], chat: Mapping[str, Any]) -> str | None:
    """Return the key of who wrote a message, where that is not the channel itself; no name of a person is kept here."""
    written_by = words(values, "from_id", "actor_id")
    return None if written_by in (None, f"channel{chat.get('id')}") else written_by
