"""Holds the methods of this package against data with a known truth, and what they promise against what they did.

A promise is broken when the simulation shows it: when an interval (Wilson) of the rate that was seen lies wholly on the wrong
side of it. Of many lines that are just as promised some stray by chance: the interval is so wide that in 95 of 100 runs
none of them is called broken (Bonferroni), and a line whose rate lies beyond its promise is tried `MORE` times as often. Every
line has its own random numbers, so that one does not move when another is added.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import NormalDist
from zlib import crc32

import numpy as np

from tracker.analysis.intervals import wilson
from tracker.analysis.promises import LINES, Line, Measure

SEED = 20240701
SURE = 0.95
MORE = 4


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
    z = NormalDist().inv_cdf(1 - (1 - SURE) / 2 / max(1, len(lines)))
    return [_held(line, effort, tick, seed, z) for line in lines]


def _held(line: Line, effort: Effort, tick: Callable[[str, int, int], None], seed: int, z: float) -> Held:
    name = f"{line.method}, {line.measure}: {line.data}"
    random = np.random.default_rng([seed, crc32(name.encode())])
    hits = told = done = 0
    wanted = effort.trials
    while done < wanted:
        found = line.trial(random, effort.permutations)
        told += found is not None
        hits += found is True
        done += 1
        tick(name, done, wanted)
        if done == effort.trials and told and not _kept(line, hits / told, hits / told):
            wanted = MORE * effort.trials
    seen, surely = wilson(hits, told), wilson(hits, told, z=z)
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
        untold=done - told,
        holds=surely is not None and _kept(line, surely.lower, surely.upper),
    )


def _kept(line: Line, lower: float, upper: float) -> bool:
    """Say whether a rate between these bounds may be one that was promised."""
    return (line.most is None or lower <= line.most) and (line.least is None or upper >= line.least)
