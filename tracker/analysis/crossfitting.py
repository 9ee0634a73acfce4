"""Judges items by models that did not learn from them: each item lies in a fold, and its model learnt from the others.

A model says of what it learnt from what people said, and so hides its own mistakes there. A share that leans on such
words is wrong (in the simulation of `tracker validate` its 95 % interval holds the truth in 28 to 84 of 100), one that leans on
these is not: given what the other folds were said to be, the coded items of a fold are as random as the rest of it (cross-
fitting; Chernozhukov and others 2018; Zrnic and Candès 2024).
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from tracker.analysis.embedders import one_thread, prepared

FOLDS = 5
FEWEST_IN_OTHERS = 2
"""Items with a code, and without, that the other folds must hold for each fold: of fewer nothing is learnt."""

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Marks = npt.NDArray[np.bool_]
Singles = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Line:
    """A logistic regression for each of several variables: `weights` are variables x features, `bias` one for each."""

    weights: Singles
    bias: Singles

    def chances(self, matrix: Any) -> Floats:
        """Return rows x variables: how likely each is."""
        score = np.asarray(matrix @ self.weights.T, dtype=np.float64) + self.bias
        chance: Floats = 1 / (1 + np.exp(-np.clip(score, -500, 500)))
        return chance


def fold_of(text: str | None) -> int | None:
    """Return the fold of a text by its letters and digits alone, `None` for one without words.

    So a text lies where it lies before anybody codes it, and with every copy of itself that differs in addresses,
    handles, case and signs only.
    """
    words = prepared(text)
    if not words:
        return None
    letters = "".join(sign for sign in words.casefold() if sign.isalnum())
    digest = hashlib.blake2b(letters.encode("utf-8", "replace"), digest_size=8).digest()
    return int.from_bytes(digest, "big") % FOLDS


def learnable(given: Marks, fold: Ints) -> Marks:
    """Say of which columns of `given` (items x variables) every fold can learn from the others."""
    fits = np.ones(given.shape[1], dtype=np.bool_)
    for number in range(FOLDS):
        others = given[fold != number]
        hits = others.sum(axis=0)
        fits &= (hits >= FEWEST_IN_OTHERS) & (len(others) - hits >= FEWEST_IN_OTHERS)
    return fits


def fit(matrix: Any, given: Marks) -> Line:
    """Learn each column of `given` by itself from the rows of `matrix`; every column needs items of both kinds."""
    from sklearn.linear_model import LogisticRegression

    weights, bias = [], []
    for column in given.T:
        learnt = LogisticRegression(C=10, class_weight="balanced", max_iter=2000).fit(matrix, column)
        weights.append(learnt.coef_[0])
        bias.append(learnt.intercept_[0])
    width = matrix.shape[1]
    return Line(np.array(weights, dtype=np.float32).reshape(-1, width), np.array(bias, dtype=np.float32))


def fit_folds(matrix: Any, given: Marks, fold: Ints) -> list[Line]:
    """Return for each fold what was learnt from the items of all other folds."""
    with one_thread():
        return [fit(matrix[fold != number], given[fold != number]) for number in range(FOLDS)]


def judged(matrix: Any, fold: Ints, lines: Sequence[Line]) -> Floats:
    """Return items x variables: how likely each is, by the model that learnt nothing from the item's fold."""
    found = np.empty((matrix.shape[0], len(lines[0].bias)))
    for number, line in enumerate(lines):
        inside = np.flatnonzero(fold == number)
        found[inside] = line.chances(matrix[inside])
    return found
