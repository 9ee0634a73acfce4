"""How far coders agree beyond chance: Krippendorff's alpha for nominal codes, with an interval.

Krippendorff (2019), Content Analysis, 4th edition, chapter 12: codings may be missing, and an item that fewer than two
coders coded says nothing. For the interval items are drawn again at random.
"""

from collections import Counter
from collections.abc import Hashable, Iterable, Mapping
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
_CELLS_AT_ONCE = 2_000_000

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
        """Say in a word what the codes are good for, by Krippendorff's limits.

        A few items that happen to agree are not reliable: the interval must lie above the lower limit as well.
        """
        if self.alpha is None:
            return "undefined"
        if self.alpha < LEAST_TENTATIVE:
            return "too unreliable to conclude from"
        certain = self.lower is not None and self.lower >= LEAST_TENTATIVE
        return "reliable" if certain and self.alpha >= LEAST_RELIABLE else "tentative"


def measure(codings: Iterable[Coded], *, resamples: int = RESAMPLES, seed: int = SEED) -> Reliability:
    """Return alpha of the codings of one variable, its interval, and plain agreement.

    Raises `ValueError` when a coder coded an item twice, or for more than `MOST_CODES` codes.
    """
    by_item = _by_item(codings)
    codes = {code for given in by_item.values() for code in given.values()}
    if len(codes) > MOST_CODES:
        raise ValueError(f"more than {MOST_CODES:,} different codes")
    coders = {coder for given in by_item.values() for coder in given}
    together = Counter(tuple(sorted(given.values())) for given in by_item.values() if len(given) > 1)
    found = Reliability(len(by_item), len(coders), len(codes), together.total())
    if not together:
        return replace(found, reason="no item was coded by two coders")
    patterns = _patterns(together)
    found = replace(found, agreement=_agreement(patterns))
    if len(patterns.starts) < 2:
        return replace(
            found, reason="only one code was given: alpha is undefined, however often coders agree"
        )
    alpha = float(_alphas(patterns, patterns.times[None, :])[0])
    lower, upper, reason = _interval(patterns, alpha, resamples=resamples, seed=seed)
    return replace(found, alpha=alpha, lower=lower, upper=upper, reason=reason)


@dataclass(frozen=True, slots=True)
class _Patterns:
    """What codes items were given together: how many items have each pattern, and how many coders gave each of its codes.

    `times`, `each` (coders of an item) and `pairs` (ordered pairs of coders who agree) stand for each pattern. Each code of a
    pattern is a cell: `places` is its pattern, `given` by how many coders. Cells stand in the order of codes, and `starts` says
    where each code begins.
    """

    times: Ints
    each: Ints
    pairs: Ints
    places: Ints
    given: Ints
    starts: Ints

    @property
    def totals(self) -> Ints:
        """How often each code was given."""
        found: Ints = np.add.reduceat(self.times[self.places] * self.given, self.starts)
        return found


def _by_item(codings: Iterable[Coded]) -> dict[Hashable, dict[str, str]]:
    """Return for each item the code of each coder."""
    found: dict[Hashable, dict[str, str]] = {}
    for coded in codings:
        given = found.setdefault(coded.item, {})
        if coded.coder in given:
            raise ValueError(f"coder {coded.coder!r} coded item {coded.item!r} twice")
        given[coded.coder] = coded.code
    return found


def _patterns(together: Mapping[tuple[str, ...], int]) -> _Patterns:
    """Return patterns in the order of their codes, so that random draws do not hang on the order of rows."""
    ordered = sorted(together)
    counted = [Counter(pattern) for pattern in ordered]
    cells = sorted((code, place, n) for place, codes in enumerate(counted) for code, n in codes.items())
    given = np.array([n for _, _, n in cells], dtype=np.int64)
    places = np.array([place for _, place, _ in cells], dtype=np.int64)
    starts = [at for at, (code, _, _) in enumerate(cells) if at == 0 or code != cells[at - 1][0]]
    return _Patterns(
        times=np.array([together[pattern] for pattern in ordered], dtype=np.int64),
        each=np.array([len(pattern) for pattern in ordered], dtype=np.int64),
        pairs=np.bincount(places, weights=given * (given - 1)).astype(np.int64),
        places=places,
        given=given,
        starts=np.array(starts, dtype=np.int64),
    )


def _agreement(patterns: _Patterns) -> float:
    each = patterns.each
    return float((patterns.times @ patterns.pairs) / (patterns.times @ (each * (each - 1))))


def _alphas(patterns: _Patterns, times: Ints) -> Floats:
    """Return alpha for each row of `times`, which says how often each pattern of codes occurs; NaN where undefined."""
    n = (times @ patterns.each).astype(np.float64)
    observed = n - times @ (patterns.pairs / (patterns.each - 1))
    totals = np.add.reduceat(times[:, patterns.places] * patterns.given, patterns.starts, axis=1)
    squares = (totals.astype(np.float64) ** 2).sum(axis=1)
    expected = (n * n - squares) / (n - 1)
    ratio: Floats = np.divide(observed, expected, out=np.full_like(n, np.nan), where=expected > 0)
    return 1 - ratio


def _interval(
    patterns: _Patterns, alpha: float, *, resamples: int, seed: int
) -> tuple[float | None, float | None, str | None]:
    """Return lower and upper bound, or why there are none.

    Items that all agree give draws that all agree. There the lower bound is the alpha at the largest share of
    disagreement that 2.5 % of such samples would miss (Clopper and Pearson 1934).
    """
    n_items = int(patterns.times.sum())
    if n_items < 2:
        return None, None, "one item was coded by two coders: too few for an interval"
    if alpha >= 1:
        totals = patterns.totals
        expected = 1 - float((totals * (totals - 1)).sum() / (totals.sum() * (totals.sum() - 1)))
        return 1 - (1 - _TAIL ** (1 / n_items)) / expected, 1.0, None
    alphas = _drawn_again(patterns, n_items, resamples=resamples, seed=seed)
    known = alphas[~np.isnan(alphas)]
    if known.size < (1 - _UNDEFINED_AT_MOST) * resamples:
        return None, None, "codes vary too little for an interval: many random draws hold one code only"
    lower, upper = np.quantile(known, (_TAIL, 1 - _TAIL))
    return min(float(lower), alpha), max(float(upper), alpha), None


def _drawn_again(patterns: _Patterns, n_items: int, *, resamples: int, seed: int) -> Floats:
    """Return alpha of items drawn again at random, as many as there are, a bounded number of draws at once."""
    random = np.random.default_rng(seed)
    at_once = max(1, _CELLS_AT_ONCE // patterns.places.size)
    found = []
    for done in range(0, resamples, at_once):
        size = min(at_once, resamples - done)
        found.append(_alphas(patterns, random.multinomial(n_items, patterns.times / n_items, size=size)))
    return np.concatenate(found)
