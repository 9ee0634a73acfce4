"""Tables that a person hands to a command: codings made elsewhere.

Columns are known by their names, in any order and case; further columns are left alone. A cell that is empty is refused:
what is missing has no row.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from unicodedata import normalize

from tracker.analysis.reliability import MOST_CODES, Coded
from tracker.collect import reading
from tracker.collect.reading import Limits
from tracker.errors import BadInput

_LONGEST_NAME = 300


def codings(path: Path, *, limits: Limits) -> dict[str, list[Coded]]:
    """Return the codings of each variable of a table with `item`, `coder`, `variable` and `code`.

    Raises `BadInput` with the line for a coder who codes an item twice, an empty cell, or more codes than a codebook has.
    """
    file = reading.shown_name(path)
    lines: dict[tuple[str, str, str], int] = {}
    found: defaultdict[str, list[Coded]] = defaultdict(list)
    codes: defaultdict[str, set[str]] = defaultdict(set)
    for line, (item, coder, variable, code) in _rows(
        path, ("item", "coder", "variable", "code"), limits=limits
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


def _rows(path: Path, columns: Sequence[str], *, limits: Limits) -> Iterator[tuple[int, list[str]]]:
    """Yield the line of each row and its cells in the columns, each on one line and in composed characters."""
    facts = reading.inspect(path, limits=limits)
    named = {column.strip().casefold(): column for column in reading.columns(facts, limits=limits)}
    if missing := [column for column in columns if column not in named]:
        found = ", ".join(list(named)[:20]) or "none"
        raise BadInput(
            f"no column {missing[0]!r}; expected {', '.join(columns)}, found {found[:_LONGEST_NAME]}",
            file=facts.name,
            line=1,
        )
    for record in reading.records(facts, limits=limits):
        values = [record.values.get(named[column]) for column in columns]
        cells = ["" if value is None else " ".join(normalize("NFC", str(value)).split()) for value in values]
        for column, cell in zip(columns, cells, strict=True):
            if not cell:
                raise BadInput(
                    "the cell is empty; what is missing has no row",
                    file=facts.name,
                    line=record.line,
                    field=column,
                )
            if len(cell) > _LONGEST_NAME:
                raise BadInput(
                    f"{len(cell):,} characters; expected at most {_LONGEST_NAME}",
                    file=facts.name,
                    line=record.line,
                    field=column,
                )
        yield record.line, cells
