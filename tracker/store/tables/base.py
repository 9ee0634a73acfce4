"""What all tables share: their names, their ids, which are append-only."""

from typing import Any

from sqlalchemy import JSON, BigInteger, Column, Integer, MetaData, Table
from sqlmodel import Field, SQLModel

SQLModel.metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

BigId = BigInteger().with_variant(Integer, "sqlite")

WITHOUT_ROWID = {"sqlite_with_rowid": False}

APPEND_ONLY = (
    "audit", "claim", "claim_evidence", "claim_objection", "claim_withdrawal", "review",
    "evidence", "evidence_chunk", "fetch", "follower_count", "label_seen",
    "identity_step", "name_seen", "profile_snapshot", "published_figure", "advertiser_report", "query_cursor",
    "query", "query_batch", "query_outcome", "listing", "sighting", "quarantined",
    "ad_snapshot", "ad_metric", "targeting_set", "targeting_item", "post_snapshot", "change",
    "watch_run", "collect_run",
    "codebook", "coding_sample", "coding_sample_item", "coding_assignment", "coding", "adjudication",
    "suggestion_model",
    "reparse", "reparse_change", "field_drift",
    "post_detail", "post_count", "profile_label", "profile_sighting", "profile_count", "standing",
    "alert",
)  # fmt: skip
"""Tables whose rows a trigger refuses to update or delete."""


def new_id() -> int:
    """Return the column of an id that this project counts itself, wide enough for billions."""
    return Field(sa_column=Column(BigId, primary_key=True, autoincrement=False))  # type: ignore[no-any-return]


def optional_json() -> Any:
    """Return a column of JSON in which missing is NULL, not the word null."""
    return Field(default=None, sa_column=Column(JSON(none_as_null=True), nullable=True))


class Meta(SQLModel, table=True):
    """Facts about this store, such as the notice that its data are a reconstruction."""

    key: str = Field(primary_key=True)
    value: str


class IdCounter(SQLModel, table=True):
    """The next free id of each table that is written in bulk."""

    __tablename__ = "id_counter"
    name: str = Field(primary_key=True)
    next: int = Field(sa_type=BigInteger)


def table_of(model: type[SQLModel]) -> Table:
    """Return the table behind a model, for statements that read or write more than one row."""
    return model.__table__  # type: ignore[attr-defined, no-any-return]


def metadata() -> MetaData:
    """Return the metadata of all tables, for migrations and tests."""
    return SQLModel.metadata
