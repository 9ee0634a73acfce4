"""Tables of what platforms say of an account, and of how it stands."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Index
from sqlmodel import Field, SQLModel

from tracker.store.tables.base import WITHOUT_ROWID, new_id, optional_json


class ProfileSnapshot(SQLModel, table=True):
    """What one look at a profile showed; a field that nobody looked at is empty.

    A look by a person has no listing, and is a row however little it differs. What a source saw has one, and is a row
    only when a value differs from the last that this source saw: `digest` is that of its values.
    """

    __tablename__ = "profile_snapshot"
    __table_args__ = (Index("ix_profile_snapshot_account_id_observed_at", "account_id", "observed_at"),)
    id: int = new_id()
    account_id: int = Field(foreign_key="account.id", sa_type=BigInteger)
    query_id: int = Field(foreign_key="query.id", sa_type=BigInteger)
    observed_at: datetime
    entered_by: str | None = None
    handle: str | None = None
    name: str | None = None
    bio: str | None = None
    label: str | None = None
    label_words: str | None = None
    discloses: str | None = None
    discloses_words: str | None = None
    listing_id: int | None = Field(default=None, foreign_key="listing.id", sa_type=BigInteger)
    digest: str | None = None
    verified: str | None = None
    location: str | None = None
    website: str | None = None
    picture: str | None = None
    language: str | None = None
    joined_at: datetime | None = None
    links: list[str] | None = optional_json()
    extra: dict[str, Any] | None = optional_json()


class ProfileLabel(SQLModel, table=True):
    """A mark that a profile bore; an empty `value` says that the issuer's marks were looked for, and none was there."""

    __tablename__ = "profile_label"
    __table_args__ = (WITHOUT_ROWID,)
    snapshot_id: int = Field(foreign_key="profile_snapshot.id", primary_key=True, sa_type=BigInteger)
    issuer: str = Field(primary_key=True)
    value: str = Field(primary_key=True)
    kind: str | None = None


class ProfileSighting(SQLModel, table=True):
    """That a listing showed a profile as its snapshot has it."""

    __tablename__ = "profile_sighting"
    __table_args__ = (Index("ix_profile_sighting_snapshot_id", "snapshot_id"), WITHOUT_ROWID)
    listing_id: int = Field(foreign_key="listing.id", primary_key=True, sa_type=BigInteger)
    snapshot_id: int = Field(foreign_key="profile_snapshot.id", primary_key=True, sa_type=BigInteger)


class ProfileCount(SQLModel, table=True):
    """A counter of a profile, such as its followers, whenever it differed from the last that its source saw."""

    __tablename__ = "profile_count"
    __table_args__ = (WITHOUT_ROWID,)
    account_id: int = Field(foreign_key="account.id", primary_key=True, sa_type=BigInteger)
    source: str = Field(primary_key=True)
    name: str = Field(primary_key=True)
    observed_at: datetime = Field(primary_key=True)
    listing_id: int = Field(foreign_key="listing.id", sa_type=BigInteger)
    value: int | None = Field(default=None, sa_type=BigInteger)
    as_published: str | None = None


class Standing(SQLModel, table=True):
    """How an account, or one of its posts, stood by what the platform said, in its words and with the answer."""

    __table_args__ = (
        Index("ix_standing_account_id_observed_at", "account_id", "observed_at"),
        Index("ix_standing_post_id", "post_id"),
    )
    id: int = new_id()
    query_id: int = Field(foreign_key="query.id", sa_type=BigInteger)
    account_id: int = Field(foreign_key="account.id", sa_type=BigInteger)
    post_id: int | None = Field(default=None, foreign_key="post.id", sa_type=BigInteger)
    observed_at: datetime
    standing: str
    said: str | None = None
    evidence_id: int | None = Field(default=None, foreign_key="evidence.id", sa_type=BigInteger)
