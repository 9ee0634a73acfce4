"""Keeps an index of near-copies on disk: new texts join it without the old ones being read or compared again.

A part is named by what it holds and never changed; `index.json`, swapped in one rename, names those that live.
"""

import hashlib
import json
from pathlib import Path

import numpy as np

from tracker.analysis.nearcopies import Index
from tracker.analysis.segments import Segment
from tracker.errors import ConfigError

FORMAT = 1
_INDEX = "index.json"


def save(index: Index, folder: Path) -> None:
    """Write the parts of an index that are not there yet, name those that live, and remove the others."""
    folder.mkdir(parents=True, exist_ok=True)
    names = [_name(segment) for segment in index.segments]
    for segment, name in zip(index.segments, names, strict=True):
        if not (folder / name).exists():
            unfinished = folder / f"{name}.tmp"
            with unfinished.open("wb") as file:
                np.savez(file, allow_pickle=False, **segment.arrays())
            unfinished.rename(folder / name)
    unfinished = folder / f"{_INDEX}.tmp"
    unfinished.write_text(json.dumps({"format": FORMAT, "parts": names}))
    unfinished.rename(folder / _INDEX)
    for path in folder.glob("part-*.npz"):
        if path.name not in names:
            path.unlink()


def load(folder: Path) -> Index:
    """Read an index, empty where none is kept; raise `ConfigError` when it is damaged or of another format."""
    if not (folder / _INDEX).exists():
        return Index()
    try:
        kept = json.loads((folder / _INDEX).read_text())
        if kept["format"] != FORMAT:
            raise ValueError(f"format {kept['format']}, expected {FORMAT}")
        return Index([_read(folder / name) for name in kept["parts"]])
    except (OSError, KeyError, TypeError, ValueError) as error:
        raise ConfigError(f"{folder} cannot be read ({error}); delete it, it is made anew") from error


def _read(path: Path) -> Segment:
    with np.load(path, allow_pickle=False) as arrays:
        return Segment.from_arrays(dict(arrays))


def _name(segment: Segment) -> str:
    digest = hashlib.blake2b(segment.words.tobytes() + segment.leader_of.tobytes(), digest_size=10)
    return f"part-{segment.texts}-{digest.hexdigest()}.npz"
