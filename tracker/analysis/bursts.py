"""Which periods hold more than the others lead one to expect, by a null model that is stated.

The null model: counts of a period are gamma-Poisson (negative binomial) with the mean and the scatter of the `NEAREST` other
periods around it, longer periods having more. So days that differ by themselves are no bursts. Each period is held against
the others and never against itself.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

NEAREST = 56
FEWEST = 20
"""Under so many periods the scatter of the others is known too badly."""
WIDENED = 3
_LEAST_SCATTER = 1.0
_OUTSIDE = 0.025

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Expected:
    """What is expected of each period, how much the counts around it scatter (1: as chance alone), and p of as many or more.

    From `lower` to `upper` lie at least 95 of 100 periods by the null model, at most 2.5 % on either side of it.
    """

    mean: Floats
    scatter: Floats
    p: Floats
    lower: Ints
    upper: Ints


def held_against_others(counts: Ints, exposure: Floats) -> Expected | None:
    """Return what each period is expected to hold; `None` for fewer than `FEWEST` periods or where nothing was counted."""
    if len(counts) < FEWEST or not counts.any():
        return None
    mean, scatter, p = (np.empty(len(counts)) for _ in range(3))
    lower, upper = (np.empty(len(counts), dtype=np.int64) for _ in range(2))
    for place in range(len(counts)):
        others = _around(place, len(counts))
        mean[place], scatter[place] = _rhythm(counts[others], exposure[others], exposure[place])
        p[place] = _as_many(int(counts[place]), mean[place], scatter[place], others.size)
        rhythm = (float(mean[place]), float(scatter[place]), others.size)
        lower[place] = _first_at_most(1 - _OUTSIDE, *rhythm) - 1
        upper[place] = _first_at_most(_OUTSIDE, *rhythm) - 1
    return Expected(mean, scatter, p, np.maximum(0, lower), upper)


def _around(place: int, periods: int) -> Ints:
    """Return the nearest other periods."""
    others = np.delete(np.arange(periods), place)
    return others[np.argsort(np.abs(others - place), kind="stable")[:NEAREST]]


def _rhythm(counts: Ints, exposure: Floats, length: float) -> tuple[float, float]:
    """Return the expected count of a period of a length, and the variance over the mean (Pearson) of the others."""
    rate = float((counts.sum() + 0.5) / exposure.sum())
    expected = rate * exposure
    scatter = float(((counts - expected) ** 2 / expected).sum() / (counts.size - 1))
    return rate * length, max(_LEAST_SCATTER, scatter)


def _first_at_most(chance: float, mean: float, scatter: float, others: int) -> int:
    """Return the smallest count that a period reaches or exceeds with at most this chance."""
    low, high = 0, max(1, int(mean))
    while _as_many(high, mean, scatter, others) > chance:
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if _as_many(middle, mean, scatter, others) > chance else (low, middle)
    return high


def _as_many(count: int, mean: float, scatter: float, others: int) -> float:
    """Return how often a period holds as many or more; the scatter is widened because it is itself an estimate.

    With `others` periods an estimated variance is off by a share of about sqrt(2 / others): `WIDENED` such shares are added.
    With one, 9 % of unchanged series of small counts held a burst.
    """
    from scipy.special import betainc, gammainc  # only this test pays for it

    if count == 0:
        return 1.0
    wide = 1 + (scatter - 1) * (1 + WIDENED * np.sqrt(2 / others)) + 1 / others * scatter
    if wide <= 1 + 1e-9:
        return float(gammainc(count, mean))
    return float(betainc(count, mean / (wide - 1), 1 - 1 / wide))
