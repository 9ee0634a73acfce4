"""How far coders agree beyond chance: Krippendorff's alpha for nominal codes, with an interval.

Krippendorff (2019), Content Analysis, 4th edition, chapter 12: codings may be missing, and an item that fewer than two
coders coded says nothing. For the interval items are drawn again at random.
"""

from collections.abc import Hashable, Iterable
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

RESAMPLES = 1000
SEED = 20240701
LEAST_TENTATIVE, LEAST_RELIABLE = 0.667, 0.8
MOST_CODES = 1000
WHY_AGREEMENT_FLATTERS = (
    "Percent agreement flatters: coders who guess agree too, the more often the more unevenly codes occur. "
    "Alpha takes off what chance alone would give."
)
_UNDEFINED_AT_MOST = 0.05
_TAIL = 0.025

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Coded:
    """One code that one coder, a person or a model, gave to one item."""

    item: Hashable
    coder: str
    code: str


@dataclass(frozen=True, slots=True)
class Reliability:
    """What `measure` found; what is undefined is `None`, and `reason` says why.

    `items` and `coders` count all that occur, `compared` the items that two or more coders coded. `agreement` is the
    share of pairs of codings of one item that are the same; `lower` to `upper` is a 95 % interval of alpha.
    """

    items: int
    coders: int
    codes: int
    compared: int
    alpha: float | None = None
    lower: float | None = None
    upper: float | None = None
    agreement: float | None = None
    reason: str | None = None

    @property
    def verdict(self) -> str:
        """Say in a word what the codes are good for, by Krippendorff's limits."""
        if self.alpha is None:
            return "undefined"
        if self.alpha < LEAST_TENTATIVE:
            return "too unreliable to conclude from"
        return "tentative" if self.alpha < LEAST_RELIABLE else "reliable"


def measure(codings: Iterable[Coded], *, resamples: int = RESAMPLES, seed: int = SEED) -> Reliability:
    """Return alpha of the codings of one variable, its interval, and plain agreement.

    Raises `ValueError` when a coder coded an item twice, or for more than `MOST_CODES` codes.
    """
    counts, coders = _count(codings)
    compared = counts[counts.sum(axis=1) >= 2]
    found = Reliability(len(counts), coders, counts.shape[1], len(compared))
    if not len(compared):
        return replace(found, reason="no item was coded by two coders")
    found = replace(found, agreement=_agreement(compared))
    if np.count_nonzero(compared.any(axis=0)) < 2:
        return replace(
            found, reason="only one code was given: alpha is undefined, however often coders agree"
        )
    patterns, times = np.unique(compared, axis=0, return_counts=True)
    alpha = float(_alphas(patterns, times[None, :])[0])
    lower, upper, reason = _interval(patterns, times, alpha, resamples=resamples, seed=seed)
    return replace(found, alpha=alpha, lower=lower, upper=upper, reason=reason)


def _count(codings: Iterable[Coded]) -> tuple[Ints, int]:
    """Return items x codes, how many coders gave each code, and the number of coders."""
    items: dict[Hashable, int] = {}
    codes: dict[str, int] = {}
    seen: set[tuple[Hashable, str]] = set()
    places = []
    for coded in codings:
        if (coded.item, coded.coder) in seen:
            raise ValueError(f"coder {coded.coder!r} coded item {coded.item!r} twice")
        seen.add((coded.item, coded.coder))
        places.append((items.setdefault(coded.item, len(items)), codes.setdefault(coded.code, len(codes))))
        if len(codes) > MOST_CODES:
            raise ValueError(f"more than {MOST_CODES:,} different codes")
    counts = np.zeros((len(items), len(codes)), dtype=np.int64)
    if places:
        np.add.at(counts, tuple(np.array(places).T), 1)
    return counts, len({coder for _, coder in seen})


def _agreement(compared: Ints) -> float:
    each = compared.sum(axis=1)
    return float((compared * (compared - 1)).sum() / (each * (each - 1)).sum())


def _alphas(patterns: Ints, times: Ints) -> Floats:
    """Return alpha for each row of `times`, which says how often each pattern of codes occurs; NaN where undefined."""
    each = patterns.sum(axis=1)
    alike = (patterns * (patterns - 1)).sum(axis=1) / (each - 1)
    n = (times @ each).astype(np.float64)
    totals = (times @ patterns).astype(np.float64)
    observed = n - times @ alike
    expected = (n * n - (totals * totals).sum(axis=1)) / (n - 1)
    ratio: Floats = np.divide(observed, expected, out=np.full_like(n, np.nan), where=expected > 0)
    return 1 - ratio


def _interval(
    patterns: Ints, times: Ints, alpha: float, *, resamples: int, seed: int
) -> tuple[float | None, float | None, str | None]:
    """Return lower and upper bound, or why there are none.

    Items that all agree give draws that all agree. There the lower bound is the alpha at the largest share of
    disagreement that 2.5 % of such samples would miss (Clopper and Pearson 1934).
    """
    n_items = int(times.sum())
    if n_items < 2:
        return None, None, "one item was coded by two coders: too few for an interval"
    if alpha >= 1:
        totals = times @ patterns
        expected = 1 - float((totals * (totals - 1)).sum() / (totals.sum() * (totals.sum() - 1)))
        return 1 - (1 - _TAIL ** (1 / n_items)) / expected, 1.0, None
    drawn = np.random.default_rng(seed).multinomial(n_items, times / n_items, size=resamples)
    alphas = _alphas(patterns, drawn)
    known = alphas[~np.isnan(alphas)]
    if known.size < (1 - _UNDEFINED_AT_MOST) * resamples:
        return None, None, "codes vary too little for an interval: many random draws hold one code only"
    lower, upper = np.quantile(known, (_TAIL, 1 - _TAIL))
    return min(float(lower), alpha), max(float(upper), alpha), None
