"""Looks at profiles for the lake: those that were entered or read, and the labels that documents saw."""

from collections.abc import Iterable, Mapping
from datetime import UTC, date
from typing import Any

from sqlmodel import Session, col, select

from tracker.store import identity, profiles, seen_profiles, tables

Row = dict[str, Any]

PLATFORM = "platform"
_FIELDS = (
    "label", "label_words", "bio", "discloses", "discloses_words", "handle", "name", "entered_by", "evidence",
)  # fmt: skip


def known_looks(session: Session) -> list[Row]:
    """Return every look with the columns of the lake's `looks`: those of documents, then those at profiles, by id.

    A label that a document saw is dated by the day that it names, else by the day of the document. A merged account's
    looks are those of the account that it stands as. Each label of a labeler, which is not the platform's, stands in a row of
    its own with `issuer` and `mark` and without a `label`.
    """
    stands = identity.merged(session)
    seen = _of_profiles(session)
    rows = [*_of_documents(session), *seen, *_of_labelers(session, seen)]
    return [{**row, "account_id": stands.get(row["account_id"], row["account_id"])} for row in rows]


def latest(looks: Iterable[Mapping[str, Any]], field: str) -> dict[int, Row]:
    """Return the latest look at each account that looked at a field and could tell; undated ones come first."""
    found: dict[int, Row] = {}
    for look in looks:
        if look[field] in (None, "unknown"):
            continue
        known = found.get(look["account_id"])
        if known is None or _order(known) <= _order(look):
            found[look["account_id"]] = dict(look)
    return found


def _order(look: Mapping[str, Any]) -> tuple[date, bool]:
    return look["day"] or date.min, look["document_id"] is None


def _of_documents(session: Session) -> list[Row]:
    documents = {row.id: row for row in session.exec(select(tables.Document))}
    rows = session.exec(select(tables.LabelSeen).order_by(col(tables.LabelSeen.id)))
    return [
        {
            "look": f"label-{row.id}",
            "account_id": row.account_id,
            "day": row.on or documents[row.document_id].published_on,
            "observed_at": None,
            **dict.fromkeys(_FIELDS),
            "label": row.state,
            "label_words": row.words,
            "document_id": row.document_id,
            "document": f"{documents[row.document_id].publisher}: {documents[row.document_id].title}",
        }
        for row in rows
    ]


def _of_profiles(session: Session) -> list[Row]:
    return [
        {
            "look": row["snapshot"],
            "account_id": row["account_id"],
            "day": row["observed_at"].astimezone(UTC).date(),
            "observed_at": row["observed_at"].astimezone(UTC).replace(tzinfo=None),
            **{name: row[name] for name in _FIELDS},
            "document_id": None,
            "document": None,
        }
        for row in profiles.all_looks(session)
    ]


def _of_labelers(session: Session, looks: Iterable[Row]) -> list[Row]:
    """Return what labelers said in each look: a row a label, or one with an empty mark where one gave none."""
    by_snapshot = {row["look"]: row for row in looks}
    found = []
    for mark in seen_profiles.all_marks(session):
        look = by_snapshot.get(f"profile-{mark['snapshot_id']}")
        if look is not None and mark["issuer"] != PLATFORM:
            kept = {name: look[name] for name in ("look", "account_id", "day", "observed_at", "evidence")}
            found.append({**dict.fromkeys(look), **kept, "issuer": mark["issuer"], "mark": mark["value"]})
    return found
