"""The trials that the methods are put to: each makes data with a known truth and says whether the method met it.

A trial of a false alarm says whether an alarm was raised where nothing had changed, one of power whether a change was
found, one of coverage whether the truth lay in the interval. `None` says that the method would not tell.
"""

from datetime import date

import numpy as np
import numpy.typing as npt

from tracker.analysis import (
    bursts,
    changepoints,
    crossfitting,
    effects,
    intervals,
    prevalence,
    reliability,
    shift,
    silence,
    synthetic,
)
from tracker.analysis.changepoints import ALPHA, Scan
from tracker.analysis.synthetic import MIX, Floats, Ints, Random
from tracker.analysis.votes import copies, said_anew

_DAYS = 30.0


def mix(
    random: Random, permutations: int, *, shares: tuple[Floats, ...], items: float, variance: float = 1.0
) -> bool | None:
    """Say whether a shift is called in votes of these shares."""
    counts = synthetic.votes(random, shares, items=items, variance=variance)
    return _alarm(changepoints.scan_mix(counts, permutations=permutations))


def mix_of_copies(
    random: Random,
    permutations: int,
    *,
    shares: tuple[Floats, ...],
    items: float,
    repeated: float,
    variance: float = 1.0,
) -> bool | None:
    """Count near-copies once a month as the finding does, then scan."""
    found = synthetic.bursts(random, shares, items=items, copies=repeated, variance=variance)
    days = np.array(
        [np.datetime64(date(2024 + month // 12, 1 + month % 12, 1)) for month in found.months.tolist()]
    )
    voting = said_anew(np.array(copies(found.texts), dtype=np.int64), days, "month")
    counts = np.zeros((len(shares), MIX.size), dtype=np.int64)
    np.add.at(counts, (found.months[voting], found.codes[voting]), 1)
    return _alarm(changepoints.scan_mix(counts, permutations=permutations))


def right_month(
    random: Random, permutations: int, *, shares: tuple[Floats, ...], items: float, place: int
) -> bool | None:
    """Say whether a shift is called within one period of where it is."""
    found = changepoints.scan_mix(synthetic.votes(random, shares, items=items), permutations=permutations)
    return None if found is None else found.p < ALPHA and abs(found.place - place) <= 1


def further_mix(
    random: Random, permutations: int, *, shares: tuple[Floats, ...], items: float, variance: float
) -> bool | None:
    """Say whether a second shift is called beside the one that there is."""
    counts = synthetic.votes(random, shares, items=items, variance=variance)

    def scan(start: int, end: int) -> Scan | None:
        return changepoints.scan_mix(counts[start:end], permutations=permutations)

    return len(changepoints.changes(len(counts), scan)) > 1


def page(random: Random, permutations: int, *, series: int, periods: int, items: float) -> bool | None:
    """Say whether any of several series that did not change is called a shift after the correction."""
    found = [
        changepoints.scan_mix(
            synthetic.votes(random, (MIX,) * periods, items=items), permutations=permutations
        )
        for _ in range(series)
    ]
    adjusted = shift.benjamini_hochberg([scan.p if scan else None for scan in found])
    return any(p is not None and p < ALPHA for p in adjusted)


def volume(random: Random, permutations: int, *, means: Floats, variance: float) -> bool | None:
    """Say whether a shift is called in counts of these means."""
    counts = synthetic.volumes(random, means, variance=variance)
    return _alarm(_scanned_volume(counts, permutations))


def further_volume(random: Random, permutations: int, *, means: Floats, variance: float) -> bool | None:
    """Say whether a second shift is called beside the one that there is."""
    counts = synthetic.volumes(random, means, variance=variance)

    def scan(start: int, end: int) -> Scan | None:
        return _scanned_volume(counts[start:end], permutations)

    return len(changepoints.changes(len(counts), scan)) > 1


def _scanned_volume(counts: Ints, permutations: int) -> Scan | None:
    return changepoints.scan_volume(counts, np.full(counts.size, _DAYS), permutations=permutations)


def _alarm(found: Scan | None) -> bool | None:
    return None if found is None else found.p < ALPHA


def targeting(
    random: Random,
    permutations: int,
    *,
    ads: int,
    swapped: bool,
    measure: str,
    repeated: int = 1,
    dealt: int = shift.DEALT,
) -> bool | None:
    """Say whether the targeting of two periods is called different."""
    found = _compared(random, permutations, ads=ads, swapped=swapped, repeated=repeated, dealt=dealt)
    if found is None:
        return None
    return (found.p if measure == "divergence" else found.jaccard_p) < ALPHA


def in_band(random: Random, permutations: int, *, ads: int) -> bool | None:
    """Say whether the divergence of two periods alike lies where chance leaves 90 % of them."""
    found = _compared(random, permutations, ads=ads, swapped=False, repeated=1, dealt=shift.DEALT)
    return None if found is None else found.band_lower <= found.jsd <= found.band_upper


def _compared(
    random: Random, permutations: int, *, ads: int, swapped: bool, repeated: int, dealt: int
) -> shift.Shift | None:
    """Compare two periods of so many ads as the finding does; each creative is shown `repeated` times with one targeting."""
    creatives = ads // repeated
    sides = [
        synthetic.targeting(random, ads=creatives),
        synthetic.targeting(random, ads=creatives, swapped=swapped),
    ]
    sets = [countries for side in sides for countries in side for _ in range(repeated)]
    leaders, unit_of = np.unique(
        copies(synthetic.texts(random, creatives=2 * creatives, repeated=repeated)), return_inverse=True
    )
    later = leaders >= creatives * repeated
    criteria, unit = np.concatenate(sets), np.repeat(unit_of, [countries.size for countries in sets])
    counts = [
        np.bincount(criteria[later[unit] == side], minlength=synthetic.COUNTRIES) for side in (False, True)
    ]
    drawn = shift.drawn(np.arange(leaders.size), most=dealt)
    kept = np.isin(unit, drawn)
    return shift.compare_counts(
        counts[0],
        counts[1],
        shift.Links(np.searchsorted(drawn, unit[kept]), criteria[kept], later[drawn]),
        units=(int((~later).sum()), int(later.sum())),
        permutations=permutations,
    )


def event(
    random: Random, permutations: int, *, shares: Floats, control: Floats, items: float, variance: float
) -> bool | None:
    """Compare an account with a control from the middle of the periods on."""
    sides = []
    for side in (shares, control):
        mixes = [np.array([1 - share, share]) for share in side.tolist()]
        counts = synthetic.votes(random, mixes, items=items, variance=variance)
        sides.append(effects.Group(counts[:, 1].astype(np.float64), counts.sum(axis=1).astype(np.float64)))
    after = np.arange(shares.size) >= shares.size // 2
    found = effects.of_share(sides[0], sides[1], after, permutations=permutations)
    return None if found is None else found.p < ALPHA


def event_in_volume(
    random: Random, permutations: int, *, means: Floats, control: Floats, variance: float
) -> bool | None:
    """Compare the items a day of an account with those of a control from the middle of the periods on."""
    sides = [
        effects.Group(
            synthetic.volumes(random, side, variance=variance).astype(np.float64), np.full(side.size, _DAYS)
        )
        for side in (means, control)
    ]
    after = np.arange(means.size) >= means.size // 2
    found = effects.of_volume(sides[0], sides[1], after, permutations=permutations)
    return None if found is None else found.p < ALPHA


def silent(random: Random, _permutations: int, *, mean: float, variance: float, stops: bool) -> bool | None:
    """Say whether a year of an account holds a silence; `stops` ends it after ten months, and asks for that day."""
    year = np.arange(np.datetime64("2024-01-01"), np.datetime64("2025-01-01")).tolist()
    counts = synthetic.volumes(random, np.full(len(year), mean), variance=variance).tolist()
    end = len(year) - 60 if stops else len(year)
    posts = dict(zip(year[:end], counts[:end], strict=True))
    found = list(silence.silences({day: n for day, n in posts.items() if n}, set(year)))
    last = max(day for day, n in posts.items() if n)
    return any(one.first > last and not one.ended for one in found) if stops else bool(found)


def burst(random: Random, _permutations: int, *, mean: float, variance: float, times: float) -> bool | None:
    """Say whether a day is called a burst; with `times` above 1 the middle one holds so many times the mean more."""
    counts = synthetic.volumes(random, np.full(84, mean), variance=variance)
    if times > 1:
        counts = counts + np.where(np.arange(84) == 42, round(mean * times), 0)
    found = bursts.held_against_others(counts, np.ones(84))
    if found is None:
        return None
    told = [p is not None and p < ALPHA for p in shift.benjamini_hochberg(found.p.tolist())]
    return told[42] if times > 1 else any(told)


def wilson(random: Random, _permutations: int) -> bool | None:
    """Say whether the interval holds a share of which some items are a sample."""
    share, n = random.uniform(0.05, 0.95), int(random.integers(12, 101))
    found = intervals.wilson(int(random.binomial(n, share)), n)
    return None if found is None else found.lower <= share <= found.upper


def sample(random: Random, _permutations: int, *, share: float) -> bool | None:
    """Estimate the share of a batch of 1,000 from 50 that are coded by hand."""
    truth = random.random(1000) < share
    coded = int(truth[:50].sum())
    found = prevalence.of_sample(coded, 50, 1000).interval
    return None if found is None else found.lower <= float(truth.mean()) <= found.upper


def with_model(random: Random, _permutations: int, *, share: float, unseen: float, coded: int) -> bool | None:
    """Estimate the share of a batch of 1,000 from a coded sample and the word of a model that may be wrong."""
    truth, said = synthetic.judged_by_machine(random, items=1000, share=share, unseen=unseen)
    found = prevalence.with_model(
        truth[:coded].tolist(), said[:coded].tolist(), float(said.mean()), 1000
    ).interval
    return None if found is None else found.lower <= float(truth.mean()) <= found.upper


def with_learnt(
    random: Random, _permutations: int, *, share: float, coded: int, chosen: int = 0, fitted: str = "across"
) -> bool | None:
    """Estimate the share of a batch of 1,000 from a coded sample and a model that learnt from this very sample.

    `chosen` are items that the model itself asked for, coded besides: it learns from them, and no share counts them. Fitted
    `within`, it speaks of what it learnt from: the mistake that judging by other folds avoids.
    """
    features, truth = synthetic.described(random, items=1000, share=share)
    fold = random.integers(0, crossfitting.FOLDS, 1000)
    known = np.arange(coded)
    said = _judged(features, truth, fold, known, fitted)
    if chosen:
        surest = np.abs(said - 0.5)
        surest[:coded] = 1
        known = np.concatenate([known, np.argsort(surest, kind="stable")[:chosen]])
        said = _judged(features, truth, fold, known, fitted)
    found = prevalence.with_model(
        truth[:coded].tolist(), said[:coded].tolist(), float(said.mean()), 1000
    ).interval
    return None if found is None else found.lower <= float(truth.mean()) <= found.upper


def _judged(features: Floats, truth: npt.NDArray[np.bool_], fold: Ints, known: Ints, fitted: str) -> Floats:
    """Return how likely each item carries the code, by what was learnt from the known ones."""
    given = truth[known, None]
    if fitted == "within":
        return crossfitting.fit(features[known], given).chances(features)[:, 0]
    lines = crossfitting.fit_folds(features[known], given, fold[known])
    return crossfitting.judged(features, fold, lines)[:, 0]


def alpha(
    random: Random, permutations: int, *, items: int, coders: int, accuracy: float, missing: float
) -> bool | None:
    """Say whether the interval holds the alpha of such coders."""
    codings, alpha = synthetic.codings(random, items=items, coders=coders, accuracy=accuracy, missing=missing)
    found = reliability.measure(codings, resamples=2 * permutations)
    return None if found.lower is None or found.upper is None else found.lower <= alpha <= found.upper
