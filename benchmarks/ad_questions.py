"""CPU seconds of each question about ads on a lake of a million of them, and the peak memory of all.

    python benchmarks/ad_questions.py [--ads 1000000] [--share 10]

`share` ads have the same twenty criteria and promote the same post; a tenth of the posts nearly repeat another one. Each
question is asked three times, the quickest counts. Exits 1 when one takes over 2 CPU-seconds, or the peak is over 1,500 MB.
"""

import argparse
import gc
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
from import_ads import peak_megabytes
from targeting_shift import FIRST, LAST, PERIODS, targets_of, write_tables

from tracker.analysis import months
from tracker.analysis.tables import open_lake
from tracker.findings import parse_options, run
from tracker.findings.facets import facet_counts

MOST_SECONDS, MOST_MEGABYTES = 2.0, 1_500
ACCOUNTS, PAYERS, WORDS = 200, 40, 5_000
QUESTIONS = (
    ("ads", {}),
    ("ads", {"text": "word77 "}),
    ("ads", {"account": "x:account7"}),
    ("ads-per-month", {}),
    ("payers", {}),
    ("creatives", {}),
    ("landing-domains", {}),
    ("audiences", {}),
    ("targeting", {}),
    ("targeting-shift", {"periods": PERIODS}),
)


def main() -> int:
    """Make the lake, ask every question, print the quickest of each, and compare it with the limit."""
    arguments = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    arguments.add_argument("--ads", type=int, default=1_000_000)
    arguments.add_argument("--share", type=int, default=10)
    given = arguments.parse_args()
    over = 0
    with tempfile.TemporaryDirectory() as folder:
        write_lake(Path(folder), given.ads, given.share)
        lake = open_lake(Path(folder))
        over += _told("facets", lambda: len(facet_counts(lake, parse_options("ads", {}))))
        for name, raw in QUESTIONS:
            options = parse_options(name, raw)
            words = " ".join((name, *(f"{option}={text}" for option, text in raw.items())))
            over += _told(words, lambda: len(run(name, lake, options).rows))  # noqa: B023
    print(f"{peak_megabytes():8.0f} MB at most, with the making of the lake (at most {MOST_MEGABYTES:,})")
    return 1 if over or peak_megabytes() > MOST_MEGABYTES else 0


def _told(words: str, question: Callable[[], int]) -> bool:
    """Print how long a question takes; return whether that is over the limit."""
    seconds, rows = min(_asked(question) for _ in range(3))
    verdict = "OVER" if seconds > MOST_SECONDS else "ok"
    print(f"{seconds:8.2f}  {verdict:<5} {rows:>8,} rows  {words}", flush=True)
    return seconds > MOST_SECONDS


def _asked(question: Callable[[], int]) -> tuple[float, int]:
    gc.collect()
    started = time.process_time()
    rows = question()
    return time.process_time() - started, rows


def write_lake(folder: Path, ads: int, share: int) -> None:
    """Write the ads of each month, their criteria, the accounts and one answer a month; every other table is empty."""
    random = np.random.default_rng(1)
    sets = max(1, ads // share)
    tables = {
        "accounts": [_accounts()],
        "ads": list(_ads(random, ads, sets)),
        "targets": [_handles(targets_of(random, sets))],
        "listings": [_listings()],
    }
    write_tables(folder, tables)


def _accounts() -> pa.Table:
    ids = range(1, ACCOUNTS + 1)
    names = [f"x:account{number}" for number in ids]
    return pa.table(
        {
            "account_id": list(ids),
            "account": names,
            "name": names,
            "brand": names,
            "status": ["accepted"] * ACCOUNTS,
        }
    )


def _ads(random: np.random.Generator, ads: int, sets: int):  # type: ignore[no-untyped-def]
    each = ads // (LAST - FIRST + 1)
    for place, ym in enumerate(range(FIRST, LAST + 1)):
        days = np.datetime64(months.first_day(ym)) + random.integers(0, 28, each)
        which = random.integers(0, sets, each)
        yield pa.table({
            "ad_id": np.arange(each) + place * each + 1, "account_id": which % ACCOUNTS + 1, "ym": np.full(each, ym),
            "first_shown": days, "last_shown": days + 9, "source": ["x_ads"] * each, "listing_id": np.full(each, place),
            "targeting_set_id": which, "payer": [f"payer {number}" for number in random.integers(0, PAYERS, each)],
            "text": [_text(number) for number in which.tolist()], "copy_group": _base(which) % WORDS + 1,
            "copy_distance": np.where(_base(which) != which, 0.048, 0.0),
            "creative_url": [f"https://x.com/account/status/{10**18 + number}" for number in which.tolist()],
            "landing_url": [f"https://www.site{number % 300}.example/{number % 5_000}" for number in which.tolist()],
            "impressions_lower": random.random(each), "impressions_upper": random.random(each) + 1,
            "evidence": ["ab" * 32] * each,
        })  # fmt: skip


def _text(number: int) -> str:
    """Return the words of a post; one in ten has all but one of another's."""
    base = int(_base(np.array(number)))
    words = " ".join(f"word{(base * 7 + step * step * 31 + step * base) % WORDS}" for step in range(20))
    return f"{words} again" if base != number else f"{words} once"


def _base(number: np.ndarray) -> np.ndarray:  # type: ignore[type-arg]
    """Return whose words a post has: its own, or those of the one before it."""
    return number - (number % 10 == 1)


def _handles(targets: pa.Table) -> pa.Table:
    """Make the first criterion of each set the followers of a handle."""
    first = np.arange(targets.num_rows) % 20 == 0
    kinds = pa.array(np.where(first, "follower_lookalike", "keyword"))
    return targets.set_column(targets.column_names.index("kind"), "kind", kinds)


def _listings() -> pa.Table:
    size = LAST - FIRST + 1
    return pa.table({
        "listing_id": np.arange(size), "covers_from": [months.first_day(ym) for ym in range(FIRST, LAST + 1)],
        "covers_to": [months.last_day(ym) for ym in range(FIRST, LAST + 1)], "outcome": ["rows"] * size,
        "source": ["x_ads"] * size, "country": ["FR", "DE"] * (size // 2), "evidence": ["ab" * 32] * size,
        "observed_at": np.full(size, np.datetime64("2024-08-01", "us")),
    })  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
