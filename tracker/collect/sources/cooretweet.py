"""Shares as CooRTweet reads and writes them: who shared which object, with which post, at what time.

A row is one object of a post: a post with two links stands in two rows, and is one post here. The table has no words, so
that nothing is said of what a post said.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from tracker.collect.post_columns import NO_FRACTION, Columns, Table, folded
from tracker.collect.post_files import PERIOD, PostFile, author
from tracker.domain import AccountRef, Parsed, Record, Release, Scope
from tracker.errors import BadInput
from tracker.registry.platforms import platform_of

name = "cooretweet"
platform = "several"
kind = "posts"
needs: tuple[str, ...] = ()
per_minute = 0
origin = "a table for or of CooRTweet as CSV: object_id, account_id, content_id, timestamp_share"
required = ("object_id", "account_id", "content_id", "timestamp_share")
release: Release | None = None
matched = False
scope = {
    "platform": "the platform of the accounts, such as x; it must be given",
    "exported_at": "when the shares were collected, YYYY-MM-DD or with a time (UTC)",
    **PERIOD,
}
_LONGEST_HANDLE = 25
COLUMNS = Columns(
    "web", ("content_id",), ("text",), ("timestamp_share",), links=("links",), kept=("objects",),
    ignored=("object_id", "account_id"), key_form=NO_FRACTION + r"\S{1,200}",
)  # fmt: skip


def parse(records: Iterable[Record], scope: Scope) -> Iterator[Parsed]:
    """Yield a post for each content, with all that it shared."""
    stated = scope.values.get("platform")
    if not stated:
        raise BadInput(
            "the table does not say where this was; give it, such as platform=x", field="--scope platform"
        )
    columns = replace(COLUMNS, platform=platform_of(stated))
    table = Table(columns, PostFile(name, scope), scope, whose=lambda cells: _whose(columns.platform, cells))
    yield from table.parsed(_posts(records))


def _posts(records: Iterable[Record]) -> Iterator[Record]:
    """Yield one row for each content, with its objects in their order; a row that repeats another adds nothing.

    A header that stands among the rows goes on as it is, to be refused.
    """
    found: dict[tuple[str, str, str], tuple[Record, dict[str, None]]] = {}
    for record in records:
        cells = folded(record.values)
        key = (cells.get("content_id", ""), cells.get("account_id", ""), cells.get("timestamp_share", ""))
        _, objects = found.setdefault(key, (record, {}))
        objects[cells.get("object_id", "")] = None
    for record, objects in found.values():
        links = [one for one in objects if one.startswith(("http://", "https://"))]
        others = [one for one in objects if one and one not in links]
        yield Record(record.line, {**record.values, "links": " ".join(links), "objects": " ".join(others)})


def _whose(of: str, cells: Mapping[str, str]) -> AccountRef:
    """Return the account of a row: by its number, by a hash that stands for it, or by its handle."""
    named = cells.get("account_id", "")
    if not named:
        raise BadInput("the cell is empty: nobody is named as who shared", field="account_id")
    is_number = named.isdigit() or len(named) > _LONGEST_HANDLE
    return author(of, None, named) if is_number else author(of, named)
