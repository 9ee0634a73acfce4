"""Shares of items with a code, from codings by hand: exact, from a random sample, or from a sample and a model together.

A model's count of its own suggestions is no share: in tests it covered the truth in 0 of 100 batches, because a new
campaign looks unlike what the model learnt. A random sample that people coded repairs that, and then a model narrows the
interval (the difference estimator; Angelopoulos, Duchi and Zrnic 2023, PPI++).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from tracker.analysis.intervals import Z95, Interval, wilson

FEWEST_FOR_A_MODEL, FEWEST_OF_A_KIND = 30, 8
"""Coded items, and those with and without the code, below which a model's word is left out: its error cannot be told yet."""

Measure = Literal[
    "coded in full", "random sample", "random sample and model", "stratified sample", "keyword count"
]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Share:
    """A share with its 95 % interval and how it was measured; without a share `reason` says why there is none."""

    measure: Measure
    interval: Interval | None = None
    reason: str | None = None


def in_full(hits: int, n: int) -> Share:
    """Return the share where people coded every one of `n` items; the interval is Wilson's.

    The share of these items is exact up to mistakes of coders; the interval is for what they stand for.
    """
    return Share("coded in full", wilson(hits, n))


def of_sample(hits: int, coded: int, n: int) -> Share:
    """Return the share in `n` items from a random sample of `coded` ones, `hits` of them with the code.

    Wilson's interval with the finite population correction: the more of all items were coded, the narrower.
    """
    _check(coded, n)
    if coded == n:
        return in_full(hits, n)
    corrected = coded * (n - 1) / (n - coded)
    found = wilson(hits, coded)
    return Share("random sample", None if found is None else _wilson_of(hits / coded, corrected))


def with_model(coded: Sequence[bool], said_of_coded: Sequence[float], said_of_all: float, n: int) -> Share:
    """Return the share in `n` items from a random sample that people coded and a model's word on every item.

    `coded` says of each sampled item whether people gave it the code; `said_of_coded` what the model says of the same
    items (a probability, or 1 and 0), `said_of_all` the mean of what it says of all. The sample alone decides where it
    is small, or holds few items of either kind, or the model says the same of every one. The model must not have learnt
    from the sample. The interval is Wilson's for as many items as the error of the estimate is worth: for rare codes
    one that is symmetric covers the truth in 89 to 93 of 100.
    """
    y, f = np.asarray(coded, dtype=np.float64), np.asarray(said_of_coded, dtype=np.float64)
    if y.size != f.size:
        raise ValueError(f"{y.size} codings and {f.size} predictions; expected one for each")
    _check(y.size, n)
    spread = float(f.var(ddof=1)) if y.size > 1 else 0.0
    few = y.size < FEWEST_FOR_A_MODEL or min(y.sum(), y.size - y.sum()) < FEWEST_OF_A_KIND
    if few or y.size == n or spread == 0:
        return of_sample(int(y.sum()), y.size, n)
    weight = min(1.0, max(0.0, float(np.cov(y, f, ddof=1)[0, 1]) / spread))
    rest = y - weight * f
    estimate = weight * said_of_all + float(rest.mean())
    error = math.sqrt((1 - y.size / n) * (float(rest.var(ddof=1)) + 0.5 / y.size) / y.size)
    share = _cut(estimate)
    worth = max(y.size, share * (1 - share) / error**2)
    return Share("random sample and model", _wilson_of(share, worth, z=_student(y.size - 1)))


def counted_only(by: str) -> Share:
    """Refuse the share that a machine's count would give: classify and count is none."""
    return Share(
        "keyword count", reason=f"a count by {by}; no share until people coded all or a random sample"
    )


def _wilson_of(share: float, n: float, *, z: float = Z95) -> Interval:
    """Return Wilson's interval of a share out of an effective number of items."""
    spread = z * z / n
    centre = (share + spread / 2) / (1 + spread)
    half = z * math.sqrt(share * (1 - share) / n + spread / (4 * n)) / (1 + spread)
    return Interval(
        share, 0.0 if share == 0 else _cut(centre - half), 1.0 if share == 1 else _cut(centre + half)
    )


def _student(freedom: int) -> float:
    """Return the 97.5 % point of Student's t: exact to four digits from 29 degrees of freedom on (Fisher and Cornish 1960)."""
    z = Z95
    return float(
        z
        + (z**3 + z) / (4 * freedom)
        + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * freedom**2)
        + (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / (384 * freedom**3)
    )


def _check(coded: int, n: int) -> None:
    if not 0 <= coded <= n:
        raise ValueError(f"{coded} items coded of {n}; expected 0 to n")


def _cut(share: float) -> float:
    return min(1.0, max(0.0, share))
