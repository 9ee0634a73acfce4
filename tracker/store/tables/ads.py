"""Tables of ads and of the listings that they stood in."""

from datetime import date, datetime

from sqlalchemy import JSON, BigInteger, Column, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from tracker.store.tables.base import WITHOUT_ROWID, new_id


class Listing(SQLModel, table=True):
    """What one answer showed for one account at one time."""

    __table_args__ = (
        UniqueConstraint("query_id", "series", "observed_at"),
        Index("ix_listing_series_observed_at", "series", "observed_at"),
    )
    id: int = new_id()
    query_id: int = Field(foreign_key="query.id", sa_type=BigInteger)
    series: str
    account_id: int | None = Field(default=None, foreign_key="account.id", sa_type=BigInteger)
    section: str | None = None
    country: str | None = None
    observed_at: datetime
    covers_from: date | None = None
    covers_to: date | None = None
    outcome: str
    complete_since: datetime | None = None


class Sighting(SQLModel, table=True):
    """That a listing showed an item: `item` is a snapshot id of an ad, or the id of a post."""

    __table_args__ = (WITHOUT_ROWID,)
    listing_id: int = Field(foreign_key="listing.id", primary_key=True, sa_type=BigInteger)
    item: int = Field(primary_key=True, sa_type=BigInteger)


class TargetingSet(SQLModel, table=True):
    """One combination of targeting criteria; many ads share one."""

    __tablename__ = "targeting_set"
    id: int = new_id()
    sha256: str = Field(unique=True)


class TargetingItem(SQLModel, table=True):
    """One criterion of a set. The handles among them are audiences sought: they are in no registry."""

    __tablename__ = "targeting_item"
    __table_args__ = (WITHOUT_ROWID,)
    set_id: int = Field(foreign_key="targeting_set.id", primary_key=True, sa_type=BigInteger)
    kind: str = Field(primary_key=True)
    value: str = Field(primary_key=True)
    polarity: str = Field(primary_key=True)
    as_published: str


class Ad(SQLModel, table=True):
    """An ad by its key in its repository; `head` points at its latest snapshot."""

    __table_args__ = (UniqueConstraint("source", "key"), Index("ix_ad_account_id", "account_id"))
    id: int = new_id()
    source: str
    key: str
    match: str | None = Field(default=None, index=True)
    account_id: int | None = Field(default=None, foreign_key="account.id", sa_type=BigInteger)


class AdSnapshot(SQLModel, table=True):
    """What one listing said of an ad; a row only when a value differs from the series' last."""

    __tablename__ = "ad_snapshot"
    __table_args__ = (
        Index("ix_ad_snapshot_ad_id_observed_at", "ad_id", "observed_at"),
        Index("ix_ad_snapshot_payer", "payer"),
    )
    id: int = new_id()
    ad_id: int = Field(foreign_key="ad.id", sa_type=BigInteger)
    listing_id: int = Field(foreign_key="listing.id", sa_type=BigInteger)
    observed_at: datetime
    digest: str
    line: int | None = Field(default=None, sa_type=BigInteger)
    advertiser_name: str | None = None
    beneficiary: str | None = None
    payer: str | None = None
    creative_url: str | None = None
    text: str | None = None
    landing_url: str | None = None
    posted_at: datetime | None = None
    first_shown: date | None = None
    last_shown: date | None = None
    status: str | None = None
    removal: str | None = None
    targeting_set_id: int = Field(foreign_key="targeting_set.id", sa_type=BigInteger)
    extra: dict[str, str] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))


class AdMetric(SQLModel, table=True):
    """A number of an ad snapshot, as a range and as published."""

    __tablename__ = "ad_metric"
    __table_args__ = (WITHOUT_ROWID,)
    snapshot_id: int = Field(foreign_key="ad_snapshot.id", primary_key=True, sa_type=BigInteger)
    name: str = Field(primary_key=True)
    country: str = Field(primary_key=True, default="")
    segment: str = Field(primary_key=True, default="")
    lower: float | None = None
    upper: float | None = None
    unit: str
    as_published: str


class AdvertiserReport(SQLModel, table=True):
    """What a platform's report said of one advertiser: ranges of spend, how many ads, under which disclaimer."""

    __tablename__ = "advertiser_report"
    __table_args__ = (
        UniqueConstraint("listing_id", "key"),
        Index("ix_advertiser_report_account_id", "account_id"),
    )
    id: int = new_id()
    listing_id: int = Field(foreign_key="listing.id", sa_type=BigInteger)
    account_id: int = Field(foreign_key="account.id", sa_type=BigInteger)
    key: str
    name: str | None = None
    disclaimer: str | None = None
    spend_lower: float | None = None
    spend_upper: float | None = None
    currency: str | None = None
    spend_as_published: str | None = None
    ads: int | None = None
    line: int | None = Field(default=None, sa_type=BigInteger)
