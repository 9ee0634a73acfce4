"""The feed of a YouTube channel: its fifteen newest videos, without a key.

The feed is silent about much: 0 views stand for a stream to come or for hidden numbers, 0 likes for hidden ones, and its
own header shortens ids by their `UC`. It answers 404 now and then for channels that are there, so that this is no news.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from tracker.collect import feed_reading
from tracker.collect.answers import apart_or
from tracker.collect.cells import cell_text
from tracker.collect.moments import iso_moment
from tracker.collect.plaintext import shown, tidied
from tracker.collect.sources import Client
from tracker.collect.timelines import Timeline, account_in
from tracker.collect.weblinks import addresses_in, hashtags_in
from tracker.domain import (
    AccountRef,
    Answer,
    Count,
    Found,
    Listing,
    Look,
    Media,
    Page,
    Parsed,
    Post,
    PostDetails,
    Profile,
    Record,
    Release,
    Scope,
    Sought,
    Standing,
)  # fmt: skip
from tracker.errors import BadInput

name = "youtube"
platform = "youtube"
kind = "posts"
needs: tuple[str, ...] = ()
hosts = ("www.youtube.com",)
web_pages = True
per_minute = 20
origin = "https://www.youtube.com/feeds/videos.xml?channel_id=UC…, the feed of a channel (no key is needed)"
required = ("kind",)
release: Release | None = None
matched = False
scope = {"account": "the channel, such as youtube:@somebody or its id, which begins with UC"}
SITE = "https://www.youtube.com"
_ID = re.compile(r"UC[\w-]{22}")
_VIDEO = re.compile(r"[\w-]{6,20}")
_CANONICAL = re.compile(rb"""<link rel="canonical" href="https://www\.youtube\.com/channel/(UC[\w-]{22})\"""")
_STANDINGS: Mapping[int, Standing] = {200: "present", 404: "not_found"}
"""401 and 403 are also given for videos that may not be embedded, so that they say nothing for certain."""


def records_in(body: bytes) -> Iterator[Record]:
    """Yield the channel, then its videos."""
    for line, values in enumerate(feed_reading.read(body), 1):
        yield Record(line, values)


def parse(records: Iterable[Record], scope: Scope) -> Iterator[Parsed]:
    """Yield the profile and a post for each video; a video of another channel is kept apart."""
    found, asked = list(records), account_in(scope, "account=youtube:@NAME")
    videos = [record for record in found if record.values.get("kind") == "entry"]
    channel = next((value for record in videos if (value := record.values.get("yt_channelid"))), None)
    account = replace(asked, native_id=asked.native_id or channel)
    timeline = Timeline(name, scope, account)
    for record in found:
        if record.values.get("kind") == "feed":
            yield _profile(record, timeline.profile(), account)
    times = [iso_moment(record.values.get("published"), latest=scope.observed_at).at for record in videos]
    since = min(filter(None, times), default=None)
    listing = timeline.posts(outcome="rows" if videos else "empty_unverified", complete_since=since)
    yield listing
    for record in videos:
        yield apart_or(lambda one: _post(one, listing, account), record)


def _profile(record: Record, listing: Listing, account: AccountRef) -> Profile:
    title = cell_text(record.values.get("title")) or None
    return Profile(
        listing=listing, account=account, look=Look(listing.observed_at, handle=account.handle, name=title),
        joined_at=iso_moment(record.values.get("published"), latest=listing.observed_at).at, line=record.line,
    )  # fmt: skip


def _post(record: Record, listing: Listing, account: AccountRef) -> Post:
    values = record.values
    key = cell_text(values.get("yt_videoid")) or cell_text(values.get("id")).removeprefix("yt:video:")
    if not _VIDEO.fullmatch(key):
        raise BadInput(f"{key[:40]!r} is not the id of a video", line=record.line, field="yt_videoid")
    if values.get("yt_channelid") not in (None, account.native_id):
        raise BadInput(
            f"a video of {values['yt_channelid']}, not of {account.native_id}", field="yt_channelid"
        )
    link = cell_text(values.get("link"))
    title, words = tidied(cell_text(values.get("title"))) or None, tidied(cell_text(values.get("summary")))
    published = iso_moment(values.get("published"), latest=listing.observed_at)
    details = PostDetails(
        title=title, links=addresses_in(words),
        hashtags=hashtags_in(f"{title} {words}"),
        media=tuple(Media("thumbnail", file["url"]) for file in values.get("media", [])[-1:]),
        counts=tuple(_counts(values)), extra={"form": "short" if "/shorts/" in link else "video"},
    )  # fmt: skip
    url = link or f"{SITE}/watch?v={key}"
    return Post(
        listing,
        key,
        account,
        words or title or "",
        published.at,
        published.printed,
        None,
        url,
        record.line,
        details,
    )


def _counts(values: Mapping[str, Any]) -> Iterator[Count]:
    """Yield views and likes; a 0 is none, because it also stands for what is hidden or still to come."""
    for counter in ("views", "likes"):
        if printed := cell_text(values.get(counter)):
            number = int(printed) if printed.isdecimal() and len(printed) < 16 else 0
            yield Count(counter, number or None, None if number else printed)


# -- asking ------------------------------------------------------------------------------------------------------


def fetch(scope: Scope, client: Client, credentials: Mapping[str, str], cursor: str | None) -> Iterator[Page]:
    """Ask for the feed of a channel, whose id its page names where only the handle is known."""
    account = account_in(scope, "account=youtube:@NAME")
    channel = next((one for one in (account.native_id, account.key) if one and _ID.fullmatch(one)), None)
    if channel is None:
        page = client.get(f"{SITE}/@{account.handle or account.key}")
        named = _CANONICAL.search(page.body) if page.status == 200 else None
        if named is None:
            yield _unnamed(page)
            return
        channel = named[1].decode()
    answer = client.get(f"{SITE}/feeds/videos.xml", params={"channel_id": channel})
    if answer.status == 404:
        yield Page(
            answer, standing="unknown", message="404, which YouTube also gives for channels that are there"
        )
    elif answer.status == 200 and not feed_reading.is_feed(answer.body):
        yield Page(answer, outcome="login_wall", message="a page came in place of the feed")
    else:
        yield Page(answer, standing="present" if answer.status == 200 else None)


def _unnamed(page: Answer) -> Page:
    if page.status == 404:
        return Page(
            page, standing="not_found", message="no channel has this handle; it may have another one now"
        )
    if page.status != 200:
        return Page(page)
    return Page(
        page, outcome="login_wall", message="the page names no channel; asking for consent looks like this"
    )


def find(
    sought: Sequence[Sought], scope: Scope, client: Client, credentials: Mapping[str, str]
) -> Iterator[Found]:
    """Ask for the player of each video (oEmbed), which YouTube refuses for one that is gone."""
    for one in sought:
        asked = {"url": f"{SITE}/watch?v={one.key}", "format": "json"}
        answer = client.get(f"{SITE}/oembed", params=asked)
        words = f"{answer.status} {shown(answer.body[:300].decode(errors='replace')).text}".strip()
        standing = _STANDINGS.get(answer.status, "unknown")
        yield Found(one.key, standing, answer, None if standing == "present" else words)
