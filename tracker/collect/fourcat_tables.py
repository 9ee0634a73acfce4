"""Reads a table in 4CAT's columns: tells its platform by the header, else by its addresses, else by what a person states."""

from collections.abc import Iterable, Iterator
from itertools import chain

from tracker.collect.cells import cell_text
from tracker.collect.fourcat_forms import GENERIC, form_of
from tracker.collect.post_columns import Columns, Table, on
from tracker.collect.post_files import PostFile
from tracker.collect.weblinks import host_in
from tracker.domain import Notice, Parsed, Record, Scope
from tracker.errors import BadInput
from tracker.registry.platforms import platform_at, platform_of


def parsed(source: str, records: Iterable[Record], scope: Scope) -> Iterator[Parsed]:
    """Yield what the rows of a table hold, and what table it was taken for; `source` imports it."""
    rows = iter(records)
    first = next(rows, None)
    file = PostFile(source, scope)
    if first is None:
        yield from file.parsed((), lambda _record: ())
        return
    columns, told = _columns(first, scope)
    table = Table(columns, file, scope)
    yield Notice(told)
    yield from file.parsed(chain([first], rows), table.rows)
    yield from table.told()


def _columns(first: Record, scope: Scope) -> tuple[Columns, str]:
    """Return which column holds what, and in words what kind of table it is taken for."""
    form, stated = form_of(first.values), scope.values.get("platform")
    if form is not None:
        return form.columns, f"read as 4CAT's table of {form.name}"
    found = platform_of(stated) if stated else _platform_in(first)
    return on(
        GENERIC, found
    ), f"a table that is not known here, read as posts on {found} by the columns that all have"


def _platform_in(first: Record) -> str:
    """Return the platform that the addresses of a row lead to."""
    for column, value in first.values.items():
        if column.casefold() in ("collected_from_url", "url", "link") and (host := host_in(cell_text(value))):
            found = platform_at(host)
            if found != "web":
                return found
    raise BadInput("the header does not tell the platform; give --scope platform=NAME", line=1)
