"""Merges and splits of accounts in the record, and how they are taken back.

A merged account keeps its row and all that was collected for it; reading follows `merged_into`. So every step can be
undone, and a row of `identity_step` says who took it and why. Functions take a session and never commit.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import insert, or_, select, update
from sqlmodel import Session

from tracker.domain import AccountRef
from tracker.store import lookup, registry, suspects, tables
from tracker.store.tables import table_of

Row = dict[str, Any]

_ACCOUNT, _STEP = table_of(tables.Account), table_of(tables.IdentityStep)


def merge(session: Session, account: Row, into: Row, *, by: str, reason: str, at: datetime) -> int:
    """Let `account` stand as `into`, which gets its names, and return the step.

    The status of `into` stays, unless nobody has assessed it and somebody has assessed the other.
    """
    known = {name.casefold() for name in (into["key"], *into["known_as"])}
    names = [
        name for name in dict.fromkeys((account["key"], *account["known_as"])) if name.casefold() not in known
    ]
    judged = into["status"] == "unassessed" and account["status"] != "unassessed"
    status = account["status"] if judged else into["status"]
    _set(session, account["id"], merged_into=into["id"])
    _set(session, into["id"], known_as=[*into["known_as"], *names], status=status)
    lookup.index(session, [account["id"], into["id"]])
    step = {"names": names, "status_before": into["status"] if judged else None}
    return _add(session, "merge", into, account, by=by, reason=reason, at=at, **step)


def split(session: Session, account: Row, ref: AccountRef, *, by: str, reason: str, at: datetime) -> int:
    """Make of a name that `account` was known by an account of its own, which nobody has assessed; return the step.

    What was collected stays with `account`; a claim follows the name that it is about.
    """
    names = [name for name in account["known_as"] if name.casefold() == ref.key.casefold()]
    _set(session, account["id"], known_as=[name for name in account["known_as"] if name not in names])
    lookup.index(session, [account["id"]])
    new = registry.resolve_account(session, ref, status="unassessed", at=at)
    other = registry.account(session, new) or {}
    return _add(session, "split", account, other, by=by, reason=reason, at=at, names=names)


def undo(session: Session, step: Row, *, by: str, reason: str, at: datetime) -> int:
    """Take a merge or a split back and return the step that says so."""
    account = registry.account(session, step["account_id"]) or {}
    other = registry.account(session, step["other_id"]) or {}
    if step["action"] == "merge":
        _set(session, other["id"], merged_into=None)
        kept = [name for name in account["known_as"] if name not in step["names"]]
        restored = step["status_before"] if account["status"] == other["status"] else None
        _set(session, account["id"], known_as=kept, status=restored or account["status"])
    else:
        _set(session, other["id"], merged_into=account["id"])
        _set(session, account["id"], known_as=list(dict.fromkeys([*account["known_as"], *step["names"]])))
    lookup.index(session, [account["id"], other["id"]])
    return _add(
        session, "undo", account, other, by=by, reason=reason, at=at, names=step["names"], undoes=step["id"]
    )


def step(session: Session, number: int) -> Row | None:
    """Return a step: the columns of `identity_step`, and `undone` (whether another step takes it back); or `None`."""
    found = session.execute(select(_STEP).where(_STEP.c.id == number)).mappings().first()
    if found is None:
        return None
    undone = session.execute(select(_STEP.c.id).where(_STEP.c.undoes == number)).scalar()
    return {**found, "undone": undone is not None}


def steps_of(session: Session, account_ids: list[int]) -> list[Row]:
    """Return the steps in which accounts stand, oldest first: those of `step`, with `account` and `other` by name."""
    asked = select(_STEP.c.id).where(
        or_(_STEP.c.account_id.in_(account_ids), _STEP.c.other_id.in_(account_ids))
    )
    rows = [
        found
        for number in session.execute(asked.order_by(_STEP.c.id)).scalars()
        if (found := step(session, number))
    ]
    ids = {row[side] for row in rows for side in ("account_id", "other_id")}
    names = {row["id"]: row["account"] for row in registry.accounts_with(session, ids)}
    return [{**row, "account": names[row["account_id"]], "other": names[row["other_id"]]} for row in rows]


def ids_of(session: Session, account_id: int) -> list[int]:
    """Return the id of an account and those of all that were merged into it, whose data are its own."""
    found = [account_id]
    for one in found:
        found += session.execute(select(_ACCOUNT.c.id).where(_ACCOUNT.c.merged_into == one)).scalars()
    return found


def merged(session: Session) -> dict[int, int]:
    """Return for each merged account the one that it stands as."""
    ids = session.execute(select(_ACCOUNT.c.id).where(_ACCOUNT.c.merged_into.is_not(None))).scalars().all()
    return {one: registry.standing(session, one) for one in ids}


def _set(session: Session, account_id: int, **values: Any) -> None:
    session.execute(update(_ACCOUNT).where(_ACCOUNT.c.id == account_id).values(**values))


def _add(
    session: Session,
    action: str,
    account: Row,
    other: Row,
    *,
    by: str,
    reason: str,
    at: datetime,
    **values: Any,
) -> int:
    row = {"at": at, "by": by, "action": action, "account_id": account["id"], "other_id": other["id"],
           "reason": reason, **values}  # fmt: skip
    number = int(session.execute(insert(_STEP).values(**row).returning(_STEP.c.id)).scalar_one())
    details = {
        "step": str(number),
        "account": account["account"],
        "other": other["account"],
        "reason": reason,
    }
    for subject in (account["account"], other["account"]):
        suspects.add_audit(session, actor=by, action=action, subject=subject, at=at, details=details)
    return number
