"""CPU time of one scan for a change of the mix: 24 months x 10 codes, 1,999 dealings.

    python benchmarks/shift_scan.py [--items 40]

Exits 1 when the quickest of five takes over 100 ms.
"""

import argparse
import sys
import time

import numpy as np

from tracker.analysis.changepoints import PERMUTATIONS, scan_mix

MOST_SECONDS, MONTHS, CODES = 0.1, 24, 10


def main() -> int:
    """Scan five times, print the quickest, and compare it with the limit."""
    arguments = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    arguments.add_argument("--items", type=int, default=40)
    given = arguments.parse_args()
    random = np.random.default_rng(1)
    counts = random.multinomial(given.items, np.full(CODES, 1 / CODES), size=MONTHS)
    seconds = min(scanned(counts) for _ in range(5))
    print(
        f"{seconds * 1000:6.0f} CPU-ms for {MONTHS} months x {CODES} codes, {given.items} items a month, "
        f"{PERMUTATIONS:,} dealings (at most {MOST_SECONDS * 1000:.0f})"
    )
    return 0 if seconds <= MOST_SECONDS else 1


def scanned(counts: np.ndarray) -> float:
    """Return the CPU seconds of one scan."""
    started = time.process_time()
    assert scan_mix(counts) is not None
    return time.process_time() - started


if __name__ == "__main__":
    sys.exit(main())
