"""Items as bytes, for the time that they wait: small, quick to make, and read by the process that made them only.

An ad has dozens of criteria, and many ads the same ones. So criteria are packed by themselves, and come back as one
value for all ads that share them.
"""

import marshal
import pickle
from collections.abc import Sequence
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from tracker.domain import NOTHING_ELSE, Ad, Metric, Parsed, Target

_LISTING, _ACCOUNT = map(Ad._fields.index, ("listing", "account"))
_MOMENT = Ad._fields.index("posted_at")
_FIRST, _LAST = map(Ad._fields.index, ("first_shown", "last_shown"))
_METRICS, _TARGETS, _EXTRA = map(Ad._fields.index, ("metrics", "targets", "extra"))
_PLAIN = 2
"""The form of `marshal` that looks for no value which comes twice: an ad's have hardly any."""


class Packer:
    """Packs ads. What many of them share, their listing and their account, is put aside in `shared`, each once."""

    def __init__(self) -> None:
        self.shared: list[Any] = []
        self._places: dict[int, int] = {}

    def pack(self, item: Parsed) -> bytes:
        """Return an item as bytes; those of an ad mean something beside `shared` only."""
        if not isinstance(item, Ad):
            return marshal.dumps(pickle.dumps(item))
        values: list[Any] = list(item)
        values[_LISTING], values[_ACCOUNT] = self._place(item.listing), self._place(item.account)
        if item.first_shown is not None:
            values[_FIRST] = item.first_shown.toordinal()
        if item.last_shown is not None:
            values[_LAST] = item.last_shown.toordinal()
        if item.posted_at is not None:
            values[_MOMENT] = item.posted_at.isoformat()
        values[_METRICS] = tuple(map(tuple, item.metrics))
        values[_TARGETS] = _packed_targets(item.targets)
        values[_EXTRA] = pickle.dumps(dict(item.extra)) if item.extra else None
        return marshal.dumps(values, _PLAIN)

    def _place(self, value: Any) -> int:
        """Return where a value lies in `shared`; it stays there, so no other value can get its identity."""
        place = self._places.setdefault(id(value), len(self.shared))
        if place == len(self.shared):
            self.shared.append(value)
        return place


def unpack(packed: bytes, shared: Sequence[Any]) -> Parsed:
    """Return the item that a packer with this `shared` packed."""
    values = marshal.loads(packed)  # noqa: S302, written by `pack` a moment ago
    if isinstance(values, bytes):
        return pickle.loads(values)  # type: ignore[no-any-return] # noqa: S301, as above
    values[_LISTING], values[_ACCOUNT] = shared[values[_LISTING]], shared[values[_ACCOUNT]]
    if values[_FIRST] is not None:
        values[_FIRST] = date.fromordinal(values[_FIRST])
    if values[_LAST] is not None:
        values[_LAST] = date.fromordinal(values[_LAST])
    if values[_MOMENT] is not None:
        values[_MOMENT] = datetime.fromisoformat(values[_MOMENT])
    values[_METRICS] = tuple(map(Metric._make, values[_METRICS]))
    values[_TARGETS] = _targets(values[_TARGETS])
    extra = values[_EXTRA]
    values[_EXTRA] = pickle.loads(extra) if extra else NOTHING_ELSE  # noqa: S301, as above
    return Ad._make(values)


@lru_cache(16)
def _packed_targets(targets: tuple[Target, ...]) -> bytes:
    return marshal.dumps(tuple(zip(*targets, strict=True)))


@lru_cache(1_024)
def _targets(packed: bytes) -> tuple[Target, ...]:
    columns = marshal.loads(packed)  # noqa: S302, as above
    return tuple(map(Target._make, zip(*columns, strict=True)))
