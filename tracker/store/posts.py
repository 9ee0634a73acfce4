"""Writes posts: a post once, a snapshot when its text differs, a sighting for each observation."""

from collections import defaultdict
from collections.abc import Sequence
from hashlib import blake2b
from typing import Any, NamedTuple

from sqlalchemy import select, update
from sqlmodel import Session, col

from tracker.domain import Change, Post
from tracker.store import tables
from tracker.store.ids import reserve
from tracker.store.writes import Counts, add_changes, in_chunks, insert_many, mark, stored_times


class PlacedPost(NamedTuple):
    """A post with the ids of its account and of the listing that showed it."""

    post: Post
    account_id: int
    listing_id: int


_Key = tuple[int, str]


def write_posts(session: Session, query_id: int, source: str, placed: Sequence[PlacedPost]) -> Counts:
    """Write a batch of observations and return what became of them; edits become `post_edited` changes."""
    keys = [(item.account_id, item.post.key) for item in placed]
    known = _known(session, source, keys)
    fresh = [key for key in dict.fromkeys(keys) if key not in known]
    ids = dict(zip(fresh, _ids(session, "post", len(fresh)), strict=True))
    snapshot_ids = iter(_ids(session, "post_snapshot", len(fresh)))
    posts: list[tuple[Any, ...]] = []
    snapshots: list[tuple[Any, ...]] = []
    sightings: list[tuple[int, int]] = []
    edited: list[tuple[PlacedPost, int]] = []
    stored = stored_times(session)
    for item, key in zip(placed, keys, strict=True):
        post, at = item.post, stored(item.post.listing.observed_at)
        digest = _digest(post.text)
        found = known.get(key)
        if found is None:
            found = known[key] = (ids[key], digest)
            posts.append(
                (
                    found[0], item.account_id, source, post.key, stored(post.published_at), post.published_as_printed,
                    post.section, post.url, at, digest,
                )
            )  # fmt: skip
            snapshots.append((next(snapshot_ids), found[0], item.listing_id, at, post.text))
        elif found[1] != digest:
            known[key] = (found[0], digest)
            edited.append((item, found[0]))
        sightings.append((item.listing_id, found[0]))
    insert_many(session, tables.Post, posts)
    insert_many(session, tables.PostSnapshot, snapshots)
    insert_many(session, tables.Sighting, sightings)
    add_changes(
        session, query_id, [change for item, post_id in edited for change in _edit(session, item, post_id)]
    )
    return Counts(new=len(posts), changed=len(edited), unchanged=len(placed) - len(posts) - len(edited))


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


def _edit(session: Session, item: PlacedPost, post_id: int) -> list[Change]:
    """Write the new text as a snapshot; return the change, unless a later text is known already."""
    snapshot = tables.PostSnapshot
    last = session.execute(
        select(col(snapshot.id), col(snapshot.text), col(snapshot.observed_at))
        .where(col(snapshot.post_id) == post_id)
        .order_by(col(snapshot.observed_at).desc(), col(snapshot.id).desc())
        .limit(1)
    ).one()
    (new_id,) = _ids(session, "post_snapshot", 1)
    at = item.post.listing.observed_at
    insert_many(
        session, snapshot, [(new_id, post_id, item.listing_id, stored_times(session)(at), item.post.text)]
    )
    if last.observed_at > at:
        return []
    session.execute(
        update(tables.Post).where(col(tables.Post.id) == post_id).values(digest=_digest(item.post.text))
    )
    return [
        Change(
            at,
            "post_edited",
            item.account_id,
            item.post.key,
            "text",
            last.text,
            item.post.text,
            f"post-{last.id}",
            f"post-{new_id}",
        )
    ]


def _ids(session: Session, name: str, count: int) -> range:
    first = reserve(session, name, count) if count else 0
    return range(first, first + count)


def _digest(text: str) -> str:
    return blake2b(text.encode(), digest_size=12).hexdigest()
