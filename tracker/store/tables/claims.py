"""Tables of claims and of what people decide about them."""

from datetime import date, datetime

from sqlalchemy import JSON, BigInteger, CheckConstraint, Column, UniqueConstraint
from sqlmodel import Field, SQLModel


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
