"""Lets one process at a time write a mirror; a process that ends leaves no lock behind."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_LOCK = ".lock"


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Wait until no other process or thread writes the mirror in the folder, and keep it while the block runs."""
    with _opened(folder).open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


@contextmanager
def at_once(folder: Path) -> Iterator[bool]:
    """Say at once whether the mirror in the folder was free; if so, keep it while the block runs."""
    with _opened(folder).open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True


def is_lock(path: Path) -> bool:
    """Say whether a file is the lock itself, which must outlive what it guards."""
    return path.name == _LOCK


def _opened(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder / _LOCK
