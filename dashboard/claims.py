"""Who is said to stand behind a brand: the chain of claims, its channels, and what each document says."""

from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup

from dashboard import components, tables, words
from tracker import charts

Rows = Sequence[Mapping[str, Any]]

NO_ACCOUNT: Mapping[str, Any] = dict.fromkeys(
    ("account", "platform", "handle", "status", "operator", "operator_native", "document", "document_date")
)
"""What is known of the account of a brand of which no document names one."""
UPWARD = ("operated_by", "supervised_by", "part_of", "same_as")
GRADE_ORDER = {"high": 0, "moderate": 1, "low": 2}
GRADES = {"high": "green", "moderate": "blue", "low": "ochre"}
STATUSES = {
    "accepted": "blue",
    "suspected": "ochre",
    "under_review": "ochre",
    "rejected": "",
    "withdrawn": "",
}
PAID = "ads_paid_by"
LONGEST_CHAIN = 6
LISTED = 80
NONE_KNOWN = "no account known"


def brand_choices(accounts: Rows) -> dict[str, str]:
    """Return the brands of the registry by id, or by account where there is no brand, with their names in order."""
    named = {
        _key(row): f"{row['brand'] or row['account']}{'' if row['platform'] else f' ({NONE_KNOWN})'}"
        for row in accounts
    }
    return dict(sorted(named.items(), key=lambda pair: pair[1].casefold()))


def with_brands_alone(accounts: Rows, claims: Rows) -> list[Mapping[str, Any]]:
    """Return the accounts and, without a platform, each brand of which a document speaks but names no account."""
    known = {row["brand_id"] for row in accounts}
    sides = [
        (row, side) for row in claims for side in ("subject", "object") if row[f"{side}_type"] == "brand"
    ]
    alone: dict[str, Mapping[str, Any]] = {}
    for row, side in sides:
        if row[side] not in known:
            upward = side == "subject" and row["predicate"] in UPWARD
            said = _said(row) if upward else {}
            named = {"brand_id": row[side], "brand": row.get(f"{side}_name") or row[side]}
            alone[row[side]] = {**NO_ACCOUNT, **alone.get(row[side], {}), **named, **said}
    return [*accounts, *alone.values()]


def _said(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "operator": _object_name(row), "operator_native": row.get("object_native"), "document": row["title"],
        "document_date": row["published_on"],
    }  # fmt: skip


def opens_with(accounts: Rows, claims: Rows, payers: Rows) -> str:
    """Return the brand that the page opens with: whose ads are most, or else the longest chain of claims."""
    paid = [row["account"] for row in payers if row["account"]]
    for row in accounts:
        if paid and row["account"] == paid[0]:
            return _key(row)
    chains = {brand: len(_chain(brand, accounts, claims)) for brand in brand_choices(accounts)}
    return max(chains, key=lambda brand: chains[brand])


def chain_line(brand: str, accounts: Rows, claims: Rows) -> str:
    """Say how strong the chain is: as strong as its weakest link."""
    links = _chain(brand, accounts, claims)
    if not links:
        return "No document names an operator"
    if links[0]["predicate"] == PAID:
        return "A document says who paid for its ads; a payer is not an operator"
    weakest = next(
        (grade for grade in ("low", "moderate", "high") if any(row["grade"] == grade for row in links)), ""
    )
    documents = len({row["document_id"] for row in links})
    return (
        f"Confidence of the chain is that of its weakest link: {weakest} · "
        f"{words.count(len(links), 'link')} from {words.count(documents, 'document')}"
    )


def chain(brand: str, accounts: Rows, claims: Rows) -> None:
    """Draw the brand and, arrow by arrow, who is said to operate and supervise it."""
    own = [row for row in accounts if _key(row) == brand]
    links = _chain(brand, accounts, claims)
    platforms = ", ".join(
        dict.fromkeys(words.platform(row["platform"]) if row["platform"] else NONE_KNOWN for row in own)
    )
    parts = [_node(str(own[0]["brand"] or own[0]["account"]), f"brand · {platforms}")]
    for row in links:
        parts.append(_arrow(row))
        parts.append(_node(_object_name(row), row.get("object_native") or str(row["object_type"])))
    components.table(Markup('<div class="it-chain">{}</div>').format(Markup("").join(parts)))
    if links:
        first = links[0]
        components.caption("Attributed", f"{_by(first)}. {_rival(links)}")
    else:
        components.caption("Nobody attributed it", "in a document that is in the registry.")


def channels(brand: str, accounts: Rows) -> None:
    """Draw the accounts of a brand with what documents gave of them."""
    body = [
        (
            words.platform(str(row["platform"])),
            charts.shortened(str(row["handle"]), 40)
            if row["handle"]
            else Markup('<span class="it-none">no document gives it</span>'),
            row["followers"],
            charts.LABEL_WORDS.get(row["label"] or "unknown", "not checked"),
            _status(row["status"]),
        )
        for row in accounts
        if _key(row) == brand and row["platform"]
    ]
    if not body:
        components.empty(
            "No account known", "Documents speak of this brand, but none of them names an account of it.",
            small=True,
        )  # fmt: skip
        return
    components.table(tables.html(("platform", "handle", "followers", "label", "status"), body))


def statements(brand: str, accounts: Rows, claims: Rows) -> None:
    """Draw every claim about a brand and its accounts, with who made it and where it stands."""
    about = _names(brand, accounts)
    mine = [row for row in claims if row["subject"] in about or row["object"] in about]
    if not mine:
        components.empty("No claim", "No document in the registry says anything of this account.", small=True)
        return
    names = {str(row["account"]): words.account(row) for row in accounts if row["account"]}
    body = [
        (
            Markup("<b>{}</b><br><span class='it-none'>{}</span>").format(
                row["publisher"], _dated(row["published_on"])
            ),
            Markup("{}<br>{}<br><span class='it-none'>{}</span>{}").format(
                _sentence(row, about, names), row["says"], row["place"], _standing(row)
            ),
            _grade(row["grade"]),
        )
        for row in mine
    ]
    components.table(tables.html(("document", "says", "grade"), body))


def _standing(row: Mapping[str, Any]) -> Markup:
    """Say beside a claim that it was withdrawn, is disputed, or met an objection."""
    said = []
    if row.get("withdrawn"):
        said.append(
            f"withdrawn by {row['withdrawn_by']} on {_dated(row['withdrawn_on'])}: {row['withdrawn_reason']}"
        )
    if row.get("disputed"):
        said.append("disputed: another document names another body")
    if row.get("objections"):
        said.append(f"{words.count(int(row['objections']), 'objection')}, the latest: {row['objection']}")
    return Markup("").join(Markup("<br><b>{}</b>").format(words_) for words_ in said)


def _sentence(row: Mapping[str, Any], about: set[str], names: Mapping[str, str]) -> str:
    """Return a claim as subject, predicate and object; the brand itself is left out where it is the subject."""
    subject = "" if row["subject"] in about else str(row.get("subject_name") or row["subject"])
    thing = names.get(str(row["object"])) or _object_name(row)
    return f"{subject} {str(row['predicate']).replace('_', ' ')} {thing}".strip()


def directory_line(accounts: Rows) -> str:
    """Say how many accounts are listed and of how many brands no account is known."""
    alone = sum(1 for row in accounts if not row["platform"])
    listed = words.count(len(accounts) - alone, "account")
    more = f" · of {words.count(alone, 'brand')} no document names an account" if alone else ""
    return f"{listed}, each with its status and its document{more}"


def directory(accounts: Rows) -> None:
    """Draw the seed list, a line for each brand: where it is, what status, attributed to whom and by which document."""
    brands: dict[str, list[Mapping[str, Any]]] = {}
    for row in sorted(accounts, key=lambda row: str(row["brand"] or row["account"]).casefold()):
        brands.setdefault(_key(row), []).append(row)
    body = [_brand_line(rows) for rows in list(brands.values())[:LISTED]]
    head = ("brand", "accounts", "status", "attributed to", "by the document")
    components.table(tables.html(head, body, classes=("", "", "keep")))
    if len(brands) > LISTED:
        components.caption(f"{len(brands) - LISTED:,} more brands", "stand in the rows.")


def _brand_line(rows: Rows) -> Sequence[Any]:
    row = rows[0]
    where = Markup(", ").join(
        Markup("{} <span class='it-none'>{}</span>").format(
            words.platform(str(one["platform"])),
            tables.shown(one["handle"], 30) if one["handle"] else "no handle given",
        )
        for one in rows
        if one["platform"]
    )
    named = Markup("{} <span class='it-none'>{}</span>").format(row["operator"], row["operator_native"] or "")
    document = Markup("{} <span class='it-none'>{}</span>").format(
        tables.shown(row["document"] or "no document", 60), _dated(row["document_date"])
    )
    statuses = Markup(" ").join(
        _status(status) for status in dict.fromkeys(one["status"] for one in rows if one["platform"])
    )
    return (
        tables.shown(row["brand"] or row["account"], 50),
        where or tables.badge(NONE_KNOWN),
        statuses or Markup("–"),
        named if row["operator"] else None,
        document,
    )


def _key(row: Mapping[str, Any]) -> str:
    return str(row.get("brand_id") or row["account"])


def _names(brand: str, accounts: Rows) -> set[str]:
    """Return what claims may call a brand: its id and the addresses of its accounts."""
    return {brand, *(str(row["account"]) for row in accounts if _key(row) == brand and row["account"])}


def _chain(brand: str, accounts: Rows, claims: Rows) -> list[Mapping[str, Any]]:
    """Return the claims that lead from a brand upwards, each from where the last one ended."""
    at, seen = _names(brand, accounts), set[str]()
    links: list[Mapping[str, Any]] = []
    while len(links) < LONGEST_CHAIN:
        onward = [
            row
            for row in claims
            if row["subject"] in at
            and row["predicate"] in UPWARD
            and row["object"] not in seen
            and not row.get("withdrawn")
        ]
        if not onward:
            return links or _paid_for(at, claims)
        best = min(
            onward,
            key=lambda row: (
                UPWARD.index(row["predicate"]),
                GRADE_ORDER.get(row["grade"], 3),
                row["claim_id"],
            ),
        )
        links.append(best)
        seen |= at
        at = {best["object"]}
    return links


def _paid_for(names: set[str], claims: Rows) -> list[Mapping[str, Any]]:
    """Return who is said to pay for the ads of an account that nobody is said to operate, as one link."""
    paying = [
        row
        for row in claims
        if row["object"] in names and row["predicate"] == "pays_for" and not row.get("withdrawn")
    ]
    return [
        {**row, "predicate": PAID, "object_name": row.get("subject_name") or row["subject"], "object_native": None,
         "object_type": row["subject_type"]}
        for row in paying[:1]
    ]  # fmt: skip


def _object_name(row: Mapping[str, Any]) -> str:
    return str(row.get("object_name") or row["object"])


def _node(name: str, below: str) -> Markup:
    return Markup('<div class="it-node"><b>{}</b><span>{}</span></div>').format(name, below)


def _arrow(row: Mapping[str, Any]) -> Markup:
    return Markup('<div class="it-arrow"><span>{}</span>{}</div>').format(
        str(row["predicate"]).replace("_", " "), _grade(row["grade"])
    )


def _by(row: Mapping[str, Any]) -> str:
    return f"by {row['publisher']}, {'on ' + words.day(row['published_on']) if row['published_on'] else 'no date given'}"


def _rival(links: Rows) -> str:
    rivals = [str(row["rival"]) for row in links if row["rival"]]
    if not rivals:
        return "No rival explanation is recorded."
    return f"{words.count(len(rivals), 'rival explanation')} recorded: {rivals[0]}"


def _dated(value: Any) -> str:
    return words.day(value) if value else "no date"


def _grade(grade: str | None) -> Markup:
    return tables.badge(grade or "not graded", GRADES.get(grade or "", ""))


def _status(status: str | None) -> Markup:
    return tables.badge((status or "unassessed").replace("_", " "), STATUSES.get(status or "", ""))
