"""CPU time and memory of an index of near-copies: a million short texts, and a thousand new ones that join them.

    python benchmarks/near_duplicates.py [--texts 1000000]

A quarter of the texts is Chinese, a fifth are edited copies of one of the last thousand; words are as frequent as in a language
(Zipf). The index is written to disk and read again before the thousand join. Exits 1 above 200 CPU-seconds or 10 GB for all,
above 5 CPU-seconds for the thousand (reading and writing the index included), or when under 95 % of the copies that keep an
index of 0.7 are found.
"""

import argparse
import resource
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from tracker.copied import Copies

MOST_SECONDS, MOST_GIGABYTES, MOST_TO_JOIN, LEAST_FOUND = 200.0, 10.0, 5.0, 0.95
NEW, AT_ONCE = 1_000, 40_000
WORDS = np.array([f"word{number}" for number in range(50_000)])
SIGNS = np.array([chr(0x4E00 + number) for number in range(4_000)])


def main() -> int:
    """Add all texts as the mirror does, then a thousand more, and compare with the limits."""
    arguments = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    arguments.add_argument("--texts", type=int, default=1_000_000)
    count = arguments.parse_args().texts
    texts, copied = made(count + NEW)
    with tempfile.TemporaryDirectory() as folder:
        copies = Copies(Path(folder))
        started = time.process_time()
        for start in range(0, count, AT_ONCE):
            copies.add(
                range(start + 1, min(start + AT_ONCE, count) + 1), texts[start : min(start + AT_ONCE, count)]
            )
        copies.save()
        spent = time.process_time() - started
        leaders = copies.of(range(1, count + 1))[0]
        of_copies = [place for place in copied if place < count]
        share = sum(leaders[place] != place + 1 for place in of_copies) / len(of_copies)
        del copies
        started = time.process_time()
        kept = Copies(Path(folder))
        kept.add(range(count + 1, count + NEW + 1), texts[count:])
        kept.save()
        joined = time.process_time() - started
        megabytes = sum(path.stat().st_size for path in Path(folder).iterdir()) / 1e6
    gigabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    print(f"{spent:8.1f} CPU-s for {count:,} texts (at most {MOST_SECONDS:.0f})")
    print(f"{megabytes:8.0f} MB on disk")
    print(f"{gigabytes:8.1f} GB at the most, the texts included (at most {MOST_GIGABYTES:.0f})")
    print(f"{joined:8.2f} CPU-s for {NEW:,} new ones, index read and written (at most {MOST_TO_JOIN:.0f})")
    print(f"{share:8.1%} of the planted copies found (at least {LEAST_FOUND:.0%})")
    good = spent <= MOST_SECONDS and gigabytes <= MOST_GIGABYTES and joined <= MOST_TO_JOIN
    return 0 if good and share >= LEAST_FOUND else 1


def made(count: int) -> tuple[list[str], list[int]]:
    """Return texts, and the places of those that are a copy with one word or sign changed."""
    random = np.random.default_rng(1)
    texts: list[str] = []
    copied: list[int] = []
    lengths = random.integers(10, 26, count)
    draws = random.random((count, 2))
    for place in range(count):
        is_copy, is_chinese = place > 0 and draws[place, 0] < 0.2, draws[place, 1] < 0.25
        if is_copy:
            texts.append(edited(random, texts[int(random.integers(max(0, place - 1000), place))]))
            copied.append(place)
        elif is_chinese:
            texts.append("".join(SIGNS[random.zipf(1.2, lengths[place] * 2) % SIGNS.size]))
        else:
            texts.append(" ".join(WORDS[random.zipf(1.2, lengths[place]) % WORDS.size]))
    return texts, copied


def edited(random: np.random.Generator, text: str) -> str:
    """Return a text with one word or sign changed and an address added."""
    plain = text.removesuffix(" https://example.org/1")
    spaced = " " in plain
    parts = plain.split() if spaced else list(plain)
    parts[int(random.integers(len(parts)))] = str(random.choice(WORDS if spaced else SIGNS))
    return (" " if spaced else "").join(parts) + " https://example.org/1"


if __name__ == "__main__":
    sys.exit(main())
