"""How many short texts the keyword rules read in a CPU-second.

    python benchmarks/keyword_codes.py [--texts 50000]

Codes headlines of about 60 characters with the codebook of the seed list. Exits 1 under 20,000 texts per CPU-second.
"""

import argparse
import sys
import time
from pathlib import Path

from tracker.analysis.keywords import KeywordCoder
from tracker.registry.seedlist import load_codebook

LEAST = 20_000
CODEBOOK = Path(__file__).parents[1] / "seeds" / "codebook.yml"


def main() -> int:
    """Code the texts three times, print the quickest, and compare it with the limit."""
    arguments = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    arguments.add_argument("--texts", type=int, default=50_000)
    texts = [
        f"Headline {number}: trade talks open in the provincial capital today"
        for number in range(arguments.parse_args().texts)
    ]
    coder = KeywordCoder(load_codebook(CODEBOOK))
    rate = len(texts) / min(seconds(coder, texts) for _ in range(3))
    print(f"{rate:,.0f} texts per CPU-s (at least {LEAST:,})")
    return 0 if rate >= LEAST else 1


def seconds(coder: KeywordCoder, texts: list[str]) -> float:
    """Return the CPU seconds of coding all texts."""
    started = time.process_time()
    coder.code_many(texts)
    return time.process_time() - started


if __name__ == "__main__":
    sys.exit(main())
