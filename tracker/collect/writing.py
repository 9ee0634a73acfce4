"""What imports and live questions share: check all values in a spool, then compare with the look before, and close."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice

from tracker.collect import changes
from tracker.collect.batches import Tally
from tracker.collect.job import Job
from tracker.collect.spool import Spool
from tracker.domain import ImportReport, Listing, Notice, Outcome, Parsed
from tracker.errors import BadInput
from tracker.store import reads, writes
from tracker.store.engine import checkpoint, unit_of_work

BATCH = 10_000
MATCHED_AT_MOST = 200_000
LATE = (
    "a later look at the same account is in the record already: this one was kept, and nothing was compared"
)


@dataclass(frozen=True, slots=True)
class Checked:
    """What lies in the spool: items of all kinds, the records among them, and what a person should know."""

    items: int
    read: int
    notices: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class End:
    """How a query ends. `message` says why, `stated_total` is what the platform says there is."""

    outcome: Outcome
    read: int
    warnings: tuple[str, ...]
    message: str | None = None
    stated_total: int | None = None


def check(job: Job, parsed: Iterable[Parsed], spool: Spool) -> Checked:
    """Parse everything into the spool, so that what cannot be read leaves nothing behind."""
    items, read, notices = 0, 0, list[str]()
    values = iter(parsed)
    while batch := list(islice(values, MATCHED_AT_MOST + BATCH if job.source.matched else BATCH)):
        items += len(batch)
        kinds = Counter(map(type, batch))
        if kinds[Notice]:
            notices += [item.message for item in batch if isinstance(item, Notice)]
        read += len(batch) - kinds[Notice] - kinds[Listing]
        spool.add(batch)
        job.progress("checking", items, None)
    if job.source.matched and read > MATCHED_AT_MOST:
        raise BadInput(f"{read:,} rows in one export; split it, at most {MATCHED_AT_MOST:,}")
    return Checked(items, read, tuple(notices))


def close(job: Job, query_id: int, tally: Tally, end: End, *, name: str) -> ImportReport:
    """Compare with the look before, write the outcome, and report under `name`."""
    warnings = list(end.warnings)
    with unit_of_work(job.engine) as session:
        listings = reads.listings_of(session, query_id)
        found, late = (
            changes.of_query(session, query_id, listings) if job.source.kind == "ads" else (0, False)
        )
        warnings += [LATE] if late else []
        writes.finish_query(
            session, query_id, end.outcome, finished_at=job.now(), read=end.read, counts=tally.counts,
            quarantined=tally.quarantined, message=end.message, stated_total=end.stated_total, warnings=warnings,
        )  # fmt: skip
    checkpoint(job.engine)
    return ImportReport(
        job.source.name, name, end.outcome, end.read, tally.counts.new, tally.counts.changed,
        tally.counts.unchanged, tally.quarantined, found, (*([end.message] if end.message else []), *warnings),
    )  # fmt: skip
