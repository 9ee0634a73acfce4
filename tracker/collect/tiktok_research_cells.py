"""What TikTok's Research API asks and says: slices of thirty days, the way on in each, videos and users. Pure.

Its numbers lag behind, and its lists leave out without a word, so that nothing is concluded from what they do not show.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date, timedelta
from typing import Any

from tracker.collect.answers import document_or_none
from tracker.collect.cells import cell_text, read_date
from tracker.collect.exact import as_text
from tracker.collect.fields import words_at
from tracker.collect.plaintext import tidied
from tracker.collect.post_cells import at, counts, distinct, epoch, identified, objects, words
from tracker.collect.weblinks import addresses_in, hashtags_in
from tracker.domain import AccountRef, Answer, Listing, Look, Post, PostDetails, Profile, Record, Scope
from tracker.errors import BadInput

DAYS = 14
"""How far back is looked where nobody says from which day on."""
LONGEST = 30
"""Days that one question may span."""
_OF_VIDEOS = {
    "view_count": "views", "like_count": "likes", "comment_count": "comments", "share_count": "shares", "favorites_count": "bookmarks",
}  # fmt: skip
_OF_USERS = {
    "follower_count": "followers", "following_count": "following", "likes_count": "likes", "video_count": "posts",
}  # fmt: skip

Values = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Place:
    """How far a question came: the days of one slice, and where in its search."""

    first: date
    last: date
    cursor: int = 0
    search: str = ""

    @property
    def text(self) -> str:
        """Return the place as a cursor."""
        return json.dumps(asdict(self), default=str)

    @classmethod
    def read(cls, cursor: str) -> "Place":
        """Return the place that a cursor is; refuse one that was made by another version."""
        try:
            told = json.loads(cursor)
            first, last = (date.fromisoformat(told[end]) for end in ("first", "last"))
            return cls(first, last, int(told["cursor"]), str(told["search"]))
        except (ValueError, KeyError, TypeError) as error:
            raise BadInput("the place to go on from is none that is known here") from error

    @classmethod
    def slice_from(cls, first: date, end: date) -> "Place":
        """Return the place at the beginning of the days from `first` on, at most thirty and until `end`."""
        return cls(first, min(first + timedelta(days=LONGEST - 1), end))

    def question(self, name: str) -> dict[str, Any]:
        """Return what is asked here: the videos of one user in these days."""
        who = {"operation": "EQ", "field_name": "username", "field_values": [name]}
        going_on = {"cursor": self.cursor, "search_id": self.search} if self.search else {}
        return {
            "query": {"and": [who]}, "start_date": f"{self.first:%Y%m%d}", "end_date": f"{self.last:%Y%m%d}",
            "max_count": 100, **going_on,
        }  # fmt: skip

    def onward(self, found: Values, end: date) -> "Place | None":
        """Return where it goes on after an answer: in the same search, else in the next slice, else nowhere."""
        number = words(found, "cursor") or ""
        if found.get("has_more") is True and number.isdecimal() and len(number) < 16:
            return replace(self, cursor=int(number), search=words(found, "search_id") or self.search)
        return self.slice_from(self.last + timedelta(days=1), end) if self.last < end else None


def days(scope: Scope) -> tuple[date, date]:
    """Return the days asked about, both in."""
    first, last = (read_date(scope.values.get(key, "")) for key in ("from", "to"))
    last = last or scope.observed_at.date()
    return first or last - timedelta(days=DAYS), last


def data_of(answer: Answer) -> Values:
    """Return what an answer holds, an empty object when it holds nothing."""
    found = at(document_or_none(answer), "data")
    return found if isinstance(found, dict) else {}


# -- what they mean ----------------------------------------------------------------------------------------------


def profile(record: Record, listing: Listing, account: AccountRef) -> Profile:
    """Return a user; the interface gives no id of one."""
    values = record.values
    return Profile(
        listing=listing, account=account, line=record.line,
        look=Look(
            listing.observed_at, account.handle, words_at(record, values, "display_name"),
            tidied(words_at(record, values, "bio_description", longest=5_000) or ""),
        ),
        verified={True: "verified", False: "none"}.get(values["is_verified"]) if values.get("is_verified") in (True, False) else None,
        counts=counts(values, _OF_USERS), website=words(values, "bio_url"), picture=words(values, "avatar_url"),
    )  # fmt: skip


def post(record: Record, listing: Listing, account: AccountRef) -> Post:
    """Return a video; refuse one of another user. Its id is a whole number, and comes from no browser."""
    values = as_text(record.values)
    key = identified(record, "id", values.get("id"))
    name = (words(values, "username") or account.handle or account.key).casefold()
    if name != (account.handle or account.key).casefold():
        raise BadInput(f"a video of {name}, not of {account.handle}", line=record.line, field="username")
    text = tidied(words_at(record, values, "video_description", longest=20_000) or "")
    spoken = tidied(words_at(record, values, "voice_to_text", longest=100_000) or "")
    kept = (
        "region_code",
        "music_id",
        "playlist_id",
        "effect_ids",
        "video_duration",
        "is_stem_verified",
        "sticker_info_list",
    )
    tags, people = (values.get(field) for field in ("hashtag_names", "video_mention_list"))
    shown = [cell_text(one) for one in tags] if isinstance(tags, list) else []
    label = words(values, "video_label.content")
    details = PostDetails(
        links=addresses_in(text), hashtags=distinct(shown) or hashtags_in(text),
        mentions=distinct(cell_text(one).casefold() for one in people) if isinstance(people, list) else (),
        labels=(label,) if label else (), counts=counts(values, _OF_VIDEOS),
        extra={name: values[name] for name in kept if values.get(name) not in (None, "", [])} | ({"spoken": spoken} if spoken else {}),
    )  # fmt: skip
    made = epoch(values.get("create_time"), listing.observed_at)
    url = f"https://www.tiktok.com/@{name}/video/{key}"
    printed = words(values, "create_time")
    return Post(listing, key, account, text, made, printed, None, url, record.line, details)


def items_in(answer: Values) -> list[dict[str, Any]]:
    """Return the videos of an answer, or the one user that it is about."""
    data = answer.get("data")
    if not isinstance(data, dict):
        return []
    return objects(data, "videos") if "videos" in data else [data] if "display_name" in data else []
