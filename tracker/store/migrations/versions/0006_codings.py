"""The codebook by version, samples to be coded, who codes what, codings, and what a third person settled.

Revision ID: 0006
Revises: 0005
"""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString, UTCDateTime

from tracker.store.guards import guard

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

APPEND_ONLY = (
    "codebook", "coding_sample", "coding_sample_item", "coding_assignment", "coding", "adjudication",
)  # fmt: skip


def upgrade() -> None:
    op.create_table(
        "codebook",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("digest", AutoString(length=64), nullable=False),
        sa.Column("loaded_at", UTCDateTime(), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_codebook")),
        sa.UniqueConstraint("version", name=op.f("uq_codebook_version")),
    )
    op.create_table(
        "adjudication",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("item_type", AutoString(), nullable=False),
        sa.Column("item_id", sa.BigInteger(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("by", AutoString(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("state", AutoString(), nullable=False),
        sa.Column("codes", sa.JSON(), nullable=False),
        sa.Column("settles", sa.JSON(), nullable=False),
        sa.Column("reason", AutoString(), nullable=True),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["version"], ["codebook.version"], name=op.f("fk_adjudication_version_codebook")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_adjudication")),
        sa.UniqueConstraint(
            "item_type", "item_id", "seq", name=op.f("uq_adjudication_item_type_item_id_seq")
        ),
    )
    op.create_table(
        "coding_sample",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("item_type", AutoString(), nullable=False),
        sa.Column("selection", AutoString(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=True),
        sa.Column("since", sa.Date(), nullable=True),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("population", sa.Integer(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("seed", sa.BigInteger(), nullable=False),
        sa.Column("overlap", sa.Float(), nullable=False),
        sa.Column("blind", sa.Boolean(), nullable=False),
        sa.Column("chosen_by", AutoString(), nullable=True),
        sa.Column("made_at", UTCDateTime(), nullable=False),
        sa.Column("made_by", AutoString(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_coding_sample_account_id_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_coding_sample")),
    )
    op.create_table(
        "coding",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("item_type", AutoString(), nullable=False),
        sa.Column("item_id", sa.BigInteger(), nullable=False),
        sa.Column("coder", AutoString(), nullable=False),
        sa.Column("coder_key", AutoString(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("state", AutoString(), nullable=False),
        sa.Column("codes", sa.JSON(), nullable=False),
        sa.Column("selection", AutoString(), nullable=False),
        sa.Column("sample_id", sa.Integer(), nullable=True),
        sa.Column("note", AutoString(), nullable=True),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["sample_id"], ["coding_sample.id"], name=op.f("fk_coding_sample_id_coding_sample")
        ),
        sa.ForeignKeyConstraint(["version"], ["codebook.version"], name=op.f("fk_coding_version_codebook")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_coding")),
        sa.UniqueConstraint(
            "item_type", "item_id", "coder_key", "seq", name=op.f("uq_coding_item_type_item_id_coder_key_seq")
        ),
    )
    op.create_index("ix_coding_sample_id", "coding", ["sample_id"])

    op.create_table(
        "coding_assignment",
        sa.Column("sample_id", sa.Integer(), nullable=False),
        sa.Column("coder_key", AutoString(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("coder", AutoString(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["sample_id"], ["coding_sample.id"], name=op.f("fk_coding_assignment_sample_id_coding_sample")
        ),
        sa.PrimaryKeyConstraint("sample_id", "coder_key", "position", name=op.f("pk_coding_assignment")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "coding_sample_item",
        sa.Column("sample_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["sample_id"], ["coding_sample.id"], name=op.f("fk_coding_sample_item_sample_id_coding_sample")
        ),
        sa.PrimaryKeyConstraint("sample_id", "position", name=op.f("pk_coding_sample_item")),
        sa.UniqueConstraint("sample_id", "item_id", name=op.f("uq_coding_sample_item_sample_id_item_id")),
        sqlite_with_rowid=False,
    )
    for table in APPEND_ONLY:
        guard(table)


def downgrade() -> None:
    raise NotImplementedError("what people coded would be lost; restore a backup")
