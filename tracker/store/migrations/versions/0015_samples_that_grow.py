"""A sample knows up to which item it was drawn from, and which sample it goes on with.

Revision ID: 0015
Revises: 0014
"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("coding_sample", sa.Column("frame_last", sa.BigInteger(), nullable=True))
    op.add_column("coding_sample", sa.Column("extends", sa.BigInteger(), nullable=True))


def downgrade() -> None:
    op.drop_column("coding_sample", "extends")
    op.drop_column("coding_sample", "frame_last")
