"""What an alert says: what changed, of whom, who attributes the account, on how many observations, and where to look.

Pure. Text of accounts is foreign: it is cut and freed of control characters. An account is said to be operated by somebody only
where it was accepted and a document says so.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from tracker.alerting.known import ATTRIBUTIONS
from tracker.registry.groups import group_of
from tracker.reports.sections.changes import LEAST_EXPECTED_FIRST as TYPES

SHOWN = 10
_LONGEST = 160
Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Told:
    """An alert in words: a title, lines that stand below it, and the snapshots that show it."""

    key: str
    at: datetime
    raised_at: datetime
    type: str
    title: str
    lines: tuple[str, ...]
    accounts: tuple[str, ...]
    n: int
    snapshots: tuple[str, ...]


def clean(text: object) -> str:
    """Return foreign text on one line, without control characters, and not longer than a line may be."""
    words = " ".join("".join(sign if sign.isprintable() else " " for sign in str(text)).split())
    return words if len(words) <= _LONGEST else f"{words[:_LONGEST]}…"


def told(
    alert: Row, changes: Sequence[Row], accounts: Mapping[int, Row], *, only: Sequence[int], base: str | None
) -> Told:
    """Return an alert in words, about the accounts in `only`; `base` is the address of the dashboard, for links."""
    mine = [row for row in changes if row["account_id"] is None or row["account_id"] in only]
    named = [accounts[one] for one in only if one in accounts]
    what = TYPES.get(alert["type"], str(alert["type"]).replace("_", " "))
    who = (
        clean(named[0]["account"]) if len(named) == 1 else f"{len(named)} accounts" if named else "no account"
    )
    many = f" ({len(mine)})" if len(mine) > 1 and len(named) == 1 else ""
    day = alert["at"].astimezone(UTC).date().isoformat()
    doubt = ("Not to be believed yet: too many accounts of one platform vanished in one run.",)
    lines = [
        *(doubt if alert["suspect"] else ()),
        *(_whose(row) for row in named[:SHOWN]),
        *_more(len(named) - SHOWN, "account"),
        *(_what(row, base) for row in mine[:SHOWN]),
        *_more(len(mine) - SHOWN, "observation"),
        f"n = {len(mine)} observed changes; dated by what was observed, not by when it was made.",
    ]
    snapshots = [row[side] for row in mine for side in ("snapshot_before", "snapshot_after")]
    return Told(
        key=alert["key"], at=alert["at"], raised_at=alert["raised_at"], type=alert["type"],
        title=f"{what}: {who}{many}, {day}", lines=tuple(lines),
        accounts=tuple(clean(row["account"]) for row in named), n=len(mine),
        snapshots=tuple(dict.fromkeys(snapshots)),
    )  # fmt: skip


def _whose(row: Row) -> str:
    """Say who attributes an account to whom, where somebody does, and how it stands."""
    name, group = clean(row["account"]), group_of(row["status"])
    if group == "control":
        return f"{name}: watched only for comparison"
    if group == "others":
        return (
            f"{name}: {clean(row['status']).replace('_', ' ')}; nothing is said here of who stands behind it"
        )
    predicate = ATTRIBUTIONS.get(str(row.get("predicate")))
    if predicate is None or not row.get("document"):
        return f"{name}: accepted; attributed to nobody on a document"
    dated = f", {row['document_date']}" if row.get("document_date") else ""
    disputed = "; disputed" if row.get("disputed") else ""
    return (
        f"{name}: attributed as {predicate} {clean(row['operator'])} by {clean(row['document'])}{dated} "
        f"(confidence {clean(row.get('confidence'))}{disputed})"
    )


def _what(row: Row, base: str | None) -> str:
    before, after = (clean(row[side]) if row[side] else "nothing" for side in ("before", "after"))
    field = f" {clean(row['field'])}:" if row["field"] else ":"
    moved = f"{field} {before} → {after}" if row["before"] or row["after"] else ""
    return f"- {clean(row['subject'])}{moved} [{evidence(row, base)}]"


def evidence(row: Row, base: str | None) -> str:
    """Return where both observations of a change are shown: an address, or what they are called in the record."""
    query = urlencode({"before": row["snapshot_before"], "id": row["snapshot_after"]})
    return (
        f"{base.rstrip('/')}/snapshot?{query}"
        if base
        else f"{row['snapshot_before']} → {row['snapshot_after']}"
    )


def _more(left: int, noun: str) -> tuple[str, ...]:
    return (f"and {left:,} more {noun}{'' if left == 1 else 's'}",) if left > 0 else ()
