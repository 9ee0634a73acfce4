"""Starts the two long-running processes and passes signals on to them."""

import errno
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from types import FrameType

from tracker import console, signin
from tracker.errors import ConfigError
from tracker.settings import ROOT, Settings

APP = ROOT / "dashboard" / "app.py"
_GRACE = 15.0


def run_both(settings: Settings, *, port: int, worker: bool) -> int:
    """Run the dashboard, and the worker beside it, until a signal or until one of them ends; return the exit code."""
    check_port(port, settings.listen)
    environment = {**os.environ, "TRACKER_HOME": str(settings.home), "TRACKER_SEEDS": str(settings.seeds)}
    if settings.record_url is None:
        environment.pop("TRACKER_RECORD_URL", None)
    if settings.lake_url is None:
        environment.pop("TRACKER_LAKE_URL", None)
    commands = [_dashboard(port, settings)]
    if worker:
        commands.append([sys.executable, "-m", "tracker", "worker"])
    console.say(f"\n{_reached_at(port, settings)} Ctrl-C ends it.\n")
    return _supervise(commands, environment)


def check_port(port: int, address: str = "127.0.0.1") -> None:
    """Raise `ConfigError` when the address is not ours, or another program answers on the port already."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
        except OSError as error:
            if error.errno == errno.EADDRNOTAVAIL:
                raise ConfigError(f"TRACKER_LISTEN={address} is not an address of this machine") from error
            raise ConfigError(f"port {port} is taken; choose another with --port or TRACKER_PORT") from error


def _reached_at(port: int, settings: Settings) -> str:
    """Say where the dashboard is opened, and who can."""
    signin.check_listen(settings)
    provider = signin.provider(settings)
    if provider is None:
        host = f"[{settings.listen}]" if ":" in settings.listen else settings.listen
        return f"Open http://{host}:{port} in a browser; only this machine can open it."
    who = "this machine only" if signin.is_loopback(settings.listen) else settings.listen
    return (
        f"Open {provider.public_url} in a browser and sign in with {provider.issuer}; it listens on {who}, port {port}. "
        "Who may do what: tracker people list."
    )


def _dashboard(port: int, settings: Settings) -> list[str]:
    """Return the command of the dashboard. It holds no secret: the dashboard reads the settings itself."""
    if not APP.exists():
        raise ConfigError(f"the dashboard is not installed: {APP} is missing")
    options = [f"--server.port={port}", f"--server.address={settings.listen}", "--server.headless=true"]
    options += [f"--server.allowedHosts={host}" for host in signin.hosts(settings)]
    return [sys.executable, "-m", "streamlit", "run", str(APP), *options]


def _supervise(commands: Sequence[Sequence[str]], environment: dict[str, str]) -> int:
    """Run the commands; when one ends or a signal comes, end the others and return the first code."""
    children = [subprocess.Popen(list(command), env=environment, cwd=ROOT) for command in commands]
    stopped: list[int] = []

    def stop(number: int, _frame: FrameType | None) -> None:
        stopped.append(number)

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    while not stopped and all(child.poll() is None for child in children):
        time.sleep(0.2)
    code = next((child.returncode for child in children if child.poll() is not None), 0)
    for child in children:
        if child.poll() is None:
            child.send_signal(signal.SIGTERM)
    _wait(children)
    return 0 if stopped else code


def _wait(children: Sequence["subprocess.Popen[bytes]"]) -> None:
    end = time.monotonic() + _GRACE
    for child in children:
        try:
            child.wait(max(0.1, end - time.monotonic()))
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
