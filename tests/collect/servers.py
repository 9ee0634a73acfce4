"""A server on loopback that answers as it was told, faults included, and a client that finds it there.

    with FaultServer() as server:
        server.answers("/v1/ads", data({"ads": []}), throttled(30), data({"ads": [1]}))
        with client_of(server, ["api.example.org"]) as client:
            client.get("https://api.example.org/v1/ads")

The answers of a path come one after the other; the last one stays. An answer may be a function of the `Asked` request. What
was asked stands in `server.asked`. The client asks the real addresses: the guard leads them to loopback, in plain HTTP.
No test waits: `FakeTime` counts what would have been slept.
"""

import gzip
import json
import threading
import zlib
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Literal, Self
from urllib.parse import parse_qsl, urlsplit

from tracker.collect.client import Bounds, Clock, HttpClient
from tracker.collect.guard import Guard, Resolver, WebGuard
from tracker.collect.manners import Manners
from tracker.collect.redaction import Redactor
from tracker.collect.wire import Connector

How = Literal["whole", "chunked", "cut", "cut_chunked", "endless", "silent", "closed", "raw", "drip"]
LOGIN = (
    b"<!DOCTYPE html><html><head><title>Log in</title></head><body>Please log in to continue</body></html>"
)


@dataclass(frozen=True)
class Asked:
    """A request as it came."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def form(self) -> dict[str, str]:
        return dict(parse_qsl(self.body.decode(), keep_blank_values=True))


@dataclass(frozen=True)
class Told:
    """An answer. `how` it is sent: whole, in chunks, cut off in the middle, without end, not at all, or hung up at once.

    As "raw" its body is all that is sent, with its status line and headers; as a "drip" too, and then the last byte again
    and again; before each byte `tick` moves the clock by a second, and after 90 seconds nothing moves.
    """

    body: bytes = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    how: How = "whole"
    tick: Callable[[float], None] = lambda _seconds: None


Answering = Told | Callable[[Asked], Told]


def data(value: object, status: int = 200, how: How = "whole", **headers: str) -> Told:
    """JSON; a header's name is written with underscores."""
    named = {name.replace("_", "-"): words for name, words in headers.items()}
    return Told(json.dumps(value).encode(), status, {"Content-Type": "application/json", **named}, how)


def gzipped(value: object) -> Told:
    """JSON that is packed."""
    plain = data(value)
    return Told(gzip.compress(plain.body), 200, {**plain.headers, "Content-Encoding": "gzip"})


def bomb(megabytes: int) -> Told:
    """A small gzip that unpacks to very much; it is packed piece by piece, so that it costs the test no memory."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 16 + zlib.MAX_WBITS)
    packed = b"".join(packer.compress(b"\0" * (1 << 20)) for _ in range(megabytes)) + packer.flush()
    return Told(packed, 200, {"Content-Type": "application/json", "Content-Encoding": "gzip"})


def throttled(retry_after: int | str | None = None, body: bytes = b'{"error":"too many requests"}') -> Told:
    """429, with or without `Retry-After`."""
    told = {} if retry_after is None else {"Retry-After": str(retry_after)}
    return Told(body, 429, {"Content-Type": "application/json", **told})


def login_page(status: int = 200) -> Told:
    """A web page where data was asked for."""
    return Told(LOGIN, status, {"Content-Type": "text/html; charset=utf-8"})


def redirect(target: str, status: int = 302) -> Told:
    """A redirect."""
    return Told(b"", status, {"Location": target})


def cut(value: object) -> Told:
    """JSON whose connection breaks off in the middle."""
    return data(value, how="cut")


ENDLESS = Told(b"[" + b" " * 4095, how="endless")
SILENT = Told(how="silent")
HANGS_UP = Told(how="closed")


def pages(*contents: object, cursor: str = "after", name: str = "next") -> Callable[[Asked], Told]:
    """Answer page after page: each with the cursor of the one that follows, read from the query or the JSON body.

    Page n is asked for with `cursor=n`; `{"items": [...], "next": "1"}`, and the last page without it.
    """

    def answer(asked: Asked) -> Told:
        given = asked.query.get(cursor) or (asked.json.get(cursor) if asked.body else None) or "0"
        number = int(given)
        following = {name: str(number + 1)} if number + 1 < len(contents) else {}
        return data({"items": contents[number], **following})

    return answer


class FaultServer:
    """Answers on 127.0.0.1 at a free port until it is closed."""

    def __init__(self) -> None:
        self.asked: list[Asked] = []
        self.closing = threading.Event()
        self._scripts: dict[str, list[Answering]] = defaultdict(list)
        self._lock = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)

    @property
    def port(self) -> int:
        return int(self._server.server_address[1])

    def answers(self, path: str, *script: Answering) -> None:
        """Say what a path answers, in place of what it answered before; the last answer stays."""
        with self._lock:
            self._scripts[path] = list(script)

    def next_answer(self, asked: Asked) -> Told:
        with self._lock:
            self.asked.append(asked)
            script = self._scripts.get(asked.path)
            if not script:
                return data({"error": f"nothing is told for {asked.path}"}, 404)
            found = script.pop(0) if len(script) > 1 else script[0]
        return found if isinstance(found, Told) else found(asked)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self.closing.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)


def _handler(server: FaultServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self.answer()

        do_POST = do_GET  # noqa: N815

        def answer(self) -> None:
            parts = urlsplit(self.path)
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            asked = Asked(self.command, parts.path, dict(parse_qsl(parts.query)), headers, body)
            told = server.next_answer(asked)
            self.close_connection = True
            try:
                self.send(told)
            except (BrokenPipeError, ConnectionResetError):  # the client had enough
                return

        def send(self, told: Told) -> None:
            if told.how == "closed":
                return
            if told.how == "silent":
                server.closing.wait(10)
                return
            if told.how in ("raw", "drip"):
                for part in _parts(told, server.closing):
                    self.wfile.write(part)
                return
            self.send_response(told.status)
            for name, value in told.headers.items():
                self.send_header(name, value)
            if told.how in ("whole", "cut"):
                self.send_header("Content-Length", str(len(told.body)))
            else:
                self.send_header("Transfer-Encoding", "chunked")
            self.send_header("Connection", "close")
            self.end_headers()
            for part in _parts(told, server.closing):
                self.wfile.write(part)

        def log_message(self, *_words: object) -> None:
            """Say nothing."""

    return Handler


def _parts(told: Told, closing: threading.Event) -> Iterator[bytes]:
    half = len(told.body) // 2
    chunks = [told.body[:half], told.body[half:]]
    if told.how in ("whole", "raw"):
        yield told.body
    elif told.how == "drip":
        for place in range(90):
            told.tick(1)
            yield told.body[min(place, len(told.body) - 1) :][:1]
        closing.wait(10)
    elif told.how == "cut":
        yield chunks[0]
    elif told.how == "cut_chunked":
        yield _chunk(chunks[0])
    elif told.how == "chunked":
        yield from (_chunk(chunk) for chunk in chunks if chunk)
        yield b"0\r\n\r\n"
    else:
        while not closing.is_set():
            yield _chunk(told.body)


def _chunk(block: bytes) -> bytes:
    return f"{len(block):x}\r\n".encode() + block + b"\r\n"


class FakeTime:
    """A clock that moves when somebody sleeps; `slept` is how long, one entry per sleep."""

    def __init__(self, start: datetime = datetime(2026, 10, 1, 12, tzinfo=UTC)):
        self.slept: list[float] = []
        self._start = start

    def monotonic(self) -> float:
        return sum(self.slept)

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)

    def now(self) -> datetime:
        return self._start + timedelta(seconds=sum(self.slept))

    @property
    def clock(self) -> Clock:
        return Clock(self.monotonic, self.sleep, self.now, lambda: 0.0)


def guard_of(server: FaultServer, hosts: Sequence[str]) -> Guard:
    """A guard that leads the hosts to the server, and that never resolves a name."""
    return Guard(hosts, resolve=never_resolved, loopback=dict.fromkeys(hosts, server.port))


def web_guard_of(server: FaultServer, hosts: Sequence[str], resolve: Resolver | None = None) -> WebGuard:
    """A guard for any host: the named ones stand on the server, others are resolved by `resolve`, or not at all."""
    return WebGuard(resolve=resolve or never_resolved, loopback=dict.fromkeys(hosts, server.port))


def never_resolved(host: str, port: int) -> list[str]:
    raise AssertionError(f"a test asked the system for the address of {host}:{port}")


def client_of(
    server: FaultServer,
    hosts: Sequence[str],
    *,
    per_minute: int = 0,
    secrets: Sequence[str] = (),
    redactor: Redactor | None = None,
    time: FakeTime | None = None,
    bounds: Bounds | None = None,
    connector: Connector | None = None,
    guard: Guard | None = None,
    manners: Manners | None = None,
    robots: bool = False,
) -> HttpClient:
    """The client of the product, for hosts that the server stands for; with `web_guard_of` as `guard`, for the open web."""
    return HttpClient(
        guard or guard_of(server, hosts),
        per_minute=per_minute,
        redactor=redactor or Redactor(secrets),
        manners=manners,
        robots=robots,
        clock=(time or FakeTime()).clock,
        bounds=bounds or Bounds(timeout=5),
        connector=connector,
    )
