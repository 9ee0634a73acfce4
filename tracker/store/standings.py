"""How accounts and posts stand in the record: what the platform said, when, in which answer; added and never changed.

What a list left out is `not_seen` and no more. Functions take a session and never commit.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any

from sqlalchemy import Select, and_, bindparam, func, select
from sqlmodel import Session

from tracker.domain import Standing
from tracker.store import prepared, tables
from tracker.store.ids import reserve
from tracker.store.tables import table_of
from tracker.store.writes import in_chunks, insert_all

Row = dict[str, Any]

GONE: frozenset[Standing] = frozenset(
    {
        "deleted", "taken_down", "deactivated", "suspended", "protected", "draft", "moved", "withheld",
        "not_found",
    }
)  # fmt: skip
"""What a reader finds no more. `login_wall` and `unknown` are about us, `not_seen` about a list."""
OF_THE_AUTHOR: frozenset[Standing] = frozenset({"deactivated", "suspended", "protected", "moved"})
"""What a platform says of a post because of who wrote it: the account tells it, not each of its posts."""
DECISIVE: frozenset[Standing] = GONE | {"present"}

_LISTING, _LOOK = table_of(tables.Listing), table_of(tables.ProfileSnapshot)
_POST, _SIGHTING = table_of(tables.Post), table_of(tables.Sighting)
_SNAPSHOT, _STANDING = table_of(tables.PostSnapshot), table_of(tables.Standing)
_OF_POSTS = _STANDING.c.post_id.is_not(None)
_ANY_OF_POSTS = select(_STANDING.c.id).where(_OF_POSTS).limit(1)
_POSTS_OF = (
    select(_STANDING.c.post_id)
    .where(_STANDING.c.account_id.in_(bindparam("accounts", expanding=True)), _OF_POSTS)
    .distinct()
)
_LONG_AGO = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Stood:
    """How an account, or one of its posts, stood by one answer; `said` are the platform's words."""

    account_id: int
    post_id: int | None
    at: datetime
    standing: Standing
    said: str | None = None
    evidence_id: int | None = None


@dataclass(frozen=True, slots=True)
class Unseen:
    """A post that a list should have shown and did not; `standing` is the last that was said of it, `asked_at` when."""

    account_id: int
    post_id: int
    key: str
    url: str | None
    standing: Standing | None
    asked_at: datetime | None


def add(session: Session, query_id: int, stood: Sequence[Stood]) -> list[int]:
    """Write how things stood and return the ids of the rows."""
    first = reserve(session, "standing", len(stood)) if stood else 0
    rows = [
        {
            "id": first + offset,
            "query_id": query_id,
            "account_id": one.account_id,
            "post_id": one.post_id,
            "observed_at": one.at,
            "standing": one.standing,
            "said": one.said,
            "evidence_id": one.evidence_id,
        }
        for offset, one in enumerate(stood)
    ]
    insert_all(session, tables.Standing, rows)
    return list(range(first, first + len(stood)))


def of_account(session: Session, account_ids: Collection[int], before: datetime) -> list[Row]:
    """Return how an account stood until a time, the latest first: the columns of the table."""
    mine = and_(_STANDING.c.account_id.in_(account_ids), _STANDING.c.post_id.is_(None))
    return _rows(session, select(_STANDING).where(mine, _STANDING.c.observed_at <= before))


def of_posts(session: Session, post_ids: Collection[int]) -> dict[int, list[Row]]:
    """Return how each post stood, the latest first: the columns of the table; a post without any is left out."""
    found: dict[int, list[Row]] = {}
    for chunk in in_chunks(list(post_ids)):
        for row in _rows(session, select(_STANDING).where(_STANDING.c.post_id.in_(chunk))):
            found.setdefault(row["post_id"], []).append(row)
    return found


def decisive(rows: Sequence[Mapping[str, Any]]) -> Mapping[str, Any] | None:
    """Return the latest row, of those of one thing, that says whether it is there."""
    return next((row for row in rows if row["standing"] in DECISIVE), None)


def is_gone(session: Session, post_id: int) -> bool:
    """Say whether a post was last known to be gone."""
    last = decisive(of_posts(session, [post_id]).get(post_id, []))
    return last is not None and last["standing"] in GONE


def unseen(session: Session, listings: Sequence[Row], source: str) -> list[Unseen]:
    """Return the posts that listings of one query should have shown and did not, the oldest first.

    Only a listing that says since when it is complete can miss one. A post that is known to be gone is not missed.
    """
    shown_in = [listing["id"] for listing in listings]
    found: dict[int, Unseen] = {}
    for listing in listings:
        if listing["complete_since"] is not None and listing["account_id"] is not None:
            for one in _left_out(session, listing, shown_in, source):
                found.setdefault(one.post_id, one)
    return list(found.values())


def _left_out(session: Session, listing: Row, shown_in: Sequence[int], source: str) -> Iterator[Unseen]:
    dated = func.coalesce(_POST.c.published_at, _POST.c.first_seen)
    shown = select(_SIGHTING.c.item).where(
        _SIGHTING.c.listing_id.in_(shown_in), _SIGHTING.c.item == _POST.c.id
    )
    limits = [dated >= listing["complete_since"], _POST.c.first_seen < listing["observed_at"]]
    for day, within in ((listing["covers_from"], dated.__ge__), (listing["covers_to"], dated.__lt__)):
        if day is not None:
            after = timedelta(days=1) if day is listing["covers_to"] else timedelta()
            limits.append(within(datetime.combine(day, time(), UTC) + after))
    rows = session.execute(
        select(_POST.c.id, _POST.c.key, _POST.c.url)
        .where(
            _POST.c.account_id == listing["account_id"], _POST.c.source == source, *limits, ~shown.exists()
        )
        .order_by(dated, _POST.c.id)
    ).all()
    stood = of_posts(session, [row.id for row in rows])
    for row in rows:
        before = stood.get(row.id, [])
        last = decisive(before)
        if last is None or last["standing"] not in GONE - OF_THE_AUTHOR:
            asked = next((one["observed_at"] for one in before if one["evidence_id"] is not None), None)
            yield Unseen(
                listing["account_id"],
                row.id,
                row.key,
                row.url,
                before[0]["standing"] if before else None,
                asked,
            )


def in_turn(posts: Sequence[Unseen]) -> list[Unseen]:
    """Return posts in the order of asking: those never asked for first, then those asked for longest ago."""
    return sorted(posts, key=lambda one: one.asked_at or _LONG_AGO)


def shown_again(session: Session, listings: Sequence[Row]) -> list[Row]:
    """Return the latest rows of posts that were not there, or not seen, and that one of these listings shows.

    Columns: those of the table, and `at`, when they were shown.
    """
    missed = [
        (post_id, rows)
        for post_id, rows in of_posts(session, _with_posts(session, listings)).items()
        if rows[0]["standing"] != "present"
    ]
    found: list[Row] = []
    for listing in listings:
        for chunk in in_chunks(missed):
            seen = select(_SIGHTING.c.item).where(
                _SIGHTING.c.listing_id == listing["id"],
                _SIGHTING.c.item.in_([post_id for post_id, _ in chunk]),
            )
            shown = set(session.execute(seen).scalars())
            found += [
                {**(decisive(rows) or rows[0]), "at": listing["observed_at"]}
                for post_id, rows in chunk
                if post_id in shown and rows[0]["observed_at"] < listing["observed_at"]
            ]
    return list({row["post_id"]: row for row in found}.values())


def _with_posts(session: Session, listings: Sequence[Row]) -> list[int]:
    """Return the posts of the accounts of these listings of which anything was said."""
    if prepared.run(session, _ANY_OF_POSTS).first() is None:
        return []
    found: list[int] = []
    for chunk in in_chunks(list({listing["account_id"] for listing in listings})):
        found += prepared.run(session, _POSTS_OF, {"accounts": chunk}).scalars()
    return found


def last_snapshots(session: Session, post_ids: Collection[int]) -> dict[int, str]:
    """Return the latest snapshot of each post, as a change names it."""
    found: dict[int, str] = {}
    for chunk in in_chunks(list(post_ids)):
        rows = session.execute(
            select(_SNAPSHOT.c.post_id, _SNAPSHOT.c.id)
            .where(_SNAPSHOT.c.post_id.in_(chunk))
            .order_by(_SNAPSHOT.c.observed_at, _SNAPSHOT.c.id)
        )
        found.update({post_id: f"post-{number}" for post_id, number in rows})
    return found


def keys_of(session: Session, post_ids: Collection[int]) -> dict[int, str]:
    """Return the key of each post by its id."""
    found: dict[int, str] = {}
    for chunk in in_chunks(list(post_ids)):
        rows = session.execute(select(_POST.c.id, _POST.c.key).where(_POST.c.id.in_(chunk)))
        found |= {row.id: row.key for row in rows}
    return found


def last_sight(session: Session, account_ids: Collection[int], before: datetime) -> str | None:
    """Return what last showed an account before a time, as a change names it: its profile, else an answer about it."""
    profile = session.execute(
        select(_LOOK.c.id)
        .where(_LOOK.c.account_id.in_(account_ids), _LOOK.c.observed_at < before)
        .order_by(_LOOK.c.observed_at.desc(), _LOOK.c.id.desc())
        .limit(1)
    ).scalar()
    if profile is not None:
        return f"profile-{profile}"
    answer = session.execute(
        select(_LISTING.c.id)
        .where(
            _LISTING.c.account_id.in_(account_ids),
            _LISTING.c.observed_at < before,
            _LISTING.c.outcome == "rows",
        )
        .order_by(_LISTING.c.observed_at.desc(), _LISTING.c.id.desc())
        .limit(1)
    ).scalar()
    return None if answer is None else f"listing-{answer}"


def _rows(session: Session, asked: Select[Any]) -> list[Row]:
    ordered = asked.order_by(_STANDING.c.observed_at.desc(), _STANDING.c.id.desc())
    return [dict(row) for row in session.execute(ordered).mappings()]
