"""Sign-in with a real OpenID Connect provider and a real browser, on loopback: who is in, who is not, and who only says so."""

import json
import socket
from collections.abc import Callable, Iterator
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect
from websockets.typing import Origin

from tests.browser.conftest import Watch, settle
from tests.browser.signin import SECRET, SignIn, running, sign_in, talk
from tests.dashboard import lakes
from tracker import desk
from tracker.store.engine import open_record

pytestmark = pytest.mark.browser
Enter = Callable[[str], Page]
DATA = (b"somebody", b"evil.example", b"What changed", b"registry")
"""Words of the data and of the pages, as they stand in what the web socket sends to somebody who may read."""


@pytest.fixture(scope="module")
def dashboard(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SignIn]:
    """A dashboard with data, where four people have roles."""
    with running(lakes.recorded(tmp_path_factory.mktemp("signin"))) as started:
        for name, role in (("vera", "viewer"), ("cora", "coder"), ("dora", "coder"), ("ada", "admin")):
            started.role(name, role)
        yield started


@pytest.fixture
def enter(chromium: Browser, dashboard: SignIn, watch: Watch) -> Iterator[Enter]:
    """Sign in as somebody, in a browser of their own, and wait for what they get."""
    contexts = []

    def entered(name: str) -> Page:
        context = chromium.new_context()
        contexts.append(context)
        page = context.new_page()
        page.on("request", watch.request)
        page.on("console", watch.console)
        sign_in(page, dashboard.address, name)
        return page

    yield entered
    for context in contexts:
        context.close()


def suspects(dashboard: SignIn) -> list[tuple[str, str]]:
    engine = open_record(f"sqlite:///{dashboard.home / 'record.db'}")
    found = [(row["account"], row["submitted_by"]) for row in desk.list_suspects(engine)]
    engine.dispose()
    return found


def fill_in(page: Page, dashboard: SignIn, handle: str) -> None:
    page.goto(f"{dashboard.address}/suspect")
    page.get_by_label("Address or handle").fill(f"https://x.com/{handle}")
    page.get_by_label("Why do you suspect it?").fill("It posts the clips of the city's media group.")
    page.get_by_label("One document that says so").fill("https://example.org/report.pdf")


def menu_of_accounts(page: Page) -> None:
    """Open the menu of the navigation that holds the pages on accounts."""
    page.get_by_test_id("stTopNavSection").filter(has_text="Accounts").click()


def test_somebody_with_a_role_signs_in_reads_and_signs_out(enter: Enter, dashboard: SignIn):
    page = enter("vera")

    expect(page.locator(".it-who")).to_have_text("Vera Example · viewer")
    expect(page.get_by_role("link", name="Ads")).to_be_visible()
    menu_of_accounts(page)
    expect(page.get_by_role("menuitem", name="Labels")).to_be_visible()
    expect(page.get_by_role("menuitem", name="People")).to_have_count(0)
    page.goto(f"{dashboard.address}/people")
    expect(page.get_by_text("This page is for the role admin")).to_be_visible()
    page.goto(f"{dashboard.address}/suspect")
    expect(page.get_by_text("Bringing in a suspect needs the role coder")).to_be_visible()
    other = page.context.new_page()
    other.goto(dashboard.address)
    settle(other)
    copied = cookies_of(page, dashboard.address)
    page.get_by_role("button", name="Sign out").click()
    page.get_by_role("button", name="Yes, sign me out").click()
    expect(page.get_by_role("button", name="Sign in")).to_be_visible()
    assert not [name for name in cookies_of(page, dashboard.address) if name.startswith("_streamlit_user")]
    other.get_by_role("link", name="Ads").click()
    expect(other.get_by_role("button", name="Sign in")).to_be_visible()
    cookie = "; ".join(f"{name}={value}" for name, value in copied.items())
    token = copied["_streamlit_xsrf"]
    came = talk(dashboard.address, {"Cookie": cookie}, token=token, origin=dashboard.address)
    assert [word for word in DATA if word in came] == []


@pytest.mark.parametrize(
    ("name", "words"),
    [
        (
            "mallory",
            "You signed in as mallory@example.org, and nobody has given you a role here. Ask the desk.",
        ),
        ("ada+unverified", "your provider does not say that it checked your e-mail address. Ask the desk."),
    ],
)
def test_somebody_without_a_role_is_told_whom_to_ask_and_gets_no_data(name: str, words: str, enter: Enter):
    page = enter(name)

    expect(page.get_by_text(words)).to_be_visible()
    assert not any(word.decode() in page.content() for word in DATA)
    expect(page.get_by_role("link", name="Ads")).to_have_count(0)


def test_an_address_that_now_belongs_to_somebody_else_opens_nothing(enter: Enter):
    enter("ada")

    page = enter("eve+is+ada")

    expect(
        page.get_by_text("You signed in as ada@example.org, and nobody has given you a role")
    ).to_be_visible()


def test_what_somebody_brings_in_bears_the_name_that_the_record_has(enter: Enter, dashboard: SignIn):
    page = enter("dora")
    fill_in(page, dashboard, "HarbourVoice")

    expect(page.get_by_label("Your name or initials")).to_have_count(0)
    page.get_by_role("button", name="Send to review").click()
    expect(page.get_by_text("Stored as suspected:")).to_be_visible()

    assert ("x:harbourvoice", "Dora Example <dora@example.org>") in suspects(dashboard)


def test_a_role_that_is_taken_away_counts_at_the_next_click(enter: Enter, dashboard: SignIn):
    page = enter("cora")
    fill_in(page, dashboard, "TowerVoice")
    dashboard.role("cora", "viewer")

    page.get_by_role("button", name="Send to review").click()

    expect(page.get_by_text("Bringing in a suspect needs the role coder")).to_be_visible()
    dashboard.remove("cora")
    page.get_by_role("link", name="Ads").click()
    expect(page.get_by_text("You have no role here")).to_be_visible()
    assert "x:towervoice" not in dict(suspects(dashboard))


def test_an_admin_lets_somebody_in_who_then_signs_in(enter: Enter, dashboard: SignIn):
    page = enter("ada")
    menu_of_accounts(page)
    page.get_by_role("menuitem", name="People").click()
    page.get_by_label("E-mail address, as their sign-in has it").fill("nils@example.org")
    page.get_by_label("Name, as it will stand").fill("Nils Example")
    page.get_by_role("button", name="Let in").click()
    expect(page.get_by_text("Let in:")).to_be_visible()

    expect(enter("nils").locator(".it-who")).to_have_text("Nils Example · viewer")


def cookies_of(page: Page, address: str) -> dict[str, str]:
    return {str(cookie["name"]): str(cookie["value"]) for cookie in page.context.cookies(address)}


def test_a_direct_connection_with_forged_headers_gets_nothing(enter: Enter, dashboard: SignIn):
    cookies = cookies_of(enter("vera"), dashboard.address)
    token, address = cookies["_streamlit_xsrf"], dashboard.address
    who = json.dumps({"is_logged_in": True, "email": "ada@example.org", "email_verified": True, "sub": "ada"})
    forged = {
        "X-Forwarded-User": "ada@example.org", "X-Forwarded-Email": "ada@example.org", "X-Auth-Email": "ada@example.org",
        "X-Remote-User": "ada", "Remote-User": "ada", "X-Forwarded-For": "127.0.0.1", "Authorization": "Bearer ada",
    }  # fmt: skip
    signed, _, signature = cookies["_streamlit_user"].rpartition(".")

    def sent(cookie: str, **more: str) -> bytes:
        return talk(
            address, {"Cookie": f"_streamlit_xsrf={token}; {cookie}", **more}, token=token, origin=address
        )

    allowed = sent(f"_streamlit_user={cookies['_streamlit_user']}")
    refused = [
        talk(address, {}),
        talk(address, forged),
        sent("", **forged),
        sent(f"_streamlit_user={who}", **forged),
        sent(f"_streamlit_user={signed}.{signature[::-1]}", **forged),
        sent(f"_streamlit_user={cookies['_streamlit_user_tokens']}", **forged),
    ]

    assert all(word in allowed for word in DATA)
    assert [word for came in refused for word in DATA if word in came] == []
    assert all(b"Sign in to the influence tracker" in came for came in refused)


def asked(address: str, path: str, headers: dict[str, str]) -> tuple[int, bytes]:
    parts = urlsplit(address)
    connection = HTTPConnection(parts.hostname or "", parts.port, timeout=30)
    connection.request("GET", path, headers=headers)
    answer = connection.getresponse()
    found = answer.status, answer.read()
    connection.close()
    return found


@pytest.mark.parametrize(
    "path", ["/", "/people", "/_stcore/health", "/app/static/favicon.png", "/media/x.csv"]
)
def test_a_name_that_is_not_ours_gets_the_reason_and_nothing_else(path: str, dashboard: SignIn):
    for host in ("evil.example", "127.0.0.1.evil.example", "192.168.1.1"):
        status, body = asked(dashboard.address, path, {"Host": host})

        assert (status, body.decode()) == (
            403, "This dashboard does not answer to that name. Its name is set with TRACKER_PUBLIC_URL.\n",
        )  # fmt: skip


def test_a_web_socket_for_a_name_that_is_not_ours_or_from_another_site_is_refused(dashboard: SignIn):
    port = urlsplit(dashboard.address).port
    for host, origin in (("evil.example", "http://evil.example"), ("127.0.0.1", "http://evil.example")):
        with (
            socket.create_connection(("127.0.0.1", port)) as line,
            pytest.raises(InvalidStatus, match="403"),
        ):
            connect(f"ws://{host}:{port}/_stcore/stream", sock=line, origin=Origin(origin), proxy=None)


def test_plain_requests_before_sign_in_get_the_frame_of_the_page_and_no_data(dashboard: SignIn):
    for path in (
        "/",
        "/ads",
        "/people",
        "/snapshot?id=ad-1",
        "/_stcore/health",
        "/auth/login",
        "/oauth2callback",
    ):
        _, body = asked(dashboard.address, path, {"X-Forwarded-User": "ada@example.org"})

        assert [word for word in DATA if word in body] == []


def test_no_secret_is_said_and_the_key_of_the_cookies_is_only_its_owners(dashboard: SignIn):
    key = dashboard.home / "cookie-secret"
    said = dashboard.log.read_text(encoding="utf-8")
    arguments = b"".join(_command_lines())

    assert key.stat().st_mode & 0o777 == 0o600
    assert SECRET not in said
    assert key.read_text(encoding="ascii") not in said
    assert b"--server.address=127.0.0.1" in arguments
    assert SECRET.encode() not in arguments
    assert key.read_bytes() not in arguments


def _command_lines() -> Iterator[bytes]:
    """Return the command lines of this machine's processes that run the dashboard, where they can be read."""
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            line = path.read_bytes()
        except OSError:
            continue
        if b"dashboard" in line and b"provider.mjs" not in line:
            yield line
