"""Tables of the running tracker: jobs, watches, alerts."""

from datetime import datetime

from sqlalchemy import JSON, BigInteger, Column, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from tracker.store.tables.base import new_id


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
    """Questions of a time that are not to be believed, whichever host asked them: too much of a platform vanished at once.

    Rows of earlier versions are runs of one process: without `suspect` they are believed, without `platform` it is all.
    """

    __tablename__ = "collect_run"
    id: int = new_id()
    started_at: datetime
    finished_at: datetime
    host: str
    asked: dict[str, int] = Field(sa_column=Column(JSON, nullable=False))
    vanished: dict[str, int] = Field(sa_column=Column(JSON, nullable=False))
    suspect: str | None = None
    platform: str | None = None


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
    id: int = new_id()
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
