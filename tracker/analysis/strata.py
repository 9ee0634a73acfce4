"""A share from several random samples, each of its own part of the items: stratified, with an interval that says what is unknown.

The share is the mean of the parts' shares, weighted by how many items each part has; its variance the sum of the parts' variances,
each with the square of its weight and its finite population correction (Cochran 1977, Sampling Techniques, ch. 5). The interval is
Wilson's for as many items as would give that variance (Korn and Graubard 1998, Survey Methodology 24).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from tracker.analysis.intervals import Z95, Interval


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the items: how many there are, how many of them chance drew and people coded, and how many have the code."""

    n: int
    coded: int
    hits: int

    @property
    def share(self) -> float:
        """The share among those coded."""
        return self.hits / self.coded


def stratified(parts: Sequence[Part]) -> Interval:
    """Return the share in all parts together with its 95 % interval; every part has a coded item.

    A part with all or none of its few coded items is no part without variance: half an item is added to both sides of its share
    before that is told.
    """
    n = sum(part.n for part in parts)
    share = sum(part.n / n * part.share for part in parts)
    variance = sum((part.n / n) ** 2 * _variance(part) for part in parts)
    if variance == 0:
        return Interval(share, share, share)
    likely = sum(part.n / n * _near(part) for part in parts)
    worth = likely * (1 - likely) / variance
    spread = Z95 * Z95 / worth
    centre = (share + spread / 2) / (1 + spread)
    half = Z95 * math.sqrt(share * (1 - share) / worth + spread / (4 * worth)) / (1 + spread)
    return Interval(share, max(0.0, centre - half), min(1.0, centre + half))


def widened(interval: Interval, unknown: int, n: int) -> Interval:
    """Return the interval of `n` items of which nothing is known of some: it holds whatever these are.

    The share stays that of the others.
    """
    part = unknown / n
    return Interval(interval.share, (1 - part) * interval.lower, (1 - part) * interval.upper + part)


def _near(part: Part) -> float:
    """Return the share of a part, drawn away from 0 and 1 by half an item."""
    return part.share if part.coded == part.n else (part.hits + 0.5) / (part.coded + 1)


def _variance(part: Part) -> float:
    near = _near(part)
    return (1 - part.coded / part.n) * near * (1 - near) / max(1, part.coded - 1)
