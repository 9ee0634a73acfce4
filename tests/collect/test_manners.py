"""What a round has learnt of hosts: turns that nobody takes twice, hosts that want to be left alone, budgets."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.collect.servers import FakeTime, FaultServer, Told, client_of, data, throttled, web_guard_of
from tracker.collect.client import Bounds, HttpClient
from tracker.collect.manners import Manners
from tracker.domain import Unanswered
from tracker.errors import RetryLater

NEWS, OTHER = "news.example.org", "other.example.net"
FEED = f"https://{NEWS}/feed"


@pytest.fixture
def server() -> Iterator[FaultServer]:
    with FaultServer() as running:
        yield running


def door(
    server: FaultServer,
    time: FakeTime,
    manners: Manners,
    *,
    per_minute: int = 30,
    bounds: Bounds | None = None,
) -> HttpClient:
    return client_of(
        server, (), guard=web_guard_of(server, (NEWS, OTHER)), time=time, manners=manners,
        per_minute=per_minute, bounds=bounds or Bounds(timeout=5),
    )  # fmt: skip


def turn(manners: Manners, host: str = NEWS, *, now: float = 0, within: float = 1e9) -> float:
    return manners.turn(host, gap=2, now=now, within=within, patience=60)


def test_no_turn_is_taken_twice_however_many_threads_want_one() -> None:
    manners = Manners()

    with ThreadPoolExecutor(16) as threads:
        waits = list(threads.map(lambda _: turn(manners), range(400)))

    assert sorted(waits) == [2.0 * place for place in range(400)]


def test_a_turn_that_would_come_too_late_is_not_taken() -> None:
    manners = Manners()
    turn(manners)
    turn(manners)

    with pytest.raises(RetryLater, match=r"its turn comes in 4 s"):
        turn(manners, within=3)

    assert turn(manners, within=4) == 4.0


def test_clients_of_a_round_share_the_turns_of_a_host(server: FaultServer) -> None:
    time, manners = FakeTime(), Manners()
    server.answers("/feed", data({}))

    for _ in range(3):
        with door(server, time, manners) as client:
            client.get(FEED)

    assert time.slept == [2.0, 2.0]


def test_a_host_that_asks_to_wait_is_left_alone_by_every_client_and_no_other_host_is(
    server: FaultServer,
) -> None:
    time, manners = FakeTime(), Manners()
    server.answers("/feed", throttled(3600))
    server.answers("/other", data({}))

    with door(server, time, manners) as client, pytest.raises(Unanswered):
        client.get(FEED)
    with door(server, time, manners) as client:
        with pytest.raises(RetryLater, match="asks to be left alone for another 3,600 s"):
            client.get(f"https://{NEWS}/other")
        assert client.get(f"https://{OTHER}/other").status == 200

    assert [asked.path for asked in server.asked] == ["/feed", "/other"]


def test_after_its_time_a_host_is_asked_again(server: FaultServer) -> None:
    time, manners = FakeTime(), Manners()
    server.answers("/feed", throttled(3600), data({}))

    with door(server, time, manners) as client:
        with pytest.raises(Unanswered):
            client.get(FEED)
        time.sleep(3600)
        answer = client.get(FEED)

    assert answer.status == 200


def test_the_last_request_before_a_limit_is_followed_by_its_reset(server: FaultServer) -> None:
    time, manners = FakeTime(), Manners()
    told = {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "2026-10-01T12:00:40Z"}
    server.answers("/feed", Told(b"{}", 200, told), data({}))

    with door(server, time, manners, per_minute=0) as client:
        client.get(FEED)
        client.get(FEED)

    assert time.slept == [40.0]


def test_retries_end_with_the_budget_of_the_question(server: FaultServer) -> None:
    time = FakeTime()
    server.answers("/feed", Told(status=503, headers={"Retry-After": "40"}))

    with (
        door(server, time, Manners(), bounds=Bounds(timeout=5, budget=100, attempts=9)) as client,
        pytest.raises(Unanswered, match="gave up after 3 of 9 tries"),
    ):
        client.get(FEED, errand=client.errand())

    assert time.slept == [40.0, 40.0]


def test_pacing_ends_with_the_budget_of_the_question_and_the_next_question_has_its_own(
    server: FaultServer,
) -> None:
    time = FakeTime()
    server.answers("/feed", data({}))

    with door(server, time, Manners(), bounds=Bounds(timeout=5, budget=5)) as client:
        first = client.errand()
        for _ in range(3):
            client.get(FEED, errand=first)
        with pytest.raises(RetryLater, match="the time of the question is over"):
            client.get(FEED, errand=first)
        client.get(FEED, errand=client.errand())

    assert (time.slept, len(server.asked)) == ([2.0, 2.0, 2.0], 4)
