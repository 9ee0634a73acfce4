"""What takes part in a test over time: one vote a month for all near-copies, on days that somebody asked about.

An account that posts a text ten times in a week says one thing: ten votes would make chance look like a change. A text that
comes again in another month is said again.
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Literal

import numpy as np
import numpy.typing as npt

from tracker.analysis import columns, months
from tracker.analysis.columns import Days, Ints
from tracker.analysis.coverage import Answers
from tracker.analysis.creatives import grouped

Unit = Literal["day", "week", "month"]
Marks = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]

AGAIN = 28
"""Days after which a near-copy is said again."""
_MOSTLY = 0.5
_ALIKE = 0.25


@dataclass(frozen=True, slots=True)
class Items:
    """Dated items in order of their days; `lane[i]` is the place among `lanes`, an account at a source, of item i.

    Near-copies have one of `units`. `texts` are read where words are asked about, else there are none.
    """

    ids: Ints
    days: Days
    lanes: tuple[tuple[int | None, str], ...]
    lane: Ints
    units: Ints
    texts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Calendar:
    """Periods in their order: how each is written and its first day; `end` is the day after the last."""

    labels: tuple[str, ...]
    starts: tuple[date, ...]
    end: date

    @property
    def days(self) -> int:
        """How many days there are from the first to the last."""
        return (self.end - self.starts[0]).days if self.starts else 0

    def name(self, day: date) -> str:
        """Return how the period of a day is written; one that is before the first or after the last has no name."""
        place = bisect_right(self.starts, day) - 1
        return self.labels[place] if place >= 0 and day < self.end else ""

    def places(self, days: Days) -> Ints:
        """Return the period of each day: -1 before the first, as many as there are periods after the last."""
        bounds = np.array([*self.starts, self.end], dtype="datetime64[D]")
        return np.searchsorted(bounds, days, side="right").astype(np.int64) - 1

    def sums(self, marks: npt.NDArray[np.generic]) -> Ints:
        """Return how many of the marks, one for each day, lie in each period."""
        offsets = [(start - self.starts[0]).days for start in self.starts]
        counts: Ints = np.add.reduceat(marks.astype(np.int64), offsets, axis=-1)
        return counts


@dataclass(frozen=True, slots=True)
class Timeline:
    """The periods of a question that were asked about, and the items that take part in them.

    `items` are places among the items given, in order of day; `period[i]` is the place of that of `items[i]` among
    `labels`. `vote[i]` marks the first of near-copies in a month. `watched` are lanes x days of `calendar`, and `stated` says that
    answers tell which days they cover; else the days with items stand for those asked about.
    """

    calendar: Calendar
    labels: tuple[str, ...]
    items: Ints
    period: Ints
    vote: Marks
    watched: Marks
    stated: bool
    unasked: int
    unfinished: int
    unit: Unit

    def table(self, category: Ints, categories: int, among: Marks | None = None) -> Ints:
        """Return votes by period and category, given the category of each of `items`; only of those marked in `among`."""
        taking = self.vote if among is None else self.vote & among
        cells = self.period[taking] * categories + category[taking]
        counts = np.bincount(cells, minlength=len(self.labels) * categories)
        return counts.reshape(len(self.labels), categories)

    def watched_alike(self, start: str, place: str, end: str | None) -> bool | None:
        """Say whether about the same share of days was asked about for each account before and after `place`.

        `None` where answers do not tell. The stretch runs from the period `start` to before `end`.
        """
        if not self.stated:
            return None
        first, middle = (self._day(label) for label in (start, place))
        last = self.calendar.days if end is None else self._day(end)
        before, after = self.watched[:, first:middle].mean(axis=1), self.watched[:, middle:last].mean(axis=1)
        return bool((np.abs(before - after) <= _ALIKE).all())

    def _day(self, label: str) -> int:
        start = self.calendar.starts[self.calendar.labels.index(label)]
        return (start - self.calendar.starts[0]).days


def timeline(
    items: Items,
    answers: Answers,
    *,
    unit: Unit,
    since: date | None,
    last: date | None,
    anchor: date | None = None,
) -> Timeline:
    """Return what takes part in a test; `last` is the last day that is over, without one nothing takes part.

    With `anchor` weeks and months are counted from that day both ways.
    """
    span = answers.span()
    first = since or min([day for day in (_first(items), span[0] if span else None) if day], default=None)
    whole = calendar(first, last, unit, anchor=anchor) if first and last else Calendar((), (), date.min)
    place = whole.places(items.days)
    finished = (place >= 0) & (place < len(whole.labels))
    watched = answered(answers, items.lanes, whole)
    begin = np.datetime64(whole.starts[0] if whole.starts else date.min, "D")
    day = (items.days - begin).astype(np.int64)
    covered = np.zeros(items.ids.size, dtype=np.bool_)
    covered[finished] = watched[items.lane[finished], day[finished]]
    stated = covered.sum() >= _MOSTLY * finished.sum() > 0
    taking = np.flatnonzero(covered if stated else finished)
    asked: Marks = np.bincount(day[taking], minlength=whole.days) > 0
    if stated:
        asked = np.logical_or.reduce(watched, axis=0)
    kept = np.flatnonzero(whole.sums(asked)) if whole.starts else np.zeros(0, dtype=np.int64)
    return Timeline(
        calendar=whole,
        labels=tuple(whole.labels[number] for number in kept),
        items=taking,
        period=np.searchsorted(kept, place[taking]),
        vote=said_anew(items.units[taking], items.days[taking], unit),
        watched=watched,
        stated=stated,
        unasked=int(finished.sum()) - taking.size,
        unfinished=int((place >= len(whole.labels)).sum()),
        unit=unit,
    )


def within(found: Timeline, items: Items, ids: frozenset[int], *, labels: frozenset[str]) -> Timeline:
    """Return the part of a timeline in which only some items take part, in some of its periods; near-copies vote once among them."""
    kept = [place for place, label in enumerate(found.labels) if label in labels]
    chosen: Marks = np.isin(items.ids[found.items], sorted(ids)) & np.isin(found.period, kept)
    taking = found.items[chosen]
    return replace(
        found,
        labels=tuple(found.labels[place] for place in kept),
        items=taking,
        period=np.searchsorted(kept, found.period[chosen]).astype(np.int64),
        vote=said_anew(items.units[taking], items.days[taking], found.unit),
    )


def volume(items: Items, found: Timeline) -> tuple[tuple[str, ...], Ints, Floats] | None:
    """Return periods, the items of each and the days on which every account was asked about; only those days count.

    `None` where answers do not tell, or accounts were asked about on less than half of the days alike.
    """
    every: Marks = np.logical_and.reduce(found.watched, axis=0)
    if not found.stated or not every.any() or every.sum() < _MOSTLY * found.watched.any(axis=0).sum():
        return None
    begin = np.datetime64(found.calendar.starts[0], "D")
    day = (items.days[found.items] - begin).astype(np.int64)
    counts = found.calendar.sums(np.bincount(day, minlength=found.calendar.days) * every)
    exposure = found.calendar.sums(every)
    kept = np.flatnonzero(exposure)
    labels = tuple(found.calendar.labels[place] for place in kept)
    return labels, counts[kept], exposure[kept].astype(np.float64)


def texts(items: Items, found: Timeline) -> list[int]:
    """Return how many different texts the items that `volume` counts have in each period, near-copies as one."""
    every: Marks = np.logical_and.reduce(found.watched, axis=0)
    begin = np.datetime64(found.calendar.starts[0], "D")
    counted = every[(items.days[found.items] - begin).astype(np.int64)]
    known, number = columns.numbered(items.units[found.items][counted])
    pairs = np.unique(found.period[counted] * max(1, known.size) + number)
    counts: list[int] = np.bincount(pairs // max(1, known.size), minlength=len(found.labels)).tolist()
    return counts


def calendar(first: date, last: date, unit: Unit, *, anchor: date | None = None) -> Calendar:
    """Return the periods from that of the day `first` up to the latest one that is over with the day `last`.

    With `anchor` weeks and months are counted from that day both ways, and named by their first day.
    """
    if anchor is not None and unit != "day":
        return _anchored(first, last, unit, anchor)
    starts = [_begin(first, unit)]
    while starts[-1] <= last:
        starts.append(_next(starts[-1], unit))
    if starts[-1] > last + timedelta(days=1):
        starts.pop()
    labels = [
        months.text(months.of(start)) if unit == "month" else start.isoformat() for start in starts[:-1]
    ]
    return Calendar(tuple(labels), tuple(starts[:-1]), starts[-1])


def _anchored(first: date, last: date, unit: Unit, anchor: date) -> Calendar:
    step = 0
    while _counted(anchor, step, unit) > first:
        step -= 1
    while _counted(anchor, step + 1, unit) <= first:
        step += 1
    starts = [_counted(anchor, step, unit)]
    while (following := _counted(anchor, step + len(starts), unit)) <= last + timedelta(days=1):
        starts.append(following)
    labels = tuple(start.isoformat() for start in starts[:-1])
    return Calendar(labels, tuple(starts[:-1]), starts[-1])


def _counted(anchor: date, step: int, unit: Unit) -> date:
    """Return the day so many weeks or months after another, in a shorter month its last."""
    if unit == "week":
        return anchor + timedelta(days=7 * step)
    ym = months.of(anchor) + step
    return min(months.first_day(ym) + timedelta(days=anchor.day - 1), months.last_day(ym))


def said_anew(units: Ints, days: Days, unit: Unit) -> Marks:
    """Mark the items that have a vote, in the order of their days: the first of near-copies in each month.

    Near-copies have one of `units`. By week and day a month is `AGAIN` days since their last vote: else the first days of
    months would have more.
    """
    marks = np.zeros(units.size, dtype=np.bool_)
    if not units.size:
        return marks
    moments = days.astype("datetime64[M]" if unit == "month" else "datetime64[D]").astype(np.int64)
    gap = 1 if unit == "month" else AGAIN
    _known, number = columns.numbered(units)
    order = np.lexsort((moments, number))
    number, moments = number[order], moments[order]
    soon = np.append(False, (np.diff(number) == 0) & (np.diff(moments) < gap))
    voting = ~soon
    if unit != "month":
        voting[_said_again(soon, moments)] = True
    marks[order[voting]] = True
    return marks


def _said_again(soon: Marks, moments: Ints) -> list[int]:
    """Return which of those that come soon after one like them come long after the last of these that has a vote."""
    again, last = [], 0
    for place in np.flatnonzero(soon).tolist():
        if not soon[place - 1]:
            last = int(moments[place - 1])
        if moments[place] - last >= AGAIN:
            last = int(moments[place])
            again.append(place)
    return again


def copies(texts: Sequence[str]) -> list[int]:
    """Return for each text the place of the first that it is a near-copy of."""
    return [placed.leader for placed in grouped(texts)]


def answered(answers: Answers, lanes: Sequence[tuple[int | None, str]], asked: Calendar) -> Marks:
    """Return lanes x days: whether an answer covers the account at its source; one about no account covers all."""
    found = np.zeros((len(lanes), asked.days), dtype=np.bool_)
    if not asked.days:
        return found
    last = asked.end - timedelta(days=1)
    known = {one.lanes[0]: one.answered(asked.starts[0], last) for one in answers.by_lane()}
    for row, (account_id, source) in enumerate(lanes):
        for lane, days in known.items():
            if lane.source == source and lane.account_id in (None, account_id):
                found[row] |= days
    return found


def _first(items: Items) -> date | None:
    day: date | None = items.days[0].item() if items.days.size else None
    return day


def _begin(day: date, unit: Unit) -> date:
    if unit == "month":
        return months.first_day(months.of(day))
    return months.monday(day) if unit == "week" else day


def _next(start: date, unit: Unit) -> date:
    if unit == "month":
        return months.first_day(months.of(start) + 1)
    return start + timedelta(days=7 if unit == "week" else 1)
