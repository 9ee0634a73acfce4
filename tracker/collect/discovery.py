"""What a page announces of its site: feeds, an interface of WordPress, its own address and words. Pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from selectolax.lexbor import LexborHTMLParser

from tracker.collect.plaintext import tidied, tree, whole
from tracker.domain import Answer

GUESSES = ("/feed/", "/rss.xml", "/feed.xml", "/atom.xml", "/rss", "/index.xml", "/feed.json")
"""Where feeds stand that no page announces."""
_FEEDS = ("application/rss+xml", "application/atom+xml", "application/rdf+xml", "application/feed+json")
_OF_COMMENTS = re.compile(r"comment", re.IGNORECASE)
_WORDPRESS = re.compile(r'<([^<>]{1,500})>\s*;[^<]*?rel="https://api\.w\.org/"')


@dataclass(frozen=True, slots=True)
class Announced:
    """What a page says of its site; `feeds` are whole addresses in their order, those of comments left out."""

    feeds: tuple[str, ...]
    wordpress: str | None
    name: str | None
    words: str | None
    language: str | None
    picture: str | None


def announced(answer: Answer) -> Announced:
    """Read the head of a page, and the headers that it came with."""
    page = tree(text_of_page(answer))
    root = page.css_first("html")
    return Announced(
        feeds=tuple(dict.fromkeys(_feeds(page, answer.url))),
        wordpress=_wordpress(page, answer),
        name=_meta(page, "og:site_name") or _title(page),
        words=_meta(page, "description") or _meta(page, "og:description"),
        language=(root.attributes.get("lang") or None) if root is not None else None,
        picture=whole(_meta(page, "og:image"), answer.url),
    )


def text_of_page(answer: Answer) -> str:
    """Return the text of a page in the encoding that it says, UTF-8 where it says none or one that is unknown."""
    head = answer.headers.get("content-type", "").encode() + answer.body[:2_048]
    stated = re.search(rb"""charset\s*=\s*["']?([\w-]{2,30})""", head, re.IGNORECASE)
    encoding = stated[1].decode() if stated else "utf-8"
    encoding = "gb18030" if encoding.casefold() in ("gb2312", "gbk") else encoding
    try:
        return answer.body.decode(encoding, errors="replace")
    except LookupError:
        return answer.body.decode(errors="replace")


def _feeds(page: LexborHTMLParser, base: str) -> Iterator[str]:
    for link in page.css('link[rel~="alternate"]'):
        kind = (link.attributes.get("type") or "").partition(";")[0].strip().casefold()
        address = whole(link.attributes.get("href"), base)
        about = f"{address} {link.attributes.get('title') or ''}"
        if kind in _FEEDS and address and not _OF_COMMENTS.search(about):
            yield address


def _wordpress(page: LexborHTMLParser, answer: Answer) -> str | None:
    stated = _WORDPRESS.search(answer.headers.get("link", ""))
    link = page.css_first('link[rel="https://api.w.org/"]')
    found = stated[1] if stated else link.attributes.get("href") if link is not None else None
    return whole(found, answer.url)


def _meta(page: LexborHTMLParser, name: str) -> str | None:
    for node in page.css(f'meta[property="{name}"], meta[name="{name}"]'):
        if words := tidied(node.attributes.get("content") or ""):
            return words
    return None


def _title(page: LexborHTMLParser) -> str | None:
    node = page.css_first("title")
    return (tidied(node.text()) or None) if node is not None else None
