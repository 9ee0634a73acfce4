"""The reports that were made: which weeks stand on the shelf, what each says, and its files as they were written."""

import io
import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from tracker.errors import BadInput
from tracker.reports import weeks

MANIFEST = "manifest.json"
_MADE_AT = (1980, 1, 1, 0, 0, 0)
"""The time of each file in an archive: the same report gives the same archive, byte for byte."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A report on the shelf. `said` is what its tables say: name, title, sentence; `files` are their SHA-256 by name.

    `error` tells why a folder cannot be read as a report: then nothing else is known of it.
    """

    week: str
    period: str = ""
    as_of: datetime | None = None
    complete: bool = True
    said: tuple[tuple[str, str, str], ...] = ()
    files: Mapping[str, str] | None = None
    error: str | None = None


def shelf(folder: Path) -> list[Kept]:
    """Return the reports in `folder`, the latest week first; a folder that is no week is none of them."""
    found = folder.iterdir() if folder.is_dir() else ()
    names = [place.name for place in found if place.is_dir() and _is_week(place.name)]
    return [_kept(folder / name) for name in sorted(names, reverse=True)]


def read(folder: Path, report: Kept, name: str) -> bytes:
    """Return one file of a report as it was written.

    Raise `BadInput` for a name that its manifest does not have, and for a file that is gone or altered since.
    """
    stated = (report.files or {}).get(name)
    if stated is None:
        raise BadInput(f"the report of {report.week} has no file {name[:80]!r}")
    try:
        data = (folder / report.week / name).read_bytes()
    except OSError as error:
        raise BadInput(f"{name} of {report.week} cannot be read: {error.strerror}") from error
    if sha256(data).hexdigest() != stated:
        raise BadInput(
            f"{name} of {report.week} is not what was written; make the report again: "
            f"tracker report --week {report.week}"
        )
    return data


def archive(folder: Path, report: Kept) -> bytes:
    """Return all files of a report and its manifest as a ZIP; raise `BadInput` as `read` does."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as target:
        for name in sorted(report.files or {}):
            target.writestr(
                zipfile.ZipInfo(f"{report.week}/{name}", _MADE_AT),
                read(folder, report, name),
                zipfile.ZIP_DEFLATED,
            )
        target.writestr(
            zipfile.ZipInfo(f"{report.week}/{MANIFEST}", _MADE_AT),
            (folder / report.week / MANIFEST).read_bytes(),
            zipfile.ZIP_DEFLATED,
        )
    return packed.getvalue()


def _is_week(name: str) -> bool:
    return weeks.WRITTEN.fullmatch(name) is not None


def _kept(place: Path) -> Kept:
    try:
        manifest = json.loads((place / MANIFEST).read_bytes())
        return _read_manifest(place.name, manifest)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return Kept(place.name, error=f"{MANIFEST} is missing or is no manifest of a report")


def _read_manifest(week: str, manifest: Mapping[str, Any]) -> Kept:
    if manifest["week"] != week:
        return Kept(week, error=f"{MANIFEST} speaks of another week")
    files = {str(name): str(file["sha256"]) for name, file in manifest["files"].items()}
    if any(name.startswith("/") or ".." in Path(name).parts for name in files):
        return Kept(week, error=f"{MANIFEST} names files outside its folder")
    return Kept(
        week,
        period=str(manifest["period"]),
        as_of=datetime.fromisoformat(manifest["as_of"]).astimezone(UTC),
        complete=bool(manifest["week_complete"]),
        said=tuple(
            (str(name), str(table["title"]), str(table["said"])) for name, table in manifest["tables"].items()
        ),
        files=files,
    )
