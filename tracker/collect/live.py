"""The line from a platform to the record: ask page by page, keep each answer, then parse, snapshot, compare.

Every question ends in one outcome, whatever happens on the way. Its pages are kept as they come, and what they hold is
written when the asking is over: as a whole look, or as part of one that is compared with nothing. A question that was
interrupted, throttled or refused goes on where it stopped.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import cast

from sqlmodel import Session

from tracker.collect import ending, parsers, sources
from tracker.collect.client import HttpClient, said
from tracker.collect.ending import UNFINISHED, Asking
from tracker.collect.job import Job, known_form
from tracker.collect.recording import LoginWall, Recorder, outcome_of
from tracker.collect.seeking import Stated
from tracker.domain import ImportReport, Outcome, Page, Unanswered
from tracker.errors import RetryLater, RobotsRefused, TrackerError
from tracker.store import cursors, writes
from tracker.store.cursors import END, Earlier, KeptPage
from tracker.store.engine import unit_of_work

RESUMED_WITHIN = timedelta(days=7)
"""A cursor that is older is not used: platforms forget theirs, and the parts of a look should be of one time."""
LONGEST_CURSOR = 10_000
_GOES_ON: frozenset[Outcome] = frozenset({"throttled", "login_wall", "refused", "error"})


def ask(job: Job, client: HttpClient, credentials: Mapping[str, str]) -> ImportReport:
    """Ask a source one question and return what became of it; whatever the platform does, this raises nothing of it."""
    job, asking = _open(job)
    recorder = Recorder(job, asking.query_id, client)
    if not asking.is_over:
        _ask_pages(job, asking, recorder, credentials)
    return ending.end(job, asking, recorder, credentials)


def leave(job: Job, why: str) -> ImportReport:
    """Write that a question was not put, and why; a later one goes on where an earlier one had stopped."""
    with unit_of_work(job.engine) as session:
        return ending.leave(job, _started(job, session), session, why)


# -- the beginning -----------------------------------------------------------------------------------------------


def _open(job: Job) -> tuple[Job, Asking]:
    """Open a query, or the one that was interrupted; take over the pages of an unfinished one."""
    with unit_of_work(job.engine) as session:
        earlier = cursors.last_like(session, job.source.name, job.digest)
        if earlier is not None and not _is_recent(earlier, job):
            earlier = None
        if earlier and earlier.outcome is None and not cursors.was_written(session, earlier.query_id):
            job = replace(job, scope=replace(job.scope, observed_at=earlier.observed_at))
            return job, Asking(earlier.query_id, list(earlier.pages))
        query_id = _started(job, session)
        asking = Asking(query_id, [])
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


def _ask_pages(job: Job, asking: Asking, recorder: Recorder, credentials: Mapping[str, str]) -> None:
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


def _take(job: Job, asking: Asking, recorder: Recorder, page: Page) -> bool:
    """Keep how far a page leads and return whether the next one is to be asked for."""
    kept = recorder.kept(page.answer)
    asking.outcome = page.outcome or outcome_of(page.answer)
    asking.message = None if page.message is None else str(page.message)
    if page.standing is not None:
        words = asking.message or (None if page.standing == "present" else said(page.answer))
        asking.stated = Stated(page.standing, recorder.words(words) if words else None, kept.evidence_id)
    total = _total(page)
    asking.stated_total = asking.stated_total if total is None else total
    if asking.outcome in UNFINISHED:
        asking.message = asking.message or said(page.answer)
        if page.cursor not in (None, asking.cursor) and _broken(asking, page, kept.evidence_id, 0) is None:
            _go(job, asking, KeptPage(job.now(), page.cursor or END, None, 0))
        return False
    read = asking.read(job, kept)
    items = 0 if page.about_account else read
    broken = _broken(asking, page, kept.evidence_id, items)
    follows = END if page.cursor is None or broken else page.cursor
    _go(job, asking, KeptPage(job.now(), follows, kept.evidence_id, items, kept.fetch_id))
    job.progress(f"asking {job.source.name}", sum(page.items for page in asking.pages), asking.stated_total)
    if broken:
        asking.outcome, asking.message = "error", broken
    return follows != END


def _go(job: Job, asking: Asking, page: KeptPage) -> None:
    with unit_of_work(job.engine) as session:
        cursors.add(session, asking.query_id, len(asking.pages), [page])
    asking.pages.append(page)


def _total(page: Page) -> int | None:
    total = page.stated_total
    return total if type(total) is int and 0 <= total < 1 << 63 else None


def _can_be_kept(cursor: object) -> bool:
    """Say whether a cursor is text on one line, as a source promises whatever the platform gave it."""
    return isinstance(cursor, str) and cursor.isprintable() and 0 < len(cursor) <= LONGEST_CURSOR


def _broken(asking: Asking, page: Page, kept: int, items: int) -> str | None:
    """Return in words what is wrong with the way on: it goes round in a circle, or is none that can be kept."""
    if page.cursor is not None and not _can_be_kept(page.cursor):
        return "the platform gave a cursor that cannot be kept; what came until then is kept"
    if page.cursor is not None and page.cursor in {before.cursor for before in asking.pages}:
        return "the platform gave the same cursor a second time; what came until then is kept"
    if page.cursor is not None and items and asking.pages and asking.pages[-1].evidence_id == kept:
        return "the platform gave the same page twice under two cursors; what came until then is kept"
    return None
