"""Markup turned into what a reader sees: text, the links in it and its pictures. Pure; nothing is fetched.

What is nested deeper than any page is, is read as text without structure: such a tree takes a parser quadratic time.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

from selectolax.lexbor import LexborHTMLParser, LexborNode

from tracker.domain import Media

MOST = 2_000_000
"""Characters of one body that are read; what follows is in the evidence alone."""
_DEEPEST = 400
_FEW_TAGS = 2_000
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)")
_ANY_TAG = re.compile(r"<[^<>]*>")
_NO_NEST = frozenset({
    "area", "base", "br", "col", "dd", "dt", "embed", "hr", "img", "input", "li", "link", "meta", "option", "p",
    "param", "source", "td", "th", "tr", "track", "wbr",
})  # fmt: skip
_SILENT = [
    "script", "style", "template", "noscript", "head", "title", "iframe", "object", "svg", "select", "textarea",
]  # fmt: skip
_BREAKS = frozenset({
    "address", "article", "aside", "blockquote", "br", "center", "dd", "div", "dl", "dt", "fieldset", "figcaption",
    "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li", "main", "nav", "ol", "p",
    "pre", "section", "table", "tr", "ul",
})  # fmt: skip
_ENDS = _BREAKS - {"br", "hr"}
"""What ends a line when it closes too."""
_BLANK = re.compile(r"[ \t\r\f\v\u00a0\u2000-\u200a\u202f\u205f\u3000]+")
_FIGURES = {"img": "image", "video": "video", "audio": "audio"}


@dataclass(frozen=True, slots=True)
class Shown:
    """What markup shows: its text, where its links lead (each once, whole addresses), its pictures, films and sounds."""

    text: str
    links: tuple[str, ...] = ()
    media: tuple[Media, ...] = ()


def tree(html: str) -> LexborHTMLParser:
    """Return the tree of a page or a part of one, in bounded time whatever it holds."""
    read = html[:MOST]
    return LexborHTMLParser(_ANY_TAG.sub(" ", read) if _is_too_deep(read) else read)


def shown(html: str, base: str | None = None) -> Shown:
    """Return what a part of a page shows; relative addresses are those of the page at `base`."""
    if "<" not in html and "&" not in html:
        return Shown(tidied(html[:MOST]))
    return shown_in(tree(html).root, base)


def shown_in(root: LexborNode | None, base: str | None = None) -> Shown:
    """Return what an element of a tree shows."""
    if root is None:
        return Shown("")
    root.strip_tags(_SILENT)
    nodes = list(root.traverse(include_text=True))
    links = dict.fromkeys(filter(None, (whole(_of(node, "href"), base) for node in nodes if node.tag == "a")))
    return Shown(tidied("".join(_words(nodes))), tuple(links), tuple(_media(nodes, base)))


def text_of(html: str) -> str:
    """Return the text of markup alone, such as that of a title."""
    return shown(html).text


def tidied(text: str) -> str:
    """Return text with blanks made one, lines trimmed, and at most one empty line in a row."""
    lines = (_BLANK.sub(" ", line).strip() for line in text.split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def whole(address: str | None, base: str | None) -> str | None:
    """Return a whole http address, `None` for anything else (mail, scripts, places in the page)."""
    if not address or address.lstrip()[:1] == "#":
        return None
    try:
        found = urljoin(base or "", "".join(address.split()))
        parts = urlsplit(found)
    except ValueError:
        return None
    return found if parts.scheme in ("http", "https") and parts.hostname else None


def _words(nodes: Iterable[LexborNode]) -> Iterator[str]:
    """Yield the text of nodes, with a new line where a reader sees one and a dash before an item of a list."""
    for node in nodes:
        if node.is_text_node:
            before = node.prev
            yield "\n" if before is not None and before.tag in _ENDS else ""
            yield re.sub(r"\s+", " ", node.text_content or "")
        elif node.tag in _BREAKS:
            yield "\n- " if node.tag == "li" else "\n\n" if node.tag == "p" else "\n"


def _media(nodes: Iterable[LexborNode], base: str | None) -> Iterator[Media]:
    seen: set[str] = set()
    for node in nodes:
        kind = _FIGURES.get(node.tag or "")
        address = (
            whole(_of(node, "src") or _of(node, "data-src") or _of(node, "poster"), base) if kind else None
        )
        if kind and address and address not in seen:
            seen.add(address)
            yield Media(kind, address, tidied(_of(node, "alt") or "") or None)


def _of(node: LexborNode, name: str) -> str | None:
    value: str | None = node.attributes.get(name)
    return value


def _is_too_deep(html: str) -> bool:
    if html.count("<") < _FEW_TAGS:
        return False
    depth = 0
    for closing, tag in _TAG.findall(html):
        if tag.lower() not in _NO_NEST:
            depth = max(0, depth - 1) if closing else depth + 1
            if depth > _DEEPEST:
                return True
    return False
