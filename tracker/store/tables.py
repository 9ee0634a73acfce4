"""The tables of the record, the same on SQLite and PostgreSQL.

Rows are added, never changed, in every table named in `APPEND_ONLY`; triggers hold that on both databases.
Rows never leave `store`: `reads` returns plain dicts, `writes` takes the values of `tracker.domain`.
"""

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    UniqueConstraint,
)
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
    "audit", "claim", "claim_evidence", "claim_objection", "claim_withdrawal", "review", "evidence", "evidence_chunk", "fetch", "follower_count", "label_seen",
    "identity_step", "name_seen", "profile_snapshot", "published_figure", "advertiser_report", "query_cursor",
    "query", "query_batch", "query_outcome", "listing", "sighting", "quarantined",
    "ad_snapshot", "ad_metric", "targeting_set", "targeting_item", "post_snapshot", "change",
    "watch_run", "collect_run",
    "codebook", "coding_sample", "coding_sample_item", "coding_assignment", "coding", "adjudication",
    "reparse", "reparse_change", "field_drift",
    "post_detail", "post_count", "profile_label", "profile_sighting", "profile_count", "standing",
    "alert",
)  # fmt: skip
"""Tables whose rows a trigger refuses to update or delete."""


def _id() -> int:
    return Field(sa_column=Column(BigId, primary_key=True, autoincrement=False))  # type: ignore[no-any-return]


def _optional_json() -> Any:
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
    id: int = _id()
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


class Claim(SQLModel, table=True):
    """A dated statement with its document; `digest` makes loading the same claim twice one row."""

    id: int | None = Field(default=None, primary_key=True)
    digest: str = Field(unique=True)
    subject_type: str
    subject: str = Field(index=True)
    predicate: str
    object_type: str
    object: str = Field(index=True)
    document_id: str = Field(foreign_key="document.id")
    place: str
    says: str
    analyst: str
    grade: str
    valid_from: date | None = None
    valid_to: date | None = None
    rival: str | None = None
    added_at: datetime


class ClaimEvidence(SQLModel, table=True):
    """One thing that a claim rests on. A trigger refuses contact as evidence of more than contact."""

    __tablename__ = "claim_evidence"
    __table_args__ = (
        CheckConstraint(
            "kind IN ('documented', 'technical', 'behavioural', 'contextual', 'mention', 'quotation', 'engagement')",
            name="kind",
        ),
        CheckConstraint("credibility BETWEEN 1 AND 6", name="credibility"),
    )
    claim_id: int = Field(foreign_key="claim.id", primary_key=True)
    seq: int = Field(primary_key=True)
    document_id: str = Field(foreign_key="document.id")
    place: str
    says: str
    kind: str
    credibility: int
    archived: str | None = None
    evidence: str | None = Field(default=None, max_length=64)


class ClaimWithdrawal(SQLModel, table=True):
    """That a claim no longer stands, by whom and why; the claim itself stays."""

    __tablename__ = "claim_withdrawal"
    id: int | None = Field(default=None, primary_key=True)
    claim_id: int = Field(foreign_key="claim.id", unique=True)
    at: datetime
    by: str
    reason: str


class ClaimObjection(SQLModel, table=True):
    """What somebody who is concerned answers to a claim, and who wrote it down."""

    __tablename__ = "claim_objection"
    id: int | None = Field(default=None, primary_key=True)
    claim_id: int = Field(foreign_key="claim.id", index=True)
    at: datetime
    objector: str
    words: str
    received_on: date
    entered_by: str
    document_id: str | None = Field(default=None, foreign_key="document.id")


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


class ProfileSnapshot(SQLModel, table=True):
    """What one look at a profile showed; a field that nobody looked at is empty.

    A look by a person has no listing, and is a row however little it differs. What a source saw has one, and is a row
    only when a value differs from the last that this source saw: `digest` is that of its values.
    """

    __tablename__ = "profile_snapshot"
    __table_args__ = (Index("ix_profile_snapshot_account_id_observed_at", "account_id", "observed_at"),)
    id: int = _id()
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
    links: list[str] | None = _optional_json()
    extra: dict[str, Any] | None = _optional_json()


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


class PublishedFigure(SQLModel, table=True):
    """A number that a document gives, such as how many centres there are in a province; never our count."""

    __tablename__ = "published_figure"
    __table_args__ = (
        UniqueConstraint(
            "counted", "place", "level", "document_id", "as_published", name="uq_published_figure_said"
        ),
    )
    id: int | None = Field(default=None, primary_key=True)
    counted: str
    place: str = ""
    level: str = ""
    lower: int | None = None
    upper: int | None = None
    as_published: str
    on: date | None = None
    document_id: str = Field(foreign_key="document.id")
    where: str
    says: str


class Suspect(SQLModel, table=True):
    """What the form brought in: a suspicion with a reason and a document, not a claim."""

    id: int | None = Field(default=None, primary_key=True)
    account_id: int = Field(foreign_key="account.id", sa_type=BigInteger)
    submitted_at: datetime
    submitted_by: str
    reason: str
    document_id: str = Field(foreign_key="document.id")
    predicate: str | None = None
    operator: str | None = None
    rival: str | None = None


class Review(SQLModel, table=True):
    """A step in the review of a suspicion: who moved the account from one status to another, and why."""

    id: int | None = Field(default=None, primary_key=True)
    suspect_id: int = Field(foreign_key="suspect.id", index=True)
    at: datetime
    by: str
    before: str
    after: str
    reason: str | None = None
    rival: str | None = None
    claim_id: int | None = Field(default=None, foreign_key="claim.id")


class Person(SQLModel, table=True):
    """Somebody who may sign in, with a role; `subject` is the issuer's id for them once they did."""

    id: int | None = Field(default=None, primary_key=True)
    email: str = Field(unique=True)
    name: str
    role: str
    subject: str | None = Field(default=None, unique=True)
    added_at: datetime
    removed_at: datetime | None = None


class Audit(SQLModel, table=True):
    """Who did what in the registry, and when."""

    id: int | None = Field(default=None, primary_key=True)
    at: datetime
    actor: str
    action: str
    subject: str
    details: dict[str, str] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))


class Evidence(SQLModel, table=True):
    """The raw bytes of an answer or a file, by SHA-256; `base_id` names the page that a delta rests on."""

    id: int = _id()
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

    id: int = _id()
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
    """The ledger: which bytes came from where, each row chained to the one before it."""

    id: int = _id()
    query_id: int = Field(foreign_key="query.id", sa_type=BigInteger)
    fetched_at: datetime
    origin: str
    http_status: int | None = None
    evidence_id: int | None = Field(default=None, foreign_key="evidence.id", sa_type=BigInteger)
    prev_hash: str
    row_hash: str


class PageValidator(SQLModel, table=True):
    """By what a platform tells whether a page is still the one that is kept; `headers` are those that came with it."""

    __tablename__ = "page_validator"
    key: str = Field(primary_key=True, max_length=64)
    etag: str | None = None
    last_modified: str | None = None
    headers: dict[str, str] = Field(sa_column=Column(JSON, nullable=False))
    evidence_id: int = Field(foreign_key="evidence.id", sa_type=BigInteger)


class Listing(SQLModel, table=True):
    """What one answer showed for one account at one time."""

    __table_args__ = (
        UniqueConstraint("query_id", "series", "observed_at"),
        Index("ix_listing_series_observed_at", "series", "observed_at"),
    )
    id: int = _id()
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


class Quarantined(SQLModel, table=True):
    """A record that contradicts what is known of its set: shown, never counted."""

    id: int | None = Field(default=None, primary_key=True)
    query_id: int = Field(foreign_key="query.id", sa_type=BigInteger)
    line: int = Field(sa_type=BigInteger)
    field: str
    reason: str
    raw: str


class TargetingSet(SQLModel, table=True):
    """One combination of targeting criteria; many ads share one."""

    __tablename__ = "targeting_set"
    id: int = _id()
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
    id: int = _id()
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
    id: int = _id()
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
    id: int = _id()
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


class Post(SQLModel, table=True):
    """A post or headline by its key; `digest` is that of its latest snapshot."""

    __table_args__ = (
        UniqueConstraint("account_id", "source", "key"),
        Index("ix_post_account_id_published_at", "account_id", "published_at"),
        Index("ix_post_published_at", "published_at"),
    )
    id: int = _id()
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
    id: int = _id()
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
    links: list[str] | None = _optional_json()
    hashtags: list[str] | None = _optional_json()
    mentions: list[str] | None = _optional_json()
    media: list[list[str | None]] | None = _optional_json()
    labels: list[str] | None = _optional_json()
    withheld_in: list[str] | None = _optional_json()
    extra: dict[str, Any] | None = _optional_json()


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


class Standing(SQLModel, table=True):
    """How an account, or one of its posts, stood by what the platform said, in its words and with the answer."""

    __table_args__ = (
        Index("ix_standing_account_id_observed_at", "account_id", "observed_at"),
        Index("ix_standing_post_id", "post_id"),
    )
    id: int = _id()
    query_id: int = Field(foreign_key="query.id", sa_type=BigInteger)
    account_id: int = Field(foreign_key="account.id", sa_type=BigInteger)
    post_id: int | None = Field(default=None, foreign_key="post.id", sa_type=BigInteger)
    observed_at: datetime
    standing: str
    said: str | None = None
    evidence_id: int | None = Field(default=None, foreign_key="evidence.id", sa_type=BigInteger)


class Change(SQLModel, table=True):
    """A typed, dated difference; `subject` reads in words, the snapshots by id."""

    __table_args__ = (Index("ix_change_at", "at"), Index("ix_change_query_id", "query_id"))
    id: int = _id()
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


class CodebookVersion(SQLModel, table=True):
    """A version of the codebook as it was loaded; codings refer to it."""

    __tablename__ = "codebook"
    id: int | None = Field(default=None, primary_key=True)
    version: int = Field(unique=True)
    digest: str = Field(max_length=64)
    loaded_at: datetime
    body: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))


class CodingSample(SQLModel, table=True):
    """Items that were drawn to be coded; `population` is how many they were drawn from, `account_id` empty for all."""

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


class JobRun(SQLModel, table=True):
    """The worker's ledger: each slot of each job runs to success once."""

    __tablename__ = "job_run"
    __table_args__ = (UniqueConstraint("job", "scheduled_for"),)
    id: int | None = Field(default=None, primary_key=True)
    job: str
    scheduled_for: datetime
    started_at: datetime
    finished_at: datetime | None = None
    status: str
    error: str | None = None
    host: str
    attempts: int = 1


class Heartbeat(SQLModel, table=True):
    """That a worker is alive: one row per host."""

    host: str = Field(primary_key=True)
    at: datetime
    started_at: datetime


class Watch(SQLModel, table=True):
    """That a source is asked about an account again and again: when next, and who does it just now.

    `due_at` names the slot; it moves on when the slot was run. A lease that ran out is one whose worker died.
    """

    __table_args__ = (UniqueConstraint("source", "account_id"), Index("ix_watch_due_at", "due_at"))
    id: int | None = Field(default=None, primary_key=True)
    source: str
    account_id: int = Field(foreign_key="account.id", sa_type=BigInteger)
    due_at: datetime
    every_seconds: int
    failures: int = 0
    lease_until: datetime | None = None
    leased_by: str | None = None
    last_asked_at: datetime | None = None
    last_success_at: datetime | None = None
    last_outcome: str | None = None
    note: str | None = None
    stopped: bool = False


class WatchRun(SQLModel, table=True):
    """That a slot of a watch was run to its end: once, as the key says."""

    __tablename__ = "watch_run"
    watch_id: int = Field(foreign_key="watch.id", primary_key=True)
    slot: datetime = Field(primary_key=True)
    started_at: datetime
    finished_at: datetime = Field(index=True)
    outcome: str
    host: str


class CollectRun(SQLModel, table=True):
    """A run of the collector: how many were asked on each platform, how many had vanished, and whether that is suspect."""

    __tablename__ = "collect_run"
    id: int = _id()
    started_at: datetime
    finished_at: datetime
    host: str
    asked: dict[str, int] = Field(sa_column=Column(JSON, nullable=False))
    vanished: dict[str, int] = Field(sa_column=Column(JSON, nullable=False))
    suspect: str | None = None


class AlertRule(SQLModel, table=True):
    """Who is told of what, how, and how soon. A rule that was removed stays, and tells nothing more."""

    __tablename__ = "alert_rule"
    id: int | None = Field(default=None, primary_key=True)
    channel: str
    target: str
    pace: str
    kinds: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    about: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    after_alert: int = Field(default=0, sa_type=BigInteger)
    added_at: datetime
    added_by: str
    removed_at: datetime | None = None


class Alert(SQLModel, table=True):
    """Changes of one type, of one day and account, as they are told; a silence or a blindness, of one day and all accounts.

    `key` is made of what it tells, so that the same changes are told once. `changes` are their ids.
    """

    __table_args__ = (Index("ix_alert_at", "at"),)
    id: int = _id()
    key: str = Field(unique=True, max_length=64)
    raised_at: datetime
    at: datetime
    type: str
    account_ids: list[int] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    changes: list[int] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    n: int
    suspect: bool = False


class AlertMessage(SQLModel, table=True):
    """The outbox: a message of a rule until it was sent. It is claimed by moving `try_at`; `until_alert` makes it one."""

    __tablename__ = "alert_message"
    __table_args__ = (UniqueConstraint("rule_id", "until_alert"), Index("ix_alert_message_try_at", "try_at"))
    id: int | None = Field(default=None, primary_key=True)
    rule_id: int = Field(foreign_key="alert_rule.id")
    until_alert: int = Field(sa_type=BigInteger)
    alerts: list[int] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    made_at: datetime
    try_at: datetime
    attempts: int = 0
    sent_at: datetime | None = None
    error: str | None = None


def table_of(model: type[SQLModel]) -> Table:
    """Return the table behind a model, for statements that read or write more than one row."""
    return model.__table__  # type: ignore[attr-defined, no-any-return]


def metadata() -> MetaData:
    """Return the metadata of all tables, for migrations and tests."""
    return SQLModel.metadata
