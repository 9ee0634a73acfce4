"""What rules and texts need to know of accounts: to whom they are attributed, by which document, on which lists."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from sqlmodel import Session

from tracker.alerting.rules import Facts
from tracker.store.lake_accounts import registry_rows

Row = Mapping[str, Any]
ATTRIBUTIONS: Mapping[str, str] = {
    "operated_by": "operated by",
    "part_of": "part of",
    "supervised_by": "supervised by",
    "pays_for": "paid for by",
}
"""What a document may say that makes a body stand behind an account; criticism, quotation and mention do not."""


def accounts(session: Session) -> tuple[dict[int, dict[str, Any]], dict[int, Facts]]:
    """Return the accounts with the columns of the lake's `accounts`, and what rules ask of them, both by id."""
    rows = registry_rows(session)
    about: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for claim in rows["claims"]:
        if not claim["withdrawn"]:
            about[claim["subject_type"], claim["subject"]].append(claim)
            about[claim["object_type"], claim["object"]].append(claim)
    by_id = {int(row["account_id"]): row for row in rows["accounts"]}
    return by_id, {number: _facts(row, about) for number, row in by_id.items()}


def _facts(row: Row, about: Mapping[tuple[str, str], list[Row]]) -> Facts:
    mine = [("account", row["account"]), ("brand", row["brand_id"] or "")]
    claims = [claim for node in mine for claim in about.get(node, [])]
    behind = [row.get("operator"), row.get("organ")] if row.get("predicate") in ATTRIBUTIONS else []
    for claim in claims:
        if claim["predicate"] in ATTRIBUTIONS:
            other = "subject" if claim["predicate"] == "pays_for" else "object"
            behind += [claim[other], claim.get(f"{other}_name")]
    return Facts(
        account=row["account"],
        brand_id=row["brand_id"],
        status=row["status"],
        bodies=frozenset(str(body).casefold() for body in behind if body),
        documents=frozenset(claim["document_id"] for claim in claims),
    )
