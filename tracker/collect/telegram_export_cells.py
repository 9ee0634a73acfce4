"""Messages in Telegram Desktop's export as JSON: text in parts, times with and without a zone, actions, reactions. Pure."""

import re
from collections.abc import Iterator, Mapping
from datetime import datetime, tzinfo
from typing import Any

from tracker.collect.moments import Moment, iso_moment
from tracker.collect.plaintext import whole
from tracker.collect.post_cells import at, count, distinct, epoch, objects, words
from tracker.collect.weblinks import canonical, hashtags_in
from tracker.domain import Count, Media, PostDetails, PostKind, Record
from tracker.errors import BadInput

Values = Mapping[str, Any]
_LINKS = {"link": "text", "text_link": "href"}
_KEPT = (
    "forwarded_from", "saved_from", "author", "via_bot", "poll", "file_name", "mime_type", "duration_seconds", "location_information",
    "inline_bot_buttons",
)  # fmt: skip
_NOT_INCLUDED = "("


def text_of(record: Record) -> str:
    """Return the whole text of a message, whether it is one piece or a list of pieces and marked parts."""
    return "".join(text for _, text, _ in _parts(record))


def _parts(record: Record) -> Iterator[tuple[str, str, Values]]:
    """Yield the parts of a message: what each is, its text, and all that stands there."""
    found = record.values.get("text")
    for part in found if isinstance(found, list) else [found or ""]:
        if isinstance(part, str):
            yield "plain", part, {}
        elif isinstance(part, dict) and isinstance(part.get("text"), str):
            yield str(part.get("type")), part["text"], part
        else:
            raise BadInput(
                f"a part of the text is {type(part).__name__}, expected text or an object with it",
                field="text",
            )


def when(values: Values, field: str, *, zone: tzinfo | None, latest: datetime) -> Moment:
    """Return a time: the seconds since 1970 that newer exports give, else the local one, which names no zone."""
    printed = words(values, field)
    if stamp := epoch(values.get(f"{field}_unixtime"), latest):
        return Moment(stamp, printed)
    return iso_moment(printed, latest=latest, zone=zone)


def details(record: Record, edited: datetime | None, writer: str | None) -> PostDetails:
    """Return what a message says beside its text."""
    values, parts = record.values, list(_parts(record))
    stated = [(kind, text, part) for kind, text, part in parts if kind != "plain"]
    links = [
        whole(_lead(text if _LINKS[kind] == "text" else part.get("href")), None)
        for kind, text, part in stated
        if kind in _LINKS
    ]
    said = "".join(text for _, text, _ in parts)
    kept: dict[str, Any] = {name: values[name] for name in _KEPT if values.get(name) not in (None, "", [])}
    reply = words(values, "reply_to_message_id")
    return PostDetails(
        kind=_kind(values), edited_at=edited, author=writer, reply_to=reply,
        links=distinct(canonical(link) for link in links if link), hashtags=hashtags_in(said),
        mentions=distinct(text.removeprefix("@").casefold() for kind, text, _ in stated if kind == "mention"),
        media=tuple(_media(values)), counts=tuple(_counts(values)), extra=kept,
    )  # fmt: skip


def service_text(values: Values) -> str:
    """Return in words what a service message tells, such as `pin_message` or a new title."""
    told = [words(values, name) for name in ("action", "title", "text")]
    return " ".join(filter(None, told)) or "service message"


def _lead(address: object) -> str | None:
    """Return an address as one with its scheme; people write `example.org`."""
    if not isinstance(address, str) or not address:
        return None
    return address if re.match(r"[a-z][a-z0-9+.-]*:", address, re.IGNORECASE) else f"https://{address}"


def _kind(values: Values) -> PostKind:
    if values.get("type") == "service":
        return "service"
    if values.get("forwarded_from") or values.get("forwarded_from_id"):
        return "repost"
    return "reply" if values.get("reply_to_message_id") else "post"


def _media(values: Values) -> Iterator[Media]:
    """Yield what a message shows; the export has it beside it in a folder, or says that it was not included."""
    kind = words(values, "media_type") or ("document" if values.get("file") else None)
    for one, name in (("photo", words(values, "photo")), (kind, words(values, "file"))):
        if one and name:
            yield Media(one, None, None if name.startswith(_NOT_INCLUDED) else name)


def _counts(values: Values) -> Iterator[Count]:
    for one in objects(values, "reactions"):
        sign = words(one, "emoji", "document_id") or words(one, "type") or "?"
        yield from count(f"reaction {sign}", one.get("count"))
    yield from count("voters", at(values, "poll", "total_voters"))
