"""Who is asked about when, which slots were run, and the runs of the collector.

Revision ID: 0005
Revises: 0004
"""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString, UTCDateTime

from tracker.store.guards import guard

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

APPEND_ONLY = ("watch_run", "collect_run")
BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "watch",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("source", AutoString(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("due_at", UTCDateTime(), nullable=False),
        sa.Column("every_seconds", sa.Integer(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("lease_until", UTCDateTime(), nullable=True),
        sa.Column("leased_by", AutoString(), nullable=True),
        sa.Column("last_asked_at", UTCDateTime(), nullable=True),
        sa.Column("last_success_at", UTCDateTime(), nullable=True),
        sa.Column("last_outcome", AutoString(), nullable=True),
        sa.Column("note", AutoString(), nullable=True),
        sa.Column("stopped", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_watch_account_id_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_watch")),
        sa.UniqueConstraint("source", "account_id", name=op.f("uq_watch_source_account_id")),
    )
    op.create_index("ix_watch_due_at", "watch", ["due_at"])
    op.create_table(
        "watch_run",
        sa.Column("watch_id", sa.Integer(), nullable=False),
        sa.Column("slot", UTCDateTime(), nullable=False),
        sa.Column("started_at", UTCDateTime(), nullable=False),
        sa.Column("finished_at", UTCDateTime(), nullable=False),
        sa.Column("outcome", AutoString(), nullable=False),
        sa.Column("host", AutoString(), nullable=False),
        sa.ForeignKeyConstraint(["watch_id"], ["watch.id"], name=op.f("fk_watch_run_watch_id_watch")),
        sa.PrimaryKeyConstraint("watch_id", "slot", name=op.f("pk_watch_run")),
    )
    op.create_index("ix_watch_run_finished_at", "watch_run", ["finished_at"])
    op.create_table(
        "collect_run",
        sa.Column("id", BIG_ID, autoincrement=False, nullable=False),
        sa.Column("started_at", UTCDateTime(), nullable=False),
        sa.Column("finished_at", UTCDateTime(), nullable=False),
        sa.Column("host", AutoString(), nullable=False),
        sa.Column("asked", sa.JSON(), nullable=False),
        sa.Column("vanished", sa.JSON(), nullable=False),
        sa.Column("suspect", AutoString(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_collect_run")),
    )
    for table in APPEND_ONLY:
        guard(table)


def downgrade() -> None:
    raise NotImplementedError("the ledger of what was asked would be lost; restore a backup")
