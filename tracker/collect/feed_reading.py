"""Reads the bytes of a feed (RSS, Atom, RDF, JSON Feed) into plain values, in bounded time and memory.

What is long, broken or hostile is read by a child process that the system stops: run as a module, this file is that child.
"""

import json
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from tracker.errors import BadInput

MOST_BYTES = 10_000_000
MOST_ENTRIES = 2_000
"""Entries of one feed that are read, from its top; feeds hold ten to fifty."""
_MARKS_HERE = 60_000
"""Tags and entities that are read in this process: two seconds at worst."""
_SECONDS, _MEMORY = 10, 1 << 30
_OPENS = re.compile(rb"<(?:[\w.-]+:)?(?:item|entry)[\s/>]", re.IGNORECASE)
_CLOSES = re.compile(rb"</(?:[\w.-]+:)?(?:item|entry)\s*>", re.IGNORECASE)
_IS_FEED = re.compile(rb"<(?:[\w.-]+:)?(?:rss|feed|rdf|channel)[\s>]", re.IGNORECASE)
_PLAIN = (
    "id", "link", "title", "summary", "author", "published", "updated", "language", "subtitle", "description",
    "yt_videoid", "yt_channelid",
)  # fmt: skip

Values = dict[str, Any]


def is_feed(body: bytes) -> bool:
    """Say whether bytes look like a feed, from their beginning; a web page does not."""
    head = body[:4_000]
    if body.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"{":
        return b"jsonfeed.org" in head
    return _IS_FEED.search(head) is not None


def read(body: bytes) -> Iterator[Values]:
    """Yield the feed itself (`kind` is `feed`), if it holds any entry, then its entries in their order.

    A feed that is cut or broken gives what can be read of it. Raises `BadInput` for one that is too large to be read.
    """
    if len(body) > MOST_BYTES:
        raise BadInput(f"a feed of {len(body):,} bytes; at most {MOST_BYTES:,} are read")
    short, left = _shortened(body)
    hard = short.count(b"<") + short.count(b"&") > _MARKS_HERE
    found = _read_apart(short) if hard else _read_here(short)
    if found["entries"]:
        yield {"kind": "feed", **found["feed"], "left_out": left}
        yield from ({"kind": "entry", **entry} for entry in found["entries"])


def _shortened(body: bytes) -> tuple[bytes, int]:
    """Return a body of at most `MOST_ENTRIES` entries, closed as it was, and how many were left out."""
    starts = [found.start() for found in _OPENS.finditer(body)]
    if len(starts) <= MOST_ENTRIES:
        return body, 0
    tail = 0
    for closing in _CLOSES.finditer(body, starts[-1]):
        tail = closing.end()
    if not tail:
        tail = body.find(b">", starts[-1]) + 1 or len(body)
    return body[: starts[MOST_ENTRIES]] + body[tail:], len(starts) - MOST_ENTRIES


def _read_apart(body: bytes) -> Values:
    """Read in a child process; raise `BadInput` when it needs more time or memory than any feed should."""
    command = [sys.executable, "-m", __name__]
    root = str(Path(__file__).parents[2])
    try:
        done = subprocess.run(
            command,
            input=body,
            capture_output=True,
            timeout=2 * _SECONDS,
            check=True,
            env={"PYTHONPATH": root},
        )
        found = json.loads(done.stdout)
    except (subprocess.SubprocessError, ValueError) as error:
        raise BadInput(f"a feed of {len(body):,} bytes that takes too long or too much to read") from error
    return dict(found)


def _read_here(body: bytes) -> Values:
    if body.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"{":
        return _read_json(body)
    import feedparser  # 0.2 s to import

    parsed = feedparser.parse(body, sanitize_html=False, resolve_relative_uris=False)
    feed = _plain(parsed.feed)
    feed |= {"version": parsed.get("version") or "", "broken": _why(parsed)}
    return {"feed": feed, "entries": [_entry(entry) for entry in parsed.entries[:MOST_ENTRIES]]}


def _why(parsed: Any) -> str | None:
    """Return in words what is wrong with the form of a feed, `None` for a sound one."""
    error = parsed.get("bozo_exception") if parsed.get("bozo") else None
    return None if error is None else " ".join(f"{type(error).__name__}: {error}".split())[:200]


def _entry(entry: Any) -> Values:
    parts = [
        {
            "type": str(part.get("type", "")),
            "value": str(part.get("value", "")),
            "base": str(part.get("base", "")),
        }
        for part in dict.get(entry, "content", [])
    ]
    return _plain(entry) | {
        "content": parts,
        "summary_type": str(_inner(entry, "summary_detail", "type") or ""),
        "title_type": str(_inner(entry, "title_detail", "type") or ""),
        "base": str(_inner(entry, "title_detail", "base") or ""),
        "published_at": _moment(entry, "published_parsed"),
        "updated_at": _moment(entry, "updated_parsed"),
        "tags": [str(tag.get("term") or "") for tag in entry.get("tags", [])],
        "media": [*_files(entry, "enclosures", "href"), *_files(entry, "media_content", "url"),
                  *_files(entry, "media_thumbnail", "url")],
        "views": _inner(entry, "media_statistics", "views"),
        "likes": _inner(entry, "media_starrating", "count"),
    }  # fmt: skip


def _plain(values: Any) -> Values:
    """Return the fields that are text; feedparser's own look-up would take one field for another."""
    found = {name: dict.get(values, name) for name in _PLAIN}
    return {name: value for name, value in found.items() if isinstance(value, str) and value.strip()}


def _inner(values: Any, field: str, name: str) -> str | None:
    inner = dict.get(values, field)
    value = inner.get(name) if isinstance(inner, Mapping) else None
    return value if isinstance(value, str) else None


def _moment(entry: Any, field: str) -> list[int] | None:
    """Return a date as year, month, day, hour, minute, second: of UTC, or of no zone where none was printed."""
    parsed = dict.get(entry, field)
    return list(parsed[:6]) if parsed else None


def _files(entry: Any, field: str, address: str) -> list[Values]:
    return [
        {"kind": str(file.get("medium") or file.get("type") or field), "url": str(file.get(address) or "")}
        for file in entry.get(field, [])
    ]


def _read_json(body: bytes) -> Values:
    """Read a JSON Feed (jsonfeed.org, version 1.1) into the fields of the others."""
    try:
        whole = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise BadInput(f"the feed is not JSON, or is cut off ({error})") from error
    items = whole.get("items") if isinstance(whole, dict) else None
    if not isinstance(items, list):
        raise BadInput("a JSON Feed has a list of items, and there is none here", field="items")
    wanted = {"title": "title", "link": "home_page_url", "subtitle": "description", "language": "language"}
    feed = {ours: whole[theirs] for ours, theirs in wanted.items() if isinstance(whole.get(theirs), str)}
    entries = [_json_entry(item) for item in items[:MOST_ENTRIES] if isinstance(item, dict)]
    return {"feed": feed | {"version": "json1", "broken": None}, "entries": entries}


def _json_entry(item: Mapping[str, Any]) -> Values:
    def text(*names: str) -> str | None:
        return next(
            (item[name] for name in names if isinstance(item.get(name), str) and item[name].strip()), None
        )

    def objects(name: str) -> list[Mapping[str, Any]]:
        listed = item.get(name)
        return [one for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []

    html, plain = text("content_html"), text("content_text")
    pictures = [
        {"kind": "image", "url": address} for address in (text("image"), text("banner_image")) if address
    ]
    files = [
        {"kind": str(one.get("mime_type", "")), "url": str(one.get("url", ""))}
        for one in objects("attachments")
    ]
    number = item.get("id")
    found = {
        "id": str(number) if isinstance(number, str | int) and not isinstance(number, bool) else None,
        "link": text("url", "external_url"), "title": text("title"), "summary": text("summary"),
        "published": text("date_published"), "updated": text("date_modified"), "language": text("language"),
        "author": ", ".join(str(one["name"]) for one in objects("authors") if one.get("name")) or None,
    }  # fmt: skip
    tags = item.get("tags")
    return {name: value for name, value in found.items() if value} | {
        "content": [{"type": "text/html" if html else "text/plain", "value": html or plain or "", "base": ""}],
        "summary_type": "text/plain", "title_type": "text/plain", "base": "", "published_at": None, "updated_at": None,
        "tags": [str(tag) for tag in tags] if isinstance(tags, list) else [], "media": pictures + files,
        "views": None, "likes": None,
    }  # fmt: skip


def _main() -> int:
    """Read a feed from the input and write it to the output, within the limits of the child."""
    import resource

    resource.setrlimit(resource.RLIMIT_CPU, (_SECONDS, _SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    json.dump(_read_here(sys.stdin.buffer.read()), sys.stdout)
    return 0


if __name__ == "__main__":
    sys.exit(_main())
