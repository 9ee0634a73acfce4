"""How long it takes to tell what changed between two exports of a million ads each, and in how much memory.

    python benchmarks/diff_exports.py [--ads 1000000] [--share 10]

The second export lacks a part of the first one's ads, has as many new ones, and shows as large a part of those that
stay otherwise: other impressions, and for a quarter of them other criteria. That part is one in a hundred, and then one
in five. All are imported; what is measured is the comparison alone, in a process of its own, at half the ads and at all
of them. Exits 1 when it takes over 60 CPU-seconds for a million ads, or the peak memory is over 600 MB or grows with
the number of ads.
"""

import argparse
import csv
import json
import random
import shutil
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from import_ads import CRITERIA, GROWTH, HEADER, SCOPE, WORDS, peak_megabytes, write_export
from sqlmodel import Session, col, select

from tracker.collect import changes
from tracker.collect.pipeline import import_file, rare_collection
from tracker.settings import Settings
from tracker.store import reads, tables
from tracker.store.engine import migrate, open_record, unit_of_work

MOST_SECONDS, MOST_MEGABYTES = 60, 600
PARTS = (100, 5)
"""One in so many ads is gone, one is new, and one in so many that stay is changed."""
IMPRESSIONS, SEGMENTS = HEADER.index("Impressions"), HEADER.index("Targeted Segments")


def write_second(first: Path, second: Path, count: int, *, share: int, part: int) -> None:
    """Write the later export: new ads, and the first export but for the ads that are gone, some of them changed."""
    gone, chance = count // part, random.Random(3)
    write_export(second, gone, share=share, seed=2, first=count)
    with (
        first.open(encoding="utf-8", newline="") as before,
        second.open("a", encoding="utf-8", newline="") as after,
    ):
        rows, writer = csv.reader(before), csv.writer(after)
        next(rows)
        for number, row in enumerate(rows):
            if number % part == 0:
                row[IMPRESSIONS] = str(int(row[IMPRESSIONS]) + 1)
            if number % (4 * part) == 0:
                row[SEGMENTS] = "Keywords: " + ", ".join(chance.sample(WORDS, CRITERIA))
            if number >= gone:
                writer.writerow(row)


def bring(home: Path, path: Path, day: str) -> None:
    """Import an export of a day into the record of a home."""
    engine = open_record(f"sqlite:///{home / 'record.db'}")
    migrate(engine)
    import_file(
        engine, Settings(home=home), "x_ads", path=path, scope={**SCOPE, "exported_at": day},
        now=lambda: datetime(2024, 10, 1, tzinfo=UTC),
    )  # fmt: skip
    engine.dispose()


def prepare(home: Path, second: Path, *, base: Path) -> None:
    """Bring the second export into a copy of the record of the first, without its changes: the measured process tells them."""
    home.mkdir()
    shutil.copy(base / "record.db", home / "record.db")
    told = changes.of_query
    changes.of_query = lambda *_: False  # type: ignore[assignment]
    bring(home, second, "2024-08-15")
    changes.of_query = told


def compare(home: Path) -> dict[str, float]:
    """Tell the changes of the second export in this process as an import does; return how many, CPU seconds, peak memory."""
    engine = open_record(f"sqlite:///{home / 'record.db'}")
    with Session(engine) as session:
        query_id = max(session.exec(select(col(tables.Query.id))))
    cpu = time.process_time()
    with rare_collection(), unit_of_work(engine) as session:
        changes.of_query(session, query_id, reads.listings_of(session, query_id))
        written = reads.changes_told(session, query_id)
    return {"changes": written, "cpu": time.process_time() - cpu, "megabytes": peak_megabytes()}


def measured(place: Path, count: int, share: int) -> list[dict[str, float]]:
    """Compare with each of the second exports in a process of its own, so that its peak memory is its own."""
    place.mkdir()
    first = place / "first.csv"
    write_export(first, count, share=share)
    bring(place, first, "2024-08-01")
    found = []
    for part in PARTS:
        second, home = place / f"second-{part}.csv", place / f"home-{part}"
        write_second(first, second, count, share=share, part=part)
        prepare(home, second, base=place)
        command = [sys.executable, __file__, "--compare", str(home)]
        found.append(json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout))
        shutil.rmtree(home)
    return found


def main() -> int:
    """Compare at half the ads and at all of them, and print both."""
    arguments = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    arguments.add_argument("--ads", type=int, default=1_000_000)
    arguments.add_argument("--share", type=int, default=10)
    arguments.add_argument("--compare", type=Path, help=argparse.SUPPRESS)
    given = arguments.parse_args()
    if given.compare:
        print(json.dumps(compare(given.compare)))
        return 0
    with tempfile.TemporaryDirectory() as folder:
        halves, wholes = (
            measured(Path(folder) / str(count), count, given.share) for count in (given.ads // 2, given.ads)
        )
    limit, over = MOST_SECONDS * given.ads / 1_000_000, 0
    for part, half, whole in zip(PARTS, halves, wholes, strict=True):
        steady = whole["megabytes"] < MOST_MEGABYTES and whole["megabytes"] < GROWTH * half["megabytes"]
        over += whole["cpu"] > limit or not steady
        print(
            f"one in {part:>3}: {whole['cpu']:6.1f} CPU-s for two exports of {given.ads:,} ads (at most {limit:.0f}); "
            f"{whole['changes']:,} changes; peak memory {half['megabytes']:.0f} MB at {given.ads // 2:,}, "
            f"{whole['megabytes']:.0f} MB at {given.ads:,}"
        )
    return 1 if over else 0


if __name__ == "__main__":
    sys.exit(main())
