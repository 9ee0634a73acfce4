from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.analysis import months
from tracker.analysis.intervals import wilson


@pytest.mark.parametrize(
    ("hits", "n", "lower", "upper"),
    [
        (7, 10, 0.396778, 0.892209),
        (0, 10, 0.0, 0.277533),
        (10, 10, 0.722467, 1.0),
        (70, 100, 0.604151, 0.781051),
    ],
)
def test_the_interval_is_that_of_the_published_formula(hits: int, n: int, lower: float, upper: float) -> None:
    found = wilson(hits, n)

    assert found is not None
    assert (found.share, found.lower, found.upper) == pytest.approx((hits / n, lower, upper), abs=1e-6)


@given(st.integers(1, 10_000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_the_interval_holds_the_share_and_stays_between_0_and_1(counts: tuple[int, int]) -> None:
    found = wilson(*counts)

    assert found is not None
    assert 0 <= found.lower <= found.share <= found.upper <= 1


def test_nothing_has_no_share() -> None:
    assert wilson(0, 0) is None


def test_more_hits_than_items_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="expected 0 to n = 3"):
        wilson(4, 3)


@given(st.dates(date(1990, 1, 1), date(2090, 1, 1)))
def test_a_day_lies_in_its_month_and_in_its_week(day: date) -> None:
    ym = months.of(day)

    assert months.text(ym) == day.isoformat()[:7]
    assert day in months.days(months.first_day(ym), months.last_day(ym))
    assert 0 <= (day - months.monday(day)).days < 7
    assert date.fromisoformat(f"{months.iso_week(day)}-1") == months.monday(day)


def test_neighbouring_months_stand_together() -> None:
    assert months.runs([24294, 24290, 24295, 24296, 24290]) == ["2024-03", "2024-07..2024-09"]
    assert months.runs([]) == []


def test_the_integer_of_a_month_is_that_of_the_lake() -> None:
    assert months.of(date(2024, 7, 31)) == 24294
