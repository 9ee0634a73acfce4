"""What a terminal shows: tables, JSON and CSV on stdout; progress and messages on stderr."""

import csv
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, is_dataclass
from typing import TYPE_CHECKING, Any

import click

from tracker.progress import Progress as Progress

if TYPE_CHECKING:
    from tracker.findings import Finding

_WIDEST = 60
_GUARDED = ("=", "+", "-", "@", "\t", "\r")


def say(message: str) -> None:
    """Print a message for a person, on stderr."""
    click.echo(message, err=True)


def plain(value: Any) -> dict[str, Any]:
    """Return a dataclass as a dict of values that JSON can hold."""
    if not is_dataclass(value) or isinstance(value, type):
        raise TypeError(f"{type(value).__name__} is not a dataclass")
    return {name: list(item) if isinstance(item, tuple) else item for name, item in asdict(value).items()}


def print_rows(
    rows: Sequence[Mapping[str, Any]] | Mapping[str, Any], columns: Sequence[str] | None, form: str
) -> None:
    """Print rows as an aligned table, as JSON or as CSV; cells of a CSV that a spreadsheet would run are quoted."""
    if form == "json":
        click.echo(json.dumps(rows, ensure_ascii=False, indent=1, default=str))
        return
    many = [rows] if isinstance(rows, Mapping) else list(rows)
    names = list(columns or (many[0] if many else ()))
    cells = [[_cell(row.get(name)) for name in names] for row in many]
    if form == "csv":
        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerow(names)
        writer.writerows(
            [_guarded(row.get(name), cell) for name, cell in zip(names, line, strict=True)]
            for row, line in zip(many, cells, strict=True)
        )
        return
    _print_table(names, cells)


def print_finding(finding: "Finding", form: str) -> None:
    """Print a finding with as-of, n, method and caveats around its rows."""
    if form == "json":
        click.echo(finding.to_json())
        return
    print_rows(finding.rows, finding.columns, form)
    notes = [f"as of {finding.as_of or 'never'}", f"n = {finding.n}", finding.method, *finding.caveats]
    for note in [*([finding.notice] if finding.notice else []), *notes]:
        say(note)


def _print_table(names: Sequence[str], cells: Sequence[Sequence[str]]) -> None:
    if not cells:
        say("nothing to show")
        return
    short = [[_short(cell) for cell in row] for row in cells]
    widths = [max(len(name), *(len(row[index]) for row in short)) for index, name in enumerate(names)]
    for row in [list(names), ["─" * width for width in widths], *short]:
        click.echo("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:.4g}" if abs(value) < 1000 else f"{value:,.0f}"
    if isinstance(value, list | tuple | dict):
        return json.dumps(value, ensure_ascii=False, default=str)
    return "".join(character if character.isprintable() else " " for character in str(value))


def _short(cell: str) -> str:
    return cell if len(cell) <= _WIDEST else f"{cell[: _WIDEST - 1]}…"


def _guarded(value: Any, cell: str) -> str:
    return f"'{cell}" if isinstance(value, str) and cell.startswith(_GUARDED) else cell
