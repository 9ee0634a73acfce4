"""How a site is asked: its first page, the interface of WordPress, its feed, and the lists of its pages.

What stands where is read by `discovery`, `wordpress_cells`, `feed_reading` and `sitemaps`; the client is any that asks.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from urllib.parse import urljoin, urlsplit

from tracker.collect import discovery, feed_cells, feed_reading, sitemaps
from tracker.collect import wordpress_cells as wordpress
from tracker.collect.answers import document_or_none
from tracker.collect.asks import Asks
from tracker.collect.cells import read_date
from tracker.collect.moments import iso_moment
from tracker.collect.plaintext import tree, whole
from tracker.collect.sitemaps import Link
from tracker.collect.timelines import account_in
from tracker.collect.weblinks import canonical, host_in
from tracker.domain import Answer, Found, Page, Scope, Sought, Standing, Unanswered
from tracker.errors import AddressRefused

MOST_SITEMAPS = 12
MOST_PAGES = 40
"""Pages that one question reads one by one."""
_LONGEST_CURSOR = 9_000
DAYS = 2
"""How far back pages are asked for one by one where nobody says from which day on."""
_GUESSES = ("/sitemap.xml", "/sitemap_index.xml", "/wp-sitemap.xml", "/news-sitemap.xml")
_NEWS = re.compile(r"news|post|article|stor", re.IGNORECASE)
_NO_NEWS = re.compile(r"image|video|categor|/?tags?[-_/.]|author|user|page-sitemap|taxonom", re.IGNORECASE)
_DAY = re.compile(r"/(20\d{2})[-/]?(0[1-9]|1[0-2])[-/]?(0[1-9]|[12]\d|3[01])(?:\D|$)")
_ARTICLE = re.compile(r"\d{5,}|/20\d{2}[-/]?\d{2}|[^/]+-[^/]+-[^/]+-[^/]+/?$")
_GONE: Mapping[int, Standing] = {404: "not_found", 410: "deleted", 451: "withheld"}
"""What HTTP says of a page by its status (RFC 9110, RFC 7725): only 410 and 451 name a cause."""


def get_or_none(client: Asks, address: str, params: Mapping[str, str] | None = None) -> Answer | None:
    """Return the answer, `None` for an address that robots.txt or the guard does not let us ask."""
    try:
        return client.get(address, params=params)
    except AddressRefused:
        return None


def home(client: Asks, scope: Scope) -> Answer:
    """Ask for the first page of the site that is asked about."""
    account = account_in(scope, "account=web:HOST")
    return client.get(account.url or f"https://{account.key}/")


def going_on(client: Asks, scope: Scope, cursor: str) -> Iterator[Page]:
    """Go on where a question stopped: with the pages still to ask for, or from a place in the interface."""
    if cursor.startswith("["):
        yield from articles(client, json.loads(cursor))
    else:
        yield from posts(client, scope, wordpress.place_of(cursor))


# -- the interface of WordPress ----------------------------------------------------------------------------------


def interface(client: Asks, roots: Sequence[str]) -> tuple[str, Answer] | None:
    """Return the address of the interface and what it says of the site; `None` where it says nothing."""
    for root in roots:
        index = get_or_none(client, root, wordpress.site_question())
        found = document_or_none(index) if index is not None else None
        if index is not None and index.status == 200 and isinstance(found, dict) and wordpress.is_site(found):
            return root, index
    return None


def posts(client: Asks, scope: Scope, place: wordpress.Place) -> Iterator[Page]:
    """Ask page by page; a page that is gone when it is asked for, or a question that is not known, ends the list.

    Nothing comes where the interface is closed from the beginning.
    """
    first = place.part == "new" and place.page == 1
    while True:
        answer = client.get(
            wordpress.address(place.root, "wp/v2/posts"), params=wordpress.question(place, scope)
        )
        page = wordpress.page_of(answer, place)
        if page is None:
            if not first and answer.status != 400:
                yield Page(answer, message=wordpress.said(answer))
            return
        yield page
        if page.cursor is None:
            return
        place, first = wordpress.place_of(page.cursor), False


# -- feeds -------------------------------------------------------------------------------------------------------


def feed(client: Asks, home: Answer, addresses: Sequence[str]) -> Answer | None:
    """Return the first feed that stands at one of the addresses."""
    for address in addresses:
        answer = get_or_none(client, urljoin(home.url, address))
        if answer is not None and answer.status < 300 and feed_reading.is_feed(answer.body):
            return answer
    return None


# -- the lists of pages --------------------------------------------------------------------------------------------


def since(scope: Scope) -> datetime:
    """Return the moment from which on pages are asked for one by one."""
    first = read_date(scope.values.get("from", "")) or (scope.observed_at - timedelta(days=DAYS)).date()
    return datetime(first.year, first.month, first.day, tzinfo=UTC)


def listed(client: Asks, home: Answer, scope: Scope) -> list[str]:
    """Return the addresses of pages that the sitemaps of a site list as new, else those that its first page leads to."""
    links = [link for sitemap in _sitemaps(client, home) for link in sitemap.pages]
    return wanted(links, home, scope) or _led_to(home)


def wanted(links: Sequence[Link], home: Answer, scope: Scope) -> list[str]:
    """Return the addresses on the site that are dated since the day asked about, the newest first.

    Where nothing on the list bears a date, its ends are taken: new pages stand at one of them.
    """
    site = host_in(home.url)
    mine = [link for link in links if host_in(link.address) == site]
    dated = [(at, link) for link in mine if (at := _at(link, scope)) is not None]
    if not dated:
        ends = mine if len(mine) <= 30 else [*mine[:15], *mine[-15:]]
        return _distinct(link.address for link in ends)
    newest = sorted(dated, key=lambda one: one[0], reverse=True)
    return _distinct(link.address for at, link in newest if at >= since(scope))


def _sitemaps(client: Asks, home: Answer) -> Iterator[sitemaps.Sitemap]:
    """Yield the sitemaps of a site, those of news before others, the newest first, and no more than `MOST_SITEMAPS`."""
    robots = get_or_none(client, urljoin(home.url, "/robots.txt"))
    named = sitemaps.named_in(robots.body.decode(errors="replace")) if robots and robots.status < 300 else ()
    todo = [Link(address) for address in named or [urljoin(home.url, path) for path in _GUESSES]]
    asked: set[str] = set()
    while todo and len(asked) < MOST_SITEMAPS:
        link = todo.pop(0)
        if link.address in asked or host_in(link.address) != host_in(home.url):
            continue
        asked.add(link.address)
        answer = get_or_none(client, link.address)
        if answer is None or answer.status >= 300:
            continue
        found = sitemaps.read(answer.body)
        if found.pages:
            yield found
        further = sorted(found.further, key=lambda one: one.changed or "", reverse=True)
        todo = [*sorted(further, key=lambda one: not _NEWS.search(one.address)), *todo]
        todo = [one for one in todo if not _NO_NEWS.search(urlsplit(one.address).path)]
        if found.pages and not named:
            return


def _at(link: Link, scope: Scope) -> datetime | None:
    """Return when a page was published or changed, by its list or by the day in its address."""
    if link.latest and (at := iso_moment(link.latest, latest=scope.observed_at).at):
        return at
    day = _DAY.search(urlsplit(link.address).path)
    return iso_moment("-".join(day.groups()), latest=scope.observed_at).at if day else None


def _led_to(home: Answer) -> list[str]:
    """Return the addresses on the first page that look like articles: with a number, a day or a long name."""
    nodes = tree(discovery.text_of_page(home)).css("a[href]")
    found = (whole(node.attributes.get("href"), home.url) for node in nodes)
    return _distinct(
        address
        for address in found
        if address and host_in(address) == host_in(home.url) and _ARTICLE.search(urlsplit(address).path)
    )


def _distinct(addresses: Iterator[str]) -> list[str]:
    return list(dict.fromkeys(map(canonical, addresses)))


# -- articles page by page -----------------------------------------------------------------------------------------


def headlines(feed: Answer) -> list[Link] | None:
    """Return where the headlines of a feed lead, `None` when it holds the articles themselves."""
    entries = [values for values in feed_reading.read(feed.body) if values["kind"] == "entry"]
    if feed_cells.is_whole(entries):
        return None
    return [
        Link(entry["link"], entry.get("updated"), entry.get("published"))
        for entry in entries
        if entry.get("link")
    ]


def articles(client: Asks, addresses: Sequence[str], *, message: str | None = None) -> Iterator[Page]:
    """Ask for pages one by one; one that does not answer is passed over, and it is said beside `message`."""
    before, passed = b"", 0
    for place, address in enumerate(addresses[:MOST_PAGES], 1):
        answer = _article(client, address)
        if answer is None or answer.body == before:
            passed += 1
            continue
        before = answer.body
        lost = f"{passed} of {place} pages gave no article" if passed else None
        told = "; ".join(filter(None, (message, lost))) or None
        yield Page(answer, cursor_of(addresses[place:MOST_PAGES]), message=told)


def _article(client: Asks, address: str) -> Answer | None:
    """Return a page, `None` for one that is not there, not to be asked, or no page of its own."""
    try:
        answer = get_or_none(client, address)
    except Unanswered as error:
        if error.answer is None or error.answer.status in (429, 503):
            raise
        return None
    if answer is None or answer.status >= 300 or not discovery.is_page(answer):
        return None
    return None if urlsplit(answer.url).path in ("", "/") else answer


def cursor_of(addresses: Sequence[str]) -> str | None:
    """Return the pages still to ask for as text that can be kept."""
    kept = list(addresses[:MOST_PAGES])
    while kept and len(text := json.dumps(kept)) > _LONGEST_CURSOR:
        kept.pop()
    return text if kept else None


# -- a page that is missed -----------------------------------------------------------------------------------------


def find(client: Asks, sought: Sequence[Sought], scope: Scope) -> Iterator[Found]:
    """Ask for each post: by its number where WordPress gave it one, else for its page."""
    root, first = None, None
    for one in sought:
        if one.key.isdecimal():
            if root is None:
                first = home(client, scope)
                root = discovery.announced(first).wordpress or urljoin(first.url, "/wp-json/")
            address = wordpress.address(root, f"wp/v2/posts/{one.key}")
            yield wordpress.found_of(one.key, client.get(address, params={"_fields": "id"}))
        elif one.url:
            yield _page_stands(one.key, client.get(one.url))


def _page_stands(key: str, answer: Answer) -> Found:
    led_home = urlsplit(answer.url).path in ("", "/")
    standing: Standing = "present" if answer.status < 300 and not led_home else "unknown"
    said = "leads to the first page of the site" if led_home else f"answered {answer.status}"
    return Found(key, _GONE.get(answer.status, standing), answer, None if standing == "present" else said)
