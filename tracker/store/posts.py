"""Writes posts: a post once, a snapshot when what it says differs, a sighting for each observation.

Counters stand in rows of their own (`counters`). A post of which a source reads no more than text has no row beside its
snapshot, and takes the short way.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import select, update
from sqlmodel import Session, col

from tracker.domain import Change, Post, PostDetails
from tracker.store import counters, post_content, prepared, standings, tables
from tracker.store.counters import Counted
from tracker.store.ids import reserve
from tracker.store.post_content import digest as digest_of
from tracker.store.writes import (
    Counts,
    add_changes,
    in_chunks,
    insert_all,
    insert_many,
    mark,
    stored_times,
)


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
    said: list[tuple[int, PostDetails]] = []
    counted: list[Counted] = []
    for post, place, key in zip(posts, places, keys, strict=True):
        account_id, listing_id, at = place
        _, name, _, text, published_at, printed, section, url, _, details = post
        digest = digest_of(text, details)
        found = known.get(key)
        if found is None:
            found = known[key] = (ids[key], digest)
            seen, published = stored(at), stored(published_at)
            kind, language = (details.kind, details.language) if details else (None, None)
            rows.append(
                (
                    found[0],
                    account_id,
                    source,
                    name,
                    published,
                    printed,
                    section,
                    url,
                    seen,
                    digest,
                    kind,
                    language,
                )
            )
            snapshots.append((snapshot_id := next(snapshot_ids), found[0], listing_id, seen, text))
            if details is not None:
                said.append((snapshot_id, details))
        elif found[1] != digest:
            known[key] = (found[0], digest)
            edited.append((post, place, found[0]))
        if details is not None and details.counts:
            counted.append(Counted(found[0], listing_id, at, details.counts))
        sightings.append((listing_id, found[0]))
    insert_many(session, tables.Post, rows)
    insert_many(session, tables.PostSnapshot, snapshots)
    _add_details(session, said)
    insert_many(session, tables.Sighting, sightings)
    if counted:
        counters.write_of_posts(session, counted)
    add_changes(session, query_id, [change for each in edited for change in _edit(session, *each)])
    return Counts(new=len(rows), changed=len(edited), unchanged=len(posts) - len(rows) - len(edited))


def content_of(session: Session, snapshot_id: int) -> tuple[str, PostDetails | None]:
    """Return the text of a snapshot, and what it says beside it where the source reads that."""
    text = session.get_one(tables.PostSnapshot, snapshot_id).text
    found = session.get(tables.PostDetail, snapshot_id)
    return text, post_content.details_of(found.model_dump() if found else None)


def _known(session: Session, source: str, keys: Sequence[_Key]) -> dict[_Key, tuple[int, str]]:
    """Return the id and the digest of the posts that are there already."""
    by_account: dict[int, list[str]] = defaultdict(list)
    for account_id, key in dict.fromkeys(keys):
        by_account[account_id].append(key)
    found: dict[_Key, tuple[int, str]] = {}
    connection, sign = prepared.connection(session), mark(session)
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
    """Write what a post says now as a snapshot; return the changes, unless something later is known already."""
    snapshot, details = tables.PostSnapshot, post.details
    last = session.execute(
        select(col(snapshot.id), col(snapshot.observed_at))
        .where(col(snapshot.post_id) == post_id)
        .order_by(col(snapshot.observed_at).desc(), col(snapshot.id).desc())
        .limit(1)
    ).one()
    (new_id,) = _ids(session, "post_snapshot", 1)
    insert_many(
        session, snapshot, [(new_id, post_id, place.listing_id, stored_times(session)(place.at), post.text)]
    )
    if details is not None:
        _add_details(session, [(new_id, details)])
    if last.observed_at > place.at:
        return []
    now: dict[str, str | None] = {"digest": digest_of(post.text, details)}
    if details is not None:
        now |= {"kind": details.kind, "language": details.language}
    session.execute(update(tables.Post).where(col(tables.Post.id) == post_id).values(**now))
    found = post_content.differences(content_of(session, last.id), (post.text, details))
    if all(one.field in post_content.STATED for one in found) and standings.is_gone(session, post_id):
        return []  # it is back, and what the platform dates is that
    before, after = f"post-{last.id}", f"post-{new_id}"
    return [
        Change(
            place.at, one.type, place.account_id, post.key, one.field, one.before, one.after, before, after
        )
        for one in found
    ]


def _add_details(session: Session, said: Sequence[tuple[int, PostDetails]]) -> None:
    rows = [{"snapshot_id": number, **post_content.row(details)} for number, details in said]
    insert_all(session, tables.PostDetail, rows)


def _ids(session: Session, name: str, count: int) -> range:
    first = reserve(session, name, count) if count else 0
    return range(first, first + count)
