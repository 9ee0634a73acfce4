"""How far two groups of ads differ in what they target, and whether chance alone would do it.

Jensen-Shannon divergence, base 2 (Lin 1991, IEEE Transactions on Information Theory 37, 145-151): 0 when the two
distributions of links over criteria are the same, 1 when they share nothing. A distance would be its square root.
Weighted Jaccard index of the same distributions (Ioffe 2010): 1 when they are the same, 0 when they share nothing.
Whole ads are permuted, because the criteria of one ad were chosen together; near-copies of one ad are one.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

PERMUTATIONS = 1999
SEED = 20240701
BAND = (5.0, 95.0)
DEALT = 4_000
"""Units that chance is dealt among at most; of more, so many are drawn."""

Counts = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

_CELLS_AT_ONCE = 200_000
"""So many that they stay in the cache."""
_ROUNDING = 1e-12


@dataclass(frozen=True, slots=True)
class Links:
    """Who has what: link i says that an ad of unit `units[i]` has criterion `criteria[i]`.

    A unit is what chance deals as one: an ad, or all near-copies of one. Units and criteria are numbered from 0. `later[j]`
    says that unit j belongs to the second group.
    """

    units: Counts
    criteria: Counts
    later: npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Shift:
    """What `compare` found. `band_lower` to `band_upper` is where chance alone leaves 90 % of the divergences.

    `jaccard` is the weighted Jaccard index, with its own p and band. `contributions` are bits for each criterion: above 0 for one that gained, below 0 for one that lost; their
    absolute values add up to `jsd`.
    """

    jsd: float
    p: float
    band_lower: float
    band_upper: float
    jaccard: float
    jaccard_p: float
    jaccard_lower: float
    jaccard_upper: float
    share_from: Floats
    share_to: Floats
    contributions: Floats


def divergence(first: npt.ArrayLike, second: npt.ArrayLike) -> float:
    """Return the Jensen-Shannon divergence in bits of two lists of counts over the same criteria."""
    return float(np.abs(contributions(first, second)).sum())


def contributions(first: npt.ArrayLike, second: npt.ArrayLike) -> Floats:
    """Return the bits that each criterion adds to the divergence, signed by whether its share grew."""
    before, after = _shares(first), _shares(second)
    middle = (before + after) / 2
    bits = (_information(before, middle) + _information(after, middle)) / 2
    return np.copysign(np.maximum(bits, 0.0), after - before)


def likeness(first: npt.ArrayLike, second: npt.ArrayLike) -> float:
    """Return the weighted Jaccard index of two lists of counts over the same criteria, as shares."""
    before, after = _shares(first), _shares(second)
    return float(np.minimum(before, after).sum() / np.maximum(before, after).sum())


def compare(links: Links, *, permutations: int = PERMUTATIONS, seed: int = SEED) -> Shift | None:
    """Compare the two groups; `None` when one of them has no link.

    p is (1 + permutations at least as far apart) / (1 + permutations).
    """
    n_criteria = int(links.criteria.max()) + 1 if links.criteria.size else 0
    is_later = links.later[links.units]
    before = np.bincount(links.criteria[~is_later], minlength=n_criteria)
    after = np.bincount(links.criteria[is_later], minlength=n_criteria)
    if not before.any() or not after.any():
        return None
    return _against(before, after, _permuted(links, before + after, permutations=permutations, seed=seed))


def drawn(units: Counts, *, most: int | None = None, seed: int = SEED) -> Counts:
    """Return the units that chance is dealt among, in their order: all, or at most so many (`DEALT`) drawn at random."""
    limit = DEALT if most is None else most
    if units.size <= limit:
        return units
    return np.sort(np.random.default_rng(seed).choice(units, limit, replace=False))


def compare_counts(
    before: Counts, after: Counts, dealt: Links, *, units: tuple[int, int], permutations: int = PERMUTATIONS
) -> Shift | None:
    """Compare counts of criteria in two groups of so many units, with chance dealt among some of them; see `compare`.

    Where `dealt` holds fewer units than there are, its divergences are scaled by the harmonic mean of their numbers:
    without a difference N times the divergence is distributed alike for every large N (a weighted chi-square). Distances
    of the Jaccard index go with the root of that.
    """
    some = int((~dealt.later).sum()), int(dealt.later.sum())
    if not before.any() or not after.any() or not all(some):
        return None
    both = np.bincount(dealt.criteria, minlength=before.size)
    divergences, distances = _permuted(dealt, both, permutations=permutations, seed=SEED)
    if some != units:
        scale = _harmonic(some) / _harmonic(units)
        divergences, distances = divergences * scale, distances * np.sqrt(scale)
    return _against(before, after, (divergences, distances))


def _harmonic(sizes: tuple[int, int]) -> float:
    return sizes[0] * sizes[1] / (sizes[0] + sizes[1])


def _against(before: Counts, after: Counts, chance: tuple[Floats, Floats]) -> Shift:
    """Return how far two groups are apart, held against the divergences and distances that chance gives."""
    bits = contributions(before, after)
    jsd = float(np.abs(bits).sum())
    divergences, distances = chance
    apart = _distance(likeness(before, after))
    lower, upper = np.percentile(divergences, BAND)
    nearest, farthest = np.percentile(distances, BAND)
    return Shift(
        jsd=jsd,
        p=_p(divergences, jsd),
        band_lower=float(lower),
        band_upper=float(upper),
        jaccard=_likeness(apart),
        jaccard_p=_p(distances, apart),
        jaccard_lower=_likeness(float(farthest)),
        jaccard_upper=_likeness(float(nearest)),
        share_from=_shares(before),
        share_to=_shares(after),
        contributions=bits,
    )


def _p(chance: Floats, found: float) -> float:
    return (1 + int((chance >= found - _ROUNDING).sum())) / (1 + chance.size)


def _distance(jaccard: float) -> float:
    """Return half the sum of absolute differences of two distributions, from their weighted Jaccard index."""
    return (1 - jaccard) / (1 + jaccard)


def _likeness(distance: float) -> float:
    """Return the weighted Jaccard index, from half the sum of absolute differences."""
    return (1 - distance) / (1 + distance)


def holm(ps: Sequence[float | None]) -> list[float | None]:
    """Return p values corrected for their number (Holm 1979); `None` stays `None` and is not counted."""
    known = sorted((p, place) for place, p in enumerate(ps) if p is not None)
    adjusted: list[float | None] = [None] * len(ps)
    highest = 0.0
    for rank, (p, place) in enumerate(known):
        highest = max(highest, min(1.0, p * (len(known) - rank)))
        adjusted[place] = highest
    return adjusted


def benjamini_hochberg(ps: Sequence[float | None]) -> list[float | None]:
    """Return p values corrected so that at most their level of the discoveries are false (Benjamini and Hochberg 1995).

    `None` stays `None` and is not counted.
    """
    known = sorted(((p, place) for place, p in enumerate(ps) if p is not None), reverse=True)
    adjusted: list[float | None] = [None] * len(ps)
    lowest = 1.0
    for larger, (p, place) in enumerate(known):
        lowest = min(lowest, p * len(known) / (len(known) - larger))
        adjusted[place] = lowest
    return adjusted


def _shares(counts: npt.ArrayLike) -> Floats:
    values: Floats = np.asarray(counts, dtype=np.float64)
    total = float(values.sum())
    if total <= 0:
        raise ValueError("a distribution needs at least one count above 0")
    return values / total


def _information(share: Floats, middle: Floats) -> Floats:
    present = share > 0
    ratio = np.divide(share, middle, out=np.ones_like(share), where=present)
    information: Floats = share * np.log2(ratio)
    return information


def _permuted(links: Links, both: Counts, *, permutations: int, seed: int) -> tuple[Floats, Floats]:
    """Return divergences and distances after dealing the units to two groups of as many units at random."""
    from scipy.sparse import csr_array

    random = np.random.default_rng(seed)
    present, rows = np.unique(links.criteria, return_inverse=True)
    n_units, n_later = links.later.size, int(links.later.sum())
    have = csr_array(
        (np.ones(rows.size, dtype=np.float32), (rows, links.units)), shape=(present.size, n_units)
    )
    at_once = max(1, min(permutations, _CELLS_AT_ONCE // max(n_units, present.size)))
    divergences, distances = [], []
    for done in range(0, permutations, at_once):
        columns = min(at_once, permutations - done)
        dealt = _deal(random, columns, n_units=n_units, n_later=n_later)
        after = (have @ dealt).astype(np.int64)
        divergences.append(_divergences(after, both[present]))
        distances.append(_distances(after, both[present]))
    return np.concatenate(divergences), np.concatenate(distances)


def _deal(
    random: np.random.Generator, columns: int, *, n_units: int, n_later: int
) -> npt.NDArray[np.float32]:
    """Return units x permutations: 1 where the unit is dealt to the second group, `n_later` in each column."""
    draw = random.random((columns, n_units))
    limit = np.partition(draw, n_later - 1, axis=1)[:, n_later - 1 : n_later]
    return np.ascontiguousarray((draw <= limit).T, dtype=np.float32)


def _divergences(after: Counts, both: Counts) -> Floats:
    """Return the divergence of each column of `after` from the rest of `both`, which has no 0; 1 where a group is empty.

    JSD = H(M) - (H(P) + H(Q)) / 2, and for counts c of total S: H = log2 S - sum(c log2 c) / S.
    """
    largest = int(both.max())
    c_log_c = np.zeros(largest + 1)
    c_log_c[1:] = np.arange(1, largest + 1) * np.log2(np.arange(1, largest + 1))
    before = both[:, None] - after
    n_after = after.sum(axis=0, dtype=np.float64)
    n_before = before.sum(axis=0, dtype=np.float64)
    empty = (n_after == 0) | (n_before == 0)
    n_after, n_before = np.maximum(n_after, 1), np.maximum(n_before, 1)
    middle, cells = after * (0.5 / n_after), before * (0.5 / n_before)
    middle += cells
    spread = -np.einsum("ij,ij->j", middle, np.log2(middle, out=cells))
    inside_after = np.log2(n_after) - np.take(c_log_c, after, out=cells, mode="clip").sum(axis=0) / n_after
    inside_before = (
        np.log2(n_before) - np.take(c_log_c, before, out=cells, mode="clip").sum(axis=0) / n_before
    )
    return np.where(empty, 1.0, np.maximum(spread - (inside_after + inside_before) / 2, 0.0))


def _distances(after: Counts, both: Counts) -> Floats:
    """Return half the sum of absolute differences of shares for each column of `after`; 1 where a group is empty."""
    n_after = after.sum(axis=0, dtype=np.float64)
    n_before = both.sum() - n_after
    empty = (n_after == 0) | (n_before == 0)
    n_after, n_before = np.maximum(n_after, 1), np.maximum(n_before, 1)
    apart = after * (1 / n_after + 1 / n_before)
    apart -= both[:, None] * (1 / n_before)
    distances: Floats = np.abs(apart, out=apart).sum(axis=0) / 2
    return np.where(empty, 1.0, distances)
