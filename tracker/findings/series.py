"""Series that are tested for changes, and what is told of each change: the rows of the finding `shift-points`."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from tracker.analysis import changepoints, gaps
from tracker.analysis.changepoints import ALPHA, FEWEST, Change, Floats, Ints, Scan
from tracker.analysis.shift import benjamini_hochberg
from tracker.analysis.votes import Marks, Timeline

COLUMNS = (
    "at", "series", "p", "before", "after", "n_before", "n_after", "p_adjusted", "verdict", "reason", "coder",
    "uncoded_share", "alpha", "coverage_before", "coverage_after", "gap", "p_alike", "stretch_from", "stretch_to",
    "watched_alike", "detectable", "top",
)  # fmt: skip
SHIFT, NO_SHIFT, TOO_FEW = "shift", "no shift shown", "not enough data to tell"
BESIDE_GAP = "change beside a gap"
"""A change that may be one of what we saw: a gap lies next to it, and the accounts seen alike do not show it by themselves."""
MIX, VOLUME = "mix of codes", "items per day"
MOST_DETECTABLE = 0.3
"""Where only a larger change of a share would mostly be found, no shift is no answer."""
FEWEST_VOTES, FEWEST_DEALT = 20, 8
TOP = 5
_POWER = 0.84  # of a standard normal distribution, four fifths lie below


@dataclass(frozen=True, slots=True)
class Votes:
    """What a series counts: the category of each item that takes part in `found`, and the account at a source it is of."""

    found: Timeline
    lane: Ints
    category: Ints
    categories: int

    @property
    def labels(self) -> tuple[str, ...]:
        """The periods."""
        return self.found.labels

    def table(self, lanes: Marks | None = None) -> Ints:
        """Return votes by period and category, of all accounts or of those marked."""
        return self.found.table(self.category, self.categories, None if lanes is None else lanes[self.lane])


@dataclass(frozen=True, slots=True)
class Series:
    """What is tested over the periods `labels`: how a stretch of them is scanned, and what is told of a change.

    `among` scans a stretch among some accounts only. `reason` says why it cannot be tested.
    """

    name: str
    labels: tuple[str, ...]
    scan: Callable[[int, int], Scan | None]
    told: Callable[[Change], dict[str, Any]]
    reason: str | None = None
    among: Callable[[Marks, int, int], Scan | None] | None = None

    def rows(self, found: Timeline) -> Iterator[dict[str, Any]]:
        """Yield a row for each change, or one for the likeliest that is none, or one that says why none can be told."""
        if self.reason is not None:
            yield dict.fromkeys(COLUMNS) | {"series": self.name, "reason": self.reason}
            return
        length = len(self.labels)
        changes = changepoints.changes(length, self.scan)
        if not changes and (first := self.scan(0, length)) is not None:
            changes = (Change(first.place, 0, length, first),)
        for change in changes:
            yield (
                dict.fromkeys(COLUMNS)
                | {"series": self.name}
                | self._place(change, found)
                | self.told(change)
            )

    def _place(self, change: Change, found: Timeline) -> dict[str, Any]:
        start, at = self.labels[change.start], self.labels[change.place]
        end = self.labels[change.end] if change.end < len(self.labels) else None
        few = change.scan.by_periods and change.end - change.start < FEWEST_DEALT
        return {
            "at": at,
            "p": change.scan.p,
            "stretch_from": start,
            "stretch_to": self.labels[change.end - 1],
            "watched_alike": found.watched_alike(start, at, end),
            "reason": f"{change.end - change.start} periods that differ by themselves" if few else None,
            **self._covered(change, found, start=start, at=at, end=end),
        }

    def _covered(
        self, change: Change, found: Timeline, *, start: str, at: str, end: str | None
    ) -> dict[str, Any]:
        """Say how a change is covered on both sides and next to it, and whether accounts seen alike show it by themselves."""
        around = gaps.beside(found, start=start, before=self.labels[change.place - 1], at=at, end=end)
        if around is None:
            return {"holds": True}
        told = {
            "coverage_before": around.before, "coverage_after": around.after,
            "gap": str(around.gap) if around.gap else None,
        }  # fmt: skip
        if around.alike.all() or self.among is None:
            return told | {"holds": True}
        again = self.among(around.alike, change.start, change.end) if around.alike.any() else None
        near = again is not None and abs(again.place - (change.place - change.start)) <= 1
        return told | {
            "p_alike": again.p if again else None,
            "holds": again is not None and near and again.p <= ALPHA,
        }


def of_share(name: str, votes: Votes) -> Series:
    """Return the series of a share, from the votes with it (category 0) and without it."""
    table = votes.table()
    reason = _too_little(votes.labels, table) or _constant(table)
    told = partial(_told_share, table)
    return Series(name, votes.labels, partial(_scan_mix, table), told, reason, partial(_scan_among, votes))


def of_mix(votes: Votes, categories: Sequence[str]) -> Series:
    """Return the series of the mix of all categories, from the votes in each."""
    table = votes.table()
    reason = _too_little(votes.labels, table)
    if reason is None and np.count_nonzero(table.any(axis=0)) < 2:
        reason = "all items are alike"
    told = partial(_told_mix, table, categories)
    return Series(MIX, votes.labels, partial(_scan_mix, table), told, reason, partial(_scan_among, votes))


def of_volume(volume: tuple[tuple[str, ...], Ints, Floats] | None) -> Series:
    """Return the series of items a day, where accounts were asked about alike."""
    labels, counts, days = volume or ((), np.zeros(0, dtype=np.int64), np.zeros(0))
    reason = (
        None if len(labels) >= FEWEST else "too few finished periods in which all accounts were asked about"
    )
    if reason is None and not counts.any():
        reason = "there is no item"

    def scan(start: int, end: int) -> Scan | None:
        return changepoints.scan_volume(counts[start:end], days[start:end])

    def told(change: Change) -> dict[str, Any]:
        before, after = slice(change.start, change.place), slice(change.place, change.end)
        return {
            "before": float(counts[before].sum() / days[before].sum()),
            "after": float(counts[after].sum() / days[after].sum()),
            "n_before": int(counts[before].sum()),
            "n_after": int(counts[after].sum()),
        }

    return Series(VOLUME, labels, scan, told, reason)


def judged(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Correct p for the number of rows, and say of each what it shows."""
    adjusted = benjamini_hochberg([row["p"] for row in rows])
    return [
        row | {"p_adjusted": p, "verdict": _verdict(row, p)} for row, p in zip(rows, adjusted, strict=True)
    ]


def _verdict(row: dict[str, Any], p: float | None) -> str:
    if p is not None and p <= ALPHA:
        return SHIFT if row["holds"] else BESIDE_GAP
    too_blunt = row["detectable"] is not None and row["detectable"] > MOST_DETECTABLE
    return TOO_FEW if p is None or row["reason"] is not None or too_blunt else NO_SHIFT


def _scan_mix(table: Ints, start: int, end: int) -> Scan | None:
    return changepoints.scan_mix(table[start:end])


def _scan_among(votes: Votes, lanes: Marks, start: int, end: int) -> Scan | None:
    """Scan a stretch among some accounts; `None` where they have too few votes in it to be tested."""
    table = votes.table(lanes)[start:end]
    return changepoints.scan_mix(table) if table.sum() >= FEWEST_VOTES else None


def _told_share(table: Ints, change: Change) -> dict[str, Any]:
    before, after = _sums(table, change)
    return {
        "before": float(before[0] / before.sum()) if before.any() else None,
        "after": float(after[0] / after.sum()) if after.any() else None,
        "n_before": int(before.sum()),
        "n_after": int(after.sum()),
        "detectable": _detectable(before + after, change.scan),
    }


def _told_mix(table: Ints, categories: Sequence[str], change: Change) -> dict[str, Any]:
    before, after = _sums(table, change)
    shares = [sums / max(1, sums.sum()) for sums in (before, after)]
    moved = shares[1] - shares[0]
    order = sorted(range(len(moved)), key=lambda place: (-abs(moved[place]), categories[place]))
    return {
        "n_before": int(before.sum()),
        "n_after": int(after.sum()),
        "top": [
            {"code": categories[place], "before": float(shares[0][place]), "after": float(shares[1][place])}
            for place in order[:TOP]
            if moved[place]
        ],
    }


def _sums(table: Ints, change: Change) -> tuple[Ints, Ints]:
    before = table[change.start : change.place].sum(axis=0)
    after = table[change.place : change.end].sum(axis=0)
    return before, after


def _detectable(sums: Ints, scan: Scan) -> float:
    """Return the change of a share, halfway through the stretch, that is found four times in five."""
    n = int(sums.sum())
    share = (sums[0] + 0.5) / (n + 1)
    needed = np.sqrt(scan.limit) + _POWER * np.sqrt(max(1.0, scan.scatter))
    return float(min(1.0, needed * np.sqrt(share * (1 - share) * 4 / n)))


def _too_little(labels: tuple[str, ...], table: Ints) -> str | None:
    n = int(table.sum())
    if n < FEWEST_VOTES:
        return f"{n} votes; at least {FEWEST_VOTES} are needed"
    if len(labels) < FEWEST:
        return f"{len(labels)} finished periods; at least {FEWEST} are needed"
    return None


def _constant(table: Ints) -> str | None:
    if table[:, 0].any() and table[:, 1].any():
        return None
    return "every item has it" if table[:, 0].any() else "no item has it"
