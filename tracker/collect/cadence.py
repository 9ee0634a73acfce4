"""How often an account is asked about: from how much it posts, and from how the last question ended.

Pure: the time is an argument, and the jitter is drawn from the names of the question, so that the same slot is always
the same.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from hashlib import blake2b

from tracker.domain import Outcome

SHORTEST, LONGEST = timedelta(hours=1), timedelta(days=1)
ITEMS_PER_QUESTION = 5
"""A question should bring about so many new posts: lists that show 10 or 15 are then never overrun."""
ACTIVE_DAYS = 14
"""The days from which activity is read."""
JITTER = 0.1
FIRST_PAUSE = timedelta(minutes=15)
THROTTLED_PAUSE = timedelta(hours=1)
PAUSES: Mapping[Outcome, timedelta] = {
    "throttled": THROTTLED_PAUSE,
    "error": FIRST_PAUSE,
    "login_wall": FIRST_PAUSE,
    "refused": timedelta(hours=6),
    "gone": timedelta(hours=6),
}
"""How long a source is left alone about an account after the first such answer; each further one doubles it."""


def every(kind: str, posts: int) -> timedelta:
    """Return the time between two questions about an account that had so many posts in `ACTIVE_DAYS`.

    Repositories of ads are asked daily: none is brought up to date more often.
    """
    if kind == "ads" or posts <= 0:
        return LONGEST
    return min(LONGEST, max(SHORTEST, timedelta(days=ACTIVE_DAYS) * ITEMS_PER_QUESTION / posts))


def next_due(
    asked_at: datetime, interval: timedelta, *, outcome: Outcome, failures: int, name: str
) -> datetime:
    """Return when to ask again; `failures` counts the questions in a row that were not answered, this one included.

    A question that was not answered is asked again sooner than a long interval and never more often than a pause that
    doubles; `name` is of the watch, and moves each slot by up to a tenth: an interval becomes shorter and never longer, and no
    wait is longer than a day, so that whoever is asked daily is asked on every day.
    """
    pause = PAUSES.get(outcome)
    wait = interval if pause is None else min(LONGEST, pause * 2 ** min(max(0, failures - 1), 10))
    chance = _chance(f"{name}|{asked_at.isoformat()}")
    moved = JITTER * chance if pause is not None else -JITTER * (1 + chance) / 2
    return (asked_at + min(LONGEST, wait * (1 + moved))).replace(microsecond=0)


def first_due(now: datetime, name: str) -> datetime:
    """Return when to ask for the first time: spread over the first hour, so that new accounts do not come at once."""
    return (now + SHORTEST * (1 + _chance(name)) / 2).replace(microsecond=0)


def _chance(words: str) -> float:
    """Return a number from -1 to 1 that is always the same for the same words."""
    return int.from_bytes(blake2b(words.encode(), digest_size=4).digest()) / 0x7FFF_FFFF - 1
