"""Which fields an answer or a file holds, noted while its records pass, so that one that comes or goes is told. Pure.

A field of a table is a column. A field of JSON is a path such as `user.name`, and it is there where it holds something: a
platform that empties a field has taken it away, whatever it leaves in its place.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from tracker.domain import Record

DEPTH, MOST, LOOKED_INTO = 3, 600, 500
"""Steps of a path, fields of one shape, and records that are looked into; of the others the columns alone are noted."""
_WIDEST = 60
"""An object with more keys is a list by another name, such as of countries."""
_SHAPES = ("kind", "source_platform")


@dataclass(slots=True)
class Shape:
    """What was noted of records of one kind: how many, which fields stood there, and which of them held something."""

    records: int = 0
    stood: set[str] = field(default_factory=set)
    filled: set[str] = field(default_factory=set)


@dataclass(slots=True)
class Fields:
    """The fields of one answer, by the shape of its records: posts and profiles of one answer have different ones."""

    shapes: dict[str, Shape] = field(default_factory=dict)
    of_columns: bool = False

    def noting(self, records: Iterable[Record], *, columns: bool) -> Iterator[Record]:
        """Yield the records as they are; `columns` says that all have the same fields, of which none need be filled."""
        self.of_columns = columns
        found = iter(records)
        for record in found:
            self._note(record.values, columns)
            yield record
            if columns:
                yield from found

    def _note(self, values: Mapping[str, Any], columns: bool) -> None:
        stated = (values.get(one) for one in _SHAPES)
        name = "" if columns else next((one for one in stated if isinstance(one, str)), "")[:60]
        shape = self.shapes.get(name)
        if shape is None:
            shape = self.shapes[name] = Shape()
        shape.records += 1
        if columns:
            shape.stood = shape.filled = set(values)
        elif shape.records <= LOOKED_INTO:
            _look_into(values, "", DEPTH, shape)


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
