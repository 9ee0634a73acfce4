"""How fast and in how much memory a million ads with twenty criteria each come in.

    python benchmarks/import_ads.py [--ads 1000000] [--share 10]

Writes an export of the X Ads Repository in which `share` ads have the same twenty criteria, imports it in a process of
its own, and again at half the ads. Exits 1 under 5,000 ads per CPU-second, or when the peak memory is over 600 MB or
grows with the number of ads.
"""

import argparse
import csv
import json
import random
import subprocess
import sys
import tempfile
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from tracker.collect.pipeline import import_file
from tracker.settings import Settings
from tracker.store.engine import migrate, open_record

LEAST_ADS, MOST_MEGABYTES, GROWTH = 5_000, 600, 1.15
CRITERIA = 20
HEADER = (
    "Advertiser Name", "Funding Entity", "Creative", "Start date", "End Date", "Targeted Segments",
    "Excluded Targeting Segments", "Impressions", "Reach", "Facts And Circumstances Of Removal", "Enforcement Action",
    "Statement Of Reason",
)  # fmt: skip
SCOPE = {"handle": "somebody", "country": "FR", "from": "2022-01-01", "to": "2024-07-31"}
FIRST, DAYS = date(2022, 1, 1), 730
WORDS = tuple(f"word{number}" for number in range(5_000))


def write_export(path: Path, count: int, *, share: int, seed: int = 1, first: int = 0) -> None:
    """Write `count` made-up ads from number `first` on; `share` of them in a row have the same criteria."""
    chance = random.Random(seed)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(HEADER)
        criteria = ""
        for number in range(first, first + count):
            if number % share == 0 or not criteria:
                criteria = "Keywords: " + ", ".join(chance.sample(WORDS, CRITERIA))
            shown = FIRST + timedelta(days=number % DAYS)
            writer.writerow(
                ("Somebody", f"Payer {number % 40}", f"https://x.com/somebody/status/{10**18 + number}", shown,
                 shown + timedelta(days=9), criteria, "", str(number % 9_000), "", "", "", "")
            )  # fmt: skip


def bring(home: Path, path: Path) -> dict[str, float]:
    """Import in this process; return the ads, CPU seconds and peak memory."""
    engine = open_record(f"sqlite:///{home / 'record.db'}")
    migrate(engine)
    cpu = time.process_time()
    scope = {**SCOPE, "exported_at": "2024-08-01"}
    report = import_file(
        engine,
        Settings(home=home),
        "x_ads",
        path=path,
        scope=scope,
        now=lambda: datetime(2024, 10, 1, tzinfo=UTC),
    )
    return {"ads": report.new, "cpu": time.process_time() - cpu, "megabytes": peak_megabytes()}


def peak_megabytes() -> float:
    """Return the peak of this process alone: `ru_maxrss` would carry over the peak of the process that started it."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024


def measured(home: Path, path: Path) -> dict[str, float]:
    """Import in a process of its own, so that its peak memory is its own."""
    home.mkdir()
    command = [sys.executable, __file__, "--bring", str(path), "--home", str(home)]
    return dict(json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout))


def main() -> int:
    """Run both imports and print them."""
    arguments = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    arguments.add_argument("--ads", type=int, default=1_000_000)
    arguments.add_argument("--share", type=int, default=10)
    arguments.add_argument("--bring", type=Path, help=argparse.SUPPRESS)
    arguments.add_argument("--home", type=Path, help=argparse.SUPPRESS)
    given = arguments.parse_args()
    if given.bring:
        print(json.dumps(bring(given.home, given.bring)))
        return 0
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        found = []
        for count in (given.ads // 2, given.ads):
            path = place / f"{count}.csv"
            write_export(path, count, share=given.share)
            found.append(measured(place / str(count), path))
    half, whole = found
    rate = whole["ads"] / whole["cpu"]
    steady = whole["megabytes"] < MOST_MEGABYTES and whole["megabytes"] < GROWTH * half["megabytes"]
    print(
        f"{rate:8,.0f} ads of {CRITERIA} criteria per CPU-s (at least {LEAST_ADS:,}); {given.share} share a combination"
    )
    print(f"{whole['cpu']:8.1f} CPU-s for {whole['ads']:,.0f} ads")
    print(
        f"peak memory {half['megabytes']:.0f} MB at {half['ads']:,.0f}, {whole['megabytes']:.0f} MB at {whole['ads']:,.0f}"
    )
    return 0 if rate >= LEAST_ADS and steady else 1


if __name__ == "__main__":
    sys.exit(main())
