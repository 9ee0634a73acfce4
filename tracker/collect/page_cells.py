"""What the page of an article says: its text, title, dates and authors, as far as its markup tells. Pure.

The text is what trafilatura takes for the article; dates are those that the page states for programs, then the day that
it shows. A page that nothing calls an article is none.
"""

import json
import logging
import re
from collections.abc import Iterator, Mapping
from datetime import datetime, tzinfo
from typing import Any
from urllib.parse import urlsplit

from selectolax.lexbor import LexborHTMLParser

from tracker.collect.discovery import announced_in
from tracker.collect.moments import Moment, iso_moment
from tracker.collect.plaintext import Shown, shown_in, tidied, tree, whole
from tracker.collect.weblinks import address_key, canonical, host_in
from tracker.collect.wordpress_cells import id_of
from tracker.domain import AccountRef, Listing, Look, Media, Post, PostDetails, Profile, Record
from tracker.errors import BadInput

MOST = 2_000_000
MOST_TAGS = 25_000
"""More than any article has; what is beyond would take the reader of pages too long."""
_PUBLISHED = (
    "article:published_time", "og:article:published_time", "datePublished", "pubdate", "publishdate", "publish-date",
    "PubDate", "dc.date.issued", "dcterms.created", "dc.date", "date",
)  # fmt: skip
_CHANGED = ("article:modified_time", "og:updated_time", "dateModified", "dcterms.modified", "lastmod")
_ARTICLES = ("Article", "BlogPosting", "Report", "LiveBlogPosting")
_POST = re.compile(r"/wp/v2/posts/(\d{1,12})(?:$|[/?])")

Values = dict[str, Any]


def is_first_page(record: Record) -> bool:
    """Say whether a page is the first one of its site, which is about the site and no article."""
    address = record.values.get("address")
    return isinstance(address, str) and urlsplit(address).path in ("", "/")


def profile(record: Record, listing: Listing, account: AccountRef) -> Profile:
    """Return what the first page says of its site."""
    address = whole(record.values.get("address"), None)
    found = announced_in(str(record.values.get("html") or ""), address)
    return Profile(
        listing=listing, account=account, look=Look(listing.observed_at, account.handle, found.name, found.words),
        website=address, picture=found.picture, language=found.language, line=record.line,
    )  # fmt: skip


def article(record: Record, listing: Listing, account: AccountRef, *, zone: tzinfo | None) -> Post:
    """Return the article that stands on a page; raise `BadInput` that says why there is none."""
    html = str(record.values.get("html") or "")[:MOST]
    if html.count("<") > MOST_TAGS:
        raise BadInput(f"a page of more than {MOST_TAGS:,} tags is read by nobody", field="html")
    page = tree(html)
    address = whole(record.values.get("address"), None)
    stated = _stated(page)
    published, changed = _when(page, stated, listing.observed_at, zone)
    is_one = bool(stated) or _meta(page, "og:type") == "article"
    found = _extracted(html, address)
    if not published.printed and found.get("date"):
        published = iso_moment(found["date"], latest=listing.observed_at, zone=zone)
    if not (is_one or published.printed):
        raise BadInput("nothing on the page calls it an article, and it has no date", field="html")
    title = _first(stated.get("headline"), _meta(page, "og:title"), found.get("title"), _shown_title(page))
    text = tidied(found.get("text") or "")
    if not text and not title:
        raise BadInput("no text of an article stands on the page", field="html")
    link = _link(page, address, account)
    edited = changed.at if published.at and changed.at and changed.at > published.at else None
    body = _body(page, link)
    details = PostDetails(
        title=title, language=_language(page), edited_at=edited,
        author=_first(_names(stated.get("author")), found.get("author"), _meta(page, "author")),
        links=tuple(map(canonical, body.links)), media=_media(page, body, link), version=changed.printed,
        extra={"date_doubt": published.doubt} if published.doubt else {},
    )  # fmt: skip
    key = _number(page) or address_key(link or "")
    return Post(
        listing, key, account, text or title or "", published.at, published.printed, None, link, record.line, details
    )  # fmt: skip


def _extracted(html: str, address: str | None) -> Values:
    from trafilatura import bare_extraction  # 0.4 s to import

    logging.getLogger("trafilatura").setLevel(
        logging.CRITICAL
    )  # it writes the address of each page without an article
    found = bare_extraction(html, url=address, with_metadata=True, include_comments=False)
    fields = ("text", "title", "author", "date")
    return {name: value for name in fields if isinstance(value := getattr(found, name, None), str) and value}


def _stated(page: LexborHTMLParser) -> Values:
    """Return what the page states of its article for programs (JSON-LD), empty when it states nothing."""
    for script in page.css('script[type="application/ld+json"]')[:20]:
        try:
            found = json.loads(script.text()[:500_000])
        except (ValueError, RecursionError):
            continue
        for one in _objects(found, depth=4):
            kinds = one.get("@type")
            names = kinds if isinstance(kinds, list) else [kinds]
            if any(isinstance(name, str) and name.endswith(_ARTICLES) for name in names):
                return one
    return {}


def _objects(found: Any, depth: int) -> Iterator[Values]:
    if isinstance(found, list) and depth:
        for one in found[:200]:
            yield from _objects(one, depth - 1)
    elif isinstance(found, dict):
        yield found
        yield from _objects(found.get("@graph"), depth - 1) if depth else ()


def _when(
    page: LexborHTMLParser, stated: Mapping[str, Any], latest: datetime, zone: tzinfo | None
) -> tuple[Moment, Moment]:
    """Return when the article was published and when it was last changed, as the page states it."""
    shown = page.css_first("article time[datetime], time[pubdate][datetime], time.published[datetime]")
    time = shown.attributes.get("datetime") if shown is not None else None
    published = _first(stated.get("datePublished"), *(_meta(page, name) for name in _PUBLISHED), time)
    changed = _first(stated.get("dateModified"), *(_meta(page, name) for name in _CHANGED))
    return tuple(iso_moment(words, latest=latest, zone=zone) for words in (published, changed))  # type: ignore[return-value]


def _link(page: LexborHTMLParser, address: str | None, account: AccountRef) -> str | None:
    """Return the address of the article: the one that the page names, if that is on its site and is not the first page."""
    node = page.css_first('link[rel="canonical"]')
    named = whole(node.attributes.get("href"), address) if node is not None else None
    named = named or whole(_meta(page, "og:url"), address)
    site = host_in(address or "") or account.key
    if named and host_in(named) == site.removeprefix("www.") and urlsplit(named).path not in ("", "/"):
        return canonical(named)
    return canonical(address) if address else None


def _number(page: LexborHTMLParser) -> str | None:
    """Return the number that WordPress gave the article, where the page names it."""
    for node in page.css('link[rel="shortlink"], link[rel="alternate"][type="application/json"]'):
        href = node.attributes.get("href") or ""
        found = _POST.search(href)
        if number := found[1] if found else id_of(href):
            return number
    return None


def _body(page: LexborHTMLParser, base: str | None) -> Shown:
    node = page.css_first('[itemprop="articleBody"], article, main')
    return shown_in(node, base) if node is not None else Shown("")


def _media(page: LexborHTMLParser, body: Shown, base: str | None) -> tuple[Media, ...]:
    picture = whole(_meta(page, "og:image"), base)
    found = {one.url: one for one in (*([Media("image", picture)] if picture else []), *body.media)}
    return tuple(found.values())[:50]


def _shown_title(page: LexborHTMLParser) -> str | None:
    node = page.css_first("title")
    return node.text() if node is not None else None


def _language(page: LexborHTMLParser) -> str | None:
    root = page.css_first("html")
    return (root.attributes.get("lang") or None) if root is not None else None


def _names(found: Any) -> str | None:
    """Return the names of authors, which a page states as words, objects or a list of them."""
    several = found if isinstance(found, list) else [found]
    names = [one.get("name") if isinstance(one, dict) else one for one in several[:20]]
    return ", ".join(tidied(name) for name in names if isinstance(name, str) and name.strip()) or None


def _meta(page: LexborHTMLParser, name: str) -> str | None:
    for node in page.css(f'meta[property="{name}"], meta[name="{name}"], meta[itemprop="{name}"]'):
        if words := tidied(node.attributes.get("content") or ""):
            return words
    return None


def _first(*words: object) -> str | None:
    """Return the first that is text."""
    return next((tidied(one) for one in words if isinstance(one, str) and one.strip()), None)
