"""The one door that speaks HTTP, against a server on loopback that misbehaves in every way a platform does."""

import json
import logging
import socket
from collections.abc import Iterator

import pytest

from tests.collect.servers import (
    ENDLESS,
    HANGS_UP,
    SILENT,
    Answering,
    Asked,
    FakeTime,
    FaultServer,
    Told,
    bomb,
    client_of,
    cut,
    data,
    gzipped,
    redirect,
    throttled,
)
from tracker.collect.client import Bounds
from tracker.domain import Answer, Unanswered
from tracker.errors import AddressRefused, PlatformChanged

HOST = "api.example.org"
URL = f"https://{HOST}/ads"
TOKEN = "EAAB|secret/token+value"


@pytest.fixture
def server() -> Iterator[FaultServer]:
    with FaultServer() as running:
        yield running


def ask(
    server: FaultServer, *script: Answering, time: FakeTime | None = None, bounds: Bounds | None = None
) -> Answer:
    server.answers("/ads", *script)
    with client_of(server, [HOST], time=time, bounds=bounds) as client:
        return client.get(URL)


def test_an_answer_comes_with_its_status_headers_and_unpacked_bytes(server: FaultServer) -> None:
    answer = ask(server, gzipped({"ads": [1, 2]}))

    assert (answer.url, answer.status, json.loads(answer.body)) == (URL, 200, {"ads": [1, 2]})
    assert answer.headers["content-type"] == "application/json"


@pytest.mark.parametrize("how", ["whole", "chunked"])
def test_a_body_is_whole_however_it_is_sent(server: FaultServer, how: str) -> None:
    answer = ask(server, data({"words": "x" * 100_000}, how=how))  # type: ignore[arg-type]

    assert len(json.loads(answer.body)["words"]) == 100_000


def test_we_say_who_we_are_and_whom_we_ask(server: FaultServer) -> None:
    ask(server, data({}))

    (asked,) = server.asked
    assert asked.headers["user-agent"].startswith("influence-tracker/")
    assert "contact:" in asked.headers["user-agent"]
    assert asked.headers["host"] == HOST


def test_a_form_and_a_document_arrive_as_they_were_given(server: FaultServer) -> None:
    server.answers("/ads", data({}))

    with client_of(server, [HOST]) as client:
        client.post(URL, form={"grant": "client", "scope": "a b&c"})
        client.post(URL, json={"term": "茶"}, params={"fields": "a,b"}, headers={"Authorization": "Bearer x"})

    form, document = server.asked
    assert (form.form, document.json, document.query) == (
        {"grant": "client", "scope": "a b&c"},
        {"term": "茶"},
        {"fields": "a,b"},
    )
    assert document.headers["authorization"] == "Bearer x"


def test_requests_are_spread_over_the_minute(server: FaultServer) -> None:
    time = FakeTime()
    server.answers("/ads", data({}))

    with client_of(server, [HOST], per_minute=20, time=time) as client:
        for _ in range(3):
            client.get(URL)

    assert time.slept == [3.0, 3.0]


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_a_server_that_fails_for_a_moment_is_asked_again(server: FaultServer, status: int) -> None:
    time = FakeTime()

    answer = ask(server, data({}, status), data({}, status), data({"ads": []}), time=time)

    assert (answer.status, time.slept) == (200, [1.0, 2.0])


@pytest.mark.parametrize(
    "fault", [HANGS_UP, cut({"a": 1}), Told(b"ab", how="cut_chunked"), Told(gzipped({}).body[:9], headers={"Content-Encoding": "gzip"})]
)  # fmt: skip
def test_a_connection_that_breaks_off_is_tried_again(server: FaultServer, fault: Told) -> None:
    assert ask(server, fault, data({"ads": []})).body == b'{"ads": []}'


def test_a_silent_server_is_given_up_with_the_reason(server: FaultServer) -> None:
    with pytest.raises(Unanswered, match=r"api\.example\.org: .*ReadTimeout.* after 2 of 2 tries") as caught:
        ask(server, SILENT, bounds=Bounds(timeout=0.05, attempts=2))

    assert caught.value.answer is None


@pytest.mark.parametrize("asked", [7, "Thu, 01 Oct 2026 12:00:07 GMT"])
def test_retry_after_is_honoured_as_seconds_and_as_a_date(server: FaultServer, asked: int | str) -> None:
    time = FakeTime()

    answer = ask(server, throttled(asked), data({}), time=time)

    assert (answer.status, time.slept) == (200, [7.0])


def test_a_throttle_without_a_time_is_given_longer_each_time_and_then_up(server: FaultServer) -> None:
    time = FakeTime()

    with pytest.raises(Unanswered, match=r"answered 429: .*too many requests.* after 4 of 4") as caught:
        ask(server, throttled(), time=time)

    assert time.slept == [10.0, 20.0, 40.0]
    assert caught.value.answer is not None
    assert caught.value.answer.status == 429


def test_who_asks_us_to_wait_an_hour_is_not_asked_again(server: FaultServer) -> None:
    time = FakeTime()

    with pytest.raises(Unanswered, match=r"Retry-After: 3600\).* after 1 of 4"):
        ask(server, throttled(3600), time=time)

    assert (time.slept, len(server.asked)) == ([], 1)


@pytest.mark.parametrize("words", ["soon", "-5", "", "9" * 400, "Thu, 99 Foo 2026"])
def test_a_retry_after_that_is_none_breaks_nothing(server: FaultServer, words: str) -> None:
    with pytest.raises(Unanswered):
        ask(server, throttled(words))


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410])
def test_a_refusal_is_returned_and_not_repeated(server: FaultServer, status: int) -> None:
    assert ask(server, data({"error": {}}, status)).status == status
    assert len(server.asked) == 1


@pytest.mark.parametrize("told", [ENDLESS, bomb(3), data({"x": "y" * 2_000_000})])
def test_an_answer_without_end_and_a_bomb_are_refused(server: FaultServer, told: Told) -> None:
    with pytest.raises(PlatformChanged, match="larger than 1,000,000 bytes"):
        ask(server, told, bounds=Bounds(timeout=5, max_bytes=1_000_000))


def test_a_bomb_below_the_limit_of_size_is_told_by_its_ratio(server: FaultServer) -> None:
    with pytest.raises(PlatformChanged, match="bomb"):
        ask(server, bomb(40))


def test_a_packing_that_was_not_asked_for_is_named(server: FaultServer) -> None:
    with pytest.raises(PlatformChanged, match="'br'"):
        ask(server, data({}, Content_Encoding="br"))


def test_an_answer_that_drips_is_given_up(server: FaultServer) -> None:
    class Rushing(FakeTime):
        def monotonic(self) -> float:
            self.slept.append(100)
            return super().monotonic()

    with pytest.raises(Unanswered, match="the time for the answer is over"):
        ask(server, ENDLESS, time=Rushing(), bounds=Bounds(timeout=5, attempts=1))


def test_a_redirect_is_followed_on_its_host_alone(server: FaultServer) -> None:
    server.answers("/there", data({"ads": [1]}))

    stayed = ask(server, redirect("/there"))
    left = ask(server, redirect("https://elsewhere.example.net/there"))
    fell = ask(server, redirect(f"http://{HOST}/there"))

    assert (stayed.status, stayed.url) == (200, f"https://{HOST}/there")
    assert (left.status, left.headers["location"]) == (302, "https://elsewhere.example.net/there")
    assert fell.status == 302


def test_redirects_that_go_round_end(server: FaultServer) -> None:
    with pytest.raises(PlatformChanged, match="redirected more than 5 times"):
        ask(server, redirect("/ads"))

    assert len(server.asked) == 6


def test_a_redirected_form_is_sent_again_only_when_it_is_told_so(server: FaultServer) -> None:
    server.answers("/there", data({}))

    with client_of(server, [HOST]) as client:
        server.answers("/ads", redirect("/there", 307))
        client.post(URL, form={"a": "1"})
        server.answers("/ads", redirect("/there", 303))
        client.post(URL, form={"a": "1"})

    assert [(asked.method, asked.body) for asked in server.asked if asked.path == "/there"] == [
        ("POST", b"a=1"),
        ("GET", b""),
    ]


def test_a_cookie_is_not_kept(server: FaultServer) -> None:
    server.answers("/ads", data({}, Set_Cookie="session=1"))

    with client_of(server, [HOST]) as client:
        answer = client.get(URL)
        client.get(URL)

    assert "set-cookie" not in answer.headers
    assert "cookie" not in server.asked[1].headers


# -- secrets -----------------------------------------------------------------------------------------------------


def test_a_credential_in_an_address_is_refused_before_it_is_sent(server: FaultServer) -> None:
    with (
        client_of(server, [HOST], secrets=[TOKEN]) as client,
        pytest.raises(AddressRefused, match="a credential stands in the address"),
    ):
        client.get(URL, params={"token": TOKEN})

    assert server.asked == []


def test_no_secret_stands_in_an_address_an_error_or_a_log(
    server: FaultServer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    echo = throttled(body=json.dumps({"error": f"bad token {TOKEN}"}).encode())

    with client_of(server, [HOST], secrets=[TOKEN], bounds=Bounds(timeout=5, attempts=1)) as client:
        server.answers("/ads", data({}))
        answer = client.get(f"{URL}?key=abc&page=2#part", headers={"Authorization": f"Bearer {TOKEN}"})
        server.answers("/ads", echo)
        with pytest.raises(Unanswered) as caught:
            client.get(URL)

    assert answer.url == f"{URL}?key:REDACTED&page=2"
    assert TOKEN not in str(caught.value)
    assert "REDACTED" in str(caught.value)
    assert not [record for record in caplog.records if record.name.startswith(("httpx", "httpcore"))]


def test_a_token_that_was_fetched_is_known_once_it_is_used(server: FaultServer) -> None:
    server.answers("/ads", data({}))

    with client_of(server, [HOST]) as client:
        client.get(URL, headers={"Authorization": "Bearer clt.fetched-a-moment-ago"})
        client.post(URL, form={"client_secret": "a secret of the form"})

        kept = client.redactor.body(b"clt.fetched-a-moment-ago a+secret+of+the+form")

    assert kept == b"REDACTED REDACTED"


def test_a_test_never_leaves_the_machine(server: FaultServer, monkeypatch: pytest.MonkeyPatch) -> None:
    connected: list[object] = []
    monkeypatch.setenv("HTTPS_PROXY", "http://192.0.2.1:9")
    monkeypatch.setattr(socket.socket, "connect", lambda _self, address: connected.append(address))

    with client_of(server, [HOST]) as client:
        for url in (
            "https://elsewhere.example.net/",
            "http://127.0.0.1/",
            "http://169.254.169.254/latest/meta-data/",
            "file:///etc/passwd",
        ):
            with pytest.raises(AddressRefused):
                client.get(url)

    assert connected == []


def test_what_a_function_answers_depends_on_what_was_asked(server: FaultServer) -> None:
    def echo(asked: Asked) -> Told:
        return data(dict(asked.query))

    server.answers("/ads", echo)
    with client_of(server, [HOST]) as client:
        answer = client.get(URL, params={"q": "a&b", "after": "x=="})

    assert json.loads(answer.body) == {"q": "a&b", "after": "x=="}
