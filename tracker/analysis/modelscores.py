"""How well a model of codes meets what people said, on items that it did not learn from; code by code and by language."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from tracker.analysis.crossfitting import Floats, Ints, Marks
from tracker.analysis.topics import Level

_STEPS = np.round(np.arange(0.05, 0.96, 0.05), 2)

Variable = tuple[Level, str]
"""A code at a level: of `top` any code below it counts, of `fine` the code as given."""


@dataclass(frozen=True, slots=True)
class CodeScore:
    """How well one code was met in `items` items that people gave it: `precision`, `recall` and their F1.

    A probability of `threshold` and above suggests it; chosen on other folds than those that are scored.
    """

    level: Level
    code: str
    items: int
    f1: float
    precision: float | None
    recall: float | None
    threshold: float


@dataclass(frozen=True, slots=True)
class LanguageScore:
    """The mean F1 of the top-level codes that occur among `items` items, given or suggested; `None` where none does."""

    macro_f1: float | None
    items: int


@dataclass(frozen=True, slots=True)
class ModelScores:
    """The score over all items, of each code, and of the items of each language (`und`: not told)."""

    overall: LanguageScore
    by_code: tuple[CodeScore, ...]
    by_language: Mapping[str, LanguageScore]


def dealt(given: Marks, groups: Sequence[int], *, folds: int, seed: int) -> Ints:
    """Return a fold for each item so that every code is spread over all folds and no group is torn.

    A group (near-copies of one text) is dealt by the rarest code that it carries.
    """
    places: dict[int, list[int]] = {}
    for place, group in enumerate(groups):
        places.setdefault(group, []).append(place)
    times = given.sum(axis=0)
    rarest = {
        group: _rarest(np.logical_or.reduce(given[members], axis=0), times)
        for group, members in places.items()
    }
    shuffled = np.random.default_rng(seed).permutation(list(places)).tolist()
    fold = np.zeros(len(groups), dtype=np.int64)
    for turn, group in enumerate(sorted(shuffled, key=lambda one: rarest[one])):
        fold[places[group]] = turn % folds
    return fold


def thresholds(given: Marks, chance: Floats) -> Floats:
    """Return for each variable the probability from which on suggesting it gives the best F1; the middle of equals."""
    found = np.full(given.shape[1], 0.5)
    for place in range(given.shape[1]):
        scores = np.array([f1(given[:, place], chance[:, place] >= step) for step in _STEPS])
        best = _STEPS[np.flatnonzero(scores == scores.max())]
        found[place] = float(best[best.size // 2])
    return found


def scored(
    variables: Sequence[Variable], given: Marks, chance: Floats, fold: Ints, languages: Sequence[str | None]
) -> ModelScores:
    """Hold what was judged out of fold against what people said; a fold's thresholds are chosen on the others."""
    suggested = np.zeros_like(given)
    for number in np.unique(fold):
        inside = fold == number
        suggested[inside] = chance[inside] >= thresholds(given[~inside], chance[~inside])
    chosen = thresholds(given, chance)
    each = tuple(
        _code_score(variable, given[:, place], suggested[:, place], float(chosen[place]))
        for place, variable in enumerate(variables)
    )
    tops = np.flatnonzero([level == "top" for level, _ in variables])
    spoken = np.array([language or "und" for language in languages])
    return ModelScores(
        overall=macro(given[:, tops], suggested[:, tops]),
        by_code=each,
        by_language={
            str(language): macro(given[spoken == language][:, tops], suggested[spoken == language][:, tops])
            for language in np.unique(spoken)
        },
    )


def macro(given: Marks, suggested: Marks) -> LanguageScore:
    """Return the mean F1 of the columns that occur, given or suggested."""
    occur = np.flatnonzero(given.any(axis=0) | suggested.any(axis=0))
    scores = [f1(given[:, place], suggested[:, place]) for place in occur]
    return LanguageScore(float(np.mean(scores)) if scores else None, len(given))


def f1(given: Marks, suggested: Marks) -> float:
    """Return the F1 of one code, 0 where it was never met."""
    met, said = int((given & suggested).sum()), int(given.sum() + suggested.sum())
    return 2 * met / said if said else 0.0


def _code_score(variable: Variable, given: Marks, suggested: Marks, threshold: float) -> CodeScore:
    met, gave, said = int((given & suggested).sum()), int(given.sum()), int(suggested.sum())
    return CodeScore(
        *variable,
        items=gave,
        f1=f1(given, suggested),
        precision=met / said if said else None,
        recall=met / gave if gave else None,
        threshold=threshold,
    )


def _rarest(carries: Marks, times: Ints) -> int:
    """Return the place of the rarest code that is carried, -1 where none is."""
    places = np.flatnonzero(carries)
    return int(places[np.argmin(times[places])]) if places.size else -1
