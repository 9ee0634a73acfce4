"""Reads a table in 4CAT's columns: tells its platform by the header, else by its addresses, else by what a person states."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from tracker.collect.fourcat_forms import GENERIC, form_of
from tracker.collect.post_columns import Columns, Table, on, platform_in
from tracker.collect.post_files import PostFile, opened
from tracker.domain import Notice, Parsed, Record, Scope


def parsed(source: str, records: Iterable[Record], scope: Scope) -> Iterator[Parsed]:
    """Yield what the rows of a table hold, and what table it was taken for; `source` imports it."""
    first, rows = opened(records)
    if not first:
        yield from PostFile(source, scope).parsed((), lambda _record: ())
        return
    columns, told = _columns(first, scope)
    yield Notice(told)
    yield from Table(columns, PostFile(source, scope), scope).parsed(rows)


def _columns(first: Mapping[str, Any], scope: Scope) -> tuple[Columns, str]:
    """Return which column holds what, and in words what kind of table it is taken for."""
    form = form_of(first)
    if form is not None:
        return form.columns, f"read as 4CAT's table of {form.name}"
    found = platform_in(first, scope, ("collected_from_url", "url", "link"))
    return on(
        GENERIC, found
    ), f"a table that is not known here, read as posts on {found} by the columns that all have"
