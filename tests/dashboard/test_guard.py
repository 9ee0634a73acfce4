"""The guard before the server: names and addresses that are not ours get a reason and nothing else."""

import asyncio
from typing import Any

import pytest
from streamlit import config

from dashboard.guard import Guard
from dashboard.headers import SecurityHeaders
from tracker import signin

OURS = (*signin.LOOPBACK_NAMES, "tracker.example.org")


async def answered(scope: Any, receive: Any, send: Any) -> None:
    """Stand for the pages."""
    await send({"type": "pages"})


def ask(
    *headers: tuple[str, str],
    signs_in: bool = False,
    kind: str = "http",
    reached: str = "127.0.0.1",
    path: str = "/",
) -> list[dict[str, Any]]:
    sent: list[dict[str, Any]] = []

    async def keep(message: Any) -> None:
        sent.append(message)

    async def receive() -> dict[str, str]:
        return {"type": f"{kind}.connect"}

    hosts = OURS if signs_in else signin.LOOPBACK_NAMES
    scope = {
        "type": kind, "method": "GET", "path": path, "server": (reached, 8501),
        "headers": [(name.lower().encode(), value.encode()) for name, value in headers],
    }  # fmt: skip
    asyncio.run(Guard(answered, hosts=hosts, signs_in=signs_in)(scope, receive, keep))
    return sent


def passed(sent: list[dict[str, Any]]) -> bool:
    return sent == [{"type": "pages"}]


@pytest.mark.parametrize("host", ["127.0.0.1:8501", "localhost:8501", "[::1]:8501", "LocalHost"])
def test_without_sign_in_this_machine_is_answered(host: str):
    assert passed(ask(("Host", host)))


@pytest.mark.parametrize(
    "headers",
    [
        (("Host", "evil.example"),),
        (("Host", "127.0.0.1.evil.example"),),
        (("Host", "tracker.example.org"),),
        (("Host", "192.168.1.5:8501"),),
        (("Host", "127.0.0.1"), ("Host", "evil.example")),
        (),
        (("Host", "127.0.0.1"), ("X-Forwarded-For", "203.0.113.9")),
        (("Host", "127.0.0.1"), ("Forwarded", "for=203.0.113.9")),
    ],
)
def test_without_sign_in_every_other_name_and_every_proxy_is_refused_with_the_reason(headers: Any):
    refused = ask(*headers)

    assert refused[0]["status"] == 403
    assert b"TRACKER_PUBLIC_URL" in refused[1]["body"]


@pytest.mark.parametrize("reached", ["192.168.1.5", "0.0.0.0", "::", ""])
def test_without_sign_in_a_connection_that_came_over_another_address_is_refused(reached: str):
    assert ask(("Host", "127.0.0.1"), reached=reached)[0]["status"] == 403


@pytest.mark.parametrize("address", ["0.0.0.0", "192.168.1.5", "", None])
def test_a_server_started_by_hand_for_others_answers_nobody_until_there_is_sign_in(address: str | None):
    config.set_option("server.address", address)

    assert ask(("Host", "127.0.0.1"))[0]["status"] == 403
    assert passed(ask(("Host", "tracker.example.org"), signs_in=True))


@pytest.mark.parametrize("host", ["evil.example", "192.168.1.5", "", "tracker.example.org.evil.example"])
def test_with_sign_in_a_name_that_is_not_ours_is_refused_for_pages_and_web_sockets(host: str):
    assert ask(("Host", host), signs_in=True)[0]["status"] == 403
    assert ask(("Host", host), signs_in=True, kind="websocket") == [{"type": "websocket.close", "code": 1008}]


def test_with_sign_in_our_name_is_answered_behind_a_proxy():
    headers = (("Host", "Tracker.Example.org"), ("X-Forwarded-For", "203.0.113.9"))

    assert passed(ask(*headers, signs_in=True, reached="10.0.0.3"))
    assert passed(ask(*headers, signs_in=True, reached="10.0.0.3", kind="websocket"))


def test_cookies_of_a_site_on_https_are_sent_over_tls_only():
    sent: list[dict[str, Any]] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        cookies = [(b"set-cookie", b"a=1; HttpOnly"), (b"set-cookie", b"b=2; Secure"), (b"x", b"y")]
        await send({"type": "http.response.start", "status": 200, "headers": cookies})

    async def keep(message: Any) -> None:
        sent.append(message)

    scope = {"type": "http", "headers": [(b"host", b"tracker.example.org")]}
    asyncio.run(SecurityHeaders(app, https=True)(scope, None, keep))  # type: ignore[arg-type]

    named = sent[0]["headers"]
    assert [value for name, value in named if name == b"set-cookie"] == [
        b"a=1; HttpOnly; Secure",
        b"b=2; Secure",
    ]
    assert (b"strict-transport-security", b"max-age=31536000") in named


@pytest.mark.parametrize("signs_in", [True, False])
def test_figures_about_the_server_are_given_to_nobody(signs_in: bool):
    assert ask(("Host", "127.0.0.1"), signs_in=signs_in, path="/_stcore/metrics")[0]["status"] == 403
