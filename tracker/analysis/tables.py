"""The seam: opens the lake and runs expressions over it. The only module that knows an engine.

Everything else here builds Ibis expressions over `Lake.tables`; `Lake.rows` and `Lake.arrow` run them.
"""

import json
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock
from typing import Any, Protocol

import duckdb
import ibis
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from tracker.errors import ConfigError, RetryLater

TABLES = (
    "accounts", "ads", "targets", "posts", "codings", "listings", "changes", "quarantined", "claims",
    "organisations", "figures", "looks", "advertiser_reports", "decisions", "drifts",
    "hand_codings", "hand_settled", "samples", "suggestions", "suggestion_models",
)  # fmt: skip
FORMAT = 1

_REBUILD = "run `tracker lake rebuild`"


class _Engine(Protocol):
    """What runs an expression."""

    def add(self, name: str, files: Sequence[Path]) -> None:
        """Make the Parquet files readable under `name`."""

    def run(self, expression: ibis.Table) -> pa.Table:
        """Return the result of an expression over the added tables."""


@dataclass(frozen=True, slots=True)
class Lake:
    """The open lake: named tables to build expressions on, and what must be said beside every number.

    `version` changes whenever the data change. Safe to share between threads.
    """

    tables: Mapping[str, ibis.Table]
    as_of: datetime | None
    notice: str | None
    version: str
    _engine: _Engine = field(repr=False, compare=False)

    def arrow(self, expression: ibis.Table) -> pa.Table:
        """Run an expression and return its columns.

        Raise `RetryLater` when the files of this version are gone because a newer one was published.
        """
        return self._engine.run(expression)

    def rows(self, expression: ibis.Table) -> list[dict[str, Any]]:
        """Run an expression and return rows of values that JSON can hold: days and times (UTC) as ISO text."""
        return _plain(self.arrow(expression)).to_pylist()  # type: ignore[no-any-return]

    def through(self, change: Callable[[pa.Table], pa.Table]) -> "Lake":
        """Return the lake with every answer of it passed through a function that keeps rows and types."""
        return replace(self, _engine=_Changed(self._engine, change))


@dataclass(frozen=True, slots=True)
class _Changed:
    """An engine whose answers pass through a function."""

    engine: _Engine
    change: Callable[[pa.Table], pa.Table]

    def add(self, name: str, files: Sequence[Path]) -> None:
        """Make the Parquet files readable under `name`."""
        self.engine.add(name, files)

    def run(self, expression: ibis.Table) -> pa.Table:
        """Return the result of an expression, changed."""
        return self.change(self.engine.run(expression))


def open_lake(folder: Path, url: str = "duckdb://") -> Lake:
    """Open the lake in `folder` on the engine that `url` names; raise `ConfigError` when there is none.

    `duckdb://` (the default) runs in this process; `pyspark://HOST` needs PySpark to be installed.
    """
    manifest = _read_manifest(folder)
    engine = _connect(url)
    tables = {}
    for name in TABLES:
        files = [folder / file for file in _files(manifest, name)]
        try:
            schema = ibis.Schema.from_pyarrow(pq.read_schema(files[0]))
            engine.add(name, files)
        except (OSError, pa.ArrowInvalid, duckdb.Error) as error:
            raise ConfigError(f"the lake's table {name!r} cannot be read: {error}; {_REBUILD}") from error
        tables[name] = ibis.table(schema, name=name)
    return Lake(
        tables=tables,
        as_of=_time(manifest["as_of"]),
        notice=manifest.get("notice"),
        version=str(manifest["version"]),
        _engine=engine,
    )


def _read_manifest(folder: Path) -> dict[str, Any]:
    path = folder / "manifest.json"
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise ConfigError(f"there is no lake in {folder}; {_REBUILD}") from error
    except (OSError, ValueError) as error:
        raise ConfigError(f"{path} cannot be read: {error}; {_REBUILD}") from error
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        raise ConfigError(f"{path} is not a lake of format {FORMAT}; {_REBUILD}")
    if missing := {"as_of", "version", "tables"} - manifest.keys():
        raise ConfigError(f"{path} lacks {', '.join(sorted(missing))}; {_REBUILD}")
    return manifest


def _files(manifest: Mapping[str, Any], name: str) -> list[str]:
    files = manifest["tables"].get(name, {}).get("files", [])
    if not files:
        raise ConfigError(f"the lake has no table {name!r}; {_REBUILD}")
    return [str(file) for file in files]


def _time(value: str | None) -> datetime | None:
    return datetime.fromisoformat(value).astimezone(UTC) if value else None


def _plain(table: pa.Table) -> pa.Table:
    columns = [_plain_column(column) for column in table.columns]
    return pa.table(columns, names=table.column_names)


def _plain_column(column: pa.ChunkedArray) -> pa.ChunkedArray:
    kind = column.type
    if pa.types.is_timestamp(kind):
        seconds = column.cast(pa.timestamp("s", kind.tz), safe=False)
        return pc.strftime(seconds, format="%Y-%m-%dT%H:%M:%SZ")
    if pa.types.is_date(kind):
        return column.cast(pa.date32()).cast(pa.string())
    if pa.types.is_decimal(kind):
        return column.cast(pa.float64() if kind.scale else pa.int64())
    return column


def _connect(url: str) -> _Engine:
    scheme, separator, place = url.partition("://")
    if scheme == "duckdb" and separator:
        return _DuckDB()
    if scheme == "pyspark" and place:
        return _Spark(place)
    raise ConfigError(f"analysis URL {url!r}: expected duckdb:// or pyspark://HOST")


class _DuckDB:
    """DuckDB in this process: views over the files, a cursor for each call, so that threads may share it."""

    def __init__(self) -> None:
        self._connection = duckdb.connect(
            ":memory:",
            config={
                "threads": min(4, os.cpu_count() or 1),
                "memory_limit": "2GB",
                "autoload_known_extensions": "false",
                "autoinstall_known_extensions": "false",
                "allow_community_extensions": "false",
                "python_enable_replacements": "false",
            },
        )
        # The day of a time is that in UTC, whatever the machine's zone; `connect` does not know the setting yet.
        self._connection.execute("SET GLOBAL TimeZone = 'UTC'")

    def add(self, name: str, files: Sequence[Path]) -> None:
        """Make the Parquet files readable under `name`."""
        relation = self._connection.read_parquet([str(file) for file in files], hive_partitioning=False)
        relation.create_view(name)

    def run(self, expression: ibis.Table) -> pa.Table:
        """Return the result of an expression over the added tables."""
        query = ibis.to_sql(expression, dialect="duckdb", pretty=False)
        try:
            with self._connection.cursor() as cursor:
                return cursor.sql(query).to_arrow_table()
        except duckdb.IOException as error:
            raise RetryLater("the lake was written anew while it was read; open it again") from error


class _Spark:
    """An existing Spark cluster, one call at a time."""

    def __init__(self, place: str) -> None:
        try:
            from pyspark.sql import SparkSession  # type: ignore[import-not-found]
        except ImportError as error:
            raise ConfigError("analysis URL pyspark://: PySpark is not installed") from error
        master = place if place.startswith("local") else f"spark://{place}"
        self._backend = ibis.pyspark.connect(SparkSession.builder.master(master).getOrCreate())
        self._lock = Lock()

    def add(self, name: str, files: Sequence[Path]) -> None:
        """Make the Parquet files readable under `name`."""
        self._backend.read_parquet([str(file) for file in files], table_name=name)

    def run(self, expression: ibis.Table) -> pa.Table:
        """Return the result of an expression over the added tables."""
        with self._lock:
            return self._backend.to_pyarrow(expression)
