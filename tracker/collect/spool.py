"""Where parsed items wait until the whole file was found sound: a temporary file without a name."""

import copyreg
import pickle
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import fields
from operator import attrgetter
from typing import Any, Self
from zlib import crc32

from tracker.domain import Ad, Metric, Parsed, Post, Target

_LISTS = ("metrics", "targets")
_REST = tuple(field.name for field in fields(Ad) if field.name not in _LISTS)
_rest = attrgetter(*_REST)
_DRAWERS, _IN_HAND = 256, 50


class _Pickler(pickle.Pickler):
    """Keeps the numbers and criteria of an ad as plain tuples: an ad has dozens, and each would be made by a call."""

    dispatch_table = copyreg.dispatch_table | {Ad: lambda ad: (_ad, _plain(ad))}


def _plain(ad: Ad) -> tuple[Any, ...]:
    return _rest(ad), tuple(map(tuple, ad.metrics)), tuple(map(tuple, ad.targets))


def _ad(rest: tuple[Any, ...], metrics: Sequence[Any], targets: Sequence[Any]) -> Ad:
    values: dict[str, Any] = dict(zip(_REST, rest, strict=True))
    values |= {"metrics": tuple(map(Metric._make, metrics)), "targets": tuple(map(Target._make, targets))}
    return Ad(**values)


class Spool:
    """Keeps batches of parsed items in their order. Only this process can reach the file, so it may be unpickled.

    Posts are kept as plain tuples: that takes half the time of parsing them again.
    """

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile()  # noqa: SIM115, closed by __exit__
        self._drawers: dict[int, list[int]] = {}
        self._batch = 0

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
        _Pickler(self._file, pickle.HIGHEST_PROTOCOL).dump((plain, held))

    def sort(self, items: Iterable[Parsed], *, batch: int) -> None:
        """Put items so that all ads of one match come out in one batch, of `batch` items or the next more.

        They lie in drawers by the hash of their match, as many as fit into memory one after the other.
        """
        hands, drawers = defaultdict[int, list[Parsed]](list), defaultdict[int, list[int]](list)
        for item in items:
            drawer = crc32((item.match or "").encode()) % _DRAWERS if isinstance(item, Ad) else 0
            hands[drawer].append(item)
            if len(hands[drawer]) == _IN_HAND:
                self._put(hands.pop(drawer), drawers[drawer])
        for drawer, held in hands.items():
            self._put(held, drawers[drawer])
        self._drawers, self._batch = dict(sorted(drawers.items())), batch

    def _put(self, held: list[Parsed], places: list[int]) -> None:
        places.append(self._file.tell())
        _Pickler(self._file, pickle.HIGHEST_PROTOCOL).dump(held)

    def _sorted(self) -> Iterator[list[Parsed]]:
        held: list[Parsed] = []
        for places in self._drawers.values():
            for place in places:
                self._file.seek(place)
                held += pickle.load(self._file)  # noqa: S301, written by `_put` a moment ago
            if len(held) >= self._batch:
                yield held
                held = []
        if held:
            yield held

    def clear(self) -> None:
        """Forget what was added."""
        self._drawers = {}
        self._file.seek(0)
        self._file.truncate()

    def batches(self, *, skip: int) -> Iterator[list[Parsed]]:
        """Yield the batches after the first `skip` items; an import that goes on skips what it wrote before."""
        for held in self._sorted() if self._drawers else self._in_order():
            left = held[skip:]
            skip = max(0, skip - len(held))
            if left:
                yield left

    def _in_order(self) -> Iterator[list[Parsed]]:
        self._file.seek(0)
        while True:
            try:
                plain, held = pickle.load(self._file)  # noqa: S301, written by `add` a moment ago
            except EOFError:
                return
            yield [Post._make(item) for item in held] if plain else held
