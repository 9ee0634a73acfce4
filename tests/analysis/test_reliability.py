"""Alpha is that of Krippendorff's own worked examples, and what cannot be said is not said."""

import tracemalloc
from dataclasses import replace
from itertools import combinations

import krippendorff
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.analysis.reliability import Coded, measure

FOUR_BY_TWELVE = {
    "A": "1 2 3 3 2 1 4 1 2 . . .",
    "B": "1 2 3 3 2 2 4 1 2 5 . 3",
    "C": ". 3 3 3 2 3 4 2 2 5 1 .",
    "D": "1 2 3 3 2 4 4 1 2 5 1 .",
}
TWO_BY_TWELVE = {"A": "a a b b d c c c e d d a", "B": "b a b b b c c c e d d d"}
TWO_BY_TEN = {"A": "0 1 0 0 0 0 0 0 1 0", "B": "1 1 1 0 0 1 0 0 0 0"}


def coded(matrix: dict[str, str]) -> list[Coded]:
    return [
        Coded(item, coder, code)
        for coder, row in matrix.items()
        for item, code in enumerate(row.split(), 1)
        if code != "."
    ]


def by_hand(codings: list[Coded]) -> float:
    """Alpha from the pairs themselves: observed over expected disagreement, each pair weighted 1 / (m - 1)."""
    units: dict[object, list[str]] = {}
    for one in codings:
        units.setdefault(one.item, []).append(one.code)
    kept = [codes for codes in units.values() if len(codes) > 1]
    values = [code for codes in kept for code in codes]
    observed = sum(2 * sum(a != b for a, b in combinations(codes, 2)) / (len(codes) - 1) for codes in kept)
    expected = 2 * sum(a != b for a, b in combinations(values, 2)) / (len(values) - 1)
    return 1 - observed / expected


@pytest.mark.parametrize(
    ("matrix", "alpha"), [(FOUR_BY_TWELVE, 0.743), (TWO_BY_TWELVE, 0.692), (TWO_BY_TEN, 0.095)]
)
def test_alpha_is_that_of_the_published_examples(matrix: dict[str, str], alpha: float) -> None:
    found = measure(coded(matrix))

    assert found.alpha == pytest.approx(alpha, abs=0.0005)


def test_items_that_one_coder_coded_are_counted_but_not_compared() -> None:
    found = measure(coded(FOUR_BY_TWELVE))

    assert (found.items, found.compared, found.coders, found.codes) == (12, 11, 4, 5)
    assert found.agreement == pytest.approx(43 / 55)


@given(st.lists(st.lists(st.sampled_from("abc."), min_size=3, max_size=3), min_size=2, max_size=12))
def test_alpha_is_that_of_counting_every_pair(rows: list[list[str]]) -> None:
    codings = coded({f"coder {place}": " ".join(row[place] for row in rows) for place in range(3)})

    found = measure(codings, resamples=50)

    if found.alpha is not None:
        assert found.alpha == pytest.approx(by_hand(codings), abs=1e-9)
        assert found.lower is None or found.lower <= found.alpha <= (found.upper or 1.0) <= 1.0
    else:
        assert (found.lower, found.upper) == (None, None)
        assert found.reason


@pytest.mark.parametrize(
    ("matrix", "agreement", "reason"),
    [
        ({"A": "x x x x", "B": "x x x x"}, 1.0, "only one code was given"),
        ({"A": "x y . .", "B": ". . x y"}, None, "no item was coded by two coders"),
        ({"A": "x y x y"}, None, "no item was coded by two coders"),
        ({}, None, "no item was coded by two coders"),
        ({"A": "x x y", "B": "x x ."}, 1.0, "only one code was given"),
    ],
)
def test_what_is_undefined_is_nothing_with_a_reason_and_never_1(
    matrix: dict[str, str], agreement: float | None, reason: str
) -> None:
    found = measure(coded(matrix))

    assert (found.alpha, found.lower, found.upper, found.agreement) == (None, None, None, agreement)
    assert reason in (found.reason or "")
    assert found.verdict == "undefined"


def test_one_item_gives_alpha_but_no_interval() -> None:
    found = measure(coded({"A": "x", "B": "y"}))

    assert (found.alpha, found.lower, found.upper) == (0.0, None, None)
    assert "too few" in (found.reason or "")


def test_a_code_given_once_among_many_gives_no_interval() -> None:
    found = measure(coded({"A": "x " * 50 + "y", "B": "x " * 51}))

    assert found.alpha == pytest.approx(0.0)
    assert (found.lower, found.upper) == (None, None)
    assert "vary too little" in (found.reason or "")


def test_full_agreement_among_few_items_does_not_claim_certainty() -> None:
    few, many = (measure(coded({"A": "x y " * half, "B": "x y " * half})) for half in (5, 100))

    assert (few.alpha, few.upper, many.alpha) == (1.0, 1.0, 1.0)
    assert few.lower is not None
    assert many.lower is not None
    assert few.lower < 0.667 < 0.95 < many.lower


def test_the_interval_covers_the_alpha_of_the_coders_and_narrows_with_items() -> None:
    random = np.random.default_rng(1)

    def drawn(items: int) -> list[Coded]:
        truth = random.integers(0, 3, items)
        rows = {
            coder: " ".join(
                map(str, np.where(random.random(items) < 0.8, truth, random.integers(0, 3, items)))
            )
            for coder in "AB"
        }
        return coded(rows)

    expected = 0.8**2
    found = [measure(drawn(100), resamples=300) for _ in range(100)]
    inside = [one.lower <= expected <= one.upper for one in found if one.lower and one.upper]

    assert len(inside) == 100
    assert np.mean(inside) == pytest.approx(0.95, abs=0.06)
    assert np.mean([one.upper - one.lower for one in found if one.lower and one.upper]) == pytest.approx(
        0.24, abs=0.04
    )


def test_the_seed_decides_the_interval_and_nothing_else() -> None:
    codings = coded(FOUR_BY_TWELVE)

    first, again, other = measure(codings), measure(codings), measure(codings, seed=1)

    assert first == again
    assert (first.lower, first.upper) != (other.lower, other.upper)
    assert replace(first, lower=None, upper=None) == replace(other, lower=None, upper=None)


def test_the_interval_hangs_neither_on_the_order_of_rows_nor_on_the_names_of_items_and_coders() -> None:
    codings = coded(FOUR_BY_TWELVE)
    renamed = {"A": "Ana", "B": "Ben", "C": "Cai", "D": "Dia"}
    shuffled = [Coded(f"item {one.item}", renamed[one.coder], one.code) for one in codings]
    np.random.default_rng(3).shuffle(shuffled)  # type: ignore[arg-type]

    assert measure(shuffled) == measure(codings)


@given(st.lists(st.lists(st.sampled_from("abcd."), min_size=4, max_size=4), min_size=1, max_size=20))
def test_alpha_is_that_of_the_krippendorff_package(rows: list[list[str]]) -> None:
    codings = coded({f"coder {place}": " ".join(row[place] for row in rows) for place in range(4)})
    numbers = {"a": 1.0, "b": 2.0, "c": 3.0, "d": 4.0, ".": np.nan}

    found = measure(codings, resamples=2)

    if found.alpha is not None:
        data = np.array([[numbers[code] for code in row] for row in rows]).T
        assert found.alpha == pytest.approx(
            krippendorff.alpha(data, level_of_measurement="nominal"), abs=1e-12
        )


def test_many_codes_and_items_need_little_memory() -> None:
    codes = [str(place % 1000) for place in range(8_000)]
    codings = [
        Coded(item, coder, code)
        for item, code in enumerate(codes)
        for coder, code in (("A", code), ("B", code if item % 5 else "0"))
    ]
    tracemalloc.start()

    found = measure(codings, resamples=20)

    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert found.codes == 1000
    assert most < 100_000_000


def test_a_coder_who_codes_an_item_twice_is_refused() -> None:
    with pytest.raises(ValueError, match="coder 'A' coded item 1 twice"):
        measure([Coded(1, "A", "x"), Coded(1, "A", "x")])


@pytest.mark.parametrize(
    ("matrix", "verdict"),
    [
        (TWO_BY_TEN, "too unreliable to conclude from"),
        (FOUR_BY_TWELVE, "tentative"),
        ({"A": "x y x y x y x y x y", "B": "x y x y x y x y x x"}, "tentative"),
        ({"A": "x y x y x y x y x y x y " * 9, "B": "x y x y x y x y x y x x " * 9}, "reliable"),
        ({"A": "x y", "B": "x y"}, "tentative"),
    ],
)
def test_the_verdict_follows_krippendorffs_limits_and_calls_few_items_never_reliable(
    matrix: dict[str, str], verdict: str
) -> None:
    assert measure(coded(matrix)).verdict == verdict
