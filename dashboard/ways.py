"""Who is said to stand behind an account: the ways upwards, arrow by arrow, with the evidence of each link."""

from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup

from dashboard import components, evidence, tables, words

Shown = Mapping[str, Any]
Claim = Mapping[str, Any]

LEVELS = {"party": "Party", "state": "state"}
RULE = (
    "A link bears what its evidence gives: high needs two independent kinds, one of them documented or technical; "
    "moderate one of those; low anything less. A chain bears as much as its weakest link."
)


def line(shown: Shown) -> str:
    """Say how strong the chain is, or what is missing where nobody is named."""
    ways = [way for way in shown["ways"] if way["claims"]]
    if not ways:
        return "No document in the registry names an operator"
    documents = len({claim["document_id"] for way in ways for claim in way["claims"]})
    if len(ways) > 1:
        return (
            f"Disputed: documents name {len(ways)} operators; each way stands with its own confidence "
            f"· {words.count(documents, 'document')}"
        )
    return (
        f"Confidence of the chain is that of its weakest link: {ways[0]['confidence']} · "
        f"{words.count(len(ways[0]['claims']), 'link')} from {words.count(documents, 'document')}"
    )


def draw(shown: Shown, published: Sequence[str]) -> None:
    """Draw each way from the account to the organ, disputed ones below each other, and the evidence of each link.

    `published` are the payers of its ads as an ad repository named them.
    """
    ways = shown["ways"]
    disputed = sum(1 for way in ways if way["claims"]) > 1
    for way in ways:
        if disputed:
            components.table(_according(way))
        components.table(_chain(way, shown))
        if way["claims"]:
            components.table(_links(way["claims"]))
    components.table(_footer(shown, published))


def _according(way: Mapping[str, Any]) -> Markup:
    first = way["claims"][0]
    return Markup('<div class="it-way">{} {} <span>confidence of this way: {}</span></div>').format(
        tables.badge("disputed", "ochre"),
        Markup("according to <b>{}</b>, {}").format(
            first["publisher"], evidence.dated(first["published_on"])
        ),
        way["confidence"],
    )


def _chain(way: Mapping[str, Any], shown: Shown) -> Markup:
    parts = [_start(shown)]
    for claim in way["claims"]:
        parts.append(_arrow(claim))
        parts.append(_body(claim, shown["bodies"].get(claim["object"])))
    if not way["claims"]:
        parts.append(
            _node("nobody named", Markup("no document of the registry says who operates it"), "none")
        )
    return Markup('<div class="it-chain">{}</div>').format(Markup("").join(parts))


def _start(shown: Shown) -> Markup:
    account, brand = shown["account"], shown["brand"]
    name = (brand or {}).get("name") or account["name"] or account["handle"] or account["account"]
    where = dict.fromkeys(words.platform(row["platform"]) for row in shown["accounts"] if row)
    kind = "brand" if brand else "account"
    return _node(str(name), f"{kind} · {', '.join(where) or 'no account known'}")


def _body(claim: Claim, body: Mapping[str, Any] | None) -> Markup:
    known = body or {}
    facts = [known.get("native_name"), known.get("level"), known.get("place")]
    below = " · ".join(dict.fromkeys(str(fact) for fact in facts if fact))
    return _node(
        str(claim["object_name"] or claim["object"]), below or str(known.get("kind") or claim["object_type"])
    )


def _node(name: str, below: Any, kind: str = "") -> Markup:
    return Markup('<div class="it-node {}"><b>{}</b><span>{}</span></div>').format(kind, name, below)


def _arrow(claim: Claim) -> Markup:
    kinds = list(dict.fromkeys(item["kind"] for item in claim["items"]))
    told = f"{claim['grade']}: {', '.join(kinds) or 'no evidence kept'}"
    return Markup('<div class="it-arrow"><span>{}</span><span title="{}">{}</span></div>').format(
        evidence.predicate(claim), told, evidence.grade(claim["grade"])
    )


def _links(claims: Sequence[Claim]) -> Markup:
    """Return the evidence of each link, folded: one click opens it."""
    return Markup('<div class="it-links">{}</div>').format(
        Markup("").join(evidence.folded(claim, number=place) for place, claim in enumerate(claims, 1))
    )


def _footer(shown: Shown, published: Sequence[str]) -> Markup:
    claims = shown["claims"]
    documents = len({item["document_id"] for claim in claims for item in claim["items"]})
    objections = sum(len(claim["objections"]) for claim in claims)
    rivals = [claim["rival"] for claim in claims if claim["rival"] and not claim["withdrawn"]]
    withdrawn = sum(1 for claim in claims if claim["withdrawn"])
    counted = " · ".join(
        [
            words.count(documents, "document"), words.count(objections, "objection"),
            f"{words.count(len(rivals), 'rival explanation')} recorded", f"{withdrawn:,} withdrawn",
        ]
    )  # fmt: skip
    return Markup('<div class="it-caption">{}<b>{}</b>{}<br>{}</div>').format(
        _payers(claims, published), counted, _rivals(rivals), RULE
    )


def _payers(claims: Sequence[Claim], published: Sequence[str]) -> Markup:
    """Name who pays, as documents say and as ad repositories publish, and say that this is not who operates."""
    paying = [claim for claim in claims if claim["predicate"] == "pays_for" and not claim["withdrawn"]]
    named = dict.fromkeys(str(claim["subject_name"] or claim["subject"]) for claim in paying)
    said = [f"{', '.join(list(named)[:3])} (as documents say)"] if named else []
    said += [f"{', '.join(published[:3])} (as the ad repository published)"] if published else []
    if not said:
        return Markup("")
    return Markup("Ads paid by <b>{}</b>: a payer is not an operator.<br>").format("; ".join(said))


def _rivals(rivals: Sequence[str]) -> Markup:
    if not rivals:
        return Markup("<br>No rival explanation is recorded.")
    return Markup("<br>What else could explain it: {}").format(" · ".join(dict.fromkeys(rivals[:3])))
