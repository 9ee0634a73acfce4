"""The line from a platform to the record: ask page by page, keep each answer, then parse, snapshot, compare.

Every question ends in one outcome, whatever happens on the way. Its pages are kept as they come, and what they hold is
written when the asking is over: as a whole look, or as part of one that is compared with nothing. A question that was
interrupted, throttled or refused goes on where it stopped.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import chain
from typing import cast

from sqlmodel import Session

from tracker.collect import parsers, reading, seeking, sources, writing
from tracker.collect.batches import Tally, write
from tracker.collect.client import HttpClient, said
from tracker.collect.job import Job, known_form
from tracker.collect.recording import LoginWall, Recorder, outcome_of
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
    Page,
    Parsed,
    Post,
    Profile,
    Record,
    Sought,
    Unanswered,
)
from tracker.errors import RetryLater, RobotsRefused, TrackerError
from tracker.store import cursors, evidence, postids, writes
from tracker.store.cursors import END, Earlier, KeptPage
from tracker.store.engine import unit_of_work

RESUMED_WITHIN = timedelta(days=7)
"""A cursor that is older is not used: platforms forget theirs, and the parts of a look should be of one time."""
UNFINISHED: frozenset[Outcome] = frozenset({"throttled", "login_wall", "refused", "gone", "error"})
"""How a question ends that was not answered to its end; what came of it is part of a look."""
LONGEST_CURSOR = 10_000
_GOES_ON: frozenset[Outcome] = frozenset({"throttled", "login_wall", "refused", "error"})


@dataclass(slots=True)
class _Asking:
    """How far one question came. `outcome` is what the platform said, if it said more than rows."""

    query_id: int
    pages: list[KeptPage]
    outcome: Outcome | None = None
    message: str | None = None
    stated_total: int | None = None
    stated: Stated | None = None
    notices: list[str] = field(default_factory=list)

    @property
    def cursor(self) -> str | None:
        """Where to go on; `None` at the beginning."""
        return self.pages[-1].cursor if self.pages else None

    @property
    def is_over(self) -> bool:
        """Say whether all pages were there before."""
        return self.cursor == END


def ask(job: Job, client: HttpClient, credentials: Mapping[str, str]) -> ImportReport:
    """Ask a source one question and return what became of it; whatever the platform does, this raises nothing of it."""
    job, asking = _open(job)
    recorder = Recorder(job, asking.query_id, client)
    if not asking.is_over:
        _ask_pages(job, asking, recorder, credentials)
    return _write(job, asking, recorder, credentials)


def leave(job: Job, why: str) -> ImportReport:
    """Write that a question was not put, and why; a later one goes on where an earlier one had stopped."""
    tally = Tally()
    with unit_of_work(job.engine) as session:
        query_id = _started(job, session)
    with Spool() as spool:
        _bare_look(job, spool, "not_asked")
        for batch in spool.batches(skip=0):
            write(job, query_id, tally, batch)
    return writing.close(job, query_id, tally, writing.End("not_asked", 0, (), why), name=_asked(job))


# -- the beginning -----------------------------------------------------------------------------------------------


def _open(job: Job) -> tuple[Job, _Asking]:
    """Open a query, or the one that was interrupted; take over the pages of an unfinished one."""
    with unit_of_work(job.engine) as session:
        earlier = cursors.last_like(session, job.source.name, job.digest)
        if earlier is not None and not _is_recent(earlier, job):
            earlier = None
        if earlier and earlier.outcome is None and not cursors.was_written(session, earlier.query_id):
            job = replace(job, scope=replace(job.scope, observed_at=earlier.observed_at))
            return job, _Asking(earlier.query_id, list(earlier.pages))
        query_id = _started(job, session)
        asking = _Asking(query_id, [])
        if earlier and _goes_on(earlier):
            asking.pages = list(earlier.pages)
            asking.notices.append(
                f"goes on after {len(earlier.pages)} pages that query {earlier.query_id} kept"
            )
            cursors.add(session, query_id, 0, earlier.pages)
    return job, asking


def _started(job: Job, session: Session) -> int:
    return writes.start_query(
        session, job.source.name, job.scope.values, digest=job.digest, observed_at=job.scope.observed_at,
        started_at=job.now(), evidence_id=None, tool_version=parsers.version(),
    )  # fmt: skip


def _is_recent(earlier: Earlier, job: Job) -> bool:
    since = earlier.pages[-1].at if earlier.pages else earlier.started_at
    return job.now() - since <= RESUMED_WITHIN


def _goes_on(earlier: Earlier) -> bool:
    """Say whether an earlier query stopped where a later one can go on; an error twice at one place begins anew."""
    if not earlier.pages:
        return False
    if earlier.outcome is None:
        return True
    moved = earlier.pages[-1].at >= earlier.started_at
    return (
        earlier.outcome in _GOES_ON
        and earlier.pages[-1].cursor != END
        and (moved or earlier.outcome != "error")
    )


# -- the pages ---------------------------------------------------------------------------------------------------


def _ask_pages(job: Job, asking: _Asking, recorder: Recorder, credentials: Mapping[str, str]) -> None:
    """Ask until the platform has no more, or does not answer; every end is an outcome."""
    live = cast("sources.Live", job.source)
    cursor = asking.cursor
    try:
        for page in known_form(
            lambda: live.fetch(job.scope, recorder, credentials, cursor), f"{job.source.name}: an answer"
        ):
            if not _take(job, asking, recorder, page):
                return
    except LoginWall as error:
        asking.outcome, asking.message = "login_wall", str(error)
    except Unanswered as error:
        told = outcome_of(error.answer) if error.answer else None
        asking.outcome, asking.message = "throttled" if told == "throttled" else "error", str(error)
    except RetryLater as error:
        asking.outcome, asking.message = "throttled", str(error)
    except RobotsRefused as error:
        asking.outcome, asking.message = "refused", str(error)
    except (TrackerError, OSError) as error:
        asking.outcome, asking.message = "error", str(error)


def _take(job: Job, asking: _Asking, recorder: Recorder, page: Page) -> bool:
    """Keep how far a page leads and return whether the next one is to be asked for."""
    kept, fetch = recorder.evidence_of(page.answer), recorder.fetch_of(page.answer)
    asking.outcome = page.outcome or outcome_of(page.answer)
    asking.message = None if page.message is None else str(page.message)
    if page.standing is not None:
        words = asking.message or (None if page.standing == "present" else said(page.answer))
        asking.stated = Stated(page.standing, recorder.words(words) if words else None, kept)
    total = _total(page)
    asking.stated_total = asking.stated_total if total is None else total
    if asking.outcome in UNFINISHED:
        asking.message = asking.message or said(page.answer)
        if page.cursor not in (None, asking.cursor) and _broken(asking, page, kept, 0) is None:
            _go(job, asking, KeptPage(job.now(), page.cursor or END, None, 0))
        return False
    read = sum(1 for _ in _records_of(job, kept, fetch))
    items = 0 if page.about_account else read
    broken = _broken(asking, page, kept, items)
    follows = END if page.cursor is None or broken else page.cursor
    _go(job, asking, KeptPage(job.now(), follows, kept, items, fetch))
    job.progress(f"asking {job.source.name}", sum(page.items for page in asking.pages), asking.stated_total)
    if broken:
        asking.outcome, asking.message = "error", broken
    return follows != END


def _go(job: Job, asking: _Asking, page: KeptPage) -> None:
    with unit_of_work(job.engine) as session:
        cursors.add(session, asking.query_id, len(asking.pages), [page])
    asking.pages.append(page)


def _total(page: Page) -> int | None:
    total = page.stated_total
    return total if type(total) is int and 0 <= total < 1 << 63 else None


def _can_be_kept(cursor: object) -> bool:
    """Say whether a cursor is text on one line, as a source promises whatever the platform gave it."""
    return isinstance(cursor, str) and cursor.isprintable() and 0 < len(cursor) <= LONGEST_CURSOR


def _broken(asking: _Asking, page: Page, kept: int, items: int) -> str | None:
    """Return in words what is wrong with the way on: it goes round in a circle, or is none that can be kept."""
    if page.cursor is not None and not _can_be_kept(page.cursor):
        return "the platform gave a cursor that cannot be kept; what came until then is kept"
    if page.cursor is not None and page.cursor in {before.cursor for before in asking.pages}:
        return "the platform gave the same cursor a second time; what came until then is kept"
    if page.cursor is not None and items and asking.pages and asking.pages[-1].evidence_id == kept:
        return "the platform gave the same page twice under two cursors; what came until then is kept"
    return None


# -- the end -----------------------------------------------------------------------------------------------------


def _write(job: Job, asking: _Asking, recorder: Recorder, credentials: Mapping[str, str]) -> ImportReport:
    """Parse what is kept, write it in batches, compare a whole look with the one before, and write the outcome."""
    tally = Tally()
    with Spool() as spool:
        outcome, checked = _check(job, asking, spool)
        for batch in spool.batches(skip=0):
            write(job, asking.query_id, tally, batch)
            job.progress("writing", tally.items, checked.items)
    asking.notices += seeking.follow(job, asking.query_id, asking.stated, _seek(job, recorder, credentials))
    end = writing.End(
        outcome,
        checked.read,
        tuple(
            map(
                recorder.words,
                (*asking.notices, *checked.notices, *_reconciled(asking), *_ids(job, asking, tally)),
            )
        ),
        recorder.words(asking.message) if asking.message else None,
        asking.stated_total,
    )
    return writing.close(job, asking.query_id, tally, end, name=_asked(job))


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


def _check(job: Job, asking: _Asking, spool: Spool) -> tuple[Outcome, writing.Checked]:
    """Parse all pages into the spool; where they break the parser, they wait in the evidence, and the look is an error."""
    outcome = _outcome(asking)
    try:
        checked = writing.check(job, marked(parsed_pages(job, asking.pages), outcome), spool)
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


def _outcome(asking: _Asking) -> Outcome:
    if asking.outcome in UNFINISHED:
        return asking.outcome
    if any(page.items for page in asking.pages):
        return "rows"
    return "empty_confirmed" if asking.outcome == "empty_confirmed" else "empty_unverified"


def _reconciled(asking: _Asking) -> Iterator[str]:
    items = sum(page.items for page in asking.pages)
    if asking.stated_total is not None and asking.stated_total != items:
        yield f"{items:,} of the {asking.stated_total:,} that the platform states"


def _ids(job: Job, asking: _Asking, tally: Tally) -> Iterator[str]:
    """Yield a warning when posts come back under other ids, so that one would count as many."""
    if job.source.kind != "posts" or not tally.counts.new:
        return
    with Session(job.engine) as session:
        new, known = postids.readdressed(session, asking.query_id)
    if known and 2 * known >= new:
        yield (
            f"{known:,} of {new:,} new posts stand where known ones do, under other ids: ids that change with each look "
            "make one post many; feeds and sites can be asked with key=link"
        )


def parsed_pages(job: Job, pages: Sequence[KeptPage]) -> Iterator[Parsed]:
    """Parse the records of all pages as those of one answer; lines are counted through."""
    kept = [(page.evidence_id, page.fetch_id) for page in pages if page.evidence_id is not None]
    found = chain.from_iterable(_records_of(job, *one) for one in kept)
    records = job.fields.noting(
        (Record(line, record.values) for line, record in enumerate(found, 1)),
        columns=False,
        shape=sources.shape_of(job.source),
    )
    return known_form(lambda: job.source.parse(records, job.scope), f"{job.source.name}: an answer")


def _records_of(job: Job, evidence_id: int, fetch_id: int | None) -> Iterator[Record]:
    """Read the records of one answer; each bears the headers that the source hears, where some came."""
    with Session(job.engine) as session:
        heard = evidence.heard(session, fetch_id) if fetch_id and sources.hears(job.source) else {}
        body = b"".join(evidence.read(session, evidence_id))
        address = evidence.origin_of(session, evidence_id) if sources.is_addressed(job.source) else None
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
