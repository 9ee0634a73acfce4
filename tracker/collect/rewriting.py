"""Writes what present parsers read in kept evidence beside what former ones read; no row of theirs is changed.

No change is made of a new reading: a change is what a platform did. What differs is listed by itself.
"""

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import insert, update
from sqlmodel import Session, col

from tracker.collect.batches import Writers
from tracker.collect.profile_looks import learn
from tracker.collect.rereading import OF_THE_ROW, differing
from tracker.domain import Post
from tracker.store import post_content, registry, rereads, seen_profiles, tables, writes
from tracker.store.counters import value_of
from tracker.store.ids import reserve
from tracker.store.posts import Place, write_posts
from tracker.store.rereads import PostState
from tracker.store.seen_profiles import PlacedProfile


def writers(own: set[int]) -> Writers:
    """Return how what is read now is written beside what the listings `own` hold."""

    def posts(
        session: Session,
        query_id: int,
        source: str,
        *,
        posts: Sequence[Post],
        place_of: Callable[[Post], Place],
    ) -> writes.Counts:
        return _write_posts(session, query_id, source, posts, place_of, own)

    return Writers(posts, _write_profiles)


def _write_posts(
    session: Session,
    query_id: int,
    source: str,
    posts: Sequence[Post],
    place_of: Callable[[Post], Place],
    own: set[int],
) -> writes.Counts:
    """Write posts as they are read now: what differs beside what stands there, and that the listing showed them."""
    places = [place_of(post) for post in posts]
    states = rereads.posts(
        session, source, [(place.account_id, post.key) for post, place in zip(posts, places, strict=True)]
    )
    ids = [
        shown[0] for state in states.values() for shown in [(number, 0) for _, number, _ in state.snapshots]
    ]
    said = rereads.contents(session, ids)
    fresh, changed, sightings = [], 0, list[tuple[int, int]]()
    for post, place in zip(posts, places, strict=True):
        state = states.get((place.account_id, post.key))
        if state is None:
            fresh.append(post)
            continue
        sightings.append((place.listing_id, state.id))
        names = [name for name, _, _ in differing(post, state, said, own)]
        changed += bool(names)
        if set(names) - set(OF_THE_ROW) - {name for name in names if name.startswith("count ")}:
            _add_snapshot(session, post, place, state, said)
        _add_counts(session, post, place, state)
        once = {
            name: getattr(post, name)
            for name in OF_THE_ROW
            if name in names and state.row["first_seen"] == place.at
        }
        if once:
            session.execute(update(tables.Post).where(col(tables.Post.id) == state.id).values(**once))
            state.row.update(once)
    writes.insert_many(session, tables.Sighting, sightings)
    counts = write_posts(session, query_id, source, posts=fresh, place_of=place_of)
    return counts + writes.Counts(changed=changed, unchanged=len(posts) - len(fresh) - changed)


def _add_snapshot(
    session: Session, post: Post, place: Place, state: PostState, said: dict[int, tuple[str, Any]]
) -> None:
    number = reserve(session, "post_snapshot", 1)
    row = {
        "id": number,
        "post_id": state.id,
        "listing_id": place.listing_id,
        "observed_at": place.at,
        "text": post.text,
    }
    session.execute(insert(tables.PostSnapshot).values(**row))
    if post.details is not None:
        session.execute(
            insert(tables.PostDetail).values(snapshot_id=number, **post_content.row(post.details))
        )
    is_latest = all(seen <= place.at for seen, _, _ in state.snapshots)
    state.snapshots = sorted([*state.snapshots, (place.at, number, place.listing_id)])
    said[number] = post.text, post.details
    if is_latest:
        now: dict[str, Any] = {"digest": post_content.digest(post.text, post.details)}
        now |= {"kind": post.details.kind, "language": post.details.language} if post.details else {}
        session.execute(update(tables.Post).where(col(tables.Post.id) == state.id).values(**now))


def _add_counts(session: Session, post: Post, place: Place, state: PostState) -> None:
    known = state.counted(place.at)
    rows = []
    for count in {one.name: one for one in reversed(post.details.counts if post.details else ())}.values():
        value = value_of(count)
        if count.name not in known or known[count.name][1:] != value:
            at = rereads.corrected_at(place.at, known, count.name)
            rows.append({"post_id": state.id, "name": count.name, "observed_at": at, "listing_id": place.listing_id,
                         "value": value[0], "as_published": value[1]})  # fmt: skip
            state.counts = sorted([*state.counts, (at, count.name, *value)], key=lambda one: one[0])
    writes.insert_new(session, tables.PostCount, rows)


def _write_profiles(
    session: Session, query_id: int, source: str, seen: Sequence[PlacedProfile]
) -> writes.Counts:
    """Write profiles as they are read now, without a change of it, and let accounts be found by what they show."""
    counts = writes.Counts()
    for one in sorted(seen, key=lambda placed: placed.at):
        known = rereads.profile_counts(session, source, one.account_id, one.at)
        rows = []
        for count in one.profile.counts:
            value = value_of(count)
            if count.name not in known or known[count.name][1:] != value:
                rows.append({"account_id": one.account_id, "source": source, "name": count.name, "value": value[0],
                             "observed_at": rereads.corrected_at(one.at, known, count.name),
                             "listing_id": one.listing_id, "as_published": value[1]})  # fmt: skip
        writes.insert_new(session, tables.ProfileCount, rows)
        _, is_new = seen_profiles.write(session, query_id, source, one)
        counts += writes.Counts(changed=1) if is_new else writes.Counts(unchanged=1)
        account = registry.account(session, registry.standing(session, one.account_id))
        if account is not None:
            learn(session, account, one.profile.look)
    return counts
