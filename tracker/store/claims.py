"""Claims in the record: what they rest on, who withdrew them, who objected, and which contradict each other.

Functions take a session and never commit. A claim is added, reworded by adding, and withdrawn; it never vanishes.
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, func, insert, or_, select
from sqlmodel import Session

from tracker import domain
from tracker.registry import claims as rules
from tracker.store import tables
from tracker.store.tables import table_of
from tracker.store.writes import Counts, insert_all, insert_new

Row = dict[str, Any]

_CLAIM, _DOCUMENT = table_of(tables.Claim), table_of(tables.Document)
_ITEM, _WITHDRAWAL = table_of(tables.ClaimEvidence), table_of(tables.ClaimWithdrawal)
_OBJECTION, _ORGANISATION = table_of(tables.ClaimObjection), table_of(tables.Organisation)
_BRAND = table_of(tables.Brand)
ABOUT_DOCUMENT = [
    _DOCUMENT.c[name] for name in ("publisher", "title", "published_on", "url", "archived", "reliability")
]
_IDENTITY = (
    "subject_type", "subject", "predicate", "object_type", "object", "document_id", "place", "analyst", "valid_from", "valid_to",
)  # fmt: skip
_IN_CHUNK = 500


def save_claims(session: Session, claims: Iterable[domain.Claim], *, at: datetime) -> Counts:
    """Add the claims that are not there yet, graded by their evidence; their documents stand in the record already."""
    publishers = {
        row.id: row.publisher for row in session.execute(select(_DOCUMENT.c.id, _DOCUMENT.c.publisher))
    }
    wanted: dict[str, tuple[Row, tuple[domain.EvidenceItem, ...]]] = {}
    for claim in claims:
        row = _row_of(claim, rules.grade(claim.items, publishers))
        wanted[_digest(row, claim.items)] = (row, claim.items)
    known = set(session.execute(select(_CLAIM.c.digest)).scalars()) if wanted else set()
    new = {digest: found for digest, found in wanted.items() if digest not in known}
    rows = [{"digest": digest, **row, "added_at": at} for digest, (row, _) in new.items()]
    insert_all(session, tables.Claim, rows)
    ids = _ids(session, list(new))
    evidence = [
        _item_row(ids[digest], seq, item)
        for digest, (_, items) in new.items()
        for seq, item in enumerate(items)
    ]
    insert_all(session, tables.ClaimEvidence, evidence)
    return Counts(new=len(new), unchanged=len(wanted) - len(new))


def save_claim(session: Session, claim: domain.Claim, *, at: datetime) -> int:
    """Add one claim unless it is there already, and return its id."""
    save_claims(session, [claim], at=at)
    latest = [_CLAIM.c[name] == value for name, value in _identity_of(claim).items()]
    return int(session.execute(select(func.max(_CLAIM.c.id)).where(*latest)).scalar_one())


def claims_of(session: Session, subject_type: domain.SubjectType, *names: str) -> list[Row]:
    """Return the claims in which something stands, as subject or object, oldest document first.

    Only the latest wording of each. Columns: those of `claim` with the `grade` that its evidence gives; `publisher`,
    `title`, `published_on`, `url`, `archived`, `reliability` of the document; `subject_name` and `object_name` where
    that is an organisation or a brand; `items` (rows of evidence), `disputed`, `withdrawn` (`None`, or a row with `at`,
    `by`, `reason`) and `objections` (rows).
    """
    subject = and_(_CLAIM.c.subject_type == subject_type, _CLAIM.c.subject.in_(names))
    thing = and_(_CLAIM.c.object_type == subject_type, _CLAIM.c.object.in_(names))
    return _claims(session, or_(subject, thing), whole=False)


def claims_from(session: Session, subjects: Collection[tuple[str, str]]) -> list[Row]:
    """Return the claims about `subjects` (types and names), not those that name them: the columns of `claims_of`."""
    wanted = [and_(_CLAIM.c.subject_type == kind, _CLAIM.c.subject == name) for kind, name in subjects]
    return _claims(session, or_(*wanted), whole=False) if wanted else []


def all_claims(session: Session) -> list[Row]:
    """Return the latest wording of every claim, oldest document first: the columns of `claims_of`."""
    return _claims(session, whole=True)


def claim(session: Session, claim_id: int) -> Row | None:
    """Return the latest wording of the claim that has this id: the columns of `claims_of`, or `None`."""
    found = session.execute(select(_CLAIM).where(_CLAIM.c.id == claim_id)).mappings().first()
    if found is None:
        return None
    same = (_CLAIM.c.subject == found["subject"], _CLAIM.c.object == found["object"])
    rows = _claims(session, *same, whole=False)
    return next(row for row in rows if _identity(row) == _identity(dict(found)))


def links(session: Session, subjects: Collection[str] | None = None) -> list[rules.Link]:
    """Return the live claims as links: all, or those about `subjects` and about every brand and organisation."""
    columns = [_CLAIM.c.id, _CLAIM.c.grade, *(_CLAIM.c[name] for name in _IDENTITY)]
    asked = select(*columns).order_by(_CLAIM.c.id)
    if subjects is not None:
        asked = asked.where(or_(_CLAIM.c.subject_type != "account", _CLAIM.c.subject.in_(subjects)))
    rows = [dict(row) for row in session.execute(asked).mappings()]
    latest = {_identity(row): row for row in rows}
    gone = set(session.execute(select(_WITHDRAWAL.c.claim_id)).scalars())
    withdrawn = {_identity(row) for row in rows if row["id"] in gone}
    return [link_of(row) for identity, row in latest.items() if identity not in withdrawn]


def disputed(session: Session, subjects: Collection[str] | None = None) -> frozenset[int]:
    """Return the ids of the live claims that contradict each other: of all, or of those about `subjects`."""
    asked = select(_ORGANISATION.c.id).where(_ORGANISATION.c.kind == "unnamed")
    unnamed = {("organisation", name) for name in session.execute(asked).scalars()}
    return rules.disputed(links(session, subjects), unnamed=unnamed)


def link_of(row: Row) -> rules.Link:
    """Return a claim's row as a link."""
    return rules.Link(
        row["id"], (row["subject_type"], row["subject"]), row["predicate"], (row["object_type"], row["object"]),
        row["grade"], row["valid_from"], row["valid_to"],
    )  # fmt: skip


def withdraw(session: Session, claim_id: int, *, by: str, reason: str, at: datetime) -> None:
    """Note that a claim no longer stands; it stays, and every wording of it is withdrawn."""
    session.execute(insert(_WITHDRAWAL).values(claim_id=claim_id, by=by, reason=reason, at=at))


def add_objection(session: Session, claim_id: int, objection: domain.Objection, *, at: datetime) -> int:
    """Attach an objection to a claim and return its id."""
    document = objection.document
    if document:
        insert_new(session, tables.Document, [asdict(document)])
    row = {
        "claim_id": claim_id, "at": at, "objector": objection.objector, "words": objection.words,
        "received_on": objection.received_on, "entered_by": objection.entered_by,
        "document_id": document.id if document else None,
    }  # fmt: skip
    return int(session.execute(insert(_OBJECTION).values(**row).returning(_OBJECTION.c.id)).scalar_one())


def _claims(session: Session, *where: ColumnElement[bool], whole: bool) -> list[Row]:
    subject, thing = _names_of("subject"), _names_of("object")
    asked = (
        select(_CLAIM, *ABOUT_DOCUMENT, subject.label("subject_name"), thing.label("object_name"))
        .join(_DOCUMENT, _CLAIM.c.document_id == _DOCUMENT.c.id)
        .where(*where)
        .order_by(_DOCUMENT.c.published_on, _CLAIM.c.id)
    )
    found = [dict(row) for row in session.execute(asked).mappings()]
    wordings: defaultdict[tuple[Any, ...], list[int]] = defaultdict(list)
    for row in found:
        wordings[_identity(row)].append(row["id"])
    latest = [row for row in found if row["id"] == wordings[_identity(row)][-1]]
    _add_standing(session, latest, wordings, whole=whole)
    return latest


def _add_standing(
    session: Session, latest: list[Row], wordings: dict[tuple[Any, ...], list[int]], *, whole: bool
) -> None:
    """Fill in what became of each claim: its evidence and grade, withdrawal, objections, and whether it is disputed."""
    ids = None if whole else [claim_id for found in wordings.values() for claim_id in found]
    items, objections = _items(session, ids), _objections(session, ids)
    withdrawals = {row["claim_id"]: row for row in _of(session, _WITHDRAWAL, ids)}
    publishers = {row["document_id"]: row["publisher"] for found in items.values() for row in found}
    subjects = None if whole else {row["subject"] for row in latest}
    contradicting = disputed(session, subjects) if latest else frozenset()
    for row in latest:
        same = wordings[_identity(row)]
        row["items"] = items[row["id"]]
        row["grade"] = rules.grade([_item_of(item) for item in row["items"]], publishers)
        row["withdrawn"] = next((withdrawals[one] for one in same if one in withdrawals), None)
        row["objections"] = [objection for one in same for objection in objections[one]]
        row["disputed"] = row["id"] in contradicting


def _items(session: Session, ids: Sequence[int] | None) -> defaultdict[int, list[Row]]:
    """Return the evidence of each claim with the document's `publisher`, `title`, `published_on`, `reliability`."""
    about = [_DOCUMENT.c[name] for name in ("publisher", "title", "published_on", "url", "reliability")]
    asked = select(_ITEM, *about).join(_DOCUMENT, _ITEM.c.document_id == _DOCUMENT.c.id)
    found: defaultdict[int, list[Row]] = defaultdict(list)
    for some in _chunks(ids):
        one = asked if some is None else asked.where(_ITEM.c.claim_id.in_(some))
        for row in session.execute(one.order_by(_ITEM.c.claim_id, _ITEM.c.seq)).mappings():
            found[row["claim_id"]].append(dict(row))
    return found


def _objections(session: Session, ids: Sequence[int] | None) -> defaultdict[int, list[Row]]:
    """Return the objections to each claim with `publisher`, `title`, `published_on`, `url` of the document, if any."""
    about = [_DOCUMENT.c[name] for name in ("publisher", "title", "published_on", "url")]
    asked = select(_OBJECTION, *about).outerjoin(_DOCUMENT, _OBJECTION.c.document_id == _DOCUMENT.c.id)
    found: defaultdict[int, list[Row]] = defaultdict(list)
    for some in _chunks(ids):
        one = asked if some is None else asked.where(_OBJECTION.c.claim_id.in_(some))
        for row in session.execute(one.order_by(_OBJECTION.c.id)).mappings():
            found[row["claim_id"]].append(dict(row))
    return found


def _of(session: Session, table: Any, ids: Sequence[int] | None) -> list[Row]:
    """Return the rows of a table that belong to claims, in the order in which they came."""
    rows: list[Row] = []
    for some in _chunks(ids):
        asked = select(table) if some is None else select(table).where(table.c.claim_id.in_(some))
        rows += [dict(row) for row in session.execute(asked.order_by(table.c.id)).mappings()]
    return rows


def _chunks(ids: Sequence[int] | None) -> list[Sequence[int] | None]:
    if ids is None:
        return [None]
    return [ids[start : start + _IN_CHUNK] for start in range(0, len(ids), _IN_CHUNK)]


def _ids(session: Session, digests: Sequence[str]) -> dict[str, int]:
    """Return the id of each claim by its digest."""
    found: dict[str, int] = {}
    for start in range(0, len(digests), _IN_CHUNK):
        some = digests[start : start + _IN_CHUNK]
        asked = select(_CLAIM.c.digest, _CLAIM.c.id).where(_CLAIM.c.digest.in_(some))
        found.update({row.digest: row.id for row in session.execute(asked)})
    return found


def _names_of(side: str) -> ColumnElement[str | None]:
    """Return the name of the organisation or brand that stands on one side of a claim."""
    kind, name = _CLAIM.c[f"{side}_type"], _CLAIM.c[side]
    found = [
        select(table.c.name).where(kind == word, table.c.id == name).scalar_subquery()
        for word, table in (("organisation", _ORGANISATION), ("brand", _BRAND))
    ]
    return func.coalesce(*found)


def _row_of(claim: domain.Claim, grade: domain.Grade) -> Row:
    return {**_identity_of(claim), "says": claim.says, "rival": claim.rival, "grade": grade}


def _identity_of(claim: domain.Claim) -> Row:
    values = {name: getattr(claim, name) for name in _IDENTITY if name != "document_id"}
    return {**values, "document_id": claim.document}


def _identity(row: Row) -> tuple[Any, ...]:
    return tuple(row[name] for name in _IDENTITY)


def _digest(row: Row, items: Sequence[domain.EvidenceItem]) -> str:
    """Return what makes the same claim twice one row; one plain document counts as it did in the first schema."""
    plain = domain.EvidenceItem(row["document_id"], row["place"], row["says"])
    values = row if tuple(items) == (plain,) else {**row, "items": [asdict(item) for item in items]}
    return hashlib.sha256(json.dumps(values, default=str, sort_keys=True).encode()).hexdigest()


def _item_row(claim_id: int, seq: int, item: domain.EvidenceItem) -> Row:
    values = asdict(item)
    return {"claim_id": claim_id, "seq": seq, "document_id": values.pop("document"), **values}


def _item_of(row: Row) -> domain.EvidenceItem:
    return domain.EvidenceItem(
        row["document_id"], row["place"], row["says"], row["kind"], row["credibility"], row["archived"], row["evidence"]
    )  # fmt: skip
