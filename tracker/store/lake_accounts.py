"""The registry as one row per account with its present attribution, for the lake."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from sqlmodel import Session, col, select

from tracker.store import tables

_PREFERRED = ("operated_by", "part_of", "supervised_by", "pays_for", "same_as")
_GRADES = {"high": 0, "moderate": 1, "low": 2}

Row = dict[str, Any]


def attributed_accounts(session: Session) -> list[Row]:
    """Return every account with the columns of the lake's `accounts`, ordered by id.

    The attribution is the claim about the account itself or else about its brand: `operated_by` before the weaker
    relations, the better grade first, then the earlier document.
    """
    brands = {row.id: row for row in session.exec(select(tables.Brand))}
    organisations = {row.id: row for row in session.exec(select(tables.Organisation))}
    documents = {row.id: row for row in session.exec(select(tables.Document))}
    claims = _claims_by_subject(session)
    labels = {
        row.account_id: row.state
        for row in session.exec(select(tables.LabelSeen).order_by(col(tables.LabelSeen.id)))
    }
    counts = select(tables.FollowerCount).order_by(col(tables.FollowerCount.id))
    followers = {row.account_id: row.as_published for row in session.exec(counts)}
    rows = []
    for account in session.exec(select(tables.Account).order_by(col(tables.Account.id))):
        brand = brands.get(account.brand_id or "")
        name = f"{account.platform}:{account.key}"
        claim = _best([*claims["account", name], *claims["brand", account.brand_id or ""]])
        rows.append(
            {
                "account_id": account.id,
                "account": name,
                "brand_id": account.brand_id,
                "brand": brand.name if brand else account.name,
                "platform": account.platform,
                "handle": account.handle,
                "name": account.name,
                "status": account.status,
                "label": labels.get(account.id),
                "followers": followers.get(account.id),
                "place": brand.place if brand else None,
                "url": account.url,
                **_attribution(claim, organisations, documents),
            }
        )
    return rows


def _claims_by_subject(session: Session) -> defaultdict[tuple[str, str], list[tables.Claim]]:
    """Return the claims by whom they are about: of `pays_for` that is its object."""
    found: defaultdict[tuple[str, str], list[tables.Claim]] = defaultdict(list)
    for claim in session.exec(select(tables.Claim).order_by(col(tables.Claim.id))):
        if claim.predicate == "pays_for":
            found[claim.object_type, claim.object].append(claim)
        else:
            found[claim.subject_type, claim.subject].append(claim)
    return found


def _best(claims: Sequence[tables.Claim]) -> tables.Claim | None:
    ranked = [claim for claim in claims if claim.predicate in _PREFERRED]
    return min(
        ranked,
        key=lambda claim: (_PREFERRED.index(claim.predicate), _GRADES.get(claim.grade, 3), claim.id or 0),
        default=None,
    )


def _attribution(
    claim: tables.Claim | None,
    organisations: Mapping[str, tables.Organisation],
    documents: Mapping[str, tables.Document],
) -> Row:
    if claim is None:
        return {}
    other = claim.subject if claim.predicate == "pays_for" else claim.object
    organisation = organisations.get(other)
    document = documents[claim.document_id]
    return {
        "operator": organisation.name if organisation else other,
        "operator_native": organisation.native_name if organisation else None,
        "predicate": claim.predicate,
        "confidence": claim.grade,
        "document_id": document.id,
        "document": f"{document.publisher}: {document.title}",
        "document_date": document.published_on,
    }
