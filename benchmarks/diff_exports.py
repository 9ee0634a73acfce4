"""How long it takes to tell what changed between two exports of a million ads each, and in how much memory.

    python benchmarks/diff_exports.py [--ads 1000000] [--share 10]

The second export lacks a tenth of the first one's ads, has as many new ones, and other impressions for a tenth of those
that stay. Both are imported; what is measured is the comparison alone, in a process of its own. Exits 1 when it takes
over 60 CPU-seconds for a million ads, or the peak memory is over 600 MB or grows with the number of ads.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from import_ads import GROWTH, SCOPE, peak_megabytes, write_export
from sqlmodel import Session, col, select

from tracker.collect import changes
from tracker.collect.pipeline import import_file
from tracker.settings import Settings
from tracker.store import reads, tables
from tracker.store.engine import migrate, open_record, unit_of_work

MOST_SECONDS, MOST_MEGABYTES = 60, 600


def write_second(first: Path, second: Path, count: int, *, share: int) -> None:
    """Write the later export: nine tenths of the first, a tenth of it with other numbers, and a tenth of new ads."""
    gone = count // 10
    write_export(second, gone, share=share, seed=2, first=count)
    with first.open(encoding="utf-8") as before, second.open("a", encoding="utf-8") as after:
        next(before)
        for number, line in enumerate(before):
            if number >= gone:
                after.write(line.replace(",,,,", "1,,,,") if number % 10 == 0 else line)


def prepare(home: Path, first: Path, second: Path) -> None:
    """Import both exports; the second is kept without its changes, which the measured process tells."""
    engine = open_record(f"sqlite:///{home / 'record.db'}")
    migrate(engine)
    told = changes.of_query
    for path, day in ((first, "2024-08-01"), (second, "2024-08-15")):
        if path == second:
            changes.of_query = lambda *_: False  # type: ignore[assignment]
        import_file(
            engine, Settings(home=home), "x_ads", path=path, scope={**SCOPE, "exported_at": day},
            now=lambda: datetime(2024, 10, 1, tzinfo=UTC),
        )  # fmt: skip
    changes.of_query = told
    engine.dispose()


def compare(home: Path) -> dict[str, float]:
    """Tell the changes of the second export in this process; return how many, CPU seconds and peak memory."""
    engine = open_record(f"sqlite:///{home / 'record.db'}")
    with Session(engine) as session:
        query_id = max(session.exec(select(col(tables.Query.id))))
    cpu = time.process_time()
    with unit_of_work(engine) as session:
        changes.of_query(session, query_id, reads.listings_of(session, query_id))
        written = reads.changes_told(session, query_id)
    return {"changes": written, "cpu": time.process_time() - cpu, "megabytes": peak_megabytes()}


def measured(home: Path, count: int, share: int) -> dict[str, float]:
    """Write and import both exports, then compare in a process of its own, so that its peak memory is its own."""
    home.mkdir()
    first, second = home / "first.csv", home / "second.csv"
    write_export(first, count, share=share)
    write_second(first, second, count, share=share)
    prepare(home, first, second)
    command = [sys.executable, __file__, "--compare", str(home)]
    return dict(json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout))


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
        half, whole = (
            measured(Path(folder) / str(count), count, given.share) for count in (given.ads // 2, given.ads)
        )
    limit = MOST_SECONDS * given.ads / 1_000_000
    steady = whole["megabytes"] < MOST_MEGABYTES and whole["megabytes"] < GROWTH * half["megabytes"]
    print(
        f"{whole['cpu']:8.1f} CPU-s for two exports of {given.ads:,} ads (at most {limit:.0f}); {whole['changes']:,} changes"
    )
    print(
        f"peak memory {half['megabytes']:.0f} MB at {given.ads // 2:,}, {whole['megabytes']:.0f} MB at {given.ads:,}"
    )
    return 0 if whole["cpu"] <= limit and steady else 1


if __name__ == "__main__":
    sys.exit(main())
