"""Posts and profiles in the answers of X's interface, version 2, and in those of the first version. Pure.

An answer keeps who wrote, what is shown and what is referred to beside its posts; they are joined to each post first, so
that a whole answer and lines of single posts are read alike.
"""

import html
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from tracker.collect.moments import moment
from tracker.collect.post_cells import at, counts, distinct, first, identified, objects, words
from tracker.collect.post_files import PostFile, author
from tracker.collect.x_marks import label_of
from tracker.domain import AccountRef, Look, Media, Parsed, Post, PostDetails, PostKind, Profile, Record
from tracker.errors import BadInput

Values = dict[str, Any]
_COUNTS = {
    "public_metrics.like_count": "likes", "public_metrics.retweet_count": "reposts", "public_metrics.reply_count": "replies",
    "public_metrics.quote_count": "quotes", "public_metrics.bookmark_count": "bookmarks",
    "public_metrics.impression_count": "views", "favorite_count": "likes", "retweet_count": "reposts",
    "reply_count": "replies", "quote_count": "quotes",
}  # fmt: skip
_PROFILE_COUNTS = {
    "public_metrics.followers_count": "followers", "public_metrics.following_count": "following",
    "public_metrics.tweet_count": "posts", "public_metrics.listed_count": "lists", "followers_count": "followers",
    "friends_count": "following", "statuses_count": "posts", "listed_count": "lists",
}  # fmt: skip
_REFERENCES: Mapping[str, PostKind] = {"retweeted": "repost", "replied_to": "reply", "quoted": "quote"}


# -- answers into single posts -----------------------------------------------------------------------------------


def joined(answer: Mapping[str, Any]) -> Iterator[Values]:
    """Yield the objects of an answer, each with its `author`, `media` and the posts that it refers to."""
    found = answer.get("data")
    includes = answer.get("includes")
    kept = includes if isinstance(includes, dict) else {}
    users, posts = _by(kept, "users", "id"), _by(kept, "tweets", "id")
    media = _by(kept, "media", "media_key")
    for one in found if isinstance(found, list) else [found]:
        if not isinstance(one, dict):
            continue
        keys = _texts(at(one, "attachments", "media_keys"))
        shown = [media[key] for key in keys if key in media]
        others = [
            {**other, "author": users.get(str(other.get("author_id")), {})}
            for reference in objects(one, "referenced_tweets")
            if (other := posts.get(str(reference.get("id"))))
        ]
        told = {
            "author": users.get(str(one.get("author_id"))),
            "media": shown or None,
            "others": others or None,
        }
        yield {**one, **{name: value for name, value in told.items() if value}}


def _by(includes: Mapping[str, Any], name: str, key: str) -> dict[str, Values]:
    return {str(one.get(key)): one for one in objects(includes, name)}


# -- what they mean ----------------------------------------------------------------------------------------------


def read(record: Record, values: Values, file: PostFile, seen: datetime | None) -> Iterator[Parsed]:
    """Yield the profile of who wrote a post where the answer holds it, and the post."""
    user = first(values, "author", "user") or {}
    account = author(
        "x",
        words(user, "username", "screen_name"),
        words(user, "id_str", "id") or words(values, "author_id"),
        words(user, "name"),
    )
    if user:
        yield profile(record, user, file, seen)
    yield _post(record, values, account, file, seen)


def profile(record: Record, user: Values, file: PostFile, seen: datetime | None) -> Profile:
    """Return the profile that a user is, in either version."""
    number = identified(record, "author.id", first(user, "id_str", "id"))
    account = author("x", words(user, "username", "screen_name"), number, words(user, "name"))
    listing = file.profile_of(account, seen)
    verified = _verified(user)
    label, label_words = label_of(verified if words(user, "verified_type") else None, None)
    return Profile(
        listing, account,
        Look(listing.observed_at, account.handle, account.name, words(user, "description"), label, label_words),
        verified=verified, counts=counts(user, _PROFILE_COUNTS),
        joined_at=moment(words(user, "created_at"), None, zone=None, latest=listing.observed_at).at,
        location=words(user, "location"), picture=words(user, "profile_image_url", "profile_image_url_https"),
        website=next(map(_address, objects(user, "entities", "url", "urls")), None),
        extra={"protected": True} if user.get("protected") is True else {}, line=record.line,
    )  # fmt: skip


def _verified(user: Values) -> str | None:
    """Return the kind of check, `none` where the answer says that there is none, `None` where it says nothing."""
    checked = user.get("verified")
    return words(user, "verified_type") or (
        {True: "verified", False: "none"}.get(checked) if isinstance(checked, bool) else None
    )


def _post(record: Record, values: Values, account: AccountRef, file: PostFile, seen: datetime | None) -> Post:
    key = identified(record, "id", first(values, "id_str", "id"))
    listing = file.posts_of(account, seen)
    written = moment(words(values, "created_at"), None, zone=None, latest=listing.observed_at)
    url = f"https://x.com/{account.handle or 'i'}/status/{key}"
    return Post(
        listing,
        key,
        account,
        text(values),
        written.at,
        written.printed,
        None,
        url,
        record.line,
        details(values, key),
    )


def text(values: Values) -> str:
    """Return the whole text: that of a long note, that of what is reposted, else its own."""
    reposted = _referred(values, "retweeted")
    if reposted:
        name, said = words(reposted, "author.username", "user.screen_name"), text(reposted)
        return f"RT @{name}: {said}" if name else said
    found = words(values, "note_tweet.text", "extended_tweet.full_text", "full_text", "text")
    if found is None:
        raise BadInput("a post without words: 'text' is missing", field="text")
    return html.unescape(found)


def _referred(values: Values, kind: str) -> Values:
    """Return what a post refers to, where the answer holds it."""
    number = _reference(values, kind)
    inner = values.get({"retweeted": "retweeted_status", "quoted": "quoted_status"}.get(kind, ""))
    if isinstance(inner, dict):
        return inner
    return next((one for one in objects(values, "others") if one.get("id") == number), {})


def _reference(values: Values, kind: str) -> str | None:
    stated = next(
        (words(one, "id") for one in objects(values, "referenced_tweets") if one.get("type") == kind), None
    )
    paths = {
        "retweeted": "retweeted_status.id_str",
        "quoted": "quoted_status_id_str",
        "replied_to": "in_reply_to_status_id_str",
    }
    return stated or words(values, paths[kind])


def details(values: Values, key: str) -> PostDetails:
    """Return what a post says of itself beside its text; `key` is its id."""
    found = {ours: _reference(values, theirs) for theirs, ours in _REFERENCES.items()}
    kind: PostKind = next((ours for ours, number in found.items() if number), "post")
    root, edits = words(values, "conversation_id"), values.get("edit_history_tweet_ids")
    return PostDetails(
        kind=kind, language=words(values, "lang"), reply_to=found["reply"], repost_of=found["repost"], quote_of=found["quote"],
        root=None if root == key else root, links=distinct(map(_address, objects(values, "entities", "urls"))),
        hashtags=distinct(words(one, "tag", "text") for one in objects(values, "entities", "hashtags")),
        mentions=distinct(words(one, "username", "screen_name") for one in _mentions(values)), media=tuple(_media(values)),
        labels=("possibly sensitive",) if values.get("possibly_sensitive") is True else (),
        withheld_in=distinct(_texts(first(values, "withheld.country_codes", "withheld_in_countries"))),
        counts=counts(values, _COUNTS), extra=dict(_extra(values, edits)),
    )  # fmt: skip


def _texts(given: object) -> list[str]:
    return [str(one) for one in given] if isinstance(given, list) else []


def _extra(values: Values, edits: object) -> Iterator[tuple[str, Any]]:
    if isinstance(edits, list) and len(edits) > 1:
        yield "edits", [str(one) for one in edits]
    if client := words(values, "source"):
        yield "client", client


def _mentions(values: Values) -> list[Values]:
    return objects(values, "entities", "mentions") or objects(values, "entities", "user_mentions")


def _media(values: Values) -> Iterator[Media]:
    stated = objects(values, "media") or objects(values, "attachments", "media")
    for one in (
        stated or objects(values, "extended_entities", "media") or objects(values, "entities", "media")
    ):
        address = words(one, "url") if "media_key" in one else words(one, "media_url_https")
        yield Media(
            words(one, "type") or "photo",
            address or words(one, "preview_image_url"),
            words(one, "alt_text", "ext_alt_text"),
        )


def _address(entity: Values) -> str | None:
    return words(entity, "unwound_url", "expanded_url", "url")
