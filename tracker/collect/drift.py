"""Which fields an answer or a file holds, noted while its records pass, so that one that comes or goes is told. Pure.

A field of a table is a column. A field of JSON is a path such as `user.name`, and it is there where it holds something: a
platform that empties a field has taken it away, whatever it leaves in its place.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from tracker.domain import Record

DEPTH, DEEP, MOST, LOOKED_INTO = 3, 5, 600, 500
"""Steps of a path, the same where a source names its shapes, fields of one shape, and records that are looked into.

Of the other records nothing is noted but that they came.
"""
FEW = 20
"""A field that stands in fewer records and is empty may be empty by chance."""
_WIDEST = 60
"""An object with more keys is a list by another name, such as of countries."""
_SHAPES = ("kind", "source_platform")


@dataclass(slots=True)
class Shape:
    """What was noted of records of one kind: how many, which fields stood there, and which of them held something."""

    records: int = 0
    stood: set[str] = field(default_factory=set)
    filled: set[str] = field(default_factory=set)

    def misses(self, name: str) -> bool:
        """Say whether a field of JSON is missed here: not where its object is missing too, or where it is empty in a few."""
        owner = name.rpartition(".")[0]
        by_chance = name in self.stood and self.records < FEW
        return name not in self.filled and not by_chance and (not owner or owner in self.filled)


@dataclass(slots=True)
class Fields:
    """The fields of one answer, by the shape of its records: posts and profiles of one answer have different ones."""

    shapes: dict[str, Shape] = field(default_factory=dict)
    of_columns: bool = False

    def noting(
        self,
        records: Iterable[Record],
        *,
        columns: bool,
        shape: Callable[[Mapping[str, Any]], str] | None = None,
    ) -> Iterator[Record]:
        """Yield the records as they are; `columns` says that all have the same fields, of which none need be filled.

        `shape` names what a record is, where a source says it; such records are looked into more deeply.
        """
        self.of_columns = columns
        found = iter(records)
        for record in found:
            self._note(record.values, columns, shape)
            yield record
            if columns:
                yield from found

    def _note(
        self, values: Mapping[str, Any], columns: bool, shape: Callable[[Mapping[str, Any]], str] | None
    ) -> None:
        name = "" if columns else shape(values) if shape else _stated(values)
        found = self.shapes.setdefault(name, Shape())
        found.records += 1
        if columns:
            found.stood = found.filled = set(values)
        elif found.records <= LOOKED_INTO:
            _look_into(values, "", DEEP if shape else DEPTH, found)


def _stated(values: Mapping[str, Any]) -> str:
    stated = (values.get(one) for one in _SHAPES)
    return next((one for one in stated if isinstance(one, str)), "")[:60]


def _look_into(values: Mapping[str, Any], place: str, left: int, shape: Shape) -> None:
    for key, value in values.items():
        path = f"{place}{key}"
        if len(shape.stood) >= MOST and path not in shape.stood:
            return
        shape.stood.add(path)
        if value in (None, "", [], {}):
            continue
        shape.filled.add(path)
        inner = value[0] if isinstance(value, list) else value
        if left > 1 and isinstance(inner, dict) and len(inner) <= _WIDEST:
            _look_into(inner, f"{path}.", left - 1, shape)
