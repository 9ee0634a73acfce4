"""By what a platform tells whether a page is still the one that is kept.

Revision ID: 0008
Revises: 0007
"""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "page_validator",
        sa.Column("key", AutoString(length=64), nullable=False),
        sa.Column("etag", AutoString(), nullable=True),
        sa.Column("last_modified", AutoString(), nullable=True),
        sa.Column("headers", sa.JSON(), nullable=False),
        sa.Column("evidence_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["evidence_id"], ["evidence.id"], name=op.f("fk_page_validator_evidence_id_evidence")
        ),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_page_validator")),
    )


def downgrade() -> None:
    op.drop_table("page_validator")
