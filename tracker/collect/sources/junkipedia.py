"""Posts that Junkipedia collected on many platforms, as its CSV or as an answer of its interface in JSON.

Columns are known by the paths of its interface, with or without `attributes.`; those that differ by platform are kept as
they stand. A row says on which platform it was, or its address does.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from tracker.collect.answers import records_of
from tracker.collect.post_columns import Columns, Table, by_row, folded
from tracker.collect.post_files import PERIOD, PostFile
from tracker.domain import Parsed, Record, Release, Scope

name = "junkipedia"
platform = "several"
kind = "posts"
needs: tuple[str, ...] = ()
per_minute = 0
origin = "an export of posts by Junkipedia, CSV or JSON (by its members)"
required = ("id",)
release: Release | None = None
matched = False
scope = {
    "platform": "the platform, where neither a column nor the address of a post tells it",
    "exported_at": "when the export was made, YYYY-MM-DD or with a time (UTC)",
    **PERIOD,
}
_CHANNEL = ("channel.", "search_data_fields.channel_data.", "channel_data.")
_NUMBERS = {
    "likes": "likes", "like_count": "likes", "comments": "comments", "comment_count": "comments", "shares": "shares",
    "share_count": "shares", "views": "views", "view_count": "views", "reposts": "reposts", "retweets": "reposts",
    "retweet_count": "reposts", "replies": "replies", "reply_count": "replies", "quote_count": "quotes",
}  # fmt: skip
_PLATFORM = ("platform", "channel.platform", "search_data_fields.platform", "channel.channel_type")
COLUMNS = Columns(
    "web", ("id",), ("search_data_fields.sanitized_text", "post_data.full_text", "post_data.text", "sanitized_text", "text"),
    ("published_at",),
    handle=tuple(f"{place}{field}" for place in _CHANNEL for field in ("channel_username", "username", "handle")),
    native_id=tuple(f"{place}{field}" for place in _CHANNEL for field in ("channel_uid", "platform_id")),
    name=(*(f"{place}channel_name" for place in _CHANNEL), "channel_name"), title=("post_data.title",),
    url=("url", "post_data.url", "search_data_fields.url", "link"), language=("language", "search_data_fields.language"),
    counts={f"{place}.{column}": name for place in ("engagement_data", "engagement_fields") for column, name in _NUMBERS.items()},
    ignored=("type", *_PLATFORM), key_form=r"[\w-]{1,64}",
)  # fmt: skip


def records_in(body: bytes) -> Iterator[Record]:
    """Yield the posts of an answer in JSON:API, each flat: `channel.channel_name` and the like."""
    for record in records_of(body, "data"):
        yield Record(record.line, dict(_flat(record.values)))


def parse(records: Iterable[Record], scope: Scope) -> Iterator[Parsed]:
    """Yield a post for each row, on the platform that the row tells."""
    whose = by_row(COLUMNS, _PLATFORM, scope)
    yield from Table(COLUMNS, PostFile(name, scope), scope, whose=whose).parsed(map(_bare, records))


def _bare(record: Record) -> Record:
    """Return a row whose columns have lost the first step of their path, which all share."""
    return Record(record.line, {
        column.removeprefix("data.").removeprefix("attributes."): value for column, value in folded(record.values).items()
    })  # fmt: skip


def _flat(values: Mapping[str, Any], place: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in values.items():
        path = f"{place}{key}"
        if isinstance(value, dict):
            yield from _flat(value, f"{path}.")
        else:
            yield path, value
