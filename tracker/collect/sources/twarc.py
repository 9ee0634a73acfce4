"""Posts on X that twarc collected: whole answers of the interface (twarc2), flattened lines, and the first version's tweets.

A line is an answer with many posts, or one post. Each was seen when twarc asked; a tweet of the first version bears no such
time. What an answer says it could not give is said, and a line of a compliance job is kept apart: it is no post.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from tracker.collect import x_api_cells
from tracker.collect.answers import records_of
from tracker.collect.moments import iso_moment
from tracker.collect.post_files import PERIOD, PostFile
from tracker.domain import Notice, Parsed, Record, Release, Scope
from tracker.errors import BadInput

name = "twarc"
platform = "x"
kind = "posts"
needs: tuple[str, ...] = ()
per_minute = 0
origin = "JSON lines of twarc2 or twarc (by hand; github.com/DocNow/twarc)"
required = ("kind",)
release: Release | None = None
matched = False
scope = {
    "exported_at": "when the posts were collected, for tweets that do not say it, YYYY-MM-DD or with a time (UTC)",
    **PERIOD,
}


def records_in(body: bytes) -> Iterator[Record]:
    """Yield the posts of a line, each with who wrote it, and what an answer says that it could not give."""
    for record in records_of(body):
        values = dict(record.values)
        seen = values.get("__twarc")
        stamp = {"seen": seen.get("retrieved_at")} if isinstance(seen, dict) else {}
        is_answer = "data" in values or "errors" in values
        found = list(x_api_cells.joined(values)) if is_answer else [values]
        for one in found:
            yield Record(record.line, {"kind": _kind(one), "item": one, **stamp})
        errors = values.get("errors")
        for error in errors if isinstance(errors, list) else ():
            yield Record(record.line, {"kind": "error", "item": error, **stamp})


def _kind(item: dict[str, Any]) -> str:
    if "action" in item and "text" not in item:
        return "compliance"
    names_user = "username" in item or "screen_name" in item
    return "user" if names_user and "text" not in item and "full_text" not in item else "post"


def parse(records: Iterable[Record], scope: Scope) -> Iterator[Parsed]:
    """Yield for each post the profile of who wrote it and the post, seen in the minute in which twarc asked."""
    file, missing = PostFile(name, scope), Counter[str]()
    yield from file.parsed(records, lambda record: _item(record, file, scope, missing))
    for told, number in missing.most_common(5):
        yield Notice(f"{number:,} things that were asked for did not come: {told}")


def _item(record: Record, file: PostFile, scope: Scope, missing: Counter[str]) -> Iterator[Parsed]:
    kind, item = record.values.get("kind"), record.values.get("item")
    if not isinstance(item, dict):
        raise BadInput(f"found {type(item).__name__}, expected an object", field="data")
    if kind == "error":
        missing[
            str(item.get("title") or item.get("message") or item.get("type") or "no reason is given")[:80]
        ] += 1
        return
    if kind == "compliance":
        raise BadInput("a line of a compliance job: what became of a post, and no post", field="action")
    seen = _seen(record, file, scope)
    if kind == "user":
        yield x_api_cells.profile(record, item, file, seen)
        return
    yield from x_api_cells.read(record, item, file, seen)


def _seen(record: Record, file: PostFile, scope: Scope) -> datetime | None:
    """Return the minute in which twarc asked, `None` where a line does not say it."""
    printed = record.values.get("seen")
    if printed is None:
        return None
    at = iso_moment(printed, latest=scope.observed_at).at
    if at is None:
        raise BadInput(f"{str(printed)[:40]!r} is no time that can be believed", field="__twarc.retrieved_at")
    return file.seen_at(record, "__twarc.retrieved_at", at).replace(second=0, microsecond=0)
