"""What became of the claims about an account: contradicted, withdrawn, answered; and the claims themselves as a table."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from tracker.reports import words
from tracker.reports.accounts import stated
from tracker.reports.content import Column, Table
from tracker.reports.issue import ACCOUNT, Issue, typed

Claim = Mapping[str, Any]

COLUMNS = (
    ACCOUNT[0],
    *ACCOUNT[1:],
    Column("said", "the claim", "long", under=("source", "disputed_words", "withdrawn_words", "objection_words")),
    Column("source", "says", data=False),
    Column("grade", "grade", "word"),
    Column("items", "items of evidence", "count", missing="not counted"),
    Column("disputed_words", "disputed", missing="", data=False),
    Column("withdrawn_words", "withdrawn", missing="", data=False),
    Column("objection_words", "objections", missing="", data=False),
    Column("claim_id", "claim", "number", shown=False),
    *(
        Column(key, key.replace("_", " "), shown=False)
        for key in (
            "subject_type", "subject", "predicate", "object_type", "object", "object_name", "object_native", "says",
            "rival", "analyst", "publisher", "title", "place", "reliability", "credibility", "kind", "evidence",
        )
    ),
    *(Column(key, key.replace("_", " "), "date", shown=False) for key in ("published_on", "valid_from", "valid_to")),
    Column("disputed", "disputed", "word", shown=False),
    Column("withdrawn", "withdrawn", "word", shown=False),
    Column("withdrawn_on", "withdrawn on", "date", shown=False),
    Column("withdrawn_by", "withdrawn by", shown=False),
    Column("withdrawn_reason", "why it was withdrawn", shown=False),
    Column("objections", "objections", "number", shown=False),
    Column("objection", "what was objected", shown=False),
)  # fmt: skip


def cells(claims: Iterable[Claim]) -> dict[str, str | None]:
    """Return for an account what stands beside its attribution: `disputed`, `withdrawn`, `objections`."""
    found = list(claims)
    return {
        "disputed": disputed(found),
        "withdrawn": _joined(withdrawn(claim) for claim in found if claim["withdrawn"]),
        "objections": _joined(objections(claim) for claim in found if claim["objection"]),
    }


def disputed(claims: Iterable[Claim]) -> str | None:
    """Set the claims that contradict each other side by side, each with who makes it."""
    told = [
        f"{claim['publisher'] or 'a document'} says {stated(claim)}" for claim in claims if claim["disputed"]
    ]
    return f"disputed: {'; '.join(dict.fromkeys(told))}" if told else None


def withdrawn(claim: Claim) -> str:
    """Say which claim was withdrawn, when, by whom and why."""
    on = f" on {words.day(date.fromisoformat(claim['withdrawn_on'][:10]))}" if claim["withdrawn_on"] else ""
    by = f" by {claim['withdrawn_by']}" if claim["withdrawn_by"] else ""
    return f"withdrawn{on}{by}: “{stated(claim)}”. Reason: {claim['withdrawn_reason'] or 'not given'}"


def objections(claim: Claim) -> str:
    """Say who objected to a claim, when and in what words."""
    return f"objection to “{stated(claim)}”: {'; '.join(str(claim['objection']).splitlines())}"


def table(issue: Issue, account_ids: Iterable[int]) -> Table:
    """Return every claim about the accounts, withdrawn ones too, with what became of it."""
    rows = [
        _row(issue, account_id, claim)
        for account_id in account_ids
        for claim in issue.accounts.claims_about(account_id)
    ]
    gone = sum(1 for row in rows if row["withdrawn"] == "yes")
    answered = sum(1 for row in rows if row["objection"])
    return Table(
        name="claims",
        title="The claims about these accounts",
        columns=COLUMNS,
        rows=typed(rows, COLUMNS),
        said=(
            f"{words.counted(len(rows), 'claim')} about these accounts and their brands; {gone:,} withdrawn, "
            f"{sum(1 for row in rows if row['disputed'] == 'yes'):,} disputed, {answered:,} with an objection."
        ),
        method=(
            "The latest wording of each claim. The grade is computed from the items of evidence by the published rule; "
            "a withdrawn claim stays and attributes nothing; an objection is the right of reply and changes no grade."
        ),
        empty="No claim names these accounts or their brands.",
        evidence=tuple(sorted({row["evidence"] for row in rows if row["evidence"]})),
        limit=40,
    )


def _row(issue: Issue, account_id: int, claim: Claim) -> dict[str, Any]:
    return {
        **claim,
        **issue.account_cells(account_id),
        "said": stated(claim),
        "source": f"{claim['publisher'] or 'publisher not given'}: {claim['title'] or 'title not given'}",
        "disputed": "yes" if claim["disputed"] else "no",
        "disputed_words": "disputed by another claim" if claim["disputed"] else None,
        "withdrawn": "yes" if claim["withdrawn"] else "no",
        "withdrawn_words": withdrawn(claim) if claim["withdrawn"] else None,
        "objection_words": objections(claim) if claim["objection"] else None,
    }


def _joined(told: Iterable[str]) -> str | None:
    return " ".join(told) or None
