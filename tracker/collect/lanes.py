"""Questions host beside host: those to different hosts at the same time, those to one host one after the other.

A host that does not answer, or asks us to wait, is left alone for the rest of a run: a run lasts as long as its slowest
question, not as long as all of them together.
"""

import queue
import threading
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

from tracker.collect import sources
from tracker.domain import Outcome

AT_ONCE = 32
"""Hosts that are asked at the same time."""
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

    `run` gets a lane and what says that nobody waits for its results any more.
    """
    came: queue.SimpleQueue[R | None] = queue.SimpleQueue()
    left = threading.Event()

    def one(lane: Sequence[T]) -> None:
        try:
            for result in run(lane, left.is_set):
                came.put(result)
        finally:
            came.put(None)

    with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="collect") as pool:
        running: list[Future[None]] = [pool.submit(one, lane) for lane in lanes.values()]
        try:
            for _ in running:
                while (result := came.get()) is not None:
                    yield result
        finally:
            left.set()
    for future in running:
        future.result()
