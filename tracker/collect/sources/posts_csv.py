"""Any table of posts: a person says which column holds what, with `map.FIELD=COLUMN`.

A field that nobody maps is looked for under its usual names, and what was taken for what is said. Where a table has no ids,
`map.id=COLUMN+COLUMN` makes one of columns that tell a post from others, such as its time and its text. Nothing is guessed
of times: those that name no zone are of the zone that a person states, else UTC.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from hashlib import blake2b
from typing import Any

from tracker.collect.moments import stated_zone
from tracker.collect.post_columns import NO_FRACTION, Columns, Names, Table, by_row, folded
from tracker.collect.post_files import PERIOD, PostFile, opened
from tracker.collect.weblinks import address_key
from tracker.domain import Notice, Parsed, Record, Release, Scope
from tracker.errors import BadInput

name = "posts_csv"
platform = "several"
kind = "posts"
needs: tuple[str, ...] = ()
per_minute = 0
origin = "any table of posts as CSV, JSON lines or Parquet; say which column holds what"
required: tuple[str, ...] = ()
mapped = True
release: Release | None = None
matched = False
FIELDS: dict[str, tuple[str, Names]] = {
    "id": ("key", ("id", "post_id", "tweet_id", "message_id")),
    "text": ("text", ("text", "body", "message", "content", "caption")),
    "time": ("published", ("time", "timestamp", "published_at", "created_at", "published", "date", "datetime")),
    "author": ("handle", ("author", "username", "user_name", "handle", "screen_name", "account")),
    "author_id": ("native_id", ("author_id", "user_id", "account_id", "channel_id")),
    "author_name": ("name", ("author_name", "display_name", "account_name", "channel_name")),
    "url": ("url", ("url", "link", "permalink", "post_url")), "title": ("title", ("title", "headline")),
    "edited": ("edited", ("edited_at", "modified_at")), "language": ("language", ("language", "lang")),
    "reply_to": ("reply_to", ("reply_to", "in_reply_to")), "repost_of": ("repost_of", ("repost_of", "retweet_of")),
    "quote_of": ("quote_of", ("quote_of",)), "links": ("links", ("links", "urls")),
    "hashtags": ("hashtags", ("hashtags",)), "mentions": ("mentions", ("mentions",)),
    "seen": ("seen", ("collected_at", "retrieved_at")), "platform": ("", ("platform",)),
}  # fmt: skip
"""What a column may hold: where that goes, and the names under which it is looked for."""
COUNTS = ("likes", "reposts", "replies", "comments", "shares", "quotes", "views")
_KEY, _WHO = "post address", "post author"
"""Columns of ours: the address as an id, and the author that a person states."""
scope = {
    "platform": "the platform, where neither a column nor the address of a post tells it",
    "author": "the handle of whoever wrote all posts, where no column says it",
    "zone": "the zone of times that name none, such as Asia/Shanghai; else they are read as UTC, and it is said",
    "exported_at": "when the table was made, YYYY-MM-DD or with a time (UTC)",
    **{f"map.{field}": f"the column that holds {field.replace('_', ' ')}" for field in (*FIELDS, *COUNTS)},
    **PERIOD,
}


def parse(records: Iterable[Record], scope: Scope) -> Iterator[Parsed]:
    """Yield a post for each row, after what each column was taken for."""
    first, rows = opened(records)
    if not first:
        yield from PostFile(name, scope).parsed((), lambda _record: ())
        return
    found = _mapping(folded(first), scope)
    yield Notice("read: " + ", ".join(f"{field} from {column!r}" for field, column in found.items()))
    columns = _columns(found, scope)
    whose = by_row(columns, (found["platform"],) if "platform" in found else (), scope)
    table = Table(columns, PostFile(name, scope), scope, whose=whose)
    yield from table.parsed(_completed(row, found, scope) for row in rows)


def _mapping(header: Mapping[str, Any], scope: Scope) -> dict[str, str]:
    """Return the column of each field, as stated, else under its usual name; refuse what cannot be read so."""
    listed, found = ", ".join(map(repr, list(header)[:40])), dict[str, str]()
    for field in (*FIELDS, *COUNTS):
        stated = scope.values.get(f"map.{field}")
        if stated is not None:
            wanted = " ".join(stated.casefold().split())
            if wanted not in header and not (field == "id" and set(_parts(wanted)) <= set(header)):
                raise BadInput(
                    f"no column {stated!r}; the file has: {listed}", line=1, field=f"--scope map.{field}"
                )
            found[field] = wanted
        elif column := next(
            (one for one in (FIELDS[field][1] if field in FIELDS else (field,)) if one in header), None
        ):
            found[field] = column
    stands_for = {
        "id": ("id", "url"),
        "text": ("text", "title"),
        "time": ("time",),
        "author": ("author", "author_id", "author_name"),
    }
    for field, ways in stands_for.items():
        if not any(way in found for way in ways) and not (field == "author" and "author" in scope.values):
            raise BadInput(
                f"no column for {field}; give --scope map.{field}=COLUMN; the file has: {listed}", line=1
            )
    return found


def _parts(stated: str) -> list[str]:
    """Return the columns that an id is made of."""
    return [part.strip() for part in stated.split("+")]


def _columns(found: Mapping[str, str], scope: Scope) -> Columns:
    zone = stated_zone(scope)
    base = Columns("web", (), (), (), zone=zone, key_form=NO_FRACTION + r"\S{1,400}")
    mapped = {
        FIELDS[field][0]: (column,) for field, column in found.items() if field in FIELDS and FIELDS[field][0]
    }
    mapped = {"key": (_KEY,), "handle": (_WHO,)} | mapped
    if "+" in found.get("id", ""):
        mapped["key"] = (_KEY,)
    others = (*(found[field] for field in ("platform",) if field in found), _KEY, _WHO)
    counts = {found[field]: field for field in COUNTS if field in found}
    return replace(base, **mapped, counts=counts, ignored=others)  # type: ignore[arg-type]


def _completed(record: Record, found: Mapping[str, str], scope: Scope) -> Record:
    """Return a row with what stands for an id or an author that it does not give."""
    added = dict[str, str]()
    if "+" in (stated := found.get("id", "")) and stated not in (cells := folded(record.values)):
        words = "\0".join(cells.get(part, "") for part in _parts(stated))
        added[_KEY] = blake2b(words.encode(), digest_size=12).hexdigest()
    elif "id" not in found and (address := folded(record.values).get(found["url"])):
        added[_KEY] = address_key(address)
    if "author" in scope.values:
        added[_WHO] = scope.values["author"]
    return Record(record.line, {**record.values, **added}) if added else record
