"""What a reviewer does at the desk: decide about suspicions, withdraw claims, record objections.

The dashboard and the command line both come through here. The clock is an argument.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Engine
from sqlmodel import Session

from tracker.domain import Claim
from tracker.errors import BadInput
from tracker.registry import claims as rules
from tracker.registry import decisions
from tracker.store import claims, registry, suspects
from tracker.store import review as reviews
from tracker.store.engine import unit_of_work
from tracker.store.registry import Row


@dataclass(frozen=True, slots=True)
class Reviewed:
    """What a decision did: the account after it, the statuses it passed through, and the claim that it made."""

    account: Row
    steps: tuple[str, ...]
    claim_id: int | None


def review_queue(engine: Engine) -> list[Row]:
    """Return the accounts that wait for a decision, the longest first: the columns of `store.review.waiting`."""
    with Session(engine) as session:
        return reviews.waiting(session)


def decided(engine: Engine, *, limit: int = 50) -> list[Row]:
    """Return the latest decisions, latest first: the columns of `store.review.decided`."""
    with Session(engine) as session:
        return reviews.decided(session, limit=limit)


def review(engine: Engine, raw: Mapping[str, Any], *, now: datetime) -> Reviewed:
    """Decide about a suspicion: `suspect` (its id), `decision`, `by`, and `reason` or `rival` where they are needed.

    `seen`, the status that the reviewer saw, keeps two reviewers from deciding one after the other unawares.

    What is accepted becomes a claim of the suspicion's document with the reviewer as analyst. Raise `FormErrors` for
    wrong fields, and `BadInput` where the rules forbid the step: see `docs/claims.md`.
    """
    form = decisions.review_form(raw)
    with unit_of_work(engine) as session:
        suspect = reviews.suspect_for_review(session, form.suspect)
        if suspect is None:
            raise BadInput(f"there is no suspicion {form.suspect}", field="suspect")
        decisions.check_seen(form.seen, suspect["account_status"])
        steps = decisions.steps(suspect["account_status"], form.decision)
        claim_id = None
        if form.decision == "accepted":
            decisions.check_second_reader(form.by, reviews.proposers(session, suspect["account_id"]))
            claim_id = _accept(session, form, suspect, at=now)
        if form.decision == "withdrawn":
            for made in reviews.claims_by_review(session, suspect["account_id"]):
                _withdraw(session, made, by=form.by, reason=form.reason or "", at=now)
        reviews.add_steps(
            session,
            suspect,
            steps,
            by=form.by,
            reason=form.reason,
            rival=form.rival,
            claim_id=claim_id,
            at=now,
        )
        account = registry.account(session, suspect["account_id"]) or {}
    return Reviewed(account, steps, claim_id)


def withdraw_claim(engine: Engine, raw: Mapping[str, Any], *, now: datetime) -> Row:
    """Withdraw a claim (`claim`, `by`, `reason`) and return it; it stays, marked. Raise `FormErrors` or `BadInput`."""
    form = decisions.withdrawal_form(raw)
    with unit_of_work(engine) as session:
        known = _known_claim(session, form.claim)
        if known["withdrawn"]:
            raise BadInput(
                f"claim {form.claim} was withdrawn by {known['withdrawn']['by']} already", field="claim"
            )
        _withdraw(session, form.claim, by=form.by, reason=form.reason, at=now)
        return _known_claim(session, form.claim)


def object_to_claim(engine: Engine, raw: Mapping[str, Any], *, now: datetime) -> Row:
    """Attach an objection to a claim and return the claim.

    Fields: `claim`, `objector`, `words`, `received_on`, `by`, and a document if there is one. Raise `FormErrors`, or
    `BadInput` when there is no such claim.
    """
    form = decisions.objection_form(raw, today=now.date())
    with unit_of_work(engine) as session:
        _known_claim(session, form.claim)
        added = claims.add_objection(session, form.claim, form.value(), at=now)
        details = {"objection": str(added), "objector": form.objector}
        suspects.add_audit(
            session, actor=form.by, action="objected", subject=f"claim:{form.claim}", at=now, details=details
        )
        return _known_claim(session, form.claim)


def _accept(session: Session, form: decisions.ReviewForm, suspect: Row, *, at: datetime) -> int:
    """Make the claim that an accepted suspicion stands for, and return its id."""
    relation, operator = decisions.accepted_relation(form, suspect["predicate"], suspect["operator"])
    body = reviews.organisation_called(session, operator, note=f"Named in suspicion {suspect['id']}.")
    claim = Claim(
        "account", suspect["account"], relation, "organisation", body, suspect["document_id"],
        place=form.place or f"as named in suspicion {suspect['id']}", says=form.says or suspect["reason"],
        analyst=form.by, rival=form.rival, kind=form.kind, credibility=form.credibility,
    )  # fmt: skip
    rules.refuse_circle(rules.link(claim, 0, "low"), claims.links(session, {claim.subject}))
    claim_id = claims.save_claim(session, claim, at=at)
    if _known_claim(session, claim_id)["withdrawn"]:
        raise BadInput("this very claim was withdrawn before; name another place or document", field="place")
    return claim_id


def _withdraw(session: Session, claim_id: int, *, by: str, reason: str, at: datetime) -> None:
    """Withdraw a claim, unless it is withdrawn already."""
    if _known_claim(session, claim_id)["withdrawn"]:
        return
    claims.withdraw(session, claim_id, by=by, reason=reason, at=at)
    suspects.add_audit(
        session, actor=by, action="withdrew", subject=f"claim:{claim_id}", at=at, details={"reason": reason}
    )


def _known_claim(session: Session, claim_id: int) -> Row:
    found = claims.claim(session, claim_id)
    if found is None:
        raise BadInput(f"there is no claim {claim_id}", field="claim")
    return found
