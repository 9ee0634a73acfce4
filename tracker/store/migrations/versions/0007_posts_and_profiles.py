"""What posts and profiles say beside their words, their counters over time, and how they stand.

Revision ID: 0007
Revises: 0006
"""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString, UTCDateTime

from tracker.store.guards import guard

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

APPEND_ONLY = ("post_detail", "post_count", "profile_label", "profile_sighting", "profile_count", "standing")
BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_PROFILE = ("digest", "verified", "location", "website", "picture", "language")


def widen() -> None:
    """Add the columns that a list of posts and a profile need; rows that are there have none of it."""
    for column in ("kind", "language"):
        op.add_column("post", sa.Column(column, AutoString(), nullable=True))
    op.add_column("listing", sa.Column("complete_since", UTCDateTime(), nullable=True))
    op.execute(
        "ALTER TABLE profile_snapshot ADD COLUMN listing_id BIGINT "
        "CONSTRAINT fk_profile_snapshot_listing_id_listing REFERENCES listing (id)"
    )
    for column in _PROFILE:
        op.add_column("profile_snapshot", sa.Column(column, AutoString(), nullable=True))
    op.add_column("profile_snapshot", sa.Column("joined_at", UTCDateTime(), nullable=True))
    for column in ("links", "extra"):
        op.add_column("profile_snapshot", sa.Column(column, sa.JSON(), nullable=True))


def posts() -> None:
    """Make the tables of what posts say and count."""
    op.create_table(
        "post_detail",
        sa.Column("snapshot_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", AutoString(), nullable=False),
        *(
            sa.Column(name, AutoString(), nullable=True)
            for name in (
                "title",
                "language",
                "author",
                "reply_to",
                "root",
                "repost_of",
                "quote_of",
                "version",
            )
        ),
        sa.Column("edited_at", UTCDateTime(), nullable=True),
        *(
            sa.Column(name, sa.JSON(), nullable=True)
            for name in ("links", "hashtags", "mentions", "media", "labels", "withheld_in", "extra")
        ),
        sa.ForeignKeyConstraint(
            ["snapshot_id"], ["post_snapshot.id"], name=op.f("fk_post_detail_snapshot_id_post_snapshot")
        ),
        sa.PrimaryKeyConstraint("snapshot_id", name=op.f("pk_post_detail")),
    )
    op.create_table(
        "post_count",
        sa.Column("post_id", sa.BigInteger(), nullable=False),
        sa.Column("name", AutoString(), nullable=False),
        sa.Column("observed_at", UTCDateTime(), nullable=False),
        sa.Column("listing_id", sa.BigInteger(), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=True),
        sa.Column("as_published", AutoString(), nullable=True),
        sa.ForeignKeyConstraint(["post_id"], ["post.id"], name=op.f("fk_post_count_post_id_post")),
        sa.ForeignKeyConstraint(
            ["listing_id"], ["listing.id"], name=op.f("fk_post_count_listing_id_listing")
        ),
        sa.PrimaryKeyConstraint("post_id", "name", "observed_at", name=op.f("pk_post_count")),
        sqlite_with_rowid=False,
    )


def profiles() -> None:
    """Make the tables of the marks, the proofs and the counters of profiles."""
    op.create_table(
        "profile_label",
        sa.Column("snapshot_id", sa.BigInteger(), nullable=False),
        sa.Column("issuer", AutoString(), nullable=False),
        sa.Column("value", AutoString(), nullable=False),
        sa.Column("kind", AutoString(), nullable=True),
        sa.ForeignKeyConstraint(
            ["snapshot_id"],
            ["profile_snapshot.id"],
            name=op.f("fk_profile_label_snapshot_id_profile_snapshot"),
        ),
        sa.PrimaryKeyConstraint("snapshot_id", "issuer", "value", name=op.f("pk_profile_label")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "profile_sighting",
        sa.Column("listing_id", sa.BigInteger(), nullable=False),
        sa.Column("snapshot_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["listing_id"], ["listing.id"], name=op.f("fk_profile_sighting_listing_id_listing")
        ),
        sa.ForeignKeyConstraint(
            ["snapshot_id"],
            ["profile_snapshot.id"],
            name=op.f("fk_profile_sighting_snapshot_id_profile_snapshot"),
        ),
        sa.PrimaryKeyConstraint("listing_id", "snapshot_id", name=op.f("pk_profile_sighting")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_profile_sighting_snapshot_id", "profile_sighting", ["snapshot_id"])
    op.create_table(
        "profile_count",
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("source", AutoString(), nullable=False),
        sa.Column("name", AutoString(), nullable=False),
        sa.Column("observed_at", UTCDateTime(), nullable=False),
        sa.Column("listing_id", sa.BigInteger(), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=True),
        sa.Column("as_published", AutoString(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_profile_count_account_id_account")
        ),
        sa.ForeignKeyConstraint(
            ["listing_id"], ["listing.id"], name=op.f("fk_profile_count_listing_id_listing")
        ),
        sa.PrimaryKeyConstraint("account_id", "source", "name", "observed_at", name=op.f("pk_profile_count")),
        sqlite_with_rowid=False,
    )


def standings() -> None:
    """Make the table of how accounts and posts stand."""
    op.create_table(
        "standing",
        sa.Column("id", BIG_ID, autoincrement=False, nullable=False),
        sa.Column("query_id", sa.BigInteger(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("post_id", sa.BigInteger(), nullable=True),
        sa.Column("observed_at", UTCDateTime(), nullable=False),
        sa.Column("standing", AutoString(), nullable=False),
        sa.Column("said", AutoString(), nullable=True),
        sa.Column("evidence_id", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["query_id"], ["query.id"], name=op.f("fk_standing_query_id_query")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_standing_account_id_account")),
        sa.ForeignKeyConstraint(["post_id"], ["post.id"], name=op.f("fk_standing_post_id_post")),
        sa.ForeignKeyConstraint(
            ["evidence_id"], ["evidence.id"], name=op.f("fk_standing_evidence_id_evidence")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_standing")),
    )
    op.create_index("ix_standing_account_id_observed_at", "standing", ["account_id", "observed_at"])
    op.create_index("ix_standing_post_id", "standing", ["post_id"])


def upgrade() -> None:
    widen()
    posts()
    profiles()
    standings()
    for table in APPEND_ONLY:
        guard(table)


def downgrade() -> None:
    raise NotImplementedError("what was seen of posts and profiles would be lost; restore a backup")
