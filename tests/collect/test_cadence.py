"""How often an account is asked about."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.collect import cadence
from tracker.domain import Outcome

NOW = datetime(2026, 10, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("kind", "posts", "hours"),
    [("posts", 0, 24), ("posts", 14, 24), ("posts", 140, 12), ("posts", 700, 2.4), ("posts", 50_000, 1), ("ads", 5_000, 24)],
)  # fmt: skip
def test_a_busy_account_is_asked_hourly_and_a_silent_one_daily(kind: str, posts: int, hours: float) -> None:
    assert cadence.every(kind, posts) == timedelta(hours=hours)


@given(posts=st.integers(1, 100_000))
def test_a_list_of_ten_is_not_overrun_between_two_questions(posts: int) -> None:
    between = cadence.every("posts", posts)

    new = posts * (between / timedelta(days=cadence.ACTIVE_DAYS))

    assert new <= 10 or between == cadence.SHORTEST


def due(outcome: Outcome, failures: int, interval: timedelta = timedelta(hours=24)) -> timedelta:
    return cadence.next_due(NOW, interval, outcome=outcome, failures=failures, name="feeds|web:a") - NOW


def test_an_account_without_an_answer_is_asked_again_soon_and_then_ever_later() -> None:
    pauses = [due("error", failures) for failures in range(1, 12)]

    assert pauses == sorted(pauses)
    assert timedelta(minutes=13) <= pauses[0] <= timedelta(minutes=17)
    assert pauses[-1] <= cadence.LONGEST * (1 + cadence.JITTER)


def test_after_a_throttle_the_pause_is_not_shorter_for_a_busy_account() -> None:
    assert due("throttled", 1, timedelta(hours=1)) >= 0.9 * cadence.THROTTLED_PAUSE


def test_slots_of_many_accounts_do_not_fall_on_one_moment() -> None:
    dues = {
        cadence.next_due(NOW, timedelta(hours=1), outcome="rows", failures=0, name=f"feeds|web:{number}")
        for number in range(100)
    }

    assert len(dues) > 80
    assert max(dues) - min(dues) <= timedelta(minutes=12)


def test_a_new_account_is_asked_within_the_first_hour() -> None:
    firsts = [cadence.first_due(NOW, str(number)) - NOW for number in range(200)]

    assert min(firsts) >= timedelta(0)
    assert max(firsts) <= timedelta(hours=1)
