"""Says when a stretch of questions is not to be believed: too many accounts of one platform vanished at once.

That many operators leave on one afternoon is possible; that we are shut out, or that the platform's answers changed, is
likelier. Pure: what the record says of the last day in, words out, so that it is the same whichever host asked. The guard is
relative to the two weeks before, so that no floor has to be kept by hand.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

LOOKED_BACK, COMPARED = timedelta(days=1), timedelta(days=14)
"""How long a jump may take, and with how long before it is compared."""
FEWEST = 3
"""Fewer accounts that vanish together are never suspect."""
SHARE = 0.2
TIMES = 4.0
"""A stretch is suspect when the share of vanished is at least `SHARE` and so many times the usual one."""


@dataclass(frozen=True, slots=True)
class Ended:
    """A question that ended, whoever asked it; `vanished`: the platform says that the account is gone, and did not before."""

    watch_id: int
    started_at: datetime
    finished_at: datetime
    vanished: bool


@dataclass(frozen=True, slots=True)
class Usual:
    """How many questions a platform was asked, and how many said newly that the account is gone, but for suspect ones."""

    asked: int
    vanished: int


@dataclass(frozen=True, slots=True)
class Suspicion:
    """A stretch that is not to be believed: since when, how many accounts were asked about and vanished, and why in words."""

    since: datetime
    asked: int
    vanished: int
    words: str


def suspicion(platform: str, ended: Sequence[Ended], usual: Usual) -> Suspicion | None:
    """Return the longest suspect stretch up to the last of these questions, in their order, or `None`.

    It begins with an account that vanished, so that those who left earlier are believed.
    """
    share = usual.vanished / usual.asked if usual.asked else 0.0
    asked, vanished, found = set[int](), set[int](), None
    for one in reversed(ended):
        asked.add(one.watch_id)
        if not one.vanished:
            continue
        vanished.add(one.watch_id)
        jump = len(vanished) / len(asked)
        if len(vanished) >= FEWEST and jump >= SHARE and jump >= TIMES * share:
            found = (one.started_at, len(asked), len(vanished))
    if found is None:
        return None
    told = (
        f"{share:.0%} of the questions in the two weeks before"
        if usual.asked
        else "no question before to compare with"
    )
    return Suspicion(*found, f"{found[2]} of {found[1]} accounts on {platform} vanished at once ({told})")
