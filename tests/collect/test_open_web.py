"""The door for the open web: redirects from host to host, each checked, and what robots.txt asks of us."""

import socket
from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from tests.collect.servers import (
    Asked,
    FakeTime,
    FaultServer,
    Told,
    client_of,
    data,
    redirect,
    web_guard_of,
)
from tracker.collect.client import Errand, HttpClient
from tracker.collect.guard import Resolver
from tracker.collect.manners import Manners
from tracker.domain import Answer, Unanswered
from tracker.errors import AddressRefused, RobotsRefused

NEWS, OTHER = "news.example.org", "other.example.net"
FEED = f"https://{NEWS}/feed"
TOKEN = "a-token-that-was-fetched"


@pytest.fixture
def server() -> Iterator[FaultServer]:
    with FaultServer() as running:
        yield running


def door(
    server: FaultServer,
    *,
    hosts: Sequence[str] = (NEWS, OTHER),
    resolve: Resolver | None = None,
    **options: Any,
) -> HttpClient:
    return client_of(server, hosts, guard=web_guard_of(server, hosts, resolve), **options)


def rules(*lines: str) -> Told:
    return Told("\n".join(("User-agent: *", *lines)).encode(), headers={"Content-Type": "text/plain"})


def hosts_asked(server: FaultServer) -> list[tuple[str, str]]:
    return [(asked.headers["host"], asked.path) for asked in server.asked]


# -- redirects ---------------------------------------------------------------------------------------------------


def test_a_redirect_to_another_host_is_followed_and_what_led_there_is_shown(server: FaultServer) -> None:
    way: list[Answer] = []
    server.answers("/feed", redirect(f"http://{OTHER}/moved", 301))
    server.answers("/moved", redirect("/here"))
    server.answers("/here", data({"items": []}))

    with door(server) as client:
        answer = client.get(FEED, errand=Errand(way.append))

    assert (answer.url, answer.status) == (f"http://{OTHER}/here", 200)
    assert [(one.url, one.status) for one in way] == [(FEED, 301), (f"http://{OTHER}/moved", 302)]
    assert hosts_asked(server) == [(NEWS, "/feed"), (OTHER, "/moved"), (OTHER, "/here")]


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_another_host_is_told_nothing_that_was_meant_for_the_first(server: FaultServer, status: int) -> None:
    told = {"Authorization": f"Bearer {TOKEN}", "X-Secret": "word", "Accept": "application/json"}
    server.answers("/feed", redirect(f"https://{OTHER}/moved", status))
    server.answers("/moved", data({}))

    with door(server) as client:
        client.post(FEED, form={"word": "secret"}, headers=told)

    first, second = server.asked
    assert (first.headers["authorization"], first.headers["x-secret"]) == (f"Bearer {TOKEN}", "word")
    assert second.headers.keys().isdisjoint({"authorization", "x-secret"})
    assert (second.method, second.body, second.headers["accept"]) == ("GET", b"", "application/json")


def test_the_same_host_in_plain_http_is_told_no_credential_either(server: FaultServer) -> None:
    server.answers("/feed", redirect(f"http://{NEWS}/plain"))
    server.answers("/plain", data({}))

    with door(server) as client:
        client.get(FEED, headers={"Authorization": f"Bearer {TOKEN}"})

    assert "authorization" not in server.asked[1].headers


@pytest.mark.parametrize(
    "target",
    [
        "http://169.254.169.254/latest/meta-data/", "http://[::ffff:127.0.0.1]/", "http://127.0.0.1/", "//2130706433/",
        "http://0x7f.1/", "file:///etc/passwd", "gopher://news.example.org/", f"https://user@{OTHER}/", "http://[/",
        "https://inside.example.com/", "http://news.example.org:6379/feed\\x", "http://１２７.0.0.1/",
    ],
)  # fmt: skip
def test_a_redirect_inside_is_refused_before_a_socket_is_opened(
    server: FaultServer, monkeypatch: pytest.MonkeyPatch, target: str
) -> None:
    connected: list[tuple[str, int]] = []
    connect = socket.socket.connect

    def recording(own: socket.socket, address: tuple[str, int]) -> None:
        connected.append(address)
        connect(own, address)

    monkeypatch.setattr(socket.socket, "connect", recording)
    server.answers("/feed", Told(status=302, headers={"Location": target.encode().decode("latin-1")}))

    with door(server, resolve=lambda _host, _port: ["10.0.0.7"]) as client, pytest.raises(AddressRefused):
        client.get(FEED)

    assert connected == [("127.0.0.1", server.port)]


def test_an_address_in_another_script_is_asked_as_it_is_sent(server: FaultServer) -> None:
    host = "xn--q6v792f.example.org"
    server.answers("/%E6%96%B0%E9%97%BB/%20a", data({}))

    with door(server, hosts=[host]) as client:
        answer = client.get("https://農業.example.org/新闻/ a", params={"词": "茶"})

    assert (answer.status, answer.url) == (
        200, f"https://{host}/%E6%96%B0%E9%97%BB/%20a?%E8%AF%8D=%E8%8C%B6",
    )  # fmt: skip


# -- robots.txt --------------------------------------------------------------------------------------------------


def test_what_robots_txt_forbids_is_not_asked_and_the_rest_is(server: FaultServer) -> None:
    way: list[Answer] = []
    server.answers("/robots.txt", rules("Disallow: /private", "Allow: /private/feed$"))
    server.answers("/feed", data({}))
    server.answers("/private/feed", data({}))

    with door(server, robots=True) as client:
        client.get(FEED, errand=Errand(way.append))
        client.get(f"https://{NEWS}/private/feed")
        with pytest.raises(RobotsRefused, match=r"news\.example\.org: its robots\.txt"):
            client.get(f"https://{NEWS}/private/other")

    assert [asked.path for asked in server.asked] == ["/robots.txt", "/feed", "/private/feed"]
    assert [one.url for one in way] == [f"https://{NEWS}/robots.txt"]


def test_rules_for_us_go_before_rules_for_everybody(server: FaultServer) -> None:
    body = b"User-agent: *\nDisallow: /\n\nUser-agent: influence-tracker\nDisallow: /not\n"
    server.answers("/robots.txt", Told(body))
    server.answers("/feed", data({}))

    with door(server, robots=True) as client:
        assert client.get(FEED).status == 200
        with pytest.raises(RobotsRefused):
            client.get(f"https://{NEWS}/not")


@pytest.mark.parametrize(
    "told", [Told(status=404), Told(status=403), Told(status=410), Told(b"<html>\xff\x00 Disallow: /</html>"), Told(b"")]
)  # fmt: skip
def test_a_site_without_robots_txt_may_be_asked(server: FaultServer, told: Told) -> None:
    server.answers("/robots.txt", told)
    server.answers("/feed", data({}))

    with door(server, robots=True) as client:
        assert client.get(FEED).status == 200


def test_a_robots_txt_that_cannot_be_had_stops_the_site_for_the_round_and_no_other(
    server: FaultServer,
) -> None:
    def answer(asked: Asked) -> Told:
        return Told(status=503) if asked.headers["host"] == NEWS else Told(status=404)

    server.answers("/robots.txt", answer)
    server.answers("/feed", data({}))
    manners = Manners()

    with door(server, robots=True, manners=manners) as client:
        for _ in range(2):
            with pytest.raises(Unanswered, match="left alone for now"):
                client.get(FEED)
        assert client.get(f"https://{OTHER}/feed").status == 200

    assert hosts_asked(server) == [(NEWS, "/robots.txt")] * 4 + [(OTHER, "/robots.txt"), (OTHER, "/feed")]


def test_the_clients_of_a_round_read_a_robots_txt_once_and_the_next_round_again(server: FaultServer) -> None:
    server.answers("/robots.txt", rules("Disallow: /private"))
    server.answers("/feed", data({}))

    manners = Manners()
    for shared in (manners, manners, Manners()):
        with door(server, robots=True, manners=shared) as client:
            client.get(FEED)

    assert [asked.path for asked in server.asked].count("/robots.txt") == 2


def test_a_crawl_delay_is_kept_to(server: FaultServer) -> None:
    time = FakeTime()
    server.answers("/robots.txt", rules("Crawl-delay: 7"))
    server.answers("/feed", data({}))

    with door(server, robots=True, per_minute=30, time=time) as client:
        for _ in range(3):
            client.get(FEED)

    assert time.slept == [2.0, 7.0, 7.0]


@pytest.mark.parametrize("delay", ["-1", "nan", "inf", "soon", "1e400", ""])
def test_a_crawl_delay_that_is_none_changes_nothing(server: FaultServer, delay: str) -> None:
    time = FakeTime()
    server.answers("/robots.txt", rules(f"Crawl-delay: {delay}"))
    server.answers("/feed", data({}))

    with door(server, robots=True, per_minute=30, time=time) as client:
        client.get(FEED)
        client.get(FEED)

    assert time.slept == [2.0, 2.0]


def test_where_a_redirect_leads_robots_txt_is_asked_too(server: FaultServer) -> None:
    def answer(asked: Asked) -> Told:
        return rules("Disallow: /") if asked.headers["host"] == OTHER else rules()

    server.answers("/robots.txt", answer)
    server.answers("/feed", redirect(f"https://{OTHER}/moved"))

    with door(server, robots=True) as client, pytest.raises(RobotsRefused, match=r"other\.example\.net"):
        client.get(FEED)

    assert hosts_asked(server)[-1] == (OTHER, "/robots.txt")


def test_hosts_are_paced_apart_and_a_site_with_and_without_www_is_one(server: FaultServer) -> None:
    time = FakeTime()
    server.answers("/feed", data({}))

    with door(server, hosts=(NEWS, OTHER, f"www.{NEWS}"), per_minute=30, time=time) as client:
        client.get(FEED)
        client.get(f"https://{OTHER}/feed")
        client.get(f"https://www.{NEWS}/feed")

    assert time.slept == [2.0]
