"""How values read on a page: numbers with what they are of, dates without a locale, hostile text visible."""

import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from tracker.reports.content import Column, Table

MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
DELETE_OR_C1 = re.compile(r"[\x7f-\x9f]")
DIRECTION = re.compile("[\u202a-\u202e\u2066-\u2069\u200e\u200f\u061c]")
NOT_TEXT = re.compile("[\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
SHORT_HASH = 8
LONGEST_SHOWN = 320
SPACES = re.compile(r"[ \t\r\n]+")

LABELS: Mapping[str, str | None] = {
    "state_affiliated": "“state-affiliated”",
    "state_controlled_media": "“state-controlled media”",
    "government_check": "government check",
    "paid_check": "paid check only",
    "none": "no label",
    "unknown": None,
}
"""The states of a platform's label as a report says them; `None` is what could not be told."""


def day(value: date) -> str:
    """Write a day with its year: `4 October 2024`."""
    return f"{value.day} {MONTHS[value.month - 1]} {value.year}"


def time(value: datetime) -> str:
    """Write a moment, to the minute: `4 October 2024, 06:00 UTC`."""
    return f"{day(value)}, {value:%H:%M} UTC"


def period(first: date, last: date) -> str:
    """Write both ends without repeating what they share: `30 September – 6 October 2024`."""
    if first.year != last.year:
        return f"{day(first)} – {day(last)}"
    if first.month != last.month:
        return f"{first.day} {MONTHS[first.month - 1]} – {day(last)}"
    return f"{first.day}–{day(last)}"


def count(number: int, one: str, many: str | None = None) -> str:
    """Write a number with its noun in the right form: `1 ad`, `2 ads`, `no ads`."""
    noun = one if number == 1 else many or f"{one}s"
    return f"{number:,} {noun}" if number else f"no {noun}"


def counted(number: int, one: str, many: str | None = None) -> str:
    """Write a number with its noun where a sentence begins: `2 ads`, `No ads`."""
    return count(number, one, many).capitalize()


def of(number: int, whole: int, noun: str) -> str:
    """Write a number with its denominator: `5 of 8 accounts`."""
    return f"{number:,} of {whole:,} {noun if whole == 1 else f'{noun}s'}"


def percent(share: float) -> str:
    """Write a share as a reader says it: `70 %`, and `0.4 %` where rounding would hide it."""
    points = share * 100
    return f"{points:.1f} %" if 0 < points < 1 else f"{points:.0f} %"


def named(names: list[str], *, limit: int = 3) -> str:
    """Join names as in a sentence: `A, B and C`, `A, B, C and 2 more`."""
    shown = names[:limit]
    rest = len(names) - len(shown)
    if rest:
        return f"{', '.join(shown)} and {rest} more"
    return " and ".join(filter(None, (", ".join(shown[:-1]), shown[-1]))) if shown else "none"


def visible(text: str) -> str:
    """Make characters visible that would hide, reorder or break what stands around them.

    Control characters and direction marks become their code points, as in [U+202E]; what is not text, a �.
    """
    return DIRECTION.sub(_code_point, DELETE_OR_C1.sub(_code_point, storable(text)))


def storable(text: str) -> str:
    """Make text fit for a data file: as it was, but for control characters, as in [U+0000], and non-text."""
    return NOT_TEXT.sub("\ufffd", CONTROL.sub(_code_point, text))


def _code_point(match: re.Match[str]) -> str:
    return f"[U+{ord(match[0]):04X}]"


def shown(value: Any, column: Column) -> str:
    """Write a cell for a document. `None` is the column's word for what is missing, never 0 or nothing."""
    if value is None:
        return column.missing
    if column.kind == "share":
        return percent(value)
    if column.kind == "count":
        return f"{value:,}"
    if column.kind == "number":
        return f"{value:,.3f}" if isinstance(value, float) else f"{value:,}"
    if column.kind == "hash":
        return str(value)[:SHORT_HASH]
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}"
    text = SPACES.sub(" ", visible(str(value))).strip()
    return (
        text
        if len(text) <= LONGEST_SHOWN
        else f"{text[:LONGEST_SHOWN]} … [cut; the data files have all of it]"
    )


def cut(table: Table) -> str:
    """Say where the rows are that a document leaves out."""
    shown_rows = len(table.rows) - table.left_out
    return f"{shown_rows:,} of {len(table.rows):,} rows are shown; all are in data/{table.name}.csv."
