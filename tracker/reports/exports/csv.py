"""Tables as CSV: every cell quoted, text guarded so that no spreadsheet runs it, times in UTC."""

import csv
from datetime import date, datetime
from io import StringIO
from typing import Any

from tracker.reports.content import Table
from tracker.reports.words import storable

RUNS_AS_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def write(table: Table) -> bytes:
    """Write one table as UTF-8 with a header of column keys; an empty cell means: not published."""
    lines = StringIO(newline="")
    writer = csv.writer(lines, quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writerow([column.key for column in table.data_columns])
    for row in table.rows:
        writer.writerow([cell(row.get(column.key)) for column in table.data_columns])
    return lines.getvalue().encode("utf-8")


def cell(value: Any) -> str:
    """Write one value; text that a spreadsheet could run gets a leading apostrophe (OWASP, CSV injection)."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%dT%H:%M:%SZ")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, int | float):
        return repr(value)
    text = str(value)
    return storable(f"'{text}" if text.startswith(RUNS_AS_FORMULA) else text)
