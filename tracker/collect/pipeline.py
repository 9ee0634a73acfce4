"""The line from a file to the record: check, keep the evidence, parse, snapshot, compare.

A file is checked whole before anything is kept: its bytes, then every record, whose values wait in a spool. So a file
that cannot be read leaves nothing behind. Then the values are written in batches; each is acknowledged in the ledger,
and an import that was killed goes on after the last one.
"""

import gc
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Engine
from sqlmodel import Session

from tracker.collect import parsers, reading, seeking, sources
from tracker.collect.batches import Tally, write
from tracker.collect.cleaning import NOTICE, cleaned
from tracker.collect.job import FileJob, Progress, silent
from tracker.collect.scoping import check_columns, read_scope, scope_in_name, scope_notices, takes_of_file
from tracker.collect.spool import Spool
from tracker.collect.writing import Checked, End, check, close
from tracker.domain import ImportReport, Outcome
from tracker.errors import BadInput
from tracker.settings import Settings
from tracker.store import evidence, reads, writes
from tracker.store.engine import checkpoint, unit_of_work

COLLECT_EVERY = 10
"""Batches between two collections of garbage."""


def import_file(
    engine: Engine,
    settings: Settings,
    source_name: str,
    *,
    path: Path,
    scope: Mapping[str, str],
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
    progress: Progress = silent,
) -> ImportReport:
    """Bring one file into the record and return what became of its records.

    Raises `BadInput` (what was found, in which file, line and field) or `PlatformChanged`; then nothing was kept.
    """
    source = sources.load(source_name)
    limits = limits_of(source, settings)
    facts = reading.inspect(path, limits=limits, tick=_ticker(progress, path))
    check_columns(source, facts, limits)
    asked = {**scope_in_name(source, facts.name), **scope}
    scoped = read_scope(engine, source, asked, now, takes=takes_of_file(source))
    with cleaned(source, facts, limits) as clean, Spool() as spool, rare_collection():
        job = FileJob(engine, source, scoped, now, progress, clean, limits)
        checked = _check(job, spool, () if clean is facts else (NOTICE,))
        query_id, done = _open_query(job)
        if done is not None:
            return _repeated(job, query_id, done, checked.notices)
        tally = _resume(engine, query_id)
        for batch in spool.batches(skip=tally.items):
            write(job, query_id, tally, batch)
            progress("writing", tally.items, checked.items)
            if tally.seq % COLLECT_EVERY == 0:
                gc.collect()
        return _finish(job, query_id, tally, checked)


@contextmanager
def rare_collection() -> Iterator[None]:
    """Leave the garbage collector to `COLLECT_EVERY`: a batch makes tuples by the thousand and next to no cycles.

    At its usual pace it takes a sixth of an import's time.
    """
    was_on = gc.isenabled()
    gc.disable()
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()
        if was_on:
            gc.enable()


def limits_of(source: sources.Source, settings: Settings) -> reading.Limits:
    """Return how much of a file is read, by what its source reads: tables, documents, or feeds and pages too."""
    limits = reading.Limits(settings.max_line_bytes, settings.max_unpacked_ratio)
    if not sources.records_in(source):
        return limits
    return limits.for_documents().for_pages() if sources.reads_web_pages(source) else limits.for_documents()


def _ticker(progress: Progress, path: Path) -> Callable[[int], None]:
    total, seen = path.stat().st_size if path.is_file() else 0, 0

    def tick(count: int) -> None:
        nonlocal seen
        seen += count
        progress("reading", seen, total)

    return tick


def _check(job: FileJob, spool: Spool, told: tuple[str, ...]) -> Checked:
    try:
        checked = check(job, job.parsed(), spool)
    except BadInput as error:
        raise BadInput(error.found, file=job.facts.name, line=error.line, field=error.field) from error
    return replace(checked, notices=(*told, *scope_notices(job), *checked.notices))


# -- the query and its end ---------------------------------------------------------------------------------------


def _open_query(job: FileJob) -> tuple[int, dict[str, object] | None]:
    """Keep the evidence and the question; return the query and, for a file imported before, how that ended."""
    now = job.now()
    with unit_of_work(job.engine) as session:
        kept = _keep(session, job.facts)
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
            tool_version=parsers.version(),
        )
        evidence.add_fetch(
            session,
            query_id,
            fetched_at=now,
            origin=f"file:{job.facts.name}",
            http_status=None,
            evidence_id=kept,
        )
    return query_id, done


def _keep(session: Session, facts: reading.FileFacts) -> int:
    try:
        return evidence.keep_file(
            session, facts.path, sha256=facts.sha256, n_bytes=facts.n_bytes, name=facts.name
        )
    except OSError as error:
        raise reading.unreadable(facts.path, error) from error


def _repeated(job: FileJob, query_id: int, done: dict[str, object], notices: tuple[str, ...]) -> ImportReport:
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
        job.facts.name,
        outcome,
        read,
        0,
        0,
        counts.unchanged,
        quarantined,
        0,
        notices,
    )


def _resume(engine: Engine, query_id: int) -> Tally:
    """Return where an import goes on: after what was acknowledged, when this version has begun it.

    Another version may have written its batches in another order, so that what lies behind them is not known: then all is
    gone through again. What was written is found there and stays as it is.
    """
    with Session(engine) as session:
        seq, items, counts, quarantined = reads.progress_of(session, query_id)
        if reads.version_of(session, query_id) != parsers.version():
            return Tally(seq)
    return Tally(seq, items, counts, quarantined)


def _finish(job: FileJob, query_id: int, tally: Tally, checked: Checked) -> ImportReport:
    with unit_of_work(job.engine) as session:
        listings = reads.listings_of(session, query_id)
        outcome: Outcome = (
            "rows" if checked.read else (listings[0]["outcome"] if listings else "empty_unverified")
        )
        missed = seeking.look(session, job, query_id, None, listings)
        left = [seeking.settle(session, job, query_id, seeking.Asked(missed))] if missed else []
        end = End(outcome, checked.read, (*checked.notices, *left))
        report = close(session, job, query_id, tally, end, name=job.facts.name, listings=listings)
    checkpoint(job.engine)
    return report
