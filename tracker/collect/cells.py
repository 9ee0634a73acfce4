"""Reads what people and platforms type into cells: dates that are never guessed, numbers that stay ranges."""

import json
import math
import re
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any

from tracker.domain import Record
from tracker.errors import BadInput

REPLACEMENT = "\ufffd"
_CLOCK = r"\d{1,2}:\d{2}[\d:.,]*\s*(?:[AaPp]\.?[Mm]\.?)?\s*(?:[A-Z]{1,5}|[+-]\d{2}:?\d{2})?"
_ISO = re.compile(rf"(\d{{4}})[-/](\d{{1,2}})[-/](\d{{1,2}})(?:[T ]\s*{_CLOCK})?")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})")
_SLASHED = re.compile(rf"(\d{{1,2}})[./-](\d{{1,2}})[./-](\d{{4}})(?:,?\s+{_CLOCK})?")
_NAMED = ("%d %b %Y", "%d %B %Y", "%b %d, %Y", "%B %d, %Y", "%b %d %Y", "%B %d %Y")
_EPOCH = re.compile(r"\d{10}(\d{3})?")
_NUMBER = r"\d{1,3}(?:[,\u202f\u00a0 ]\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
_AMOUNT = re.compile(rf"({_NUMBER})\s*([KMB]?)", re.IGNORECASE)
_SCALE = {"": 1, "K": 1_000, "M": 1_000_000, "B": 1_000_000_000}
_UNCLEAR = re.compile(r"\d{1,3}\.\d{3}")
_MOST = 10**15
_DIGITS = 15
_STATUS = re.compile(
    r"https?://(?:[\w.-]+\.)?(?:x|twitter)\.com/[^/]+/status(?:es)?/(\d{1,20})\b", re.IGNORECASE
)
_FIRST_SNOWFLAKE = 29_700_859_247  # ids before 2010-11-04 hold no time


class UnclearDate(ValueError):
    """The cell could be two dates, or none; its words say which."""


@lru_cache(4_096)
def read_date(cell: str) -> date | None:
    """Return the date of a cell, or `None` for an empty one; ISO is tried first.

    Raises `UnclearDate` when day and month could be exchanged (`03/04/2024`) or nothing fits.
    """
    text = cell.strip()
    if not text:
        return None
    try:
        if found := _ISO.fullmatch(text) or _COMPACT.fullmatch(text):
            return date(*(int(part) for part in found.groups()))
        if found := _SLASHED.fullmatch(text):
            return _slashed(*(int(part) for part in found.groups()))
    except ValueError as error:
        raise UnclearDate(
            str(error) if isinstance(error, UnclearDate) else f"{text!r} is no day of the calendar"
        ) from error
    if found := _EPOCH.fullmatch(text):
        return datetime.fromtimestamp(int(text) / (1000 if found[1] else 1), UTC).date()
    for form in _NAMED:
        try:
            return datetime.strptime(text, form).replace(tzinfo=UTC).date()
        except ValueError:
            continue
    raise UnclearDate(f"{text!r} is not a date that is known here; expected YYYY-MM-DD")


def _slashed(first: int, second: int, year: int) -> date:
    if first > 12 >= second:
        return date(year, second, first)
    if second > 12 >= first or first == second:
        return date(year, first, second)
    raise UnclearDate(
        f"'{first:02d}/{second:02d}/{year}' could be {year}-{first:02d}-{second:02d} or {year}-{second:02d}-{first:02d}; "
        "it is not guessed. Export with ISO dates, or rewrite the column as YYYY-MM-DD"
    )


@lru_cache(4_096)
def read_range(cell: str) -> tuple[float | None, float | None] | None:
    """Return (lower, upper) of a number as platforms print it, or `None` when it cannot be read for certain.

    `1,234` · `11K` · `2.5K - 5K` · `≤100` · `>1M`. An open end is `None`. `1.234` may be a thousand or one: not read.
    """
    text = cell.strip()
    if text.isdecimal() and text.isascii() and len(text) <= _DIGITS:
        return float(text), float(text)
    amounts = _AMOUNT.findall(text)
    rest = _AMOUNT.sub("", text).strip()
    if not amounts or any(_UNCLEAR.fullmatch(number) and not scale for number, scale in amounts):
        return None
    values = [
        float(re.sub(r"[,\u202f\u00a0 ]", "", number)) * _SCALE[scale.upper()] for number, scale in amounts
    ]
    if max(values) > _MOST:
        return None
    if len(values) == 1:
        return _open_ended(rest, values[0])
    if len(values) == 2 and rest in ("-", "–", "—", "to", "..") and values[0] <= values[1]:
        return values[0], values[1]
    return None


def _open_ended(sign: str, value: float) -> tuple[float | None, float | None] | None:
    ends: dict[str, tuple[float | None, float | None]] = {
        "": (value, value),
        "≤": (0.0, value),
        "<": (0.0, value),
        "≥": (value, None),
        ">": (value, None),
        "+": (value, None),
    }
    return ends.get(sign)


def posted_at(creative: str) -> datetime | None:
    """Return when the promoted post was made, read from its id (X's snowflake: milliseconds since 2010-11-04)."""
    found = _STATUS.match(creative)
    if not found or not _FIRST_SNOWFLAKE < int(found[1]) < 1 << 63:
        return None
    return datetime.fromtimestamp(((int(found[1]) >> 22) + 1_288_834_974_657) / 1000, UTC)


def cell_text(value: object) -> str:
    """Return a cell as text, whatever type a Parquet or JSON file gave it; what is missing is empty."""
    if isinstance(value, str):
        return value.strip()
    if value is None or value != value:  # not a number
        return ""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return json.dumps(value, ensure_ascii=False, default=str)


def text_in(record: Record, field: str) -> str | None:
    """Return the text of a field, or `None` when it is missing or empty; refuse any other type with its line."""
    value = record.values.get(field)
    if value is None or isinstance(value, str):
        return value or None
    raise BadInput(f"found {type(value).__name__}, expected text", line=record.line, field=field)


def number_in(record: Record, field: str) -> float | None:
    """Return a published count or amount, or `None` when it is missing; refuse what is none with its line."""
    value = record.values.get(field)
    if value is None:
        return None
    try:
        number = math.nan if isinstance(value, bool) else float(value)
    except (TypeError, ValueError, OverflowError):
        number = math.nan
    if not 0 <= number <= _MOST:
        raise BadInput(
            f"{str(value)[:40]!r} is not a number from 0 to {_MOST:,}", line=record.line, field=field
        )
    return number


def clean(value: Any) -> Any:
    """Return the value with NUL and lone surrogates, which no database keeps, shown as the replacement character."""
    if isinstance(value, str):
        return value.replace("\0", REPLACEMENT).encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, list):
        return [clean(item) for item in value]
    if isinstance(value, dict):
        return {clean(key): clean(item) for key, item in value.items()}
    return value
