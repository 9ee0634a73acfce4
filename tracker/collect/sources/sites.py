"""Any news site, in the best way that it offers: WordPress's interface, a feed of whole articles, else its pages.

Pages are found through sitemaps, a feed of headlines or the first page, and read one by one, the newest first. What is
missing from such a list says nothing; how the site lists its articles decides what can be known of it.
"""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import tzinfo

from tracker.collect import discovery, feed_cells, feed_reading, page_cells, site_asking
from tracker.collect import wordpress_cells as wordpress
from tracker.collect.answers import records_of
from tracker.collect.moments import stated_zone
from tracker.collect.sources import Client
from tracker.collect.timelines import Timeline, account_in
from tracker.domain import (
    Found,
    Listing,
    Notice,
    Page,
    Parsed,
    Post,
    Profile,
    Quarantined,
    Record,
    Release,
    Scope,
    Sought,
)
from tracker.errors import BadInput

name = "sites"
platform = "web"
kind = "posts"
needs: tuple[str, ...] = ()
anywhere = True
robots = True
web_pages = True
addressed = True
per_minute = 30
origin = "the first page of a news site, and what it leads to (no key is needed)"
required = ("html",)
release: Release | None = None
matched = False
scope = {
    "account": "the site, such as web:news.example",
    "from": "first day asked about, YYYY-MM-DD; else two weeks ago by its interface, two days ago page by page",
    "key": "link, for a feed whose ids change at each look; else its entries are known by their ids",
    "zone": "time zone of dates that name none, such as Asia/Shanghai; else they are read as UTC, and it is said",
}


def records_in(body: bytes, address: str | None = None) -> Iterator[Record]:
    """Yield what stands in an answer: posts of an interface, entries of a feed, or one page with its address."""
    if feed_reading.is_feed(body):
        yield from (Record(line, values) for line, values in enumerate(feed_reading.read(body), 1))
    elif body.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"[", b"{"):
        yield from records_of(body)
    else:
        yield Record(1, {"html": discovery.text_of(body)[: page_cells.MOST], "address": address})


def parse(records: Iterable[Record], scope: Scope) -> Iterator[Parsed]:
    """Yield the profile of the site and a post for each article, once, however it was found."""
    timeline, zone = Timeline(name, scope, account_in(scope, "account=web:HOST")), stated_zone(scope)
    found = feed_cells.keyed_as_asked(records, scope)
    entries = [record for record in found if record.values.get("kind") == "entry"]
    keys = dict(zip(map(id, entries), feed_cells.keys([one.values for one in entries]), strict=True))
    listed = any(_form(record) == "wordpress" for record in found)
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


def _form(record: Record) -> str:
    """Return what a record is: of a feed, of a page, of WordPress or of WordPress about its site."""
    values = record.values
    if values.get("kind") in ("feed", "entry"):
        return str(values["kind"])
    if "html" in values:
        return "home" if page_cells.is_first_page(record) else "page"
    return "site" if wordpress.is_site(values) else "wordpress"


def _item(
    record: Record, listing: Listing, timeline: Timeline, key: str, zone: tzinfo | None
) -> Post | Profile:
    form, account = _form(record), timeline.account
    if form == "feed":
        return feed_cells.profile(record.values, timeline.profile(), account, record.line)
    if form == "entry":
        number = wordpress.id_of(record.values.get("id"))
        post, _ = feed_cells.post(record.values, number or key, listing, account, zone=zone)
        return post._replace(line=record.line)
    if form == "page":
        return page_cells.article(record, listing, account, zone=zone)
    if form == "wordpress":
        return wordpress.post(record, listing, account)
    read = wordpress.profile if form == "site" else page_cells.profile
    return read(record, timeline.profile(), account)


# -- asking ------------------------------------------------------------------------------------------------------


def fetch(scope: Scope, client: Client, credentials: Mapping[str, str], cursor: str | None) -> Iterator[Page]:
    """Ask in the best way that the site offers; `cursor` is a place in its interface, or the pages still to ask for."""
    if cursor:
        going_on = cursor.startswith("[")
        yield from (
            site_asking.articles(client, json.loads(cursor))
            if going_on
            else site_asking.posts(client, scope, wordpress.place_of(cursor))
        )
        return
    home = site_asking.home(client, scope)
    if home.status >= 300:
        yield Page(home)
        return
    announced, came = discovery.announced(home), False
    site = site_asking.interface(client, [announced.wordpress]) if announced.wordpress else None
    if site is not None:
        first = wordpress.Place(site[0])
        for page in site_asking.posts(client, scope, first):
            if not came:
                yield Page(site[1], first.text, about_account=True)
            came = True
            yield page
    if came:
        return
    feed = site_asking.feed(client, home, announced.feeds[:2] or discovery.GUESSES[:3])
    links = site_asking.headlines(feed) if feed else []
    if feed and links is None:
        yield Page(feed)
        return
    addresses = site_asking.wanted(links or [], home, scope) or site_asking.listed(client, home, scope)
    message = None if addresses else "neither a feed, a sitemap nor the first page leads to an article"
    yield Page(home, site_asking.cursor_of(addresses), message=message, about_account=True)
    yield from site_asking.articles(client, addresses)


def find(
    sought: Sequence[Sought], scope: Scope, client: Client, credentials: Mapping[str, str]
) -> Iterator[Found]:
    """Ask for each post, by its number or for its page."""
    yield from site_asking.find(client, sought, scope)
