"""A real Chromium against dashboards on loopback: one full of hostile text, one where nothing was collected."""

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from time import monotonic
from urllib.request import urlopen

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Request,
    ViewportSize,
    expect,
    sync_playwright,
)

from tests.dashboard import lakes

APP = Path(__file__).parents[2] / "dashboard" / "app.py"
SIZES = {
    "desktop": ViewportSize(width=1440, height=900),
    "phone": ViewportSize(width=390, height=844),
}
OpenTab = Callable[[str, str, str], Page]
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip


class Watch:
    """What a tab did that it must not do: asked another host, broke the policy, or failed."""

    def __init__(self) -> None:
        self.outside: list[str] = []
        self.complaints: list[str] = []

    def request(self, request: Request) -> None:
        """Note a request that would leave this machine."""
        if request.url.startswith(("http", "ws")) and "//127.0.0.1:" not in request.url:
            self.outside.append(request.url)

    def console(self, message: ConsoleMessage) -> None:
        """Note errors and policy violations; Streamlit looks for its health page below each page and gets a 404."""
        place = str(message.location.get("url", ""))
        looked_for = "/_stcore/" in place and "404" in message.text
        if message.type == "error" and not looked_for:
            self.complaints.append(f"{message.text} ({place})")


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """The distribution's Chromium, ended with the module because its event loop would disturb others; without one the tests are skipped, but not in CI."""
    path = shutil.which("chromium") or shutil.which("google-chrome")
    if path is None:
        reason = "no Chromium here: apt-get install -y --no-install-recommends chromium"
        pytest.fail(reason) if os.environ.get("CI") == "true" else pytest.skip(reason)
    expect.set_options(timeout=30_000)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a dashboard on the hostile lake."""
    yield from serve(lakes.hostile(tmp_path_factory.mktemp("hostile")))


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a dashboard on a record of two hostile exports with a change between them."""
    yield from serve(lakes.recorded(tmp_path_factory.mktemp("recorded")))


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a dashboard on a machine where nothing was ever collected."""
    yield from serve(tmp_path_factory.mktemp("fresh"))


@pytest.fixture
def watch() -> Iterator[Watch]:
    """What every tab of a test did; the test fails when anything left this machine or complained."""
    seen = Watch()
    yield seen
    assert (seen.outside, seen.complaints) == ([], [])


@pytest.fixture(scope="module")
def scheme_of(chromium: Browser) -> Callable[[str], BrowserContext]:
    """The browser in a scheme; its cache lasts for the module, so that scripts are read once."""

    @cache
    def context(scheme: str) -> BrowserContext:
        return chromium.new_context(color_scheme=scheme)  # type: ignore[arg-type]

    return context


@pytest.fixture
def open_tab(scheme_of: Callable[[str], BrowserContext], watch: Watch) -> Iterator[OpenTab]:
    """Open an address in a tab of a size and scheme, and wait until the page has been drawn."""
    tabs: list[Page] = []

    def opened(address: str, size: str, scheme: str) -> Page:
        page = scheme_of(scheme).new_page()
        tabs.append(page)
        page.set_viewport_size(SIZES[size])
        page.set_default_timeout(30_000)
        page.on("request", watch.request)
        page.on("console", watch.console)
        page.on("pageerror", lambda error: watch.complaints.append(str(error)))
        page.goto(address)
        settle(page)
        return page

    yield opened
    for page in tabs:
        page.close()


AS_BEFORE = """() => {
    const parts = document.querySelectorAll('[data-testid=stElementContainer]').length;
    const before = window.partsBefore;
    window.partsBefore = parts;
    const app = document.querySelector('[data-testid=stApp]');
    return parts > 0 && before === parts && app.dataset.testScriptState === 'notRunning';
}"""
"""Whether a page holds as many parts as a moment ago and its script does not run."""


def settle(page: Page) -> None:
    """Wait until the script of a page has run, its parts come no more, and its question, charts and tables are there."""
    page.wait_for_selector("[data-testid=stApp][data-test-script-state=notRunning]")
    page.wait_for_selector("h1")
    page.wait_for_function(AS_BEFORE, polling=300)
    page.wait_for_function(
        "() => [...document.querySelectorAll('[data-testid=stVegaLiteChart]')].every(chart => chart.querySelector('svg'))"
    )


def serve(home: Path) -> Iterator[str]:
    """Run a dashboard on a home, give its address, and end it afterwards."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("TRACKER_")}
    server = subprocess.Popen(
        [sys.executable, "-m", "streamlit", "run", str(APP), f"--server.port={port}"],
        env=environment | {"TRACKER_HOME": str(home)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait_for(f"http://127.0.0.1:{port}/_stcore/health", server)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(15)


def _wait_for(address: str, server: "subprocess.Popen[bytes]") -> None:
    end = monotonic() + 60
    while monotonic() < end:
        assert server.poll() is None, f"the dashboard ended with {server.returncode}"
        try:
            with urlopen(address, timeout=1) as answer:
                if answer.read() == b"ok":
                    return
        except OSError:
            continue
    pytest.fail("the dashboard did not answer within 60 s")
