"""How fast and in how much memory a million posts come in, against a bare `executemany` into the same tables.

    python benchmarks/import_posts.py [--posts 1000000]

Prints both rates and their ratio, and the peak memory of the import at one and two times the posts. Exits 1 when
the import brings under 0.40 of the posts per second, or the peak is over 400 MB or grows with the number of posts.
"""

import argparse
import json
import sqlite3
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tracker.collect.pipeline import import_file
from tracker.settings import Settings
from tracker.store.engine import migrate, open_record

LEAST_RATIO, MOST_MEGABYTES = 0.40, 400
START = datetime(2022, 1, 1, tzinfo=UTC)


def write_posts(path: Path, count: int) -> None:
    """Write `count` made-up headlines of 40 outlets, fifty to a page view, each seen once."""
    with path.open("w") as file:
        for number in range(count):
            at = (START + timedelta(minutes=number // 2_000)).strftime("%Y-%m-%dT%H:%M:%S")
            record = {
                "outlet": f"outlet{number // 50 % 40}", "section": "WORLD", "snapshot_at": at, "published_raw": at,
                "published_at": at, "headline": f"Headline {number} on trade, talks and weather in region {number % 977}",
            }  # fmt: skip
            file.write(json.dumps(record) + "\n")


def bring(home: Path, path: Path) -> None:
    """Import in this process; print wall seconds, CPU seconds and peak memory as JSON."""
    engine = open_record(f"sqlite:///{home / 'record.db'}")
    migrate(engine)
    wall, cpu = time.perf_counter(), time.process_time()
    report = import_file(engine, Settings(home=home), "page_snapshots", path=path, scope={})
    used = {
        "posts": report.new,
        "wall": time.perf_counter() - wall,
        "cpu": time.process_time() - cpu,
        "megabytes": _peak_megabytes(),
    }
    print(json.dumps(used))


def _peak_megabytes() -> float:
    """Return the peak of this process alone: `ru_maxrss` would carry over the peak of the process that started it."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024


def measured(home: Path, path: Path) -> dict[str, float]:
    """Import in a process of its own, so that its peak memory is its own."""
    home.mkdir()
    command = [sys.executable, __file__, "--bring", str(path), "--home", str(home)]
    return dict(json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout))


def bare(home: Path, target: Path) -> tuple[float, float]:
    """Copy the imported rows with plain `executemany` into the same, empty, indexed tables; return wall and CPU.

    As the import does, it commits every 10,000 rows and folds the write-ahead log in at the end.
    """
    engine = open_record(f"sqlite:///{target}")
    migrate(engine)
    engine.dispose()
    source = sqlite3.connect(home / "record.db")
    rows = {}
    for table in ("account", "query", "listing", "post", "post_snapshot", "sighting"):
        cursor = source.execute(f"SELECT * FROM {table}")
        rows[table] = (cursor.fetchall(), len(cursor.description))
    connection = sqlite3.connect(target)
    for pragma in ("synchronous=FULL", "journal_mode=WAL", "cache_size=-65536", "wal_autocheckpoint=65536"):
        connection.execute(f"PRAGMA {pragma}")
    wall, cpu = time.perf_counter(), time.process_time()
    for table, (values, width) in rows.items():
        for start in range(0, len(values), 10_000):
            connection.executemany(
                f"INSERT INTO {table} VALUES ({','.join('?' * width)})", values[start : start + 10_000]
            )
            connection.commit()
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return time.perf_counter() - wall, time.process_time() - cpu


def main() -> int:
    """Run the comparison and print it."""
    arguments = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    arguments.add_argument("--posts", type=int, default=1_000_000)
    arguments.add_argument("--bring", type=Path, help=argparse.SUPPRESS)
    arguments.add_argument("--home", type=Path, help=argparse.SUPPRESS)
    given = arguments.parse_args()
    if given.bring:
        bring(given.home, given.bring)
        return 0
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        write_posts(place / "once.jsonl", given.posts)
        write_posts(place / "twice.jsonl", 2 * given.posts)
        once = measured(place / "once", place / "once.jsonl")
        wall, cpu = bare(place / "once", place / "bare.db")
        twice = measured(place / "twice", place / "twice.jsonl")
    ratio = cpu / once["cpu"]
    print(
        f"import      {once['posts'] / once['cpu']:>10,.0f} posts per CPU-s  {once['posts'] / once['wall']:>10,.0f} per s"
    )
    print(f"executemany {given.posts / cpu:>10,.0f} posts per CPU-s  {given.posts / wall:>10,.0f} per s")
    print(f"ratio       {ratio:.2f} by CPU, {wall / once['wall']:.2f} by wall (at least {LEAST_RATIO})")
    print(
        f"peak memory {once['megabytes']:.0f} MB at {once['posts']:,}, {twice['megabytes']:.0f} MB at {twice['posts']:,}"
    )
    peak = twice["megabytes"]
    steady = peak < MOST_MEGABYTES and peak < 1.1 * once["megabytes"]
    good = wall / once["wall"] >= LEAST_RATIO and steady
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
