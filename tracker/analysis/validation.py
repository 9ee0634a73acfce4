"""Holds the methods of this package against data with a known truth, and what they promise against what they did.

A promise is broken when the simulation shows it: when the 95 % interval (Wilson) of the rate that was seen lies wholly on the
wrong side of it. Every line has its own random numbers, so that one does not move when another is added.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from zlib import crc32

import numpy as np

from tracker.analysis.intervals import wilson
from tracker.analysis.trials import LINES, Line, Measure

SEED = 20240701


@dataclass(frozen=True, slots=True)
class Effort:
    """How often each trial is made, and with how many dealings or draws the methods say how chance would do."""

    trials: int
    permutations: int


FULL, QUICK = Effort(1000, 499), Effort(400, 199)


@dataclass(frozen=True, slots=True)
class Held:
    """What became of a line: its rate with a 95 % interval, out of so many trials in which the method told something.

    `rate` is `None` where it never did. `holds` says that the simulation does not show the promise to be broken.
    """

    method: str
    data: str
    measure: Measure
    least: float | None
    most: float | None
    rate: float | None
    lower: float | None
    upper: float | None
    trials: int
    untold: int
    holds: bool


def validate(
    effort: Effort, *, tick: Callable[[str, int, int], None], lines: Sequence[Line] = LINES, seed: int = SEED
) -> list[Held]:
    """Put every line to its trials; `tick` is told the line, the trials done, and how many there are."""
    return [_held(line, effort, tick, seed) for line in lines]


def _held(line: Line, effort: Effort, tick: Callable[[str, int, int], None], seed: int) -> Held:
    name = f"{line.method}, {line.measure}: {line.data}"
    random = np.random.default_rng([seed, crc32(name.encode())])
    hits = told = 0
    for done in range(effort.trials):
        found = line.trial(random, effort.permutations)
        told += found is not None
        hits += found is True
        tick(name, done + 1, effort.trials)
    seen = wilson(hits, told)
    return Held(
        method=line.method,
        data=line.data,
        measure=line.measure,
        least=line.least,
        most=line.most,
        rate=seen.share if seen else None,
        lower=seen.lower if seen else None,
        upper=seen.upper if seen else None,
        trials=told,
        untold=effort.trials - told,
        holds=seen is not None
        and (line.most is None or seen.lower <= line.most)
        and (line.least is None or seen.upper >= line.least),
    )
