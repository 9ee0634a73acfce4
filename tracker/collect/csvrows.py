"""Reads the rows of a CSV from text: comma, semicolon or tab, as its header uses it; a ragged or open row is refused."""

import csv
from collections.abc import Iterator
from typing import TextIO

from tracker.domain import Record
from tracker.errors import BadInput


def header(first: str) -> tuple[str, list[str]]:
    """Return the delimiter that the header uses and its column names."""
    delimiter = max(",;\t", key=first.count)
    return delimiter, [column.strip() for column in next(csv.reader([first], delimiter=delimiter), [])]


def records(text: TextIO, longest: int, name: str | None = None) -> Iterator[Record]:
    """Yield the rows with the line each begins on; a cell has at most `longest` characters, `name` is the file's."""
    csv.field_size_limit(longest)
    delimiter, columns = header(text.readline())
    if len({column.casefold() for column in columns}) < len(columns):
        raise BadInput("two columns have the same name", file=name, line=1)
    reader = csv.reader(text, delimiter=delimiter, strict=True)
    line = 2
    try:
        for cells in reader:
            if cells:
                yield Record(line, _row(columns, cells, name, line))
            line = reader.line_num + 2
    except csv.Error as error:
        raise BadInput(f"the CSV cannot be read here ({error})", file=name, line=line) from error


def _row(columns: list[str], cells: list[str], name: str | None, line: int) -> dict[str, str]:
    if len(cells) != len(columns):
        raise BadInput(
            f"{len(cells)} cells where the header names {len(columns)} columns", file=name, line=line
        )
    return dict(zip(columns, cells, strict=True))
