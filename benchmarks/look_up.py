"""How long the form's check of a handle takes on a registry of 100,000 accounts.

    python benchmarks/look_up.py [--accounts 100000] [--checks 200]

Each check asks for the account, its look-alikes, its site and its payers, as the form does while somebody types.
Exits 1 when the median check takes 50 ms or more of wall time, or the 95th percentile 100 ms or more.
"""

import argparse
import random
import statistics
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Engine

from tracker.domain import AccountRef
from tracker.nearby import check_suspect
from tracker.store import lists
from tracker.store.engine import migrate, open_record, unit_of_work

MOST_SECONDS = 0.050
MOST_SECONDS_P95 = 0.100
SYLLABLES = (
    "har",
    "bour",
    "voi",
    "ce",
    "riv",
    "er",
    "gate",
    "news",
    "dai",
    "ly",
    "east",
    "port",
    "chi",
    "na",
    "sky",
)
AT = datetime(2024, 10, 1, tzinfo=UTC)


def names(count: int) -> list[str]:
    """Return made-up handles, the same on every run, each once."""
    chance = random.Random(1)
    found: dict[str, None] = {}
    while len(found) < count:
        words = "".join(chance.choice(SYLLABLES) for _ in range(chance.randint(3, 5)))
        found[f"{words}{chance.randint(0, 9999)}"[:25]] = None
    return list(found)


def fill(engine: Engine, handles: list[str]) -> None:
    """Add the accounts: nine tenths on X, the others as sites."""
    refs = [
        AccountRef("web", f"{name}.example", handle=f"{name}.example")
        if number % 10 == 0
        else AccountRef("x", name, handle=name.title())
        for number, name in enumerate(handles)
    ]
    for start in range(0, len(refs), 10_000):
        with unit_of_work(engine) as session:
            lists.add_accounts(session, [(ref, "accepted") for ref in refs[start : start + 10_000]], at=AT)


def main() -> int:
    """Fill a record, check known, look-alike and unknown handles, and print the times."""
    arguments = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    arguments.add_argument("--accounts", type=int, default=100_000)
    arguments.add_argument("--checks", type=int, default=200)
    asked = arguments.parse_args()
    with tempfile.TemporaryDirectory() as place:
        engine = open_record(f"sqlite:///{Path(place) / 'record.db'}")
        migrate(engine)
        handles = names(asked.accounts)
        fill(engine, handles)
        chance, seconds, known, alike = random.Random(2), [], 0, 0
        for number in range(asked.checks):
            handle = chance.choice(handles)
            typed = (handle, handle.replace("o", "0").replace("l", "1"), f"unknown_{number}")[number % 3]
            begin = time.perf_counter()
            near = check_suspect(engine, typed, platform="x", operator="Harbour Marketing")
            seconds.append(time.perf_counter() - begin)
            known += near.known is not None
            alike += bool(near.lookalikes)
        engine.dispose()
    middle, late = statistics.median(seconds), statistics.quantiles(seconds, n=20)[-1]
    print(
        f"{asked.accounts:,} accounts, {asked.checks} checks: {known} known, {alike} with look-alikes\n"
        f"median {middle * 1000:.1f} ms (less than {MOST_SECONDS * 1000:.0f}), "
        f"95th percentile {late * 1000:.1f} ms (less than {MOST_SECONDS_P95 * 1000:.0f})"
    )
    return 0 if middle < MOST_SECONDS and late < MOST_SECONDS_P95 and known and alike else 1


if __name__ == "__main__":
    sys.exit(main())
