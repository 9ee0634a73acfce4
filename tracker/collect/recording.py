"""Keeps each answer as evidence and in the ledger before the source sees it, without any credential."""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sqlmodel import Session

from tracker.collect import discovery, sources
from tracker.collect.cells import clean
from tracker.collect.client import HttpClient
from tracker.collect.job import Job
from tracker.domain import Answer, Outcome, Unanswered
from tracker.errors import TrackerError
from tracker.store import evidence, validators
from tracker.store.engine import unit_of_work
from tracker.store.validators import Known

_SHOWN = 300
_LONGEST_HEADER = 4_000
_BY_STATUS: Mapping[int, Outcome] = {
    401: "refused", 403: "refused", 404: "gone", 410: "gone", 429: "throttled", 451: "refused", 503: "throttled",
}  # fmt: skip
_LOGIN = ("login", "signin", "sign_in", "checkpoint", "consent")


class LoginWall(TrackerError):
    """A web page came in place of data."""


@dataclass(frozen=True, slots=True)
class Kept:
    """An answer with its evidence, the row of the ledger that says how it came, and what is kept of it.

    `body` holds no credential any more; `heard` are the headers by which the source reads it.
    """

    answer: Answer
    evidence_id: int
    fetch_id: int
    body: bytes
    heard: Mapping[str, str]


class Recorder:
    """The client that a source gets: what it asks is kept under one query. Sources of web pages may be given some."""

    def __init__(self, job: Job, query_id: int, client: HttpClient):
        self._job, self._query_id, self._client = job, query_id, client
        self._kept: list[Kept] = []
        self._hears = sources.hears(job.source)
        self._errand = client.errand(self._keep_on_the_way)

    def get(
        self, url: str, *, params: Mapping[str, str] | None = None, headers: Mapping[str, str] | None = None
    ) -> Answer:
        """Return the answer to a GET once it is kept; one that did not change is the page that was kept before."""
        told = dict(headers or {})
        page = self._page_key(url, params)
        known = self._known(page) if sources.asks_conditionally(self._job.source) else None
        if known is not None:
            told = {**known.asked_with, **told}
        return self._recorded(
            lambda: self._client.get(url, params=params, headers=told, errand=self._errand), told, page, known
        )

    def post(
        self,
        url: str,
        *,
        params: Mapping[str, str] | None = None,
        json: object = None,
        form: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Return the answer to a POST once it is kept."""
        return self._recorded(
            lambda: self._client.post(
                url, params=params, json=json, form=form, headers=headers, errand=self._errand
            ),
            headers or {},
        )

    def evidence_of(self, answer: Answer) -> int:
        """Return under which evidence an answer is kept, and forget the other answers."""
        return self.kept(answer).evidence_id

    def kept(self, answer: Answer) -> Kept:
        """Return how an answer is kept, and forget the other answers."""
        found = next((kept for kept in self._kept if kept.answer is answer), None)
        self._kept = [found or self._keep(answer, {})]
        return self._kept[0]

    def words(self, text: str) -> str:
        """Return words that may be kept: on one line, not too long, without a credential."""
        shown = " ".join(clean(self._client.redactor.text(text)).split())
        return shown if len(shown) <= _SHOWN else f"{shown[: _SHOWN - 1]}…"

    def _recorded(
        self,
        ask: Callable[[], Answer],
        told: Mapping[str, str],
        page: str | None = None,
        known: Known | None = None,
    ) -> Answer:
        try:
            answer = ask()
        except Unanswered as error:
            if error.answer is not None:
                self._keep(error.answer, told)
            raise
        if answer.status == 304 and known is not None:
            return self._unchanged(answer, known, told)
        self._kept.append(self._keep(answer, told, page))
        if answer.status < 300 and not sources.reads_web_pages(self._job.source) and _is_web_page(answer):
            raise LoginWall(f"{answer.url} answered {answer.status} with a web page in place of data")
        return answer

    def _page_key(self, url: str, params: Mapping[str, str] | None) -> str:
        words = json.dumps([self._job.source.name, url, dict(params or {})], sort_keys=True)
        return hashlib.sha256(words.encode()).hexdigest()

    def _known(self, page: str) -> Known | None:
        with Session(self._job.engine) as session:
            return validators.known(session, page)

    def _unchanged(self, answer: Answer, known: Known, told: Mapping[str, str]) -> Answer:
        """Return the page that is kept in place of the answer that it did not change; the ledger names it again."""
        with unit_of_work(self._job.engine) as session:
            body = b"".join(evidence.read(session, known.evidence_id))
            found = Answer(answer.url, 200, {**known.headers, **answer.headers}, body, unchanged=True)
            heard = self._heard(told, found)
            fetch = self._note(session, answer, known.evidence_id, heard)
        self._kept.append(Kept(found, known.evidence_id, fetch, body, heard))
        return found

    def _keep_on_the_way(self, answer: Answer) -> None:
        self._keep(answer, {})

    def _keep(self, answer: Answer, told: Mapping[str, str], page: str | None = None) -> Kept:
        """Keep an answer as evidence and in the ledger; under `page`, also what it is asked for again with."""
        redactor = self._client.redactor
        place = hashlib.sha256(answer.url.encode()).hexdigest()[:16]
        feed = f"{self._job.source.name} {self._job.digest[:16]} {place}"
        body, heard = redactor.body(answer.body), self._heard(told, answer)
        with unit_of_work(self._job.engine) as session:
            kept = evidence.keep(session, body, feed=feed)
            fetch = self._note(session, answer, kept, heard)
            if page is not None and answer.status == 200 and sources.asks_conditionally(self._job.source):
                named = {name: redactor.text(value) for name, value in answer.headers.items()}
                validators.remember(session, page, named, kept)
        return Kept(answer, kept, fetch, body, heard)

    def _heard(self, told: Mapping[str, str], answer: Answer) -> dict[str, str]:
        """Return the headers by which the source reads an answer: of the request, and of the answer."""
        named = {name.lower(): value for name, value in told.items()} | dict(answer.headers)
        text = self._client.redactor.text
        return {name: text(named[name])[:_LONGEST_HEADER] for name in self._hears if name in named}

    def _note(self, session: Session, answer: Answer, evidence_id: int, headers: Mapping[str, str]) -> int:
        """Write into the ledger what an answer was and where its bytes are; return the row."""
        return evidence.add_fetch(
            session,
            self._query_id,
            fetched_at=self._job.now(),
            origin=answer.url,
            http_status=answer.status,
            evidence_id=evidence_id,
            headers=headers,
        )


def outcome_of(answer: Answer) -> Outcome | None:
    """Return what a status says where the source says nothing: `None` for success."""
    if answer.status < 300:
        return None
    if answer.status < 400:
        target = answer.headers.get("location", "").casefold()
        return "login_wall" if any(sign in target for sign in _LOGIN) else "refused"
    return _BY_STATUS.get(answer.status, "error")


def _is_web_page(answer: Answer) -> bool:
    return "text/html" in answer.headers.get("content-type", "") or discovery.is_web_page(answer.body)
