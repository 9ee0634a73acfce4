"""Where parsed items wait until the whole file was found sound: a temporary file without a name."""

import pickle
import tempfile
from collections.abc import Iterator, Sequence
from typing import Any, Self

from tracker.domain import Parsed, Post


class Spool:
    """Keeps batches of parsed items in their order. Only this process can reach the file, so it may be unpickled.

    Posts are kept as plain tuples: that takes half the time of parsing them again.
    """

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile()  # noqa: SIM115, closed by __exit__

    def __enter__(self) -> Self:
        """Return the spool itself."""
        return self

    def __exit__(self, *_error: object) -> None:
        """Let go of the file."""
        self._file.close()

    def add(self, batch: Sequence[Parsed]) -> None:
        """Put a batch at the end."""
        plain = set(map(type, batch)) == {Post}
        held: list[Any] = list(map(tuple, batch)) if plain else list(batch)  # type: ignore[arg-type]
        pickle.dump((plain, held), self._file, pickle.HIGHEST_PROTOCOL)

    def clear(self) -> None:
        """Forget what was added."""
        self._file.seek(0)
        self._file.truncate()

    def batches(self, *, skip: int) -> Iterator[list[Parsed]]:
        """Yield the batches after the first `skip` items; an import that goes on skips what it wrote before."""
        self._file.seek(0)
        while True:
            try:
                plain, held = pickle.load(self._file)  # noqa: S301, written by `add` a moment ago
            except EOFError:
                return
            left = held[skip:]
            skip = max(0, skip - len(held))
            if left:
                yield [Post._make(item) for item in left] if plain else left
