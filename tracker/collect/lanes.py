"""Questions host beside host: those to different hosts at the same time, those to one host one after the other.

A host that does not answer, or asks us to wait, is left alone for the rest of a run, and lends its place while it makes us
wait: a run lasts as long as its slowest question, not as long as all of them together.
"""

import queue
import threading
import time
from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

from tracker.collect import sources
from tracker.domain import Outcome

AT_ONCE, MOST = 8, 256
"""Hosts that are asked at the same time: that answer, and with those that make us wait."""
LENT_AFTER = 2.0
"""Seconds without a result after which a lane lends its place to the next."""
PASSED_OVER: frozenset[Outcome] = frozenset({"throttled", "error", "login_wall"})
"""After such an answer the host is left alone for the rest of the run."""

T = TypeVar("T")
R = TypeVar("R")


def host_of(source: sources.Source, account: str) -> str | None:
    """Name the host that a question about an account (`web:news.example/desk`) goes to, where the account names it."""
    if not getattr(source, "anywhere", False):
        return None
    return account.partition(":")[2].rpartition("@")[2].partition("/")[0] or None


def by_lane(questions: Iterable[T], lane_of: Callable[[T], str]) -> dict[str, list[T]]:
    """Put questions into lanes, in their order."""
    lanes: dict[str, list[T]] = defaultdict(list)
    for question in questions:
        lanes[lane_of(question)].append(question)
    return dict(lanes)


def side_by_side(
    lanes: Mapping[str, Sequence[T]], run: Callable[[Sequence[T], Callable[[], bool]], Iterable[R]]
) -> Iterator[R]:
    """Run lanes beside each other and yield what each brings as it comes; what a lane raised is raised when all are over.

    `run` gets a lane and what says that nobody waits for its results any more. A lane that brings nothing for a while
    lends its place to the next one: hosts that hang hold up no others.
    """
    places, left, running = _Places(), threading.Event(), list[Future[None]]()
    came: queue.SimpleQueue[tuple[int, list[R]]] = queue.SimpleQueue()

    def one(number: int, lane: Sequence[T]) -> None:
        try:
            for result in run(lane, left.is_set):
                came.put((number, [result]))
        finally:
            came.put((number, []))

    with ThreadPoolExecutor(MOST, thread_name_prefix="collect") as pool:
        waiting = deque(enumerate(lanes.values()))
        try:
            while waiting or places.taken:
                while waiting and places.is_free():
                    number, lane = waiting.popleft()
                    places.heard_of(number)
                    running.append(pool.submit(one, number, lane))
                try:
                    number, results = came.get(timeout=LENT_AFTER if waiting else None)
                except queue.Empty:
                    continue
                if results:
                    places.heard_of(number)
                else:
                    places.leave(number)
                yield from results
        finally:
            left.set()
    for future in running:
        future.result()


class _Places:
    """Who holds a place, and when each was last heard of."""

    def __init__(self) -> None:
        self.taken: dict[int, float] = {}

    def heard_of(self, number: int) -> None:
        self.taken[number] = time.monotonic()

    def leave(self, number: int) -> None:
        del self.taken[number]

    def is_free(self) -> bool:
        """Say whether one more lane may begin: what waits for long holds no place."""
        since = time.monotonic() - LENT_AFTER
        busy = sum(1 for heard in self.taken.values() if heard > since)
        return busy < AT_ONCE and len(self.taken) < MOST
