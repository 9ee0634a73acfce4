"""Tables that a person hands to a command: codings made elsewhere, and texts with a label.

Columns are known by their names, in any order and case; further columns are left alone. A cell that is empty is refused:
what is missing has no row.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from unicodedata import normalize

from tracker.analysis.reliability import MOST_CODES, Coded
from tracker.analysis.suggest import Example
from tracker.collect import reading
from tracker.collect.reading import FileFacts, Limits
from tracker.errors import BadInput

_LONGEST_NAME, _LONGEST_TEXT = 300, 1_000_000


def codings(path: Path, *, limits: Limits) -> dict[str, list[Coded]]:
    """Return the codings of each variable of a table with `item`, `coder`, `variable` and `code`.

    Raises `BadInput` with the line for a coder who codes an item twice, an empty cell, or more codes than a codebook has.
    """
    file = reading.shown_name(path)
    lines: dict[tuple[str, str, str], int] = {}
    found: defaultdict[str, list[Coded]] = defaultdict(list)
    codes: defaultdict[str, set[str]] = defaultdict(set)
    for line, (item, coder, variable, code) in _rows(
        path, [_Column(name) for name in ("item", "coder", "variable", "code")], limits=limits
    ):
        if (first := lines.setdefault((variable, item, coder), line)) != line:
            raise BadInput(
                f"coder {coder!r} codes item {item!r} for {variable!r} again, after line {first}; expected once",
                file=file,
                line=line,
            )
        codes[variable].add(code)
        if len(codes[variable]) > MOST_CODES:
            raise BadInput(
                f"more than {MOST_CODES:,} different codes for {variable!r}; is this a text?",
                file=file,
                line=line,
                field="code",
            )
        found[variable].append(Coded(item, coder, code))
    return dict(found)


def spelt_alike(codes: Iterable[str]) -> list[list[str]]:
    """Return the codes that differ by capital letters only: probably one code, counted as several."""
    alike: defaultdict[str, list[str]] = defaultdict(list)
    for code in sorted(set(codes)):
        alike[code.casefold()].append(code)
    return [group for group in alike.values() if len(group) > 1]


def examples(path: Path, *, limits: Limits) -> list[Example]:
    """Return the rows of a table with `text`, `label` and, where it has it, `language`; a text may be empty.

    Raises `BadInput` with the line for an empty label, or more labels than a codebook has codes.
    """
    columns = (
        _Column("text", longest=_LONGEST_TEXT, may_be_empty=True),
        _Column("label"),
        _Column("language", optional=True, may_be_empty=True),
    )
    found, labels = [], set()
    for line, (text, label, language) in _rows(path, columns, limits=limits):
        labels.add(label)
        if len(labels) > MOST_CODES:
            raise BadInput(
                f"more than {MOST_CODES:,} different labels; is this a text?",
                file=reading.shown_name(path),
                line=line,
                field="label",
            )
        found.append(Example(text, label, language or None))
    return found


@dataclass(frozen=True, slots=True)
class _Column:
    """A column that a table must have, and what its cells may hold."""

    name: str
    longest: int = _LONGEST_NAME
    optional: bool = False
    may_be_empty: bool = False

    def fault(self, cell: str) -> str | None:
        """Return what is wrong with a cell."""
        if not cell and not self.may_be_empty:
            return "the cell is empty; what is missing has no row"
        if len(cell) > self.longest:
            return f"{len(cell):,} characters; expected at most {self.longest:,}"
        return None


def _rows(path: Path, columns: Sequence[_Column], *, limits: Limits) -> Iterator[tuple[int, list[str]]]:
    """Yield the line of each row and its cells in the columns, each on one line and in composed characters."""
    facts = reading.inspect(path, limits=limits)
    named = _named(facts, columns, limits=limits)
    for record in reading.records(facts, limits=limits):
        values = [record.values.get(named.get(column.name, "")) for column in columns]
        cells = ["" if value is None else " ".join(normalize("NFC", str(value)).split()) for value in values]
        for column, cell in zip(columns, cells, strict=True):
            if fault := column.fault(cell):
                raise BadInput(fault, file=facts.name, line=record.line, field=column.name)
        yield record.line, cells


def _named(facts: FileFacts, columns: Sequence[_Column], *, limits: Limits) -> dict[str, str]:
    """Return the names of columns as the file spells them; raise `BadInput` for one that it lacks."""
    named = {column.strip().casefold(): column for column in reading.columns(facts, limits=limits)}
    wanted = [column.name for column in columns if not column.optional]
    if missing := [name for name in wanted if name not in named]:
        found = ", ".join(list(named)[:20]) or "none"
        raise BadInput(
            f"no column {missing[0]!r}; expected {', '.join(wanted)}, found {found[:_LONGEST_NAME]}",
            file=facts.name,
            line=1,
        )
    return named
