"""Data with a known truth, to hold the methods against: mixes of codes, volumes, targeting, samples and codings.

Sizes are those of the accounts that are watched: a dozen ads a month to some dozens of posts.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tracker.analysis.reliability import Coded

Random = np.random.Generator
Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

MIX: Floats = np.array([0.60, 0.25, 0.15])
"""Shares of three codes; the third is the one that rises."""
RISEN: Floats = np.array([0.20, 0.10, 0.70])
COUNTRIES = 40
_VOCABULARY = np.array([f"word{number}" for number in range(4000)])
_WORDS = 14


@dataclass(frozen=True, slots=True)
class Burst:
    """Items of some months: of item i the month, the code and the text. Near-copies have one code and nearly one text."""

    months: Ints
    codes: Ints
    texts: tuple[str, ...]


def votes(random: Random, shares: Sequence[Floats], *, items: float, variance: float = 1.0) -> Ints:
    """Return votes of periods x codes. With `variance` above 1 each period has a mix of its own (Dirichlet).

    Then the variance of a count is about so many times that of independent items.
    """
    rows = [
        random.multinomial(random.poisson(items), _scattered(random, share, items, variance))
        for share in shares
    ]
    return np.array(rows, dtype=np.int64)


def bursts(
    random: Random, shares: Sequence[Floats], *, items: float, copies: float, variance: float = 1.0
) -> Burst:
    """Return about so many items a month that come as near-copies, `copies` of a creative in the mean (geometric).

    With `variance` above 1 months differ by themselves, as in `votes`; creatives are what counts there.
    """
    months, codes, texts = [], [], []
    for month, plain in enumerate(shares):
        share = _scattered(random, plain, items / copies, variance)
        for _ in range(random.poisson(items / copies)):
            code = int(random.choice(share.size, p=share))
            words = random.choice(_VOCABULARY, _WORDS)
            for copy in range(random.geometric(1 / copies)):
                months.append(month)
                codes.append(code)
                texts.append(f"{' '.join(words)} copy{copy}")
    return Burst(np.array(months, dtype=np.int64), np.array(codes, dtype=np.int64), tuple(texts))


def _scattered(random: Random, share: Floats, items: float, variance: float) -> Floats:
    """Return the mix of one period, around these shares where the variance is above that of chance."""
    return random.dirichlet(share * (items - variance) / (variance - 1)) if variance > 1 else share


def texts(random: Random, *, creatives: int, repeated: int) -> list[str]:
    """Return so many near-copies of each creative, one creative after another."""
    words = random.choice(_VOCABULARY, (creatives, _WORDS))
    return [f"{' '.join(row)} copy{copy}" for row in words for copy in range(repeated)]


def volumes(random: Random, means: Floats, *, variance: float) -> Ints:
    """Return a count for each mean: Poisson, or with a variance of so many times the mean (negative binomial)."""
    if variance <= 1:
        return random.poisson(means)
    return random.negative_binomial(means / (variance - 1), 1 / variance)


def targeting(random: Random, *, ads: int, swapped: bool = False) -> list[Ints]:
    """Return the countries that each ad targets, of 40 less and less popular; swapped, the first three are rare ones."""
    popular = 0.9 * 0.93 ** np.arange(COUNTRIES)
    if swapped:
        popular = popular.copy()
        popular[:3], popular[-3:] = popular[-3:].copy(), popular[:3].copy()
    chosen = random.random((ads, COUNTRIES)) < popular
    chosen[~chosen.any(axis=1), 0] = True
    return [np.flatnonzero(row) for row in chosen]


def judged_by_machine(
    random: Random, *, items: int, share: float, unseen: float
) -> tuple[npt.NDArray[np.bool_], Floats]:
    """Return what is true of each item, and the probability that a model gives it.

    The model takes a part `unseen` of the true ones for others: a new campaign that it did not learn from.
    """
    truth = random.random(items) < share
    seen = truth & (random.random(items) >= unseen)
    score = random.normal(np.where(seen, 1.5, -1.5), 1.0)
    return truth, 1 / (1 + np.exp(-1.5 * score))


def described(random: Random, *, items: int, share: float) -> tuple[Floats, npt.NDArray[np.bool_]]:
    """Return items x 40 features, and which items carry a code that the features tell with some error."""
    features = random.normal(size=(items, 40))
    direction = random.normal(size=40)
    score = features @ (2.5 * direction / np.linalg.norm(direction)) + random.logistic(size=items)
    return features, score > np.quantile(score, 1 - share)


def codings(
    random: Random, *, items: int, coders: int, accuracy: float, missing: float = 0.0
) -> tuple[list[Coded], float]:
    """Return codings of three codes, and the alpha of all such items.

    A coder sees the true code with the chance `accuracy` and else guesses by the shares of codes; so alpha is its square.
    """
    truth = random.choice(MIX.size, items, p=MIX)
    found = []
    for coder in range(coders):
        guesses = random.choice(MIX.size, items, p=MIX)
        given = np.where(random.random(items) < accuracy, truth, guesses)
        kept = random.random(items) >= missing
        found += [
            Coded(item, f"coder {coder}", f"code {given[item]}") for item in np.flatnonzero(kept).tolist()
        ]
    return found, accuracy**2
