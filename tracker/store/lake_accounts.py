"""The registry for the lake: one row per account with its present attribution, and one per claim."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from sqlmodel import Session, col, select

from tracker.registry import claims as rules
from tracker.store import tables
from tracker.store.claims import Row, all_claims, link_of
from tracker.store.lake_decisions import decisions
from tracker.store.lake_looks import known_looks, latest
from tracker.store.lake_organisations import known_organisations

_PREFERRED = ("operated_by", "part_of", "supervised_by", "pays_for", "same_as")

Claims = Mapping[rules.Node, list[Row]]


def registry_rows(session: Session) -> dict[str, list[Row]]:
    """Return the rows of the lake's tables of the registry, over one reading of the claims."""
    claims, looks = all_claims(session), known_looks(session)
    accounts = attributed_accounts(session, claims, looks)
    return {
        "accounts": accounts,
        "decisions": decisions(session, claims, accounts),
        "looks": looks,
        "claims": stated_claims(session, claims),
        "organisations": known_organisations(session, claims),
    }


def attributed_accounts(session: Session, claims: list[Row], looks: list[Row]) -> list[Row]:
    """Return every account that was not merged into another with the columns of the lake's `accounts`, ordered by id.

    The attribution is the claim about the account itself or else about its brand that nobody withdrew: `operated_by`
    before the weaker relations, the better grade first, then the earlier document. `disputed` says whether any claim
    about the account or its brand contradicts another; `withdrawn` and `objections` count theirs. `label` and
    `discloses` are what the latest of `looks` saw that could tell.
    """
    brands = {row.id: row for row in session.exec(select(tables.Brand))}
    organisations = {row.id: row for row in session.exec(select(tables.Organisation))}
    labels, named = latest(looks, "label"), latest(looks, "discloses")
    counts = select(tables.FollowerCount).order_by(col(tables.FollowerCount.id))
    followers = {row.account_id: row.as_published for row in session.exec(counts)}
    about, links = _by_subject(claims), [link_of(claim) for claim in claims if not claim["withdrawn"]]
    ways = rules.Ways(links)
    rows = []
    standing = select(tables.Account).where(col(tables.Account.merged_into).is_(None))
    for account in session.exec(standing.order_by(col(tables.Account.id))):
        brand = brands.get(account.brand_id or "")
        name = f"{account.platform}:{account.key}"
        own = [("account", one) for one in (name, *(f"{account.platform}:{key}" for key in account.known_as))]
        nodes = [*own, ("brand", account.brand_id or "")]
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
                "label": labels.get(account.id, {}).get("label"),
                "label_on": labels.get(account.id, {}).get("day"),
                "discloses": named.get(account.id, {}).get("discloses"),
                "followers": followers.get(account.id),
                "place": brand.place if brand else None,
                "url": account.url,
                **_standing(nodes, about),
                **_attribution(_best(nodes, about), organisations),
                **_top(ways.chain(nodes), organisations),
            }
        )
    return rows


def stated_claims(session: Session, claims: list[Row]) -> list[Row]:
    """Return the latest wording of every claim with the columns of the lake's `claims`, ordered by id."""
    native = {row.id: row.native_name for row in session.exec(select(tables.Organisation))}
    rows = sorted(claims, key=lambda claim: int(claim["id"]))
    return [_stated(claim, native) for claim in rows]


def _stated(claim: Row, native: Mapping[str, str | None]) -> Row:
    own: Row = next(iter(claim["items"]), {})
    gone = claim["withdrawn"] or {}
    return {
        **claim,
        "claim_id": claim["id"],
        "object_native": native.get(claim["object"]) if claim["object_type"] == "organisation" else None,
        "credibility": own.get("credibility"),
        "kind": own.get("kind"),
        "evidence": own.get("evidence"),
        "items": len(claim["items"]),
        "withdrawn": bool(gone),
        "withdrawn_on": gone["at"].date() if gone else None,
        "withdrawn_by": gone.get("by"),
        "withdrawn_reason": gone.get("reason"),
        "objections": len(claim["objections"]),
        "objection": "\n".join(
            f"{one['objector']} ({one['received_on']}): {one['words']}" for one in claim["objections"]
        )
        or None,
    }


def _by_subject(claims: list[Row]) -> defaultdict[rules.Node, list[Row]]:
    """Return the claims by whom they are about: of `pays_for` that is its object."""
    found: defaultdict[rules.Node, list[Row]] = defaultdict(list)
    for claim in claims:
        side = "object" if claim["predicate"] == "pays_for" else "subject"
        found[claim[f"{side}_type"], claim[side]].append(claim)
    return found


def _standing(nodes: list[rules.Node], about: Claims) -> Row:
    claims = [claim for node in nodes for claim in about.get(node, [])]
    return {
        "disputed": any(claim["disputed"] for claim in claims),
        "withdrawn": sum(claim["withdrawn"] is not None for claim in claims),
        "objections": sum(len(claim["objections"]) for claim in claims),
    }


def _best(nodes: list[rules.Node], about: Claims) -> Row | None:
    ranked = [
        claim
        for node in nodes
        for claim in about.get(node, [])
        if claim["predicate"] in _PREFERRED and not claim["withdrawn"]
    ]
    return min(ranked, key=_rank, default=None)


def _rank(claim: Row) -> tuple[int, int, int]:
    return _PREFERRED.index(claim["predicate"]), -rules.GRADES.index(claim["grade"]), int(claim["id"])


def _attribution(claim: Row | None, organisations: Mapping[str, tables.Organisation]) -> dict[str, Any]:
    if claim is None:
        return {}
    other = claim["subject"] if claim["predicate"] == "pays_for" else claim["object"]
    organisation = organisations.get(other)
    return {
        "operator": organisation.name if organisation else other,
        "operator_native": organisation.native_name if organisation else None,
        "predicate": claim["predicate"],
        "confidence": claim["grade"],
        "document_id": claim["document_id"],
        "document": f"{claim['publisher']}: {claim['title']}",
        "document_date": claim["published_on"],
    }


def _top(chain: rules.Chain, organisations: Mapping[str, tables.Organisation]) -> dict[str, Any]:
    """Return where the chain of claims ends, and how much it bears."""
    if not chain.links:
        return {}
    kind, name = chain.links[-1].object
    known = organisations.get(name) if kind == "organisation" else None
    return {"organ": known.name if known else name, "chain_confidence": chain.confidence}
