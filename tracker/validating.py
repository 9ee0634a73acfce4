"""Runs the validation of the methods, and keeps the last run beside the data for the page that shows it."""

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from tracker import __version__
from tracker.analysis import validation
from tracker.analysis.validation import FULL, QUICK, Effort, Held
from tracker.errors import ConfigError
from tracker.settings import Settings

__all__ = ["FULL", "METHOD", "QUICK", "Run", "latest", "run"]

METHOD = (
    "Each line makes data whose truth is known and puts the method to it, as the findings use it: {trials:,} times ({more} times as "
    "often where the rate lies beyond the promise), with {permutations:,} dealings each (seed {seed}). A rate stands with its "
    "95 % interval (Wilson). A line is broken when an interval wide enough for {lines} lines (Bonferroni) lies wholly beyond what is "
    "promised: false alarms of at most 5 % at p < 0.05, intervals that hold the truth in 92 to 98 % of cases, changes found as "
    "often as stated."
)


@dataclass(frozen=True, slots=True)
class Run:
    """A run of the validation: when, with which version and effort, and what became of every line."""

    at: datetime
    version: str
    seed: int
    trials: int
    permutations: int
    lines: tuple[Held, ...]

    @property
    def holds(self) -> bool:
        """Say whether no promise was broken."""
        return all(line.holds for line in self.lines)

    @property
    def method(self) -> str:
        """Say how the figures came about."""
        return METHOD.format(
            trials=self.trials,
            more=validation.MORE,
            permutations=self.permutations,
            seed=self.seed,
            lines=len(self.lines),
        )

    def to_dict(self) -> dict[str, Any]:
        """Return the run as values that JSON can hold."""
        return {
            "at": self.at.isoformat(timespec="seconds"),
            "version": self.version,
            "seed": self.seed,
            "trials": self.trials,
            "permutations": self.permutations,
            "holds": self.holds,
            "method": self.method,
            "lines": [asdict(line) for line in self.lines],
        }


def run(
    settings: Settings, effort: Effort, *, now: Callable[[], datetime], tick: Callable[[str, int, int], None]
) -> Run:
    """Put the methods to their trials and keep what came of it; the run before it is replaced when all is done."""
    lines = validation.validate(effort, tick=tick)
    done = Run(now(), __version__, validation.SEED, effort.trials, effort.permutations, tuple(lines))
    path = _path(settings)
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(".tmp")
    unfinished.write_text(json.dumps(done.to_dict(), ensure_ascii=False, indent=1), encoding="utf-8")
    unfinished.rename(path)
    return done


def latest(settings: Settings) -> Run | None:
    """Return the last run that was kept, `None` before the first; raise `ConfigError` when its file is damaged."""
    path = _path(settings)
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
        return Run(
            at=datetime.fromisoformat(kept["at"]),
            version=kept["version"],
            seed=kept["seed"],
            trials=kept["trials"],
            permutations=kept["permutations"],
            lines=tuple(Held(**line) for line in kept["lines"]),
        )
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError) as error:
        raise ConfigError(f"{path} is damaged; run `tracker validate`") from error


def _path(settings: Settings) -> Path:
    return settings.home / "validation.json"
