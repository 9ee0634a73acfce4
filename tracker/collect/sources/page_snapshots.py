"""Headlines of an outlet's front page over time, as a public collection of page views keeps them.

One record is one headline seen in one section of one outlet at one time. The collection's clock is UK local time and
the outlets print Beijing time: the lag between the two is 8 hours in winter and 7 in summer.
"""

import hashlib
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from tracker.domain import AccountRef, Listing, Parsed, Post, Record, Release, Scope
from tracker.errors import BadInput

name = "page_snapshots"
platform = "web"
kind = "page"
needs: tuple[str, ...] = ()
per_minute = 0
origin = "a table of page views: outlet, section, snapshot_at, published_raw, published_at, headline (Parquet, CSV or JSON lines)"
required = ("outlet", "section", "snapshot_at", "published_raw", "headline")
release: Release | None = None
matched = False
scope = {
    "snapshot_zone": "time zone of snapshot_at (default Europe/London)",
    "published_zone": "time zone of published_at (default Asia/Shanghai)",
}


def parse(records: Iterable[Record], scope: Scope) -> Iterator[Parsed]:
    """Yield a post per observation; one headline is known by its section, its printed time and its words."""
    seen_in = _zone(scope, "snapshot_zone", "Europe/London")
    printed_in = _zone(scope, "published_zone", "Asia/Shanghai")
    listings: dict[tuple[str, str, str], Listing] = {}
    times: dict[str, datetime | None] = {}
    for record in records:
        outlet, section, snapshot_at, printed, headline = (_text(record, field) for field in required)
        listing = listings.get((outlet, section, snapshot_at))
        if listing is None:
            at = _time(record, "snapshot_at", seen_in)
            if at is None:
                raise BadInput("the cell is empty", line=record.line, field="snapshot_at")
            listing = Listing(f"page_snapshots|{outlet}|{section}", at, _account(outlet), section)
            listings[outlet, section, snapshot_at] = listing
        published = record.values.get("published_at") or ""
        if published not in times:
            times[published] = _time(record, "published_at", printed_in)
        words = hashlib.blake2b(headline.encode(), digest_size=8).hexdigest()
        yield Post(
            listing,
            f"{section}|{printed}|{words}",
            listing.account,  # type: ignore[arg-type]
            headline,
            times[published],
            printed,
            section,
            None,
            record.line,
        )


def _account(outlet: str) -> AccountRef:
    return AccountRef(platform, outlet.casefold(), name=outlet)


def _text(record: Record, field: str) -> str:
    value = record.values.get(field)
    if not isinstance(value, str):
        raise BadInput(f"found {type(value).__name__}, expected text", line=record.line, field=field)
    return value


def _time(record: Record, field: str, zone: ZoneInfo) -> datetime | None:
    text = record.values.get(field)
    if not text:
        return None
    try:
        read = datetime.fromisoformat(text)
    except (TypeError, ValueError) as error:
        raise BadInput(f"{text!r} is not an ISO 8601 time", line=record.line, field=field) from error
    return (read if read.tzinfo else read.replace(tzinfo=zone)).astimezone(UTC)


def _zone(scope: Scope, key: str, default: str) -> ZoneInfo:
    try:
        return ZoneInfo(scope.values.get(key, default))
    except (KeyError, ValueError) as error:
        raise BadInput(f"no time zone is called {scope.values[key]!r}", field=f"--scope {key}") from error
