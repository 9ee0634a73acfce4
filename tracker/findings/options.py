"""What can be asked of a finding, read from text and checked before anything is counted."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Literal

from tracker.analysis import months
from tracker.errors import BadInput
from tracker.registry.groups import GROUPS, Group

_MONTH = re.compile(r"([0-9]{4})-([0-9]{2})")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_LONGEST = 2000


@dataclass(frozen=True, slots=True)
class Period:
    """Whole months, both ends in, as integers."""

    first: int
    last: int

    def __str__(self) -> str:
        return f"{months.text(self.first)}..{months.text(self.last)}"


@dataclass(frozen=True, slots=True)
class Options:
    """The limits and the form of a finding; `None` or empty is no limit. `since` and `until` are both in.

    `items_named` says whether ads or posts were asked for, or nothing was.
    """

    since: date | None = None
    until: date | None = None
    account: str | None = None
    by: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    periods: tuple[Period, ...] = ()
    source: str | None = None
    country: str | None = None
    payer: str | None = None
    code: str | None = None
    coder: str | None = None
    polarity: str | None = None
    text: str | None = None
    status: str | None = None
    group: Group | None = None
    outlet: str | None = None
    terms: tuple[str, ...] = ()
    event: str | None = None
    control: str | None = None
    at: date | None = None
    operator: str | None = None
    language: str | None = None
    items: Literal["ad", "post"] = "ad"
    items_named: bool = False
    level: Literal["top", "fine"] = "top"
    limit: int | None = None


def parse_since(text: str) -> date:
    """Read a day, or a month as its first day."""
    return months.first_day(_month(text)) if _MONTH.fullmatch(text) else _day(text)


def parse_until(text: str) -> date:
    """Read a day, or a month as its last day."""
    return months.last_day(_month(text)) if _MONTH.fullmatch(text) else _day(text)


def parse_periods(text: str) -> tuple[Period, ...]:
    """Read two or more periods `YYYY-MM..YYYY-MM` with commas between them, each after the one before."""
    periods = tuple(_period(part) for part in _words(text))
    if len(periods) < 2:
        raise ValueError("expected two or more periods, as 2024-01..2024-06,2024-07..2024-09")
    for earlier, later in pairwise(periods):
        if later.first <= earlier.last:
            raise ValueError(f"period {later} must begin after {earlier} ends")
    return periods


def _period(text: str) -> Period:
    first, separator, last = text.partition("..")
    period = Period(_month(first), _month(last if separator else first))
    if period.last < period.first:
        raise ValueError(f"period {text!r} ends before it begins")
    return period


def _month(text: str) -> int:
    match = _MONTH.fullmatch(text.strip())
    if not match or not 1 <= int(match[2]) <= 12 or int(match[1]) < 1:
        raise ValueError(f"{text!r} is not a month; expected YYYY-MM")
    return int(match[1]) * 12 + int(match[2]) - 1


def _day(text: str) -> date:
    if not _DAY.fullmatch(text):
        raise ValueError(f"{text!r} is neither a day nor a month; expected YYYY-MM-DD or YYYY-MM")
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise ValueError(f"{text!r} is not a day that exists") from error


def _words(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(word for part in text.split(",") if (word := part.strip())))


def _limit(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= 1_000_000:
        raise ValueError(f"{text!r} is not a whole number from 1 to 1000000")
    return int(text)


def _choice(words: Mapping[str, str | None]) -> Callable[[str], str | None]:
    def read(text: str) -> str | None:
        if text not in words:
            raise ValueError(f"{text!r}; expected {' or '.join(words)}")
        return words[text]

    return read


READERS: Mapping[str, Callable[[str], object]] = {
    "since": parse_since,
    "until": parse_until,
    "account": str,
    "by": _words,
    "kinds": _words,
    "periods": parse_periods,
    "source": str,
    "country": str,
    "payer": str,
    "code": str,
    "coder": str,
    "polarity": _choice({word: word for word in ("include", "exclude", "used_unspecified")}),
    "text": str,
    "outlet": str,
    "terms": _words,
    "event": str,
    "control": str,
    "at": _day,
    "operator": str,
    "language": str,
    "status": str,
    "group": _choice({**{word: word for word in GROUPS}, "all": None}),
    "items": _choice({"ads": "ad", "posts": "post"}),
    "level": _choice({"top": "top", "fine": "fine"}),
    "limit": _limit,
}
"""How each option is read; a `ValueError` says what was found and what was expected."""


def read_options(raw: Mapping[str, str], *, allowed: tuple[str, ...], by: tuple[str, ...]) -> Options:
    """Read options from text; empty text is not given. Raise `BadInput` that names the option."""
    values: dict[str, object] = {}
    for option, given in raw.items():
        text = given.strip()
        if option not in allowed:
            raise BadInput(f"not an option here; expected one of {', '.join(allowed)}", field=option)
        if not text:
            continue
        if len(text) > _LONGEST:
            raise BadInput(f"{len(text)} characters; expected at most {_LONGEST}", field=option)
        try:
            values[option] = READERS[option](text)
        except ValueError as error:
            raise BadInput(str(error), field=option) from error
    options = Options(**values, items_named="items" in values)  # type: ignore[arg-type]
    if unknown := [name for name in options.by if name not in by]:
        raise BadInput(f"{unknown[0]!r}; expected {', '.join(by)}", field="by")
    if options.since and options.until and options.until < options.since:
        raise BadInput(f"{options.until} is before since, {options.since}", field="until")
    return options
