"""How far a long task is: a bar with rate and time left on a terminal, plain lines at intervals elsewhere; on stderr."""

import sys
import time
from collections.abc import Callable
from types import TracebackType
from typing import TYPE_CHECKING, Protocol

import click

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Task

EVERY_SECONDS = 10
"""How often a line is printed where there is no terminal."""
_REDRAWN_SECONDS = 0.1

Tell = Callable[[str, int, int | None], None]


class _Shown(Protocol):
    """Something that shows how far a stage is."""

    def show(self, stage: str, done: int, total: int | None) -> None:
        """Show it."""

    def close(self) -> None:
        """End what is open."""


class Progress:
    """Shows the stages of a task, one after the other: `progress(stage, done, total)`; `total` is `None` if nobody knows it."""

    def __init__(
        self, terminal: "Console | None" = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        on_terminal = terminal is not None or sys.stderr.isatty()
        self._shown: _Shown = Bar(terminal, clock) if on_terminal else Lines(clock)

    def __enter__(self) -> "Progress":
        """Return the progress itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End what is open, so that what follows starts on a line of its own."""
        self._shown.close()

    def __call__(self, stage: str, done: int, total: int | None) -> None:
        """Show how far a stage is."""
        self._shown.show(stage, done, total)

    def of(self, name: str, number: int, several: int) -> Tell:
        """Return what shows the stages of one of several tasks, such as of a file, under its name."""
        if several == 1:
            return self
        return lambda stage, done, total: self(f"{name} ({number} of {several}): {stage}", done, total)

    def counter(self, stage: str, total: int) -> Callable[[int], None]:
        """Return a function that adds to a stage's count."""
        seen = 0

        def tick(count: int) -> None:
            nonlocal seen
            seen += count
            self(stage, seen, total)

        return tick


class Lines:
    """A line when a stage begins, one every `EVERY_SECONDS` while it lasts, and one when a long stage is done."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock, self._stage = clock, ""
        self._since = self._told = 0.0

    def show(self, stage: str, done: int, total: int | None) -> None:
        """Print how far a stage is, unless that was told a moment ago."""
        now = self._clock()
        if stage != self._stage:
            self._stage, self._since, self._told = stage, now, now
            click.echo(f"{stage} …", err=True)
        ends = done == total and self._told > self._since
        if now - self._told >= EVERY_SECONDS or ends:
            self._told = now
            click.echo(f"{stage}: {_words(done, total, now - self._since)}", err=True)

    def close(self) -> None:
        """Leave the lines as they are."""
        self._stage = ""


def _words(done: int, total: int | None, seconds: float) -> str:
    """Return a count with its rate, and the time left where the end is known: `40,000 of 90,000 (44 %), 4,000/s, 12 s left`."""
    rate = done / max(seconds, 0.001)
    share = f" of {total:,} ({100 * done // total} %)" if total else ""
    left = f", {_span((total - done) / rate)} left" if total and 0 < done < total else ""
    return f"{done:,}{share}, {_rate(rate)}{left}"


def _rate(rate: float) -> str:
    """Return how much a second, and of what is slower than that how much a minute."""
    return f"{rate:,.0f}/s" if rate >= 1 else f"{60 * rate:.0f}/min"


def _span(seconds: float) -> str:
    whole = round(seconds)
    return f"{whole} s" if whole < 120 else f"{whole // 60} min"


class Bar:
    """A bar for each stage, redrawn in place; messages that are printed meanwhile stand above it."""

    def __init__(self, terminal: "Console | None", clock: Callable[[], float]) -> None:
        from rich.console import Console  # 0.1 s to import; only terminals pay for it
        from rich.progress import BarColumn, ProgressColumn, TextColumn, TimeRemainingColumn
        from rich.progress import Progress as Bars
        from rich.table import Column
        from rich.text import Text

        class Counted(ProgressColumn):
            """How much is done of how much, and how much a second."""

            def render(self, task: "Task") -> Text:
                whole = f" of {int(task.total):,}" if task.total else ""
                rate = f" {_rate(task.speed)}" if task.speed else ""
                return Text(f"{int(task.completed):,}{whole}{rate}")

        whole = Column(no_wrap=True)
        columns = (
            TextColumn("{task.description}", markup=False, table_column=whole),
            BarColumn(bar_width=20),
            Counted(table_column=Column(no_wrap=True)),
            TimeRemainingColumn(),
        )
        self._bars = Bars(
            *columns, console=terminal or Console(stderr=True), auto_refresh=False, get_time=clock
        )
        self._clock, self._stage, self._drawn = clock, "", 0.0
        self._task: int | None = None

    def show(self, stage: str, done: int, total: int | None) -> None:
        """Draw the bar of a stage; that of the stage before stays as it ended."""
        from rich.progress import TaskID

        if self._task is None:
            self._bars.start()
        if stage != self._stage or self._task is None:
            self._stage, self._task = stage, int(self._bars.add_task(stage, total=total))
            self._drawn = 0.0
        self._bars.update(TaskID(self._task), completed=done, total=total)
        now = self._clock()
        if now - self._drawn >= _REDRAWN_SECONDS or done == total:
            self._drawn = now
            self._bars.refresh()

    def close(self) -> None:
        """Stop drawing."""
        if self._task is not None:
            self._bars.refresh()
            self._bars.stop()
