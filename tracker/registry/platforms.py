"""The platforms that accounts live on: their hosts, and how each writes an account.

On Mastodon and what speaks with it (`mastodon`) an account is `NAME@HOST`, and no list names all hosts. Google and Microsoft
know advertisers by number; Snap publishes no id, so that an advertiser there is its printed name.
"""

import re
from dataclasses import dataclass

from tracker.errors import BadInput


@dataclass(frozen=True, slots=True)
class Platform:
    """How a platform writes its accounts.

    `handle` is what a handle or an id may look like; `lead` are path segments that stand before it; `no_account`
    are first segments that are pages of the platform itself; `native` matches ids, which keep their case.
    """

    address: str
    hosts: tuple[str, ...] = ()
    handle: str = r"[\w.-]{1,100}"
    lead: tuple[str, ...] = ()
    no_account: tuple[str, ...] = ()
    native: str = r"(?!)"


RULES = {
    "x": Platform(
        "https://x.com/{}", ("x.com", "twitter.com"), r"[A-Za-z0-9_]{1,25}", (),
        ("compose", "explore", "hashtag", "home", "i", "intent", "login", "search", "settings", "share"),
    ),
    "facebook": Platform(
        "https://www.facebook.com/{}", ("facebook.com", "fb.com"), r"[\w.-]{1,150}", ("pg",),
        ("ads", "commerce", "events", "groups", "hashtag", "login", "marketplace", "media", "photo",
         "photo.php", "plugins", "reel", "search", "share", "sharer", "sharer.php", "stories", "watch"),
        r"\d{5,}",
    ),
    "instagram": Platform(
        "https://www.instagram.com/{}/", ("instagram.com", "instagr.am"), r"[A-Za-z0-9_.]{1,30}", ("stories",),
        ("accounts", "direct", "explore", "p", "reel", "reels", "tv"),
    ),
    "threads": Platform(
        "https://www.threads.net/@{}", ("threads.net", "threads.com"), r"[A-Za-z0-9_.]{1,30}", (),
        ("login", "search", "t"),
    ),
    "youtube": Platform(
        "https://www.youtube.com/{}", ("youtube.com",), r"[\w.·-]{1,100}", ("channel", "c", "user"),
        ("clip", "embed", "feed", "hashtag", "live", "playlist", "post", "results", "shorts", "v", "watch"),
        r"UC[A-Za-z0-9_-]{22}",
    ),
    "tiktok": Platform(
        "https://www.tiktok.com/@{}", ("tiktok.com",), r"[A-Za-z0-9_.-]{1,100}", (),
        ("discover", "explore", "foryou", "live", "music", "search", "t", "tag"), r"MS4wLj[A-Za-z0-9_-]{20,}",
    ),
    "telegram": Platform(
        "https://t.me/{}", ("t.me", "telegram.me", "telegram.dog"), r"[A-Za-z][A-Za-z0-9_]{2,31}", ("s",),
        ("addstickers", "c", "iv", "joinchat", "proxy", "share"),
    ),
    "bluesky": Platform(
        "https://bsky.app/profile/{}", ("bsky.app",),
        r"did:[a-z]+:[A-Za-z0-9._:-]{1,100}|[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+", ("profile",),
        ("feeds", "hashtag", "search", "settings", "starter-pack"), r"did:[a-z]+:.+",
    ),
    "mastodon": Platform(
        "https://{}", handle=r"[A-Za-z0-9_](?:[A-Za-z0-9_.-]{0,62}[A-Za-z0-9_])?@(?:[A-Za-z0-9-]+\.)+[A-Za-z0-9-]{2,63}",
    ),
    "weibo": Platform(
        "https://weibo.com/{}", ("weibo.com", "weibo.cn"), lead=("u", "n", "p", "profile"),
        no_account=("hot", "login.php", "search", "tv"), native=r"\d{5,}",
    ),
    "vk": Platform("https://vk.com/{}", ("vk.com", "vk.ru"), no_account=("feed", "search", "video")),
    "okru": Platform("https://ok.ru/{}", ("ok.ru",), lead=("group", "profile"), native=r"\d{5,}"),
    "rutube": Platform("https://rutube.ru/{}", ("rutube.ru",), lead=("channel", "u"), no_account=("video",)),
    "linkedin": Platform(
        "https://www.linkedin.com/company/{}", ("linkedin.com",), lead=("company", "school", "showcase"),
        no_account=("feed", "in", "jobs", "posts", "pub", "pulse"),
    ),
    "bilibili": Platform("https://space.bilibili.com/{}", ("space.bilibili.com",)),
    "douyin": Platform("https://www.douyin.com/user/{}", ("douyin.com",), lead=("user",), no_account=("video",)),
    "wechat": Platform(""),
    "xiaohongshu": Platform(
        "https://www.xiaohongshu.com/user/profile/{}", ("xiaohongshu.com",), lead=("user", "profile"),
        no_account=("explore",),
    ),
    "google": Platform(
        "https://adstransparency.google.com/advertiser/{}", ("adstransparency.google.com",), r"AR\d{5,25}",
        ("advertiser",), native=r"AR\d{5,25}",
    ),
    "microsoft": Platform("", handle=r"\d{1,20}", native=r"\d{1,20}"),
    "snapchat": Platform(
        "https://www.snapchat.com/add/{}", ("snapchat.com",), r"[\w.~-]{1,100}", ("add", "p"),
        ("discover", "lens", "spotlight", "topic", "unlock"),
    ),
}  # fmt: skip

PLATFORMS = (*RULES, "web")
"""The platforms whose handles and addresses are understood; `web` is a site under its own name."""

_ALIASES = {"twitter": "x", "fb": "facebook", "ig": "instagram", "tg": "telegram", "bsky": "bluesky", "fediverse": "mastodon",
            "ok": "okru", "ok.ru": "okru", "website": "web", "site": "web", "domain": "web"}  # fmt: skip
_SUBDOMAIN = re.compile(r"(?:www|m|mobile|mbasic|touch|web|free|business|music|[a-z]{2}(?:-[a-z]{2})?)\.")


def platform_of(name: str) -> str:
    """Return our name of a platform; raise `BadInput` when it is none of `PLATFORMS`."""
    folded = name.strip().casefold()
    platform = _ALIASES.get(folded, folded)
    if platform not in PLATFORMS:
        raise BadInput(
            f"{shown(name)} is not a known platform; expected one of {', '.join(PLATFORMS)}",
            field="platform",
        )
    return platform


def platform_at(host: str) -> str:
    """Return the platform that a host belongs to, `web` when it is none we know."""
    plain = _SUBDOMAIN.sub("", host, count=1) if _SUBDOMAIN.match(host) else host
    if plain == "youtu.be":
        return "youtube"
    return next((name for name, rule in RULES.items() if plain in rule.hosts or host in rule.hosts), "web")


def shown(text: str) -> str:
    """Return hostile text short enough, and escaped enough, to stand in a message."""
    return ascii(text[:60]) if len(text) <= 60 else f"{text[:60]!a}…"
