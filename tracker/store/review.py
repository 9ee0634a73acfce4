"""The review of suspicions in the record: what waits, who moved an account from where to where, and why.

Functions take a session and never commit. Every step is a row of `review` and of the audit trail, never changed.
"""

import hashlib
import unicodedata
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import insert, select, update
from sqlmodel import Session

from tracker.store import registry, suspects, tables
from tracker.store.claims import ABOUT_DOCUMENT, Row
from tracker.store.registry import NAME, REVIEWED
from tracker.store.tables import table_of
from tracker.store.writes import insert_new

_ACCOUNT, _AUDIT = table_of(tables.Account), table_of(tables.Audit)
_DOCUMENT, _SUSPECT = table_of(tables.Document), table_of(tables.Suspect)
_ORGANISATION, _REVIEW = table_of(tables.Organisation), table_of(tables.Review)
_WAITING = ("suspected", "under_review")


def suspect_for_review(session: Session, suspect_id: int) -> Row | None:
    """Return a suspicion with its account, which stays locked until the transaction ends; or `None`.

    Columns: those of `suspect`; `account`, `account_status`; `publisher`, `title`, `published_on` … of the document.
    """
    asked = (
        select(_SUSPECT, NAME.label("account"), _ACCOUNT.c.status.label("account_status"), *ABOUT_DOCUMENT)
        .join(_ACCOUNT, _SUSPECT.c.account_id == _ACCOUNT.c.id)
        .join(_DOCUMENT, _SUSPECT.c.document_id == _DOCUMENT.c.id)
        .where(_SUSPECT.c.id == suspect_id)
        .with_for_update(of=_ACCOUNT)
    )
    found = session.execute(asked).mappings().first()
    return dict(found) if found else None


def proposers(session: Session, account_id: int) -> list[str]:
    """Return who brought in a suspicion about an account, each once."""
    asked = select(_SUSPECT.c.submitted_by).where(_SUSPECT.c.account_id == account_id).order_by(_SUSPECT.c.id)
    return list(dict.fromkeys(session.execute(asked).scalars()))


def claims_by_review(session: Session, account_id: int) -> list[int]:
    """Return the ids of the claims that were made when suspicions about an account were accepted."""
    asked = (
        select(_REVIEW.c.claim_id)
        .join(_SUSPECT, _REVIEW.c.suspect_id == _SUSPECT.c.id)
        .where(_SUSPECT.c.account_id == account_id, _REVIEW.c.claim_id.is_not(None))
    )
    return list(dict.fromkeys(session.execute(asked).scalars()))


def add_steps(
    session: Session,
    suspect: Row,
    steps: Sequence[str],
    *,
    by: str,
    reason: str | None,
    rival: str | None,
    claim_id: int | None,
    at: datetime,
) -> None:
    """Move the account of a suspicion through `steps`; reason, rival and claim belong to the last of them."""
    before = suspect["account_status"]
    for number, after in enumerate(steps, 1):
        last = number == len(steps)
        given = {"reason": reason, "rival": rival, "claim_id": claim_id} if last else {}
        step = {"suspect_id": suspect["id"], "at": at, "by": by, "before": before, "after": after, **given}
        session.execute(insert(_REVIEW).values(**step))
        named = {"suspect": suspect["id"], "before": before, "after": after, **given}
        details = {name: str(value) for name, value in named.items() if value is not None}
        suspects.add_audit(
            session, actor=by, action=REVIEWED, subject=suspect["account"], at=at, details=details
        )
        before = after
    session.execute(update(_ACCOUNT).where(_ACCOUNT.c.id == suspect["account_id"]).values(status=before))


def waiting(session: Session) -> list[Row]:
    """Return the accounts that wait for a decision, the longest first.

    Columns: those of `registry.accounts`; `since`; `suspicions` (rows of `suspects.suspects`, oldest first);
    `proposers` (names); `steps` (rows of `review`: who took it up).
    """
    by_account: defaultdict[int, list[Row]] = defaultdict(list)
    for suspicion in reversed(suspects.suspects(session)):
        by_account[suspicion["account_id"]].append(suspicion)
    rows = [
        {
            **account,
            "since": by_account[account["id"]][0]["submitted_at"],
            "suspicions": by_account[account["id"]],
            "proposers": list(dict.fromkeys(one["submitted_by"] for one in by_account[account["id"]])),
            "steps": steps_of(session, account["id"]),
        }
        for account in registry.accounts(session, statuses=_WAITING)
        if account["id"] in by_account
    ]
    return sorted(rows, key=lambda row: (row["since"], row["id"]))


def steps_of(session: Session, account_id: int) -> list[Row]:
    """Return the steps of the reviews of an account, oldest first: the columns of `review`."""
    asked = (
        select(_REVIEW)
        .join(_SUSPECT, _REVIEW.c.suspect_id == _SUSPECT.c.id)
        .where(_SUSPECT.c.account_id == account_id)
        .order_by(_REVIEW.c.id)
    )
    return [dict(row) for row in session.execute(asked).mappings()]


def decided(session: Session, *, limit: int) -> list[Row]:
    """Return the latest decisions, latest first: the columns of `review`, and `account` and `status` of its account."""
    asked = (
        select(_REVIEW, NAME.label("account"), _ACCOUNT.c.status, _ACCOUNT.c.platform, _ACCOUNT.c.handle)
        .join(_SUSPECT, _REVIEW.c.suspect_id == _SUSPECT.c.id)
        .join(_ACCOUNT, _SUSPECT.c.account_id == _ACCOUNT.c.id)
        .where(_REVIEW.c.after.not_in(_WAITING))
        .order_by(_REVIEW.c.id.desc())
        .limit(limit)
    )
    return [dict(row) for row in session.execute(asked).mappings()]


def trail(session: Session, *subjects: str) -> list[Row]:
    """Return the audit trail of accounts and claims by name, oldest first: `at`, `actor`, `action`, `subject`, `details`."""
    columns = [_AUDIT.c[name] for name in ("at", "actor", "action", "subject", "details")]
    asked = select(*columns).where(_AUDIT.c.subject.in_(subjects)).order_by(_AUDIT.c.id)
    return [dict(row) for row in session.execute(asked).mappings()]


def organisation_called(session: Session, name: str, *, note: str) -> str:
    """Return the id of the organisation with this id, name, native name or alias; add it when there is none."""
    wanted = _folded(name)
    for row in session.execute(select(_ORGANISATION).order_by(_ORGANISATION.c.id)).mappings():
        names = (row["id"], row["name"], row["native_name"], *row["aliases"])
        if wanted in {_folded(one) for one in names if one}:
            return str(row["id"])
    new = f"named-{hashlib.sha256(wanted.encode()).hexdigest()[:12]}"
    body: Row = {"id": new, "name": name, "kind": "not given", "aliases": [], "note": note}
    insert_new(session, tables.Organisation, [body])
    return new


def _folded(name: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())
