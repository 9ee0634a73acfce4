"""A hostile site on loopback: every fault of the way, by name, as answers to `/items`.

Nothing waits: where a site is slow, it moves the clock of the test.
"""

import gzip
from collections.abc import Callable, Mapping
from itertools import count

import httpcore

from tests.collect.servers import (
    ENDLESS,
    HANGS_UP,
    Answering,
    Asked,
    FakeTime,
    Told,
    bomb,
    cut,
    data,
    login_page,
    redirect,
    throttled,
)
from tests.collect.websites import NEWS, TOKEN
from tracker.collect.guard import Route, WebGuard

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
ECHO = f'{{"error": "bad token {TOKEN}"}}'.encode()


def raw(head: bytes, body: bytes = b"") -> Told:
    return Told(HEAD + head + b"\r\n" + body, how="raw")


def packed(body: bytes, encoding: str) -> Told:
    return Told(body, 200, {"Content-Type": "application/json", "Content-Encoding": encoding})


def redirects() -> Callable[[Asked], Told]:
    """Redirect ten thousand times and more, each time to another address."""
    places = count(1)
    return lambda _asked: redirect(f"/items?place={next(places)}")


def thrice(megabytes: int) -> bytes:
    return gzip.compress(gzip.compress(bomb(megabytes).body))


FAULTS: Mapping[str, tuple[Answering, str]] = {
    "a body without end": (ENDLESS, "error"),
    "a gzip bomb": (bomb(300), "error"),
    "a gzip bomb in a gzip": (packed(thrice(64), "gzip, gzip, gzip"), "error"),
    "a brotli bomb": (packed(b"\x5b\xff\xff\xff" * 200, "br"), "error"),
    "a packing that nobody knows": (packed(b"x", "x-zip, identity"), "error"),
    "a plain body said to be gzip": (packed(b'{"items": []}', "gzip"), "error"),
    "a gzip that is cut off": (packed(gzip.compress(b'{"items": []}')[:-9], "gzip"), "error"),
    "a body that is cut off": (cut({"items": [1, 2, 3]}), "error"),
    "a length larger than the body": (raw(b"Content-Length: 9999\r\n", b'{"items": []}'), "error"),
    "a length smaller than the body": (raw(b"Content-Length: 9\r\n", b'{"items": []}'), "error"),
    "two lengths": (raw(b"Content-Length: 13\r\nContent-Length: 9\r\n", b'{"items": []}'), "error"),
    "a length that is none": (raw(b"Content-Length: -1\r\n", b'{"items": []}'), "error"),
    "headers without end": (raw(b"X: " + b"y" * 500_000 + b"\r\n"), "error"),
    "no HTTP at all": (Told(b"220 mail.example.org ESMTP\r\n", how="raw"), "error"),
    "nothing": (HANGS_UP, "error"),
    "broken UTF-8": (Told(b'{"items": [{"id": "\xff\xfe"}]}'), "error"),
    "HTML where JSON was promised": (login_page(), "login_wall"),
    "ten thousand redirects": (redirects(), "error"),
    "a redirect to metadata": (redirect("http://169.254.169.254/latest/meta-data/"), "error"),
    "a redirect to a mapped loopback": (redirect("http://[::ffff:127.0.0.1]/"), "error"),
    "a redirect to a number": (redirect("http://2130706433/"), "error"),
    "a redirect to what is no address": (redirect("http://[/"), "error"),
    "a redirect to a broken name": (redirect("http://\\uff11\\uff12\\uff17.0.0.1/"), "error"),
    "a storm of 503": (Told(ECHO, 503), "throttled"),
    "a throttle for years": (throttled(10**12, ECHO), "throttled"),
    "an error that repeats the key": (Told(ECHO, 500), "error"),
    "a redirect that repeats the key": (redirect(f"https://{NEWS}/login?token={TOKEN}"), "error"),
    "an answer that repeats the key": (data({"items": 7, "token": TOKEN}, X_Token=TOKEN), "error"),
}
"""What the site does, and how a question to it ends."""


def drips(time: FakeTime) -> Mapping[str, Told]:
    """What comes at one byte a second, for ever."""
    return {
        "headers": Told(b"HTTP/1.1 200 OK\r\nX-Slow: y", how="drip", tick=time.sleep),
        "the body": Told(HEAD + b"\r\n[ ", how="drip", tick=time.sleep),
        "chunks": Told(HEAD + b"Transfer-Encoding: chunked\r\n\r\nffffff\r\n ", how="drip", tick=time.sleep),
    }


class Unconnected(httpcore.NetworkBackend):
    """Writes down whom it was asked to connect to, and connects to nobody but `allowed`, a port on loopback."""

    def __init__(self, allowed: int | None = None):
        self.asked: list[tuple[str, int]] = []
        self._allowed, self._real = allowed, httpcore.SyncBackend()

    def connect_tcp(self, host: str, port: int, **options: object) -> httpcore.NetworkStream:  # type: ignore[override]
        self.asked.append((host, port))
        if (host, port) != ("127.0.0.1", self._allowed):
            raise httpcore.ConnectError("nobody is connected to")
        return self._real.connect_tcp(host, port, **options)  # type: ignore[arg-type]


class SpeaksTls(WebGuard):
    """Leads every host to a port on loopback that does not speak TLS, in TLS."""

    def __init__(self, port: int):
        super().__init__()
        self._port = port

    def route(self, url: str) -> Route:
        host = url.split("/")[2]
        return Route("https", host, ("127.0.0.1",), self._port, "/")
