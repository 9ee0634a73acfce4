"""The ledger keeps the headers by which an answer is read, and a page names the row of the ledger that it came by.

Revision ID: 0013
Revises: 0012
"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("fetch", sa.Column("headers", sa.JSON(none_as_null=True), nullable=True))
    op.add_column("query_cursor", sa.Column("fetch_id", sa.BigInteger(), nullable=True))


def downgrade() -> None:
    op.drop_column("query_cursor", "fetch_id")
    op.drop_column("fetch", "headers")
