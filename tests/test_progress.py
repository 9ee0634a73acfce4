"""How far a long task is: plain lines at intervals, a bar with rate and time left on a terminal."""

import io
import re

import click
import pytest
from rich.console import Console

from tracker.progress import Progress


class Clock:
    """A clock that moves when it is told to."""

    def __init__(self) -> None:
        self.at = 100.0

    def __call__(self) -> float:
        return self.at


@pytest.fixture
def clock() -> Clock:
    return Clock()


def steps(
    progress: Progress, clock: Clock, stage: str, total: int | None, *, seconds: float, of: int
) -> None:
    """Count to `of` in steps of a thousand, one every `seconds`."""
    for done in range(0, of + 1, 1_000):
        progress(stage, done, total)
        clock.at += seconds


def test_without_a_terminal_lines_come_at_intervals_and_say_rate_and_time_left(
    clock: Clock, capsys: pytest.CaptureFixture[str]
) -> None:
    with Progress(clock=clock) as progress:
        steps(progress, clock, "writing", 30_000, seconds=1, of=30_000)

    assert capsys.readouterr().err.splitlines() == [
        "writing …",
        "writing: 10,000 of 30,000 (33 %), 1,000/s, 20 s left",
        "writing: 20,000 of 30,000 (66 %), 1,000/s, 10 s left",
        "writing: 30,000 of 30,000 (100 %), 1,000/s",
    ]


def test_a_short_stage_is_one_line_and_nothing_comes_to_stdout(
    clock: Clock, capsys: pytest.CaptureFixture[str]
) -> None:
    with Progress(clock=clock) as progress:
        steps(progress, clock, "reading", 3_000, seconds=0.1, of=3_000)
        steps(progress, clock, "checking", None, seconds=4, of=3_000)

    shown = capsys.readouterr()
    assert shown.err.splitlines() == ["reading …", "checking …", "checking: 3,000, 250/s"]
    assert shown.out == ""


def test_of_several_files_each_stage_bears_its_name_and_place(
    clock: Clock, capsys: pytest.CaptureFixture[str]
) -> None:
    with Progress(clock=clock) as progress:
        for number, name in enumerate(("a.csv", "b.csv"), 1):
            progress.of(name, number, 2)("writing", 1, 2)
        progress.of("a.csv", 1, 1)("writing", 1, 2)

    assert capsys.readouterr().err.splitlines() == [
        "a.csv (1 of 2): writing …",
        "b.csv (2 of 2): writing …",
        "writing …",
    ]


def test_a_terminal_shows_a_bar_with_count_rate_and_time_left(clock: Clock) -> None:
    screen = io.StringIO()
    terminal = Console(file=screen, force_terminal=True, width=120, color_system=None)

    with Progress(terminal, clock=clock) as progress:
        steps(progress, clock, "[writing]", 10_000, seconds=1, of=6_000)
        click.echo("b.csv: a warning", err=True)
        steps(progress, clock, "next", None, seconds=1, of=1_000)

    shown = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", screen.getvalue())
    assert "━" in shown
    assert "[writing]" in shown
    assert "6,000 of 10,000 1,000/s 0:00:04" in shown
    assert "next" in shown


def test_a_counter_adds_up(clock: Clock, capsys: pytest.CaptureFixture[str]) -> None:
    with Progress(clock=clock) as progress:
        tick = progress.counter("verifying", 30)
        for _ in range(3):
            tick(10)
            clock.at += 20

    assert capsys.readouterr().err.splitlines()[-1] == "verifying: 30 of 30 (100 %), 45/min"
