"""What a round has learnt of hosts: when each may be asked again, and what its robots.txt says. Threads may share it."""

import threading
from collections import defaultdict
from collections.abc import Callable

from tracker.collect.robots import Rules
from tracker.domain import Unanswered
from tracker.errors import RetryLater


class Manners:
    """Shared by the clients of one round, so that a host that many sources ask is asked as if by one."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._free_at: dict[str, float] = {}
        self._held_until: dict[str, float] = {}
        self._rules: dict[str, Rules] = {}
        self._closed: dict[str, str] = {}
        self._reading: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)

    def turn(self, host: str, *, gap: float, now: float, within: float, patience: float) -> float:
        """Take the next turn at a host and return the seconds until then; the one after it comes `gap` later.

        Raises `RetryLater`, and takes no turn, when it would come later than `within`, or when the host itself asked to
        be left alone for longer than `patience`.
        """
        key = _pace_key(host)
        with self._lock:
            held = self._held_until.get(key, now) - now
            wait = max(held, self._free_at.get(key, now) - now, 0.0)
            if held > patience:
                raise RetryLater(f"{host}: asks to be left alone for another {held:,.0f} s")
            if wait > within:
                raise RetryLater(
                    f"{host}: its turn comes in {wait:,.0f} s, when the time of the question is over"
                )
            self._free_at[key] = now + wait + gap
        return wait

    def hold(self, host: str, until: float) -> None:
        """Let nobody ask a host before `until`."""
        key = _pace_key(host)
        with self._lock:
            self._held_until[key] = max(until, self._held_until.get(key, until))

    def rules(self, place: str, read: Callable[[], Rules]) -> Rules:
        """Return the rules at a robots.txt, read once a round; where it could not be read, raise `Unanswered`."""
        with self._lock:
            reading = self._reading[place]
        with reading:
            if (why := self._closed.get(place)) is not None:
                raise Unanswered(why)
            if place not in self._rules:
                try:
                    self._rules[place] = read()
                except Unanswered as error:
                    self._closed[place] = f"{error}; without its robots.txt a site is left alone for now"
                    raise Unanswered(self._closed[place], error.answer) from error
            return self._rules[place]


def _pace_key(host: str) -> str:
    """Return the name under which a host is paced: a site with and without `www.` is one."""
    return host.removeprefix("www.")
