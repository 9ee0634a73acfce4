"""A scan finds a change where it is, keeps its promise of false alarms, and says nothing where nothing can be said."""

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.analysis import changepoints
from tracker.analysis.changepoints import Scan, changes, scan_mix, scan_volume
from tracker.analysis.shift import benjamini_hochberg

MIX = np.array([0.60, 0.25, 0.15])
MOVED = np.array([0.20, 0.10, 0.70])


def drawn(
    random: np.random.Generator, shares: Sequence[np.ndarray], *, n: int, scatter: float = 1.0
) -> np.ndarray:
    """Votes by period; with `scatter` above 1 each period has a mix of its own (Dirichlet), so that variances grow."""
    rows = []
    for share in shares:
        if scatter > 1:
            share = random.dirichlet(share * (n - scatter) / (scatter - 1))
        rows.append(random.multinomial(random.poisson(n), share))
    return np.array(rows)


def by_hand(counts: np.ndarray) -> tuple[int, float]:
    """The place and size of the largest multinomial likelihood ratio, written out."""

    def likelihood(rows: np.ndarray) -> float:
        sums = rows.sum(axis=0)
        return sum(n * np.log(n / sums.sum()) for n in sums if n)

    ratios = {
        place: 2 * (likelihood(counts[:place]) + likelihood(counts[place:]) - likelihood(counts))
        for place in range(2, len(counts) - 1)
    }
    best = max(ratios, key=lambda place: (round(ratios[place], 9), -place))
    return best, ratios[best]


@given(
    st.integers(4, 9).flatmap(
        lambda periods: st.lists(
            st.lists(st.integers(0, 30), min_size=3, max_size=3), min_size=periods, max_size=periods
        )
    )
)
def test_the_ratio_is_that_of_the_formula_written_out(rows: list[list[int]]) -> None:
    counts = np.array(rows)

    found = scan_mix(counts, permutations=9)

    if found is None:
        assert (counts.sum(axis=0) > 0).sum() < 2
    else:
        assert found.ratio == pytest.approx(by_hand(counts)[1], abs=1e-6)
        assert 0 < found.p <= 1


def test_a_plain_change_is_found_in_its_month_and_told_with_the_smallest_p() -> None:
    counts = np.array([[10, 2, 0]] * 6 + [[3, 2, 8]] * 3)

    found = scan_mix(counts)

    assert found is not None
    assert (found.place, found.p, found.by_periods) == (6, 1 / 2000, False)


def test_the_same_seed_gives_the_same_answer() -> None:
    counts = drawn(np.random.default_rng(4), [MIX] * 9, n=12)

    assert scan_mix(counts) == scan_mix(counts)
    assert scan_mix(counts) != scan_mix(counts, seed=3)


@pytest.mark.parametrize("counts", [[[5, 5]] * 3, [[5, 0]] * 9, [[0, 0]] * 9, [[0, 3]] * 9])
def test_too_few_periods_or_one_code_only_say_nothing(counts: list[list[int]]) -> None:
    assert scan_mix(np.array(counts)) is None


def test_too_few_periods_or_no_count_say_nothing_of_a_volume() -> None:
    assert scan_volume(np.array([5, 5, 90]), np.ones(3)) is None
    assert scan_volume(np.zeros(9, dtype=np.int64), np.ones(9)) is None


@pytest.mark.parametrize(
    ("periods", "n", "scatter"), [(9, 12, 1.0), (9, 12, 2.0), (24, 20, 1.0), (24, 20, 3.0)]
)
def test_without_a_change_alarms_stay_near_the_promise_also_where_periods_differ_by_themselves(
    periods: int, n: int, scatter: float
) -> None:
    random = np.random.default_rng(periods + int(scatter))

    found = [
        scan_mix(drawn(random, [MIX] * periods, n=n, scatter=scatter), permutations=199) for _ in range(200)
    ]

    assert np.mean([one.p <= 0.05 for one in found if one]) <= 0.05 + 2.5 * np.sqrt(0.05 * 0.95 / 200)


@pytest.mark.parametrize(("periods", "place"), [(9, 6), (24, 16)])
def test_a_change_from_15_to_70_percent_is_found_at_12_items_a_month(periods: int, place: int) -> None:
    random = np.random.default_rng(7)
    shares = [MIX] * place + [MOVED] * (periods - place)

    found = [scan_mix(drawn(random, shares, n=12), permutations=199) for _ in range(60)]

    assert np.mean([one.p <= 0.05 for one in found if one]) > 0.8
    assert np.mean([abs(one.place - place) <= 1 for one in found if one]) > 0.9


def test_several_changes_are_found_each_in_its_place() -> None:
    random = np.random.default_rng(3)
    counts = drawn(random, [MIX] * 5 + [MOVED] * 7 + [MIX] * 40, n=150)

    found = changes(52, lambda start, end: scan_mix(counts[start:end], permutations=499))

    assert [(change.place, change.start, change.end) for change in found] == [(5, 0, 12), (12, 5, 52)]


def test_no_more_than_the_promised_share_of_single_changes_is_told_as_two() -> None:
    random = np.random.default_rng(8)
    told = []
    for _ in range(300):
        counts = drawn(random, [MIX] * 15 + [MOVED] * 15, n=40)
        told.append(len(changes(30, lambda start, end, of=counts: scan_mix(of[start:end], permutations=199))))

    assert np.mean([count >= 1 for count in told]) == 1
    assert np.mean([count > 1 for count in told]) <= 0.05 + 1.96 * np.sqrt(0.05 * 0.95 / 300)


def test_the_sides_of_a_change_share_its_level() -> None:
    scans = {
        (0, 20): (10, 0.01),
        (0, 10): (5, 0.03),
        (10, 20): (5, 0.02),
        (0, 15): (10, 0.01),
    }

    def scan(start: int, end: int) -> Scan | None:
        place, p = scans.get((start, end), (2, 0.9))
        return Scan(place, p, 1.0, 1.0, 1.0, by_periods=True)

    assert [change.place for change in changes(20, scan)] == [10, 15]


def test_a_change_that_is_none_between_its_neighbours_is_dropped() -> None:
    ps = {
        (0, 20): (10, 0.01),
        (10, 20): (5, 0.01),
        (0, 10): (5, 0.9),
        (0, 15): (10, 0.4),
        (0, 20, 2): (10, 0.01),
    }

    def scan(start: int, end: int) -> Scan | None:
        place, p = ps.get((start, end), (2, 0.9))
        return Scan(place, p, 1.0, 1.0, 1.0, by_periods=True)

    assert [change.place for change in changes(20, scan)] == [10]


def test_volume_is_held_against_months_dealt_anew() -> None:
    random = np.random.default_rng(5)
    days = np.full(24, 30.0)

    def counts(mean: np.ndarray) -> np.ndarray:
        return random.negative_binomial(mean / 2, 1 / 3)  # variance 3 x the mean

    still = [scan_volume(counts(np.full(24, 30.0)), days, permutations=199) for _ in range(200)]
    tripled = [scan_volume(counts(np.repeat([10.0, 30.0], 12)), days, permutations=199) for _ in range(50)]

    assert np.mean([one.p <= 0.05 for one in still if one]) <= 0.09
    assert np.mean([one.p <= 0.05 for one in tripled if one]) > 0.9


def test_a_month_of_which_few_days_count_is_no_fall_in_volume() -> None:
    days = np.array([30.0] * 10 + [3.0, 3.0])

    found = scan_volume(np.array([30] * 10 + [3, 3]), days)

    assert found is not None
    assert found.ratio == pytest.approx(0.0, abs=1e-6)
    assert found.p == 1.0


def test_votes_are_dealt_as_drawing_without_putting_back() -> None:
    counts = np.array([[6, 0, 2], [0, 5, 1], [3, 3, 0], [1, 0, 3]])

    dealt_sums = []
    for seed in range(3):
        random = np.random.default_rng(seed)
        left = np.tile(counts.sum(axis=0), (4000, 1))
        first = changepoints._drawn(random, left, 8)
        dealt_sums.append(first)
        assert (first.sum(axis=1) == 8).all()
        assert (first <= left).all()
    together = np.concatenate(dealt_sums)
    expected = 8 * counts.sum(axis=0) / counts.sum()
    variance = expected * (1 - counts.sum(axis=0) / counts.sum()) * (24 - 8) / (24 - 1)
    assert together.mean(axis=0) == pytest.approx(expected, abs=0.05)
    assert together.var(axis=0) == pytest.approx(variance, rel=0.06)


@pytest.mark.parametrize(
    ("ps", "adjusted"),
    [
        ([0.01, 0.04, 0.03, 0.005], [0.02, 0.04, 0.04, 0.02]),
        ([0.2], [0.2]),
        ([0.03, None, 0.9], [0.06, None, 0.9]),
        ([], []),
        ([None], [None]),
    ],
)
def test_p_is_corrected_as_benjamini_and_hochberg_do(
    ps: list[float | None], adjusted: list[float | None]
) -> None:
    found = benjamini_hochberg(ps)

    assert found == [pytest.approx(one) if one is not None else None for one in adjusted]
