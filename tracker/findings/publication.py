"""The lake as it may be published: whatever is read from it calls those who are not public by their pseudonyms.

Applied once, where a file leaves the tracker: every finding, report and export is then made as ever.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from tracker.analysis.tables import Lake
from tracker.registry.pseudonyms import AS_IT_IS, Pseudonyms

CAVEAT = (
    "Accounts that are neither accepted nor watched for comparison, audiences sought and handles mentioned bear "
    "pseudonyms, stable in this store. Payers and texts stand as published: that a payer is a natural person cannot be "
    "known, and who searches for the words of a text may find who wrote it."
)
_ACCOUNTS = (
    "account_id", "account", "platform", "handle", "name", "brand_id", "brand", "url", "status", "operator",
    "operator_native", "place",
)  # fmt: skip
_BY_ROW = frozenset({"account_id", "account", "subject_type", "polarity", "kind"})


@dataclass(frozen=True, slots=True)
class Secret:
    """What pseudonyms are made of: the key of the store, and what its accounts were also known as, by id."""

    key: bytes = field(repr=False)
    also_known: Mapping[int, Collection[str]] = field(default_factory=dict, repr=False)


def pseudonyms_of(lake: Lake, secret: Secret) -> Pseudonyms:
    """Return the pseudonyms of everyone in a lake."""
    rows = lake.rows(lake.tables["accounts"].select(*_ACCOUNTS).order_by("account_id"))
    return Pseudonyms(secret.key, rows, secret.also_known)


def published(lake: Lake, secret: Secret) -> Lake:
    """Return the lake as it may be published."""
    names = pseudonyms_of(lake, secret)
    return lake.through(lambda table: _disguised(table, names))


def _disguised(table: pa.Table, names: Pseudonyms) -> pa.Table:
    """Replace names cell by cell where the rest of the row tells whose they are, else once for each distinct text."""
    texts = [
        field.name for field in table.schema if pa.types.is_string(field.type) and field.name not in AS_IT_IS
    ]
    if not texts:
        return table
    if _BY_ROW.isdisjoint(table.column_names):
        for name in texts:
            place = table.column_names.index(name)
            table = table.set_column(place, table.schema.field(name), _distinct(table[name], names))
        return table
    seen: dict[tuple[Any, ...], dict[str, Any]] = {}
    needed = [
        name
        for name in table.column_names
        if name in _BY_ROW or pa.types.is_string(table.schema.field(name).type)
    ]
    rows = table.select(needed).to_pylist()
    changed = [_once(row, names, seen) for row in rows]
    for name in texts:
        place = table.column_names.index(name)
        column = pa.array([row[name] for row in changed], pa.string())
        table = table.set_column(place, table.schema.field(name), column)
    return table


def _once(
    row: dict[str, Any], names: Pseudonyms, seen: dict[tuple[Any, ...], dict[str, Any]]
) -> dict[str, Any]:
    key = tuple(row.values())
    if key not in seen:
        seen[key] = names.row(row)
    return seen[key]


def _distinct(column: pa.ChunkedArray, names: Pseudonyms) -> pa.Array:
    if not column.num_chunks:
        return pa.array([], pa.string())
    encoded = column.combine_chunks().dictionary_encode()
    done = pa.array(
        [text if text is None else names.text(text) for text in encoded.dictionary.to_pylist()], pa.string()
    )
    return done.take(encoded.indices)
