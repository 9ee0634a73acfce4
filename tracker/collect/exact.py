"""Tells ids that came whole as JSON numbers from those that JavaScript may have rounded on the way. Pure.

JavaScript keeps 53 bits of a whole number and prints the shortest digits that lead back to what it kept: of
1923845247192304123 it makes 1923845247192304000. A number that it cannot print was never in its hands, nor were the others of
that document; one that it can print may be somebody else's id.
"""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from tracker.domain import Record
from tracker.errors import BadInput

SAFE = 1 << 53
"""The first whole number that two numbers become in JavaScript."""
LOOKED_AT = 1_000
"""How many records are looked at for a number that shows that a document never went through JavaScript."""


class Rounded(BadInput):
    """An id came as a number that JavaScript may have rounded."""


def is_printable(number: int) -> bool:
    """Say whether JavaScript could have printed a number from 2^53 on, so that it may stand for another."""
    return Decimal(repr(float(number))) == number


def check_whole(record: Record, field: str, value: object) -> None:
    """Refuse an id that came as a number and may have been rounded; a smaller one, an exact one and text are whole."""
    if isinstance(value, float):
        kind: type[BadInput] = BadInput
    elif isinstance(value, int) and abs(value) >= SAFE and _is_doubtful(value):
        kind = Rounded
    else:
        return
    raise kind(
        f"{str(value)[:40]} came as a number beyond 2^53, as JavaScript rounds it; expected the id as text",
        line=record.line,
        field=field,
    )


def are_exact(records: Iterable[Record]) -> bool:
    """Say whether a number in some of the first records shows that no JavaScript wrote their document."""
    return any(_is_exact(record.values) for record in records)


def as_text(value: Any) -> Any:
    """Return values whose numbers from 2^53 on are text, so that they are taken as they stand."""
    if isinstance(value, Mapping):
        return {name: as_text(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [as_text(inner) for inner in value]
    return str(value) if type(value) is int and abs(value) >= SAFE else value


def _is_doubtful(number: int) -> bool:
    return number.bit_length() > 64 or is_printable(number)


def _is_exact(value: object) -> bool:
    if isinstance(value, Mapping):
        return any(map(_is_exact, value.values()))
    if isinstance(value, list):
        return any(map(_is_exact, value))
    return type(value) is int and abs(value) >= SAFE and not _is_doubtful(value)
