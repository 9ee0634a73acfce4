"""What people decided, for the lake: suspicions and their reviews, claims taken back, objections, merges and splits."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select
from sqlmodel import Session

from tracker.store import tables
from tracker.store.claims import Row
from tracker.store.tables import table_of

_SUSPECT, _REVIEW = table_of(tables.Suspect), table_of(tables.Review)
_DOCUMENT, _STEP = table_of(tables.Document), table_of(tables.IdentityStep)


def decisions(session: Session, claims: list[Row], accounts: list[Row]) -> list[Row]:
    """Return every decision with the columns of the lake's `decisions`, the oldest first.

    `claims` and `accounts` are rows of the lake. A decision about a claim is about the account that it speaks of; of
    a brand, about its first accepted account, else its first.
    """
    ids = _ids_of(session, accounts)
    names = {row["account_id"]: row["account"] for row in accounts}
    found = [*_suspicions(session), *_claim_steps(claims, ids), *_identity_steps(session, ids)]
    rows = []
    for row in found:
        account_id = _standing(row.pop("about"), ids)
        rows.append({**row, "account_id": account_id, "account": names.get(account_id or 0)})
    return sorted(rows, key=lambda row: (_moment(row["at"]), row["kind"], row["number"]))


def _suspicions(session: Session) -> list[Row]:
    """Return what was brought in and each step of its review; what was accepted has its relation, body and document."""
    asked = select(_SUSPECT, _DOCUMENT.c.publisher, _DOCUMENT.c.title, _DOCUMENT.c.published_on).join(
        _DOCUMENT, _SUSPECT.c.document_id == _DOCUMENT.c.id
    )
    known = {row["id"]: dict(row) for row in session.execute(asked).mappings()}
    bodies = {row.id: row for row in session.execute(select(table_of(tables.Organisation)))}
    stated = {row["id"]: row for row in session.execute(select(table_of(tables.Claim))).mappings()}
    rows = [
        _row("suspected", one["id"], one["submitted_at"], one, by=one["submitted_by"], reason=one["reason"])
        for one in known.values()
    ]
    for step in session.execute(select(_REVIEW)).mappings():
        suspicion, claim = known[step["suspect_id"]], stated.get(step["claim_id"])
        row = _row(_kind(dict(step)), step["id"], step["at"], suspicion, by=step["by"], reason=step["reason"])
        row["rival"] = step["rival"] or suspicion["rival"]
        if claim is not None:
            body = bodies.get(claim["object"])
            row |= {
                "claim_id": claim["id"],
                "predicate": claim["predicate"],
                "operator": body.name if body else claim["object"],
                "operator_native": body.native_name if body else None,
                "reason": claim["says"],
            }
        rows.append(row)
    return rows


def _kind(step: Mapping[str, Any]) -> str:
    if step["after"] != "under_review":
        return str(step["after"])
    return "taken_up" if step["before"] in ("suspected", "unassessed") else "reopened"


def _row(
    kind: str, number: int, at: datetime, suspicion: Mapping[str, Any], *, by: str, reason: str | None
) -> Row:
    return {
        "kind": kind, "number": number, "at": at, "about": suspicion["account_id"], "by": by, "reason": reason,
        "rival": suspicion["rival"], "document_id": suspicion["document_id"],
        "document": f"{suspicion['publisher']}: {suspicion['title']}", "document_date": suspicion["published_on"],
    }  # fmt: skip


def _claim_steps(claims: list[Row], ids: Mapping[Any, int]) -> list[Row]:
    """Return the withdrawals and the objections, each with the claim that it is about."""
    rows = []
    for claim in claims:
        side = "object" if claim["predicate"] == "pays_for" else "subject"
        said = {
            "about": ids.get((claim[f"{side}_type"], claim[side])), "claim_id": claim["id"],
            "predicate": claim["predicate"], "operator": claim["object_name"] or claim["object"],
            "document_id": claim["document_id"], "document": f"{claim['publisher']}: {claim['title']}",
            "document_date": claim["published_on"],
        }  # fmt: skip
        gone = claim["withdrawn"]
        if gone:
            rows.append({"kind": "claim_withdrawn", "number": gone["id"], "at": gone["at"], "by": gone["by"],
                         "reason": gone["reason"], **said})  # fmt: skip
        rows += [
            {"kind": "objection", "number": one["id"], "at": one["at"], "by": one["objector"], "reason": one["words"],
             "on": one["received_on"], **said}
            for one in claim["objections"]
        ]  # fmt: skip
    return rows


def _identity_steps(session: Session, ids: Mapping[Any, int]) -> list[Row]:
    names = {row.id: f"{row.platform}:{row.key}" for row in session.execute(select(table_of(tables.Account)))}
    return [
        {"kind": step["action"], "number": step["id"], "at": step["at"], "about": step["account_id"], "by": step["by"],
         "reason": step["reason"], "other_id": _standing(step["other_id"], ids), "other": names[step["other_id"]]}
        for step in session.execute(select(_STEP)).mappings()
    ]  # fmt: skip


def _ids_of(session: Session, accounts: list[Row]) -> dict[Any, int]:
    """Return the id of the account that a claim's node speaks of, and of the one that a merged account stands as."""
    found: dict[Any, int] = {}
    for row in sorted(accounts, key=lambda row: (row["status"] != "accepted", row["account_id"])):
        found[row["account_id"]] = found["account", row["account"]] = row["account_id"]
        if row["brand_id"]:
            found.setdefault(("brand", row["brand_id"]), row["account_id"])
    for account in session.execute(select(table_of(tables.Account))):
        stands = account.merged_into if account.merged_into is not None else account.id
        found.setdefault(account.id, stands)
        for key in (account.key, *account.known_as):
            found.setdefault(("account", f"{account.platform}:{key}"), found[account.id])
    return found


def _standing(number: int | None, ids: Mapping[Any, int]) -> int | None:
    seen: set[int] = set()
    while number is not None and number not in seen:
        seen.add(number)
        number = ids.get(number, number)
    return number


def _moment(at: datetime) -> datetime:
    return at if at.tzinfo else at.replace(tzinfo=UTC)
