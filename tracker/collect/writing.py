"""What imports and live questions share: check all values in a spool, then compare with the look before, and close."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from typing import Any

from sqlmodel import Session

from tracker.collect import changes
from tracker.collect.batches import Tally
from tracker.collect.job import Job
from tracker.collect.spool import Spool
from tracker.domain import ImportReport, Listing, Notice, Outcome, Parsed
from tracker.store import drifts, reads, writes

BATCH = 10_000
ENOUGH = 3
"""A field that comes and goes by chance is known after so many answers."""
_TOLD = {
    "new": "fields that no earlier answer of this source had",
    "lost": "fields that every earlier answer of this source had, and this one has not",
}
Row = Mapping[str, Any]
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
    seen = _Seen(job)
    values = iter(parsed)
    first = list(islice(values, BATCH))
    if job.source.matched and len(first) == BATCH:
        spool.sort(seen.passing(chain(first, values)), batch=BATCH)
        return seen.checked()
    spool.add(list(seen.passing(first)))
    while batch := list(islice(values, BATCH)):
        spool.add(list(seen.passing(batch)))
    return seen.checked()


class _Seen:
    """Counts what passes on its way into the spool, and keeps what a person should know."""

    def __init__(self, job: Job) -> None:
        self._job, self._items, self._read = job, 0, 0
        self._notices: list[str] = []

    def passing(self, items: Iterable[Parsed]) -> Iterator[Parsed]:
        """Yield the items as they are."""
        for item in items:
            self._items += 1
            if isinstance(item, Notice):
                self._notices.append(item.message)
            elif not isinstance(item, Listing):
                self._read += 1
            if self._items % BATCH == 0:
                self._job.progress("checking", self._items, None)
            yield item

    def checked(self) -> Checked:
        """Return what passed."""
        self._job.progress("checking", self._items, None)
        return Checked(self._items, self._read, tuple(self._notices))


def close(
    session: Session, job: Job, query_id: int, tally: Tally, end: End, *, name: str, listings: Sequence[Row]
) -> ImportReport:
    """Compare the listings of a query with the look before, write the outcome, and report under `name`."""
    late = job.source.kind == "ads" and changes.of_query(session, query_id, listings)
    found = reads.changes_told(session, query_id)
    drifted = _drifted(session, job, query_id) if end.outcome == "rows" else []
    warnings = [*end.warnings, *([LATE] if late else []), *drifted]
    writes.finish_query(
        session, query_id, end.outcome, finished_at=job.now(), read=end.read, counts=tally.counts,
        quarantined=tally.quarantined, message=end.message, stated_total=end.stated_total, warnings=warnings,
    )  # fmt: skip
    return ImportReport(
        job.source.name, name, end.outcome, end.read, tally.counts.new, tally.counts.changed,
        tally.counts.unchanged, tally.quarantined, found, (*([end.message] if end.message else []), *warnings),
    )  # fmt: skip


def _drifted(session: Session, job: Job, query_id: int) -> list[str]:
    """Note which fields an answer had, and return in words those that came or went, each once for its source."""
    found: list[drifts.Drift] = []
    source, of_columns = job.source.name, job.fields.of_columns
    if getattr(job.source, "mapped", False):
        return []
    for name, shape in job.fields.shapes.items():
        found += drifts.learn(
            session, query_id, source, drifts.table_like(session, source, shape.filled) if of_columns else name,
            filled=shape.filled, missed=(lambda field: True) if of_columns else shape.misses,
            enough=1 if of_columns else ENOUGH, at=job.now(),
        )  # fmt: skip
    return [words for what, told in _TOLD.items() if (words := _named(found, what, told))]


def _named(found: Sequence[drifts.Drift], what: str, told: str) -> str:
    names = [f"{one.field} ({one.shape})" if one.shape else one.field for one in found if one.what == what]
    return f"{told}: {', '.join(names[:20])}{' …' if len(names) > 20 else ''}" if names else ""
