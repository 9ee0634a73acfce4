"""Sites made with WordPress, through the interface that it has for anybody: all posts, silent changes, what was withdrawn.

Each question brings what is new since a day and what is older and was changed since then. Where a site closed the
interface, its feed is read in its place, else the pages that its sitemap lists: then older changes are not seen.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from urllib.parse import urljoin

from tracker.collect import discovery, site_asking, site_parsing
from tracker.collect import wordpress_cells as cells
from tracker.collect.sources import Client
from tracker.domain import Answer, Found, Page, Parsed, Record, Release, Scope, Sought

name = "wordpress"
platform = "web"
kind = "posts"
needs: tuple[str, ...] = ()
anywhere = True
robots = True
web_pages = True
addressed = True
by_name = True
per_minute = 30
origin = "the interface of a WordPress site, /wp-json/wp/v2/posts (no key is needed)"
required = ("id",)
release: Release | None = None
matched = False
scope = {
    "account": "the site, such as web:news.example",
    "from": "first day asked about, YYYY-MM-DD; else two weeks ago",
    "key": "link, for a feed whose ids change at each look, where the interface is closed",
    "zone": "time zone of dates that name none, where the interface is closed",
}
CLOSED = "the interface for anybody is closed or absent: changes of older posts are not seen"
ROOTS = ("/wp-json/", "/?rest_route=/")
"""Where the interface stands that no page announces."""


records_in, shape = site_parsing.records_in, site_parsing.shape


def parse(records: Iterable[Record], scope: Scope) -> Iterator[Parsed]:
    """Yield the profile of the site and a post for each post, once."""
    yield from site_parsing.parse(name, records, scope)


# -- asking ------------------------------------------------------------------------------------------------------


def fetch(scope: Scope, client: Client, credentials: Mapping[str, str], cursor: str | None) -> Iterator[Page]:
    """Ask for the site, then for what is new and what was changed; where that is closed, for the feed."""
    if cursor:
        yield from site_asking.going_on(client, scope, cursor)
        return
    home = site_asking.home(client, scope)
    if home.status >= 300:
        yield Page(home)
        return
    announced, came = discovery.announced(home), False
    roots = [announced.wordpress] if announced.wordpress else [urljoin(home.url, path) for path in ROOTS]
    site = site_asking.interface(client, roots)
    if site is not None:
        first = cells.Place(site[0])
        yield Page(site[1], first.text, about_account=True)
        for page in site_asking.posts(client, scope, first):
            came = True
            yield page
    if not came:
        yield from _elsewhere(client, scope, home, announced.feeds)


def _elsewhere(client: Client, scope: Scope, home: Answer, feeds: Sequence[str]) -> Iterator[Page]:
    """Ask for the feed, else for the pages that the sitemap lists."""
    feed = site_asking.feed(client, home, [*feeds[:1], "/feed/"])
    if feed is not None:
        yield Page(feed, message=CLOSED)
        return
    addresses = site_asking.listed(client, home, scope)
    if not addresses:
        yield Page(home, outcome="refused", message=f"{CLOSED}, and there is neither a feed nor a sitemap")
        return
    yield Page(home, site_asking.cursor_of(addresses), about_account=True)
    yield from site_asking.articles(client, addresses, message=CLOSED)


def find(
    sought: Sequence[Sought], scope: Scope, client: Client, credentials: Mapping[str, str]
) -> Iterator[Found]:
    """Ask for each post by its number: WordPress says whether it was deleted or withdrawn to a draft or the bin."""
    yield from site_asking.find(client, sought, scope)
