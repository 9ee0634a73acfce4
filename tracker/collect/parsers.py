"""Names the parsers that are in force: a hash over all that reads an answer or a file, so that a fix is another version."""

import hashlib
from functools import cache
from pathlib import Path

from tracker import __version__

_HERE = Path(__file__).parent
_NAMES = ("handles.py", "platforms.py")
"""What says how accounts are named; it stands with the registry."""


@cache
def version() -> str:
    """Return the version of the tracker and of its parsers, such as `0.1.0+3f2a90b1c4d7`; snapshots bear it with their query."""
    digest = hashlib.sha256()
    for path in [*sorted(_HERE.rglob("*.py")), *(_HERE.parent / "registry" / name for name in _NAMES)]:
        digest.update(path.relative_to(_HERE.parent).as_posix().encode() + b"\0" + path.read_bytes())
    return f"{__version__}+{digest.hexdigest()[:12]}"
