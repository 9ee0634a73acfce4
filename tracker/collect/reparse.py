"""Reads kept evidence again with the present parsers, after one of them was mended; nothing is asked, nothing is lost.

A query is read as a whole, the earliest first. Where it gives the same, that is noted; else what it gives now is written
as a query of its own, in one transaction, and supersedes the first. So a run that is killed goes on with the next one,
and a run after it finds nothing to do.
"""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import Engine
from sqlmodel import Session

from tracker.collect import parsers, reading, sources, writing
from tracker.collect.batches import Tally, write_in
from tracker.collect.ending import UNFINISHED, marked, parsed_pages
from tracker.collect.job import FileJob, Job, Progress, silent
from tracker.collect.pipeline import limits_of, rare_collection
from tracker.collect.rereading import Comparison
from tracker.collect.rewriting import writers
from tracker.collect.scoping import account_in_scope
from tracker.collect.spool import Spool
from tracker.collect.writing import Checked
from tracker.domain import Outcome, Parsed, Scope
from tracker.errors import TrackerError
from tracker.settings import Settings
from tracker.store import cursors, evidence, reads, rereads, writes
from tracker.store.cursors import END, KeptPage
from tracker.store.engine import checkpoint, unit_of_work
from tracker.store.rereads import Answered, Difference

STAGE = "reading evidence again"


@dataclass(slots=True)
class Reread:
    """What became of a run: how many queries were read, how many give something else, and what of their items differs."""

    parser: str
    upto: int
    queries: int = 0
    before: int = 0
    superseded: int = 0
    failed: int = 0
    unchanged: int = 0
    changed: int = 0
    new: int = 0
    lost: int = 0
    found: dict[Difference, None] = field(default_factory=dict)

    @property
    def differences(self) -> list[Difference]:
        """Return what differs, each once, although several queries showed it."""
        return list(self.found)


@dataclass(frozen=True, slots=True)
class _Read:
    """The evidence of one query as it reads now."""

    job: Job
    spool: Spool
    checked: Checked
    comparison: Comparison
    pages: tuple[KeptPage, ...]
    outcome: Outcome


def reparse(
    engine: Engine,
    settings: Settings,
    *,
    source: str | None = None,
    since: datetime | None = None,
    now: Callable[[], datetime],
    progress: Progress = silent,
    tell: Callable[[str], None] = lambda _words: None,
) -> Reread:
    """Read all evidence that the present parsers have not read, and write what it gives now."""
    return _run(engine, settings, (source, since), now, progress, tell, _write)


def compare(
    engine: Engine,
    settings: Settings,
    *,
    source: str | None = None,
    since: datetime | None = None,
    now: Callable[[], datetime],
    progress: Progress = silent,
    tell: Callable[[str], None] = lambda _words: None,
) -> Reread:
    """Say what `reparse` would write, and write nothing."""
    return _run(engine, settings, (source, since), now, progress, tell, lambda *_: None)


def summary(run: Reread) -> list[dict[str, object]]:
    """Return what differs, alike differences together: `kind`, `field`, `before`, `after`, `items`; the most frequent first."""
    counted = Counter((one.kind, one.field, one.before, one.after) for one in run.found)
    return [
        {"kind": kind, "field": field or "whole", "before": before, "after": after, "items": number}
        for (kind, field, before, after), number in counted.most_common()
    ]


_Act = Callable[[Engine, Answered, _Read, int, Callable[[], datetime]], None]


def _run(
    engine: Engine,
    settings: Settings,
    asked: tuple[str | None, datetime | None],
    now: Callable[[], datetime],
    progress: Progress,
    tell: Callable[[str], None],
    act: _Act,
) -> Reread:
    source, since = asked
    names = [sources.load(source).name] if source else sources.names()
    with Session(engine) as session:
        todo, before = rereads.to_read(session, parsers.version(), names, since)
        upto = rereads.last_listing(session)
    run = Reread(parsers.version(), upto, before=before)
    shown = _Records(progress, sum(of.read for of in todo))
    for of in todo:
        shown(STAGE, 0, None)
        run.queries += 1
        try:
            with rare_collection():
                _one(engine, settings, of, run, (now, shown), act)
        except (TrackerError, OSError) as error:
            run.failed += 1
            tell(f"query {of.id} of {of.source} is left as it was: {error}")
        shown.before += of.read
    if todo:
        shown(STAGE, 0, None)
        checkpoint(engine)
    return run


@dataclass(slots=True)
class _Records:
    """Shows how many records were read, of all queries together."""

    progress: Progress
    total: int
    before: int = 0

    def __call__(self, _stage: str, done: int, _total: int | None) -> None:
        self.progress(STAGE, min(self.before + done, self.total), self.total)


def _one(
    engine: Engine,
    settings: Settings,
    of: Answered,
    run: Reread,
    watch: tuple[Callable[[], datetime], Progress],
    act: _Act,
) -> None:
    """Read the evidence of one query, compare, and act on it."""
    now, _ = watch
    with _opened(engine, settings, of, watch) as (job, items, pages, outcome), Spool() as spool:
        checked = writing.check(job, items, spool)
        with Session(engine) as session:
            comparison = Comparison(session, job, of, run.upto)
            for batch in spool.batches(skip=0):
                comparison.add(batch)
            lost = comparison.end()
            act(engine, of, _Read(job, spool, checked, comparison, pages, outcome), lost, now)
    run.superseded += bool(comparison.found)
    run.unchanged += comparison.unchanged
    run.changed += comparison.changed
    run.new += comparison.new
    run.lost += lost
    run.found.update(dict.fromkeys(comparison.found))


def _write(engine: Engine, of: Answered, read: _Read, lost: int, now: Callable[[], datetime]) -> None:
    """Write what evidence gives now as a query of its own; where it gives the same, only that it was read."""
    comparison, parser = read.comparison, parsers.version()
    counts = {
        "unchanged": comparison.unchanged,
        "changed": comparison.changed,
        "new": comparison.new,
        "lost": lost,
    }
    comparison.session.rollback()  # a reader must not hold on to an older state while this writes
    with unit_of_work(engine) as session:
        if not comparison.found:
            rereads.add(session, of, None, parser, at=now(), counts=counts)
            return
        digest = hashlib.sha256(f"read again: {of.digest}".encode()).hexdigest()
        query_id = writes.start_query(
            session, of.source, of.scope, digest=digest, observed_at=of.observed_at, started_at=now(),
            evidence_id=of.evidence_id, tool_version=parser,
        )  # fmt: skip
        cursors.add(session, query_id, 0, read.pages)
        rereads.add_changes(
            session, rereads.add(session, of, query_id, parser, at=now(), counts=counts), comparison.found
        )
        tally, how = Tally(), writers(comparison.own)
        for batch in read.spool.batches(skip=0):
            tally.count(len(batch), *write_in(session, read.job, query_id, tally, batch, how))
        writes.finish_query(
            session, query_id, _ended(session, read, query_id), finished_at=now(), read=read.checked.read,
            counts=tally.counts, quarantined=tally.quarantined, stated_total=of.stated_total, warnings=read.checked.notices,
            message=f"the evidence of query {of.id}, read again",
        )  # fmt: skip


def _ended(session: Session, read: _Read, query_id: int) -> Outcome:
    if read.outcome in UNFINISHED or read.checked.read:
        return read.outcome if read.outcome in UNFINISHED else "rows"
    found = reads.listings_of(session, query_id)
    return found[0]["outcome"] if found else read.outcome


# -- opening evidence --------------------------------------------------------------------------------------------


_Opened = tuple[Job, Iterator[Parsed], tuple[KeptPage, ...], Outcome]


@contextmanager
def _opened(
    engine: Engine, settings: Settings, of: Answered, watch: tuple[Callable[[], datetime], Progress]
) -> Iterator[_Opened]:
    """Give the items that stand in the evidence of a query, while they are read."""
    now, progress = watch
    source = sources.load(of.source)
    scope = Scope(dict(of.scope), of.observed_at, account_in_scope(engine, source, of.scope))
    job = Job(engine, source, scope, now, progress)
    if of.evidence_id is None:
        pages, outcome = _pages(engine, of)
        yield job, marked(parsed_pages(job, pages), outcome), pages, outcome
        return
    limits = limits_of(source, settings)
    with TemporaryDirectory() as folder, Session(engine) as session:
        path = Path(folder) / Path(rereads.name_of(session, of.evidence_id) or "evidence").name
        with path.open("wb") as file:
            file.writelines(evidence.read(session, of.evidence_id))
        facts = reading.inspect(path, limits=limits)
        filed = FileJob(engine, source, scope, now, progress, facts, limits)
        yield filed, filed.parsed(), (), "rows"


def _pages(engine: Engine, of: Answered) -> tuple[tuple[KeptPage, ...], Outcome]:
    """Return the pages of a query that was asked live, and how it ended as far as the platform goes.

    Where all pages came and the parser broke on them, it ended with rows. A page on which it broke while it was counted
    is the last answer that came.
    """
    outcome: Outcome = of.outcome  # type: ignore[assignment]
    with Session(engine) as session:
        pages = cursors.of_query(session, of.id)
        broke = outcome == "error" and of.read == 0
        if broke and pages and pages[-1].cursor == END:
            return pages, "rows"
        last = rereads.last_fetch(session, of.id) if broke else None
    if last is not None and last not in {page.evidence_id for page in pages}:
        pages = (*pages, KeptPage(of.observed_at, END, last, 0))
    return pages, outcome
