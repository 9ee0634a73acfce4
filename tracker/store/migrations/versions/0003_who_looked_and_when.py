"""Looks at profiles, names over time, merges and splits, people with roles, figures of documents, and a look-up index.

Revision ID: 0003
Revises: 0002
"""

import sqlalchemy as sa
from alembic import op
from sqlmodel import Session
from sqlmodel.sql.sqltypes import AutoString, UTCDateTime

from tracker.store import lookup
from tracker.store.guards import guard

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

APPEND_ONLY = ("identity_step", "name_seen", "profile_snapshot", "published_figure")
BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def widen() -> None:
    """Add columns in place: copying `account` would let go of the rows that refer to it."""
    op.execute(
        "ALTER TABLE account ADD COLUMN merged_into BIGINT CONSTRAINT fk_account_merged_into_account REFERENCES account (id)"
    )
    op.create_index(op.f("ix_account_merged_into"), "account", ["merged_into"])
    op.create_index("ix_ad_snapshot_payer", "ad_snapshot", ["payer"])
    for column in ("province", "founded"):
        op.execute(f"ALTER TABLE organisation ADD COLUMN {column} VARCHAR")
    op.execute(
        "ALTER TABLE organisation ADD COLUMN founded_document VARCHAR "
        "CONSTRAINT fk_organisation_founded_document_document REFERENCES document (id)"
    )


def upgrade() -> None:
    widen()
    op.create_table(
        "person",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("email", AutoString(), nullable=False),
        sa.Column("name", AutoString(), nullable=False),
        sa.Column("role", AutoString(), nullable=False),
        sa.Column("subject", AutoString(), nullable=True),
        sa.Column("added_at", UTCDateTime(), nullable=False),
        sa.Column("removed_at", UTCDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
        sa.UniqueConstraint("email", name=op.f("uq_person_email")),
        sa.UniqueConstraint("subject", name=op.f("uq_person_subject")),
    )
    op.create_table(
        "published_figure",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("counted", AutoString(), nullable=False),
        sa.Column("place", AutoString(), nullable=False),
        sa.Column("level", AutoString(), nullable=False),
        sa.Column("lower", sa.Integer(), nullable=True),
        sa.Column("upper", sa.Integer(), nullable=True),
        sa.Column("as_published", AutoString(), nullable=False),
        sa.Column("on", sa.Date(), nullable=True),
        sa.Column("document_id", AutoString(), nullable=False),
        sa.Column("where", AutoString(), nullable=False),
        sa.Column("says", AutoString(), nullable=False),
        sa.ForeignKeyConstraint(
            ["document_id"], ["document.id"], name=op.f("fk_published_figure_document_id_document")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_published_figure")),
        sa.UniqueConstraint(
            "counted", "place", "level", "document_id", "as_published", name=op.f("uq_published_figure_said")
        ),
    )
    op.create_table(
        "identity_step",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("by", AutoString(), nullable=False),
        sa.Column("action", AutoString(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("other_id", sa.BigInteger(), nullable=False),
        sa.Column("reason", AutoString(), nullable=False),
        sa.Column("names", sa.JSON(), nullable=False),
        sa.Column("status_before", AutoString(), nullable=True),
        sa.Column("undoes", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_identity_step_account_id_account")
        ),
        sa.ForeignKeyConstraint(["other_id"], ["account.id"], name=op.f("fk_identity_step_other_id_account")),
        sa.ForeignKeyConstraint(
            ["undoes"], ["identity_step.id"], name=op.f("fk_identity_step_undoes_identity_step")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_identity_step")),
        sa.UniqueConstraint("undoes", name=op.f("uq_identity_step_undoes")),
    )
    op.create_index(op.f("ix_identity_step_account_id"), "identity_step", ["account_id"])
    op.create_index(op.f("ix_identity_step_other_id"), "identity_step", ["other_id"])
    op.create_table(
        "lookup_key",
        sa.Column("kind", AutoString(), nullable=False),
        sa.Column("value", AutoString(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("name", AutoString(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_lookup_key_account_id_account")
        ),
        sa.PrimaryKeyConstraint("kind", "value", "account_id", "name", name=op.f("pk_lookup_key")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_lookup_key_account_id", "lookup_key", ["account_id"])
    op.create_table(
        "name_seen",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", AutoString(), nullable=False),
        sa.Column("value", AutoString(), nullable=False),
        sa.Column("on", sa.Date(), nullable=True),
        sa.Column("document_id", AutoString(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_name_seen_account_id_account")),
        sa.ForeignKeyConstraint(
            ["document_id"], ["document.id"], name=op.f("fk_name_seen_document_id_document")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_name_seen")),
        sa.UniqueConstraint(
            "account_id", "kind", "value", "document_id",
            name=op.f("uq_name_seen_account_id_kind_value_document_id"),
        ),
    )  # fmt: skip
    op.create_table(
        "profile_snapshot",
        sa.Column("id", BIG_ID, autoincrement=False, nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("query_id", sa.BigInteger(), nullable=False),
        sa.Column("observed_at", UTCDateTime(), nullable=False),
        sa.Column("entered_by", AutoString(), nullable=True),
        sa.Column("handle", AutoString(), nullable=True),
        sa.Column("name", AutoString(), nullable=True),
        sa.Column("bio", AutoString(), nullable=True),
        sa.Column("label", AutoString(), nullable=True),
        sa.Column("label_words", AutoString(), nullable=True),
        sa.Column("discloses", AutoString(), nullable=True),
        sa.Column("discloses_words", AutoString(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_profile_snapshot_account_id_account")
        ),
        sa.ForeignKeyConstraint(["query_id"], ["query.id"], name=op.f("fk_profile_snapshot_query_id_query")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_profile_snapshot")),
    )
    op.create_index(
        "ix_profile_snapshot_account_id_observed_at", "profile_snapshot", ["account_id", "observed_at"]
    )
    for table in APPEND_ONLY:
        guard(table)
    lookup.index(Session(op.get_bind()))


def downgrade() -> None:
    raise NotImplementedError("who looked, merged and split would be lost; restore a backup")
