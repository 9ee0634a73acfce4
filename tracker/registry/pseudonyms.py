"""Names for those who are not accepted accounts, in whatever is published: stable in one store, never to be tried out.

Only accounts that are accepted, and outlets that are watched for comparison, are named. Everybody else, in the registry
or not, is called by an HMAC-SHA256 under a key that never leaves the record. Pure.
"""

import hmac
from collections.abc import Collection, Iterable, Mapping
from hashlib import sha256
from typing import Any

from tracker.registry.disguise import Disguise, Names, folded

PUBLIC = frozenset({"accepted", "control"})
"""The statuses under which an account is named in what is published."""

AS_IT_IS = frozenset({
    "evidence", "sha256", "source", "code", "parent", "coder", "outcome", "kind", "kinds", "polarity", "platform",
    "status", "account_status", "predicate", "relation", "type", "item_type", "grade", "confidence", "section",
    "country", "month", "iso_week", "sought_as", "snapshot_before", "snapshot_after", "outcomes", "subject_type", "object_type",
})  # fmt: skip
"""Columns that hold our own words, numbers or hashes."""

_OWN_NAMES = ("handle", "name", "advertiser_name")
_OWN_ADDRESSES = ("url", "creative_url", "landing_url", "post")
_AUDIENCE = "follower_lookalike"
_DIGITS = 12

Row = Mapping[str, Any]


class Pseudonyms:
    """What everyone in a store is called in public, and the rows and texts of it with those names in place.

    `accounts` are rows with `account_id`, `account`, `platform`, `handle`, `name`, `brand_id`, `brand`, `url`,
    `status`; `also_known` holds further names of accounts by id: earlier handles, ids of the platform.
    """

    def __init__(
        self, key: bytes, accounts: Iterable[Row], also_known: Mapping[int, Collection[str]] | None = None
    ) -> None:
        self._key = key
        rows, further = list(accounts), also_known or {}
        public = [row for row in rows if row["status"] in PUBLIC]
        self._brands = {row["brand_id"] for row in public} - {None}
        self._hidden = {row["account_id"]: row for row in rows if row["status"] not in PUBLIC}
        self._ids = {
            folded(f"{row['platform']}:{name}"): row["account_id"]
            for row in rows
            for name in (row["account"].partition(":")[2], *further.get(row["account_id"], ()))
        }
        own = {number: self._names_of(row, further.get(number, ())) for number, row in self._hidden.items()}
        named = (
            name
            for row in public
            for name in (*_names(row, further.get(row["account_id"], ())), row["brand"] or "")
            if name
        )
        words = (
            row.get(name) for row in public for name in ("brand", "operator", "operator_native", "place")
        )
        nobody = {number for number, row in self._hidden.items() if row["status"] == "unassessed"}
        self._disguise = Disguise(own, Names.of(named, words), self._digest, unassessed=nobody)

    def of_account(self, account_id: int | None) -> str | None:
        """Return what an account is called in public, or `None` for one that is named as it is."""
        return None if account_id not in self._hidden else self._digest("account", str(account_id))

    def text(self, text: str, about: Collection[int] = ()) -> str:
        """Return a text in which nobody who is not public can be recognised by a name, an address or a mention.

        In a text `about` some accounts even their shortest names are replaced, and every address is withheld.
        """
        return self._disguise.text(text, frozenset(about))

    def row(self, row: Row) -> dict[str, Any]:
        """Return a row of a finding or of the lake with every name in it that is not public replaced."""
        about = self._about(row)
        own = {} if _is_claim(row) else self._own(row, next(iter(about), None))
        return {
            name: own[name] if name in own and value is not None else self._value(name, value, row, about)
            for name, value in row.items()
        }

    def _value(self, name: str, value: Any, row: Row, about: frozenset[int]) -> Any:
        if isinstance(value, Mapping):
            return self.row(value)
        if isinstance(value, list | tuple):
            return [self._value(name, one, row, about) for one in value]
        if not isinstance(value, str) or name in AS_IT_IS:
            return value
        if self._is_audience(name, row):
            return self._disguise.mention(value)
        if name in ("subject", "object") and row.get(f"{name}_type") in ("account", "brand"):
            return self._node(row[f"{name}_type"], value)
        side = name.removesuffix("_name")
        if name in ("subject_name", "object_name") and row.get(f"{side}_type") == "brand":
            return value if row[side] in self._brands else self._node("brand", row[side])
        return self._disguise.text(value, about)

    def _is_audience(self, name: str, row: Row) -> bool:
        """Say whether a cell names somebody whose followers were sought."""
        if name == "handle":
            return "polarity" in row
        return name in ("value", "as_published") and row.get("kind") == _AUDIENCE

    def _own(self, row: Row, account_id: int | None) -> dict[str, str]:
        """Return what stands in the columns that name the account which a row is about, if it is not public."""
        pseudonym = self.of_account(account_id)
        if pseudonym is None or account_id is None:
            return {}
        known = self._hidden[account_id]
        names = [name for name in _OWN_NAMES if not self._is_audience(name, row)]
        shared = known["brand_id"] in self._brands or known["brand_id"] is None
        brand = pseudonym if shared else self._node("brand", known["brand_id"])
        address = self._disguise.withheld(pseudonym)
        subject = {"subject": address} if "snapshot_after" in row else {}
        return {
            **dict.fromkeys(names, pseudonym), **dict.fromkeys(_OWN_ADDRESSES, address), **subject,
            "account": f"{known['platform']}:{pseudonym}", "brand": brand, "brand_id": brand,
        }  # fmt: skip

    def _about(self, row: Row) -> frozenset[int]:
        """Return the accounts that a row speaks of and that are not public."""
        if _is_claim(row):
            sides = ((row["subject_type"], row["subject"]), (row["object_type"], row["object"]))
            return frozenset(number for side in sides for number in self._of_node(*side))
        number = row.get("account_id")
        if number is None and isinstance(row.get("account"), str):
            number = self._ids.get(folded(row["account"]))
        return frozenset({number} if isinstance(number, int) and number in self._hidden else ())

    def _of_node(self, kind: str, name: str) -> set[int]:
        if kind == "brand" and name not in self._brands:
            return {number for number, row in self._hidden.items() if row["brand_id"] == name}
        return {self._ids.get(folded(name), -1)} & self._hidden.keys() if kind == "account" else set()

    def _node(self, kind: str, name: str) -> str:
        """Return what an account or a brand that a claim names is called in public."""
        if kind == "brand":
            return name if name in self._brands else self._digest("brand", name)
        number = self._ids.get(folded(name))
        if number is not None:
            pseudonym = self.of_account(number)
            return name if pseudonym is None else f"{self._hidden[number]['platform']}:{pseudonym}"
        platform, _, key = name.partition(":")
        return f"{platform}:{self._disguise.mention(key)}"

    def _names_of(self, row: Row, further: Collection[str]) -> tuple[str, list[str]]:
        return self._digest("account", str(row["account_id"])), [
            *_names(row, further),
            *([row["brand"], row["brand_id"]] if row["brand_id"] not in self._brands else []),
        ]

    def _digest(self, kind: str, name: str) -> str:
        digest = hmac.new(self._key, f"{kind}:{name}".encode(), sha256).hexdigest()
        return f"{kind.partition(' ')[0]}-{digest[:_DIGITS]}"


def _is_claim(row: Row) -> bool:
    return {"subject_type", "subject", "object_type", "object"} <= row.keys()


def _names(row: Row, further: Collection[str]) -> list[str]:
    """Return what an account goes by, without the `~` of one whose handle no document gives."""
    key = row["account"].partition(":")[2]
    return [name.removeprefix("~") for name in (key, row["handle"], row["name"], *further) if name]
