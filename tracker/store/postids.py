"""Notices posts that come back under another id: a feed whose ids change makes one post many."""

from collections import defaultdict

from sqlalchemy import bindparam, func, select
from sqlmodel import Session, col

from tracker.store import prepared
from tracker.store.tables import Listing, Post, Sighting
from tracker.store.writes import in_chunks

_SEEN_FIRST = (
    select(col(Post.id), col(Post.account_id), col(Post.source), col(Post.url), col(Post.first_seen))
    .join(Sighting, col(Sighting.item) == col(Post.id))
    .join(Listing, col(Listing.id) == col(Sighting.listing_id))
    .where(col(Listing.query_id) == bindparam("number"), col(Post.first_seen) == col(Listing.observed_at))
    .distinct()
)


def readdressed(session: Session, query_id: int) -> tuple[int, int]:
    """Return how many posts a query brought that were not known, and how many of them have the address of a known one."""
    rows = prepared.run(session, _SEEN_FIRST, {"number": query_id}).all()
    addresses: dict[tuple[int, str], set[str]] = defaultdict(set)
    for row in rows:
        if row.url is not None:
            addresses[row.account_id, row.source].add(row.url)
    since = min((row.first_seen for row in rows), default=None)
    again = 0
    for (account_id, source), urls in addresses.items():
        for chunk in in_chunks(sorted(urls)):
            known = select(func.count(func.distinct(col(Post.url)))).where(
                col(Post.account_id) == account_id,
                col(Post.source) == source,
                col(Post.url).in_(chunk),
                col(Post.first_seen) < since,
            )
            again += session.execute(known).scalar_one()
    return len(rows), again
