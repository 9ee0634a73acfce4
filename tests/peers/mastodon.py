"""A server that answers as Mastodon does (mastodon_mock), on loopback: people post, and moderators moderate.

    with running() as server:
        number = server.ada.write("The bridge is open.")

What time it is it knows itself. It breaks on request: `server.fail("/api/v1/accounts/*", "ratelimit")`.
"""

import json
import socket
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.request import Request, urlopen

import pytest

HOST = "social.example.org"


@dataclass(frozen=True)
class Person:
    """Somebody with an account there."""

    server: "Server"
    name: str

    @property
    def number(self) -> str:
        """The id that the server gave the account."""
        return str(self._call("GET", "accounts/verify_credentials")["id"])

    def write(self, text: str, **more: str) -> str:
        """Post and return the id."""
        return str(self._call("POST", "statuses", {"status": text, **more})["id"])

    def edit(self, post: str, text: str) -> None:
        """Put other words into a post."""
        self._call("PUT", f"statuses/{post}", {"status": text})

    def delete(self, post: str) -> None:
        """Delete a post."""
        self._call("DELETE", f"statuses/{post}")

    def repost(self, post: str) -> str:
        """Repost and return the id."""
        return str(self._call("POST", f"statuses/{post}/reblog")["id"])

    def moderate(self, number: str, action: str) -> None:
        """Do to the account with a number what a moderator may: `suspend` or `silence`, and back with `unsuspend` or `unsilence`."""
        place = f"admin/accounts/{number}"
        if action.startswith("un"):
            self._call("POST", f"{place}/{action}")
        else:
            self._call("POST", f"{place}/action", {"type": action})

    def _call(self, method: str, path: str, values: Mapping[str, str] | None = None) -> Any:
        return self.server.call(method, f"/api/v1/{path}", values, f"{self.name}_token")


@dataclass(frozen=True)
class Server:
    """A server that runs, with people of its demonstration."""

    port: int
    process: "subprocess.Popen[str]"

    @property
    def ada(self) -> Person:
        return Person(self, "ada")

    @property
    def grace(self) -> Person:
        return Person(self, "grace")

    def fail(self, path: str, effect: str, **more: object) -> None:
        """Let the next question for a path fail, such as by `ratelimit`, `malformed` or `status`."""
        rule = {"match": {"path": path}, "effect": {"type": effect, **more}, "count": 1}
        self.call("POST", "/api/v1/_mock/faults", rule, "ada_token")

    def call(self, method: str, path: str, values: object, token: str) -> Any:
        """Call a method of the interface."""
        body = None if values is None else json.dumps(values).encode()
        told = {"Authorization": f"Bearer {token}", **({"Content-Type": "application/json"} if body else {})}
        request = Request(f"http://127.0.0.1:{self.port}{path}", data=body, method=method, headers=told)
        with urlopen(request, timeout=30) as answer:
            return json.load(answer)


@contextmanager
def running() -> Iterator[Server]:
    """Run a fresh server."""
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    asked = ["--host", "127.0.0.1", "--port", str(port), "--domain", HOST, "--in-memory", "--demo"]
    command = [sys.executable, "-m", "mastodon_mock", "serve", *asked]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    said = process.stderr
    assert said is not None
    reader = threading.Thread(target=deque, args=(said, 0), daemon=True)
    try:
        if not any("running on" in line for line in said):
            pytest.fail("mastodon_mock did not start")
        reader.start()
        yield Server(port, process)
    finally:
        process.terminate()
        process.wait(20)
        if reader.is_alive():
            reader.join(20)
        said.close()
