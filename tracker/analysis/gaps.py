"""What of a change over time may be our own blindness: which days around it nobody asked about, and of which accounts."""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt

from tracker.analysis.votes import Timeline

Marks = npt.NDArray[np.bool_]

MOSTLY_ASKED = 0.9
"""An account that was asked about on fewer days beside a change than this is left out of the second look at it."""
ALIKE = 0.25
"""How far the part of the days that was asked about may differ between before and after."""


@dataclass(frozen=True, slots=True)
class Gap:
    """Days beside a change that nobody asked about, from the first to the last, and of how many accounts at most."""

    first: date
    last: date
    days: int
    lanes: int
    of: int

    def __str__(self) -> str:
        """Say it in words."""
        when = f"{self.first} to {self.last}" if self.last > self.first else f"{self.first}"
        days = f"{self.days} days from " if self.days > 1 else ""
        return f"nobody asked about {self.lanes} of {self.of} accounts on {days}{when}"


@dataclass(frozen=True, slots=True)
class Beside:
    """How well the stretch on both sides of a change is covered, and what is missing next to it.

    `before` and `after` are parts of the account days. `alike` marks the accounts that were asked about alike before and
    after, and nearly always next to the change.
    """

    before: float
    after: float
    gap: Gap | None
    alike: Marks


def beside(found: Timeline, *, start: str, before: str, at: str, end: str | None) -> Beside | None:
    """Return how the change at period `at` is covered; `None` where answers do not tell which days they cover.

    The stretch runs from the period `start` to before `end`; `before` is the last period tested before the change. Next to the
    change are that period, the one at the change, the one after it, and all between.
    """
    if not found.stated:
        return None
    first, middle, begin = (_day(found, label) for label in (start, at, before))
    last = found.calendar.days if end is None else _day(found, end)
    follows = found.calendar.labels.index(at) + 2
    stop = _day(found, found.calendar.labels[follows]) if follows < len(found.calendar.labels) else last
    around = found.watched[:, begin:stop]
    earlier, later = found.watched[:, first:middle].mean(axis=1), found.watched[:, middle:last].mean(axis=1)
    return Beside(
        before=float(earlier.mean()),
        after=float(later.mean()),
        gap=_gap(found, around, begin),
        alike=(np.abs(earlier - later) <= ALIKE) & (around.mean(axis=1) >= MOSTLY_ASKED),
    )


def _gap(found: Timeline, around: Marks, begin: int) -> Gap | None:
    missing = (~around).sum(axis=0)
    days = np.flatnonzero(missing)
    if not days.size:
        return None
    first, last = (found.calendar.starts[0] + timedelta(days=begin + int(day)) for day in (days[0], days[-1]))
    return Gap(first, last, int(days.size), int(missing.max()), len(around))


def _day(found: Timeline, label: str) -> int:
    start = found.calendar.starts[found.calendar.labels.index(label)]
    return (start - found.calendar.starts[0]).days
