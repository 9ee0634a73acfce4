"""Which platform is not to be believed for a time.

Revision ID: 0012
Revises: 0011
"""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("collect_run", sa.Column("platform", AutoString(), nullable=True))


def downgrade() -> None:
    op.drop_column("collect_run", "platform")
