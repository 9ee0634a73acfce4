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
_CHARSET = re.compile(rb"""charset\s*=\s*["']?([\w-]{2,30})""", re.IGNORECASE)
_WIDER = {"": "utf-8", "gb2312": "gb18030", "gbk": "gb18030", "iso-8859-1": "cp1252"}
"""What encodings are called that are read as wider ones, as browsers do."""
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
    return announced_in(text_of_page(answer), answer.url, answer.headers.get("link", ""))


def announced_in(text: str, address: str | None, links: str = "") -> Announced:
    """Read the head of a page that stands at `address`; `links` is its header `Link`."""
    page = tree(text)
    root = page.css_first("html")
    return Announced(
        feeds=tuple(dict.fromkeys(_feeds(page, address))),
        wordpress=_wordpress(page, address, links),
        name=_meta(page, "og:site_name") or _title(page),
        words=_meta(page, "description") or _meta(page, "og:description"),
        language=(root.attributes.get("lang") or None) if root is not None else None,
        picture=whole(_meta(page, "og:image"), address),
    )


def is_page(answer: Answer) -> bool:
    """Say whether an answer is a page for readers, and no picture, film or paper."""
    kind = answer.headers.get("content-type", "text/html").partition(";")[0].strip().casefold()
    return kind in ("text/html", "application/xhtml+xml", "") and b"\0" not in answer.body[:1_000]


def is_web_page(body: bytes) -> bool:
    """Say whether bytes are a page in HTML, by their beginning."""
    return body[:512].lstrip(b"\xef\xbb\xbf \t\r\n")[:15].lower().startswith((b"<!doctype html", b"<html"))


def text_of_page(answer: Answer) -> str:
    """Return the text of a page in the encoding that its header or its head says."""
    return text_of(answer.body, answer.headers.get("content-type", ""))


def text_of(body: bytes, content_type: str = "") -> str:
    """Return the text of a page; one that says no encoding that is known is UTF-8, else Chinese, else Western."""
    stated = _CHARSET.search(content_type.encode(errors="replace") + b" " + body[:2_048])
    named = stated[1].decode().casefold() if stated else ""
    for encoding in (_WIDER.get(named, named), "utf-8", "gb18030"):
        try:
            return body.decode(encoding)
        except (LookupError, UnicodeDecodeError):
            continue
    return body.decode("utf-8" if named in ("", "utf-8") else "cp1252", errors="replace")


def _feeds(page: LexborHTMLParser, base: str | None) -> Iterator[str]:
    for link in page.css('link[rel~="alternate"]'):
        kind = (link.attributes.get("type") or "").partition(";")[0].strip().casefold()
        address = whole(link.attributes.get("href"), base)
        about = f"{address} {link.attributes.get('title') or ''}"
        if kind in _FEEDS and address and not _OF_COMMENTS.search(about):
            yield address


def _wordpress(page: LexborHTMLParser, address: str | None, links: str) -> str | None:
    stated = _WORDPRESS.search(links)
    link = page.css_first('link[rel="https://api.w.org/"]')
    found = stated[1] if stated else link.attributes.get("href") if link is not None else None
    return whole(found, address)


def _meta(page: LexborHTMLParser, name: str) -> str | None:
    for node in page.css(f'meta[property="{name}"], meta[name="{name}"]'):
        if words := tidied(node.attributes.get("content") or ""):
            return words
    return None


def _title(page: LexborHTMLParser) -> str | None:
    node = page.css_first("title")
    return (tidied(node.text()) or None) if node is not None else None
