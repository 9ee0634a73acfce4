"""How many changes a query told is found without reading all.

Revision ID: 0011
Revises: 0010
"""

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_change_query_id", "change", ["query_id"])


def downgrade() -> None:
    op.drop_index("ix_change_query_id", "change")
