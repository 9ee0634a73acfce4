"""Tables of accounts, organisations and brands, and of what documents say of their names and labels."""

from datetime import date, datetime

from sqlalchemy import JSON, BigInteger, Column, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from tracker.store.tables.base import WITHOUT_ROWID, new_id


class Document(SQLModel, table=True):
    """A publication that says something about an account."""

    id: str = Field(primary_key=True)
    publisher: str
    title: str
    published_on: date | None = None
    url: str | None = None
    archived: str | None = None
    reliability: str
    note: str | None = None


class Organisation(SQLModel, table=True):
    """A body that operates, supervises or pays."""

    id: str = Field(primary_key=True)
    name: str
    native_name: str | None = None
    kind: str
    level: str | None = None
    place: str | None = None
    country: str | None = None
    province: str | None = None
    founded: str | None = None
    founded_document: str | None = Field(default=None, foreign_key="document.id")
    aliases: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    note: str | None = None


class Brand(SQLModel, table=True):
    """The outward name, with accounts on several platforms."""

    id: str = Field(primary_key=True)
    name: str
    native_name: str | None = None
    place: str | None = None
    note: str | None = None


class Account(SQLModel, table=True):
    """A channel on a platform; its status says who has judged it, `merged_into` which account it turned out to be."""

    __table_args__ = (UniqueConstraint("platform", "key"),)
    id: int = new_id()
    platform: str
    key: str
    handle: str | None = None
    name: str | None = None
    url: str | None = None
    native_id: str | None = None
    brand_id: str | None = Field(default=None, foreign_key="brand.id")
    status: str
    known_as: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    added_at: datetime
    merged_into: int | None = Field(default=None, foreign_key="account.id", index=True, sa_type=BigInteger)


class LookupKey(SQLModel, table=True):
    """What an account can be found by: the folded forms of its names (`name`, `skeleton`) and its site (`site`)."""

    __tablename__ = "lookup_key"
    __table_args__ = (Index("ix_lookup_key_account_id", "account_id"), WITHOUT_ROWID)
    kind: str = Field(primary_key=True)
    value: str = Field(primary_key=True)
    account_id: int = Field(foreign_key="account.id", primary_key=True, sa_type=BigInteger)
    name: str = Field(primary_key=True)


class NameSeen(SQLModel, table=True):
    """A handle, a name or a platform's id of an account, as a document gave it on a day."""

    __tablename__ = "name_seen"
    __table_args__ = (UniqueConstraint("account_id", "kind", "value", "document_id"),)
    id: int | None = Field(default=None, primary_key=True)
    account_id: int = Field(foreign_key="account.id", sa_type=BigInteger)
    kind: str
    value: str
    on: date | None = None
    document_id: str = Field(foreign_key="document.id")


class IdentityStep(SQLModel, table=True):
    """That two accounts were found to be one (`merge`), one to be two (`split`), or that such a step was taken back."""

    __tablename__ = "identity_step"
    id: int | None = Field(default=None, primary_key=True)
    at: datetime
    by: str
    action: str
    account_id: int = Field(foreign_key="account.id", index=True, sa_type=BigInteger)
    other_id: int = Field(foreign_key="account.id", index=True, sa_type=BigInteger)
    reason: str
    names: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    status_before: str | None = None
    undoes: int | None = Field(default=None, foreign_key="identity_step.id", unique=True)


class FollowerCount(SQLModel, table=True):
    """A follower figure as a document gave it."""

    __tablename__ = "follower_count"
    __table_args__ = (UniqueConstraint("account_id", "document_id", "as_published"),)
    id: int | None = Field(default=None, primary_key=True)
    account_id: int = Field(foreign_key="account.id", sa_type=BigInteger)
    document_id: str = Field(foreign_key="document.id")
    lower: int | None = Field(default=None, sa_type=BigInteger)
    upper: int | None = Field(default=None, sa_type=BigInteger)
    as_published: str
    on: date | None = None


class LabelSeen(SQLModel, table=True):
    """Whether a platform labelled an account, as seen on a day."""

    __tablename__ = "label_seen"
    __table_args__ = (UniqueConstraint("account_id", "document_id", "state", "on"),)
    id: int | None = Field(default=None, primary_key=True)
    account_id: int = Field(foreign_key="account.id", sa_type=BigInteger)
    state: str
    on: date | None = None
    document_id: str = Field(foreign_key="document.id")
    words: str | None = None
