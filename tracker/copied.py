"""Keeps which texts are near-copies of which: new ones join without the old ones being read or compared again.

A part of the index is named by what it holds and never changed; `index.json`, swapped in one rename, names those that live. No
text is kept, only hashes. The same texts in the same order give the same groups, in however many steps they come; in another
order a group may be led by another of its texts, and one on the edge may go with another group.
"""

import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
import numpy.typing as npt

from tracker.analysis.nearcopies import METHOD, Index
from tracker.analysis.segments import Segment
from tracker.errors import ConfigError

FORMAT = 2
_INDEX = "index.json"
_NOWHERE = -1
_SEEN = ("ids", "leaders", "distances", "places")


class Copies:
    """Texts of one kind of snapshot, each with the snapshot whose text leads its group; kept in a folder.

    Raise `ConfigError` when what is kept there is damaged; what another method made is as if it were not there.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        kept = _manifest(folder) if is_kept(folder) else None
        self._index = Index(_segments(folder, kept)) if kept else Index()
        seen = _arrays(folder / kept["seen"], _SEEN) if kept else _nothing_seen()
        self._ids, self._leaders, self._distances, self._places = (seen[name] for name in _SEEN)
        self._sorted: npt.NDArray[np.int64] | None = None

    def __len__(self) -> int:
        """Return how many snapshots were looked at."""
        return int(self._ids.size)

    @property
    def upto(self) -> int:
        """The highest id of a snapshot that was looked at, 0 where there is none."""
        return int(self._ids.max(initial=0))

    def add(self, ids: Sequence[int], texts: Sequence[str | None]) -> None:
        """Let the texts of snapshots join, in their order; one without a text, or with an empty one, is in no group."""
        spoken = [place for place, text in enumerate(texts) if text and not text.isspace()]
        found = self._index.add([texts[place] or "" for place in spoken])
        numbers = np.asarray(ids, dtype=np.int64)
        self._places = np.concatenate([self._places, numbers[spoken]])
        leaders = np.full(numbers.size, _NOWHERE, dtype=np.int64)
        leaders[spoken] = self._places[np.array([placed.leader for placed in found], dtype=np.int64)]
        distances = np.zeros(numbers.size, dtype=np.float64)
        distances[spoken] = [placed.distance for placed in found]
        self._ids = np.concatenate([self._ids, numbers])
        self._leaders = np.concatenate([self._leaders, leaders])
        self._distances = np.concatenate([self._distances, distances])
        self._sorted = None

    def knows(self, ids: Sequence[int]) -> list[bool]:
        """Say of each snapshot whether it was looked at."""
        return [place >= 0 for place in self._rows(ids).tolist()]

    def of(self, ids: Sequence[int]) -> tuple[list[int | None], list[float | None]]:
        """Return for each snapshot that whose text leads its group, and the distance from it (0 to 1).

        `None` for both where there is no text, or the snapshot was not looked at.
        """
        rows = self._rows(ids)
        leaders = np.where(rows >= 0, self._leaders[rows], _NOWHERE) if len(self) else rows
        distances = self._distances[rows] if len(self) else rows
        pairs = list(zip(leaders.tolist(), distances.tolist(), strict=True))
        return (
            [None if leader == _NOWHERE else leader for leader, _distance in pairs],
            [None if leader == _NOWHERE else distance for leader, distance in pairs],
        )

    def save(self) -> None:
        """Write the parts that are not there yet, name those that live, and remove the others."""
        self._folder.mkdir(parents=True, exist_ok=True)
        parts = {_name(segment): segment.arrays() for segment in self._index.segments}
        for name, arrays in parts.items():
            if not (self._folder / name).exists():
                _write(self._folder / name, arrays)
        found = (self._ids, self._leaders, self._distances, self._places)
        seen = dict(zip(_SEEN, found, strict=True))
        digest = hashlib.blake2b(self._ids.tobytes() + self._leaders.tobytes(), digest_size=10).hexdigest()
        seen_name = f"seen-{self._ids.size}-{digest}.npz"
        _write(self._folder / seen_name, seen)
        unfinished = self._folder / f"{_INDEX}.tmp"
        unfinished.write_text(
            json.dumps({"format": FORMAT, "method": METHOD, "parts": list(parts), "seen": seen_name})
        )
        unfinished.rename(self._folder / _INDEX)
        for path in self._folder.glob("*.npz*"):
            if path.name not in {*parts, seen_name}:
                path.unlink()

    def _rows(self, ids: Sequence[int]) -> npt.NDArray[np.int64]:
        """Return where each snapshot stands among those looked at, `_NOWHERE` for one that is not there."""
        wanted = np.asarray(ids, dtype=np.int64)
        if not len(self):
            return np.full(wanted.size, _NOWHERE, dtype=np.int64)
        if self._sorted is None:
            self._sorted = np.argsort(self._ids, kind="stable")
        found = np.minimum(np.searchsorted(self._ids, wanted, sorter=self._sorted), len(self) - 1)
        rows = self._sorted[found]
        return np.where(self._ids[rows] == wanted, rows, _NOWHERE)


def is_kept(folder: Path) -> bool:
    """Say whether groups that this method made are kept in a folder, with all their files."""
    kept = _manifest(folder)
    if kept is None or (kept.get("format"), kept.get("method")) != (FORMAT, METHOD):
        return False
    return all((folder / name).exists() for name in (*kept["parts"], kept["seen"]))


def _manifest(folder: Path) -> dict[str, Any] | None:
    """Return what is named as living; `None` where nothing is named, or nothing that can be read."""
    try:
        kept = json.loads((folder / _INDEX).read_text())
    except (FileNotFoundError, ValueError):
        return None
    return kept if isinstance(kept, dict) else None


def _segments(folder: Path, kept: Mapping[str, Any]) -> list[Segment]:
    return [Segment.from_arrays(_arrays(folder / name, Segment.NAMES)) for name in kept["parts"]]


def _arrays(path: Path, needed: Sequence[str]) -> dict[str, npt.NDArray[Any]]:
    """Read arrays from a file; raise `ConfigError` when it is damaged, or one of those needed is missing."""
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
            found = dict(arrays)
        if missing := set(needed) - found.keys():
            raise ValueError(f"{', '.join(sorted(missing))} missing")
    except (OSError, KeyError, TypeError, ValueError, EOFError, BadZipFile) as error:
        raise ConfigError(f"{path} cannot be read ({error}); run `tracker lake rebuild`") from error
    return found


def _nothing_seen() -> dict[str, npt.NDArray[Any]]:
    kinds = {"distances": np.float64}
    return {name: np.zeros(0, dtype=kinds.get(name, np.int64)) for name in _SEEN}


def _write(path: Path, arrays: Mapping[str, npt.NDArray[Any]]) -> None:
    unfinished = path.with_name(f"{path.name}.tmp")
    with unfinished.open("wb") as file:
        np.savez(file, allow_pickle=False, **arrays)
        file.flush()
        os.fsync(file.fileno())
    unfinished.rename(path)


def _name(segment: Segment) -> str:
    digest = hashlib.blake2b(segment.words.tobytes() + segment.leader_of.tobytes(), digest_size=10)
    return f"part-{segment.texts}-{digest.hexdigest()}.npz"
