"""The forms of an export: CSV and Parquet with a manifest beside them, JSON, XLSX and STIX with it inside."""

import csv
import json
from collections.abc import Callable, Mapping
from hashlib import sha256
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import xlsxwriter

from tracker.errors import BadInput
from tracker.exports import stix
from tracker.exports.content import Export
from tracker.findings import Finding
from tracker.reports.exports.csv import cell
from tracker.reports.exports.xlsx import INERT, fitting

MOST_ROWS = 1_048_575
"""What a sheet of a workbook can hold below its head."""

Files = dict[str, bytes]


def files(export: Export, form: str, name: str) -> Files:
    """Draw an export as files by name, the one called `name` first; several tables of CSV or Parquet are several files.

    Raise `BadInput` for what the form cannot hold.
    """
    return _FORMS[form](export, Path(name))


def _json(export: Export, name: Path) -> Files:
    if len(export.tables) == 1:
        return {name.name: f"{export.first.to_json()}\n".encode()}
    whole = {**export.about(), "tables": {table: found.to_dict() for table, found in export.tables.items()}}
    return {name.name: (json.dumps(whole, ensure_ascii=False, indent=1) + "\n").encode()}


def _csv(export: Export, name: Path) -> Files:
    return _with_manifest(export, name, _as_csv)


def _parquet(export: Export, name: Path) -> Files:
    return _with_manifest(export, name, _as_parquet)


def _with_manifest(export: Export, name: Path, draw: Callable[[Finding], bytes]) -> Files:
    alone = len(export.tables) == 1
    drawn = {
        name.name if alone else f"{name.stem}.{table}{name.suffix}": draw(found)
        for table, found in export.tables.items()
    }
    hashes = {file: {"sha256": sha256(body).hexdigest(), "bytes": len(body)} for file, body in drawn.items()}
    manifest = json.dumps({**export.about(), "files": hashes}, ensure_ascii=False, indent=1) + "\n"
    return drawn | {f"{name.stem}.manifest.json": manifest.encode()}


def _as_csv(found: Finding) -> bytes:
    lines = StringIO(newline="")
    writer = csv.writer(lines, quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writerow(found.columns)
    writer.writerows([cell(_flat(row[name])) for name in found.columns] for row in found.rows)
    return lines.getvalue().encode()


def _as_parquet(found: Finding) -> bytes:
    columns = {name: [_flat(row[name]) for row in found.rows] for name in found.columns}
    arrays = [_column(values) for values in columns.values()]
    target = BytesIO()
    pq.write_table(pa.table(arrays, names=list(columns)), target, compression="zstd")
    return target.getvalue()


def _column(values: list[Any]) -> pa.Array:
    """Return values as a column; one without any value holds text, and one of mixed types too."""
    try:
        column = pa.array(values)
    except (pa.ArrowInvalid, pa.ArrowTypeError):
        return pa.array([None if value is None else str(value) for value in values], pa.string())
    return column.cast(pa.string()) if pa.types.is_null(column.type) else column


def _xlsx(export: Export, name: Path) -> Files:
    target = BytesIO()
    with xlsxwriter.Workbook(target, INERT) as book:
        if export.first.as_of:
            book.set_properties({"created": export.first.as_of.replace(tzinfo=None)})
        _about_sheet(book, export)
        for table, found in export.tables.items():
            if len(found.rows) > MOST_ROWS:
                raise BadInput(
                    f"{table} has {len(found.rows):,} rows, a sheet holds {MOST_ROWS:,}; use parquet",
                    field="--format",
                )
            _sheet(book, table, found)
    return {name.name: target.getvalue()}


def _about_sheet(book: Any, export: Export) -> None:
    sheet = book.add_worksheet("about")
    sheet.set_column(0, 0, 24)
    sheet.set_column(1, 1, 110)
    about = export.about()
    lines = [(key, about[key]) for key in ("export", "as_of", "notice", "tool_version")]
    for table, told in about["tables"].items():
        lines += [(f"{table}: {key}", _flat(value)) for key, value in told.items()]
    lines.append(("empty cells", "not published or not known; never 0"))
    for number, (key, value) in enumerate(lines):
        sheet.write_string(number, 0, key)
        sheet.write_string(number, 1, fitting("" if value is None else str(value)))


def _sheet(book: Any, table: str, found: Finding) -> None:
    sheet = book.add_worksheet(table[:31])
    sheet.freeze_panes(1, 0)
    for place, name in enumerate(found.columns):
        sheet.write_string(0, place, name)
    for number, row in enumerate(found.rows, start=1):
        for place, name in enumerate(found.columns):
            value = _flat(row[name])
            if isinstance(value, int | float) and not isinstance(value, bool):
                sheet.write_number(number, place, value)
            elif value is not None:
                sheet.write_string(number, place, fitting(cell(value) if isinstance(value, bool) else value))


def _stix(export: Export, name: Path) -> Files:
    return {name.name: stix.write(export)}


def _flat(value: Any) -> Any:
    """Return a value that one cell can hold: lists and objects as JSON."""
    if isinstance(value, list | tuple | Mapping):
        return json.dumps(value, ensure_ascii=False, default=str)
    return value


_FORMS: Mapping[str, Callable[[Export, Path], Files]] = {
    "csv": _csv, "json": _json, "xlsx": _xlsx, "parquet": _parquet, "stix": _stix,
}  # fmt: skip
FORMS = tuple(_FORMS)
"""The forms that an export can take."""
