"""What the browser extension Zeeschuimer saw a person scroll past on X, TikTok, Instagram and Threads.

NDJSON: an envelope a line, with the platform's own object in `data`; or its CSV with semicolons, which has the columns of
4CAT and no time of its own: the source `fourcat` reads it too, with the time that a person states. It holds what one
person was shown, so that a post is missing from it says nothing. An item of a platform that is not read here yet is kept
apart, never dropped.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import Any

from tracker.collect import fourcat_tables, meta_web, tiktok_web, x_web
from tracker.collect.post_cells import epoch
from tracker.collect.post_files import PostFile, opened
from tracker.domain import Parsed, Record, Release, Scope
from tracker.errors import BadInput

name = "zeeschuimer"
platform = "several"
kind = "posts"
needs: tuple[str, ...] = ()
per_minute = 0
origin = "Zeeschuimer's '.ndjson' or '.csv' (by hand; a browser extension)"
required = ("id",)
release: Release | None = None
matched = False
scope = {"platform": "the platform of a CSV, where its header does not tell it"}
Reader = Callable[[Record, dict[str, Any], PostFile, datetime], Iterator[Parsed]]
READERS: dict[str, Reader] = {
    "twitter.com": x_web.read, "x.com": x_web.read, "tiktok.com": tiktok_web.read,
    "instagram.com": meta_web.instagram, "threads.net": meta_web.threads, "threads.com": meta_web.threads,
}  # fmt: skip
"""What reads the items of a platform, by the name that the extension has for it."""


def parse(records: Iterable[Record], scope: Scope) -> Iterator[Parsed]:
    """Yield for each item the profile and the post, seen in the minute in which the extension saw them."""
    first, rows = opened(records)
    if first and "source_platform" not in first:
        yield from fourcat_tables.parsed(name, rows, scope)
        return
    file = PostFile(name, scope)
    yield from file.parsed(rows, lambda record: _item(record, file))


def _item(record: Record, file: PostFile) -> Iterator[Parsed]:
    values = record.values
    host = str(values.get("source_platform") or "").removeprefix("www.")
    read = READERS.get(host)
    if read is None:
        raise BadInput(
            f"an item of {host[:60] or 'no platform'}, which is not read here yet; the evidence keeps it",
            line=record.line, field="source_platform",
        )  # fmt: skip
    item = values.get("data")
    if not isinstance(item, dict):
        raise BadInput("no object of the platform stands here", line=record.line, field="data")
    seen = epoch(values.get("timestamp_collected"))
    if seen is None:
        raise BadInput("not a time in milliseconds", line=record.line, field="timestamp_collected")
    minute = file.seen_at(record, "timestamp_collected", seen).replace(second=0, microsecond=0)
    yield from read(record, item, file, minute)
