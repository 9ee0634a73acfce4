"""Tables of evidence: what was asked, what came, byte for byte, and how it was read."""

from datetime import datetime

from sqlalchemy import JSON, BigInteger, Column, LargeBinary, UniqueConstraint
from sqlmodel import Field, SQLModel

from tracker.store.tables.base import new_id


class Evidence(SQLModel, table=True):
    """The raw bytes of an answer or a file, by SHA-256; `base_id` names the page that a delta rests on."""

    id: int = new_id()
    sha256: str = Field(unique=True, max_length=64)
    n_bytes: int = Field(sa_type=BigInteger)
    codec: str
    base_id: int | None = Field(default=None, foreign_key="evidence.id", sa_type=BigInteger)
    feed: str | None = Field(default=None, index=True)
    name: str | None = None


class EvidenceChunk(SQLModel, table=True):
    """A compressed part of an evidence blob, so that a large file is kept and read in constant memory."""

    __tablename__ = "evidence_chunk"
    evidence_id: int = Field(foreign_key="evidence.id", primary_key=True, sa_type=BigInteger)
    seq: int = Field(primary_key=True)
    z: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class Query(SQLModel, table=True):
    """One thing asked of a source: an import or a fetch. Without an outcome it was interrupted."""

    id: int = new_id()
    source: str = Field(index=True)
    scope: dict[str, str] = Field(sa_column=Column(JSON, nullable=False))
    digest: str = Field(index=True)
    observed_at: datetime
    started_at: datetime
    evidence_id: int | None = Field(default=None, foreign_key="evidence.id", sa_type=BigInteger)
    tool_version: str


class Reparse(SQLModel, table=True):
    """That the evidence of a query was read again: `query_id` holds what it gives now, and is empty where that is the same.

    A query that has such a successor is superseded: its rows stay, and nothing is counted by them.
    """

    __table_args__ = (UniqueConstraint("of_query_id", "parser"),)
    id: int | None = Field(default=None, primary_key=True)
    of_query_id: int = Field(foreign_key="query.id", sa_type=BigInteger)
    query_id: int | None = Field(default=None, foreign_key="query.id", unique=True, sa_type=BigInteger)
    parser: str
    at: datetime
    unchanged: int
    changed: int
    new: int
    lost: int


class ReparseChange(SQLModel, table=True):
    """A value that another parser read otherwise; without a field, an item that only one of them read."""

    __tablename__ = "reparse_change"
    id: int | None = Field(default=None, primary_key=True)
    reparse_id: int = Field(foreign_key="reparse.id", index=True)
    kind: str
    subject: str
    field: str | None = None
    before: str | None = None
    after: str | None = None


class FieldSeen(SQLModel, table=True):
    """In how many answers of a source a field stood; the row without a field counts the answers of that shape."""

    __tablename__ = "field_seen"
    source: str = Field(primary_key=True)
    shape: str = Field(primary_key=True)
    field: str = Field(primary_key=True)
    answers: int


class FieldDrift(SQLModel, table=True):
    """That a field came that no earlier answer of its source had, or went that all had: told once, by the first query."""

    __tablename__ = "field_drift"
    __table_args__ = (UniqueConstraint("source", "shape", "field", "what"),)
    id: int | None = Field(default=None, primary_key=True)
    source: str
    shape: str
    field: str
    what: str
    at: datetime
    query_id: int = Field(foreign_key="query.id", sa_type=BigInteger)
    answers: int


class QueryBatch(SQLModel, table=True):
    """A part of a query that was written and acknowledged; `records` is how many records lie behind it."""

    __tablename__ = "query_batch"
    query_id: int = Field(foreign_key="query.id", primary_key=True, sa_type=BigInteger)
    seq: int = Field(primary_key=True)
    records: int = Field(sa_type=BigInteger)
    new: int
    changed: int
    unchanged: int
    quarantined: int


class QueryCursor(SQLModel, table=True):
    """How far a query came: the cursor after a page that was kept, so that a later run goes on from there."""

    __tablename__ = "query_cursor"
    query_id: int = Field(foreign_key="query.id", primary_key=True, sa_type=BigInteger)
    seq: int = Field(primary_key=True)
    at: datetime
    cursor: str
    evidence_id: int | None = Field(default=None, foreign_key="evidence.id", sa_type=BigInteger)
    items: int
    fetch_id: int | None = Field(default=None, sa_type=BigInteger)


class QueryOutcome(SQLModel, table=True):
    """How a query ended, with what it brought."""

    __tablename__ = "query_outcome"
    query_id: int = Field(foreign_key="query.id", primary_key=True, sa_type=BigInteger)
    finished_at: datetime
    outcome: str
    read: int = Field(sa_type=BigInteger)
    new: int
    changed: int
    unchanged: int
    quarantined: int
    message: str | None = None
    stated_total: int | None = Field(default=None, sa_type=BigInteger)
    warnings: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))


class Fetch(SQLModel, table=True):
    """The ledger: which bytes came from where, each row chained to the one before it.

    `headers` are those, of the request and of its answer, by which the bytes are read; most are read without any.
    """

    id: int = new_id()
    query_id: int = Field(foreign_key="query.id", sa_type=BigInteger)
    fetched_at: datetime
    origin: str
    http_status: int | None = None
    evidence_id: int | None = Field(default=None, foreign_key="evidence.id", sa_type=BigInteger)
    prev_hash: str
    row_hash: str
    headers: dict[str, str] | None = Field(
        default=None, sa_column=Column(JSON(none_as_null=True), nullable=True)
    )


class PageValidator(SQLModel, table=True):
    """By what a platform tells whether a page is still the one that is kept; `headers` are those that came with it."""

    __tablename__ = "page_validator"
    key: str = Field(primary_key=True, max_length=64)
    etag: str | None = None
    last_modified: str | None = None
    headers: dict[str, str] = Field(sa_column=Column(JSON, nullable=False))
    evidence_id: int = Field(foreign_key="evidence.id", sa_type=BigInteger)


class Quarantined(SQLModel, table=True):
    """A record that contradicts what is known of its set: shown, never counted."""

    id: int | None = Field(default=None, primary_key=True)
    query_id: int = Field(foreign_key="query.id", sa_type=BigInteger)
    line: int = Field(sa_type=BigInteger)
    field: str
    reason: str
    raw: str
