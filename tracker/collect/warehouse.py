"""The only place that speaks to a data warehouse: columns named, the price known before anything is read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from tracker.errors import ConfigError, PlatformChanged, RetryLater

MOST_BYTES = 200 * 2**30
"""What one question may read: the table held 146 GB in 2026. A sandbox without a card gives 1 TiB a month."""


class Warehouse(Protocol):
    """What a source needs of a warehouse; tests give one of their own."""

    def columns(self, table: str) -> Sequence[str]:
        """Return the names of the columns of a table; this costs nothing."""
        ...

    def price(self, sql: str, value: str) -> int:
        """Return how many bytes the question would read; this costs nothing."""
        ...

    def rows(self, sql: str, value: str, most_bytes: int) -> list[Mapping[str, Any]]:
        """Return the rows of a question with `@value` in it; refuse to read more than `most_bytes`."""
        ...


@dataclass(frozen=True, slots=True)
class Found:
    """The rows of a question, as it was put, and the bytes that it read."""

    sql: str
    n_bytes: int
    rows: list[Mapping[str, Any]]


def read(store: Warehouse, table: str, wanted: Sequence[str], key: str, value: str) -> Found:
    """Read the wanted columns that the table has, of the rows whose `key` is `value`.

    A filter does not lower the price: it is that of the columns named. Raise `PlatformChanged` when the key is gone,
    `ConfigError` when the price is over `MOST_BYTES`.
    """
    present = set(store.columns(table))
    columns = [column for column in wanted if column in present]
    if key not in present:
        raise PlatformChanged(f"{table}: no column {key!r} any more; found {', '.join(sorted(present)[:20])}")
    sql = f"SELECT {', '.join(columns)} FROM `{table}` WHERE {key} = @value"  # noqa: S608, names are our own
    n_bytes = store.price(sql, value)
    if n_bytes > MOST_BYTES:
        raise ConfigError(f"{table}: the question reads {n_bytes:,} bytes, over the limit of {MOST_BYTES:,}")
    return Found(sql, n_bytes, store.rows(sql, value, MOST_BYTES))


def open_bigquery(project: str) -> Warehouse:
    """Return BigQuery for a project; raise `ConfigError` when its library or a sign-in is missing."""
    try:
        from google.auth.exceptions import DefaultCredentialsError
        from google.cloud import bigquery
    except ImportError as error:
        raise ConfigError("asking BigQuery needs `pip install 'influence-tracker[google]'`") from error
    try:
        return BigQuery(bigquery.Client(project=project, location="US"))
    except DefaultCredentialsError as error:
        raise ConfigError("not signed in: run `gcloud auth application-default login`") from error


class BigQuery:
    """Google's warehouse, through the client of its own library."""

    def __init__(self, client: Any):
        self._client = client

    def columns(self, table: str) -> Sequence[str]:
        """Return the names of the columns of a table."""
        return [column.name for column in self._client.get_table(table).schema]

    def price(self, sql: str, value: str) -> int:
        """Return the bytes that a dry run says."""
        return int(self._ask(sql, value, dry_run=True, use_query_cache=False).total_bytes_processed)

    def rows(self, sql: str, value: str, most_bytes: int) -> list[Mapping[str, Any]]:
        """Return the rows as mappings; raise `RetryLater` when the quota of the month is spent."""
        from google.api_core.exceptions import Forbidden, TooManyRequests

        try:
            job = self._ask(sql, value, maximum_bytes_billed=most_bytes)
            return [dict(row.items()) for row in job.result()]
        except (Forbidden, TooManyRequests) as error:
            raise RetryLater(
                "BigQuery refuses: the quota of this project is spent, or it has no right"
            ) from error

    def _ask(self, sql: str, value: str, **settings: Any) -> Any:
        from google.cloud import bigquery

        parameter = bigquery.ScalarQueryParameter("value", "STRING", value)
        return self._client.query(
            sql, job_config=bigquery.QueryJobConfig(query_parameters=[parameter], **settings)
        )
