"""Evidence, withdrawals and objections of claims, and the steps of a review.

Revision ID: 0002
Revises: 0001
"""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString, UTCDateTime

from tracker.store.guards import guard

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

APPEND_ONLY = ("claim_evidence", "claim_objection", "claim_withdrawal", "review")
ROLES_APART = "contact never says who stands behind an account"
_CONTACT = """
    NEW.kind NOT IN ('documented', 'technical', 'behavioural', 'contextual') AND EXISTS (
        SELECT 1 FROM claim WHERE claim.id = NEW.claim_id
        AND claim.predicate NOT IN ('relays', 'quotes', 'criticises'))"""


def keep_roles_apart() -> None:
    """Refuse a mention, a quotation or engagement as evidence of who operates, owns, oversees or pays."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE FUNCTION refuse_contact() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            f"IF {_CONTACT} THEN RAISE EXCEPTION '{ROLES_APART}'; END IF; RETURN NEW; END $$"
        )
        op.execute(
            "CREATE TRIGGER claim_evidence_roles_apart BEFORE INSERT ON claim_evidence "
            "FOR EACH ROW EXECUTE FUNCTION refuse_contact()"
        )
        return
    op.execute(
        f"CREATE TRIGGER claim_evidence_roles_apart BEFORE INSERT ON claim_evidence WHEN {_CONTACT} "
        f"BEGIN SELECT RAISE(ABORT, '{ROLES_APART}'); END"
    )


def upgrade() -> None:
    op.create_table(
        "claim_evidence",
        sa.Column("claim_id", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("document_id", AutoString(), nullable=False),
        sa.Column("place", AutoString(), nullable=False),
        sa.Column("says", AutoString(), nullable=False),
        sa.Column("kind", AutoString(), nullable=False),
        sa.Column("credibility", sa.Integer(), nullable=False),
        sa.Column("archived", AutoString(), nullable=True),
        sa.Column("evidence", AutoString(length=64), nullable=True),
        sa.CheckConstraint(
            "kind IN ('documented', 'technical', 'behavioural', 'contextual', 'mention', 'quotation', 'engagement')",
            name=op.f("ck_claim_evidence_kind"),
        ),
        sa.CheckConstraint("credibility BETWEEN 1 AND 6", name=op.f("ck_claim_evidence_credibility")),
        sa.ForeignKeyConstraint(["claim_id"], ["claim.id"], name=op.f("fk_claim_evidence_claim_id_claim")),
        sa.ForeignKeyConstraint(
            ["document_id"], ["document.id"], name=op.f("fk_claim_evidence_document_id_document")
        ),
        sa.PrimaryKeyConstraint("claim_id", "seq", name=op.f("pk_claim_evidence")),
    )
    op.create_table(
        "claim_withdrawal",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("claim_id", sa.Integer(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("by", AutoString(), nullable=False),
        sa.Column("reason", AutoString(), nullable=False),
        sa.ForeignKeyConstraint(["claim_id"], ["claim.id"], name=op.f("fk_claim_withdrawal_claim_id_claim")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_claim_withdrawal")),
        sa.UniqueConstraint("claim_id", name=op.f("uq_claim_withdrawal_claim_id")),
    )
    op.create_table(
        "claim_objection",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("claim_id", sa.Integer(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("objector", AutoString(), nullable=False),
        sa.Column("words", AutoString(), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("entered_by", AutoString(), nullable=False),
        sa.Column("document_id", AutoString(), nullable=True),
        sa.ForeignKeyConstraint(["claim_id"], ["claim.id"], name=op.f("fk_claim_objection_claim_id_claim")),
        sa.ForeignKeyConstraint(
            ["document_id"], ["document.id"], name=op.f("fk_claim_objection_document_id_document")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_claim_objection")),
    )
    op.create_index(op.f("ix_claim_objection_claim_id"), "claim_objection", ["claim_id"])
    op.create_table(
        "review",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("suspect_id", sa.Integer(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("by", AutoString(), nullable=False),
        sa.Column("before", AutoString(), nullable=False),
        sa.Column("after", AutoString(), nullable=False),
        sa.Column("reason", AutoString(), nullable=True),
        sa.Column("rival", AutoString(), nullable=True),
        sa.Column("claim_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["claim_id"], ["claim.id"], name=op.f("fk_review_claim_id_claim")),
        sa.ForeignKeyConstraint(["suspect_id"], ["suspect.id"], name=op.f("fk_review_suspect_id_suspect")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review")),
    )
    op.create_index(op.f("ix_review_suspect_id"), "review", ["suspect_id"])
    # Until now a claim had one document and a stated grade; `low` meant that only the context suggests it.
    op.execute(
        "INSERT INTO claim_evidence (claim_id, seq, document_id, place, says, kind, credibility) "
        "SELECT id, 0, document_id, place, says, "
        "CASE grade WHEN 'low' THEN 'contextual' ELSE 'documented' END, 6 FROM claim"
    )
    for table in APPEND_ONLY:
        guard(table)
    keep_roles_apart()


def downgrade() -> None:
    raise NotImplementedError("what was withdrawn, objected and reviewed would be lost; restore a backup")
