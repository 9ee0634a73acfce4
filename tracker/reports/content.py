"""What a report is made of, before it takes a form: sections, tables and figures as plain values.

Every format draws the same content, so a number cannot differ between the page, the sheet and the file.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

Kind = Literal[
    "word", "text", "long", "account", "count", "number", "share", "date", "time", "hash", "digest", "status"
]
Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Column:
    """One column: `missing` is what stands for `None`; columns named in `under` stand small below it.

    A column that is not `shown` is in the data files only, one that is not `data` in the documents only.
    A `word` is short and ours; a `text` may be anything.
    """

    key: str
    label: str
    kind: Kind = "text"
    missing: str = "not published"
    under: tuple[str, ...] = ()
    shown: bool = True
    data: bool = True


@dataclass(frozen=True, slots=True)
class Table:
    """One table with what a reader needs to trust it.

    `said` is the sentence with its n; `evidence` holds the SHA-256 of the answers that the rows rest on.
    Documents show `limit` rows, or as many under each heading that the column `group` gives, and say how
    many more the data files hold.
    """

    name: str
    title: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    said: str
    method: str
    empty: str
    note: str = ""
    evidence: tuple[str, ...] = ()
    group: str | None = None
    limit: int = 25

    @property
    def shown_columns(self) -> tuple[Column, ...]:
        """The columns that get a place of their own in a document."""
        below = {key for column in self.columns for key in column.under}
        return tuple(column for column in self.columns if column.shown and column.key not in below)

    @property
    def dense(self) -> bool:
        """Say whether the columns are short, so that the table stays a table on a telephone."""
        kinds = [column.kind for column in self.shown_columns]
        return not {"long", "account", "digest"} & set(kinds) and kinds.count("text") <= 1

    @property
    def data_columns(self) -> tuple[Column, ...]:
        """The columns of the data files."""
        return tuple(column for column in self.columns if column.data)

    @property
    def groups(self) -> tuple[tuple[Any, int, tuple[Row, ...]], ...]:
        """The rows that a document shows, under their headings, each with how many rows the heading has."""
        found: dict[Any, list[Row]] = {}
        for row in self.rows:
            found.setdefault(row[self.group] if self.group else None, []).append(row)
        return tuple((heading, len(rows), tuple(rows[: self.limit])) for heading, rows in found.items())

    @property
    def left_out(self) -> int:
        """How many rows stand in the data files only."""
        return len(self.rows) - sum(len(rows) for _, _, rows in self.groups)

    @property
    def by_key(self) -> dict[str, Column]:
        """Find a column by its key."""
        return {column.key: column for column in self.columns}


@dataclass(frozen=True, slots=True)
class Figure:
    """A drawing as Vega-Lite specifications, for light and for dark paper.

    `alt` is for readers who do not see it; `note` says what it does not show.
    """

    name: str
    title: str
    subtitle: str
    light: Mapping[str, Any]
    dark: Mapping[str, Any]
    alt: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """A question, its answer in one line, and what the answer rests on."""

    name: str
    title: str
    lead: str
    parts: tuple[Table | Figure, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class KeyFigure:
    """One number of the first page, never without what it is of."""

    label: str
    value: str
    of: str
    below: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """One weekly report, complete and without a form."""

    week: str
    title: str
    period: str
    summary: str
    meaning: str
    as_of: datetime
    notice: str | None
    key_figures: tuple[KeyFigure, ...]
    sections: tuple[Section, ...]
    citation: str
    facts: Mapping[str, Any] = field(default_factory=dict)

    @property
    def tables(self) -> tuple[Table, ...]:
        """Every table, in the order of the story."""
        return tuple(part for section in self.sections for part in section.parts if isinstance(part, Table))

    @property
    def figures(self) -> tuple[Figure, ...]:
        """Every figure, in the order of the story."""
        return tuple(part for section in self.sections for part in section.parts if isinstance(part, Figure))
