"""How a question ends: what was kept is parsed, written, compared with the look before, and gets its outcome.

What one answer showed is written with its outcome in one transaction. Only of long ones the first batches are written
before, each by itself.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain

from sqlmodel import Session

from tracker.collect import reading, seeking, sources, writing
from tracker.collect.batches import OBSERVED, Tally, write, write_in
from tracker.collect.job import Job, known_form
from tracker.collect.recording import Kept, Recorder
from tracker.collect.seeking import Stated
from tracker.collect.spool import Spool
from tracker.domain import (
    HEARD,
    Ad,
    AdvertiserReport,
    Found,
    ImportReport,
    Listing,
    Outcome,
    Parsed,
    Post,
    Profile,
    Record,
    Sought,
)
from tracker.errors import TrackerError
from tracker.store import evidence, postids, reads
from tracker.store.cursors import END, KeptPage
from tracker.store.engine import unit_of_work

UNFINISHED: frozenset[Outcome] = frozenset({"throttled", "login_wall", "refused", "gone", "error"})
"""How a question ends that was not answered to its end; what came of it is part of a look."""
_HELD_BYTES = 1 << 20
"""Of so many bytes of answers the records wait in memory; those of larger ones are read again from their evidence."""


@dataclass(slots=True)
class Asking:
    """How far one question came. `outcome` is what the platform said, if it said more than rows."""

    query_id: int
    pages: list[KeptPage]
    outcome: Outcome | None = None
    message: str | None = None
    stated_total: int | None = None
    stated: Stated | None = None
    notices: list[str] = field(default_factory=list)
    _held: dict[int, list[Record]] = field(default_factory=dict)
    _held_bytes: int = 0

    @property
    def cursor(self) -> str | None:
        """Where to go on; `None` at the beginning."""
        return self.pages[-1].cursor if self.pages else None

    @property
    def is_over(self) -> bool:
        """Say whether all pages were there before."""
        return self.cursor == END

    def read(self, job: Job, kept: Kept) -> int:
        """Return how many records the bytes of a page hold that was just kept; those of a small one are held."""
        records = _records_of(job, kept.body, kept.answer.url, kept.heard)
        self._held_bytes += len(kept.body)
        if self._held_bytes > _HELD_BYTES:
            return sum(1 for _ in records)
        found = self._held[kept.fetch_id] = list(records)
        return len(found)

    def records(self, job: Job) -> Iterator[Record]:
        """Yield the records of all pages, once."""
        for evidence_id, fetch_id in _kept_of(self.pages):
            held = self._held.pop(fetch_id or 0, None)
            yield from _kept_records(job, evidence_id, fetch_id) if held is None else held


def end(job: Job, asking: Asking, recorder: Recorder, credentials: Mapping[str, str]) -> ImportReport:
    """Parse what is kept, write it in batches, compare a whole look with the one before, and write the outcome."""
    tally, last = Tally(), list[Parsed]()
    with Spool() as spool:
        outcome, checked = _check(job, asking, spool)
        for batch in spool.batches(skip=0):
            if last:
                write(job, asking.query_id, tally, last)
                job.progress("writing", tally.items, checked.items)
            last = batch
    close = _Close(job, asking, recorder, tally, outcome, checked)
    with unit_of_work(job.engine) as session:
        if last:
            tally.count(len(last), *write_in(session, job, asking.query_id, tally, last, OBSERVED))
            job.progress("writing", tally.items, checked.items)
        listings = reads.listings_of(session, asking.query_id)
        missed = seeking.look(session, job, asking.query_id, asking.stated, listings)
        if not missed:
            return close.report(session, listings)
    asked = seeking.Asked(missed)
    asking.notices += seeking.ask_for(asked, _seek(job, recorder, credentials))
    with unit_of_work(job.engine) as session:
        asking.notices.append(seeking.settle(session, job, asking.query_id, asked))
        return close.report(session, listings)


def leave(job: Job, query_id: int, session: Session, why: str) -> ImportReport:
    """Write that a question was not put, and why."""
    tally = Tally()
    with Spool() as spool:
        _bare_look(job, spool, "not_asked")
        for batch in spool.batches(skip=0):
            tally.count(len(batch), *write_in(session, job, query_id, tally, batch, OBSERVED))
    listings = reads.listings_of(session, query_id)
    end = writing.End("not_asked", 0, (), why)
    return writing.close(session, job, query_id, tally, end, name=_asked(job), listings=listings)


@dataclass(frozen=True, slots=True)
class _Close:
    """What the last transaction of a question needs to know."""

    job: Job
    asking: Asking
    recorder: Recorder
    tally: Tally
    outcome: Outcome
    checked: writing.Checked

    def report(self, session: Session, listings: Sequence[writing.Row]) -> ImportReport:
        """Write the outcome and return what became of the question."""
        asking, words = self.asking, self.recorder.words
        told = (*asking.notices, *self.checked.notices, *_reconciled(asking), *self._ids(session))
        message = words(asking.message) if asking.message else None
        end = writing.End(
            self.outcome, self.checked.read, tuple(map(words, told)), message, asking.stated_total
        )
        return writing.close(
            session, self.job, asking.query_id, self.tally, end, name=_asked(self.job), listings=listings
        )

    def _ids(self, session: Session) -> Iterator[str]:
        """Yield a warning when posts come back under other ids, so that one would count as many."""
        if self.job.source.kind != "posts" or not self.tally.counts.new:
            return
        new, known = postids.readdressed(session, self.asking.query_id)
        if known and 2 * known >= new:
            yield (
                f"{known:,} of {new:,} new posts stand where known ones do, under other ids: ids that change with each "
                "look make one post many; feeds and sites can be asked with key=link"
            )


def _seek(job: Job, recorder: Recorder, credentials: Mapping[str, str]) -> seeking.Seek | None:
    """Return how posts that a list left out are asked for, or `None` where the source cannot."""
    find = sources.find_of(job.source)
    if find is None:
        return None

    def ask_for(sought: Sequence[Sought]) -> Iterator[tuple[Found, int]]:
        asked = known_form(
            lambda: find(sought, job.scope, recorder, credentials),
            f"{job.source.name}: an answer about a post",
        )
        for found in asked:
            words = recorder.words(found.said) if found.said else None
            yield replace(found, said=words), recorder.evidence_of(found.answer)

    return ask_for


def _check(job: Job, asking: Asking, spool: Spool) -> tuple[Outcome, writing.Checked]:
    """Parse all pages into the spool; where they break the parser, they wait in the evidence, and the look is an error."""
    outcome = _outcome(asking)
    try:
        checked = writing.check(job, marked(_parsed(job, asking.records(job)), outcome), spool)
    except (TrackerError, OSError) as error:
        asking.message = asking.message or str(error)
        spool.clear()
        return "error", _bare_look(job, spool, "error")
    return outcome, checked if asking.pages else replace(checked, notices=())


def _bare_look(job: Job, spool: Spool, outcome: Outcome) -> writing.Checked:
    """Put into the spool that somebody looked or was to look, without anything that was seen."""
    try:
        return replace(writing.check(job, marked(parsed_pages(job, ()), outcome), spool), notices=())
    except (TrackerError, OSError):  # it breaks the parser without a record too, such as by a scope
        spool.clear()
        return writing.Checked(0, 0, ())


def _outcome(asking: Asking) -> Outcome:
    if asking.outcome in UNFINISHED:
        return asking.outcome
    if any(page.items for page in asking.pages):
        return "rows"
    return "empty_confirmed" if asking.outcome == "empty_confirmed" else "empty_unverified"


def _reconciled(asking: Asking) -> Iterator[str]:
    items = sum(page.items for page in asking.pages)
    if asking.stated_total is not None and asking.stated_total != items:
        yield f"{items:,} of the {asking.stated_total:,} that the platform states"


def parsed_pages(job: Job, pages: Sequence[KeptPage]) -> Iterator[Parsed]:
    """Parse the records of all pages as those of one answer; lines are counted through."""
    return _parsed(job, chain.from_iterable(_kept_records(job, *one) for one in _kept_of(pages)))


def _parsed(job: Job, found: Iterable[Record]) -> Iterator[Parsed]:
    records = job.fields.noting(
        (Record(line, record.values) for line, record in enumerate(found, 1)),
        columns=False,
        shape=sources.shape_of(job.source),
    )
    return known_form(lambda: job.source.parse(records, job.scope), f"{job.source.name}: an answer")


def _kept_of(pages: Sequence[KeptPage]) -> list[tuple[int, int | None]]:
    """Return the evidence of pages, each with the row of the ledger that says how it came."""
    return [(page.evidence_id, page.fetch_id) for page in pages if page.evidence_id is not None]


def _kept_records(job: Job, evidence_id: int, fetch_id: int | None) -> Iterator[Record]:
    """Yield the records of an answer from its evidence."""
    with Session(job.engine) as session:
        heard = evidence.heard(session, fetch_id) if fetch_id and sources.hears(job.source) else {}
        body = b"".join(evidence.read(session, evidence_id))
        address = evidence.origin_of(session, evidence_id) if sources.is_addressed(job.source) else None
    return _records_of(job, body, address, heard)


def _records_of(job: Job, body: bytes, address: str | None, heard: Mapping[str, str]) -> Iterator[Record]:
    """Yield the records of an answer that stood at `address`; each bears the headers that the source hears, if some came."""
    name = f"{job.source.name}: an answer"
    read = sources.records_in(job.source, address)
    found = known_form(
        lambda: reading.records_of_body(body, limits=reading.Limits(), records_in=read, name=name), name
    )
    return (Record(one.line, {**one.values, HEARD: heard}) for one in found) if heard else found


def marked(items: Iterable[Parsed], outcome: Outcome) -> Iterator[Parsed]:
    """Let the listings say how the question ended; only those of a whole look say `rows`, and are compared."""
    if outcome == "rows":
        yield from items
        return
    known: dict[int, tuple[Listing, Listing]] = {}

    def of(listing: Listing) -> Listing:
        return known.setdefault(id(listing), (listing, replace(listing, outcome=outcome)))[1]

    for item in items:
        if isinstance(item, Listing):
            yield of(item)
        elif isinstance(item, AdvertiserReport | Profile):
            yield replace(item, listing=of(item.listing))
        elif isinstance(item, Ad | Post):
            yield item._replace(listing=of(item.listing))
        else:
            yield item


def _asked(job: Job) -> str:
    """Return what was asked, in words: stands where a file's name stands in the report of an import."""
    return ", ".join(f"{key}={value}" for key, value in job.scope.values.items()) or "everything"
