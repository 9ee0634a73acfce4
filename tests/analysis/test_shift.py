import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tracker.analysis import shift
from tracker.analysis.shift import Links, compare, contributions, divergence, likeness

COUNTS = st.integers(1, 12).flatmap(
    lambda size: st.tuples(
        *(st.lists(st.integers(0, 1000), min_size=size, max_size=size).filter(any) for _ in range(2))
    )
)


def literal_divergence(first: list[int], second: list[int]) -> float:
    """Lin (1991): the mean of the Kullback-Leibler divergences from the mean distribution, in bits."""
    total = 0.0
    for a, b in zip(first, second, strict=True):
        p, q = a / sum(first), b / sum(second)
        m = (p + q) / 2
        total += p / 2 * math.log2(p / m) if p else 0
        total += q / 2 * math.log2(q / m) if q else 0
    return total


def made(sets: list[list[int]], later: list[bool]) -> Links:
    pairs = [(ad, criterion) for ad, criteria in enumerate(sets) for criterion in criteria]
    return Links(
        units=np.array([ad for ad, _ in pairs], dtype=np.int64),
        criteria=np.array([criterion for _, criterion in pairs], dtype=np.int64),
        later=np.array(later, dtype=np.bool_),
    )


def drawn(random: np.random.Generator, *, ads: int, moved: float = 0.0) -> Links:
    later = np.arange(ads) % 2 == 1
    sets = [
        sorted(set((random.zipf(1.5, 4) % 30 + (10 if late and random.random() < moved else 0)).tolist()))
        for late in later
    ]
    return made(sets, later.tolist())


@given(COUNTS)
def test_the_divergence_is_that_of_the_literal_formula(counts: tuple[list[int], list[int]]) -> None:
    assert divergence(*counts) == pytest.approx(literal_divergence(*counts), abs=1e-12)


@given(COUNTS)
def test_the_divergence_is_symmetric_and_between_0_and_1(counts: tuple[list[int], list[int]]) -> None:
    there, back = divergence(*counts), divergence(counts[1], counts[0])

    assert there == pytest.approx(back, abs=1e-12)
    assert -1e-12 <= there <= 1 + 1e-12


@given(COUNTS, st.integers(1, 50))
def test_only_shares_matter_not_totals(counts: tuple[list[int], list[int]], times: int) -> None:
    more = [count * times for count in counts[1]]

    assert divergence(counts[0], more) == pytest.approx(divergence(*counts), abs=1e-12)


@given(COUNTS)
def test_contributions_add_up_and_bear_the_sign_of_the_change(counts: tuple[list[int], list[int]]) -> None:
    first, second = counts

    bits = contributions(first, second)

    assert float(np.abs(bits).sum()) == pytest.approx(literal_divergence(first, second), abs=1e-12)
    moved = np.array(second) / sum(second) - np.array(first) / sum(first)
    assert all(bit * change >= 0 for bit, change in zip(bits, moved, strict=True))


@pytest.mark.parametrize(
    ("first", "second", "bits"),
    [
        ([3, 1], [30, 10], 0.0),
        ([5, 0], [0, 9], 1.0),
        ([1, 1], [2, 0], 0.31127812445913283),
    ],
)
def test_the_divergence_of_known_pairs(first: list[int], second: list[int], bits: float) -> None:
    assert divergence(first, second) == pytest.approx(bits, abs=1e-12)


@given(COUNTS)
def test_the_likeness_is_the_weighted_jaccard_index_of_shares(counts: tuple[list[int], list[int]]) -> None:
    shares = [[count / sum(side) for count in side] for side in counts]
    pairs = list(zip(*shares, strict=True))

    found = likeness(*counts)

    assert found == pytest.approx(sum(map(min, pairs)) / sum(map(max, pairs)), abs=1e-12)


def test_the_likeness_is_held_against_the_same_dealings() -> None:
    same = compare(made([[0, 1]] * 6, [False, True] * 3), permutations=99)
    apart = compare(made([[0]] * 5 + [[1]] * 5, [False] * 5 + [True] * 5), permutations=999)

    assert same is not None
    assert apart is not None
    assert (same.jaccard, same.jaccard_p, same.jaccard_lower, same.jaccard_upper) == (1.0, 1.0, 1.0, 1.0)
    assert (apart.jaccard, apart.jaccard_p) == (0.0, apart.p)
    assert 0 < apart.jaccard_lower < apart.jaccard_upper <= 1
    assert apart.p == pytest.approx(2 / 252, abs=0.008)


def test_a_divergence_needs_something_on_both_sides() -> None:
    with pytest.raises(ValueError, match="at least one count"):
        divergence([0, 0], [1, 2])


def test_groups_that_share_nothing_are_one_bit_apart_and_p_counts_the_dealings_that_do_as_much() -> None:
    links = made([[0]] * 3 + [[1]] * 3, [False] * 3 + [True] * 3)

    found = compare(links, permutations=4999, seed=1)

    assert found is not None
    assert found.jsd == pytest.approx(1.0)
    assert found.p == pytest.approx(2 / 20, abs=0.015)
    assert found.contributions.tolist() == pytest.approx([-0.5, 0.5])
    assert (found.share_from.tolist(), found.share_to.tolist()) == ([1.0, 0.0], [0.0, 1.0])


def test_identical_ads_are_never_surprising() -> None:
    found = compare(made([[0, 1]] * 6, [False, True] * 3), permutations=99)

    assert found is not None
    assert (found.jsd, found.p, found.band_lower, found.band_upper) == (0.0, 1.0, 0.0, 0.0)


def test_a_group_without_criteria_cannot_be_compared() -> None:
    assert compare(made([[0], [1]], [False, False])) is None
    assert compare(made([], [])) is None


def test_the_same_seed_gives_the_same_answer_and_another_seed_nearly() -> None:
    links = drawn(np.random.default_rng(3), ads=40)

    first, again, other = compare(links), compare(links), compare(links, seed=8)

    assert first is not None
    assert again is not None
    assert other is not None
    assert (first.p, first.band_lower, first.band_upper) == (again.p, again.band_lower, again.band_upper)
    assert first.p != other.p
    assert first.p == pytest.approx(other.p, abs=0.05)


@settings(max_examples=30)
@given(
    st.lists(st.lists(st.integers(0, 8), max_size=5, unique=True), min_size=4, max_size=15), st.integers(0, 9)
)
def test_a_dealing_has_the_divergence_of_its_own_counts(sets: list[list[int]], seed: int) -> None:
    sets = [[0, *(criterion + 1 for criterion in criteria)] for criteria in sets]
    links = made(sets, [place % 2 == 0 for place in range(len(sets))])
    both = np.bincount(links.criteria)
    dealt = shift._deal(np.random.default_rng(seed), 5, n_units=len(sets), n_later=len(sets) // 2)
    after = np.array(
        [np.bincount(links.criteria, dealt[links.units, column], both.size) for column in range(5)]
    ).T
    present = both > 0

    found = shift._divergences(after[present].astype(np.int32), both[present])

    expected = [
        literal_divergence((both - column).astype(int).tolist(), column.tolist()) for column in after.T
    ]
    assert dealt.sum(axis=0).tolist() == [len(sets) // 2] * 5
    assert found.tolist() == pytest.approx(expected, abs=1e-9)


def test_without_a_change_p_is_spread_evenly_and_the_divergence_lies_in_the_band() -> None:
    random = np.random.default_rng(20)

    found = [compare(drawn(random, ads=24), permutations=199) for _ in range(200)]

    p = np.array([one.p for one in found if one])
    inside = [one.band_lower <= one.jsd <= one.band_upper for one in found if one]
    assert (p <= 0.05).mean() == pytest.approx(0.05, abs=0.04)
    assert (p <= 0.5).mean() == pytest.approx(0.5, abs=0.1)
    assert np.mean(inside) == pytest.approx(0.9, abs=0.06)


def test_a_real_change_is_found() -> None:
    found = compare(drawn(np.random.default_rng(5), ads=60, moved=0.8))

    assert found is not None
    assert found.p == pytest.approx(1 / 2000)
    assert found.jsd > found.band_upper


@pytest.mark.parametrize("moved", [False, True])
def test_chance_dealt_among_some_ads_says_what_it_says_among_all(
    monkeypatch: pytest.MonkeyPatch, moved: bool
) -> None:
    random = np.random.default_rng(3)
    n_ads, n_criteria = 8_000, 12
    later = np.arange(n_ads) >= 5_000
    criteria = random.integers(0, n_criteria, (n_ads, 3))
    criteria[later & (random.random(n_ads) < 0.1), 0] = 0 if moved else criteria[later, 0].max()
    pairs = np.unique(np.stack([np.repeat(np.arange(n_ads), 3), criteria.ravel()]), axis=1)
    whole = shift.Links(units=pairs[0], criteria=pairs[1], later=later)
    counts = [np.bincount(pairs[1][later[pairs[0]] == side], minlength=n_criteria) for side in (False, True)]
    monkeypatch.setattr(shift, "DEALT", 2_000)
    dealt = shift.drawn(np.arange(n_ads))
    kept = np.isin(pairs[0], dealt)
    some = shift.Links(
        units=np.searchsorted(dealt, pairs[0][kept]), criteria=pairs[1][kept], later=later[dealt]
    )

    exact = shift.compare(whole, permutations=499)
    drawn = shift.compare_counts(counts[0], counts[1], some, units=(5_000, 3_000), permutations=499)

    assert exact is not None
    assert drawn is not None
    assert (dealt.size, drawn.jsd) == (2_000, exact.jsd)
    assert drawn.band_upper == pytest.approx(exact.band_upper, rel=0.15)
    assert (drawn.p < 0.05) == (exact.p < 0.05)
