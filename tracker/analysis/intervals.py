"""Intervals around shares."""

import math
from dataclasses import dataclass

Z95 = 1.959963984540054


@dataclass(frozen=True, slots=True)
class Interval:
    """A share and its lower and upper bound."""

    share: float
    lower: float
    upper: float


def wilson(hits: int, n: int, *, z: float = Z95) -> Interval | None:
    """Return the Wilson score interval of `hits` out of `n`; `None` when there is nothing to share.

    Wilson (1927), Journal of the American Statistical Association 22, 209-212.
    """
    if n <= 0:
        return None
    if not 0 <= hits <= n:
        raise ValueError(f"hits is {hits}, expected 0 to n = {n}")
    share = hits / n
    spread = z * z / n
    centre = (share + spread / 2) / (1 + spread)
    half = z * math.sqrt(share * (1 - share) / n + spread / (4 * n)) / (1 + spread)
    return Interval(
        share=share,
        lower=0.0 if hits == 0 else max(0.0, centre - half),
        upper=1.0 if hits == n else min(1.0, centre + half),
    )
