"""Telegram's public preview of a channel (t.me/s/NAME): its pages as plain values, its messages and counters. Pure.

Addresses of pictures and films expire and are not kept: the message that shows them stands in their place.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

from selectolax.lexbor import LexborHTMLParser, LexborNode

from tracker.collect.cells import read_range
from tracker.collect.moments import iso_moment
from tracker.collect.plaintext import shown_in, tidied, tree, whole
from tracker.collect.weblinks import canonical, hashtags_in
from tracker.domain import (
    AccountRef,
    Count,
    Listing,
    Look,
    Media,
    Post,
    PostDetails,
    PostKind,
    Profile,
    Record,
)
from tracker.errors import BadInput

_PLACE = re.compile(r"([A-Za-z]\w{2,31})/(\d{1,15})")
_OF_US = re.compile(r"https?://t\.me/(?:s/)?([A-Za-z]\w{2,31})(?:/(\d+))?")
_MENTION = re.compile(r"(?<![\w@/.])@([A-Za-z]\w{2,31})")
_EDITED = re.compile(r"\bedited\b")
_MESSAGE = ".tgme_widget_message_"
_MEDIA = {
    "photo_wrap": "photo", "video_player": "video", "roundvideo_player": "video_note", "voice_player": "voice",
    "document_wrap": "document", "sticker_wrap": "sticker", "location_wrap": "location",
}  # fmt: skip
"""What a message may show, by its class and by our word for it."""

Values = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Preview:
    """A page of a preview: the channel, its messages from the oldest to the newest, and where older ones are."""

    channel: Values | None
    messages: tuple[Values, ...]
    before: str | None

    @property
    def oldest(self) -> int:
        """Return the number of its first message, 0 when it has none."""
        found = [_PLACE.fullmatch(message["post"]) for message in self.messages]
        return min((int(one[2]) for one in found if one), default=0)


def read(body: bytes) -> Preview:
    """Read a page of a preview, or one message that is shown alone."""
    page = tree(body.decode(errors="replace"))
    messages = tuple(_message(node) for node in page.css(".tgme_widget_message[data-post]"))
    older = page.css_first('link[rel="prev"], a.tme_messages_more[data-before]')
    return Preview(_channel(page), messages, _before(older))


def refusal(body: bytes) -> str | None:
    """Return the words in which Telegram says why it does not show a message, `None` where it says nothing."""
    return _text(tree(body.decode(errors="replace")).root, f"{_MESSAGE}error")


def card(body: bytes) -> str | None:
    """Return the numbers on the card of a channel or group that has no preview, such as `36 619 subscribers`."""
    return _text(tree(body.decode(errors="replace")).root, ".tgme_page_extra")


# -- what a page says --------------------------------------------------------------------------------------------


def _channel(page: LexborHTMLParser) -> Values | None:
    info = page.css_first(".tgme_channel_info")
    root = info if info is not None else page.root
    if root is None or page.css_first(".tgme_channel_info_header_username, .tgme_channel_info") is None:
        return None
    counters = [
        [_text(node, ".counter_value") or "", _text(node, ".counter_type") or ""]
        for node in page.css(".tgme_channel_info_counter")
    ]
    title = _text(root, ".tgme_channel_info_header_title > span")
    return {
        "kind": "channel", "title": title or _meta(page, "og:title"),
        "username": (_text(root, ".tgme_channel_info_header_username") or "").removeprefix("@") or None,
        "description": _text(root, ".tgme_channel_info_description") or _meta(page, "og:description"),
        "verified": root.css_first("i.verified-icon") is not None, "counters": counters,
    }  # fmt: skip


def _message(node: LexborNode) -> Values:
    words = shown_in(node.css_first(".tgme_widget_message_text.js-message_text"))
    forwarded = node.css_first(f"{_MESSAGE}forwarded_from_name")
    meta = _text(node, f"{_MESSAGE}meta") or ""
    signed = _text(node, f"{_MESSAGE}from_author")
    return {
        "kind": "message", "post": _of(node, "data-post") or "", "text": words.text, "links": list(words.links),
        "date": _of(node.css_first(f"{_MESSAGE}date time"), "datetime"),
        "views": _text(node, f"{_MESSAGE}views"), "voters": _text(node, f"{_MESSAGE}voters"),
        "edited": bool(_EDITED.search(meta.replace(signed or "\0", ""))), "signed": signed,
        "forwarded_from": None if forwarded is None else tidied(forwarded.text()),
        "forwarded_link": _of(forwarded, "href"), "reply": _of(node.css_first(f"{_MESSAGE}reply"), "href"),
        "service": "service_message" in (_of(node, "class") or "").split(), "media": list(_media(node)),
        "preview": _preview(node.css_first(f"{_MESSAGE}link_preview")), "poll": _poll(node),
        "reactions": [list(_reaction(one)) for one in node.css(".tgme_reaction")],
    }  # fmt: skip


def _media(node: LexborNode) -> Iterator[list[str | None]]:
    for name, kind in _MEDIA.items():
        for found in node.css(f"{_MESSAGE}{name}"):
            title = _text(found, f"{_MESSAGE}document_title")
            yield [kind, whole(_of(found, "href"), None), title]


def _preview(node: LexborNode | None) -> Values | None:
    if node is None:
        return None
    told = {part: _text(node, f".link_preview_{part}") for part in ("site_name", "title", "description")}
    return {"url": whole(_of(node, "href"), None), **{part: words for part, words in told.items() if words}}


def _poll(node: LexborNode) -> Values | None:
    question = _text(node, f"{_MESSAGE}poll_question")
    if question is None:
        return None
    options = [
        [_text(one, f"{_MESSAGE}poll_option_text") or "", _text(one, f"{_MESSAGE}poll_option_percent") or ""]
        for one in node.css(f"{_MESSAGE}poll_option")
    ]
    return {"question": question, "type": _text(node, f"{_MESSAGE}poll_type"), "options": options}


def _reaction(node: LexborNode) -> tuple[str, str]:
    """Return what a reaction is, and how often it was given as published."""
    custom, sign = node.css_first("tg-emoji"), _text(node, "b")
    paid = "tgme_reaction_paid" in (_of(node, "class") or "")
    name = "paid" if paid else sign or (f"custom {_of(custom, 'emoji-id')}" if custom is not None else "?")
    node.strip_tags(["i", "tg-emoji"])
    return name, tidied(node.text())


def _before(node: LexborNode | None) -> str | None:
    """Return the number before which older messages are."""
    href = _of(node, "href") or ""
    number = _of(node, "data-before") or parse_qs(urlsplit(href).query).get("before", [""])[0]
    return number if re.fullmatch(r"\d{1,15}", number) else None


def _text(node: LexborNode | None, selector: str) -> str | None:
    found = node.css_first(selector) if node is not None else None
    return (shown_in(found).text or None) if found is not None else None


def _of(node: LexborNode | None, name: str) -> str | None:
    value: str | None = node.attributes.get(name) if node is not None else None
    return value


def _meta(page: LexborHTMLParser, name: str) -> str | None:
    return tidied(_of(page.css_first(f'meta[property="{name}"]'), "content") or "") or None


# -- what it means -----------------------------------------------------------------------------------------------


def profile(record: Record, listing: Listing, account: AccountRef) -> Profile:
    """Return the channel as its preview shows it; its numbers are rounded."""
    values = record.values
    named = {f"{word.rstrip('s')}s": number for number, word in values.get("counters", []) if word}
    return Profile(
        listing=listing, account=account,
        look=Look(listing.observed_at, values.get("username"), values.get("title"), values.get("description") or ""),
        verified={True: "verified", False: "none"}.get(values.get("verified", "not shown")),
        counts=tuple(count(name, number) for name, number in named.items()), line=record.line,
    )  # fmt: skip


def post(record: Record, listing: Listing, account: AccountRef) -> Post:
    """Return the post that a message is; raise `BadInput` for one of another channel, or of none."""
    values = record.values
    place = _PLACE.fullmatch(str(values.get("post") or ""))
    if place is None:
        raise BadInput(f"{str(values.get('post'))[:40]!r} is no place of a message", field="post")
    if place[1].casefold() not in (account.key, (account.handle or "").casefold()):
        raise BadInput(f"a message of {place[1]}, not of {account.key}", field="post")
    when = iso_moment(values.get("date"), latest=listing.observed_at)
    words = values.get("text") or ""
    poll = values.get("poll")
    text = words or (poll["question"] if poll else "")
    url = f"https://t.me/{place[1]}/{place[2]}"
    return Post(
        listing, place[2], account, text, when.at, when.printed, None, url, record.line, _details(values, words, place[1])
    )  # fmt: skip


def _details(values: Mapping[str, Any], words: str, channel: str) -> PostDetails:
    origin = _OF_US.match(values.get("forwarded_link") or "")
    replied = _OF_US.match(values.get("reply") or "")
    preview = values.get("preview") or {}
    links = [*values.get("links", []), *([preview["url"]] if preview.get("url") else [])]
    kept = ("signed", "forwarded_from", "poll", "preview")
    return PostDetails(
        kind=_kind(values), author=origin[1].casefold() if origin else None,
        reply_to=_place_of(replied, channel), repost_of=_place_of(origin, channel),
        links=tuple(dict.fromkeys(map(canonical, links))), hashtags=hashtags_in(words),
        mentions=tuple(dict.fromkeys(name.casefold() for name in _MENTION.findall(words))),
        media=tuple(Media(*one) for one in values.get("media", [])), version="edited" if values.get("edited") else None,
        counts=tuple(_counts(values)), extra={name: values[name] for name in kept if values.get(name)},
    )  # fmt: skip


def _kind(values: Mapping[str, Any]) -> PostKind:
    if values.get("service"):
        return "service"
    return "repost" if values.get("forwarded_from") else "reply" if values.get("reply") else "post"


def _place_of(found: re.Match[str] | None, channel: str) -> str | None:
    """Return the key of a message of this channel, the address of one of another."""
    if found is None or not found[2]:
        return None
    return found[2] if found[1].casefold() == channel.casefold() else f"https://t.me/{found[1]}/{found[2]}"


def _counts(values: Mapping[str, Any]) -> Iterator[Count]:
    yield from (count(name, values[name]) for name in ("views", "voters") if values.get(name))
    yield from (count(f"reaction {sign}", number) for sign, number in values.get("reactions", []))


def count(name: str, printed: str) -> Count:
    """Return a counter; where it is rounded (`4.2K`), its words are kept beside what they stand for."""
    read_as = read_range(printed)
    value = int(read_as[0]) if read_as and read_as[0] is not None and read_as[0] == read_as[1] else None
    return Count(name, value, None if printed == str(value) else printed)
