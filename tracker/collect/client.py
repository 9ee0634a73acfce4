"""The only place that speaks HTTP: pacing, retries, limits and redirects. Where it may go, `guard` and `robots` say.

An answer is read as it comes and unpacked here, so that neither an endless one nor a bomb fills the memory. Environment
proxies are not used: through one, nobody could check where a request ends.
"""

import json as jsonlib
import logging
import math
import random
import time
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from types import TracebackType
from typing import Self
from urllib.parse import urlencode, urlsplit

import httpcore
import httpx

from tracker import __version__
from tracker.collect.guard import Guard
from tracker.collect.manners import Manners
from tracker.collect.redaction import Redactor
from tracker.collect.redirects import Request, onward, target_of
from tracker.collect.robots import OUR_NAME, Rules, place_of, rules_of
from tracker.collect.unpacking import unpacker_of
from tracker.collect.waits import asked_wait
from tracker.collect.wire import Connector, Wire, trusted
from tracker.domain import Answer, Unanswered
from tracker.errors import AddressRefused, PlatformChanged, RobotsRefused

_AGAIN = frozenset({429, 500, 502, 503, 504})
_FREE_UNPACKED = 8 << 20
_SHOWN = 160


@dataclass(frozen=True, slots=True)
class Clock:
    """Time and chance as the client sees them, so that a test needs neither."""

    monotonic: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    chance: Callable[[], float] = random.random


@dataclass(frozen=True, slots=True)
class Bounds:
    """How long, how often and how much; times in seconds, `budget` for all of a question with its waits."""

    timeout: float = 30
    longest_answer: float = 300
    longest_wait: float = 90
    budget: float = 3600
    attempts: int = 4
    redirects: int = 5
    max_bytes: int = 64_000_000
    max_unpacked_ratio: int = 200


WEB = Bounds(timeout=20, longest_answer=60, longest_wait=60, budget=300, attempts=3, max_bytes=20_000_000)
"""Bounds for sites that nobody has vetted."""


def unseen(_answer: Answer) -> None:
    """Show an answer to nobody."""


@dataclass(frozen=True, slots=True)
class Errand:
    """What belongs to one question.

    `witness` is shown each answer on the way to the last one (robots.txt, redirects); at `until` on the client's clock
    its time is over.
    """

    witness: Callable[[Answer], None] = unseen
    until: float = math.inf


class _Broken(Exception):
    """A connection that did not come about or broke off; worth another try."""


class HttpClient:
    """Asks what `guard` lets through, each host at most `per_minute` times a minute.

    `redactor` learns what is sent as credential; `manners` are shared by the clients of a round. With `robots`, a site
    is asked only what its robots.txt allows, and not more often than it says there.
    """

    def __init__(
        self,
        guard: Guard,
        *,
        per_minute: int,
        redactor: Redactor,
        manners: Manners | None = None,
        robots: bool = False,
        contact: str = "whoever runs this tracker",
        clock: Clock = Clock(),
        bounds: Bounds = Bounds(),
        connector: Connector | None = None,
    ):
        self.redactor = redactor
        self._guard, self._clock, self._bounds = guard, clock, bounds
        self._manners, self._robots = manners or Manners(), robots
        self._gap = 60 / per_minute if per_minute else 0.0
        for noisy in ("httpx", "httpcore"):  # at INFO httpx writes whole addresses (encode/httpx#2760)
            if logging.getLogger(noisy).level != logging.WARNING:
                logging.getLogger(noisy).setLevel(logging.WARNING)
        agent = f"{OUR_NAME}/{__version__} (research; contact: {contact})"
        self._says = {
            "User-Agent": agent.encode("ascii", "replace").decode(),
            "Accept": "*/*",
            "Accept-Encoding": "gzip",
            "Connection": "close",
        }
        self._trust, self._connector = trusted(), connector or httpcore.SyncBackend()

    def __enter__(self) -> Self:
        """Return the client itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Leave nothing open: each request has a connection of its own."""

    def errand(self, witness: Callable[[Answer], None] = unseen) -> Errand:
        """Return what belongs to a question that begins now."""
        return Errand(witness, self._clock.monotonic() + self._bounds.budget)

    def get(
        self,
        url: str,
        *,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        errand: Errand = Errand(),
    ) -> Answer:
        """Return the answer to a GET, whatever its status; raise `Unanswered` or `AddressRefused`."""
        return self._ask(Request("GET", _with(url, params), headers or {}), errand)

    def post(
        self,
        url: str,
        *,
        params: Mapping[str, str] | None = None,
        json: object = None,
        form: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        errand: Errand = Errand(),
    ) -> Answer:
        """Return the answer to a POST of JSON or of a form, whatever its status; raise as `get` does."""
        if form is not None:
            self._learn(form)
            content, kind = urlencode(form).encode(), "application/x-www-form-urlencoded"
        else:
            content, kind = jsonlib.dumps(json).encode(), "application/json"
        told = {"Content-Type": kind, **(headers or {})}
        return self._ask(Request("POST", _with(url, params), told, content), errand)

    # -- again and again ---------------------------------------------------------------------------------------

    def _ask(self, request: Request, errand: Errand, *, about_robots: bool = False) -> Answer:
        self._learn(request.headers)
        why, answer = "", None
        for attempt in range(1, self._bounds.attempts + 1):
            try:
                answer = self._follow(request, errand, attempt - 1, about_robots=about_robots)
            except _Broken as error:
                why, wait = str(error), self._back_off(attempt, None)
            else:
                if answer.status not in _AGAIN:
                    return answer
                why, wait = said(answer), self._wait_of(answer, attempt)
            if attempt == self._bounds.attempts or wait > self._patience(errand):
                break
            self._clock.sleep(wait)
        raise Unanswered(
            self.redactor.text(f"{request.host}: {why}; gave up after {attempt} of {self._bounds.attempts} tries"),
            answer,
        )  # fmt: skip

    def _patience(self, errand: Errand) -> float:
        """Return the seconds that one wait may take."""
        return min(self._bounds.longest_wait, errand.until - self._clock.monotonic())

    def _wait_of(self, answer: Answer, attempt: int) -> float:
        told = asked_wait(answer.status, answer.headers, self._clock.now())
        return self._back_off(attempt, answer) if told is None else max(told, self._gap)

    def _back_off(self, attempt: int, answer: Answer | None) -> float:
        """Return 1, 2, 4 … seconds, ten times as long when we asked too often, and up to half as much by chance."""
        base = 10 if answer is not None and answer.status == 429 else 1
        return float(base * 2 ** (attempt - 1) * (1 + self._clock.chance() / 2))

    # -- one request -------------------------------------------------------------------------------------------

    def _follow(self, request: Request, errand: Errand, turn: int, *, about_robots: bool) -> Answer:
        """Send, and follow redirects where the guard follows them; one that it does not follow is the answer."""
        for _ in range(self._bounds.redirects + 1):
            request = replace(request, url=_spelt(request.url))
            gap = self._gap if about_robots or not self._robots else self._permitted_gap(request.url, errand)
            answer = self._send(request, errand, turn, gap)
            target = target_of(answer, request.url)
            if target is None or not self._guard.follows(request.url, target):
                return answer
            errand.witness(answer)
            request = onward(request, target, answer.status)
        raise PlatformChanged(f"{request.host}: redirected more than {self._bounds.redirects} times")

    def _permitted_gap(self, url: str, errand: Errand) -> float:
        """Return the seconds between two requests that the host wants; raise `RobotsRefused` where it wants none."""
        place = place_of(url)
        rules = self._manners.rules(place, lambda: self._rules_at(place, errand))
        if not rules.allow(url):
            raise RobotsRefused(
                f"{urlsplit(url).hostname}: its robots.txt asks us to leave this address alone"
            )
        return max(self._gap, rules.crawl_delay or 0.0)

    def _rules_at(self, place: str, errand: Errand) -> Rules:
        answer = self._ask(Request("GET", place, {}), errand, about_robots=True)
        errand.witness(answer)
        return rules_of(answer.status, answer.body)

    def _send(self, request: Request, errand: Errand, turn: int, gap: float) -> Answer:
        if self.redactor.knows(request.url):
            raise AddressRefused("a credential stands in the address; it belongs in a header or a form")
        try:
            route = self._guard.route(request.url)
            self._pace(request.host, gap, errand)
            sent = httpx.Request(
                request.method,
                route.url(turn),
                headers={**self._says, **request.headers, "Host": route.name},
                content=request.content,
                extensions={
                    "sni_hostname": route.host,
                    "timeout": httpx.Timeout(self._bounds.timeout).as_dict(),
                },
            )
            now = self._clock.monotonic
            until = min(errand.until, now() + self._bounds.longest_answer)
            with (
                Wire(self._trust, self._connector, until=until, now=now) as wire,
                closing(wire.handle_request(sent)) as response,
            ):
                body = b"".join(self._read(response, request.host))
        except httpx.InvalidURL as error:
            raise AddressRefused(f"{request.host}: an address that cannot be asked ({error})") from error
        except (httpx.TransportError, OSError, EOFError, zlib.error) as error:
            raise _Broken(f"no whole answer ({type(error).__name__}: {error})") from error
        headers = {name.lower(): value for name, value in response.headers.items() if name != "set-cookie"}
        self._heed(request.host, response.status_code, headers)
        return Answer(self.redactor.url(request.url), response.status_code, headers, body)

    def _pace(self, host: str, gap: float, errand: Errand) -> None:
        now = self._clock.monotonic()
        wait = self._manners.turn(
            host, gap=gap, now=now, within=errand.until - now, patience=self._bounds.longest_wait
        )
        if wait > 0:
            self._clock.sleep(wait)

    def _heed(self, host: str, status: int, headers: Mapping[str, str]) -> None:
        """Leave a host alone for as long as its answer asks, whoever wants to ask it."""
        if wait := asked_wait(status, headers, self._clock.now()):
            self._manners.hold(host, self._clock.monotonic() + wait)

    def _read(self, response: httpx.Response, host: str) -> Iterator[bytes]:
        """Yield the unpacked body; raise `PlatformChanged` for one without end, a bomb, or an unknown packing."""
        came, size, most = 0, 0, self._bounds.max_bytes
        unpacker = unpacker_of(response.headers.get("content-encoding", ""), host)
        for block in response.iter_raw():
            came += len(block)
            if came > most:
                raise PlatformChanged(f"{host}: the answer is larger than {most:,} bytes")
            for part in unpacker.feed(block):
                size += len(part)
                if size > most:
                    raise PlatformChanged(f"{host}: the answer is larger than {most:,} bytes")
                if size > max(_FREE_UNPACKED, came * self._bounds.max_unpacked_ratio):
                    raise PlatformChanged(f"{host}: the answer unpacks without end, refused as a bomb")
                yield part
        unpacker.end()

    def _learn(self, fields: Mapping[str, str]) -> None:
        """Remember the credentials that a header or a form carries, so that none is kept when it comes back."""
        for name, value in fields.items():
            if name.casefold() in ("authorization", "x-api-key", "client_secret", "access_token"):
                self.redactor.learn(value.removeprefix("Bearer ").strip())


def said(answer: Answer) -> str:
    """Return what an answer without success says, in a line; it may hold a credential until it is redacted."""
    asked = answer.headers.get("retry-after")
    words = " ".join(answer.body[: 4 * _SHOWN].decode(errors="replace").split())[:_SHOWN]
    shown = words if words.isprintable() and not words.startswith("<") else ""
    wait = f", asks to wait (Retry-After: {asked[:40]})" if asked else ""
    return f"answered {answer.status}{wait}{f': {shown}' if shown else ''}"


def _with(url: str, params: Mapping[str, str] | None) -> str:
    if not params:
        return url
    return f"{url}{'&' if urlsplit(url).query else '?'}{urlencode(params)}"


def _spelt(url: str) -> str:
    """Return an address in ASCII, as it is sent: a host in another script as IDNA, the rest in percent signs."""
    if url.isascii() and " " not in url:
        return url
    try:
        return str(httpx.URL(url))
    except httpx.InvalidURL as error:
        raise AddressRefused(f"an address that cannot be asked ({error})") from error
