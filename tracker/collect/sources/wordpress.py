"""Sites made with WordPress, through the interface that it has for anybody: all posts, silent changes, what was withdrawn.

Each question brings what is new since a day and what is older and was changed since then. Where a site closed the
interface, its feed is read in its place.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from urllib.parse import urljoin

from tracker.collect import discovery, feed_cells, feed_reading, site_asking
from tracker.collect import wordpress_cells as cells
from tracker.collect.answers import apart_or, records_of
from tracker.collect.moments import stated_zone
from tracker.collect.sources import Client
from tracker.collect.timelines import Timeline, account_in
from tracker.domain import Found, Listing, Notice, Page, Parsed, Record, Release, Scope, Sought

name = "wordpress"
platform = "web"
kind = "posts"
needs: tuple[str, ...] = ()
anywhere = True
robots = True
web_pages = True
by_name = True
per_minute = 30
origin = "the interface of a WordPress site, /wp-json/wp/v2/posts (no key is needed)"
required = ("id",)
release: Release | None = None
matched = False
scope = {
    "account": "the site, such as web:news.example",
    "from": "first day asked about, YYYY-MM-DD; else two weeks ago",
    "zone": "time zone of dates in its feed that name none, where the interface is closed",
}
CLOSED = "the interface for anybody is closed or absent"
ROOTS = ("/wp-json/", "/?rest_route=/")
"""Where the interface stands that no page announces."""


def records_in(body: bytes) -> Iterator[Record]:
    """Yield the posts of an answer, the site of one about itself, or the entries of the feed in its place."""
    if not feed_reading.is_feed(body):
        yield from records_of(body)
        return
    for line, values in enumerate(feed_reading.read(body), 1):
        yield Record(line, values)


def parse(records: Iterable[Record], scope: Scope) -> Iterator[Parsed]:
    """Yield the profile of the site and a post for each post, once."""
    timeline = Timeline(name, scope, account_in(scope, "account=web:HOST"))
    posts, entries, sites = dict[object, Record](), list[Record](), list[Record]()
    for record in records:
        if record.values.get("kind") == "entry":
            entries.append(record)
        elif cells.is_site(record.values) or record.values.get("kind") == "feed":
            sites.append(record)
        else:
            posts.setdefault(str(record.values.get("id")), record)
    for record in sites[:1]:
        if cells.is_site(record.values):
            yield cells.profile(record, timeline.profile(), timeline.account)
        else:
            yield feed_cells.profile(record.values, timeline.profile(), timeline.account, record.line)
    whole = posts and not entries
    listing = timeline.posts(
        outcome="rows" if posts or entries else "empty_unverified",
        complete_since=cells.since(scope) if whole else None,
    )
    yield listing
    for record in posts.values():
        yield apart_or(lambda one: cells.post(one, listing, timeline.account), record)
    yield from _of_feed(entries, listing, scope)


def _of_feed(entries: list[Record], listing: Listing, scope: Scope) -> Iterator[Parsed]:
    """Yield the posts of a feed under the numbers that the interface would give them."""
    account, zone = account_in(scope, "account=web:HOST"), stated_zone(scope)
    found, _ = feed_cells.distinct(entries)
    keys = [cells.id_of(record.values.get("id")) for record in found]
    for record, number, key in zip(
        found, keys, feed_cells.keys([record.values for record in found]), strict=True
    ):
        post, _ = feed_cells.post(
            record.values, number if number and keys.count(number) == 1 else key, listing, account, zone=zone
        )
        yield post._replace(line=record.line)
    if found:
        yield Notice(f"{CLOSED}: its feed was read in its place, and changes of older posts are not seen")


# -- asking ------------------------------------------------------------------------------------------------------


def fetch(scope: Scope, client: Client, credentials: Mapping[str, str], cursor: str | None) -> Iterator[Page]:
    """Ask for the site, then for what is new and what was changed; where that is closed, for the feed."""
    if cursor:
        yield from site_asking.posts(client, scope, cells.place_of(cursor))
        return
    home = site_asking.home(client, scope)
    if home.status >= 300:
        yield Page(home)
        return
    announced = discovery.announced(home)
    roots = [announced.wordpress] if announced.wordpress else [urljoin(home.url, path) for path in ROOTS]
    site = site_asking.interface(client, roots)
    if site is not None:
        first = cells.Place(site[0])
        yield Page(site[1], first.text, about_account=True)
        came = False
        for page in site_asking.posts(client, scope, first):
            came = True
            yield page
        if came:
            return
    feed = site_asking.feed(client, home, [*announced.feeds[:1], "/feed/"])
    yield (
        Page(feed, message=CLOSED)
        if feed
        else Page(home, outcome="refused", message=f"{CLOSED}, and there is no feed")
    )


def find(
    sought: Sequence[Sought], scope: Scope, client: Client, credentials: Mapping[str, str]
) -> Iterator[Found]:
    """Ask for each post by its number: WordPress says whether it was deleted or withdrawn to a draft or the bin."""
    yield from site_asking.find(client, sought, scope)
