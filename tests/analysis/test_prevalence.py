"""Shares from codings by hand cover the truth as often as promised; a machine's count is refused as a share."""

import numpy as np
import pytest

from tracker.analysis import prevalence
from tracker.analysis.intervals import wilson


def test_what_was_coded_in_full_is_exact_with_wilsons_interval() -> None:
    found = prevalence.in_full(70, 109)

    assert (found.measure, found.interval) == ("coded in full", wilson(70, 109))


def test_a_sample_of_all_items_is_all_items() -> None:
    assert prevalence.of_sample(7, 10, 10) == prevalence.in_full(7, 10)


def test_the_more_of_all_items_were_coded_the_narrower_the_interval() -> None:
    widths = [
        found.upper - found.lower
        for n in (60, 100, 10_000)
        if (found := prevalence.of_sample(25, 50, n).interval) is not None
    ]

    assert widths == sorted(widths)
    assert widths[0] < 0.6 * widths[2]


def batch(
    seed: int, *, truth: float = 0.7, seen: float = 1.0, n: int = 1000
) -> tuple[np.ndarray, np.ndarray]:
    """Items with and without the code, and a model that finds 85 of 100; of those that it never saw the like of, none."""
    draw = np.random.default_rng(seed)
    has = draw.random(n) < truth
    known = draw.random(n) < seen
    said = np.where(has & known, draw.random(n) < 0.85, draw.random(n) < 0.05)
    return has, said


@pytest.mark.parametrize(("truth", "seen"), [(0.7, 1.0), (0.7, 0.5), (0.15, 0.5), (0.05, 0.5)])
def test_the_difference_estimator_covers_the_truth_where_classify_and_count_does_not(
    truth: float, seen: float
) -> None:
    covered, counted, widths, plain = [], [], [], []
    for seed in range(400):
        has, said = batch(seed, truth=truth, seen=seen)
        sample = np.random.default_rng(seed + 10_000).choice(has.size, 80, replace=False)
        share = prevalence.with_model(
            has[sample].tolist(), said[sample].astype(float).tolist(), float(said.mean()), has.size
        )
        assert share.interval is not None
        covered.append(share.interval.lower <= has.mean() <= share.interval.upper)
        widths.append(share.interval.upper - share.interval.lower)
        alone = prevalence.of_sample(int(has[sample].sum()), 80, has.size).interval
        naive = wilson(int(said.sum()), has.size)
        assert alone is not None
        assert naive is not None
        plain.append(alone.upper - alone.lower)
        counted.append(naive.lower <= has.mean() <= naive.upper)

    assert 0.92 <= np.mean(covered) <= 0.99
    assert np.mean(counted) < 0.3
    if seen == 1:
        assert np.mean(widths) < 0.85 * np.mean(plain)


def test_a_model_that_says_nothing_changes_nothing() -> None:
    coded = [True] * 20 + [False] * 20

    found = prevalence.with_model(coded, [0.0] * 40, 0.0, 500)

    assert found == prevalence.of_sample(20, 40, 500)


def test_a_small_sample_speaks_without_a_model() -> None:
    found = prevalence.with_model([True, False] * 10, [1.0, 0.0] * 10, 0.5, 500)

    assert found.measure == "random sample"


def test_a_model_that_is_wrong_each_time_is_not_listened_to() -> None:
    coded = [True] * 20 + [False] * 20

    found = prevalence.with_model(coded, [0.0] * 20 + [1.0] * 20, 0.9, 500)

    assert found.interval is not None
    assert found.interval.share == pytest.approx(0.5)


def test_where_few_items_have_the_code_or_few_lack_it_the_sample_speaks_alone() -> None:
    for hits in (7, 33):
        found = prevalence.with_model(
            [True] * hits + [False] * (40 - hits), [1.0] * 20 + [0.0] * 20, 0.5, 500
        )

        assert found == prevalence.of_sample(hits, 40, 500)


def test_students_t_is_met_to_three_digits() -> None:
    assert [round(prevalence._student(freedom), 3) for freedom in (29, 60, 120)] == [2.045, 2.0, 1.98]


def test_a_machines_count_is_refused_as_a_share() -> None:
    refused = prevalence.counted_only("keywords v1")

    assert refused.interval is None
    assert refused.reason == "a count by keywords v1; no share until people coded all or a random sample"


@pytest.mark.parametrize("coded", [-1, 11])
def test_more_coded_than_there_are_is_no_sample(coded: int) -> None:
    with pytest.raises(ValueError, match="expected 0 to n"):
        prevalence.of_sample(0, coded, 10)
