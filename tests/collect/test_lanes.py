"""Hosts are asked beside each other, and those that hang hold up no others, however many they are."""

import threading
from collections.abc import Callable, Iterator, Sequence

import pytest

from tracker.collect import lanes

PATIENCE = 20
"""Seconds after which a test says that it was held up; it never waits so long when it passes."""


def test_more_hosts_that_hang_than_there_are_places_hold_up_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lanes, "AT_ONCE", 2)
    monkeypatch.setattr(lanes, "LENT_AFTER", 0.0)
    answered = threading.Event()

    def run(lane: Sequence[str], _left: Callable[[], bool]) -> Iterator[str]:
        if lane[0] != "answers":
            answered.wait(PATIENCE)
        yield f"{lane[0]}: {answered.is_set() or lane[0] == 'answers'}"
        answered.set()

    hosts = {f"hangs{number}": [f"hangs{number}"] for number in range(8)} | {"answers": ["answers"]}
    came = list(lanes.side_by_side(hosts, run))

    assert came[0] == "answers: True"
    assert sorted(came[1:]) == [f"hangs{number}: True" for number in range(8)]


def test_no_more_hosts_are_asked_at_once_than_there_are_places(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lanes, "AT_ONCE", 3)
    monkeypatch.setattr(lanes, "LENT_AFTER", 3600.0)
    turn, beside, inside, most = threading.Lock(), threading.Barrier(3), [0], [0]

    def run(lane: Sequence[int], _left: Callable[[], bool]) -> Iterator[int]:
        with turn:
            inside[0] += 1
            most[0] = max(most[0], inside[0])
        beside.wait(PATIENCE)
        with turn:
            inside[0] -= 1
        yield lane[0]

    came = list(lanes.side_by_side({str(number): [number] for number in range(51)}, run))

    assert sorted(came) == list(range(51))
    assert most == [3]


def test_what_a_lane_raises_is_raised_when_the_others_are_over() -> None:
    def run(lane: Sequence[str], _left: Callable[[], bool]) -> Iterator[str]:
        if lane == ["breaks"]:
            raise ValueError("a lane broke")
        yield lane[0]

    came: list[str] = []
    with pytest.raises(ValueError, match="a lane broke"):
        came.extend(lanes.side_by_side({"first": ["breaks"], "second": ["one"], "third": ["two"]}, run))

    assert sorted(came) == ["one", "two"]
