"""Any news site, in the best way that it offers: WordPress's interface, a feed of whole articles, else its pages.

Pages are found through sitemaps, a feed of headlines or the first page, and read one by one, the newest first. What is
missing from such a list says nothing; how the site lists its articles decides what can be known of it.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from tracker.collect import discovery, site_asking, site_parsing
from tracker.collect import wordpress_cells as wordpress
from tracker.collect.sources import Client
from tracker.domain import Found, Page, Parsed, Record, Release, Scope, Sought

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


records_in, shape = site_parsing.records_in, site_parsing.shape


def parse(records: Iterable[Record], scope: Scope) -> Iterator[Parsed]:
    """Yield the profile of the site and a post for each article, once, however it was found."""
    yield from site_parsing.parse(name, records, scope)


# -- asking ------------------------------------------------------------------------------------------------------


def fetch(scope: Scope, client: Client, credentials: Mapping[str, str], cursor: str | None) -> Iterator[Page]:
    """Ask in the best way that the site offers; `cursor` is a place in its interface, or the pages still to ask for."""
    if cursor:
        yield from site_asking.going_on(client, scope, cursor)
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
