"""YouTube's Data API (v3), with a free key: a channel with its numbers and all its videos, not only the newest fifteen.

A question costs a unit for the channel and two for each fifty videos; 10,000 units a day are free, and they are reset at
midnight on the Pacific. YouTube asks that what its interface gave be refreshed or deleted after thirty days.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace

from tracker.collect import youtube_cells as cells
from tracker.collect.answers import apart_or, document_or_none, records_of
from tracker.collect.moments import iso_moment
from tracker.collect.post_cells import objects, words
from tracker.collect.sources import Client
from tracker.collect.timelines import Timeline, account_in, since
from tracker.domain import Found, Page, Parsed, Record, Release, Scope, Sought
from tracker.errors import BadInput

name = "youtube_api"
platform = "youtube"
kind = "posts"
needs: tuple[str, ...] = ("YOUTUBE_API_KEY",)
hosts = ("www.googleapis.com",)
by_name = True
per_minute = 60
origin = "https://console.cloud.google.com, a key for the YouTube Data API v3 (free)"
required = ("kind",)
release: Release | None = None
matched = False
scope = {
    "account": "the channel, such as youtube:@somebody or its id, which begins with UC",
    "from": "first day asked about, YYYY-MM-DD; else two weeks ago",
}
BASE = "https://www.googleapis.com/youtube/v3"
DAYS = 14
MOST_PAGES = 200
AT_ONCE = 50
_CHANNEL = "brandingSettings,contentDetails,snippet,statistics,status,topicDetails"
_VIDEO = "contentDetails,snippet,statistics,status"
_CHANNEL_ID = re.compile(r"UC[\w-]{22}")


@dataclass(frozen=True, slots=True)
class _Place:
    """How far a question came: the list of uploads, the page of it, and the videos that are to be asked for."""

    uploads: str
    page: str = ""
    ids: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        return json.dumps(asdict(self))


def records_in(body: bytes) -> Iterator[Record]:
    """Yield the channels and videos of an answer; a list of uploads says only which videos there are."""
    for record in records_of(body, "items"):
        if cells.kind_of(record.values) in ("channel", "video"):
            yield record


def parse(records: Iterable[Record], scope: Scope) -> Iterator[Parsed]:
    """Yield the profile and a post for each video, once."""
    asked = account_in(scope, "account=youtube:@NAME")
    channels, videos = list[Record](), dict[str, Record]()
    for record in records:
        if cells.kind_of(record.values) == "channel":
            channels.append(record)
        else:
            videos.setdefault(str(record.values.get("id")), record)
    found = next(filter(None, (words(one.values, "snippet.channelId") for one in videos.values())), None)
    known = words(channels[0].values, "id") if channels else asked.native_id or found
    account = replace(asked, native_id=known)
    timeline = Timeline(name, scope, account)
    for record in channels[:1]:
        yield apart_or(lambda one: cells.profile(one, timeline.profile(), account), record)
    listing = timeline.posts(
        outcome="rows" if videos else "empty_unverified", complete_since=since(scope, days=DAYS)
    )
    yield listing
    for record in videos.values():
        yield apart_or(lambda one: cells.post(one, listing, account), record)


# -- asking ------------------------------------------------------------------------------------------------------


def fetch(scope: Scope, client: Client, credentials: Mapping[str, str], cursor: str | None) -> Iterator[Page]:
    """Ask for the channel, then page by page for what it uploaded and for these videos."""
    key = {"X-Goog-Api-Key": credentials[needs[0]]}
    page = None if cursor else _channel(client, key, scope)
    if page is not None:
        yield page
    place = _place(page.cursor if page else cursor)
    for _ in range(MOST_PAGES):
        if place is None:
            return
        page = _videos(client, key, place) if place.ids else _uploads(client, key, scope, place)
        yield page
        place = _place(page.cursor)


def _channel(client: Client, key: Mapping[str, str], scope: Scope) -> Page:
    account = account_in(scope, "account=youtube:@NAME")
    number = next(
        (one for one in (account.native_id, account.key) if one and _CHANNEL_ID.fullmatch(one)), None
    )
    by = {"id": number} if number else {"forHandle": f"@{account.handle or account.key}"}
    answer = client.get(f"{BASE}/channels", params={"part": _CHANNEL, **by}, headers=key)
    values = document_or_none(answer)
    found = next(iter(objects(values, "items")), {})
    uploads = words(found, "contentDetails.relatedPlaylists.uploads")
    if answer.status == 200 and uploads:
        return Page(answer, _Place(uploads).text, about_account=True, standing="present")
    if answer.status == 200 and words(values, "kind") == "youtube#channelListResponse":
        return Page(answer, outcome="gone", standing="not_found", message="the answer names no channel")
    return cells.refusal(answer)


def _uploads(client: Client, key: Mapping[str, str], scope: Scope, place: _Place) -> Page:
    asked = {"part": "contentDetails", "playlistId": place.uploads, "maxResults": f"{AT_ONCE}"}
    more = {"pageToken": place.page} if place.page else {}
    answer = client.get(f"{BASE}/playlistItems", params={**asked, **more}, headers=key)
    values = document_or_none(answer)
    if answer.status != 200 or words(values, "kind") != "youtube#playlistItemListResponse":
        return cells.refusal(answer)
    details = [
        one["contentDetails"]
        for one in objects(values, "items")
        if isinstance(one.get("contentDetails"), dict)
    ]
    dated = [
        (words(one, "videoId"), iso_moment(one.get("videoPublishedAt"), latest=scope.observed_at).at)
        for one in details
    ]
    wanted = [
        one for one, published in dated if one and (published is None or published >= since(scope, days=DAYS))
    ]
    follows = words(values, "nextPageToken") if len(wanted) == len(dated) else None
    nothing = not place.page and (dated or words(values, "pageInfo.totalResults") == "0")
    if not wanted:
        return Page(answer, outcome="empty_confirmed" if nothing else None, about_account=True)
    return Page(answer, replace(place, page=follows or "", ids=tuple(wanted)).text, about_account=True)


def _videos(client: Client, key: Mapping[str, str], place: _Place) -> Page:
    answer = client.get(f"{BASE}/videos", params={"part": _VIDEO, "id": ",".join(place.ids)}, headers=key)
    if answer.status != 200 or words(document_or_none(answer), "kind") != "youtube#videoListResponse":
        return cells.refusal(answer)
    return Page(answer, replace(place, ids=()).text if place.page else None)


def _place(cursor: str | None) -> _Place | None:
    try:
        told = json.loads(cursor) if cursor else None
        return None if told is None else _Place(told["uploads"], told["page"], tuple(told["ids"]))
    except (ValueError, TypeError, KeyError) as error:
        raise BadInput("the place to go on from is none that is known here") from error


def find(
    sought: Sequence[Sought], scope: Scope, client: Client, credentials: Mapping[str, str]
) -> Iterator[Found]:
    """Ask for videos by their ids, fifty at a time; what YouTube leaves out it does not find, and does not say why."""
    for start in range(0, len(sought), AT_ONCE):
        keys = [one.key for one in sought[start : start + AT_ONCE]]
        asked = {"part": "status", "id": ",".join(keys)}
        answer = client.get(f"{BASE}/videos", params=asked, headers={"X-Goog-Api-Key": credentials[needs[0]]})
        values = document_or_none(answer)
        shown = {words(one, "id") for one in objects(values, "items")}
        whole = answer.status == 200 and words(values, "kind") == "youtube#videoListResponse"
        for key in keys:
            yield Found(key, "present" if key in shown else "not_found" if whole else "unknown", answer)
