"""When a mix of codes, or a volume, changed: a scan over all dates, held against chance.

The statistic is the largest likelihood ratio over the dates that leave `SHORTEST` periods on each side (Horvath 1993,
Annals of Statistics 21). Chance deals whole periods anew, so that months that differ more than their items alone make them
raise no alarm. Under `MANY` periods there are few such dealings: there single votes are dealt, unless periods differ more
than chance makes them. A stretch with a change is searched again on both sides of it (binary segmentation), and each
change is held against chance once more between its neighbours.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

PERMUTATIONS = 1999
SEED = 20240701
ALPHA = 0.05
SHORTEST = 2
FEWEST = 2 * SHORTEST
MANY = 12
_CELLS_AT_ONCE = 2_000_000
_ROUNDING = 1e-9

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Ratios = Callable[[Floats], tuple[Floats, Floats]]


@dataclass(frozen=True, slots=True)
class Scan:
    """The likeliest change in a stretch of periods, and how often chance alone shows one as large.

    `place` is the first period after it, counted in the stretch. `limit` is the ratio that 5 % of dealings reach, `scatter`
    how far periods differ beyond the change: 1 is what chance gives. `by_periods` says that whole periods were dealt.
    """

    place: int
    p: float
    ratio: float
    limit: float
    scatter: float
    by_periods: bool


@dataclass(frozen=True, slots=True)
class Change:
    """A change at period `place` in the stretch from `start` up to `end` (not in), and the scan that found it there."""

    place: int
    start: int
    end: int
    scan: Scan


def scan_mix(counts: Ints, *, permutations: int = PERMUTATIONS, seed: int = SEED) -> Scan | None:
    """Return the likeliest change of the mix in counts of periods x codes.

    `None` for fewer than `FEWEST` periods, or when fewer than two codes occur.
    """
    counts = counts[:, counts.any(axis=0)]
    if len(counts) < FEWEST or counts.shape[1] < 2:
        return None
    found = _likeliest(counts, _mix_ratios)
    random = np.random.default_rng(seed)
    by_periods = len(counts) >= MANY
    if not by_periods:
        largest, rest = _dealt_votes(random, counts, permutations)
        by_periods = found.rest > float(np.median(rest))
    if by_periods:
        largest = _dealt_periods(random, counts, _mix_ratios, permutations)
    freedom = (len(counts) - 2) * (counts.shape[1] - 1)
    return _held_against(found, largest, freedom=freedom, by_periods=by_periods)


def scan_volume(
    counts: Ints, exposure: Floats, *, permutations: int = PERMUTATIONS, seed: int = SEED
) -> Scan | None:
    """Return the likeliest change of a rate, from the counts of periods and their lengths.

    `None` for fewer than `FEWEST` periods, or when nothing was counted.
    """
    if len(counts) < FEWEST or not counts.any():
        return None
    pairs = np.stack([counts.astype(np.float64), exposure], axis=1)
    found = _likeliest(pairs, _rate_ratios)
    largest = _dealt_periods(np.random.default_rng(seed), pairs, _rate_ratios, permutations)
    return _held_against(found, largest, freedom=len(counts) - 2, by_periods=True)


def changes(
    length: int, scan: Callable[[int, int], Scan | None], *, alpha: float = ALPHA
) -> tuple[Change, ...]:
    """Return the changes among `length` periods in their order; `scan` answers for a stretch from a period up to another.

    Without a change, p of the first scan is above alpha: so many series without a change show one. The stretches on both
    sides of a change share its level, so that no more than alpha of the series with one change show another.
    """
    places = sorted(_searched(0, length, scan, alpha))
    while True:
        held = _held(places, length, scan)
        if len(held) == len(places):
            return tuple(change for change, _ in held)
        places = [(change.place, level) for change, level in held]


def _searched(
    start: int, end: int, scan: Callable[[int, int], Scan | None], level: float
) -> Iterator[tuple[int, float]]:
    """Yield the changes of a stretch with the level that each was held to, and those of the stretches that it parts."""
    found = scan(start, end)
    if found is not None and found.p <= level:
        place = start + found.place
        yield place, level
        yield from _searched(start, place, scan, level / 2)
        yield from _searched(place, end, scan, level / 2)


def _held(
    places: list[tuple[int, float]], length: int, scan: Callable[[int, int], Scan | None]
) -> list[tuple[Change, float]]:
    """Return the changes that still are some between their neighbours, each where it is likeliest there."""
    held: list[tuple[Change, float]] = []
    for (place, level), (end, _) in pairwise([*places, (length, 0.0)]):
        start = held[-1][0].place if held else 0
        found = scan(start, end)
        if found is not None and found.p <= level and place < end:
            held.append((Change(start + found.place, start, end, found), level))
    return held


def _likeliest(tables: npt.NDArray[np.generic], ratios: Ratios) -> "_Likeliest":
    at_dates, whole = ratios(tables[None].astype(np.float64))
    best = int(at_dates[0].argmax())
    ratio = float(at_dates[0, best])
    return _Likeliest(best + SHORTEST, ratio, max(0.0, float(whole[0]) - ratio))


@dataclass(frozen=True, slots=True)
class _Likeliest:
    """A place, its likelihood ratio, and what the periods differ beyond it."""

    place: int
    ratio: float
    rest: float


def _held_against(found: _Likeliest, largest: Floats, *, freedom: int, by_periods: bool) -> Scan:
    return Scan(
        place=found.place,
        p=(1 + int((largest >= found.ratio - _ROUNDING).sum())) / (1 + largest.size),
        ratio=found.ratio,
        limit=float(np.quantile(largest, 1 - ALPHA)),
        scatter=found.rest / freedom,
        by_periods=by_periods,
    )


def _dealt_periods(
    random: np.random.Generator, table: npt.NDArray[np.generic], ratios: Ratios, permutations: int
) -> Floats:
    """Return the largest ratio of each random order of the periods."""
    at_once = max(1, _CELLS_AT_ONCE // table.size)
    found = []
    for done in range(0, permutations, at_once):
        size = (min(at_once, permutations - done), len(table))
        order = np.argsort(random.random(size), axis=1)
        found.append(ratios(table[order].astype(np.float64))[0].max(axis=1))
    return np.concatenate(found)


def _dealt_votes(random: np.random.Generator, counts: Ints, permutations: int) -> tuple[Floats, Floats]:
    """Return the largest ratio of each dealing of the votes among periods of the same sizes, and what is left beyond it."""
    left = np.tile(counts.sum(axis=0), (permutations, 1))
    dealt = np.zeros((permutations, *counts.shape), dtype=np.int64)
    for place, size in enumerate(counts.sum(axis=1)):
        dealt[:, place] = _drawn(random, left, int(size))
        left -= dealt[:, place]
    at_dates, whole = _mix_ratios(dealt.astype(np.float64))
    largest = at_dates.max(axis=1)
    return largest, np.maximum(0.0, whole - largest)


def _drawn(random: np.random.Generator, left: Ints, size: int) -> Ints:
    """Return `size` votes drawn from each row of what is left, by code."""
    drawn = np.zeros_like(left)
    wanted = np.full(len(left), size, dtype=np.int64)
    others = left.sum(axis=1)
    for code in range(left.shape[1]):
        others = others - left[:, code]
        drawn[:, code] = random.hypergeometric(left[:, code], others, wanted)
        wanted -= drawn[:, code]
    return drawn


def _mix_ratios(tables: Floats) -> tuple[Floats, Floats]:
    """Return for tables x periods x codes the ratio at each date, and that of every period for itself."""
    before, after = _parted(tables)
    together = _log_likelihood(tables.sum(axis=1))
    at_dates = _log_likelihood(before) + _log_likelihood(after) - together[:, None]
    return 2 * at_dates, 2 * (_log_likelihood(tables).sum(axis=1) - together)


def _rate_ratios(tables: Floats) -> tuple[Floats, Floats]:
    """Return for tables x periods x (count, exposure) the ratio at each date, and that of every period for itself."""
    before, after = _parted(tables)
    together = _rate_likelihood(tables.sum(axis=1))
    at_dates = _rate_likelihood(before) + _rate_likelihood(after) - together[:, None]
    return 2 * at_dates, 2 * (_rate_likelihood(tables).sum(axis=1) - together)


def _parted(tables: Floats) -> tuple[Floats, Floats]:
    """Return the sums up to each date and those from it on."""
    upto = np.cumsum(tables, axis=1)
    before = upto[:, SHORTEST - 1 : tables.shape[1] - SHORTEST]
    return before, upto[:, -1:] - before


def _log_likelihood(counts: Floats) -> Floats:
    likelihood: Floats = _n_log_n(counts).sum(axis=-1) - _n_log_n(counts.sum(axis=-1))
    return likelihood


def _rate_likelihood(pairs: Floats) -> Floats:
    count, exposure = pairs[..., 0], pairs[..., 1]
    likelihood: Floats = _n_log_n(count) - count * np.log(exposure)
    return likelihood


def _n_log_n(counts: Floats) -> Floats:
    found: Floats = counts * np.log(np.maximum(counts, 1.0))
    return found
