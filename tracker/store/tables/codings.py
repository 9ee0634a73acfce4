"""Tables of codebooks, samples and codings."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Column, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from tracker.store.tables.base import WITHOUT_ROWID


class CodebookVersion(SQLModel, table=True):
    """A version of the codebook as it was loaded; codings refer to it."""

    __tablename__ = "codebook"
    id: int | None = Field(default=None, primary_key=True)
    version: int = Field(unique=True)
    digest: str = Field(max_length=64)
    loaded_at: datetime
    body: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))


class CodingSample(SQLModel, table=True):
    """Items that were drawn to be coded; `population` is how many they were drawn from, `account_id` empty for all.

    `frame_last` is the id of the last item that could have been drawn; `extends` the sample that goes on with later ones.
    """

    __tablename__ = "coding_sample"
    id: int | None = Field(default=None, primary_key=True)
    item_type: str
    selection: str
    account_id: int | None = Field(default=None, foreign_key="account.id", sa_type=BigInteger)
    since: date | None = None
    until: date | None = None
    population: int
    size: int
    seed: int = Field(sa_type=BigInteger)
    overlap: float
    blind: bool
    chosen_by: str | None = None
    made_at: datetime
    made_by: str
    frame_last: int | None = Field(default=None, sa_type=BigInteger)
    extends: int | None = Field(default=None, sa_type=BigInteger)


class CodingSampleItem(SQLModel, table=True):
    """An item of a sample, at the place that chance or the margin gave it."""

    __tablename__ = "coding_sample_item"
    __table_args__ = (UniqueConstraint("sample_id", "item_id"), WITHOUT_ROWID)
    sample_id: int = Field(foreign_key="coding_sample.id", primary_key=True)
    position: int = Field(primary_key=True)
    item_id: int = Field(sa_type=BigInteger)


class CodingAssignment(SQLModel, table=True):
    """That a coder is to code an item of a sample; two coders of one item are its planned overlap."""

    __tablename__ = "coding_assignment"
    __table_args__ = (WITHOUT_ROWID,)
    sample_id: int = Field(foreign_key="coding_sample.id", primary_key=True)
    coder_key: str = Field(primary_key=True)
    position: int = Field(primary_key=True)
    coder: str
    at: datetime


class Coding(SQLModel, table=True):
    """What one coder said of one item under one version of the codebook; a later `seq` of theirs supersedes."""

    __table_args__ = (
        UniqueConstraint("item_type", "item_id", "coder_key", "seq"),
        Index("ix_coding_sample_id", "sample_id"),
    )
    id: int | None = Field(default=None, primary_key=True)
    item_type: str
    item_id: int = Field(sa_type=BigInteger)
    coder: str
    coder_key: str
    seq: int
    version: int = Field(foreign_key="codebook.version")
    state: str
    codes: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    selection: str
    sample_id: int | None = Field(default=None, foreign_key="coding_sample.id")
    note: str | None = None
    at: datetime


class Adjudication(SQLModel, table=True):
    """What a third person settled where coders differed; `settles` are the codings that it was settled between."""

    __table_args__ = (UniqueConstraint("item_type", "item_id", "seq"),)
    id: int | None = Field(default=None, primary_key=True)
    item_type: str
    item_id: int = Field(sa_type=BigInteger)
    seq: int
    by: str
    version: int = Field(foreign_key="codebook.version")
    state: str
    codes: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    settles: list[int] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    reason: str | None = None
    at: datetime


class SuggestionModel(SQLModel, table=True):
    """A model of codes that was trained, and the evidence that holds it: `digest` is the SHA-256 of its bytes."""

    __tablename__ = "suggestion_model"
    id: int | None = Field(default=None, primary_key=True)
    version: int = Field(foreign_key="codebook.version")
    digest: str = Field(max_length=64)
    evidence_id: int = Field(foreign_key="evidence.id", sa_type=BigInteger)
    embedder: str
    items: int
    macro_f1: float | None = None
    at: datetime
    by: str
