"""How much processor time all public lists take to come in, and then to come in again unchanged.

    python benchmarks/import_lists.py FOLDER

FOLDER holds the lists under the names below. Exits 1 when the first import of all takes 20 CPU seconds or more, or
the second one changes anything.
"""

import argparse
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Engine

from tracker.listdesk import ListReport, import_list
from tracker.settings import Settings
from tracker.store.engine import migrate, open_record

MOST_CPU_SECONDS = 20
FILES = {
    "canis": "prc_state_media_canis_*.csv",
    "asd_matrix": "state_media_matrix_asd_*.csv",
    "handles": "state_linked_handles_long.csv*",
    "cloaked_domains": "cloaked_domains.csv*",
    "meta_indicators": "meta_cib_indicators_*.csv*",
}


def bring(engine: Engine, home: Path, folder: Path) -> tuple[float, list[ListReport]]:
    """Import every list of the folder; return the processor time and the reports."""
    cpu = time.process_time()
    reports = [
        import_list(
            engine, Settings(home=home), name, path=next(folder.glob(pattern)), now=lambda: datetime.now(UTC)
        )
        for name, pattern in FILES.items()
    ]
    return time.process_time() - cpu, reports


def main() -> int:
    """Import twice into an empty record and print both times."""
    arguments = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    arguments.add_argument("folder", type=Path)
    folder = arguments.parse_args().folder
    with tempfile.TemporaryDirectory() as place:
        home = Path(place)
        engine = open_record(f"sqlite:///{home / 'record.db'}")
        migrate(engine)
        first, reports = bring(engine, home, folder)
        again, repeated = bring(engine, home, folder)
        engine.dispose()
    for report in reports:
        print(
            f"{report.list:<16} {report.read:>6,} rows  {report.named:>6,} accounts named  {report.new:>6,} new"
        )
    rows = sum(report.read for report in reports)
    print(
        f"first   {first:.1f} CPU-s for {rows:,} rows (less than {MOST_CPU_SECONDS})\nagain   {again:.1f} CPU-s"
    )
    changed = [report.list for report in repeated if report.new or report.merged or report.claims]
    if changed:
        print(f"changed the second time: {', '.join(changed)}")
    return 0 if first < MOST_CPU_SECONDS and not changed else 1


if __name__ == "__main__":
    sys.exit(main())
