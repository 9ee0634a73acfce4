"""How long a platform asks us to wait: every form of the header, and everything that is none."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.collect.waits import LONGEST, asked_wait, seconds_until

NOW = datetime(2026, 10, 1, 12, tzinfo=UTC)
EPOCH = str(int(NOW.timestamp()) + 90)


@given(st.integers(min_value=-100_000, max_value=int(LONGEST) - 1))
def test_every_way_to_name_a_moment_is_the_same_wait(seconds: int) -> None:
    at = NOW + timedelta(seconds=seconds)
    ways = (
        str(int(at.timestamp())),
        str(int(at.timestamp() * 1000)),
        format_datetime(at, usegmt=True),
        at.isoformat(),
        at.isoformat().replace("+00:00", "Z"),
        at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds"),
    )

    assert {seconds_until(way, NOW) for way in ways} == {float(max(0, seconds))}


@given(st.integers(min_value=0, max_value=int(LONGEST)))
def test_a_small_number_is_a_number_of_seconds(seconds: int) -> None:
    assert seconds_until(f" {seconds} ", NOW) == float(seconds)


@given(
    st.text()
    | st.from_regex(r"\d{4,20}-\d\d-\d\d([T ]\d\d:\d\d)?([+-]\d\d:\d\d)?")
    | st.from_regex(r"[\d.eE+-]{1,500}")
)
def test_whatever_stands_there_is_a_wait_within_a_week_or_none(words: str) -> None:
    found = seconds_until(words, NOW)

    assert found is None or 0 <= found <= LONGEST


@pytest.mark.parametrize(
    "words", ["", "soon", "-5", "nan", "inf", "1e9", "٣", "Thu, 99 Foo 2026", "2026-13-45T00:00:00Z"]
)
def test_what_is_no_time_is_none(words: str) -> None:
    assert seconds_until(words, NOW) is None


@pytest.mark.parametrize(
    ("status", "headers", "wait"),
    [
        (429, {"retry-after": "7"}, 7.0),
        (503, {"retry-after": "Thu, 01 Oct 2026 12:00:07 GMT"}, 7.0),
        (429, {"retry-after": "7", "ratelimit-reset": EPOCH}, 7.0),
        (429, {"ratelimit-reset": EPOCH, "ratelimit-remaining": "0"}, 90.0),
        (429, {"x-ratelimit-reset": "2026-10-01T12:01:30.000000Z"}, 90.0),
        (429, {"x-rate-limit-reset": EPOCH}, 90.0),
        (200, {"x-rate-limit-reset": EPOCH, "x-rate-limit-remaining": "0"}, 90.0),
        (200, {"x-rate-limit-reset": EPOCH, "x-rate-limit-remaining": "12"}, None),
        (200, {"ratelimit-reset": EPOCH}, None),
        (404, {"x-ratelimit-reset": "2026-10-01T12:01:30Z", "x-ratelimit-remaining": "299"}, None),
        (429, {}, None),
        (429, {"ratelimit-reset": "gibberish"}, None),
    ],
)
def test_the_headers_of_each_platform_say_how_long(
    status: int, headers: dict[str, str], wait: float | None
) -> None:
    assert asked_wait(status, headers, NOW) == wait
