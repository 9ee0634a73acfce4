"""Says when a run of the collector is not to be believed: too many accounts of one platform vanished at once.

That many operators leave on one afternoon is possible; that we are shut out, or that the platform's answers changed, is
likelier. Pure: counts in, words out. The guard is relative to the runs before, so that no floor has to be kept by hand.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

FEWEST = 3
"""Fewer accounts that vanish together are never suspect."""
SHARE = 0.2
TIMES = 4.0
"""A run is suspect when the share of vanished is at least `SHARE` and so many times that of the runs before."""


@dataclass(frozen=True, slots=True)
class Run:
    """How many accounts were asked about on each platform, and of how many the platform newly said that they are gone."""

    asked: Mapping[str, int]
    vanished: Mapping[str, int]


def suspicion(run: Run, before: Sequence[Run]) -> str | None:
    """Return in words why a run is suspect, or `None`; `before` are earlier runs that were not."""
    found = [words for platform in sorted(run.asked) if (words := _of_platform(platform, run, before))]
    return "; ".join(found) or None


def _of_platform(platform: str, run: Run, before: Sequence[Run]) -> str | None:
    vanished, asked = run.vanished.get(platform, 0), run.asked[platform]
    if vanished < FEWEST or vanished < SHARE * asked:
        return None
    asked_before = sum(one.asked.get(platform, 0) for one in before)
    usual = sum(one.vanished.get(platform, 0) for one in before) / asked_before if asked_before else 0.0
    if vanished / asked < TIMES * usual:
        return None
    told = f"{usual:.0%} in the runs before" if asked_before else "no run before to compare with"
    return f"{vanished} of {asked} accounts on {platform} vanished at once ({told})"
