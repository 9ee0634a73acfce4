"""Months as integers: `ym = year * 12 + month - 1`, so that every engine can compute with them."""

import calendar
from collections.abc import Iterable
from datetime import date, timedelta


def of(day: date) -> int:
    """Return the month of a day."""
    return day.year * 12 + day.month - 1


def text(ym: int) -> str:
    """Return a month as `YYYY-MM`."""
    return f"{ym // 12:04d}-{ym % 12 + 1:02d}"


def runs(yms: Iterable[int]) -> list[str]:
    """Return months as text, neighbours together: `2024-04`, or `2024-04..2024-06`."""
    found: list[list[int]] = []
    for ym in sorted(set(yms)):
        if found and found[-1][1] == ym - 1:
            found[-1][1] = ym
        else:
            found.append([ym, ym])
    return [text(first) if first == last else f"{text(first)}..{text(last)}" for first, last in found]


def first_day(ym: int) -> date:
    """Return the first day of a month."""
    return date(ym // 12, ym % 12 + 1, 1)


def last_day(ym: int) -> date:
    """Return the last day of a month."""
    year, month = ym // 12, ym % 12 + 1
    return date(year, month, calendar.monthrange(year, month)[1])


def days(first: date, last: date) -> list[date]:
    """Return every day from `first` to `last`, both in."""
    return [first + timedelta(days=step) for step in range((last - first).days + 1)]


def monday(day: date) -> date:
    """Return the Monday of the ISO week of a day."""
    return day - timedelta(days=day.weekday())


def iso_week(day: date) -> str:
    """Return the ISO week of a day as `YYYY-Www`."""
    year, week, _ = day.isocalendar()
    return f"{year:04d}-W{week:02d}"
