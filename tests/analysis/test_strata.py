"""Several samples together: the right share, an interval that covers it, and what is unknown said."""

import numpy as np
import pytest

from tracker.analysis import prevalence
from tracker.analysis.intervals import Interval
from tracker.analysis.strata import Part, stratified, widened

SIZES, DRAWN = (600, 120, 80), (40, 30, 25)


def draws(shares: tuple[float, ...], runs: int) -> tuple[list[Interval], float]:
    """Return the intervals of samples of parts with these shares, and the true share of all."""
    random = np.random.default_rng(1)
    hits = [round(size * share) for size, share in zip(SIZES, shares, strict=True)]
    found = []
    for _ in range(runs):
        parts = [
            Part(size, drawn, int(random.hypergeometric(good, size - good, drawn)))
            for size, good, drawn in zip(SIZES, hits, DRAWN, strict=True)
        ]
        found.append(stratified(parts))
    return found, sum(hits) / sum(SIZES)


@pytest.mark.parametrize("shares", [(0.2, 0.6, 0.9), (0.5, 0.5, 0.5), (0.05, 0.4, 0.02), (0.7, 0.1, 0.95)])
def test_the_interval_covers_the_true_share_as_often_as_it_says(shares: tuple[float, ...]) -> None:
    found, truth = draws(shares, 2000)

    covered = np.mean([one.lower <= truth <= one.upper for one in found])
    assert 0.93 <= covered <= 0.985
    assert np.mean([one.share for one in found]) == pytest.approx(truth, abs=0.01)


def test_samples_of_different_rates_are_weighted_and_not_put_together() -> None:
    rare, often = Part(900, 30, 3), Part(100, 50, 45)

    found = stratified([rare, often])

    assert found.share == pytest.approx(0.9 * 0.1 + 0.1 * 0.9)
    assert found.upper < 48 / 80


def test_one_part_is_what_a_simple_sample_is() -> None:
    simple = prevalence.of_sample(20, 50, 400).interval

    found = stratified([Part(400, 50, 20)])

    assert simple is not None
    assert (found.share, found.lower, found.upper) == (
        simple.share, pytest.approx(simple.lower, abs=0.01), pytest.approx(simple.upper, abs=0.01),
    )  # fmt: skip


def test_a_part_that_was_coded_whole_adds_no_doubt() -> None:
    half_known = stratified([Part(100, 100, 40), Part(100, 20, 8)])
    all_known = stratified([Part(100, 100, 40), Part(100, 100, 40)])

    assert (all_known.lower, all_known.upper) == (0.4, 0.4)
    assert half_known.upper - half_known.lower < 0.25


def test_of_what_nothing_is_known_the_interval_holds_whatever_it_is() -> None:
    found = widened(Interval(0.5, 0.4, 0.6), 20, 100)

    assert found == Interval(0.5, pytest.approx(0.32), pytest.approx(0.68))
