"""Items as Zeeschuimer keeps them, all of invented accounts: short forms of what the platforms' pages hold."""

import json
from typing import Any

SEEN = 1_790_856_030_500
"""2026-10-01 12:00:30.5 UTC, in milliseconds."""


def envelope(host: str, data: Any, number: int = 1, seen: Any = SEEN) -> dict[str, Any]:
    return {
        "id": number, "nav_index": "1:2", "item_id": str(number), "timestamp_collected": seen, "source_platform": host,
        "source_platform_url": f"https://{host}/somebody", "source_url": f"https://{host}/api", "user_agent": "Firefox",
        "data": data,
    }  # fmt: skip


def lines(*items: dict[str, Any]) -> bytes:
    return b"".join(json.dumps(item).encode() + b"\n" for item in items)


def x_user(handle: str = "RiverDaily", number: str = "700800900", **fields: Any) -> dict[str, Any]:
    return {"user_results": {"result": {
        "rest_id": number, "is_blue_verified": False, "core": {"screen_name": handle, "name": "River Daily",
                                                            "created_at": "Tue Apr 21 06:49:15 +0000 2015"},
        "legacy": {"description": "News from the river", "followers_count": 1200, "friends_count": 3, "statuses_count": 50,
                   "entities": {"url": {"urls": [{"url": "https://t.co/a", "expanded_url": "https://river.example.org"}]}}},
        "location": {"location": "River Province"}, "affiliates_highlighted_label": {}, **fields,
    }}}  # fmt: skip


def x_post(
    number: str = "1972983000000000111", text: str = "The bridge is open", **legacy: Any
) -> dict[str, Any]:
    return {
        "rest_id": number, "core": x_user(), "views": {"count": "4312", "state": "EnabledWithCount"},
        "legacy": {
            "created_at": "Wed Oct 01 08:00:00 +0000 2026", "full_text": text, "lang": "en", "favorite_count": 12,
            "retweet_count": 3, "reply_count": 0, "quote_count": 1, "conversation_id_str": number,
            "user_id_str": "700800900", **legacy,
        },
    }  # fmt: skip


def tiktok(number: str = "7500000000000000001", **fields: Any) -> dict[str, Any]:
    return {
        "id": number, "desc": "See the river #river", "createTime": 1_790_800_000, "textLanguage": "en",
        "author": {"id": "6900000000000000001", "uniqueId": "river.daily", "nickname": "River Daily", "verified": True,
                   "signature": "News from the river"},
        "authorStats": {"followerCount": 900, "followingCount": 1, "heartCount": 44000, "videoCount": 31},
        "stats": {"diggCount": 100, "shareCount": 5, "commentCount": 7, "playCount": 9000, "collectCount": "11"},
        "challenges": [{"title": "river"}], "textExtra": [{"userUniqueId": "lake.daily"}], **fields,
    }  # fmt: skip


def instagram(code: str = "DRiver00001", **fields: Any) -> dict[str, Any]:
    return {
        "code": code, "pk": "3500000000000000001", "taken_at": 1_790_800_000, "media_type": 8,
        "caption": {"text": "Bridge #river"}, "like_count": 30, "comment_count": 2,
        "user": {"pk": "5500000001", "username": "river.daily", "full_name": "River Daily", "is_verified": False,
                 "state_controlled_media_country": "Riverland", "transparency_label": "Riverland state-controlled media"},
        "carousel_media": [
            {"media_type": 1, "image_versions2": {"candidates": [{"url": "https://cdn.example.org/1.jpg"}]},
             "accessibility_caption": "A bridge"},
            {"media_type": 2, "video_versions": [{"url": "https://cdn.example.org/2.mp4"}]},
        ], **fields,
    }  # fmt: skip


def threads(code: str = "DThread0001", **fields: Any) -> dict[str, Any]:
    return {"post": {
        "code": code, "taken_at": 1_790_800_000, "caption": {"text": "Read this"}, "like_count": 4,
        "user": {"pk": "6600000001", "username": "river.daily", "is_verified": True},
        "text_post_app_info": {
            "direct_reply_count": 1, "repost_count": 0, "quote_count": 2, "is_reply": True,
            "reply_to_author": {"username": "lake.daily"}, "share_info": {},
            "link_preview_attachment": {"url": "https://l.threads.com/?u=https%3A%2F%2Friver.example.org%2F1&e=AT"},
        }, **fields,
    }}  # fmt: skip
