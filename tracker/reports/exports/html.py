"""The report as one page: styles, fonts and drawings inside, no script, nothing asked from outside."""

import base64
from collections.abc import Mapping
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from tracker.reports import words
from tracker.reports.content import Column, Figure, Report, Row, Table

FACES = (
    ("Inter", "inter-latin.woff2", "100 900"),
    ("Source Serif 4", "source-serif-4-latin.woff2", "200 900"),
)


def write(report: Report, *, drawings: Mapping[str, str]) -> bytes:
    """Write the page. `drawings` holds our own SVG by figure name; every other value is escaped."""
    environment = _environment()
    template = environment.get_template("report.html.j2")
    page = template.render(
        report=report,
        style=Markup(_style()),
        drawings={name: Markup(drawn) for name, drawn in drawings.items()},
    )
    return page.encode("utf-8")


def grouped(table: Table) -> list[tuple[str | None, tuple[Row, ...]]]:
    """Word the headings of a table: how many rows each has, and how many of them are shown."""
    return [(_heading(table, heading, count, len(rows)), rows) for heading, count, rows in table.groups]


def _heading(table: Table, heading: Any, count: int, shown: int) -> str | None:
    if table.group is None:
        return None
    column = table.by_key[table.group]
    cut = "" if shown == count else f", {shown} shown"
    return f"{words.shown(heading, column)} · {count:,}{cut}"


def under(row: Row, column: Column, table: Table) -> list[dict[str, str]]:
    """The small lines below a cell, each with its kind."""
    columns = table.by_key
    return [
        {"kind": columns[key].kind, "text": text}
        for key in column.under
        if (text := words.shown(row.get(key), columns[key]))
    ]


def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("tracker.reports"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        shown=words.shown,
        visible=words.visible,
        time=words.time,
        under=under,
        grouped=grouped,
        cut=words.cut,
        state=state,
    )
    environment.tests["figure"] = lambda part: isinstance(part, Figure)
    return environment


def state(value: Any) -> str:
    """Name the style of a status; anything that is no plain word has none of its own."""
    return str(value) if isinstance(value, str) and value.isidentifier() else "unknown"


def _style() -> str:
    faces = "".join(_face(family, file, weights) for family, file, weights in FACES)
    return faces + files("tracker.reports").joinpath("templates/report.css").read_text(encoding="utf-8")


def _face(family: str, file: str, weights: str) -> str:
    data = base64.b64encode(files("tracker.reports").joinpath("fonts", file).read_bytes()).decode("ascii")
    return (
        f'@font-face{{font-family:"{family}";font-weight:{weights};font-display:swap;'
        f"src:url(data:font/woff2;base64,{data}) format('woff2')}}\n"
    )
