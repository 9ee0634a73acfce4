"""Reads what a site answered, in whatever way it was asked: its interface, its feed, or a page of an article. Pure.

An article has one key however it was found: the number that WordPress gave it, else its id in the feed, else its address.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import tzinfo
from typing import Any

from tracker.collect import discovery, feed_cells, feed_reading, page_cells
from tracker.collect import wordpress_cells as wordpress
from tracker.collect.answers import records_of
from tracker.collect.moments import stated_zone
from tracker.collect.timelines import Timeline, account_in
from tracker.domain import Listing, Notice, Parsed, Post, Profile, Quarantined, Record, Scope
from tracker.errors import BadInput


def records_in(body: bytes, address: str | None = None) -> Iterator[Record]:
    """Yield what stands in an answer: posts of an interface, entries of a feed, or one page with its address."""
    if feed_reading.is_feed(body):
        yield from (Record(line, values) for line, values in enumerate(feed_reading.read(body), 1))
    elif body.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"[", b"{"):
        yield from records_of(body)
    else:
        yield Record(1, {"html": discovery.text_of(body)[: page_cells.MOST], "address": address})


def shape(values: Mapping[str, Any]) -> str:
    """Name what a record is: of a `feed` or an `entry` of it, a `page`, the `site` or a `post` of WordPress."""
    if values.get("kind") in ("feed", "entry"):
        return str(values["kind"])
    if "html" in values:
        return "page"
    return "site" if wordpress.is_site(values) else "post"


def parse(source: str, records: Iterable[Record], scope: Scope) -> Iterator[Parsed]:
    """Yield the profile of the site and a post for each article, once, however it was found."""
    timeline, zone = Timeline(source, scope, account_in(scope, "account=web:HOST")), stated_zone(scope)
    found = feed_cells.keyed_as_asked(records, scope)
    entries = [record for record in found if record.values.get("kind") == "entry"]
    keys = dict(zip(map(id, entries), _keys(entries), strict=True))
    listed = any(shape(record.values) == "post" for record in found)
    listing = timeline.posts(complete_since=wordpress.since(scope) if listed else None)
    profiles, posts, doubts = list[Profile](), dict[str, Post](), Counter[str]()
    for record in found:
        try:
            item = _item(record, listing, timeline, keys.get(id(record), ""), zone)
        except BadInput as error:
            told = {name: value for name, value in record.values.items() if name != "html"}
            yield Quarantined(record.line, error.field or "", error.found, told)
            continue
        if isinstance(item, Profile):
            profiles.append(item)
        elif posts.setdefault(item.key, item) is item and item.details is not None:
            doubts.update(filter(None, [item.details.extra.get("date_doubt")]))
    yield from profiles[:1]
    yield listing if posts else timeline.posts(outcome="empty_unverified")
    yield from posts.values()
    yield from (Notice(f"{number:,} of {len(posts):,} dates: {doubt}") for doubt, number in doubts.items())


def _item(
    record: Record, listing: Listing, timeline: Timeline, key: str, zone: tzinfo | None
) -> Post | Profile:
    form, account = shape(record.values), timeline.account
    if form == "feed":
        return feed_cells.profile(record.values, timeline.profile(), account, record.line)
    if form == "entry":
        post, _ = feed_cells.post(record.values, key, listing, account, zone=zone)
        return post._replace(line=record.line)
    if form == "page" and not page_cells.is_first_page(record):
        return page_cells.article(record, listing, account, zone=zone)
    if form == "post":
        return wordpress.post(record, listing, account)
    read = wordpress.profile if form == "site" else page_cells.profile
    return read(record, timeline.profile(), account)


def _keys(entries: Sequence[Record]) -> list[str]:
    """Return the key of each entry of a feed: its number where WordPress gave it one of its own, and none is named like it."""
    numbers = [wordpress.id_of(record.values.get("id")) for record in entries]
    others = feed_cells.keys([record.values for record in entries])
    times, named = Counter(numbers), set(others)
    return [
        number if number and times[number] == 1 and number not in named else other
        for number, other in zip(numbers, others, strict=True)
    ]
