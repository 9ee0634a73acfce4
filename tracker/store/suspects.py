"""Suspicions that people bring in, and the trail of who did what in the registry.

A suspicion is not a claim: nothing here can say who operates an account.
"""

from dataclasses import asdict
from datetime import datetime

from sqlalchemy import insert, select, update
from sqlmodel import Session

from tracker import domain
from tracker.store import registry, tables
from tracker.store.claims import ABOUT_DOCUMENT, Row
from tracker.store.tables import table_of
from tracker.store.writes import insert_new

_ACCOUNT, _AUDIT = table_of(tables.Account), table_of(tables.Audit)
_DOCUMENT, _SUSPECT = table_of(tables.Document), table_of(tables.Suspect)


def add_suspect(
    session: Session,
    ref: domain.AccountRef,
    document: domain.Document,
    *,
    reason: str,
    submitted_by: str,
    predicate: domain.Predicate | None,
    operator: str | None,
    rival: str | None,
    at: datetime,
) -> int:
    """Keep a suspicion with its document and return its id; it is not a claim.

    The account becomes `suspected` unless somebody judged it already.
    """
    resolved = registry.resolve_account(session, ref, status="suspected", at=at)
    account_id = registry.standing(session, resolved)
    unjudged = (_ACCOUNT.c.id == account_id, _ACCOUNT.c.status == "unassessed")
    session.execute(update(_ACCOUNT).where(*unjudged).values(status="suspected"))
    insert_new(session, tables.Document, [asdict(document)])
    added = session.execute(
        insert(_SUSPECT)
        .values(
            account_id=account_id, submitted_at=at, submitted_by=submitted_by, reason=reason,
            document_id=document.id, predicate=predicate, operator=operator, rival=rival,
        )
        .returning(_SUSPECT.c.id)
    ).scalar_one()  # fmt: skip
    name = (registry.account(session, account_id) or {})["account"]
    details = {"suspect": str(added), "document": document.id}
    add_audit(session, actor=submitted_by, action="suspected", subject=name, at=at, details=details)
    return int(added)


def add_audit(
    session: Session, *, actor: str, action: str, subject: str, at: datetime, details: dict[str, str]
) -> None:
    """Note who did what in the registry; the row can never be changed."""
    row = {"at": at, "actor": actor, "action": action, "subject": subject, "details": details}
    session.execute(insert(_AUDIT).values(**row))


def suspects(session: Session, *, account_id: int | None = None) -> list[Row]:
    """Return what the form brought, about every account or about one, latest first.

    Columns: those of `suspect`; `account`, `platform`, `handle`, `status` of the account; `publisher`, `title`,
    `published_on`, `url`, `archived`, `reliability` of the document.
    """
    named = [registry.NAME.label("account"), _ACCOUNT.c.platform, _ACCOUNT.c.handle, _ACCOUNT.c.status]
    asked = (
        select(_SUSPECT, *named, *ABOUT_DOCUMENT)
        .join(_ACCOUNT, _SUSPECT.c.account_id == _ACCOUNT.c.id)
        .join(_DOCUMENT, _SUSPECT.c.document_id == _DOCUMENT.c.id)
        .order_by(_SUSPECT.c.submitted_at.desc(), _SUSPECT.c.id.desc())
    )
    if account_id is not None:
        asked = asked.where(_SUSPECT.c.account_id == account_id)
    return [dict(row) for row in session.execute(asked).mappings()]
