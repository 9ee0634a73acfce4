"""The line from a file to the record: check, keep the evidence, parse, snapshot, compare.

A file is read three times. The first two passes only check it (its bytes, then every record), so that a file that
cannot be read leaves nothing behind. The third writes in batches; each batch is acknowledged in the ledger, and an
import that was killed goes on after the last one.
"""

import gc
import hashlib
import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import Engine
from sqlmodel import Session

from tracker import __version__
from tracker.collect import changes, matching, reading, sources
from tracker.collect.cells import UnclearDate, read_date
from tracker.domain import (
    AccountRef,
    Ad,
    Claim,
    ImportReport,
    Listing,
    Notice,
    Outcome,
    Parsed,
    Post,
    Quarantined,
    Release,
    Scope,
    Status,
)  # fmt: skip
from tracker.errors import BadInput, PlatformChanged
from tracker.registry import handles
from tracker.settings import Settings
from tracker.store import evidence, reads, registry, writes
from tracker.store.ads import PlacedAd, write_ads
from tracker.store.engine import checkpoint, unit_of_work
from tracker.store.posts import PlacedPost, write_posts

BATCH = 10_000
MATCHED_AT_MOST = 200_000
REMEMBERED = 4_000
Progress = Callable[[str, int, int | None], None]


def _silent(_stage: str, _done: int, _total: int | None) -> None:
    """Tell nobody."""


@dataclass(frozen=True, slots=True)
class _Job:
    """One import: the source, the inspected file, the scope, and who watches."""

    engine: Engine
    source: sources.Source
    facts: reading.FileFacts
    limits: reading.Limits
    scope: Scope
    now: Callable[[], datetime]
    progress: Progress

    def parsed(self) -> Iterator[Parsed]:
        """Parse the file from its first record; name the file in every complaint."""
        try:
            yield from self.source.parse(reading.records(self.facts, limits=self.limits), self.scope)
        except BadInput as error:
            raise BadInput(
                error.found, file=self.facts.path.name, line=error.line, field=error.field
            ) from error
        # The one broad except of the product: a hostile record may break a parser in any way, and the reader should
        # learn which file and source it was instead of seeing a traceback.
        except Exception as error:
            raise PlatformChanged(
                f"{self.source.name}: {self.facts.path.name} has a form that is not known "
                f"({type(error).__name__}: {error})"
            ) from error

    @property
    def digest(self) -> str:
        """Name the question: the same source and scope have the same digest."""
        words = json.dumps([self.source.name, dict(self.scope.values)], sort_keys=True)
        return hashlib.sha256(words.encode()).hexdigest()


@dataclass(slots=True)
class _Tally:
    """What an import has done so far."""

    seq: int = 0
    items: int = 0
    counts: writes.Counts = field(default_factory=writes.Counts)
    quarantined: int = 0
    accounts: dict[tuple[str, str], int] = field(default_factory=dict)
    listings: dict[tuple[str, datetime], int] = field(default_factory=dict)


def import_file(
    engine: Engine,
    settings: Settings,
    source_name: str,
    *,
    path: Path,
    scope: Mapping[str, str],
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
    progress: Progress = _silent,
) -> ImportReport:
    """Bring one file into the record and return what became of its records.

    Raises `BadInput` (what was found, in which file, line and field) or `PlatformChanged`; then nothing was kept.
    """
    source = sources.load(source_name)
    limits = reading.Limits(settings.max_line_bytes, settings.max_unpacked_ratio)
    facts = reading.inspect(path, limits=limits, tick=_ticker(progress, path))
    _check_columns(source, facts, limits)
    job = _Job(engine, source, facts, limits, _read_scope(engine, source, scope, now), now, progress)
    items, read, notices = _check(job)
    query_id, done = _open_query(job)
    if done is not None:
        return _repeated(job, query_id, done, notices)
    tally = _resume(engine, query_id)
    with _rare_collection():
        for batch in _batches(job, tally.items):
            _write(job, query_id, tally, batch)
            progress("writing", tally.items, items)
    return _finish(job, query_id, tally, read, notices)


@contextmanager
def _rare_collection() -> Iterator[None]:
    """Let the garbage collector look less often: a batch makes tuples by the thousand and no cycles.

    At its usual pace it takes a sixth of an import's time.
    """
    usual = gc.get_threshold()
    gc.set_threshold(500_000, 20, 100)
    try:
        yield
    finally:
        gc.set_threshold(*usual)


def _ticker(progress: Progress, path: Path) -> Callable[[int], None]:
    total, seen = path.stat().st_size if path.is_file() else 0, 0

    def tick(count: int) -> None:
        nonlocal seen
        seen += count
        progress("reading", seen, total)

    return tick


# -- before anything is kept -------------------------------------------------------------------------------------


def _check_columns(source: sources.Source, facts: reading.FileFacts, limits: reading.Limits) -> None:
    found = {column.casefold() for column in reading.columns(facts, limits=limits)}
    if missing := [column for column in source.required if column.casefold() not in found]:
        raise BadInput(
            f"no column {', '.join(map(repr, missing))}; expected {source.origin}. Found: {', '.join(sorted(found)[:20])}",
            file=facts.path.name,
            line=1,
        )


def _read_scope(
    engine: Engine, source: sources.Source, values: Mapping[str, str], now: Callable[[], datetime]
) -> Scope:
    if unknown := [key for key in values if key not in source.scope]:
        known = ", ".join(source.scope) or "none"
        raise BadInput(f"{source.name} takes no scope {', '.join(map(repr, unknown))}; it takes: {known}")
    stated = values.get("exported_at")
    observed_at = _read_time(stated) if stated else getattr(source, "RELEASED", None) or now()
    return Scope(dict(values), observed_at, _scope_account(engine, source, values))


def _read_time(text: str) -> datetime:
    with suppress(ValueError):
        read = datetime.fromisoformat(text)
        return read.astimezone(UTC) if read.tzinfo else read.replace(tzinfo=UTC)
    try:
        day = read_date(text)
    except UnclearDate as error:
        raise BadInput(str(error), field="--scope exported_at") from error
    return datetime(day.year, day.month, day.day, tzinfo=UTC) if day else datetime.now(UTC)


def _scope_account(engine: Engine, source: sources.Source, values: Mapping[str, str]) -> AccountRef | None:
    if handle := values.get("handle"):
        handles.key_of(source.platform, handle, field="--scope handle")
        return handles.account_ref(handle, source.platform, field="--scope handle")
    if wanted := values.get("account"):
        platform, _, key = wanted.partition(":")
        with Session(engine) as session:
            known = registry.account_by(session, platform, key)
        if known is None:
            raise BadInput(
                f"no account is called {wanted!r}; see `tracker accounts list`", field="--scope account"
            )
        return AccountRef(platform, key, handle=known["handle"], name=known["name"])
    if "handle" in source.scope:
        raise BadInput(
            "the file does not say whose it is; give --scope handle=NAME (or account=ID)",
            field="--scope handle",
        )
    return None


def _check(job: _Job) -> tuple[int, int, list[str]]:
    """Parse the whole file without keeping anything; return its items, its records and what a person should know."""
    items, read, notices = 0, 0, _scope_notices(job)
    for item in job.parsed():
        items += 1
        if isinstance(item, Notice):
            notices.append(item.message)
        elif not isinstance(item, Listing):
            read += 1
        if items % BATCH == 0:
            job.progress("checking", items, None)
    if job.source.matched and read > MATCHED_AT_MOST:
        raise BadInput(
            f"{read:,} rows in one export; split it, at most {MATCHED_AT_MOST:,}", file=job.facts.path.name
        )
    return items, read, notices


def _scope_notices(job: _Job) -> list[str]:
    missing = [
        key
        for key in ("country", "from", "to", "exported_at")
        if key in job.source.scope and key not in job.scope.values
    ]
    if not missing:
        return []
    said = (
        "the time of this import stands for exported_at" if "exported_at" in missing else "kept as not stated"
    )
    return [f"scope without {', '.join(missing)}: {said}"]


# -- the query and its batches -----------------------------------------------------------------------------------


def _open_query(job: _Job) -> tuple[int, dict[str, object] | None]:
    """Keep the evidence and the question; return the query and, for a file imported before, how that ended."""
    now = job.now()
    with unit_of_work(job.engine) as session:
        kept = evidence.keep_file(session, job.facts.path, sha256=job.facts.sha256, n_bytes=job.facts.n_bytes)
        done = reads.finished_like(session, job.source.name, job.digest, kept)
        interrupted = None if done else reads.interrupted_like(session, job.source.name, job.digest, kept)
        if interrupted is not None:
            return interrupted, None
        query_id = writes.start_query(
            session,
            job.source.name,
            job.scope.values,
            digest=job.digest,
            observed_at=job.scope.observed_at,
            started_at=now,
            evidence_id=kept,
            tool_version=__version__,
        )
        evidence.add_fetch(
            session,
            query_id,
            fetched_at=now,
            origin=f"file:{job.facts.path.name}",
            http_status=None,
            evidence_id=kept,
        )
    return query_id, done


def _repeated(job: _Job, query_id: int, done: dict[str, object], notices: list[str]) -> ImportReport:
    """Close a query over bytes that were imported before: evidence that they were seen again, and nothing else."""
    read, quarantined = int(str(done["read"])), int(str(done["quarantined"]))
    counts = writes.Counts(unchanged=read - quarantined)
    outcome: Outcome = done["outcome"]  # type: ignore[assignment]
    with unit_of_work(job.engine) as session:
        writes.finish_query(
            session, query_id, outcome, finished_at=job.now(), read=read, counts=counts, quarantined=quarantined,
            message=f"the same file and scope as query {done['query_id']}",
        )  # fmt: skip
    return ImportReport(
        job.source.name,
        job.facts.path.name,
        outcome,
        read,
        0,
        0,
        counts.unchanged,
        quarantined,
        0,
        tuple(notices),
    )


def _resume(engine: Engine, query_id: int) -> _Tally:
    with Session(engine) as session:
        seq, items, counts, quarantined = reads.progress_of(session, query_id)
    return _Tally(seq, items, counts, quarantined)


def _batches(job: _Job, skip: int) -> Iterator[list[Parsed]]:
    items = islice(job.parsed(), skip, None)
    size = MATCHED_AT_MOST + BATCH if job.source.matched else BATCH
    while batch := list(islice(items, size)):
        yield batch


def _write(job: _Job, query_id: int, tally: _Tally, batch: Sequence[Parsed]) -> None:
    """Write one batch and its acknowledgement in one transaction; `tally` moves on only when it stands."""
    found = _Batch.of(batch)
    with unit_of_work(job.engine) as session:
        place = _Placer(session, job, query_id, tally)
        place.listings(found.listings())
        posts = [place.post(post) for post in found.posts]
        ads = [place.ad(ad) for ad in _keyed(session, job, found.ads, place)]
        place.save_claims()
        counts = write_posts(session, query_id, job.source.name, posts) + write_ads(
            session, job.source.name, ads
        )
        writes.add_quarantined(session, query_id, found.quarantined)
        quarantined, records = len(found.quarantined), tally.items + len(batch)
        writes.add_batch(
            session, query_id, tally.seq, records=records, counts=counts, quarantined=quarantined
        )
    tally.seq += 1
    tally.items += len(batch)
    tally.counts += counts
    tally.quarantined += quarantined


@dataclass(frozen=True, slots=True)
class _Batch:
    """The items of a batch by their kind."""

    bare_listings: list[Listing]
    posts: list[Post]
    ads: list[Ad]
    quarantined: list[Quarantined]

    @classmethod
    def of(cls, batch: Sequence[Parsed]) -> "_Batch":
        kinds: dict[type, list[Any]] = defaultdict(list)
        for item in batch:
            kinds[type(item)].append(item)
        return cls(kinds[Listing], kinds[Post], kinds[Ad], kinds[Quarantined])

    def listings(self) -> Iterable[Listing]:
        """Return the listings that the items name, each once."""
        named = [
            *self.bare_listings,
            *(post.listing for post in self.posts),
            *(ad.listing for ad in self.ads),
        ]
        return {id(listing): listing for listing in named}.values()


def _keyed(session: Session, job: _Job, ads: list[Ad], place: "_Placer") -> list[Ad]:
    if not job.source.matched or not ads:
        return ads
    rows = reads.ads_matching(
        session, job.source.name, place.account(ads[0].account), [ad.match or "" for ad in ads]
    )
    known = {match: [changes.candidate(row) for row in group] for match, group in rows.items()}
    return matching.assign_keys(ads, known)


class _Placer:
    """Finds or makes the accounts and listings that the items of a batch refer to."""

    def __init__(self, session: Session, job: _Job, query_id: int, tally: _Tally):
        self._session, self._job, self._query_id, self._tally = session, job, query_id, tally
        self._new: dict[tuple[str, str], AccountRef] = {}
        self._ids: dict[int, int] = {}

    def listings(self, needed: Iterable[Listing]) -> None:
        """Find or write the listings of a batch at once."""
        distinct = {id(listing): listing for listing in needed}
        if len(self._tally.listings) > REMEMBERED:
            self._tally.listings.clear()
        known = self._tally.listings
        missing = {
            key: listing for listing in distinct.values() if (key := _listing_key(listing)) not in known
        }
        placed = [(listing, self.account(listing.account)) for listing in missing.values()]
        known |= dict(zip(missing, writes.add_listings(self._session, self._query_id, placed), strict=True))
        self._ids = {number: known[_listing_key(listing)] for number, listing in distinct.items()}

    def post(self, post: Post) -> PlacedPost:
        return PlacedPost(post, self.account(post.account) or 0, self._ids[id(post.listing)])

    def ad(self, ad: Ad) -> PlacedAd:
        ref = ad.account
        if ref is None and ad.landing_url and self._job.source.release is not None:
            ref = handles.landing_account(ad.landing_url)
        return PlacedAd(ad, self.account(ref), self._ids[id(ad.listing)])

    def account(self, ref: AccountRef | None) -> int | None:
        if ref is None:
            return None
        known = self._tally.accounts.get((ref.platform, ref.key))
        return self._found(ref) if known is None else known

    def _found(self, ref: AccountRef) -> int:
        if len(self._tally.accounts) > REMEMBERED:
            self._tally.accounts.clear()
        status: Status = "accepted" if self._attributes(ref) else "unassessed"
        at = self._job.scope.observed_at
        account_id = registry.resolve_account(self._session, ref, status=status, at=at)
        self._tally.accounts[ref.platform, ref.key] = account_id
        self._new[ref.platform, ref.key] = ref
        return account_id

    def save_claims(self) -> None:
        """Give every account that a data release attributes the claim that it makes."""
        release = self._job.source.release
        attributed = [ref for ref in self._new.values() if self._attributes(ref)]
        if release is not None and attributed:
            claims = [_claim_of(release, ref) for ref in attributed]
            registry.add_release(self._session, release, claims, at=self._job.scope.observed_at)

    def _attributes(self, ref: AccountRef) -> bool:
        release = self._job.source.release
        return release is not None and ref.platform in release.platforms


def _listing_key(listing: Listing) -> tuple[str, datetime]:
    return listing.series, listing.observed_at


def _claim_of(release: Release, ref: AccountRef) -> Claim:
    return Claim(
        subject_type="organisation",
        subject=release.organisation.id,
        predicate=release.predicate,
        object_type="account",
        object=f"{ref.platform}:{ref.key}",
        document=release.document.id,
        place=release.place,
        says=release.says,
        analyst="data release",
        rival=release.rival,
    )


# -- the end of a query ------------------------------------------------------------------------------------------


def _finish(job: _Job, query_id: int, tally: _Tally, read: int, notices: list[str]) -> ImportReport:
    """Compare with the look before, write the outcome, and report."""
    with unit_of_work(job.engine) as session:
        listings = reads.listings_of(session, query_id)
        found, late = changes.of_query(session, listings) if job.source.kind == "ads" else ([], False)
        writes.add_changes(session, query_id, found)
        if late:
            notices.append(
                "a later look at the same account is in the record already: this one was kept, and nothing was compared"
            )
        outcome: Outcome = "rows" if read else (listings[0]["outcome"] if listings else "empty_unverified")
        writes.finish_query(
            session, query_id, outcome, finished_at=job.now(), read=read, counts=tally.counts,
            quarantined=tally.quarantined, warnings=notices,
        )  # fmt: skip
    checkpoint(job.engine)
    return ImportReport(
        job.source.name, job.facts.path.name, outcome, read, tally.counts.new, tally.counts.changed,
        tally.counts.unchanged, tally.quarantined, len(found), tuple(notices),
    )  # fmt: skip
