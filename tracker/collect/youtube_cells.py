"""Channels and videos as YouTube's Data API (v3) gives them. Pure.

Subscribers are rounded to three digits, and a hidden number is none. A video that left a list is not said to be deleted.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from tracker.collect.answers import document_or_none
from tracker.collect.fields import object_at, words_at
from tracker.collect.moments import iso_moment
from tracker.collect.plaintext import tidied
from tracker.collect.post_cells import at, counts, distinct, objects, words
from tracker.collect.weblinks import addresses_in, hashtags_in
from tracker.domain import (
    AccountRef,
    Answer,
    Count,
    Listing,
    Look,
    Media,
    Outcome,
    Page,
    Post,
    PostDetails,
    Profile,
    Record,
)
from tracker.errors import BadInput

_VIDEO = re.compile(r"[\w-]{6,20}")
_OF_VIDEOS = {
    "statistics.viewCount": "views", "statistics.likeCount": "likes", "statistics.commentCount": "comments",
}  # fmt: skip
_OF_CHANNELS = {"statistics.viewCount": "views", "statistics.videoCount": "posts"}
_ROUNDED = 1_000
"""Subscribers are exact below this number and have three digits that count from it on."""

_REASONS: Mapping[str, Outcome] = {
    "quotaExceeded": "throttled", "dailyLimitExceeded": "throttled", "rateLimitExceeded": "throttled",
    "userRateLimitExceeded": "throttled", "keyInvalid": "refused", "badRequest": "refused", "playlistNotFound": "gone",
}  # fmt: skip
"""What a refusal means by its reason; the status alone is 403 for a quota and for a key alike."""

Values = Mapping[str, Any]


def kind_of(values: Values) -> str:
    """Return what an item of an answer is: `channel`, `video` or `playlistItem`."""
    return (words(values, "kind") or "").removeprefix("youtube#")


def profile(record: Record, listing: Listing, account: AccountRef) -> Profile:
    """Return a channel."""
    values = record.values
    said = object_at(record, values, "snippet")
    handle = words(values, "snippet.customUrl")
    kept = {
        "country": words(values, "snippet.country"), "made_for_kids": at(values, "status", "madeForKids"),
        "uploads": words(values, "contentDetails.relatedPlaylists.uploads"), "topics": at(values, "topicDetails", "topicCategories"),
        "keywords": words(values, "brandingSettings.channel.keywords"),
    }  # fmt: skip
    return Profile(
        listing=listing, account=account, line=record.line,
        look=Look(
            listing.observed_at, handle.removeprefix("@") if handle else account.handle, words_at(record, said, "title"),
            tidied(words_at(record, said, "description", longest=20_000) or ""),
        ),
        counts=(*_subscribers(values), *counts(values, _OF_CHANNELS)),
        joined_at=iso_moment(words(values, "snippet.publishedAt"), latest=listing.observed_at).at,
        picture=words(values, "snippet.thumbnails.high.url", "snippet.thumbnails.default.url"),
        language=words(values, "snippet.defaultLanguage"),
        extra={name: value for name, value in kept.items() if value not in (None, "", [])},
    )  # fmt: skip


def _subscribers(values: Values) -> Iterator[Count]:
    """Yield the subscribers: none where they are hidden, with what they are printed as where they are rounded."""
    printed = words(values, "statistics.subscriberCount")
    if at(values, "statistics", "hiddenSubscriberCount") is True or printed is None:
        yield Count("subscribers", None)
    elif printed.isdecimal() and len(printed) < 16:
        number = int(printed)
        yield Count("subscribers", number, printed if number >= _ROUNDED else None)


def post(record: Record, listing: Listing, account: AccountRef) -> Post:
    """Return a video; refuse one of another channel."""
    values, key = record.values, words(record.values, "id") or ""
    if not _VIDEO.fullmatch(key):
        raise BadInput(f"{key[:40]!r} is not the id of a video", line=record.line, field="id")
    channel = words(values, "snippet.channelId")
    if channel not in (None, account.native_id):
        raise BadInput(
            f"a video of {channel}, not of {account.native_id}", line=record.line, field="channelId"
        )
    said = object_at(record, values, "snippet")
    title = tidied(words_at(record, said, "title") or "") or None
    text = tidied(words_at(record, said, "description", longest=20_000) or "")
    when = iso_moment(words(said, "publishedAt"), latest=listing.observed_at)
    tags = said.get("tags")
    picture = words(said, "thumbnails.high.url", "thumbnails.default.url")
    kept = {
        "duration": words(values, "contentDetails.duration"), "privacy": words(values, "status.privacyStatus"),
        "live": words(said, "liveBroadcastContent"), "category": words(said, "categoryId"),
        "tags": [tag for tag in tags if isinstance(tag, str)] if isinstance(tags, list) else [],
        "restricted": at(values, "contentDetails", "regionRestriction"),
    }  # fmt: skip
    blocked = at(values, "contentDetails", "regionRestriction", "blocked")
    details = PostDetails(
        title=title, language=words(said, "defaultAudioLanguage", "defaultLanguage"), links=addresses_in(text),
        hashtags=hashtags_in(f"{title or ''} {text}"), media=(Media("thumbnail", picture),) if picture else (),
        withheld_in=distinct(one for one in blocked if isinstance(one, str)) if isinstance(blocked, list) else (),
        counts=counts(values, _OF_VIDEOS), extra={name: value for name, value in kept.items() if value not in (None, "", [], "none")},
    )  # fmt: skip
    url = f"https://www.youtube.com/watch?v={key}"
    return Post(
        listing, key, account, text or title or "", when.at, when.printed, None, url, record.line, details
    )


def refusal(answer: Answer) -> Page:
    """Return what a refusal says by its reason; of one without any, its status says how the question ends."""
    error = document_or_none(answer)
    reason = next((words(one, "reason") for one in objects(error, "error", "errors")), None)
    said = " ".join(filter(None, (f"answered {answer.status}", reason, words(error, "error.message"))))
    outcome = _REASONS.get(reason or "", "error" if answer.status < 300 else None)
    return Page(answer, outcome=outcome, message=said)
