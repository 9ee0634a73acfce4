"""Models of codes that were trained on what people coded.

Revision ID: 0014
Revises: 0013
"""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString, UTCDateTime

from tracker.store.guards import guard

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "suggestion_model",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("digest", AutoString(length=64), nullable=False),
        sa.Column("evidence_id", sa.BigInteger(), nullable=False),
        sa.Column("embedder", AutoString(), nullable=False),
        sa.Column("items", sa.Integer(), nullable=False),
        sa.Column("macro_f1", sa.Float(), nullable=True),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("by", AutoString(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_suggestion_model")),
        sa.ForeignKeyConstraint(
            ["version"], ["codebook.version"], name=op.f("fk_suggestion_model_version_codebook")
        ),
        sa.ForeignKeyConstraint(
            ["evidence_id"], ["evidence.id"], name=op.f("fk_suggestion_model_evidence_id_evidence")
        ),
    )
    guard("suggestion_model")


def downgrade() -> None:
    raise NotImplementedError("shares that name a model could not be made again; restore a backup")
