"""Reads when something was published, as far as that can be believed. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from email.utils import parsedate_to_datetime
from zoneinfo import ZoneInfo

from tracker.domain import Scope
from tracker.errors import BadInput

FIRST = datetime(1991, 8, 6, tzinfo=UTC)
"""The day of the first site; what says that it is older was stamped by a clock that was not set."""
AHEAD = timedelta(days=2)
_MOST_DAYS = 20_000
_HAS_ZONE = re.compile(
    r"(?:[zZ]|[+-]\d{2}:?\d{2}|\b(?:UTC?|GMT|[ECMP][SD]T|CES?T|EES?T|WES?T|BST|MSK|JST|KST|IST|HKT))$"
)


@dataclass(frozen=True, slots=True)
class Moment:
    """A time as printed. `at` is `None` where it cannot be read or believed, and `doubt` says why, in words."""

    at: datetime | None
    printed: str | None = None
    doubt: str | None = None


def moment(
    printed: str | None, parts: Sequence[int] | None, *, zone: tzinfo | None, latest: datetime
) -> Moment:
    """Return the time of a printed date; `parts` are what a reader of feeds made of it, `zone` holds where it names none.

    Without any zone it is read as UTC, and said. A time before the web or after `latest` is not believed.
    """
    words = " ".join((printed or "").split()) or None
    read = _read(words, parts)
    if read is None:
        return Moment(None, words, "not a date that is known here" if words else None)
    stated = read.tzinfo is not None or _HAS_ZONE.search(words or "") is not None
    doubt = None if stated or zone else "no time zone, read as UTC"
    if words and words.endswith("CST"):
        doubt = "CST is a zone of America and of China, read as that of America"
    try:
        at = (read if read.tzinfo else read.replace(tzinfo=UTC if stated else zone or UTC)).astimezone(UTC)
    except OverflowError:
        return Moment(None, words, "not a date that is known here")
    if not FIRST < at < latest + AHEAD:
        return Moment(None, words, "before the web, or in the future")
    return Moment(at, words, doubt)


def stated_zone(scope: Scope) -> tzinfo | None:
    """Return the zone that a person states for dates that name none; refuse one that does not exist."""
    name = scope.values.get("zone")
    if name is None:
        return None
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise BadInput(f"no time zone is called {name[:60]!r}", field="--scope zone") from error


def clock_changes(zone: tzinfo, first: datetime, last: datetime) -> list[str]:
    """Return in words each change of a zone's clock between two times, such as `on 27 March 2022 from UTC+00:00 to UTC+01:00`."""
    days = [first + timedelta(days=number) for number in range(min((last - first).days, _MOST_DAYS) + 2)]
    offsets = [_offset(zone, day) for day in days]
    return [
        f"on {_turned(zone, before, day)} from UTC{was} to UTC{now}"
        for before, day, was, now in zip(days, days[1:], offsets, offsets[1:], strict=False)
        if was != now and before < last
    ]


def _offset(zone: tzinfo, at: datetime) -> str:
    """Return how far a zone's clock is from UTC at a time: `+01:00`."""
    return at.astimezone(zone).isoformat()[-6:]


def _turned(zone: tzinfo, before: datetime, after: datetime) -> str:
    """Return the local day on which a zone's clock changes between two times a day apart."""
    while after - before > timedelta(minutes=1):
        middle = before + (after - before) / 2
        same = middle.astimezone(zone).utcoffset() == before.astimezone(zone).utcoffset()
        before, after = (middle, after) if same else (before, middle)
    local = after.astimezone(zone)
    return f"{local.day} {local:%B %Y}"


def iso_moment(printed: object, *, latest: datetime, zone: tzinfo | None = None) -> Moment:
    """Return the time of an ISO 8601 date, such as an interface or a page gives it."""
    return moment(printed if isinstance(printed, str) else None, None, zone=zone, latest=latest)


def _read(words: str | None, parts: Sequence[int] | None) -> datetime | None:
    """Return what a date says: ISO 8601, then that of mails (RFC 5322), then what a reader of feeds made of it."""
    try:
        return datetime.fromisoformat(words or "")
    except ValueError:
        mail = _mail_date(words or "")
    if mail is not None or not parts:
        return mail
    try:
        year, month, day, hour, minute, second = parts[:6]
        return datetime(year, month, day, hour, minute, second)  # noqa: DTZ001
    except (ValueError, TypeError, OverflowError):
        return None


def _mail_date(words: str) -> datetime | None:
    try:
        return parsedate_to_datetime(words)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
