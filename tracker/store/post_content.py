"""What a post says: as it is kept, told apart from before, and compared. Pure.

Numbers are no content. Neither is what platforms change by themselves: the address at which a picture is had, or a
guess at the language.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from hashlib import blake2b
from typing import Any, NamedTuple

from tracker.domain import LABELLED_BY, LEAD, PROTECTED, Media, PostDetails, PostKind

LISTS = ("links", "hashtags", "mentions", "media", "labels", "withheld_in")
WORDS = ("title", "language", "author", "reply_to", "root", "repost_of", "quote_of", "version")
_MARKS = ("labels", "withheld_in")
STATED = ("version", "edited_at")
"""What a platform states of an edit, where nothing that is read differs."""


class Difference(NamedTuple):
    """What two contents of a post differ in: the type of change, the field, and both values in words."""

    type: str
    field: str
    before: str | None
    after: str | None


def digest(text: str, details: PostDetails | None) -> str:
    """Name what a post says; the same content has the same digest, whatever its counters are."""
    said = text.encode() if details is None else _words([text, *_content(details)]).encode()
    return blake2b(said, digest_size=12).hexdigest()


def row(details: PostDetails) -> dict[str, Any]:
    """Return what a post says beside its text as the columns of `post_detail`; an empty list is no value."""
    return {
        "kind": details.kind,
        "edited_at": details.edited_at,
        **{name: getattr(details, name) for name in WORDS},
        **{name: [_plain(one) for one in getattr(details, name)] or None for name in LISTS},
        "extra": json.loads(_words(details.extra)) or None,
    }


def details_of(values: Mapping[str, Any] | None) -> PostDetails | None:
    """Return a row of `post_detail` as a value."""
    if values is None:
        return None
    kind: PostKind = values["kind"]
    given: dict[str, Any] = {name: values[name] for name in ("edited_at", *WORDS)}
    given |= {name: tuple(values[name] or ()) for name in LISTS}
    given |= {"media": tuple(Media(*one) for one in given["media"]), "extra": values["extra"] or {}}
    return PostDetails(kind=kind, **given)


def differences(
    before: tuple[str, PostDetails | None], after: tuple[str, PostDetails | None]
) -> list[Difference]:
    """Return what changed from one text with its details to another, in the order of reporting.

    `post_edited`: text, title, links, or the number, kinds and words of the media; else what the platform states of an
    edit. `post_marked`: the labels that it bears, or where it is withheld; a label is gone or new only where the look
    without it looked for those of its issuer. Words that went behind a password, or came back, are a mark and no edit. A
    repost has no words of its own to edit, and what was empty before may
    only not have been read, as the picture at a post's head: it tells where the platform states an edit.
    """
    (was_text, was), (is_text, now) = before, after
    behind = [bool(one and one.extra.get(PROTECTED)) for one in (was, now)]
    if behind[0] != behind[1]:
        return [Difference("post_marked", PROTECTED, *(PROTECTED if one else None for one in behind))]
    found = [Difference("post_edited", "text", was_text, is_text)] if was_text != is_text else []
    if was is None or now is None:
        return found
    stated = list(_stated(was, now))
    found += [one for one in _beside_the_text(was, now, new_text=bool(found)) if one.before or stated]
    edited = [] if "repost" in (was.kind, now.kind) else found or stated[:1]
    return edited + list(_marked(was, now))


def _stated(was: PostDetails, now: PostDetails) -> Iterator[Difference]:
    """Yield what the platform states of an edit: another version, or a time."""
    if was.version and now.version and was.version != now.version:
        yield Difference("post_edited", "version", was.version, now.version)
    if was.edited_at != now.edited_at and now.edited_at is not None:
        yield Difference("post_edited", "edited_at", _told(was.edited_at), _told(now.edited_at))


def _beside_the_text(was: PostDetails, now: PostDetails, *, new_text: bool) -> Iterator[Difference]:
    if was.title != now.title:
        yield Difference("post_edited", "title", was.title, now.title)
    if set(was.links) != set(now.links) and not new_text:
        yield Difference("post_edited", "links", _listed(was.links), _listed(now.links))
    if (shown := _shown(was.media, now.media)) != (shows := _shown(now.media, was.media)):
        yield Difference("post_edited", "media", _listed(shown), _listed(shows))


def _marked(was: PostDetails, now: PostDetails) -> Iterator[Difference]:
    for name in _MARKS:
        before, after = set(getattr(was, name)), set(getattr(now, name))
        gone = {one for one in before - after if _looked_for(now, one)}
        came = {one for one in after - before if _looked_for(was, one)}
        if gone or came:
            both = before & after
            yield Difference("post_marked", name, _listed(sorted(both | gone)), _listed(sorted(both | came)))


def _looked_for(details: PostDetails, mark: str) -> bool:
    """Say whether a look would have shown a mark, `VALUE by ISSUER`, if the post bore it."""
    known = details.extra.get(LABELLED_BY)
    return known is None or mark.rpartition(" by ")[2] in known


def _shown(media: Sequence[Media], other: Sequence[Media]) -> list[str]:
    """Return what media show, but for a picture at the head of a post where the other look has none."""
    compared = [one for one in media if one.kind != LEAD or any(it.kind == LEAD for it in other)]
    return [f"{one.kind}: {one.words}" if one.words else one.kind for one in compared]


def _listed(values: Sequence[str]) -> str | None:
    return "\n".join(values) or None


def _told(value: str | datetime | None) -> str | None:
    return value.isoformat() if isinstance(value, datetime) else value


def _content(details: PostDetails) -> list[Any]:
    """Return what belongs to the content, without what platforms change by themselves."""
    media = [(one.kind, (one.url or "").partition("?")[0], one.words) for one in details.media]
    names = [name for name in (*WORDS, *LISTS) if name not in ("language", "media")]
    values = [getattr(details, name) for name in names]
    return [details.kind, _told(details.edited_at), media, *values, details.extra]


def _plain(one: str | Media) -> Any:
    return list(one) if isinstance(one, Media) else one


def _words(value: object) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=True, default=str)
