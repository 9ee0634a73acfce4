"""The files of the lake: immutable parts named by their bytes, and a zero-row file that lets an empty table open."""

import hashlib
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from tracker.store import lake_sql

_ROW_GROUP = 122_880


def write_small(folder: Path, name: str, table: pa.Table) -> dict[str, Any]:
    """Write a small table whole and return its entry in the manifest."""
    files = [write_schema(folder, name)]
    if table.num_rows:
        files.append(write(folder, name, table))
    return {"files": files, "rows": table.num_rows}


def write_schema(folder: Path, name: str) -> str:
    """Write the zero-row file that lets an empty table open, anew when the table has got other columns."""
    path = folder / name / "_schema.parquet"
    path.parent.mkdir(exist_ok=True)
    if not path.exists() or not pq.read_schema(path).equals(lake_sql.SCHEMAS[name]):
        pq.write_table(lake_sql.SCHEMAS[name].empty_table(), path)
    return f"{name}/_schema.parquet"


def write(folder: Path, place: str, table: pa.Table) -> str:
    """Write an immutable part named by its bytes, and return its path in the lake."""
    target = folder / place
    target.mkdir(parents=True, exist_ok=True)
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink, compression="zstd", row_group_size=_ROW_GROUP)
    body = sink.getvalue().to_pybytes()
    name = f"part-{hashlib.sha256(body).hexdigest()[:20]}.parquet"
    if not (target / name).exists():
        write_synced(target / name, body)
    return f"{place}/{name}"


def write_synced(path: Path, body: bytes) -> None:
    """Write a file so that it is there whole or not at all, also when the machine stops."""
    temporary = path.with_suffix(".tmp")
    with temporary.open("wb") as file:
        file.write(body)
        file.flush()
        os.fsync(file.fileno())
    temporary.rename(path)


def months(old: Mapping[str, Any], name: str) -> dict[str, list[Any]]:
    """Return the months of a table in a manifest: by month its file and its rows; nothing where there is none."""
    return dict(old.get("tables", {}).get(name, {}).get("months", {}))


def label(month: int | None) -> str:
    """Return how a month is written in the lake."""
    return "undated" if month is None else str(month)


def entry(folder: Path, name: str, months: Mapping[str, list[Any]]) -> dict[str, Any]:
    """Return the entry in the manifest of a table that is partitioned by month."""
    parts = [months[month][0] for month in sorted(months)]
    rows = sum(months[month][1] for month in months)
    return {"files": [write_schema(folder, name), *parts], "rows": rows, "months": dict(months)}


def joined(first: Mapping[str, Any], second: Mapping[str, Any]) -> dict[str, Any]:
    """Return the entry of a table that two others make up."""
    return {"files": [*first["files"], *second["files"]], "rows": first["rows"] + second["rows"]}
