"""Reads what people and platforms type into cells: dates that are never guessed, numbers that stay ranges."""

import re
from datetime import UTC, date, datetime

_ISO = re.compile(r"(\d{4})[-/](\d{1,2})[-/](\d{1,2})(?:[T ].*)?")
_SLASHED = re.compile(r"(\d{1,2})[./-](\d{1,2})[./-](\d{4})(?:[, ].*)?")
_NAMED = ("%d %b %Y", "%d %B %Y", "%b %d, %Y", "%B %d, %Y", "%b %d %Y", "%B %d %Y", "%Y%m%d")
_EPOCH = re.compile(r"\d{10}(\d{3})?")
_NUMBER = r"\d{1,3}(?:[,\u202f\u00a0 ]\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
_AMOUNT = re.compile(rf"({_NUMBER})\s*([KMB]?)", re.IGNORECASE)
_SCALE = {"": 1, "K": 1_000, "M": 1_000_000, "B": 1_000_000_000}
_UNCLEAR = re.compile(r"\d{1,3}\.\d{3}")


class UnclearDate(ValueError):
    """The cell could be two dates, or none; its words say which."""


def read_date(cell: str) -> date | None:
    """Return the date of a cell, or `None` for an empty one; ISO is tried first.

    Raises `UnclearDate` when day and month could be exchanged (`03/04/2024`) or nothing fits.
    """
    text = cell.strip()
    if not text:
        return None
    try:
        if found := _ISO.fullmatch(text):
            return date(*(int(part) for part in found.groups()))
        if found := _SLASHED.fullmatch(text):
            return _slashed(*(int(part) for part in found.groups()))
    except ValueError as error:
        raise UnclearDate(
            f"{text!r} is no day of the calendar" if "is out of" in str(error) else str(error)
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


def read_range(cell: str) -> tuple[float | None, float | None] | None:
    """Return (lower, upper) of a number as platforms print it, or `None` when it cannot be read for certain.

    `1,234` · `11K` · `2.5K - 5K` · `≤100` · `>1M`. An open end is `None`. `1.234` may be a thousand or one: not read.
    """
    text = cell.strip()
    amounts = _AMOUNT.findall(text)
    rest = _AMOUNT.sub("", text).strip()
    if not amounts or any(_UNCLEAR.fullmatch(number) and not scale for number, scale in amounts):
        return None
    values = [
        float(re.sub(r"[,\u202f\u00a0 ]", "", number)) * _SCALE[scale.upper()] for number, scale in amounts
    ]
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
