"""Tables as a workbook: a read-me sheet, one sheet per table, no formulas and no links."""

from datetime import date, datetime
from io import BytesIO
from typing import Any

import xlsxwriter

from tracker.reports.content import Report, Table
from tracker.reports.words import storable, time

LONGEST_CELL = 32_767
"""What a cell of the format can hold; the CSV holds the rest."""

CUT = " … [cut here; the CSV has the whole text]"
WIDTHS = {
    "word": 16,
    "text": 24,
    "long": 60,
    "account": 32,
    "count": 12,
    "number": 12,
    "share": 12,
    "date": 12,
    "time": 18,
    "hash": 20,
    "status": 16,
    "digest": 68,
}
INERT = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "nan_inf_to_errors": True,
}


def write(report: Report) -> bytes:
    """Write the whole workbook; its creation date is the date of the data, so the bytes are stable."""
    target = BytesIO()
    with xlsxwriter.Workbook(target, INERT) as book:
        book.set_properties({"title": report.title, "created": report.as_of.replace(tzinfo=None)})
        styles = _styles(book)
        _read_me(book, report, styles)
        for table in report.tables:
            _sheet(book, table, styles)
    return target.getvalue()


def _styles(book: Any) -> dict[str, Any]:
    return {
        "title": book.add_format({"bold": True, "font_size": 14}),
        "head": book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"}),
        "date": book.add_format({"num_format": "yyyy-mm-dd", "align": "left"}),
        "time": book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss", "align": "left"}),
        "share": book.add_format({"num_format": "0.0%"}),
        "notice": book.add_format({"bold": True, "bg_color": "#fdf3dc", "font_color": "#6b4a00"}),
        "wrap": book.add_format({"text_wrap": True, "valign": "top"}),
    }


def _read_me(book: Any, report: Report, styles: dict[str, Any]) -> None:
    sheet = book.add_worksheet("read me")
    sheet.set_column(0, 0, 24)
    sheet.set_column(1, 1, 100)
    lines: list[tuple[str, str, str]] = [("", report.title, "title")]
    if report.notice:
        lines.append(("notice", report.notice, "notice"))
    lines += [
        ("week", f"{report.week}: {report.period} (UTC, Monday to Sunday)", "wrap"),
        ("data to", time(report.as_of), "wrap"),
        ("summary", report.summary, "wrap"),
        (
            "empty cells",
            "An empty cell means that the value was not published or is not known; it never means 0.",
            "wrap",
        ),
        ("times", "All times are UTC.", "wrap"),
        ("how to cite", report.citation, "wrap"),
        ("", "", "wrap"),
    ]
    lines += [
        (f"sheet {table.name}", f"{table.title} {table.said} Method: {table.method}", "wrap")
        for table in report.tables
    ]
    for index, (label, text, style) in enumerate(lines):
        sheet.write_string(index, 0, storable(label))
        sheet.write_string(index, 1, fitting(text), styles[style])


def _sheet(book: Any, table: Table, styles: dict[str, Any]) -> None:
    sheet = book.add_worksheet(table.name)
    sheet.freeze_panes(1, 0)
    for index, column in enumerate(table.data_columns):
        sheet.set_column(index, index, WIDTHS[column.kind])
        sheet.write_string(0, index, column.key, styles["head"])
    for number, row in enumerate(table.rows, start=1):
        for index, column in enumerate(table.data_columns):
            _cell(sheet, number, index, value=row.get(column.key), style=styles.get(column.kind))


def _cell(sheet: Any, row: int, column: int, *, value: Any, style: Any) -> None:
    if value is None:
        return
    if isinstance(value, datetime):
        sheet.write_datetime(row, column, value.replace(tzinfo=None), style)
    elif isinstance(value, date):
        sheet.write_datetime(row, column, value, style)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        sheet.write_number(row, column, value, style)
    else:
        sheet.write_string(row, column, fitting(str(value)))


def fitting(text: str) -> str:
    """Make text fit into one cell, and say so where it was cut."""
    text = storable(text)
    return text if len(text) <= LONGEST_CELL else text[: LONGEST_CELL - len(CUT)] + CUT
