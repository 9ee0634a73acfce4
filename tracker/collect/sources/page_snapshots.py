"""Headlines of an outlet's front page over time, as a public collection of page views keeps them.

One record is one headline seen in one section of one outlet at one time. The collection's clock is UK local time and
the outlets print Beijing time: the lag between the two is 8 hours in winter and 7 in summer.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from operator import itemgetter
from zoneinfo import ZoneInfo

from tracker.collect.moments import clock_changes
from tracker.domain import AccountRef, Listing, Notice, Parsed, Post, Quarantined, Record, Release, Scope
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
_LONGEST = 300
_FIRST = datetime(1991, 8, 6, tzinfo=UTC)
scope = {
    "snapshot_zone": "time zone of snapshot_at (default Europe/London)",
    "published_zone": "time zone of published_at (default Asia/Shanghai)",
}


def parse(records: Iterable[Record], scope: Scope) -> Iterator[Parsed]:
    """Yield a post per observation; one headline is known by its section, its printed time and its words."""
    seen_in = _zone(scope, "snapshot_zone", "Europe/London")
    printed_in = _zone(scope, "published_zone", "Asia/Shanghai")
    listings: dict[tuple[str, str, str], tuple[Listing, bool]] = {}
    times: dict[str, datetime | None] = {}
    latest = scope.observed_at + timedelta(days=2)
    named: dict[str, str] = {}
    published_column = "published_at"
    span: tuple[datetime, datetime] | None = None
    fields = itemgetter(*required)
    for record in records:
        if not named:
            named = {column.casefold(): column for column in record.values}
            fields = itemgetter(*(named.get(field, field) for field in required))
            published_column = named.get("published_at", "published_at")
        try:
            outlet, section, snapshot_at, printed, headline = fields(record.values)
        except KeyError as error:
            raise BadInput("the field is missing", line=record.line, field=str(error.args[0])) from error
        if not type(outlet) is type(section) is type(snapshot_at) is type(printed) is type(headline) is str:
            raise _not_text(record, named)
        shown = (outlet, section, snapshot_at)
        found = listings.get(shown)
        if found is None:
            at = _time(record, "snapshot_at", snapshot_at, zone=seen_in)
            if at is None:
                raise BadInput("the cell is empty", line=record.line, field="snapshot_at")
            outlet = _name(record, "outlet", outlet)
            _name(record, "section", section or "-")
            if len(listings) > REMEMBERED:
                listings.clear()
            account = AccountRef(platform, outlet.casefold(), name=outlet)
            listing = Listing(f"page_snapshots|{outlet}|{section}", at, account, section)
            span = (min(span[0], at), max(span[1], at)) if span and at < latest else (at, at)
            found = listings[shown] = (listing, _FIRST < at < latest)
        listing, sound = found
        if not sound:
            yield Quarantined(
                record.line,
                "snapshot_at",
                f"seen {snapshot_at}, before the web or after this import",
                record.values,
            )
            continue
        published = record.values.get(published_column) or ""
        if type(published) is not str:
            raise BadInput(
                f"found {type(published).__name__}, expected text", line=record.line, field="published_at"
            )
        if published not in times:
            if len(times) > REMEMBERED:
                times.clear()
            times[published] = _time(record, "published_at", published, zone=printed_in)
        if len(printed) > _LONGEST:
            _name(record, "published_raw", printed)
        key = f"{section}|{printed}|{blake2b(headline.encode(), digest_size=8).hexdigest()}"
        yield Post(
            listing, key, listing.account, headline, times[published], printed, section, None, record.line
        )
    for change in clock_changes(seen_in, *span) if span else ():
        yield Notice(
            f"the clock of snapshot_at ({seen_in.key}) went {change}; all times are kept, and shown, in UTC"
        )


def _name(record: Record, field: str, text: str) -> str:
    """Return a name on one line; refuse what is empty or too long to be one."""
    name = " ".join(text.split())
    if not name:
        raise BadInput("the cell is empty", line=record.line, field=field)
    if len(name) > _LONGEST:
        raise BadInput(
            f"{len(name):,} characters; expected at most {_LONGEST}", line=record.line, field=field
        )
    return name


def _not_text(record: Record, named: Mapping[str, str]) -> BadInput:
    values = {field: record.values.get(named.get(field, field)) for field in required}
    field = next(field for field, value in values.items() if type(value) is not str)
    found = type(values[field]).__name__
    return BadInput(f"found {found}, expected text", line=record.line, field=field)


def _time(record: Record, field: str, text: str, *, zone: ZoneInfo) -> datetime | None:
    if not text:
        return None
    try:
        read = datetime.fromisoformat(text)
        return (read if read.tzinfo else read.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise BadInput(f"{text[:40]!r} is not an ISO 8601 time", line=record.line, field=field) from error


def _zone(scope: Scope, key: str, default: str) -> ZoneInfo:
    try:
        return ZoneInfo(scope.values.get(key, default))
    except (KeyError, ValueError) as error:
        raise BadInput(f"no time zone is called {scope.values[key]!r}", field=f"--scope {key}") from error
