"""What kept evidence gives when a later parser reads it again, and which fields came and went.

Revision ID: 0009
Revises: 0008
"""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString, UTCDateTime

from tracker.store.guards import guard

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "reparse",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("of_query_id", sa.BigInteger(), nullable=False),
        sa.Column("query_id", sa.BigInteger(), nullable=True),
        sa.Column("parser", AutoString(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("unchanged", "changed", "new", "lost")),
        sa.ForeignKeyConstraint(["of_query_id"], ["query.id"], name=op.f("fk_reparse_of_query_id_query")),
        sa.ForeignKeyConstraint(["query_id"], ["query.id"], name=op.f("fk_reparse_query_id_query")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reparse")),
        sa.UniqueConstraint("of_query_id", "parser", name=op.f("uq_reparse_of_query_id_parser")),
        sa.UniqueConstraint("query_id", name=op.f("uq_reparse_query_id")),
    )
    op.create_table(
        "reparse_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("reparse_id", sa.Integer(), nullable=False),
        sa.Column("kind", AutoString(), nullable=False),
        sa.Column("subject", AutoString(), nullable=False),
        *(sa.Column(name, AutoString(), nullable=True) for name in ("field", "before", "after")),
        sa.ForeignKeyConstraint(
            ["reparse_id"], ["reparse.id"], name=op.f("fk_reparse_change_reparse_id_reparse")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reparse_change")),
    )
    op.create_index(op.f("ix_reparse_change_reparse_id"), "reparse_change", ["reparse_id"])
    op.create_table(
        "field_seen",
        *(sa.Column(name, AutoString(), nullable=False) for name in ("source", "shape", "field")),
        sa.Column("answers", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("source", "shape", "field", name=op.f("pk_field_seen")),
    )
    op.create_table(
        "field_drift",
        sa.Column("id", sa.Integer(), nullable=False),
        *(sa.Column(name, AutoString(), nullable=False) for name in ("source", "shape", "field", "what")),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("query_id", sa.BigInteger(), nullable=False),
        sa.Column("answers", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["query_id"], ["query.id"], name=op.f("fk_field_drift_query_id_query")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_field_drift")),
        sa.UniqueConstraint(
            "source", "shape", "field", "what", name=op.f("uq_field_drift_source_shape_field_what")
        ),
    )
    guard("field_drift")
    guard("reparse")
    guard("reparse_change")


def downgrade() -> None:
    op.drop_table("field_drift")
    op.drop_table("field_seen")
    op.drop_table("reparse_change")
    op.drop_table("reparse")
