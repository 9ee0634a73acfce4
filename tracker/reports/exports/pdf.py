"""The report as a PDF: typst draws JSON, so a string can never become markup; fonts come from packages."""

import json
import re
import struct
import tempfile
import textwrap
from collections.abc import Mapping
from datetime import UTC
from pathlib import Path
from typing import Any

import typst

from tracker.reports import fonts, words
from tracker.reports.content import Column, Figure, Report, Row, Table
from tracker.reports.exports.html import grouped, state, under

TEMPLATE = Path(__file__).resolve().parent.parent / "templates" / "report.typ"
LONG_RUN = re.compile(r"[^\s\u2e80-\u9fff\uac00-\ud7af\uff00-\uffef]{18,}")
NARROW_LABEL = 14
PNG_SIZE = 16
"""Where a PNG says how wide and how high it is (PNG specification, chunk IHDR)."""

BREAK_HERE = "\u200b"
WIDTHS = {"long": 5, "account": 4, "text": 3, "digest": 7}


def write(report: Report, *, drawings: Mapping[str, bytes]) -> bytes:
    """Write the document. `drawings` holds a PNG by figure name. The date of the file is that of the data."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        (root / "report.typ").write_bytes(TEMPLATE.read_bytes())
        (root / "report.json").write_text(
            json.dumps(_content(report, drawings), ensure_ascii=True), encoding="utf-8"
        )
        for name, drawn in drawings.items():
            (root / f"{name}.png").write_bytes(drawn)
        compiler = typst.Compiler(
            root / "report.typ", root=root, font_paths=fonts.folders(), ignore_system_fonts=True
        )
        target = root / "report.pdf"
        compiler.compile(output=target, format="pdf", timestamp=report.as_of.astimezone(UTC))
        return target.read_bytes()


def breakable(text: str) -> str:
    """Give very long runs places to break, so that an address or a hash stays in its column."""
    return LONG_RUN.sub(lambda run: BREAK_HERE.join(re.findall(".{1,12}", run[0])), text)


def _text(value: str) -> str:
    return _drawn(words.visible(value))


def _drawn(text: str) -> str:
    return breakable(fonts.drawable(text))


def _content(report: Report, drawings: Mapping[str, bytes]) -> dict[str, Any]:
    return {
        "title": _text(report.title),
        "author": "Influence tracker",
        "kicker": f"Influence tracker · Weekly report {report.week} · data to {words.time(report.as_of)}",
        "running": _text(f"{report.week} · {report.title}"),
        "footer": f"Influence tracker {report.facts['tool_version']} · data to {words.time(report.as_of)}",
        "notice": _text(report.notice) if report.notice else None,
        "summary": _text(report.summary),
        "meaning": _text(report.meaning),
        "key_figures": [
            {
                "label": figure.label,
                "value": figure.value,
                "of": _text(figure.of),
                "below": _text(figure.below),
            }
            for figure in report.key_figures
        ],
        "sections": [
            {
                "title": _text(section.title),
                "lead": _text(section.lead),
                "notes": [_text(note) for note in section.notes],
                "parts": [
                    _figure(part, drawings[part.name]) if isinstance(part, Figure) else _table(part)
                    for part in section.parts
                ],
            }
            for section in report.sections
        ],
        "citation": _text(report.citation),
    }


def _figure(figure: Figure, drawn: bytes) -> dict[str, Any]:
    width, height = struct.unpack_from(">LL", drawn, PNG_SIZE)
    return {
        "type": "figure",
        "title": _text(figure.title),
        "subtitle": _text(figure.subtitle),
        "file": f"{figure.name}.png",
        "ratio": height / width,
        "alt": _text(figure.alt),
        "note": _text(figure.note),
    }


def _table(table: Table) -> dict[str, Any]:
    columns = table.shown_columns
    foot = [table.note] if table.note else []
    if table.left_out:
        foot.append(words.cut(table))
    return {
        "type": "table",
        "title": _text(table.title),
        "said": _text(table.said),
        "empty": _text(table.empty),
        "foot": [_text(sentence) for sentence in (*foot, f"Method: {table.method}")],
        "columns": [
            {"label": _label(column), "kind": column.kind, "width": WIDTHS.get(column.kind, 0)}
            for column in columns
        ],
        "groups": [
            {
                "heading": None if heading is None else _text(heading),
                "rows": [[_cell(row, column, table) for column in columns] for row in rows],
            }
            for heading, rows in grouped(table)
            if rows
        ],
    }


def _label(column: Column) -> str:
    """Break the heading of a column that is only as wide as its words."""
    return column.label if column.kind in WIDTHS else textwrap.fill(column.label, NARROW_LABEL)


def _cell(row: Row, column: Column, table: Table) -> dict[str, Any]:
    value = row.get(column.key)
    return {
        "text": _drawn(words.shown(value, column)),
        "kind": column.kind,
        "missing": value is None,
        "state": state(value),
        "under": [
            {"text": _drawn(line["text"]), "kind": line["kind"], "state": state(line["text"])}
            for line in under(row, column, table)
        ],
    }
