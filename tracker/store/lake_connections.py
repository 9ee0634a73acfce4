"""Opens the record for bulk reading: many rows as Arrow, of one state of it."""

from typing import Protocol

import pyarrow as pa
from sqlalchemy import Engine


class Connection(Protocol):
    """A way to read the record in bulk."""

    dialect: str

    def fetch(self, sql: str) -> pa.Table:
        """Run a query and return its rows."""
        ...

    def close(self) -> None:
        """Let go of the database."""
        ...


class _Postgres:
    """PostgreSQL through ADBC, in one transaction that sees one state of the record."""

    dialect = "postgresql"

    def __init__(self, url: str):
        import adbc_driver_postgresql.dbapi as postgresql  # only records on PostgreSQL pay for it

        self._connection = postgresql.connect(url)
        with self._connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")

    def fetch(self, sql: str) -> pa.Table:
        with self._connection.cursor() as cursor:
            cursor.execute(sql)
            return cursor.fetch_arrow_table()

    def close(self) -> None:
        self._connection.close()


class _Sqlite:
    """SQLite through the library that the record is written with, in one transaction.

    Not through ADBC: its wheel brings a second copy of SQLite, and closing a file in one copy drops the locks that
    the other holds in the same process ("disk I/O error", seen 2026-11; sqlite.org/howtocorrupt.html, 2.2.1).
    """

    dialect = "sqlite"

    def __init__(self, engine: Engine):
        self._connection = engine.connect()
        self._connection.exec_driver_sql("BEGIN")

    def fetch(self, sql: str) -> pa.Table:
        result = self._connection.exec_driver_sql(sql)
        names, rows = list(result.keys()), result.all()
        columns = zip(*rows, strict=True) if rows else [()] * len(names)
        return pa.table([pa.array(list(column)) for column in columns], names=names)

    def close(self) -> None:
        self._connection.close()


def connect(engine: Engine) -> Connection:
    """Open the record for bulk reading of one state of it."""
    if engine.dialect.name == "postgresql":
        return _Postgres(engine.url.set(drivername="postgresql").render_as_string(hide_password=False))
    return _Sqlite(engine)
