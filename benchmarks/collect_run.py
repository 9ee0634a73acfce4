"""How long one run over many accounts lasts when some hosts hang, and what an answer costs.

    python benchmarks/collect_run.py [--accounts 500] [--hosts 50] [--hanging 5] [--budget 20] [--by round]

Sites on loopback, one per host, answer with ten posts each; the hanging ones take the question and say nothing. The product's
own door, pipeline and SQLite record do the rest: by `tracker collect` (`--by round`, the default) or as the worker does
(`--by watch`). Prints the seconds of the run, the budget of a question, and the answers that were kept, parsed and stored per
second of this process's CPU. Exits 1 when the run lasts as long as two budgets, or under 100 answers per CPU second.
"""

import argparse
import json
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, update

from tracker.collect import rounds, sources, watching
from tracker.collect.client import Bounds, HttpClient
from tracker.collect.guard import WebGuard
from tracker.collect.job import silent
from tracker.collect.manners import Manners
from tracker.collect.redaction import Redactor
from tracker.collect.watching import Watcher
from tracker.domain import AccountRef
from tracker.settings import Settings
from tracker.store import registry, tables
from tracker.store.engine import migrate, open_record, unit_of_work

LEAST_PER_CPU_SECOND = 100
SOURCE = '''
"""Sites that answer in JSON: a source made for this measurement."""
import json
from datetime import datetime
from tracker.domain import Listing, Page, Post, Record

name = "places"
platform = "web"
kind = "posts"
needs = ()
anywhere = True
hosts = ()
per_minute = 6000
scope = {"account": "whose posts"}
origin = "nowhere"
required = ("id",)
release = None
matched = False


def fetch(scope, client, credentials, cursor):
    host, _, desk = scope.account.key.partition("/")
    yield Page(client.get("https://" + host + "/" + desk))


def records_in(body):
    return (Record(number, values) for number, values in enumerate(json.loads(body)["posts"], 1))


def parse(records, scope):
    listing = Listing(name + "|" + scope.account.key, scope.observed_at, scope.account)
    yield listing
    for record in records:
        values = record.values
        yield Post(listing, values["id"], scope.account, values["text"], datetime.fromisoformat(values["at"]))
'''


def serve(ports: Any, hanging: int, stop: Any) -> None:
    """Run in a process of its own: two servers, one that answers and one that never does; tell their ports."""
    from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

    class Answers(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            desk = f"{self.headers['Host']}{self.path}"
            posts = [
                {"id": f"{desk}#{number}", "text": f"News {number} of {desk}: the river is high, the bridge is open.",
                 "at": f"2026-09-{number + 10:02}T08:00:00+00:00"}
                for number in range(10)
            ]  # fmt: skip
            body = json.dumps({"posts": posts}).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_words: object) -> None:
            """Say nothing."""

    class Hangs(Answers):
        def do_GET(self) -> None:
            stop.wait()

    running = [ThreadingHTTPServer(("127.0.0.1", 0), handler) for handler in (Answers, Hangs)]
    for server in running:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    ports.put([server.server_address[1] for server in running])
    stop.wait()


@contextmanager
def sites(hosts: int, hanging: int) -> Iterator[dict[str, int]]:
    """Yield the port of each host; the last ones hang."""
    context = get_context("spawn")
    ports, stop = context.Queue(), context.Event()
    process = context.Process(target=serve, args=(ports, hanging, stop), daemon=True)
    process.start()
    answers, hangs = ports.get(timeout=60)
    try:
        yield {
            f"site{number}.example": hangs if number >= hosts - hanging else answers
            for number in range(hosts)
        }
    finally:
        stop.set()
        process.join(10)


@contextmanager
def source(folder: Path) -> Iterator[None]:
    """Let the source made for this be the only one."""
    (folder / "places.py").write_text(SOURCE)
    before = list(sources.__path__)
    sources.__path__[:] = [str(folder)]
    try:
        yield
    finally:
        sources.__path__[:] = before


def fill(engine: Engine, accounts: int, hosts: int) -> None:
    """Accept the accounts, spread over the hosts."""
    with unit_of_work(engine) as session:
        for number in range(accounts):
            key = f"site{number % hosts}.example/desk{number // hosts}"
            registry.resolve_account(
                session, AccountRef("web", key, handle=key), status="accepted", at=datetime.now(UTC)
            )


def by_round(engine: Engine, settings: Settings, connect: rounds.OpenClient) -> Iterator[str]:
    """Ask as `tracker collect` does; yield the outcomes."""
    asked = rounds.questions(
        engine, settings, source=None, account=None, scope={}, now=datetime.now(UTC), tell=lambda _words: None
    )
    for report in rounds.collect(
        engine, settings, asked, now=lambda: datetime.now(UTC), progress=silent, tell=lambda _words: None,
        connect=connect,
    ):  # fmt: skip
        yield report.outcome


def by_watch(engine: Engine, settings: Settings, connect: rounds.OpenClient) -> Iterator[str]:
    """Ask as the worker does, with everything due at once; yield the outcomes."""
    watcher = Watcher(engine, settings, lambda: datetime.now(UTC), "benchmark", connect)
    watching.plan(watcher)
    with unit_of_work(engine) as session:
        session.execute(update(tables.Watch).values(due_at=datetime.now(UTC) - timedelta(minutes=1)))
    ran = watching.run_due(watcher)
    yield from (report.outcome for report in ran.reports)
    yield from ["not_asked"] * ran.postponed


def main() -> int:
    """Measure one run and print what came of it."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--accounts", type=int, default=500)
    parser.add_argument("--hosts", type=int, default=50)
    parser.add_argument("--hanging", type=int, default=5)
    parser.add_argument("--budget", type=float, default=20.0)
    parser.add_argument("--by", choices=["round", "watch"], default="round")
    given = parser.parse_args()
    bounds = Bounds(timeout=given.budget, longest_answer=given.budget, budget=given.budget, attempts=1)
    manners = Manners()
    with (
        tempfile.TemporaryDirectory() as folder,
        sites(given.hosts, given.hanging) as ports,
        source(Path(folder)),
    ):

        def connect(_source: sources.Live, redactor: Redactor, _settings: Settings) -> HttpClient:
            guard = WebGuard(resolve=lambda _host, _port: [], loopback=ports)
            return HttpClient(guard, per_minute=0, redactor=redactor, manners=manners, bounds=bounds)

        home = Path(folder) / "home"
        engine, settings = open_record(f"sqlite:///{home / 'record.db'}"), Settings(home=home)
        migrate(engine)
        fill(engine, given.accounts, given.hosts)
        run = by_round if given.by == "round" else by_watch
        began, cpu = time.monotonic(), time.process_time()
        outcomes = Counter(run(engine, settings, connect))
        seconds, used = time.monotonic() - began, time.process_time() - cpu
        engine.dispose()
    rate = outcomes["rows"] / used
    print(f"{given.accounts} accounts on {given.hosts} hosts of which {given.hanging} hang, by {given.by}:")
    print(f"  outcomes {dict(sorted(outcomes.items()))}")
    print(
        f"  {seconds:.1f} s, a question may take {given.budget:.0f} s, its sum would be {given.hanging * given.budget:.0f} s or more"
    )
    print(f"  {rate:.0f} answers per CPU-s kept, parsed and stored ({used:.1f} CPU-s)")
    return 0 if seconds < 2 * given.budget and rate >= LEAST_PER_CPU_SECOND else 1


if __name__ == "__main__":
    sys.exit(main())
