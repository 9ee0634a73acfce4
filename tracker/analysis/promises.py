"""What is promised of each method, and the data that it is put to: the lines of the validation."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Literal

import numpy as np

from tracker.analysis import trials
from tracker.analysis.synthetic import MIX, RISEN, Random

Measure = Literal["false alarms", "power", "coverage"]
Trial = Callable[[Random, int], bool | None]

MOST_FALSE_ALARMS = 0.05
COVERED = (0.92, 0.98)


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


_NINE, _TWO_YEARS = (MIX,) * 9, (MIX,) * 24
_JULY = (MIX,) * 6 + (RISEN,) * 3
_HALVES = (MIX,) * 12 + (RISEN,) * 12
_TOPICS, _VOLUME, _TARGETS = "topic shift", "volume shift", "targeting shift"
_EVENT, _BURSTS, _SHARES = "effect of an event", "bursts of volume", "share of items"
_SILENCE = "silence"
_STEP, _STILL = np.repeat([0.2, 0.5], 6), np.full(12, 0.2)
_FEW, _TRIPLED = np.full(12, 30.0), np.repeat([30.0, 90.0], 6)

LINES: tuple[Line, ...] = (
    _line(_TOPICS, "false alarms", "9 months of 12 items", partial(trials.mix, shares=_NINE, items=12)),
    _line(_TOPICS, "false alarms", "9 months of 12 items, each text 2 times",
          partial(trials.mix_of_copies, shares=_NINE, items=12, repeated=2)),
    _line(_TOPICS, "false alarms", "9 months of 24 items, each text 4 times",
          partial(trials.mix_of_copies, shares=_NINE, items=24, repeated=4)),
    _line(_TOPICS, "false alarms", "9 months of 12 items, variance 3 times that of chance",
          partial(trials.mix, shares=_NINE, items=12, variance=3)),
    _line(_TOPICS, "false alarms", "24 months of 20 items, variance 3 times that of chance",
          partial(trials.mix, shares=_TWO_YEARS, items=20, variance=3)),
    _line(_TOPICS, "false alarms", "24 months of 48 items, each text 2 times, variance 3 times that of chance",
          partial(trials.mix_of_copies, shares=_TWO_YEARS, items=48, repeated=2, variance=3)),
    _line(_TOPICS, "false alarms", "84 days of 10 items", partial(trials.mix, shares=(MIX,) * 84, items=10)),
    _line(_TOPICS, "false alarms", "a further change beside a real one, 24 months of 40 items",
          partial(trials.further_mix, shares=_HALVES, items=40, variance=1)),
    _line(_TOPICS, "false alarms", "a further change beside a real one, variance 3 times that of chance",
          partial(trials.further_mix, shares=_HALVES, items=20, variance=3)),
    _line(_TOPICS, "false alarms", "a page of 6 series, corrected (Benjamini and Hochberg)",
          partial(trials.page, series=6, periods=9, items=12)),
    _line(_TOPICS, "power", "15 to 70 % in the 7th of 9 months of 12 items",
          partial(trials.mix, shares=_JULY, items=12), least=0.8),
    _line(_TOPICS, "power", "the same, and the month right within one",
          partial(trials.right_month, shares=_JULY, items=12, place=6), least=0.75),
    _line(_TOPICS, "power", "the same, each text 2 times",
          partial(trials.mix_of_copies, shares=_JULY, items=12, repeated=2), least=0.5),
    _line(_TOPICS, "power", "15 to 70 % after 12 of 24 months of 20 items, variance 3 times that of chance",
          partial(trials.mix, shares=_HALVES, items=20, variance=3), least=0.9),
    _line(_VOLUME, "false alarms", "24 months of 30 items", partial(trials.volume, means=np.full(24, 30.0), variance=1)),
    _line(_VOLUME, "false alarms", "24 months of 30 items, variance 3 times the mean",
          partial(trials.volume, means=np.full(24, 30.0), variance=3)),
    _line(_VOLUME, "false alarms", "a further change beside a real one, variance 3 times the mean",
          partial(trials.further_volume, means=np.repeat([10.0, 30.0], 12), variance=3)),
    _line(_VOLUME, "power", "3 times as many from the 7th of 9 months of 12, variance 3 times the mean",
          partial(trials.volume, means=np.repeat([12.0, 36.0], [6, 3]), variance=3), least=0.5),
    _line(_TARGETS, "false alarms", "divergence, 12 ads a period",
          partial(trials.targeting, ads=12, swapped=False, measure="divergence")),
    _line(_TARGETS, "false alarms", "weighted Jaccard index, 12 ads a period",
          partial(trials.targeting, ads=12, swapped=False, measure="jaccard")),
    _line(_TARGETS, "false alarms", "divergence, 40 ads a period, each shown 2 times",
          partial(trials.targeting, ads=40, swapped=False, measure="divergence", repeated=2)),
    _line(_TARGETS, "false alarms", "divergence, 40 ads a period, each shown 4 times",
          partial(trials.targeting, ads=40, swapped=False, measure="divergence", repeated=4)),
    _line(_TARGETS, "false alarms", "divergence, 400 ads a period, chance dealt among 300 of them",
          partial(trials.targeting, ads=400, swapped=False, measure="divergence", dealt=300)),
    _line(_TARGETS, "false alarms", "weighted Jaccard index, the same",
          partial(trials.targeting, ads=400, swapped=False, measure="jaccard", dealt=300)),
    _line(_TARGETS, "power", "divergence, the 3 top countries swapped for rare ones, 12 ads a period",
          partial(trials.targeting, ads=12, swapped=True, measure="divergence"), least=0.9),
    _line(_TARGETS, "power", "weighted Jaccard index, the same",
          partial(trials.targeting, ads=12, swapped=True, measure="jaccard"), least=0.9),
    Line(_TARGETS, "no-change band of the divergence, 12 ads a period (90 %)", "coverage", 0.87, 0.93,
         partial(trials.in_band, ads=12)),
    _line(_EVENT, "false alarms", "12 months of 20 items, nothing changed, variance 3 times that of chance",
          partial(trials.event, shares=_STILL, control=_STILL, items=20, variance=3)),
    _line(_EVENT, "false alarms", "12 months of 20 items, 20 to 50 % for the account and for the control",
          partial(trials.event, shares=_STEP, control=_STEP, items=20, variance=1)),
    _line(_EVENT, "power", "12 months of 20 items, 20 to 50 % for the account only",
          partial(trials.event, shares=_STEP, control=_STILL, items=20, variance=1), least=0.8),
    _line(_EVENT, "false alarms", "items a day of 12 months, nothing changed, variance 3 times the mean",
          partial(trials.event_in_volume, means=_FEW, control=_FEW, variance=3)),
    _line(_EVENT, "power", "3 times as many items a day for the account only, variance 3 times the mean",
          partial(trials.event_in_volume, means=_TRIPLED, control=_FEW, variance=3), least=0.8),
    _line(_BURSTS, "false alarms", "any of 84 days of 10 items", partial(trials.burst, mean=10, variance=1, times=1)),
    _line(_BURSTS, "false alarms", "any of 84 days of 10 items, variance 3 times the mean",
          partial(trials.burst, mean=10, variance=3, times=1)),
    _line(_BURSTS, "power", "a day with 6 times as many, variance 3 times the mean",
          partial(trials.burst, mean=10, variance=3, times=5), least=0.9),
    _line(_SILENCE, "false alarms", "a year of 2 posts a day, variance 3 times the mean",
          partial(trials.silent, mean=2, variance=3, stops=False)),
    _line(_SILENCE, "power", "an account of 2 posts a day that stops, told within 60 days",
          partial(trials.silent, mean=2, variance=3, stops=True), least=0.9),
    _line(_SHARES, "coverage", "Wilson interval, 12 to 100 items, shares of 5 to 95 %", trials.wilson),
    _line(_SHARES, "coverage", "50 coded of 1,000, a true share of 15 %", partial(trials.sample, share=0.15)),
    _line(_SHARES, "coverage", "50 coded of 1,000 and a model, a true share of 70 %",
          partial(trials.with_model, share=0.7, unseen=0.0, coded=50)),
    _line(_SHARES, "coverage", "the same, the model takes half of these for others",
          partial(trials.with_model, share=0.7, unseen=0.5, coded=50)),
    _line(_SHARES, "coverage", "100 coded of 1,000, a true share of 15 %, the model takes half of these for others",
          partial(trials.with_model, share=0.15, unseen=0.5, coded=100)),
    _line(_SHARES, "coverage", "100 coded of 1,000 and a model that learnt from these, a true share of 15 %",
          partial(trials.with_learnt, share=0.15, coded=100)),
    _line(_SHARES, "coverage", "the same, and from 60 more that it chose itself, a true share of 30 %",
          partial(trials.with_learnt, share=0.3, coded=100, chosen=60)),
    _line("reliability", "coverage", "alpha of 2 coders, 100 items, true alpha 0.72",
          partial(trials.alpha, items=100, coders=2, accuracy=0.85, missing=0.0)),
    _line("reliability", "coverage", "alpha of 3 coders, 100 items, a fifth missing, true alpha 0.49",
          partial(trials.alpha, items=100, coders=3, accuracy=0.7, missing=0.2)),
)  # fmt: skip
