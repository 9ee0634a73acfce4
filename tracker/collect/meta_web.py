"""Posts of Instagram and Threads in the JSON of their own web pages, as a browser extension saw them. Pure.

Instagram has two forms: that of its older web pages (`shortcode`, `edge_…`) and that of its apps (`code`, `caption`).
Addresses of pictures and films expire and are not kept: the page of the post stands in their place.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tracker.collect.post_cells import at, counts, distinct, epoch, first, identified, objects, words
from tracker.collect.post_files import PostFile, author
from tracker.collect.weblinks import canonical, hashtags_in
from tracker.domain import (
    AccountRef,
    Count,
    LabelState,
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
INSTAGRAM_COUNTS = {
    "like_count": "likes", "edge_media_preview_like.count": "likes", "edge_liked_by.count": "likes",
    "comment_count": "comments", "edge_media_to_comment.count": "comments",
    "edge_media_to_parent_comment.count": "comments", "play_count": "views", "view_count": "views",
    "video_view_count": "views",
}  # fmt: skip
THREADS_COUNTS = {
    "like_count": "likes", "text_post_app_info.repost_count": "reposts", "text_post_app_info.quote_count": "quotes",
    "text_post_app_info.direct_reply_count": "replies",
}  # fmt: skip
_PICTURES = {1: "photo", 2: "video", 8: "album"}
_CODE = r"[A-Za-z0-9_-]{5,64}"


def instagram(record: Record, values: Values, file: PostFile, seen: datetime) -> Iterator[Parsed]:
    """Yield the profile of who posted on Instagram, and the post."""
    yield from _read(record, values, file, seen, "instagram")


def threads(record: Record, values: Values, file: PostFile, seen: datetime) -> Iterator[Parsed]:
    """Yield the profile of who posted on Threads, and the post."""
    inner = values.get("post")
    yield from _read(record, inner if isinstance(inner, dict) else values, file, seen, "threads")


def _read(record: Record, values: Values, file: PostFile, seen: datetime, platform: str) -> Iterator[Parsed]:
    user = first(values, "user", "owner")
    if not isinstance(user, dict):
        raise BadInput("a post without 'user' or 'owner'", line=record.line, field="data.user")
    account = author(platform, words(user, "username"), words(user, "pk", "id"), words(user, "full_name"))
    if account.handle:
        yield _profile(record, user, account, file, seen)
    key = identified(record, "data.code", first(values, "code", "shortcode"), _CODE)
    published = first(values, "taken_at", "taken_at_timestamp")
    details = _instagram(values) if platform == "instagram" else _threads(values)
    url = (
        f"https://www.instagram.com/p/{key}/"
        if platform == "instagram"
        else f"https://www.threads.net/@{account.handle}/post/{key}"
    )
    yield Post(
        file.posts_of(account, seen), key, account, _text(values), epoch(published, seen), words(values, "taken_at"), None,
        url, record.line, details,
    )  # fmt: skip


def _text(values: Values) -> str:
    old = objects(values, "edge_media_to_caption", "edges")
    return words(values, "caption.text", "caption") or words(at(old, 0, "node"), "text") or ""


def _instagram(values: Values) -> PostDetails:
    hidden = values.get("like_and_view_counts_disabled") is True
    numbers = counts(values, INSTAGRAM_COUNTS)
    if hidden:  # what stands there then is not the number of likes
        numbers = (
            *(one for one in numbers if one.name not in ("likes", "views")),
            Count("likes", None, "hidden"),
        )
    tagged = objects(values, "usertags", "in")
    old = [at(one, "node") for one in objects(values, "edge_media_to_tagged_user", "edges")]
    together = [words(one, "username") for one in objects(values, "coauthor_producers")]
    place = words(values, "location.name")
    return PostDetails(
        hashtags=hashtags_in(_text(values)),
        mentions=distinct(words(one, "user.username") for one in [*tagged, *old]),
        media=tuple(_pictures(values)), labels=tuple(_paid(values)), counts=numbers,
        extra=({"together with": list(distinct(together))} if any(together) else {}) | ({"place": place} if place else {}),
    )  # fmt: skip


def _threads(values: Values) -> PostDetails:
    told = values.get("text_post_app_info")
    quoted = words(told, "share_info.quoted_post.code")
    reposted = words(told, "share_info.reposted_post.code")
    is_reply = at(told, "is_reply") is True
    kind: PostKind = "repost" if reposted else "reply" if is_reply else "quote" if quoted else "post"
    answered = words(told, "reply_to_author.username")
    return PostDetails(
        kind=kind, repost_of=reposted, quote_of=quoted,
        links=distinct([_link(words(told, "link_preview_attachment.url"))]),
        hashtags=hashtags_in(_text(values)), mentions=distinct([answered]),
        media=tuple(_pictures(values)), labels=tuple(_paid(values)), counts=counts(values, THREADS_COUNTS),
    )  # fmt: skip


def _link(address: str | None) -> str | None:
    """Return where a link leads, without the page of the platform that stands before it."""
    if address is None:
        return None
    onward = parse_qs(urlsplit(address).query).get("u", [])
    return canonical(onward[0] if onward and "l." in address else address)


def _paid(values: Values) -> Iterator[str]:
    if values.get("is_paid_partnership") is True:
        yield "paid partnership"


def _pictures(values: Values) -> Iterator[Media]:
    parts = objects(values, "carousel_media") or [
        node
        for one in objects(values, "edge_sidecar_to_children", "edges")
        if isinstance(node := at(one, "node"), dict)
    ]
    for one in parts or [values]:
        film = bool(at(one, "video_versions")) or one.get("is_video") is True
        kind = "video" if film else _PICTURES.get(one.get("media_type", 0), "photo")
        if film or at(one, "image_versions2", "candidates") or at(one, "display_url"):
            yield Media(kind, None, words(one, "accessibility_caption"))


def _profile(record: Record, user: Values, account: AccountRef, file: PostFile, seen: datetime) -> Profile:
    listing = file.profile_of(account, seen)
    verified, country = user.get("is_verified"), words(user, "state_controlled_media_country")
    told = words(user, "transparency_label") or country
    label: LabelState | None = "state_controlled_media" if country else None
    if label is None and "state_controlled_media_country" in user:
        label = "none"
    names = {"edge_followed_by.count": "followers", "follower_count": "followers", "edge_follow.count": "following",
             "following_count": "following", "media_count": "posts"}  # fmt: skip
    return Profile(
        listing, account,
        Look(
            listing.observed_at, handle=account.handle, name=account.name, bio=words(user, "biography"), label=label,
            label_words=told if country else None,
        ),
        verified={True: "verified", False: "none"}.get(verified) if isinstance(verified, bool) else None,
        labels=(PlatformLabel(told, kind="state_controlled_media"),) if told and country else (),
        counts=counts(user, names), website=words(user, "external_url"), line=record.line,
    )  # fmt: skip
