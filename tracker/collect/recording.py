"""Keeps each answer as evidence and in the ledger before the source sees it, without any credential."""

from collections.abc import Callable, Mapping

from tracker.collect import sources
from tracker.collect.cells import clean
from tracker.collect.client import HttpClient
from tracker.collect.job import Job
from tracker.domain import Answer, Outcome, Unanswered
from tracker.errors import TrackerError
from tracker.store import evidence
from tracker.store.engine import unit_of_work

_SHOWN = 300
_BY_STATUS: Mapping[int, Outcome] = {
    401: "refused", 403: "refused", 404: "gone", 410: "gone", 429: "throttled", 451: "refused", 503: "throttled",
}  # fmt: skip
_LOGIN = ("login", "signin", "sign_in", "checkpoint", "consent")


class LoginWall(TrackerError):
    """A web page came in place of data."""


class Recorder:
    """The client that a source gets: what it asks is kept under one query. Sources of web pages may be given some."""

    def __init__(self, job: Job, query_id: int, client: HttpClient):
        self._job, self._query_id, self._client = job, query_id, client
        self._kept: list[tuple[Answer, int]] = []
        self._errand = client.errand(self._keep_on_the_way)

    def get(
        self, url: str, *, params: Mapping[str, str] | None = None, headers: Mapping[str, str] | None = None
    ) -> Answer:
        """Return the answer to a GET once it is kept."""
        return self._recorded(
            lambda: self._client.get(url, params=params, headers=headers, errand=self._errand)
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
            )
        )

    def evidence_of(self, answer: Answer) -> int:
        """Return under which evidence an answer is kept, and forget the other answers."""
        found = next((kept for known, kept in self._kept if known is answer), None)
        kept = self._keep(answer) if found is None else found
        self._kept = [(answer, kept)]
        return kept

    def words(self, text: str) -> str:
        """Return words that may be kept: on one line, not too long, without a credential."""
        shown = " ".join(clean(self._client.redactor.text(text)).split())
        return shown if len(shown) <= _SHOWN else f"{shown[: _SHOWN - 1]}…"

    def _recorded(self, ask: Callable[[], Answer]) -> Answer:
        try:
            answer = ask()
        except Unanswered as error:
            if error.answer is not None:
                self._keep(error.answer)
            raise
        self._kept.append((answer, self._keep(answer)))
        if answer.status < 300 and not sources.reads_web_pages(self._job.source) and _is_web_page(answer):
            raise LoginWall(f"{answer.url} answered {answer.status} with a web page in place of data")
        return answer

    def _keep_on_the_way(self, answer: Answer) -> None:
        self._keep(answer)

    def _keep(self, answer: Answer) -> int:
        body = self._client.redactor.body(answer.body)
        with unit_of_work(self._job.engine) as session:
            kept = evidence.keep(session, body, feed=f"{self._job.source.name} {self._job.digest[:16]}")
            evidence.add_fetch(
                session,
                self._query_id,
                fetched_at=self._job.now(),
                origin=answer.url,
                http_status=answer.status,
                evidence_id=kept,
            )
        return kept


def outcome_of(answer: Answer) -> Outcome | None:
    """Return what a status says where the source says nothing: `None` for success."""
    if answer.status < 300:
        return None
    if answer.status < 400:
        target = answer.headers.get("location", "").casefold()
        return "login_wall" if any(sign in target for sign in _LOGIN) else "refused"
    return _BY_STATUS.get(answer.status, "error")


def _is_web_page(answer: Answer) -> bool:
    head = answer.body[:512].lstrip(b"\xef\xbb\xbf \t\r\n")[:15].lower()
    return "text/html" in answer.headers.get("content-type", "") or head.startswith(
        (b"<!doctype html", b"<html")
    )
