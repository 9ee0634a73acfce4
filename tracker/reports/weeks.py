"""ISO weeks, as readers of a weekly report count them: Monday to Sunday, UTC."""

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from tracker.errors import BadInput
from tracker.reports import words

WRITTEN = re.compile(r"(\d{4})-W(\d{2})", re.ASCII)
WEEKS_BEFORE = 13


@dataclass(frozen=True, slots=True)
class Week:
    """One ISO week. Both ends are in it."""

    name: str
    monday: date
    sunday: date

    def __contains__(self, day: date | datetime | None) -> bool:
        """Say whether a day or a UTC time falls in the week; an unknown one does not."""
        if day is None:
            return False
        return self.monday <= (day.date() if isinstance(day, datetime) else day) <= self.sunday

    @property
    def before(self) -> "Week":
        """The 13 weeks before it, as one period: a quarter of a year to compare with."""
        first = self.monday - timedelta(weeks=WEEKS_BEFORE)
        return Week(f"{WEEKS_BEFORE} weeks before", first, self.monday - timedelta(days=1))

    @property
    def words(self) -> str:
        """Write the period as a reader would: `30 September – 6 October 2024`."""
        return words.period(self.monday, self.sunday)


def parse(written: str, *, as_of: datetime) -> Week:
    """Read `2024-W40`; raise `BadInput` if it is no ISO week, or begins after the data end at `as_of`."""
    match = WRITTEN.fullmatch(written)
    if match is None:
        raise BadInput(f"{written!r} is not a week; expected an ISO week such as 2024-W40", field="week")
    year, number = int(match[1]), int(match[2])
    try:
        monday = date.fromisocalendar(year, number, 1)
        sunday = monday + timedelta(days=6)
    except (ValueError, OverflowError) as error:
        raise BadInput(f"{written!r} is not a week: {error}", field="week") from error
    if monday > as_of.date():
        raise BadInput(
            f"{written} begins on {monday}, after the data end ({as_of:%Y-%m-%d %H:%M} UTC); "
            "expected a week that has begun",
            field="week",
        )
    return Week(written, monday, sunday)
