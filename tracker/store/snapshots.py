"""Reads one snapshot of the record with all that stands behind it: account, numbers, criteria, query, evidence.

A change names its snapshots `ad-12` (of an ad), `post-12` (of a post), `listing-12` (one answer of a source),
`profile-12` (a look at a profile) and `standing-12` (how an account or a post stood).
"""

from typing import Any

from sqlalchemy import ColumnElement, and_, func, select
from sqlmodel import Session, SQLModel, col

from tracker.store import counters, registry, seen_profiles, tables

Row = dict[str, Any]

AD_FIELDS = (
    "advertiser_name", "beneficiary", "payer", "text", "creative_url", "landing_url", "posted_at", "first_shown",
    "last_shown", "status", "removal",
)  # fmt: skip
SAID_FIELDS = (
    "kind", "title", "language", "edited_at", "author", "reply_to", "root", "repost_of", "quote_of", "links", "hashtags",
    "mentions", "media", "labels", "withheld_in", "version",
)  # fmt: skip
POST_FIELDS = ("text", "url", "section", "published_at", "published_as_printed")
PROFILE_FIELDS = (
    "label", "label_words", "bio", "discloses", "discloses_words", "handle", "name", "verified", "location", "website",
    "links", "joined_at", "language", "picture", "entered_by",
)  # fmt: skip
STANDING_FIELDS = ("standing", "said")
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
    detail = session.get(tables.PostDetail, number)
    said = detail.model_dump() if detail else {}
    counted = counters.of_post(session, snapshot.post_id, snapshot.observed_at)
    return {
        "kind": "post",
        "observed_at": snapshot.observed_at,
        "subject": of["url"] or of["key"],
        "values": {name: snapshot.text if name == "text" else of[name] for name in POST_FIELDS}
        | {name: _in_lines(said[name]) for name in SAID_FIELDS if said.get(name) is not None},
        "extra": {name: str(value) for name, value in (said.get("extra") or {}).items()},
        "metrics": _counted(counted),
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
    """Return a look at a profile, as `ad` does; no listing stands behind what a person saw."""
    found = session.get(tables.ProfileSnapshot, number)
    if found is None:
        return None
    same = col(tables.ProfileSnapshot.account_id) == found.account_id
    behind = _asked(session, found.query_id, found.account_id)
    source = behind["query"]["source"]
    counted = counters.of_profile(session, [found.account_id], source, found.observed_at)
    labels = {
        f"label by {issuer}": "\n".join(sorted(values)) or "none"
        for issuer, values in seen_profiles.marks_of(session, number).by.items()
    }
    return {
        "kind": "profile",
        "observed_at": found.observed_at,
        "subject": (behind["account"] or {}).get("account"),
        "values": {name: _in_lines(getattr(found, name)) for name in _shown_of(found)} | labels,
        "extra": {name: str(value) for name, value in (found.extra or {}).items()},
        "metrics": _counted(counted),
        "targets": [],
        "line": None,
        "others": _others(session, "profile", tables.ProfileSnapshot, same),
        "listing": found.listing_id,
        **behind,
    }


def _shown_of(found: tables.ProfileSnapshot) -> list[str]:
    """Return the fields that are shown of a look: those that people look at, and what else this one saw."""
    by_hand = PROFILE_FIELDS[:7]
    return [name for name in PROFILE_FIELDS if name in by_hand or getattr(found, name) is not None]


def standing(session: Session, number: int) -> Row | None:
    """Return how an account or a post stood by one answer, as `ad` does; `others` are its standings at other times."""
    found = session.get(tables.Standing, number)
    if found is None:
        return None
    behind = _asked(session, found.query_id, found.account_id)
    of = None if found.post_id is None else _required(session, tables.Post, found.post_id)
    same = col(tables.Standing.post_id) == found.post_id
    if of is None:
        same = and_(
            col(tables.Standing.account_id) == found.account_id, col(tables.Standing.post_id).is_(None)
        )
    answer = session.get(tables.Evidence, found.evidence_id) if found.evidence_id else None
    return {
        "kind": "standing",
        "observed_at": found.observed_at,
        "subject": (of["url"] or of["key"]) if of else (behind["account"] or {}).get("account"),
        "values": {name: getattr(found, name) for name in STANDING_FIELDS}
        | ({"post": of["key"], "url": of["url"]} if of else {}),
        "extra": {},
        "metrics": [],
        "targets": [],
        "line": None,
        "others": _others(session, "standing", tables.Standing, same),
        "listing": None,
        **behind,
        "evidence": _named(answer),
    }


def _behind(session: Session, listing_id: int, account_id: int | None) -> Row:
    """Return what `_asked` does and `listing`, its id."""
    query_id = _required(session, tables.Listing, listing_id)["query_id"]
    return {"listing": listing_id, **_asked(session, query_id, account_id)}


def _asked(session: Session, query_id: int, account_id: int | None) -> Row:
    """Return `account` (the columns of `registry.accounts`), `query` with its outcome, `evidence`, `pages`.

    `evidence` holds `sha256`, `n_bytes` and `name`; it and `account` are `None` where there is none. `pages` are the
    answers of a question that was asked live; of several, none is known to be the one that showed the item.
    """
    query = _required(session, tables.Query, query_id)
    outcome = session.get(tables.QueryOutcome, query_id)
    evidence = session.get(tables.Evidence, query["evidence_id"]) if query["evidence_id"] else None
    names = ("source", "scope", "observed_at", "started_at", "tool_version")
    pages = _pages(session, query_id)
    if evidence is None and len(pages) == 1:
        evidence = pages[0]
    ended = ("finished_at", "outcome", "read", "quarantined", "message")
    return {
        "account": registry.account(session, registry.standing(session, account_id))
        if account_id is not None
        else None,
        "query": {name: query[name] for name in names}
        | {name: getattr(outcome, name) if outcome else None for name in ended},
        "evidence": _named(evidence),
        "pages": [_named(page) for page in pages],
    }


def _pages(session: Session, query_id: int) -> list[tables.Evidence]:
    cursor, evidence = tables.QueryCursor, tables.Evidence
    return list(
        session.execute(
            select(evidence)
            .join(cursor, col(cursor.evidence_id) == col(evidence.id))
            .where(col(cursor.query_id) == query_id)
            .order_by(col(cursor.seq))
        ).scalars()
    )


def _named(evidence: tables.Evidence | None) -> Row | None:
    return evidence.model_dump(include={"sha256", "n_bytes", "name"}) if evidence else None


def _in_lines(value: Any) -> Any:
    """Return a list as text, an entry a line; of a picture or a film its kind, its address and its words."""
    if not isinstance(value, list):
        return value
    return "\n".join(one if isinstance(one, str) else " ".join(filter(None, one)) for one in value)


def _counted(counts: list[Row]) -> list[Row]:
    """Return counters in the form of an ad's numbers; one that the platform hid says so."""
    return [
        {
            "name": row["name"],
            "country": "",
            "segment": "",
            "lower": row["value"],
            "upper": row["value"],
            "unit": row["name"],
            "as_published": row["as_published"] or ("hidden" if row["value"] is None else str(row["value"])),
        }
        for row in counts
    ]


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
    table: type[tables.AdSnapshot | tables.PostSnapshot | tables.ProfileSnapshot | tables.Standing],
    of_item: ColumnElement[bool],
) -> list[Row]:
    """Return every snapshot of the same item, the earliest first: `snapshot`, `observed_at`."""
    rows = session.execute(
        select(col(table.id), col(table.observed_at))
        .where(of_item)
        .order_by(col(table.observed_at), col(table.id))
    )
    return [{"snapshot": f"{kind}-{number}", "observed_at": at} for number, at in rows]
