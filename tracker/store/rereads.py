"""What the record holds of answers that are read again: which are to be, what they gave, and what became of them.

Functions take a session and never commit. Rows that a former parser made stay as they are; what is read now stands
beside them, later by its id, and the query that it came from is superseded.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, exists, func, insert, select
from sqlmodel import Session, col

from tracker.domain import PostDetails
from tracker.store import post_content, tables
from tracker.store.counters import CORRECTED_WITHIN
from tracker.store.writes import in_chunks, insert_all

LAST = (1 << 63) - 1
_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Answered:
    """A query whose evidence can be read again. `evidence_id` is that of a file; what was asked live has pages."""

    id: int
    source: str
    scope: Mapping[str, str]
    digest: str
    observed_at: datetime
    evidence_id: int | None
    outcome: str
    read: int
    stated_total: int | None


class Difference(NamedTuple):
    """What two parsers read otherwise. Without a field it is an item that only one of them read."""

    kind: str
    subject: str
    field: str | None
    before: str | None
    after: str | None


# -- which queries -----------------------------------------------------------------------------------------------


def superseded(query_id: Any) -> ColumnElement[bool]:
    """Say of a query, in a statement, that its evidence was read again and gave something else."""
    again = tables.Reparse
    return exists().where(col(again.of_query_id) == query_id, col(again.query_id).is_not(None))


def to_read(
    session: Session, parser: str, sources: Collection[str], since: datetime | None
) -> tuple[list[Answered], int]:
    """Return the queries whose evidence this parser has not read, the earliest first, and how many it has."""
    query, outcome, again = tables.Query, tables.QueryOutcome, tables.Reparse
    has_rows = exists().where(col(tables.Listing.query_id) == col(query.id))
    mine = [col(query.source).in_(sources), has_rows, ~superseded(col(query.id))]
    mine += [col(query.observed_at) >= since] if since else []
    done = (col(query.tool_version) == parser) | exists().where(
        col(again.of_query_id) == col(query.id), col(again.parser) == parser
    )
    joined = select(query, outcome).join(outcome, col(outcome.query_id) == col(query.id)).where(*mine)
    rows = session.execute(joined.where(~done).order_by(col(query.observed_at), col(query.id))).all()
    read = session.execute(
        select(func.count())
        .select_from(query)
        .join(outcome, col(outcome.query_id) == col(query.id))
        .where(*mine, done)
    ).scalar_one()
    found = [
        Answered(
            one.id,
            one.source,
            one.scope,
            one.digest,
            one.observed_at,
            one.evidence_id,
            end.outcome,
            end.read,
            end.stated_total,
        )
        for one, end in rows
    ]
    return found, int(read)


def last_listing(session: Session) -> int:
    """Return the id of the last listing, 0 where there is none: what is written later has a higher one."""
    return session.execute(select(func.max(col(tables.Listing.id)))).scalar() or 0


def last_fetch(session: Session, query_id: int) -> int | None:
    """Return the evidence of the last answer of a query that was a success, also where it was no page of its list."""
    fetch = tables.Fetch
    asked = select(col(fetch.evidence_id)).where(
        col(fetch.query_id) == query_id, col(fetch.http_status) < 300
    )
    return session.execute(asked.order_by(col(fetch.id).desc()).limit(1)).scalar()


def name_of(session: Session, evidence_id: int) -> str | None:
    """Return the name that a kept file had."""
    return session.execute(
        select(col(tables.Evidence.name)).where(col(tables.Evidence.id) == evidence_id)
    ).scalar()


def listings(session: Session, query_id: int) -> dict[tuple[str, datetime], int]:
    """Return the listings of a query by series and time."""
    table = tables.Listing
    rows = session.execute(
        select(col(table.series), col(table.observed_at), col(table.id)).where(
            col(table.query_id) == query_id
        )
    )
    return {(series, at): number for series, at, number in rows}


def held(session: Session, query_id: int) -> int:
    """Return how many items a query gave: ads and posts in its listings, profiles, and rows of reports."""
    listing, total = tables.Listing, 0
    for table in (tables.Sighting, tables.ProfileSighting, tables.AdvertiserReport):
        asked = (
            select(func.count()).select_from(table).join(listing, col(listing.id) == col(table.listing_id))
        )
        total += session.execute(asked.where(col(listing.query_id) == query_id)).scalar_one()
    return int(total)


def kept_apart(session: Session, query_id: int) -> set[tuple[int, str, str]]:
    """Return the records of a query that are kept apart: line, field, reason."""
    table = tables.Quarantined
    rows = session.execute(
        select(col(table.line), col(table.field), col(table.reason)).where(col(table.query_id) == query_id)
    )
    return {(line, field, reason) for line, field, reason in rows}


def add(
    session: Session,
    of: Answered,
    query_id: int | None,
    parser: str,
    *,
    at: datetime,
    counts: Mapping[str, int],
) -> int:
    """Write that evidence was read again; return the id of the row."""
    values = {"of_query_id": of.id, "query_id": query_id, "parser": parser, "at": at, **counts}
    written = session.execute(insert(tables.Reparse).values(**values).returning(col(tables.Reparse.id)))
    return int(written.scalar_one())


def add_changes(session: Session, reparse_id: int, found: Sequence[Difference]) -> None:
    """Write what was read otherwise."""
    insert_all(session, tables.ReparseChange, [{"reparse_id": reparse_id, **one._asdict()} for one in found])


# -- what stood there --------------------------------------------------------------------------------------------


def ads_shown(session: Session, listing_id: int, keys: Sequence[str]) -> dict[str, tuple[int, str]]:
    """Return the snapshots that a listing showed of ads: id and digest, by key."""
    ad, snapshot, sighting = tables.Ad, tables.AdSnapshot, tables.Sighting
    found: dict[str, tuple[int, str]] = {}
    for chunk in in_chunks(list(dict.fromkeys(keys))):
        rows = session.execute(
            select(col(ad.key), col(snapshot.id), col(snapshot.digest))
            .join(snapshot, col(snapshot.ad_id) == col(ad.id))
            .join(sighting, col(sighting.item) == col(snapshot.id))
            .where(col(sighting.listing_id) == listing_id, col(ad.key).in_(chunk))
        )
        found.update({key: (number, digest) for key, number, digest in rows})
    return found


def ad_values(session: Session, snapshot_id: int, fields: Sequence[str]) -> dict[str, Any]:
    """Return the values of a snapshot of an ad by name: its fields, its numbers, its criteria, and what else it holds."""
    snapshot = session.get_one(tables.AdSnapshot, snapshot_id)
    metric, item = tables.AdMetric, tables.TargetingItem
    metrics = session.execute(select(metric).where(col(metric.snapshot_id) == snapshot_id)).scalars()
    items = session.execute(
        select(col(item.kind), col(item.value), col(item.polarity)).where(
            col(item.set_id) == snapshot.targeting_set_id
        )
    )
    return {
        **{name: getattr(snapshot, name) for name in fields},
        **{
            " ".join(filter(None, (one.name, one.country, one.segment))): f"{one.as_published} {one.unit}"
            for one in metrics
        },
        "targets": sorted(" ".join(row) for row in items),
        **dict(snapshot.extra),
    }


@dataclass(slots=True)
class PostState:
    """What the record says of a post: its row, the snapshots with their times, and its counters."""

    id: int
    row: dict[str, Any]
    snapshots: list[tuple[datetime, int, int]]
    counts: list[tuple[datetime, str, int | None, str | None]]

    def shown(self, at: datetime) -> tuple[int, int] | None:
        """Return the snapshot that stands at a time, and the listing that it came from; the last one written goes first."""
        found = [(number, listing) for seen, number, listing in self.snapshots if seen <= at]
        return found[-1] if found else None

    def counted(self, at: datetime) -> dict[str, tuple[datetime, int | None, str | None]]:
        """Return the counters as they stand at a time, each with when it was written."""
        return {
            name: (seen, value, words)
            for seen, name, value, words in self.counts
            if seen < at + CORRECTED_WITHIN
        }


_ROW = ("published_at", "published_as_printed", "section", "url", "first_seen", "digest")


def posts(
    session: Session, source: str, keys: Collection[tuple[int, str]], *, upto: int = LAST
) -> dict[tuple[int, str], PostState]:
    """Return what the record says of posts, by account and key; what listings after `upto` gave is left out."""
    post, snapshot, counter = tables.Post, tables.PostSnapshot, tables.PostCount
    by_account: dict[int, list[str]] = defaultdict(list)
    for account_id, key in dict.fromkeys(keys):
        by_account[account_id].append(key)
    found: dict[tuple[int, str], PostState] = {}
    for account_id, mine in by_account.items():
        for chunk in in_chunks(mine):
            rows = session.execute(
                select(post).where(
                    col(post.account_id) == account_id, col(post.source) == source, col(post.key).in_(chunk)
                )
            ).scalars()
            for row in rows:
                values = {name: getattr(row, name) for name in _ROW}
                found[account_id, row.key] = PostState(row.id, values, [], [])
    states = {state.id: state for state in found.values()}
    for numbers in in_chunks(list(states)):
        shown = select(
            col(snapshot.post_id), col(snapshot.observed_at), col(snapshot.id), col(snapshot.listing_id)
        )
        for post_id, *rest in session.execute(
            shown.where(col(snapshot.post_id).in_(numbers), col(snapshot.listing_id) <= upto).order_by(
                col(snapshot.observed_at), col(snapshot.id)
            )
        ):
            states[post_id].snapshots.append(tuple(rest))
        counted = select(
            col(counter.post_id),
            col(counter.observed_at),
            col(counter.name),
            col(counter.value),
            col(counter.as_published),
        )
        for post_id, *rest in session.execute(
            counted.where(col(counter.post_id).in_(numbers), col(counter.listing_id) <= upto).order_by(
                col(counter.observed_at)
            )
        ):
            states[post_id].counts.append(tuple(rest))
    return found


def contents(session: Session, snapshot_ids: Sequence[int]) -> dict[int, tuple[str, PostDetails | None]]:
    """Return the texts of snapshots with what they say beside it, by id."""
    snapshot, detail = tables.PostSnapshot, tables.PostDetail
    found: dict[int, tuple[str, PostDetails | None]] = {}
    for chunk in in_chunks(list(dict.fromkeys(snapshot_ids))):
        rows = session.execute(
            select(col(snapshot.id), col(snapshot.text), detail)
            .outerjoin(detail, col(detail.snapshot_id) == col(snapshot.id))
            .where(col(snapshot.id).in_(chunk))
        )
        for number, text, said in rows:
            found[number] = text, post_content.details_of(said.model_dump() if said else None)
    return found


def sighted(session: Session, listing_id: int, items: Sequence[int]) -> set[int]:
    """Return which items a listing showed."""
    table, found = tables.Sighting, set[int]()
    for chunk in in_chunks(list(items)):
        asked = select(col(table.item)).where(col(table.listing_id) == listing_id, col(table.item).in_(chunk))
        found.update(session.execute(asked).scalars())
    return found


def report_values(session: Session, listing_id: int, key: str) -> dict[str, Any] | None:
    """Return what a report said of an advertiser: `name`, `disclaimer`, `spend`; `None` where it is not in the listing."""
    table = tables.AdvertiserReport
    row = session.execute(
        select(col(table.name), col(table.disclaimer), col(table.spend_as_published).label("spend")).where(
            col(table.listing_id) == listing_id, col(table.key) == key
        )
    ).mappings().first()  # fmt: skip
    return None if row is None else dict(row)


def profile_shown(session: Session, listing_id: int) -> dict[str, Any] | None:
    """Return the snapshot of the profile that a listing showed: the columns of the table, `None` where it showed none."""
    look, sighting = tables.ProfileSnapshot, tables.ProfileSighting
    row = session.execute(
        select(look)
        .join(sighting, col(sighting.snapshot_id) == col(look.id))
        .where(col(sighting.listing_id) == listing_id)
        .limit(1)
    ).scalar()
    names = ("account_id", "query_id", "observed_at", "entered_by", "listing_id")
    return None if row is None else row.model_dump(exclude=set(names))


def profile_counts(
    session: Session, source: str, account_id: int, at: datetime, *, upto: int = LAST
) -> dict[str, tuple[datetime, int | None, str | None]]:
    """Return the counters of an account as a source saw them at a time, each with when it was written."""
    table = tables.ProfileCount
    rows = session.execute(
        select(col(table.name), col(table.observed_at), col(table.value), col(table.as_published))
        .where(
            col(table.account_id) == account_id,
            col(table.source) == source,
            col(table.observed_at) < at + CORRECTED_WITHIN,
            col(table.listing_id) <= upto,
        )
        .order_by(col(table.observed_at))
    )
    return {name: (seen, value, words) for name, seen, value, words in rows}


def corrected_at(
    at: datetime, known: Mapping[str, tuple[datetime, int | None, str | None]], name: str
) -> datetime:
    """Return the time at which a corrected counter is written: that of the look, or just after the row that it corrects."""
    last = known.get(name)
    return at if last is None or last[0] < at else last[0] + _MICROSECOND
