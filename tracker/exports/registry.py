"""The registry as tables that may be published: accounts, claims, what they rest on, and what was answered."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from tracker import findings
from tracker.analysis.tables import Lake
from tracker.findings import Finding
from tracker.findings.publication import CAVEAT
from tracker.registry.pseudonyms import Pseudonyms

Row = Mapping[str, Any]

CLAIM = (
    "claim_id", "subject_type", "subject", "subject_name", "predicate", "object_type", "object", "object_name",
)  # fmt: skip
COLUMNS = {
    "claims": (
        *CLAIM, "valid_from", "valid_to", "grade", "disputed", "withdrawn", "withdrawn_on", "withdrawn_by",
        "withdrawn_reason", "evidence_items", "objections", "says", "place", "rival", "analyst", "document_id",
        "publisher", "title", "published_on", "document_url", "archived", "reliability",
    ),
    "evidence": (
        *CLAIM, "seq", "kind", "credibility", "place", "says", "document_id", "publisher", "title", "published_on",
        "document_url", "reliability", "archived", "evidence",
    ),
    "objections": (*CLAIM, "objection_id", "objector", "words", "received_on", "document_id"),
}  # fmt: skip
METHODS = {
    "claims": (
        "The latest wording of every claim of the registry. The grade is computed from the items of evidence by the "
        "published rule; a withdrawn claim stays with its reason and attributes nothing; contradicting claims are disputed."
    ),
    "evidence": "What each claim rests on, item by item: kind, credibility of the statement, reliability of the source.",
    "objections": "The right of reply: who objected to which claim, in their words, and when. It changes no grade.",
}


def tables(lake: Lake, claims: Iterable[Row], names: Pseudonyms) -> dict[str, Finding]:
    """Return the tables of the registry; `lake` is one to publish, `claims` are rows of the record as they are."""
    stated = sorted(claims, key=lambda claim: int(claim["id"]))
    rows = {
        "claims": [_claim(claim) for claim in stated],
        "evidence": [row for claim in stated for row in _evidence(claim)],
        "objections": [row for claim in stated for row in _objections(claim)],
    }
    made = {
        name: Finding(
            name=name, as_of=lake.as_of, n=len(found), coverage={}, method=METHODS[name], columns=COLUMNS[name],
            rows=[_plain(names.row(row), COLUMNS[name]) for row in found], caveats=(CAVEAT,), notice=lake.notice,
            evidence=tuple(sorted({row["evidence"] for row in found if row.get("evidence")})),
        )
        for name, found in rows.items()
    }  # fmt: skip
    run = {name: findings.run(name, lake) for name in ("accounts", "organisations")}
    known = {name: replace(found, caveats=(*found.caveats, CAVEAT)) for name, found in run.items()}
    return {**known, **made}


def _claim(claim: Row) -> dict[str, Any]:
    gone = claim["withdrawn"] or {}
    return {
        **claim,
        "claim_id": claim["id"],
        "document_url": claim["url"],
        "evidence_items": len(claim["items"]),
        "objections": len(claim["objections"]),
        "withdrawn": bool(gone),
        "withdrawn_on": gone["at"].date() if gone else None,
        "withdrawn_by": gone.get("by"),
        "withdrawn_reason": gone.get("reason"),
        "evidence": None,
    }


def _evidence(claim: Row) -> list[dict[str, Any]]:
    about = {name: claim["id"] if name == "claim_id" else claim[name] for name in CLAIM}
    return [{**item, **about, "document_url": item["url"]} for item in claim["items"]]


def _objections(claim: Row) -> list[dict[str, Any]]:
    about = {name: claim["id"] if name == "claim_id" else claim[name] for name in CLAIM}
    return [{**one, **about, "objection_id": one["id"]} for one in claim["objections"]]


def _plain(row: Row, columns: Iterable[str]) -> dict[str, Any]:
    """Return the columns of a row as values that JSON can hold."""
    return {name: _text(row.get(name)) for name in columns}


def _text(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date | datetime) else value
