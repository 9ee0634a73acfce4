"""Stops a peer for a while, as a machine does that is overloaded or suspended: it answers nobody and forgets nothing."""

import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def stopped(process: "subprocess.Popen[str]") -> Iterator[None]:
    """Let a peer stand still."""
    os.kill(process.pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(process.pid, signal.SIGCONT)
