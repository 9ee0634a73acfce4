"""Reads one snapshot of the record with all that stands behind it: account, numbers, criteria, query, evidence.

A change names its snapshots `ad-12` (of an ad), `post-12` (of a post), `listing-12` (one answer of a source) and
`profile-12` (a look at a profile).
"""

from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlmodel import Session, SQLModel, col

from tracker.store import registry, tables

Row = dict[str, Any]

AD_FIELDS = (
    "advertiser_name", "beneficiary", "payer", "text", "creative_url", "landing_url", "posted_at", "first_shown",
    "last_shown", "status", "removal",
)  # fmt: skip
POST_FIELDS = ("text", "url", "section", "published_at", "published_as_printed")
PROFILE_FIELDS = (
    "label", "label_words", "bio", "discloses", "discloses_words", "handle", "name", "entered_by",
)  # fmt: skip
LISTING_FIELDS = ("source", "series", "country", "section", "covers_from", "covers_to", "outcome", "shown")


def ad(session: Session, number: int) -> Row | None:
    """Return the snapshot of an ad: `kind`, `observed_at`, `subject`, `values`, `extra`, `metrics`, `targets`, `line` and what `_behind` adds."""
    snapshot = session.get(tables.AdSnapshot, number)
    if snapshot is None:
        return None
    of = _required(session, tables.Ad, snapshot.ad_id)
    return {
        "kind": "ad",
        "observed_at": snapshot.observed_at,
        "subject": snapshot.creative_url or snapshot.landing_url or of["key"],
        "values": {name: getattr(snapshot, name) for name in AD_FIELDS},
        "extra": dict(snapshot.extra),
        "metrics": _metrics(session, snapshot.id),
        "targets": _targets(session, snapshot.targeting_set_id),
        "line": snapshot.line,
        "others": _others(session, "ad", tables.AdSnapshot, col(tables.AdSnapshot.ad_id) == snapshot.ad_id),
        **_behind(session, snapshot.listing_id, of["account_id"]),
    }


def post(session: Session, number: int) -> Row | None:
    """Return the snapshot of a post, as `ad` does; the record keeps no line of a post."""
    snapshot = session.get(tables.PostSnapshot, number)
    if snapshot is None:
        return None
    of = _required(session, tables.Post, snapshot.post_id)
    return {
        "kind": "post",
        "observed_at": snapshot.observed_at,
        "subject": of["url"] or of["key"],
        "values": {name: snapshot.text if name == "text" else of[name] for name in POST_FIELDS},
        "extra": {},
        "metrics": [],
        "targets": [],
        "line": None,
        "others": _others(
            session, "post", tables.PostSnapshot, col(tables.PostSnapshot.post_id) == snapshot.post_id
        ),
        **_behind(session, snapshot.listing_id, of["account_id"]),
    }


def listing(session: Session, number: int) -> Row | None:
    """Return one answer of a source, as `ad` does: what was asked about and how many items it showed."""
    found = session.get(tables.Listing, number)
    if found is None:
        return None
    behind = _behind(session, found.id, found.account_id)
    shown = select(func.count()).where(col(tables.Sighting.listing_id) == found.id)
    values = found.model_dump() | {
        "source": behind["query"]["source"],
        "shown": session.execute(shown).scalar_one(),
    }
    return {
        "kind": "listing",
        "observed_at": found.observed_at,
        "subject": found.series,
        "values": {name: values[name] for name in LISTING_FIELDS},
        "extra": {},
        "metrics": [],
        "targets": [],
        "line": None,
        "others": [],
        **behind,
    }


def profile(session: Session, number: int) -> Row | None:
    """Return a look at a profile, as `ad` does; no listing stands behind it."""
    found = session.get(tables.ProfileSnapshot, number)
    if found is None:
        return None
    same = col(tables.ProfileSnapshot.account_id) == found.account_id
    behind = _asked(session, found.query_id, found.account_id)
    return {
        "kind": "profile",
        "observed_at": found.observed_at,
        "subject": (behind["account"] or {}).get("account"),
        "values": {name: getattr(found, name) for name in PROFILE_FIELDS},
        "extra": {},
        "metrics": [],
        "targets": [],
        "line": None,
        "others": _others(session, "profile", tables.ProfileSnapshot, same),
        "listing": None,
        **behind,
    }


def _behind(session: Session, listing_id: int, account_id: int | None) -> Row:
    """Return what `_asked` does and `listing`, its id."""
    query_id = _required(session, tables.Listing, listing_id)["query_id"]
    return {"listing": listing_id, **_asked(session, query_id, account_id)}


def _asked(session: Session, query_id: int, account_id: int | None) -> Row:
    """Return `account` (the columns of `registry.accounts`), `query` with its outcome, `evidence`.

    `evidence` holds `sha256`, `n_bytes` and `name`; it and `account` are `None` where there is none.
    """
    query = _required(session, tables.Query, query_id)
    outcome = session.get(tables.QueryOutcome, query_id)
    evidence = session.get(tables.Evidence, query["evidence_id"]) if query["evidence_id"] else None
    names = ("source", "scope", "observed_at", "started_at", "tool_version")
    ended = ("finished_at", "outcome", "read", "quarantined", "message")
    return {
        "account": registry.account(session, registry.standing(session, account_id))
        if account_id is not None
        else None,
        "query": {name: query[name] for name in names}
        | {name: getattr(outcome, name) if outcome else None for name in ended},
        "evidence": evidence.model_dump(include={"sha256", "n_bytes", "name"}) if evidence else None,
    }


def _required(session: Session, table: type[SQLModel], number: int) -> Row:
    """Return a row that a foreign key names."""
    return session.get_one(table, number).model_dump()


def _metrics(session: Session, snapshot_id: int) -> list[Row]:
    metric = tables.AdMetric
    rows = session.execute(
        select(metric)
        .where(col(metric.snapshot_id) == snapshot_id)
        .order_by(col(metric.name), col(metric.country), col(metric.segment))
    ).scalars()
    return [row.model_dump(exclude={"snapshot_id"}) for row in rows]


def _targets(session: Session, set_id: int) -> list[Row]:
    item = tables.TargetingItem
    rows = session.execute(
        select(item)
        .where(col(item.set_id) == set_id)
        .order_by(col(item.kind), col(item.polarity), col(item.value))
    ).scalars()
    return [row.model_dump(exclude={"set_id"}) for row in rows]


def _others(
    session: Session,
    kind: str,
    table: type[tables.AdSnapshot | tables.PostSnapshot | tables.ProfileSnapshot],
    of_item: ColumnElement[bool],
) -> list[Row]:
    """Return every snapshot of the same item, the earliest first: `snapshot`, `observed_at`."""
    rows = session.execute(
        select(col(table.id), col(table.observed_at))
        .where(of_item)
        .order_by(col(table.observed_at), col(table.id))
    )
    return [{"snapshot": f"{kind}-{number}", "observed_at": at} for number, at in rows]
