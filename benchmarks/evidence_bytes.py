"""How many bytes of evidence one more look at a feed costs when nothing in it changed.

    python benchmarks/evidence_bytes.py FOLDER [--looks 100]

Serves each feed of the folder (`*.xml`, also in folders below) on loopback and asks for it again and again through the
product's own door, in three ways: the server says 304, it sends the same bytes, or it sends them with another build date.
Prints for each way the bytes of packed evidence per look, and what the tables of the evidence and the ledger grow by. Exits 1
when an unchanged look costs over 60 bytes of evidence.
"""

import argparse
import itertools
import re
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, text

from tracker.collect import sources
from tracker.collect.client import Clock, HttpClient
from tracker.collect.guard import WebGuard
from tracker.collect.job import Job, silent
from tracker.collect.recording import Recorder
from tracker.collect.redaction import Redactor
from tracker.domain import Scope
from tracker.store import writes
from tracker.store.engine import migrate, open_record, unit_of_work

MOST_BYTES = 60
HOST = "feeds.example.org"
START = datetime(2026, 10, 1, 12, tzinfo=UTC)
_TIME = re.compile(rb"\b\d\d:\d\d:\d\d\b")

Served = Callable[[int], bytes]


def dated(body: bytes) -> Served:
    """Return the feed as it is at each look: its first time, or a comment at its end, is another one."""
    if _TIME.search(body):
        return lambda look: _TIME.sub(_clock(look), body, count=1)
    return lambda look: body + b"<!-- built at " + _clock(look) + b" -->"


def _clock(look: int) -> bytes:
    return (START + timedelta(seconds=61 * look)).strftime("%H:%M:%S").encode()


@contextmanager
def serving(feeds: dict[str, Served], *, says_unchanged: bool) -> Iterator[int]:
    """Serve the feeds on a free port of loopback; yields the port."""
    looks: dict[str, Iterator[int]] = {path: itertools.count() for path in feeds}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path not in feeds:
                self.send_error(404)
                return
            known = says_unchanged and self.headers.get("If-None-Match") is not None
            body = b"" if known else feeds[self.path](next(looks[self.path]))
            self.send_response(304 if known else 200)
            self.send_header("Content-Type", "application/xml")
            if says_unchanged:
                self.send_header("ETag", '"the same"')
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_words: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()


def look(engine: Engine, port: int, paths: list[str], looks: int) -> None:
    """Ask for each feed so many times, each time as a question of its own."""
    source: Any = sources.load("feeds")
    client = HttpClient(
        WebGuard(loopback={HOST: port}), per_minute=0, redactor=Redactor(),
        clock=Clock(sleep=lambda _seconds: None),
    )  # fmt: skip
    for path, _ in itertools.product(paths, range(looks)):
        job = Job(engine, source, Scope({"feed": path}, START), lambda: START, silent)
        with unit_of_work(engine) as session:
            query = writes.start_query(
                session, "feeds", job.scope.values, digest=job.digest, observed_at=START, started_at=START,
                evidence_id=None, tool_version="0",
            )  # fmt: skip
        Recorder(job, query, client).get(f"https://{HOST}{path}")


def sizes(engine: Engine) -> tuple[int, int, int]:
    """Return the bytes of packed evidence, of the tables of the evidence, and of the ledger with their indexes."""
    tables = "SELECT COALESCE(SUM(payload), 0) FROM dbstat WHERE name IN (SELECT name FROM sqlite_master WHERE tbl_name IN ({}))"
    asked = (
        "SELECT COALESCE(SUM(LENGTH(z)), 0) FROM evidence_chunk",
        tables.format("'evidence', 'evidence_chunk'"),
        tables.format("'fetch'"),
    )
    with engine.connect() as connection:
        packed, rows, ledger = (connection.execute(text(statement)).scalar_one() for statement in asked)
    return packed, rows, ledger


def measured(feeds: dict[str, Served], looks: int, *, says_unchanged: bool) -> tuple[float, ...]:
    """Return what `sizes` grows by at each look after the first."""
    with tempfile.TemporaryDirectory() as home, serving(feeds, says_unchanged=says_unchanged) as port:
        engine = open_record(f"sqlite:///{home}/record.db")
        migrate(engine)
        look(engine, port, list(feeds), 1)
        before = sizes(engine)
        look(engine, port, list(feeds), looks)
        after = sizes(engine)
        engine.dispose()
    return tuple((now - then) / (looks * len(feeds)) for now, then in zip(after, before, strict=True))


def main() -> int:
    """Measure the three ways and say whether they stay below the limit."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--looks", type=int, default=100)
    given = parser.parse_args()
    bodies = {
        f"/{number}.xml": path.read_bytes() for number, path in enumerate(sorted(given.folder.rglob("*.xml")))
    }
    same: dict[str, Served] = {path: lambda _look, body=body: body for path, body in bodies.items()}  # type: ignore[misc]
    ways = {
        "304": measured(same, given.looks, says_unchanged=True),
        "the same bytes": measured(same, given.looks, says_unchanged=False),
        "another build date": measured(
            {path: dated(body) for path, body in bodies.items()}, given.looks, says_unchanged=False
        ),
    }
    print(
        f"{len(bodies)} feeds, {sum(map(len, bodies.values())) / max(1, len(bodies)):,.0f} bytes each, {given.looks} looks"
    )
    for way, (packed, rows, ledger) in ways.items():
        print(
            f"{way:>20}: {packed:6.1f} B packed, {rows:6.1f} B with its rows and indexes, ledger {ledger:6.1f} B"
        )
    too_much = [way for way, (packed, *_) in ways.items() if packed > MOST_BYTES]
    print(f"over {MOST_BYTES} bytes: {', '.join(too_much)}" if too_much else f"all within {MOST_BYTES} bytes")
    return 1 if too_much else 0


if __name__ == "__main__":
    sys.exit(main())
