"""A round over hostile sites and good ones in a process of its own, whose memory is measured.

    python -m tests.collect.hostile_run HOME [FAULT…]

asks every site of `SITES`, or so many that have the named faults, each beside a good one, and prints a line of JSON: how each
site ended, the seconds that the slowest question took on its own clock, whom we connected to, and the most memory in bytes.
"""

import gzip
import json
import resource
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

from tests.collect.hostile import FAULTS, HEAD, Unconnected
from tests.collect.servers import Answering, Asked, FakeTime, FaultServer, Told, web_guard_of
from tracker.collect import rounds, sources
from tracker.collect.client import WEB, HttpClient
from tracker.collect.job import silent
from tracker.collect.manners import Manners
from tracker.collect.redaction import Redactor
from tracker.collect.rounds import Question
from tracker.domain import AccountRef
from tracker.settings import Settings
from tracker.store import registry
from tracker.store.engine import migrate, open_record, unit_of_work

NOW = datetime(2026, 10, 1, 12, tzinfo=UTC)
PUBLIC = "93.184.215.14"
REBINDS = "a name that leads elsewhere the second time"
LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))


def feed(entries: str, before: str = "") -> Told:
    body = f"{before}<rss version='2.0'><channel><title>T</title>{entries}</channel></rss>".encode()
    return Told(body, 200, {"Content-Type": "application/rss+xml"})


def entry(key: str, date: str = "") -> str:
    return f"<item><guid isPermaLink='false'>{key}</guid><title>Tea {key}</title><pubDate>{date}</pubDate></item>"


def changing() -> Callable[[Asked], Told]:
    turns = count()
    return lambda _asked: feed(entry(f"turn-{next(turns)}"))


FEEDS: Mapping[str, Answering] = {
    "billion laughs": feed("<item><title>&l9;</title></item>", f'<!DOCTYPE x [<!ENTITY l0 "ha">{LAUGHS}]>'),
    "an entity of a file": feed(
        "<item><title>&f;</title></item>", '<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]>'
    ),
    "a million entries": feed("<item/>" * 1_000_000),
    "a million entries, packed": Told(
        gzip.compress(feed("".join(f"<item>{n}</item>" for n in range(1_000_000))).body), 200,
        {"Content-Type": "application/rss+xml", "Content-Encoding": "gzip"},
    ),
    "two entries with one id": feed(entry("same") + "<item><guid>same</guid><title>Other</title></item>"),
    "dates in 1970 and 2099": feed(
        entry("old", "Thu, 01 Jan 1970 00:00:00 GMT") + entry("late", "Thu, 01 Jan 2099 00:00:00 GMT")
    ),
    "an id that changes at each look": changing(),
}  # fmt: skip
GOOD = feed(entry("good", "Thu, 01 Oct 2026 08:00:00 GMT"))
DRIPS: Mapping[str, bytes] = {
    "a byte a second of headers": b"HTTP/1.1 200 OK\r\nX-Slow: y",
    "a byte a second of the body": HEAD + b"\r\n[ ",
    "a byte a second of chunks": HEAD + b"Transfer-Encoding: chunked\r\n\r\nffffff\r\n ",
}


class Clocks:
    """The clock of each question, by a number that its site is told as our contact, so that a slow site can move it."""

    def __init__(self) -> None:
        self._lock, self.known = threading.Lock(), list[FakeTime]()

    def new(self) -> tuple[str, FakeTime]:
        with self._lock:
            self.known.append(FakeTime(NOW))
            return f"clock-{len(self.known) - 1}-", self.known[-1]

    def of(self, asked: Asked) -> FakeTime:
        return self.known[int(asked.headers["user-agent"].split("clock-")[1].split("-")[0])]


def sites(clocks: Clocks) -> dict[str, Answering]:
    """Return what each site answers, by its fault."""

    def dripping(body: bytes) -> Callable[[Asked], Told]:
        return lambda asked: Told(body, how="drip", tick=clocks.of(asked).sleep)

    faults = {name: answering for name, (answering, _outcome) in FAULTS.items()}
    return {**faults, **{name: dripping(body) for name, body in DRIPS.items()}, **FEEDS, REBINDS: GOOD}


def hosts_of(faults: Sequence[str]) -> dict[str, str]:
    """Return the hosts with what they do, a good one after each bad one."""
    pairs = [(f"bad{n}.example.org", fault) for n, fault in enumerate(faults)]
    return dict(pair for bad in pairs for pair in (bad, (f"good{bad[0][3:]}", "")))


def ask(home: Path, hosts: Mapping[str, str]) -> dict[str, object]:
    """Ask every host beside the others, and return how it ended."""
    clocks, rebinding = Clocks(), [[PUBLIC], ["127.0.0.1"]]
    answers = sites(clocks)

    def home_page(asked: Asked) -> Told:
        answering = answers.get(hosts[asked.headers["host"]], GOOD)
        return answering if isinstance(answering, Told) else answering(asked)

    with FaultServer() as server:
        for path in ("/", "/items"):  # a redirect leads to /items
            server.answers(path, home_page)
        server.answers("/robots.txt", Told(b"", 404))
        connector = Unconnected(server.port)
        named = [host for host, fault in hosts.items() if fault != REBINDS]
        guard = web_guard_of(
            server, named, lambda _host, _port: rebinding.pop(0) if len(rebinding) > 1 else rebinding[0]
        )

        def connect(source: sources.Live, redactor: Redactor, _settings: Settings) -> HttpClient:
            number, time = clocks.new()
            return HttpClient(
                guard, per_minute=source.per_minute, redactor=redactor, manners=Manners(), robots=True,
                contact=number, clock=time.clock, bounds=WEB, connector=connector,
            )  # fmt: skip

        outcomes = dict(outcomes_of(home, hosts, connect))
    return {
        "outcomes": {f"{fault or 'good'} ({host})": outcomes.get(host) for host, fault in hosts.items()},
        "seconds": max(time.monotonic() for time in clocks.known),
        "connected": sorted({host for host, _ in connector.asked}),
    }


def outcomes_of(
    home: Path, hosts: Mapping[str, str], connect: rounds.OpenClient
) -> Iterator[tuple[str, str]]:
    engine = open_record(f"sqlite:///{home / 'record.db'}")
    migrate(engine)
    with unit_of_work(engine) as session:
        for host in hosts:
            account = AccountRef("web", host, handle=host, url=f"https://{host}/")
            registry.resolve_account(session, account, status="accepted", at=NOW)
    asked = [Question("feeds", {"account": f"web:{host}"}) for host in hosts]
    for report in rounds.collect(
        engine, Settings(home=home), asked, now=lambda: NOW, progress=silent, tell=lambda _words: None, connect=connect
    ):  # fmt: skip
        yield report.file.removeprefix("account=web:"), report.outcome


def most(who: int = resource.RUSAGE_SELF) -> int:
    """Return the most memory that this process, or any of its children, ever held."""
    return resource.getrusage(who).ru_maxrss * 1024


if __name__ == "__main__":
    folder, *wanted = sys.argv[1:]
    ask(Path(folder), {"good.example.org": ""})  # what is imported and made once is no cost of a hostile site
    before = most()
    found = ask(Path(folder), hosts_of(wanted or list(sites(Clocks()))))
    print(json.dumps({**found, "before": before, "most": most(), "children": most(resource.RUSAGE_CHILDREN)}))
