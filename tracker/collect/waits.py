"""How long a platform asks us to wait, in whatever way it says so; pure.

| header | its value |
|---|---|
| `Retry-After` | seconds, or an HTTP date (RFC 9110, 10.2.3) |
| `RateLimit-Reset` | an epoch (Bluesky), or seconds (IETF draft) |
| `X-RateLimit-Reset` | ISO 8601 (Mastodon), an epoch elsewhere |
| `x-rate-limit-reset` | an epoch (X) |
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

LONGEST = 7 * 86_400.0
"""No wait is read as longer than a week."""
_NUMBER = re.compile(r"\d{1,400}(?:\.\d{1,100})?")
_AN_EPOCH = 100_000_000
"""A number so large counts from 1970, and one a thousand times larger in milliseconds: it would be years of waiting."""
_RESETS = ("ratelimit-reset", "x-ratelimit-reset", "x-rate-limit-reset")
_REMAINING = ("ratelimit-remaining", "x-ratelimit-remaining", "x-rate-limit-remaining")


def asked_wait(status: int, headers: Mapping[str, str], now: datetime) -> float | None:
    """Return the seconds for which an answer asks us to leave a host alone, or `None` when it asks nothing.

    A success asks for it too, when it was the last one that is left before the limit is reset.
    """
    if (told := seconds_until(headers.get("retry-after", ""), now)) is not None:
        return told
    is_over = any(headers.get(name, "").strip() == "0" for name in _REMAINING)
    if status not in (429, 503) and not is_over:
        return None
    resets = (seconds_until(headers.get(name, ""), now) for name in _RESETS)
    return max((told for told in resets if told is not None), default=None)


def seconds_until(words: str, now: datetime) -> float | None:
    """Return the seconds from `now` to what words say: seconds, an epoch, ISO 8601 or an HTTP date; else `None`."""
    found = words.strip()
    if _NUMBER.fullmatch(found) and found.isascii():
        return _of_number(float(found), now)
    at = _moment(found)
    return None if at is None else _bounded((at - now).total_seconds())


def _of_number(number: float, now: datetime) -> float:
    if number < _AN_EPOCH:
        return _bounded(number)
    seconds = number / 1000 if number >= _AN_EPOCH * 1000 else number
    return _bounded(seconds - now.timestamp())


def _moment(words: str) -> datetime | None:
    for read in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            at = read(words)
        except (ValueError, TypeError, OverflowError, IndexError):
            continue
        return at if at.tzinfo else at.replace(tzinfo=UTC)
    return None


def _bounded(seconds: float) -> float:
    return min(max(0.0, seconds), LONGEST)
