"""Videos and their makers in the JSON of TikTok's own web pages, as a browser extension saw them. Pure.

Addresses of films and pictures expire and are not kept: the page of the video stands in their place.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from tracker.collect.post_cells import at, counts, distinct, epoch, first, identified, objects, words
from tracker.collect.post_files import PostFile, author
from tracker.domain import AccountRef, Look, Media, Parsed, Post, PostDetails, Profile, Record

Values = dict[str, Any]
POST_COUNTS = {
    **{f"{place}.diggCount": "likes" for place in ("statsV2", "stats")},
    **{f"{place}.shareCount": "shares" for place in ("statsV2", "stats")},
    **{f"{place}.commentCount": "comments" for place in ("statsV2", "stats")},
    **{f"{place}.playCount": "views" for place in ("statsV2", "stats")},
    **{f"{place}.collectCount": "bookmarks" for place in ("statsV2", "stats")},
    **{f"{place}.repostCount": "reposts" for place in ("statsV2", "stats")},
}
PROFILE_COUNTS = {
    f"{place}.{field}": name
    for place in ("authorStatsV2", "authorStats")
    for field, name in {
        "followerCount": "followers", "followingCount": "following", "heartCount": "likes", "videoCount": "posts",
    }.items()
}  # fmt: skip
KEPT = (
    "isAd", "diversificationLabels", "warnInfo", "locationCreated", "duetInfo", "adLabelVersion", "aigcLabelType",
    "adAuthorization",
)  # fmt: skip
"""What says of a video that it is an ad, made by a machine, labelled or warned of: kept as it stands."""


def read(record: Record, values: Values, file: PostFile, seen: datetime) -> Iterator[Parsed]:
    """Yield the profile of who made a video, and the video."""
    made_by = values.get("author")
    maker: Values = (
        made_by if isinstance(made_by, dict) else {"uniqueId": made_by, "id": values.get("authorId")}
    )
    handle = words(maker, "uniqueId")
    account = author(
        "tiktok", handle, words(maker, "id"), words(maker, "nickname") or words(values, "nickname")
    )
    if isinstance(made_by, dict):
        yield _profile(record, maker, values, account, file, seen)
    key = identified(record, "data.id", values.get("id"))
    yield Post(
        file.posts_of(account, seen), key, account, words(values, "desc") or _described(values),
        epoch(values.get("createTime"), seen), words(values, "createTime"), None,
        f"https://www.tiktok.com/@{account.handle or ''}/video/{key}", record.line, _details(values),
    )  # fmt: skip


def _described(values: Values) -> str:
    """Return the text of a description that is given in parts."""
    return " ".join(filter(None, (words(one, "desc") for one in objects(values, "contents"))))


def _details(values: Values) -> PostDetails:
    marks = objects(values, "textExtra") + [
        tag for one in objects(values, "contents") for tag in objects(one, "textExtra")
    ]
    slides = objects(values, "imagePost", "images")
    kept = {field: values[field] for field in KEPT if values.get(field) not in (None, False, "", [], {})}
    tags = [words(one, "title") for one in objects(values, "challenges")]
    music = words(values, "music.title")
    return PostDetails(
        language=words(values, "textLanguage"),
        hashtags=distinct([*tags, *(words(one, "hashtagName") for one in marks)]),
        mentions=distinct(words(one, "userUniqueId") for one in marks),
        media=(Media("pictures" if slides else "video", None),),
        labels=tuple(_labels(values)), counts=counts(values, POST_COUNTS),
        extra=kept | ({"music": music} if music else {}),
    )  # fmt: skip


def _labels(values: Values) -> Iterator[str]:
    """Yield what the platform writes on a video in words: warnings, labels of what it is about, a paid partnership."""
    if values.get("isAd") is True:
        yield "ad"
    for one in at(values, "diversificationLabels") or ():
        if isinstance(one, str):
            yield one
    for warning in objects(values, "warnInfo"):
        if told := words(warning, "text"):
            yield told


def _profile(
    record: Record, maker: Values, values: Values, account: AccountRef, file: PostFile, seen: datetime
) -> Profile:
    listing = file.profile_of(account, seen)
    verified = maker.get("verified")
    return Profile(
        listing, account,
        Look(listing.observed_at, handle=account.handle, name=account.name, bio=words(maker, "signature")),
        verified={True: "verified", False: "none"}.get(verified) if isinstance(verified, bool) else None,
        counts=counts(values, PROFILE_COUNTS), joined_at=epoch(maker.get("createTime")),
        website=first(maker, "bioLink.link") if isinstance(first(maker, "bioLink.link"), str) else None,
        line=record.line,
    )  # fmt: skip
