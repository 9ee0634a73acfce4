"""Posts and profiles in the JSON of X's own web pages, as a browser extension saw them. Pure.

The platform moves fields about: a name stood in `legacy`, then in `core`. Both places are read.
"""

import html
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from tracker.collect.moments import moment
from tracker.collect.post_cells import at, counts, distinct, first, identified, objects, words
from tracker.collect.post_files import PostFile, author
from tracker.collect.x_marks import label_of
from tracker.domain import (
    AccountRef,
    Look,
    Media,
    Parsed,
    PlatformLabel,
    Post,
    PostDetails,
    PostKind,
    Profile,
    Record,
)
from tracker.errors import BadInput

Values = dict[str, Any]
POST_COUNTS = {
    "legacy.favorite_count": "likes", "legacy.retweet_count": "reposts", "legacy.reply_count": "replies",
    "legacy.quote_count": "quotes", "legacy.bookmark_count": "bookmarks", "views.count": "views",
}  # fmt: skip
PROFILE_COUNTS = {
    "legacy.followers_count": "followers", "legacy.friends_count": "following", "legacy.statuses_count": "posts",
    "legacy.listed_count": "lists", "legacy.media_count": "media",
}  # fmt: skip


def read(record: Record, values: Values, file: PostFile, seen: datetime) -> Iterator[Parsed]:
    """Yield the profile of who wrote a post, and the post."""
    tweet = _unwrapped(values)
    user = _user(tweet)
    account = author(
        "x", _handle(user), words(user, "rest_id") or words(tweet, "legacy.user_id_str"), _name(user)
    )
    if user:
        yield _profile(record, user, account, file, seen)
    yield _post(record, tweet, account, file, seen)


def _unwrapped(values: Values) -> Values:
    """Return the post itself, which stands one deeper where its visibility is limited."""
    inner = values.get("tweet")
    return inner if isinstance(inner, dict) else values


def _user(tweet: Values) -> Values:
    found = first(tweet, "core.user_results.result", "user")
    return found if isinstance(found, dict) else {}


def _handle(user: Values) -> str | None:
    return words(user, "core.screen_name", "legacy.screen_name", "screen_name")


def _name(user: Values) -> str | None:
    return words(user, "core.name", "legacy.name", "name")


def _post(record: Record, tweet: Values, account: AccountRef, file: PostFile, seen: datetime) -> Post:
    legacy = tweet.get("legacy")
    if not isinstance(legacy, dict):
        raise BadInput(
            "a post without 'legacy', where its words stand", line=record.line, field="data.legacy"
        )
    key = identified(record, "data.rest_id", first(tweet, "rest_id", "legacy.id_str"))
    written = moment(words(legacy, "created_at"), None, zone=None, latest=seen)
    return Post(
        file.posts_of(account, seen), key, account, _text(tweet, legacy), written.at, written.printed, None,
        f"https://x.com/{account.handle or 'i'}/status/{key}", record.line, _details(tweet, legacy),
    )  # fmt: skip


def _text(tweet: Values, legacy: Values) -> str:
    """Return the whole text: that of a long note, that of what is reposted, else its own."""
    reposted = _reposted(legacy)
    if reposted:
        name = _handle(_user(reposted))
        said = _text(reposted, reposted.get("legacy") or {})
        return f"RT @{name}: {said}" if name else said
    long = words(tweet, "note_tweet.note_tweet_results.result.text")
    return html.unescape(long or words(legacy, "full_text", "text") or "")


def _reposted(legacy: Values) -> Values:
    found = first(legacy, "retweeted_status_result.result")
    return _unwrapped(found) if isinstance(found, dict) else {}


def _details(tweet: Values, legacy: Values) -> PostDetails:
    repost = words(_reposted(legacy), "rest_id", "legacy.id_str")
    quote = words(legacy, "quoted_status_id_str") or words(tweet, "quoted_status_result.result.rest_id")
    reply = words(legacy, "in_reply_to_status_id_str")
    kind: PostKind = "repost" if repost else "reply" if reply else "quote" if quote else "post"
    control = at(tweet, "edit_control")
    edits = at(control, "edit_tweet_ids") or at(control, "edit_control_initial", "edit_tweet_ids")
    root = words(legacy, "conversation_id_str")
    return PostDetails(
        kind=kind, language=words(legacy, "lang"), reply_to=reply, repost_of=repost, quote_of=quote,
        root=root if reply else None,
        links=distinct(map(_address, objects(legacy, "entities", "urls"))),
        hashtags=distinct(words(one, "text") for one in objects(legacy, "entities", "hashtags")),
        mentions=distinct(words(one, "screen_name") for one in objects(legacy, "entities", "user_mentions")),
        media=tuple(_media(legacy)),
        labels=("possibly sensitive",) if legacy.get("possibly_sensitive") is True else (),
        withheld_in=distinct(map(str, at(legacy, "withheld_in_countries") or ())),
        counts=counts(tweet, POST_COUNTS),
        extra={"edits": [str(one) for one in edits]} if isinstance(edits, list) and len(edits) > 1 else {},
    )  # fmt: skip


def _media(legacy: Values) -> Iterator[Media]:
    found = objects(legacy, "extended_entities", "media") or objects(legacy, "entities", "media")
    for one in found:
        yield Media(words(one, "type") or "photo", words(one, "media_url_https"), words(one, "ext_alt_text"))


def _profile(record: Record, user: Values, account: AccountRef, file: PostFile, seen: datetime) -> Profile:
    listing = file.profile_of(account, seen)
    badge = at(user, "affiliates_highlighted_label", "label")
    verified, told = _verified(user), words(badge, "description")
    label, label_words = label_of(verified, told)
    return Profile(
        listing, account,
        Look(
            listing.observed_at, handle=account.handle, name=account.name,
            bio=words(user, "profile_bio.description", "legacy.description"), label=label, label_words=label_words,
        ),
        verified=verified,
        labels=(PlatformLabel(told, kind=words(badge, "userLabelType")),) if told else (),
        counts=counts(user, PROFILE_COUNTS),
        joined_at=moment(words(user, "core.created_at", "legacy.created_at"), None, zone=None, latest=seen).at,
        location=words(user, "location.location", "legacy.location"),
        website=next(map(_address, objects(user, "legacy", "entities", "url", "urls")), None),
        picture=words(user, "avatar.image_url", "legacy.profile_image_url_https"), line=record.line,
    )  # fmt: skip


def _verified(user: Values) -> str | None:
    """Return the kind of check; `none` where the page says that there is none, `None` where it says nothing."""
    stated = words(user, "verification.verified_type", "legacy.verified_type")
    paid = user.get("is_blue_verified")
    return stated or ({True: "Blue", False: "none"}.get(paid) if isinstance(paid, bool) else None)


def _address(entity: Values) -> str | None:
    return words(entity, "expanded_url", "url")
