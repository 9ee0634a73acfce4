"""The tables that 4CAT writes, by platform, and how each is told by its header: data.

As read in the repository digitalmethodsinitiative/4cat, November 2026. All times are UTC.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from tracker.collect.post_columns import Columns

_TIME = ("unix_timestamp", "timestamp")
_DIGITS, _CODE = r"\d{1,25}", r"[\w-]{1,64}"


@dataclass(frozen=True, slots=True)
class Form:
    """A table: the columns by which it is told from the others, and what stands in which."""

    name: str
    signs: frozenset[str]
    columns: Columns


FORMS = (
    Form("X through Zeeschuimer", frozenset({"id", "body", "impression_count", "author_fullname"}), Columns(
        "x", ("id",), ("body",), _TIME, handle=("author",), native_id=("author_id",), name=("author_fullname",),
        url=("link",), language=("language_guess",), root=("thread_id",), quote_of=("quote_tweet_id",),
        verified=("verified",), links=("urls",), hashtags=("hashtags",), mentions=("mentions",),
        media={"images": "photo", "videos": "video"},
        counts={"like_count": "likes", "retweet_count": "reposts", "reply_count": "replies", "quote_count": "quotes",
                "impression_count": "views"},
        flags={"is_retweet": "repost", "is_reply": "reply", "is_quote_tweet": "quote"},
        marks={"possibly_sensitive": "possibly sensitive", "is_withheld": "withheld"},
        kept=("source", "retweeted_user", "replied_author", "quote_author", "quote_body", "long_lat", "place_name"),
        ignored=("collected_from_url", "author_avatar_url", "author_banner_url", "quote_images", "quote_videos",
                 "is_quote_withheld"),
        key_form=_DIGITS,
    )),
    Form("X through its interface", frozenset({"id", "body", "subject", "author_followers", "is_retweet"}), Columns(
        "x", ("id",), ("body",), _TIME, handle=("author",), native_id=("author_id",), name=("author_fullname",),
        url=("link",), language=("language_guess",), root=("thread_id",), links=("urls",), hashtags=("hashtags",),
        mentions=("mentions",), media={"images": "photo", "videos": "video"},
        counts={"like_count": "likes", "retweet_count": "reposts", "reply_count": "replies", "quote_count": "quotes",
                "impression_count": "views", "bookmark_count": "bookmarks"},
        profile_counts={"author_followers": "followers"},
        flags={"is_retweet": "repost", "is_reply": "reply", "is_quote_tweet": "quote"},
        marks={"possibly_sensitive": "possibly sensitive"},
        kept=("source", "retweeted_user", "replied_user", "quoted_user", "long_lat", "place_name"), ignored=("subject",),
        key_form=_DIGITS,
    )),
    Form("TikTok", frozenset({"id", "body", "tiktok_url", "plays"}), Columns(
        "tiktok", ("id",), ("body",), _TIME, handle=("author",), native_id=("author_id",), name=("author_full",),
        url=("tiktok_url",), root=("thread_id",), hashtags=("hashtags",),
        counts={"likes": "likes", "comments": "comments", "shares": "shares", "plays": "views"},
        profile_counts={"author_followers": "followers", "author_likes": "likes", "author_videos": "posts"},
        label_words=("diversification_labels", "warning"),
        marks={"is_ad": "ad", "is_paid_partnership": "paid partnership", "is_sensitive": "sensitive",
               "is_photosensitive": "photosensitive"},
        kept=("stickers", "is_duet", "music_name", "music_id", "music_author", "challenges", "location_created", "effects"),
        ignored=("collected_from_url", "author_avatar", "music_url", "music_thumbnail", "video_url", "thumbnail_url"),
        key_form=_DIGITS,
    )),
    Form("Instagram", frozenset({"id", "body", "num_likes", "num_comments"}), Columns(
        "instagram", ("id",), ("body",), _TIME, handle=("author",), native_id=("author_id",), name=("author_fullname",),
        url=("url", "post_source_domain"), verified=("verified", "is_verified"), hashtags=("hashtags",),
        mentions=("usertags", "mentioned"),
        counts={"num_likes": "likes", "num_comments": "comments", "play_count": "views"},
        kept=("media_type", "type", "num_media", "coauthors", "likes_hidden", "location_name", "location_id",
              "location_latlong", "location_city", "missing_media", "partial_item"),
        ignored=("collected_from_url", "collected_from_view", "thread_id", "parent_id", "author_avatar_url",
                 "coauthor_fullnames", "coauthor_ids", "image_urls", "media_urls"),
        key_form=_CODE,
    )),
    Form("Threads", frozenset({"id", "body", "reposts", "author_is_verified"}), Columns(
        "threads", ("id",), ("body",), _TIME, handle=("author",), url=("url",), root=("thread_id",),
        verified=("author_is_verified",), links=("link_url",), hashtags=("hashtags",),
        counts={"likes": "likes", "reposts": "reposts", "replies": "replies", "quotes": "quotes"},
        marks={"is_paid_partnership": "paid partnership"},
        ignored=("collected_from_url", "author_avatar", "image_url", "video_url", "audio_url", "link_thumbnail_url"),
        key_form=_CODE,
    )),
    Form("Facebook", frozenset({"id", "body", "is_in_group"}), Columns(
        "facebook", ("id",), ("body",), _TIME, handle=("author",), name=("author_name",), url=("url",),
        kept=("is_in_group", "group_name"), ignored=("image_url", "video_url"),
    )),
    Form("Telegram", frozenset({"id", "body", "chat", "message_noforwards"}), Columns(
        "telegram", ("id",), ("body",), _TIME, handle=("chat",), edited=("unix_timestamp_edited", "timestamp_edited"),
        reply_to=("reply_to",), links=("entities_linked", "link_attached"), mentions=("entities_mentioned",),
        counts={"views": "views"}, flags={"is_reply": "reply"},
        label_words=("restriction_reason", "chat_restriction_reason"),
        kept=("author", "author_username", "author_name", "reactions", "author_forwarded_from_name",
              "author_forwarded_from_username", "author_forwarded_from_id", "link_title", "link_description",
              "attachment_type", "attachment_filename"),
        ignored=("thread_id", "author_is_bot", "body_markdown", "message_noforwards", "chat_noforwards", "all_connections",
                 "timestamp_forwarded_from", "unix_timestamp_forwarded_from", "attachment_data"),
        key_form=_CODE,
    )),
    Form("Bluesky", frozenset({"id", "body", "replied_to_post", "repost_count"}), Columns(
        "bluesky", ("id",), ("body",), ("created_at", "timestamp"), handle=("author",), native_id=("author_id",),
        name=("author_display_name",), url=("link",), language=("languages",), reply_to=("replied_to_post",),
        root=("thread_id",), quote_of=("quoted_post",), seen=("collected_at",), joined=("author_created_at",),
        links=("links",), hashtags=("tags",), mentions=("mentions",), label_words=("labels",),
        counts={"like_count": "likes", "repost_count": "reposts", "reply_count": "replies", "quote_count": "quotes"},
        kept=("query", "quoted_user", "replied_to_user", "replies_allowed", "has_poll"),
        ignored=("rank", "images", "author_profile", "author_avatar"),
    )),
)  # fmt: skip
"""The known tables, the more special first."""
GENERIC = Columns(
    "web", ("id",), ("body",), _TIME, handle=("author",), title=("subject",), url=("url", "link"), root=("thread_id",),
    hashtags=("hashtags",), ignored=("collected_from_url",),
)  # fmt: skip
"""What every table of 4CAT has, whatever its platform."""


def form_of(header: Iterable[str]) -> Form | None:
    """Return the table that a header is of, `None` for one that has only what all have."""
    names = {" ".join(name.casefold().split()) for name in header}
    return next((form for form in FORMS if form.signs <= names), None)
