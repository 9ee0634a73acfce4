"""Feeds of sites: RSS, Atom, RDF and JSON Feed, the last ten to fifty entries, without a key.

An entry is known by its id, else its link. That one is missing from a feed says nothing: it fell out at the end. A site
that announces several feeds is asked for the first; another one is given with `feed`.
"""

from collections.abc import Iterable, Iterator, Mapping
from urllib.parse import urljoin

from tracker.collect import discovery, feed_cells, feed_reading
from tracker.collect.moments import Moment, stated_zone
from tracker.collect.sources import Client
from tracker.collect.timelines import Timeline
from tracker.collect.weblinks import canonical, host_in
from tracker.domain import AccountRef, Answer, Notice, Page, Parsed, Record, Release, Scope
from tracker.errors import BadInput, RobotsRefused

name = "feeds"
platform = "web"
kind = "posts"
needs: tuple[str, ...] = ()
anywhere = True
robots = True
web_pages = True
by_name = True
per_minute = 30
origin = "the feed of a site; its address, or the site that announces it (no key is needed)"
required = ("kind",)
release: Release | None = None
matched = False
scope = {
    "account": "the site, such as web:news.example; its pages say where the feed is",
    "feed": "the address of the feed, where the site has several or announces none",
    "key": "link, for a feed whose ids change at each look; else its entries are known by their ids",
    "zone": "time zone of dates that name none, such as Asia/Shanghai; else they are read as UTC, and it is said",
}
NO_FEED = (
    "no feed is announced, and none stands where feeds usually do; give its address with --scope feed=ADDRESS"
)


def records_in(body: bytes) -> Iterator[Record]:
    """Yield the feed itself, then its entries; a feed that holds none gives nothing, and a web page is refused."""
    if discovery.is_web_page(body) and not feed_reading.is_feed(body):
        raise BadInput(
            "this is a web page, no feed: a login or an error page saved as a file looks like this"
        )
    for line, values in enumerate(feed_reading.read(body), 1):
        yield Record(line, values)


def parse(records: Iterable[Record], scope: Scope) -> Iterator[Parsed]:
    """Yield the profile of the feed, a post for each entry, and what a person should know of ids and dates."""
    timeline = Timeline(name, scope, _account(scope), canonical(scope.values.get("feed", "*")))
    zone, moments = stated_zone(scope), list[Moment]()
    feeds, entries = list[Record](), list[Record]()
    for record in records:
        (feeds if record.values.get("kind") == "feed" else entries).append(record)
    for record in feeds[:1]:
        yield feed_cells.profile(record.values, timeline.profile(), timeline.account, record.line)
    found, repeated = feed_cells.distinct(feed_cells.keyed_as_asked(entries, scope))
    listing = timeline.posts(outcome="rows" if found else "empty_unverified")
    yield listing
    for record, key in zip(found, feed_cells.keys([record.values for record in found]), strict=True):
        post, moment = feed_cells.post(record.values, key, listing, timeline.account, zone=zone)
        moments.append(moment)
        yield post._replace(line=record.line)
    yield from map(Notice, (*feed_cells.told(moments), *_told(feeds, entries, found, repeated)))


def _told(feeds: list[Record], entries: list[Record], found: list[Record], repeated: int) -> Iterator[str]:
    """Yield what a person should know of the feed as a whole."""
    if repeated:
        yield f"{repeated:,} entries repeat one as it was, counted once"
    stated = [record.values.get("id") for record in found if record.values.get("id")]
    if len(set(stated)) < len(stated):
        yield f"{len(stated) - len(set(stated)):,} entries share an id with another: told apart by link, date or title"
    for record in feeds[:1]:
        if left := record.values.get("left_out"):
            yield f"a feed of {len(entries) + left:,} entries; the first {len(entries):,} were read"
        if broken := record.values.get("broken"):
            yield f"the form of the feed is broken, read as far as it could be: {broken}"


def _account(scope: Scope) -> AccountRef:
    """Return the site that the feed speaks for: the account asked about, else the host of its address."""
    host = host_in(scope.values.get("feed", ""))
    if scope.account is None and not host:
        raise BadInput(
            "no site and no feed is given; expected account=web:HOST or feed=ADDRESS", field="--scope feed"
        )
    return scope.account or AccountRef(platform, host, handle=host, url=f"https://{host}/")


# -- asking ------------------------------------------------------------------------------------------------------


def fetch(scope: Scope, client: Client, credentials: Mapping[str, str], cursor: str | None) -> Iterator[Page]:
    """Ask for the feed, found through the site's first page where no address is given."""
    if address := scope.values.get("feed"):
        yield _page(client.get(address))
        return
    home = client.get(_account(scope).url or f"https://{_account(scope).key}/")
    if home.status >= 300 or feed_reading.is_feed(home.body):
        yield Page(home)
        return
    for address in _candidates(home):
        try:
            answer = client.get(address)
        except RobotsRefused:
            continue
        if answer.status < 300 and feed_reading.is_feed(answer.body):
            yield Page(answer)
            return
    yield Page(home, outcome="error", message=NO_FEED)


def _candidates(home: Answer) -> Iterator[str]:
    """Yield where a feed may be: what the page announces, else where feeds usually stand."""
    yield from discovery.announced(home).feeds[:3] or (urljoin(home.url, path) for path in discovery.GUESSES)


def _page(answer: Answer) -> Page:
    """Tell a feed from a page that stands in its place."""
    if answer.status >= 300 or feed_reading.is_feed(answer.body):
        return Page(answer)
    return Page(answer, outcome="login_wall", message=f"{answer.url} is no feed: a page came in its place")
