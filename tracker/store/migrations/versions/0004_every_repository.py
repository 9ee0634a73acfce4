"""Delivery to parts of the people reached, reports on advertisers, and how far a query came.

Revision ID: 0004
Revises: 0003
"""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString, UTCDateTime

from tracker.store.guards import guard

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

APPEND_ONLY = ("ad_metric", "advertiser_report", "query_cursor")
BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def widen_metrics() -> None:
    """Let a number be that of a part of the people: the key grows, so that the table is made anew and filled again."""
    op.execute("CREATE TABLE ad_metric_kept AS SELECT * FROM ad_metric")
    op.drop_table("ad_metric")
    op.create_table(
        "ad_metric",
        sa.Column("snapshot_id", sa.BigInteger(), nullable=False),
        sa.Column("name", AutoString(), nullable=False),
        sa.Column("country", AutoString(), nullable=False),
        sa.Column("segment", AutoString(), nullable=False),
        sa.Column("lower", sa.Float(), nullable=True),
        sa.Column("upper", sa.Float(), nullable=True),
        sa.Column("unit", AutoString(), nullable=False),
        sa.Column("as_published", AutoString(), nullable=False),
        sa.ForeignKeyConstraint(
            ["snapshot_id"], ["ad_snapshot.id"], name=op.f("fk_ad_metric_snapshot_id_ad_snapshot")
        ),
        sa.PrimaryKeyConstraint("snapshot_id", "name", "country", "segment", name=op.f("pk_ad_metric")),
        sqlite_with_rowid=False,
    )
    columns = "snapshot_id, name, country, lower, upper, unit, as_published"
    op.execute(f"INSERT INTO ad_metric ({columns}, segment) SELECT {columns}, '' FROM ad_metric_kept")
    op.drop_table("ad_metric_kept")


def upgrade() -> None:
    widen_metrics()
    op.create_table(
        "advertiser_report",
        sa.Column("id", BIG_ID, autoincrement=False, nullable=False),
        sa.Column("listing_id", sa.BigInteger(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("key", AutoString(), nullable=False),
        sa.Column("name", AutoString(), nullable=True),
        sa.Column("disclaimer", AutoString(), nullable=True),
        sa.Column("spend_lower", sa.Float(), nullable=True),
        sa.Column("spend_upper", sa.Float(), nullable=True),
        sa.Column("currency", AutoString(), nullable=True),
        sa.Column("spend_as_published", AutoString(), nullable=True),
        sa.Column("ads", sa.Integer(), nullable=True),
        sa.Column("line", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["listing_id"], ["listing.id"], name=op.f("fk_advertiser_report_listing_id_listing")
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_advertiser_report_account_id_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_advertiser_report")),
        sa.UniqueConstraint("listing_id", "key", name=op.f("uq_advertiser_report_listing_id_key")),
    )
    op.create_index("ix_advertiser_report_account_id", "advertiser_report", ["account_id"])
    op.create_table(
        "query_cursor",
        sa.Column("query_id", sa.BigInteger(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("cursor", AutoString(), nullable=False),
        sa.Column("evidence_id", sa.BigInteger(), nullable=True),
        sa.Column("items", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["query_id"], ["query.id"], name=op.f("fk_query_cursor_query_id_query")),
        sa.ForeignKeyConstraint(
            ["evidence_id"], ["evidence.id"], name=op.f("fk_query_cursor_evidence_id_evidence")
        ),
        sa.PrimaryKeyConstraint("query_id", "seq", name=op.f("pk_query_cursor")),
    )
    op.execute("ALTER TABLE query_outcome ADD COLUMN stated_total BIGINT")
    for table in APPEND_ONLY:
        guard(table)


def downgrade() -> None:
    raise NotImplementedError("delivery to parts of the people would be lost; restore a backup")
