"""The trials that the methods are put to: each makes data with a known truth and says whether the method met it.

A trial of a false alarm says whether an alarm was raised where nothing had changed, one of power whether a change was
found, one of coverage whether the truth lay in the interval. `None` says that the method would not tell.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Literal

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
    synthetic,
    votes,
)
from tracker.analysis.changepoints import ALPHA, Scan
from tracker.analysis.synthetic import MIX, RISEN, Floats, Ints, Random
from tracker.analysis.votes import said_anew

Measure = Literal["false alarms", "power", "coverage"]
Trial = Callable[[Random, int], bool | None]

MOST_FALSE_ALARMS = 0.05
COVERED = (0.92, 0.98)
_DAYS = 30.0


@dataclass(frozen=True, slots=True)
class Line:
    """A method on one kind of data, and what is promised of it: a rate of at least `least` and at most `most`."""

    method: str
    data: str
    measure: Measure
    least: float | None
    most: float | None
    trial: Trial


def _line(method: str, measure: Measure, data: str, trial: Trial, *, least: float | None = None) -> Line:
    if measure == "false alarms":
        return Line(method, data, measure, None, MOST_FALSE_ALARMS, trial)
    if measure == "coverage" and least is None:
        return Line(method, data, measure, *COVERED, trial)
    return Line(method, data, measure, least, None, trial)


def _mix(
    random: Random, permutations: int, *, shares: tuple[Floats, ...], items: float, variance: float = 1.0
) -> bool | None:
    counts = synthetic.votes(random, shares, items=items, variance=variance)
    return _alarm(changepoints.scan_mix(counts, permutations=permutations))


def _bursts(
    random: Random, permutations: int, *, shares: tuple[Floats, ...], items: float, copies: float
) -> bool | None:
    """Count near-copies once a month as the finding does, then scan."""
    found = synthetic.bursts(random, shares, items=items, copies=copies)
    days = np.array([np.datetime64(date(2024, 1 + month, 1)) for month in found.months.tolist()])
    voting = said_anew(np.array(votes.copies(found.texts), dtype=np.int64), days, "month")
    counts = np.zeros((len(shares), MIX.size), dtype=np.int64)
    np.add.at(counts, (found.months[voting], found.codes[voting]), 1)
    return _alarm(changepoints.scan_mix(counts, permutations=permutations))


def _right_month(
    random: Random, permutations: int, *, shares: tuple[Floats, ...], items: float, place: int
) -> bool | None:
    found = changepoints.scan_mix(synthetic.votes(random, shares, items=items), permutations=permutations)
    return None if found is None else found.p < ALPHA and abs(found.place - place) <= 1


def _further(
    random: Random, permutations: int, *, shares: tuple[Floats, ...], items: float, variance: float
) -> bool | None:
    counts = synthetic.votes(random, shares, items=items, variance=variance)

    def scan(start: int, end: int) -> Scan | None:
        return changepoints.scan_mix(counts[start:end], permutations=permutations)

    return len(changepoints.changes(len(counts), scan)) > 1


def _page(random: Random, permutations: int, *, series: int, periods: int, items: float) -> bool | None:
    """Say whether any of several series that did not change is called a shift after the correction."""
    found = [
        changepoints.scan_mix(
            synthetic.votes(random, (MIX,) * periods, items=items), permutations=permutations
        )
        for _ in range(series)
    ]
    adjusted = shift.benjamini_hochberg([scan.p if scan else None for scan in found])
    return any(p is not None and p < ALPHA for p in adjusted)


def _volume(random: Random, permutations: int, *, means: Floats, variance: float) -> bool | None:
    counts = synthetic.volumes(random, means, variance=variance)
    return _alarm(_scanned_volume(counts, permutations))


def _further_volume(random: Random, permutations: int, *, means: Floats, variance: float) -> bool | None:
    counts = synthetic.volumes(random, means, variance=variance)

    def scan(start: int, end: int) -> Scan | None:
        return _scanned_volume(counts[start:end], permutations)

    return len(changepoints.changes(len(counts), scan)) > 1


def _scanned_volume(counts: Ints, permutations: int) -> Scan | None:
    return changepoints.scan_volume(counts, np.full(counts.size, _DAYS), permutations=permutations)


def _alarm(found: Scan | None) -> bool | None:
    return None if found is None else found.p < ALPHA


def _targeting(
    random: Random, permutations: int, *, ads: int, swapped: bool, measure: str, copies: int = 1
) -> bool | None:
    found = _compared(random, permutations, ads=ads, swapped=swapped, repeated=copies)
    if found is None:
        return None
    return (found.p if measure == "divergence" else found.jaccard_p) < ALPHA


def _in_band(random: Random, permutations: int, *, ads: int) -> bool | None:
    found = _compared(random, permutations, ads=ads, swapped=False, repeated=1)
    return None if found is None else found.band_lower <= found.jsd <= found.band_upper


def _compared(
    random: Random, permutations: int, *, ads: int, swapped: bool, repeated: int
) -> shift.Shift | None:
    """Compare two periods of so many ads; each creative is shown `repeated` times with one targeting."""
    creatives = ads // repeated
    sides = [
        synthetic.targeting(random, ads=creatives),
        synthetic.targeting(random, ads=creatives, swapped=swapped),
    ]
    sets = [countries for side in sides for countries in side for _ in range(repeated)]
    texts = synthetic.texts(random, creatives=2 * creatives, repeated=repeated)
    leaders, unit = np.unique(votes.copies(texts), return_inverse=True)
    return shift.compare(
        shift.Links(
            units=np.repeat(unit, [countries.size for countries in sets]),
            criteria=np.concatenate(sets),
            later=leaders >= creatives * repeated,
        ),
        permutations=permutations,
    )


def _event(
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


def _burst(random: Random, _permutations: int, *, mean: float, variance: float, times: float) -> bool | None:
    """Say whether a day is called a burst; with `times` above 1 the middle one holds so many times the mean more."""
    counts = synthetic.volumes(random, np.full(84, mean), variance=variance)
    if times > 1:
        counts = counts + np.where(np.arange(84) == 42, round(mean * times), 0)
    found = bursts.held_against_others(counts, np.ones(84))
    if found is None:
        return None
    told = [p is not None and p < ALPHA for p in shift.benjamini_hochberg(found.p.tolist())]
    return told[42] if times > 1 else any(told)


def _wilson(random: Random, _permutations: int) -> bool | None:
    share, n = random.uniform(0.05, 0.95), int(random.integers(12, 101))
    found = intervals.wilson(int(random.binomial(n, share)), n)
    return None if found is None else found.lower <= share <= found.upper


def _sample(random: Random, _permutations: int, *, share: float) -> bool | None:
    """Estimate the share of a batch of 1,000 from 50 that are coded by hand."""
    truth = random.random(1000) < share
    coded = int(truth[:50].sum())
    found = prevalence.of_sample(coded, 50, 1000).interval
    return None if found is None else found.lower <= float(truth.mean()) <= found.upper


def _with_model(
    random: Random, _permutations: int, *, share: float, unseen: float, coded: int
) -> bool | None:
    """Estimate the share of a batch of 1,000 from a coded sample and the word of a model that may be wrong."""
    truth, said = synthetic.judged_by_machine(random, items=1000, share=share, unseen=unseen)
    found = prevalence.with_model(
        truth[:coded].tolist(), said[:coded].tolist(), float(said.mean()), 1000
    ).interval
    return None if found is None else found.lower <= float(truth.mean()) <= found.upper


def _with_learnt(
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


def _alpha(
    random: Random, permutations: int, *, items: int, coders: int, accuracy: float, missing: float
) -> bool | None:
    codings, alpha = synthetic.codings(random, items=items, coders=coders, accuracy=accuracy, missing=missing)
    found = reliability.measure(codings, resamples=2 * permutations)
    return None if found.lower is None or found.upper is None else found.lower <= alpha <= found.upper


_NINE, _TWO_YEARS = (MIX,) * 9, (MIX,) * 24
_JULY = (MIX,) * 6 + (RISEN,) * 3
_HALVES = (MIX,) * 12 + (RISEN,) * 12
_TOPICS, _VOLUME, _TARGETS = "topic shift", "volume shift", "targeting shift"
_EVENT, _BURSTS, _SHARES = "effect of an event", "bursts of volume", "share of items"
_STEP, _STILL = np.repeat([0.2, 0.5], 6), np.full(12, 0.2)

LINES: tuple[Line, ...] = (
    _line(_TOPICS, "false alarms", "9 months of 12 items", partial(_mix, shares=_NINE, items=12)),
    _line(_TOPICS, "false alarms", "9 months of 12 items, each text 2 times",
          partial(_bursts, shares=_NINE, items=12, copies=2)),
    _line(_TOPICS, "false alarms", "9 months of 24 items, each text 4 times",
          partial(_bursts, shares=_NINE, items=24, copies=4)),
    _line(_TOPICS, "false alarms", "9 months of 12 items, variance 3 times that of chance",
          partial(_mix, shares=_NINE, items=12, variance=3)),
    _line(_TOPICS, "false alarms", "24 months of 20 items, variance 3 times that of chance",
          partial(_mix, shares=_TWO_YEARS, items=20, variance=3)),
    _line(_TOPICS, "false alarms", "84 days of 10 items", partial(_mix, shares=(MIX,) * 84, items=10)),
    _line(_TOPICS, "false alarms", "a further change beside a real one, 24 months of 40 items",
          partial(_further, shares=_HALVES, items=40, variance=1)),
    _line(_TOPICS, "false alarms", "a further change beside a real one, variance 3 times that of chance",
          partial(_further, shares=_HALVES, items=20, variance=3)),
    _line(_TOPICS, "false alarms", "a page of 6 series, corrected (Benjamini and Hochberg)",
          partial(_page, series=6, periods=9, items=12)),
    _line(_TOPICS, "power", "15 to 70 % in the 7th of 9 months of 12 items",
          partial(_mix, shares=_JULY, items=12), least=0.8),
    _line(_TOPICS, "power", "the same, and the month right within one",
          partial(_right_month, shares=_JULY, items=12, place=6), least=0.75),
    _line(_TOPICS, "power", "the same, each text 2 times",
          partial(_bursts, shares=_JULY, items=12, copies=2), least=0.5),
    _line(_TOPICS, "power", "15 to 70 % after 12 of 24 months of 20 items, variance 3 times that of chance",
          partial(_mix, shares=_HALVES, items=20, variance=3), least=0.9),
    _line(_VOLUME, "false alarms", "24 months of 30 items", partial(_volume, means=np.full(24, 30.0), variance=1)),
    _line(_VOLUME, "false alarms", "24 months of 30 items, variance 3 times the mean",
          partial(_volume, means=np.full(24, 30.0), variance=3)),
    _line(_VOLUME, "false alarms", "a further change beside a real one, variance 3 times the mean",
          partial(_further_volume, means=np.repeat([10.0, 30.0], 12), variance=3)),
    _line(_VOLUME, "power", "3 times as many from the 7th of 9 months of 12, variance 3 times the mean",
          partial(_volume, means=np.repeat([12.0, 36.0], [6, 3]), variance=3), least=0.5),
    _line(_TARGETS, "false alarms", "divergence, 12 ads a period",
          partial(_targeting, ads=12, swapped=False, measure="divergence")),
    _line(_TARGETS, "false alarms", "weighted Jaccard index, 12 ads a period",
          partial(_targeting, ads=12, swapped=False, measure="jaccard")),
    _line(_TARGETS, "false alarms", "divergence, 40 ads a period, each shown 2 times",
          partial(_targeting, ads=40, swapped=False, measure="divergence", copies=2)),
    _line(_TARGETS, "false alarms", "divergence, 40 ads a period, each shown 4 times",
          partial(_targeting, ads=40, swapped=False, measure="divergence", copies=4)),
    _line(_TARGETS, "power", "divergence, the 3 top countries swapped for rare ones, 12 ads a period",
          partial(_targeting, ads=12, swapped=True, measure="divergence"), least=0.9),
    _line(_TARGETS, "power", "weighted Jaccard index, the same",
          partial(_targeting, ads=12, swapped=True, measure="jaccard"), least=0.9),
    Line(_TARGETS, "no-change band of the divergence, 12 ads a period (90 %)", "coverage", 0.87, 0.93,
         partial(_in_band, ads=12)),
    _line(_EVENT, "false alarms", "12 months of 20 items, nothing changed, variance 3 times that of chance",
          partial(_event, shares=_STILL, control=_STILL, items=20, variance=3)),
    _line(_EVENT, "false alarms", "12 months of 20 items, 20 to 50 % for the account and for the control",
          partial(_event, shares=_STEP, control=_STEP, items=20, variance=1)),
    _line(_EVENT, "power", "12 months of 20 items, 20 to 50 % for the account only",
          partial(_event, shares=_STEP, control=_STILL, items=20, variance=1), least=0.8),
    _line(_BURSTS, "false alarms", "any of 84 days of 10 items", partial(_burst, mean=10, variance=1, times=1)),
    _line(_BURSTS, "false alarms", "any of 84 days of 10 items, variance 3 times the mean",
          partial(_burst, mean=10, variance=3, times=1)),
    _line(_BURSTS, "power", "a day with 6 times as many, variance 3 times the mean",
          partial(_burst, mean=10, variance=3, times=5), least=0.9),
    _line(_SHARES, "coverage", "Wilson interval, 12 to 100 items, shares of 5 to 95 %", _wilson),
    _line(_SHARES, "coverage", "50 coded of 1,000, a true share of 15 %", partial(_sample, share=0.15)),
    _line(_SHARES, "coverage", "50 coded of 1,000 and a model, a true share of 70 %",
          partial(_with_model, share=0.7, unseen=0.0, coded=50)),
    _line(_SHARES, "coverage", "the same, the model takes half of these for others",
          partial(_with_model, share=0.7, unseen=0.5, coded=50)),
    _line(_SHARES, "coverage", "100 coded of 1,000, a true share of 15 %, the model takes half of these for others",
          partial(_with_model, share=0.15, unseen=0.5, coded=100)),
    _line(_SHARES, "coverage", "100 coded of 1,000 and a model that learnt from these, a true share of 15 %",
          partial(_with_learnt, share=0.15, coded=100)),
    _line(_SHARES, "coverage", "the same, and from 60 more that it chose itself, a true share of 30 %",
          partial(_with_learnt, share=0.3, coded=100, chosen=60)),
    _line("reliability", "coverage", "alpha of 2 coders, 100 items, true alpha 0.72",
          partial(_alpha, items=100, coders=2, accuracy=0.85, missing=0.0)),
    _line("reliability", "coverage", "alpha of 3 coders, 100 items, a fifth missing, true alpha 0.49",
          partial(_alpha, items=100, coders=3, accuracy=0.7, missing=0.2)),
)  # fmt: skip
