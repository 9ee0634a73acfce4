"""Tables of posts, and of the changes between two snapshots of anything."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from tracker.store.tables.base import WITHOUT_ROWID, new_id, optional_json


class Post(SQLModel, table=True):
    """A post or headline by its key; `digest` is that of its latest snapshot."""

    __table_args__ = (
        UniqueConstraint("account_id", "source", "key"),
        Index("ix_post_account_id_published_at", "account_id", "published_at"),
        Index("ix_post_published_at", "published_at"),
    )
    id: int = new_id()
    account_id: int = Field(foreign_key="account.id", sa_type=BigInteger)
    source: str
    key: str
    published_at: datetime | None = None
    published_as_printed: str | None = None
    section: str | None = None
    url: str | None = None
    first_seen: datetime
    digest: str
    kind: str | None = None
    language: str | None = None


class PostSnapshot(SQLModel, table=True):
    """What was said, whenever it, or what stands in its `PostDetail`, differed from before."""

    __tablename__ = "post_snapshot"
    __table_args__ = (Index("ix_post_snapshot_post_id", "post_id"),)
    id: int = new_id()
    post_id: int = Field(foreign_key="post.id", sa_type=BigInteger)
    listing_id: int = Field(foreign_key="listing.id", sa_type=BigInteger)
    observed_at: datetime
    text: str


class PostDetail(SQLModel, table=True):
    """What a post said of itself beside its text, where the source reads more than text. An empty list is no value."""

    __tablename__ = "post_detail"
    snapshot_id: int = Field(foreign_key="post_snapshot.id", primary_key=True, sa_type=BigInteger)
    kind: str
    title: str | None = None
    language: str | None = None
    author: str | None = None
    reply_to: str | None = None
    root: str | None = None
    repost_of: str | None = None
    quote_of: str | None = None
    version: str | None = None
    edited_at: datetime | None = None
    links: list[str] | None = optional_json()
    hashtags: list[str] | None = optional_json()
    mentions: list[str] | None = optional_json()
    media: list[list[str | None]] | None = optional_json()
    labels: list[str] | None = optional_json()
    withheld_in: list[str] | None = optional_json()
    extra: dict[str, Any] | None = optional_json()


class PostCount(SQLModel, table=True):
    """A counter of a post, whenever it differed from before; without a value the platform hid it."""

    __tablename__ = "post_count"
    __table_args__ = (WITHOUT_ROWID,)
    post_id: int = Field(foreign_key="post.id", primary_key=True, sa_type=BigInteger)
    name: str = Field(primary_key=True)
    observed_at: datetime = Field(primary_key=True)
    listing_id: int = Field(foreign_key="listing.id", sa_type=BigInteger)
    value: int | None = Field(default=None, sa_type=BigInteger)
    as_published: str | None = None


class Change(SQLModel, table=True):
    """A typed, dated difference; `subject` reads in words, the snapshots by id."""

    __table_args__ = (Index("ix_change_at", "at"), Index("ix_change_query_id", "query_id"))
    id: int = new_id()
    query_id: int = Field(foreign_key="query.id", sa_type=BigInteger)
    at: datetime
    type: str
    account_id: int | None = Field(default=None, foreign_key="account.id", sa_type=BigInteger)
    subject: str
    field: str | None = None
    before: str | None = None
    after: str | None = None
    snapshot_before: str
    snapshot_after: str
