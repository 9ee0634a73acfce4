"""Writes a set of files as one folder that is either complete or absent."""

import json
import os
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

from tracker.errors import BadInput

REPORT = {"report.html", "report.pdf", "data.xlsx", "data", "manifest.json"}


def check_replaceable(folder: Path, *, week: str) -> None:
    """Raise `BadInput` unless `folder` is absent, empty, or an earlier report of the same week."""
    if not folder.exists():
        return
    if not folder.is_dir():
        raise BadInput(f"{folder} is a file; name a folder for the report", field="--out")
    held = {item.name for item in folder.iterdir()}
    if held - REPORT or (held and _week_of(folder / "manifest.json") != week):
        raise BadInput(
            f"{folder} holds something else than the report of {week}; name a new or empty folder",
            field="--out",
        )


def _week_of(manifest: Path) -> str | None:
    try:
        return str(json.loads(manifest.read_bytes())["week"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def replace(folder: Path, files: Mapping[str, bytes]) -> None:
    """Put the files, by relative name, in place of whatever `folder` held: all of them or none.

    They are written and synced in a hidden sibling first; the old folder steps aside only when that is
    complete, and comes back if the new one cannot take its place.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    work = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        made = work / "new"
        for name in sorted(files):
            _write(made / name, files[name])
        for place in {made, *((made / name).parent for name in files)}:
            _sync(place)
        _swap(made, folder, aside=work / "old")
        _sync(folder.parent)
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _write(file: Path, data: bytes) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("wb") as target:
        target.write(data)
        target.flush()
        os.fsync(target.fileno())


def _swap(made: Path, folder: Path, *, aside: Path) -> None:
    had_one = folder.exists()
    if had_one:
        folder.rename(aside)
    try:
        made.rename(folder)
    except OSError:
        if had_one:
            aside.rename(folder)
        raise


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
