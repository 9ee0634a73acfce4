"""Where parsed items wait until the whole file was found sound: a temporary file without a name."""

import marshal
import pickle
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from heapq import merge
from itertools import islice
from operator import itemgetter
from typing import IO, Any, Self

from tracker.collect.packing import Packer, unpack
from tracker.domain import Ad, Parsed, Post

_RUN_BYTES, _AT_ONCE, _FEW = 32 << 20, 100, 1_000
_Waiting = tuple[str, int, bytes]
"""The match of an ad, its place in the file, and the packed ad."""


class Spool:
    """Keeps batches of parsed items in their order. Only this process can reach the file, so it may be unpickled.

    Posts are kept as plain tuples: that takes half the time of parsing them again.
    """

    def __init__(self) -> None:
        self._few: list[Parsed] = []
        self._opened: IO[bytes] | None = None
        self._runs: list[_Run] = []
        self._batch = 0

    def __enter__(self) -> Self:
        """Return the spool itself."""
        return self

    def __exit__(self, *_error: object) -> None:
        """Let go of the file."""
        if self._opened is not None:
            self._opened.close()

    @property
    def _file(self) -> IO[bytes]:
        """The file, made when it is needed: most answers are short."""
        if self._opened is None:
            self._opened = tempfile.TemporaryFile()  # noqa: SIM115, closed by __exit__
        return self._opened

    def add(self, batch: Sequence[Parsed]) -> None:
        """Put a batch at the end; a few items that come first wait in memory."""
        if self._opened is None and not self._few and len(batch) <= _FEW:
            self._few = list(batch)
            return
        if set(map(type, batch)) == {Post}:
            pickle.dump((None, list(map(tuple, batch))), self._file, pickle.HIGHEST_PROTOCOL)  # type: ignore[arg-type]
            return
        packer = Packer()
        held = [packer.pack(item) if isinstance(item, Ad) else item for item in batch]
        pickle.dump((packer.shared, held), self._file, pickle.HIGHEST_PROTOCOL)

    def sort(self, items: Iterable[Parsed], *, batch: int) -> None:
        """Put items so that they come out by match, all ads of one match in one batch, of `batch` items or the next more.

        Items without a match come first. They are sorted in runs of bounded size, which are merged when they are
        asked for: so the record, too, gets its ads in the order of its indexes.
        """
        waiting, packer, n_bytes = list[_Waiting](), Packer(), 0
        for place, item in enumerate(items):
            packed = packer.pack(item)
            waiting.append(((item.match or "") if isinstance(item, Ad) else "", place, packed))
            n_bytes += len(packed)
            if n_bytes > _RUN_BYTES:
                self._runs.append(_Run(self._file, waiting, packer.shared))
                waiting, packer, n_bytes = [], Packer(), 0
        self._runs.append(_Run(self._file, waiting, packer.shared))
        self._batch = batch

    def clear(self) -> None:
        """Forget what was added."""
        self._few, self._runs = [], []
        if self._opened is not None:
            self._opened.seek(0)
            self._opened.truncate()

    def batches(self, *, skip: int) -> Iterator[list[Parsed]]:
        """Yield the batches after the first `skip` items; an import that goes on skips what it wrote before."""
        if self._runs:
            yield from self._merged(skip)
            return
        for held in self._in_order():
            left = held[skip:]
            skip = max(0, skip - len(held))
            if left:
                yield left

    def _merged(self, skip: int) -> Iterator[list[Parsed]]:
        held: list[Parsed] = []
        last = ""
        runs = (run.items(number) for number, run in enumerate(self._runs))
        for match, _, packed, number in islice(merge(*runs), skip, None):
            if len(held) >= self._batch and match != last:
                yield held
                held = []
            held.append(unpack(packed, self._runs[number].shared))
            last = match
        if held:
            yield held

    def _in_order(self) -> Iterator[list[Parsed]]:
        if self._few:
            yield list(self._few)
        if self._opened is None:
            return
        self._file.seek(0)
        while True:
            try:
                shared, held = pickle.load(self._file)  # noqa: S301, written by `add` a moment ago
            except EOFError:
                return
            if shared is None:
                yield list(map(Post._make, held))
            else:
                yield [unpack(item, shared) if isinstance(item, bytes) else item for item in held]


class _Run:
    """Items that were sorted in memory and lie in the file one after the other."""

    def __init__(self, file: Any, waiting: list[_Waiting], shared: list[Any]) -> None:
        self.shared = shared
        self._file = file
        self._places = [file.tell()]
        waiting.sort(key=itemgetter(0, 1))
        for start in range(0, len(waiting), _AT_ONCE):
            file.write(marshal.dumps(waiting[start : start + _AT_ONCE]))
            self._places.append(file.tell())

    def items(self, number: int) -> Iterator[tuple[str, int, bytes, int]]:
        """Yield the items in their order, each with the number of the run; a part of them is in memory at a time."""
        for start, end in zip(self._places, self._places[1:], strict=False):
            self._file.seek(start)
            for match, place, packed in marshal.loads(self._file.read(end - start)):  # noqa: S302, written above
                yield match, place, packed, number
