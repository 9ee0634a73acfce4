"""Headlines of an outlet's front page over time, as a public collection of page views keeps them.

One record is one headline seen in one section of one outlet at one time. The collection's clock is UK local time and
the outlets print Beijing time: the lag between the two is 8 hours in winter and 7 in summer.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from hashlib import blake2b
from operator import itemgetter
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
REMEMBERED = 4_000
_FIELDS = itemgetter(*required)
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
        outlet, section, snapshot_at, printed, headline = _FIELDS(record.values)
        if not type(outlet) is type(section) is type(snapshot_at) is type(printed) is type(headline) is str:
            raise _not_text(record)
        listing = listings.get((outlet, section, snapshot_at))
        if listing is None:
            at = _time(record, "snapshot_at", seen_in)
            if at is None:
                raise BadInput("the cell is empty", line=record.line, field="snapshot_at")
            if len(listings) > REMEMBERED:
                listings.clear()
            account = AccountRef(platform, outlet.casefold(), name=outlet)
            listing = Listing(f"page_snapshots|{outlet}|{section}", at, account, section)
            listings[outlet, section, snapshot_at] = listing
        published = record.values.get("published_at") or ""
        if published not in times:
            if len(times) > REMEMBERED:
                times.clear()
            times[published] = _time(record, "published_at", printed_in)
        key = f"{section}|{printed}|{blake2b(headline.encode(), digest_size=8).hexdigest()}"
        yield Post(
            listing, key, listing.account, headline, times[published], printed, section, None, record.line
        )


def _not_text(record: Record) -> BadInput:
    field = next(field for field in required if not isinstance(record.values.get(field), str))
    found = type(record.values.get(field)).__name__
    return BadInput(f"found {found}, expected text", line=record.line, field=field)


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
