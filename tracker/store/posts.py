"""Writes posts: a post once, a snapshot when its text differs, a sighting for each observation."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import datetime
from hashlib import blake2b
from typing import Any, NamedTuple

from sqlalchemy import select, update
from sqlmodel import Session, col

from tracker.domain import Change, Post
from tracker.store import tables
from tracker.store.ids import reserve
from tracker.store.writes import Counts, add_changes, in_chunks, insert_many, mark, stored_times


class Place(NamedTuple):
    """Where a post belongs: its account, the listing that showed it, and when that was."""

    account_id: int
    listing_id: int
    at: datetime


_Key = tuple[int, str]


def write_posts(
    session: Session, query_id: int, source: str, *, posts: Sequence[Post], place_of: Callable[[Post], Place]
) -> Counts:
    """Write a batch of observations and return what became of them; edits become `post_edited` changes."""
    places = [place_of(post) for post in posts]
    keys = [(place[0], post[1]) for place, post in zip(places, posts, strict=True)]
    known = _known(session, source, keys)
    fresh = [key for key in dict.fromkeys(keys) if key not in known]
    ids = dict(zip(fresh, _ids(session, "post", len(fresh)), strict=True))
    snapshot_ids = iter(_ids(session, "post_snapshot", len(fresh)))
    stored = stored_times(session)
    rows: list[tuple[Any, ...]] = []
    snapshots: list[tuple[Any, ...]] = []
    sightings: list[tuple[int, int]] = []
    edited: list[tuple[Post, Place, int]] = []
    for post, place, key in zip(posts, places, keys, strict=True):
        account_id, listing_id, at = place
        _, name, _, text, published_at, printed, section, url, _, _ = post
        digest = _digest(text)
        found = known.get(key)
        if found is None:
            found = known[key] = (ids[key], digest)
            at = stored(at)
            published = stored(published_at)
            rows.append((found[0], account_id, source, name, published, printed, section, url, at, digest))
            snapshots.append((next(snapshot_ids), found[0], listing_id, at, text))
        elif found[1] != digest:
            known[key] = (found[0], digest)
            edited.append((post, place, found[0]))
        sightings.append((listing_id, found[0]))
    insert_many(session, tables.Post, rows)
    insert_many(session, tables.PostSnapshot, snapshots)
    insert_many(session, tables.Sighting, sightings)
    add_changes(session, query_id, [change for each in edited for change in _edit(session, *each)])
    return Counts(new=len(rows), changed=len(edited), unchanged=len(posts) - len(rows) - len(edited))


def _known(session: Session, source: str, keys: Sequence[_Key]) -> dict[_Key, tuple[int, str]]:
    """Return the id and the digest of the posts that are there already."""
    by_account: dict[int, list[str]] = defaultdict(list)
    for account_id, key in dict.fromkeys(keys):
        by_account[account_id].append(key)
    found: dict[_Key, tuple[int, str]] = {}
    connection, sign = session.connection(), mark(session)
    for account_id, mine in by_account.items():
        for chunk in in_chunks(mine):
            statement = (
                f"SELECT key, id, digest FROM post WHERE account_id = {sign} AND source = {sign} "  # noqa: S608
                f"AND key IN ({', '.join([sign] * len(chunk))})"
            )
            rows = connection.exec_driver_sql(statement, (account_id, source, *chunk))
            found.update({(account_id, key): (post_id, digest) for key, post_id, digest in rows})
    return found


def _edit(session: Session, post: Post, place: Place, post_id: int) -> list[Change]:
    """Write the new text as a snapshot; return the change, unless a later text is known already."""
    snapshot = tables.PostSnapshot
    last = session.execute(
        select(col(snapshot.id), col(snapshot.text), col(snapshot.observed_at))
        .where(col(snapshot.post_id) == post_id)
        .order_by(col(snapshot.observed_at).desc(), col(snapshot.id).desc())
        .limit(1)
    ).one()
    (new_id,) = _ids(session, "post_snapshot", 1)
    insert_many(
        session, snapshot, [(new_id, post_id, place.listing_id, stored_times(session)(place.at), post.text)]
    )
    if last.observed_at > place.at:
        return []
    session.execute(
        update(tables.Post).where(col(tables.Post.id) == post_id).values(digest=_digest(post.text))
    )
    before, after = f"post-{last.id}", f"post-{new_id}"
    return [
        Change(
            place.at, "post_edited", place.account_id, post.key, "text", last.text, post.text, before, after
        )
    ]


def _ids(session: Session, name: str, count: int) -> range:
    first = reserve(session, name, count) if count else 0
    return range(first, first + count)


def _digest(text: str) -> str:
    return blake2b(text.encode(), digest_size=12).hexdigest()
