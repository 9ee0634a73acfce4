"""Reads sitemaps (sitemaps.org 0.9, Google's news names, plain lists), packed or not, in bounded time and memory. Pure."""

import io
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from lxml import etree

from tracker.collect.plaintext import whole

MOST_BYTES = 20_000_000
MOST_LINKS = 50_000
"""What one file may list by the protocol."""
_CLOSED = re.compile(rb"</(?:[\w.-]+:)?(?:url|sitemap)\s*>")
_LINE = re.compile(r"^Sitemap:\s*(\S+)", re.IGNORECASE | re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Link:
    """A page or another sitemap, with the words in which the site says when it was published or changed."""

    address: str
    changed: str | None = None
    published: str | None = None

    @property
    def latest(self) -> str | None:
        """Return the date of publication, else that of the last change."""
        return self.published or self.changed


@dataclass(frozen=True, slots=True)
class Sitemap:
    """What a file lists: further sitemaps and pages."""

    further: tuple[Link, ...] = ()
    pages: tuple[Link, ...] = ()


def named_in(robots: str) -> tuple[str, ...]:
    """Return the addresses of sitemaps that a robots.txt names."""
    return tuple(
        dict.fromkeys(filter(None, (whole(words, None) for words in _LINE.findall(robots[:500_000]))))
    )


def read(body: bytes) -> Sitemap:
    """Return what a sitemap lists, as far as it can be read; a file of another kind lists nothing."""
    plain = _unpacked(body)
    if b"<" not in plain[:1_000]:
        lines = plain.decode(errors="replace").split()[:MOST_LINKS]
        return Sitemap(pages=tuple(Link(line) for line in lines if whole(line, None)))
    further, pages = list[Link](), list[Link]()
    closed = sum(1 for _ in _CLOSED.finditer(plain))  # what a cut file leaves open has half an address
    for kind, link in islice(_links(plain), min(closed, MOST_LINKS)):
        (further if kind == "sitemap" else pages).append(link)
    return Sitemap(tuple(further), tuple(pages))


def _unpacked(body: bytes) -> bytes:
    """Return the body unpacked when it is a gzip, cut where a sitemap ends at the latest."""
    if body[:2] != b"\x1f\x8b":
        return body[:MOST_BYTES]
    try:
        return zlib.decompressobj(zlib.MAX_WBITS | 16).decompress(body, MOST_BYTES)
    except zlib.error:
        return b""


def _links(plain: bytes) -> Iterator[tuple[str, Link]]:
    """Yield what stands in the file one after the other; what was read is forgotten."""
    told: dict[str, str] = {}
    events = etree.iterparse(
        io.BytesIO(plain), events=("end",), recover=True, resolve_entities=False, no_network=True, load_dtd=False,
        huge_tree=False,
    )  # fmt: skip
    try:
        for _, node in events:
            name = etree.QName(node).localname if isinstance(node.tag, str) else ""
            if name in ("loc", "lastmod", "publication_date"):
                told.setdefault(name, (node.text or "").strip())
            elif name in ("url", "sitemap"):
                if address := whole(told.get("loc"), None):
                    yield (
                        name,
                        Link(address, told.get("lastmod") or None, told.get("publication_date") or None),
                    )
                told = {}
                node.clear()
                while node.getprevious() is not None:
                    del node.getparent()[0]
    except etree.XMLSyntaxError:
        return
