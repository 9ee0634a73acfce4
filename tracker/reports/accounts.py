"""The accounts as a report speaks of them: by status, and with who attributed them and when."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from tracker.analysis.tables import Lake
from tracker.registry.groups import Group, group_of
from tracker.reports import words

Node = tuple[str, str]
"""What a claim is about: its type, and its address or id."""

PLATFORMS = {
    "x": "X", "youtube": "YouTube", "tiktok": "TikTok", "vk": "VK", "google": "Google Ads",
    "microsoft": "Microsoft Advertising",
}  # fmt: skip
RELATIONS = {
    "operated_by": "operated by",
    "part_of": "part of",
    "supervised_by": "supervised by",
    "pays_for": "paid for by",
    "same_as": "the same as",
}


@dataclass(frozen=True, slots=True)
class Accounts:
    """Every account of the lake by id, with the publisher of each document."""

    rows: Mapping[int, Mapping[str, Any]]
    publishers: Mapping[str, str]
    claims: Mapping[Node, Sequence[Mapping[str, Any]]] = field(default_factory=dict)

    def group(self, account_id: int | None) -> Group:
        """Say where an account is counted: only an accepted one is state-linked."""
        return group_of(self.status(account_id))

    def count(self, group: Group) -> int:
        """Count the accounts of a group."""
        return sum(1 for account_id in self.rows if self.group(account_id) == group)

    def status(self, account_id: int | None) -> str | None:
        """The status of an account; `None` for one that the registry does not have."""
        row = self.rows.get(account_id) if account_id is not None else None
        return None if row is None else row["status"]

    def name(self, account_id: int | None) -> str | None:
        """Name an account as a reader knows it: brand and platform, with the handle where one is known."""
        row = self.rows.get(account_id) if account_id is not None else None
        if row is None:
            return None
        outward = row["brand"] or row["name"] or row["handle"] or row["account"]
        handle = f" (@{row['handle']})" if row["handle"] and row["handle"] != outward else ""
        return f"{outward} · {PLATFORMS.get(row['platform'], row['platform'].title())}{handle}"

    def heading(self, account_id: int | None) -> str:
        """Name an account in one line with its status and attribution."""
        unnamed = "account not published" if account_id is None else "an account that is not in the registry"
        name = self.name(account_id) or unnamed
        status = (self.status(account_id) or "not assessed").replace("_", " ")
        return f"{name} — {status} — {self.attribution(account_id) or 'not attributed by any document'}"

    def name_of_key(self, key: str | None) -> str | None:
        """Name the account that findings call `key`, such as `x:example`."""
        return next(
            (self.name(account_id) for account_id, row in self.rows.items() if row["account"] == key), key
        )

    def attribution(self, account_id: int | None) -> str | None:
        """Say who attributed an account to its operator, and when; `None` where no document does."""
        row = self.rows.get(account_id) if account_id is not None else None
        if row is None or row["operator"] is None:
            return None
        publisher = self.publishers.get(row["document_id"]) or row["document"] or "a document"
        on = row["document_date"]
        dated = f" on {words.day(date.fromisoformat(on[:10]))}" if on else ", date not published"
        return f"attributed by {publisher}{dated}"

    def relation(self, account_id: int) -> str | None:
        """Say what the document says: `operated by China Internet News Center`."""
        row = self.rows[account_id]
        if row["operator"] is None:
            return None
        relation = RELATIONS.get(row["predicate"], str(row["predicate"]).replace("_", " "))
        native = f" ({row['operator_native']})" if row["operator_native"] else ""
        return f"{relation} {row['operator']}{native}"

    def claims_about(self, account_id: int) -> list[Mapping[str, Any]]:
        """Return the claims about an account and about its brand, withdrawn ones too."""
        row = self.rows[account_id]
        nodes = (("account", row["account"]), ("brand", row["brand_id"] or ""))
        return [claim for node in nodes for claim in self.claims.get(node, ())]

    def named(self, account_ids: Iterable[int | None]) -> list[str]:
        """The names of several accounts, each once, in alphabetical order."""
        return sorted({name for account_id in account_ids if (name := self.name(account_id))})


def read(lake: Lake) -> Accounts:
    """Read the accounts, and the claims with who published each document."""
    claims: defaultdict[Node, list[Mapping[str, Any]]] = defaultdict(list)
    publishers: dict[str, str] = {}
    for row in lake.rows(lake.tables["claims"].order_by("published_on", "claim_id")):
        side = "object" if row["predicate"] == "pays_for" else "subject"
        claims[row[f"{side}_type"], row[side]].append(row)
        if row["publisher"]:
            publishers[row["document_id"]] = row["publisher"]
    return Accounts(
        rows={row["account_id"]: row for row in lake.rows(lake.tables["accounts"].order_by("account_id"))},
        publishers=publishers,
        claims=claims,
    )


def stated(claim: Mapping[str, Any]) -> str:
    """Say what a claim says: `operated by China Internet News Center`."""
    other = "subject" if claim["predicate"] == "pays_for" else "object"
    relation = RELATIONS.get(claim["predicate"], str(claim["predicate"]).replace("_", " "))
    native = f" ({claim['object_native']})" if other == "object" and claim["object_native"] else ""
    return f"{relation} {claim[f'{other}_name'] or claim[other]}{native}"
