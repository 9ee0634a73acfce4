"""Whether the schedule loses or doubles a job in a day with many kills.

    python benchmarks/schedule_day.py [--accounts 2000] [--hours 24] [--kills 20]

Runs the worker's own loop (plan, claim, run side by side, finish) on a SQLite record with a clock of its own, a minute a turn, in
child processes that are killed (SIGKILL) in the middle of a job, one after the other; the next takes over from the record. A
tenth of the accounts is asked hourly, three tenths every few hours, the rest daily. What a job does is replaced by a line in a
log: what is measured is the schedule. Prints the slots that ended, those that ended twice, the jobs begun again after a
kill, the longest wait beyond an interval, and the CPU. Exits 1 when a slot ended twice, an account was left out for longer than
its interval and ten minutes, or more jobs were begun again than were in hand at the kills.
"""

import argparse
import os
import random
import signal
import sys
import tempfile
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from collect_run import SOURCE
from sqlalchemy import Engine, insert
from sqlmodel import Session

from tracker.collect import lanes, rounds, sources, watching
from tracker.collect.watching import Watcher
from tracker.domain import AccountRef, ImportReport
from tracker.settings import Settings
from tracker.store import registry, tables, watches
from tracker.store.engine import migrate, open_record, unit_of_work

START = datetime(2026, 10, 1, tzinfo=UTC)
SLACK = timedelta(minutes=10)
POSTS = {0: 1200, 1: 250, 2: 250, 3: 250}
"""How many posts of the last two weeks an account has, by the last digit of its number: hourly, and every six hours or so."""


def fill(engine: Engine, accounts: int) -> None:
    """Accept the accounts, each on a host that ten share, and give the busy ones posts."""
    with unit_of_work(engine) as session:
        ids = [
            registry.resolve_account(session, AccountRef("web", key, handle=key), status="accepted", at=START)
            for key in (f"site{number // 10}.example/desk{number % 10}" for number in range(accounts))
        ]
    rows = [
        {"account_id": number, "source": "places", "key": f"{number}-{post}", "digest": "", "first_seen": START,
         "published_at": START - timedelta(minutes=post)}
        for place, number in enumerate(ids)
        for post in range(POSTS.get(place % 10, 0))
    ]  # fmt: skip
    table = tables.table_of(tables.Post)
    with unit_of_work(engine) as session:
        for first in range(0, len(rows), 20_000):
            part = rows[first : first + 20_000]
            session.execute(
                insert(table), [{"id": first + place + 1, **row} for place, row in enumerate(part)]
            )


def stub(log: int, dies_at: int, before: bool) -> Callable[..., Any]:
    """Return what stands for asking: a line in the log; the process dies at the given one, before or after writing it."""
    turn, begun = threading.Lock(), [0]

    @contextmanager
    def asking(*_given: Any, **_more: Any) -> Iterator[Callable[[Mapping[str, str]], ImportReport]]:
        def put(scope: Mapping[str, str]) -> ImportReport:
            with turn:
                begun[0] += 1
                dies = begun[0] == dies_at
            if dies and before:
                os.kill(os.getpid(), signal.SIGKILL)
            os.write(log, f"{scope['account']}\n".encode())
            if dies:
                os.kill(os.getpid(), signal.SIGKILL)
            return ImportReport("places", scope["account"], "rows", 1)

        yield put

    return asking


def work(home: Path, folder: Path, minutes: Any, until: float, dies_at: int, before: bool) -> None:
    """Be a worker from the minute that the clock shows, until the end or until it dies."""
    sources.__path__[:] = [str(folder)]
    log = os.open(home / "log", os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    rounds.asking = stub(log, dies_at, before)  # type: ignore[assignment]

    def now() -> datetime:
        return START + timedelta(minutes=minutes.value)

    engine = open_record(f"sqlite:///{home / 'record.db'}")
    watcher = Watcher(engine, Settings(home=home), now, watching.owner_name(), lambda *_: None)  # type: ignore[arg-type, return-value]
    with unit_of_work(engine) as session:
        watches.let_go(session)
    while minutes.value < until:
        if minutes.value % 60 == 0:
            watching.plan(watcher)
        watching.run_due(watcher)
        minutes.value += 1
    engine.dispose()


def judge(engine: Engine, home: Path, until: float, kills: int) -> int:
    """Print what became of every watch, and return how many faults there are."""
    end = START + timedelta(minutes=until)
    with Session(engine) as session:
        ran, known = watches.runs(session, limit=10_000_000), watches.watches(session)
    slots = Counter((row["watch_id"], row["slot"]) for row in ran)
    by_watch: dict[int, list[datetime]] = defaultdict(list)
    for row in ran:
        by_watch[row["watch_id"]].append(row["finished_at"])
    begun = len((home / "log").read_text().splitlines())
    waits = []
    for watch in known:
        times = sorted(by_watch[watch["id"]])
        interval = timedelta(seconds=watch["every_seconds"])
        marks = [START + timedelta(hours=1), *times, end]
        waits.append(max(after - before - interval for before, after in pairwise(marks)))
    never = sum(1 for watch in known if not by_watch[watch["id"]])
    doubled = sum(1 for number in slots.values() if number > 1)
    again = begun - len(ran)
    print(
        f"  {len(known):,} watches, {len(ran):,} slots ended, {doubled} of them twice, {never} watches never asked"
    )
    print(f"  {again} jobs begun again after a kill (at most {kills * lanes.AT_ONCE} were in hand)")
    print(f"  longest wait beyond an interval: {max(waits).total_seconds() / 60:.0f} minutes")
    return doubled + never + (max(waits) > SLACK) + (again > kills * lanes.AT_ONCE)


def main() -> int:
    """Run one day and print what came of it."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--accounts", type=int, default=2000)
    parser.add_argument("--hours", type=int, default=24)
    parser.add_argument("--kills", type=int, default=20)
    given = parser.parse_args()
    chance, context = random.Random(20240701), get_context("fork")
    with tempfile.TemporaryDirectory() as place:
        home, folder = Path(place) / "home", Path(place) / "sources"
        home.mkdir(), folder.mkdir()
        (folder / "places.py").write_text(SOURCE)
        engine = open_record(f"sqlite:///{home / 'record.db'}")
        migrate(engine)
        fill(engine, given.accounts)
        engine.dispose()
        minutes, until, killed = context.Value("d", 0.0), given.hours * 60.0, 0
        began, cpu = time.monotonic(), os.times()
        while minutes.value < until:
            left = given.kills - killed
            each = max(1, int(4.2 * given.accounts * (until - minutes.value) / 1440 / (left + 1)))
            dies_at = chance.randint(each // 2, each) if left else 0
            worker = context.Process(
                target=work, args=(home, folder, minutes, until, dies_at, chance.random() < 0.5)
            )
            worker.start()
            worker.join()
            if worker.exitcode == -signal.SIGKILL:
                killed += 1
            elif worker.exitcode:
                return worker.exitcode
        used = sum(os.times()[2:4]) - sum(cpu[2:4])
        print(f"{given.hours} hours of {given.accounts:,} accounts, {killed} kills:")
        faults = judge(open_record(f"sqlite:///{home / 'record.db'}"), home, until, killed)
        print(f"  {time.monotonic() - began:.0f} s, {used:.0f} CPU-s in the workers")
    return 1 if faults or killed < given.kills else 0


if __name__ == "__main__":
    sys.exit(main())
