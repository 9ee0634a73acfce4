"""Cuts a question that a platform answers only in part into slices that it answers whole: days first, then countries."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Any

from tracker.errors import BadInput


@dataclass(frozen=True, slots=True)
class Slice:
    """Days, both in, and a country; `None` is all countries."""

    first: date
    last: date
    country: str | None = None

    def halves(self, countries: Sequence[str]) -> list["Slice"]:
        """Return slices that hold together what this one does; none when it cannot be cut any more."""
        if self.first < self.last:
            middle = self.first + timedelta(days=(self.last - self.first).days // 2)
            return [
                Slice(self.first, middle, self.country),
                Slice(middle + timedelta(days=1), self.last, self.country),
            ]
        return [] if self.country else [Slice(self.first, self.last, country) for country in countries]


@dataclass(frozen=True, slots=True)
class Place:
    """How far a question came: the slices still to ask, in the first of them the rows to skip, and rows done of a page."""

    todo: tuple[Slice, ...]
    skip: int = 0
    done: int = 0

    @property
    def text(self) -> str:
        """The place as a cursor."""
        return json.dumps(asdict(self), default=str)

    @classmethod
    def read(cls, cursor: str) -> "Place":
        """Return the place that a cursor names; raise `BadInput` for one that this did not write."""
        try:
            told: Mapping[str, Any] = json.loads(cursor)
            slices = (
                Slice(date.fromisoformat(one["first"]), date.fromisoformat(one["last"]), one["country"])
                for one in told["todo"]
            )
            return cls(tuple(slices), int(told["skip"]), int(told["done"]))
        except (ValueError, KeyError, TypeError) as error:
            raise BadInput(f"{cursor[:80]!r} is not a place to go on from", field="cursor") from error

    def next_page(self, rows: int, *, last_skip: int) -> "Place":
        """Return the place after a page of so many rows: in the same slice, or in the next when it held none or no more."""
        onward = self.skip + rows
        return Place(self.todo, onward) if rows and onward <= last_skip else self.instead(())

    def within(self, done: int) -> "Place":
        """Return the place so many rows into the same page."""
        return Place(self.todo, self.skip, done)

    def instead(self, slices: Sequence[Slice]) -> "Place":
        """Return the place at the beginning of `slices`, which stand for the first slice."""
        return Place((*slices, *self.todo[1:]))
