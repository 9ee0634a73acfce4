"""A tracker with sign-in on loopback: a certified OpenID Connect provider, the dashboard as `tracker dashboard` starts it,
and a client that speaks to its web socket past every browser."""

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic
from urllib.request import urlopen

import pytest
from playwright.sync_api import Page
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import connect
from websockets.typing import Origin, Subprotocol

from tests.browser.conftest import settle
from tracker import people
from tracker.store.engine import migrate, open_record

ROOT = Path(__file__).parents[2]
PROVIDER = ROOT / ".venv" / "oidc-provider"
NOW = datetime(2026, 5, 1, tzinfo=UTC)
SECRET = "the client secret of the tests"


@dataclass(frozen=True, slots=True)
class SignIn:
    """A dashboard with sign-in: where it is opened, where its state is, and what it said."""

    address: str
    home: Path
    log: Path

    def role(self, name: str, role: str) -> None:
        """Give somebody a role, and let them in first when they are not."""
        engine = open_record(f"sqlite:///{self.home / 'record.db'}")
        migrate(engine)
        form = {"email": f"{name}@example.org", "role": role, "by": "Root"}
        if form["email"] in [person["email"] for person in people.listed(engine)]:
            people.change_role(engine, form, now=NOW)
        else:
            people.add(engine, form | {"name": f"{name.title()} Example"}, now=NOW)
        engine.dispose()

    def remove(self, name: str) -> None:
        """Remove somebody."""
        engine = open_record(f"sqlite:///{self.home / 'record.db'}")
        people.remove(engine, {"email": f"{name}@example.org", "by": "Root"}, now=NOW)
        engine.dispose()


@contextmanager
def running(home: Path) -> Iterator[SignIn]:
    """Run provider and dashboard on a home; without Node the test is skipped with the reason, but not in CI."""
    node = shutil.which("node")
    if node is None or not (PROVIDER / "node_modules" / "oidc-provider").exists():
        reason = "no OpenID Connect provider here: install Node and npm, then run ./test, which fetches oidc-provider"
        pytest.fail(reason) if os.environ.get("CI") == "true" else pytest.skip(reason)
    ours, theirs = _free_ports()
    address, issuer = f"http://127.0.0.1:{ours}", f"http://127.0.0.1:{theirs}"
    script, log = ROOT / "tests" / "browser" / "provider.mjs", home / "dashboard.log"
    provider = [node, str(script), str(theirs), f"{address}/oauth2callback", "tracker", SECRET]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("TRACKER_")} | {
        "TRACKER_HOME": str(home), "TRACKER_PUBLIC_URL": address, "TRACKER_OIDC_ISSUER": issuer,
        "TRACKER_OIDC_CLIENT_ID": "tracker", "TRACKER_OIDC_CLIENT_SECRET": SECRET,
        "TRACKER_CONTACT": "the desk",
    }  # fmt: skip
    with log.open("w", encoding="utf-8") as said:
        children = [
            subprocess.Popen(provider, cwd=PROVIDER, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL),
            subprocess.Popen(
                [sys.executable, "-m", "tracker", "dashboard", f"--port={ours}"],
                env=environment, cwd=ROOT, stdout=said, stderr=said,
            ),
        ]  # fmt: skip
        try:
            _wait_for(f"{issuer}/.well-known/openid-configuration", children)
            _wait_for(f"{address}/_stcore/health", children)
            yield SignIn(address, home, log)
        finally:
            for child in children:
                child.terminate()
            for child in children:
                child.wait(20)


def sign_in(page: Page, address: str, name: str) -> None:
    """Sign in as somebody in a fresh tab, and wait for what they get."""
    page.set_default_timeout(30_000)
    page.goto(address)
    page.get_by_role("button", name="Sign in").click(timeout=120_000)
    page.fill("input[name=login]", name)
    page.fill("input[name=password]", "any")
    page.click("button[type=submit]")
    page.get_by_text("Authorize").wait_for()
    page.click("button[type=submit]")
    page.wait_for_url(f"{address}/")
    settle(page)


def talk(
    address: str, headers: Mapping[str, str], *, token: str = "none", origin: str | None = None
) -> bytes:
    """Open the web socket, ask for the page, and return every byte that came until its script had run."""
    told = BackMsg()
    told.rerun_script.query_string = ""
    came = b""
    with connect(
        f"{address.replace('http', 'ws', 1)}/_stcore/stream",
        additional_headers=dict(headers),
        subprotocols=[Subprotocol("streamlit"), Subprotocol(token)],
        origin=Origin(origin) if origin else None,
        max_size=None,
        proxy=None,
    ) as stream:
        stream.send(told.SerializeToString())
        while True:
            message = stream.recv(timeout=60)
            assert isinstance(message, bytes)
            came += message
            read = ForwardMsg()
            read.ParseFromString(message)
            if read.WhichOneof("type") == "script_finished":
                return came


def _free_ports() -> tuple[int, int]:
    with socket.socket() as one, socket.socket() as other:
        for probe in (one, other):
            probe.bind(("127.0.0.1", 0))
        return one.getsockname()[1], other.getsockname()[1]


def _wait_for(address: str, children: list["subprocess.Popen[bytes]"]) -> None:
    end = monotonic() + 90
    while monotonic() < end:
        ended = [child.returncode for child in children if child.poll() is not None]
        assert ended == [], f"a process ended with {ended}"
        try:
            with urlopen(address, timeout=1):
                return
        except OSError:
            continue
    pytest.fail(f"{address} did not answer within 90 s")
