"""Tables of the Meta Content Library: posts on Facebook, Instagram and Threads, downloaded by approved researchers.

Its ids are its own and no ids of the platforms: owners are known by their handle, posts by the id of the library. Times
are UTC. Numbers are those of the day of the download; views bear the day on which they were last counted.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from tracker.collect.post_columns import Columns, Table, Whose, folded
from tracker.collect.post_files import PERIOD, PostFile, author, opened
from tracker.domain import AccountRef, Parsed, Record, Release, Scope
from tracker.errors import BadInput
from tracker.registry.platforms import platform_of

name = "content_library"
platform = "several"
kind = "posts"
needs: tuple[str, ...] = ()
per_minute = 0
origin = "a download of the Meta Content Library as CSV (by approved researchers)"
required = ("id", "creation_time", "text")
release: Release | None = None
matched = False
scope = {
    "platform": "facebook, instagram or threads, where the header does not tell it",
    "exported_at": "when the table was downloaded, YYYY-MM-DD or with a time (UTC)",
    **PERIOD,
}
_COUNTS = {
    "views": "views", "like_count": "likes", "comment_count": "comments", "share_count": "shares", "reaction_count": "reactions",
    "love_count": "love", "care_count": "care", "haha_count": "haha", "wow_count": "wow", "sad_count": "sad",
    "angry_count": "angry", "repost_count": "reposts", "quote_count": "quotes", "reply_count": "replies",
}  # fmt: skip
_SURFACE = tuple(f"surface.{part}" for part in ("type", "id", "name", "username"))
COLUMNS = Columns(
    "facebook", ("id",), ("text",), ("creation_time",), title=("link_attachment.name",), url=("mcl_url",),
    edited=("modified_time",), language=("lang",), repost_of=("shared_post_id",), links=("link_attachment.link",),
    hashtags=("hashtags",), marks={"is_branded_content": "branded content"},
    counts={f"statistics.{column}": name for column, name in _COUNTS.items()},
    kept=("content_type", "multimedia", "match_type", "activities", "statistics.views_date_last_refreshed",
          "link_attachment.caption", "link_attachment.description", "post_owner.id", "post_owner.type", *_SURFACE),
    ignored=("post_owner.name", "post_owner.username"), key_form=r"\d{5,25}",
)  # fmt: skip
_FACEBOOK = {"statistics.love_count", "statistics.reaction_count", "statistics.angry_count"}


def parse(records: Iterable[Record], scope: Scope) -> Iterator[Parsed]:
    """Yield a post for each row."""
    first, rows = opened(records)
    columns = replace(COLUMNS, platform=_platform(first, scope))
    whose = _owners(columns.platform)
    yield from Table(columns, PostFile(name, scope), scope, whose=whose).parsed(map(_told, rows))


def _told(record: Record) -> Record:
    """Return a row without a time of editing that is that of its making: the library fills it in for all."""
    cells = folded(record.values)
    if cells.get("modified_time") == cells.get("creation_time"):
        cells.pop("modified_time", None)
    return Record(record.line, cells)


def _platform(first: Mapping[str, Any], scope: Scope) -> str:
    """Return the platform that is stated, else Facebook where the columns are those that only it has."""
    if stated := scope.values.get("platform"):
        return platform_of(stated)
    if first and not _FACEBOOK & {column.casefold() for column in first}:
        raise BadInput(
            "the header has no reactions as Facebook's has; give --scope platform=instagram or platform=threads",
            line=1,
        )
    return "facebook"


def _owners(of: str) -> Whose:
    def whose(cells: Mapping[str, str]) -> AccountRef:
        number, shown = cells.get("post_owner.id"), cells.get("post_owner.name")
        if handle := cells.get("post_owner.username"):
            return author(of, handle, None, shown)
        if not number:
            raise BadInput("nobody is named as the owner", field="post_owner.id")
        return AccountRef(of, f"~mcl-{number[:60]}", name=shown or None)

    return whose
