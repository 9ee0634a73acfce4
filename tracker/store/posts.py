"""Writes posts: a post once, a snapshot when its text differs, a sighting for each observation."""

import hashlib
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select, update
from sqlmodel import Session, col

from tracker.domain import Change, Post
from tracker.store import tables
from tracker.store.ids import reserve
from tracker.store.writes import Counts, add_changes, in_chunks, insert_all, insert_new


@dataclass(frozen=True, slots=True)
class PlacedPost:
    """A post with the ids of its account and of the listing that showed it."""

    post: Post
    account_id: int
    listing_id: int


_Key = tuple[int, str]


def write_posts(session: Session, query_id: int, source: str, placed: Sequence[PlacedPost]) -> Counts:
    """Write a batch of observations and return what became of them; edits become `post_edited` changes."""
    known = _known(session, source, placed)
    fresh = dict.fromkeys(key for item in placed if (key := (item.account_id, item.post.key)) not in known)
    ids = (
        dict(zip(fresh, range(first, first + len(fresh)), strict=True))
        if (first := _reserve(session, "post", len(fresh)))
        else {}
    )
    posts: list[dict[str, Any]] = []
    snapshots: list[dict[str, Any]] = []
    edited: list[tuple[PlacedPost, int]] = []
    sightings: list[dict[str, int]] = []
    for item in placed:
        key, digest = (item.account_id, item.post.key), _digest(item.post.text)
        if key not in known:
            known[key] = (ids[key], digest)
            posts.append(_row(item, source, ids[key], digest))
            snapshots.append(_snapshot(item, ids[key]))
        elif known[key][1] != digest:
            known[key] = (known[key][0], digest)
            edited.append((item, known[key][0]))
        sightings.append({"listing_id": item.listing_id, "item": known[key][0]})
    insert_all(session, tables.Post, posts)
    _write_snapshots(session, snapshots)
    insert_new(session, tables.Sighting, sightings)
    add_changes(
        session, query_id, [change for item, post_id in edited for change in _edit(session, item, post_id)]
    )
    return Counts(new=len(posts), changed=len(edited), unchanged=len(placed) - len(posts) - len(edited))


def _known(session: Session, source: str, placed: Sequence[PlacedPost]) -> dict[_Key, tuple[int, str]]:
    by_account: dict[int, list[str]] = defaultdict(list)
    for item in placed:
        by_account[item.account_id].append(item.post.key)
    post, found = tables.Post, {}
    for account_id, keys in by_account.items():
        for chunk in in_chunks(list(dict.fromkeys(keys))):
            rows = session.execute(
                select(col(post.key), col(post.id), col(post.digest)).where(
                    col(post.account_id) == account_id, col(post.source) == source, col(post.key).in_(chunk)
                )
            )
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
    (new_id,) = _write_snapshots(session, [_snapshot(item, post_id)])
    at = item.post.listing.observed_at
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


def _write_snapshots(session: Session, rows: Sequence[dict[str, Any]]) -> list[int]:
    first = _reserve(session, "post_snapshot", len(rows))
    ids = list(range(first, first + len(rows)))
    insert_all(
        session, tables.PostSnapshot, [{**row, "id": number} for row, number in zip(rows, ids, strict=True)]
    )
    return ids


def _reserve(session: Session, name: str, count: int) -> int:
    return reserve(session, name, count) if count else 0


def _row(item: PlacedPost, source: str, post_id: int, digest: str) -> dict[str, Any]:
    post = item.post
    return {
        "id": post_id,
        "account_id": item.account_id,
        "source": source,
        "key": post.key,
        "published_at": post.published_at,
        "published_as_printed": post.published_as_printed,
        "section": post.section,
        "url": post.url,
        "first_seen": post.listing.observed_at,
        "digest": digest,
    }


def _snapshot(item: PlacedPost, post_id: int) -> dict[str, Any]:
    return {
        "post_id": post_id,
        "listing_id": item.listing_id,
        "observed_at": item.post.listing.observed_at,
        "text": item.post.text,
    }


def _digest(text: str) -> str:
    return hashlib.blake2b(text.encode(), digest_size=12).hexdigest()
