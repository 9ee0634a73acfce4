"""One round of live collection: which questions are asked, with which keys, host beside host."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from itertools import groupby
from operator import attrgetter
from typing import Any

from sqlalchemy import Engine
from sqlmodel import Session

from tracker import settings as setting
from tracker.collect import askable, lanes, sources
from tracker.collect.client import WEB, Bounds, HttpClient
from tracker.collect.guard import Guard, WebGuard
from tracker.collect.job import Job, Progress, silent
from tracker.collect.live import ask, leave
from tracker.collect.manners import Manners
from tracker.collect.redaction import Redactor
from tracker.collect.scoping import read_scope
from tracker.domain import ImportReport
from tracker.errors import BadInput, ConfigError, RetryLater
from tracker.settings import Settings
from tracker.store import registry
from tracker.store.engine import checkpoint

ABOUT = frozenset({"account", "handle", "user", "payer", "advertiser", "business"})
"""Parameters of sources that say about whom they are asked."""

OpenClient = Callable[[sources.Live, Redactor, Settings], HttpClient]
Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Question:
    """What one source is asked."""

    source: str
    scope: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Readiness:
    """Whether a source can be asked live: `missing` are the names of keys that are not set."""

    live: bool
    missing: tuple[str, ...]
    origin: str

    @property
    def ready(self) -> bool:
        """Say whether the source can be asked now."""
        return self.live and not self.missing

    @property
    def words(self) -> str:
        """Return what `tracker doctor` says."""
        if self.ready:
            return "ready"
        if self.missing:
            return f"needs {', '.join(setting.PREFIX + name for name in self.missing)}"
        return f"import by hand: {self.origin}"


def readiness(source: sources.Source) -> Readiness:
    """Say whether a source can be asked, and what it lacks."""
    held = setting.credentials(source.needs)
    missing = tuple(name for name in source.needs if name not in held)
    return Readiness(sources.live(source) is not None, missing, source.origin)


def questions(
    engine: Engine,
    settings: Settings,
    *,
    source: str | None,
    account: str | None,
    scope: Mapping[str, str],
    now: datetime,
    tell: Tell,
) -> list[Question]:
    """Return what is to be asked; without a source, every one that is ready, about each accepted account.

    Whom a source cannot be asked about is left out, and told once. Raises `BadInput` for a source that is not asked live, and `ConfigError` for one that lacks a key.
    """
    if "exported_at" in scope:
        raise BadInput("is for files; what is asked live is of now", field="--scope exported_at")
    given = {**scope, "account": account} if account else dict(scope)
    with Session(engine) as session:
        accepted = registry.accounts(session, statuses=["accepted"])
    make = partial(_of, accounts=accepted, settings=settings, now=now, tell=tell)
    if source is not None:
        return make(_ready(source), given)
    asked = []
    for name in sources.names():
        module = sources.load(name)
        state = readiness(module)
        if not state.ready:
            tell(f"{name}: {state.words}")
        elif sources.asked_by_name(module):
            continue
        elif account is None or ("account" in module.scope and _on(module, account)):
            fitting = {key: value for key, value in given.items() if key in module.scope}
            asked += make(module, fitting)
    return asked


def _ready(name: str) -> sources.Source:
    source = sources.load(name)
    state = readiness(source)
    if not state.live:
        raise BadInput(f"{name} is not asked live; {state.words}", field="--source")
    if state.missing:
        raise ConfigError(f"{name} {state.words}")
    return source


def _of(
    source: sources.Source,
    scope: Mapping[str, str],
    *,
    accounts: Sequence[Mapping[str, Any]],
    settings: Settings,
    now: datetime,
    tell: Tell,
) -> list[Question]:
    """Return the questions about each account on the source's platform, or those where the scope says about whom."""
    if "account" not in source.scope or scope.keys() & ABOUT:
        return [Question(source.name, filled) for filled in askable.scopes(source, scope, settings, now)]
    mine = [row for row in accounts if row["platform"] == source.platform]
    asked, left_out = list[Question](), Counter[str]()
    for row in mine:
        about = {**scope, "account": f"{row['platform']}:{row['key']}"}
        filled = askable.scopes(source, about, settings, now)
        why = askable.obstacle(source, filled[0], row, now)
        asked += [] if why else [Question(source.name, one) for one in filled]
        left_out.update([why] if why else [])
    for why, number in left_out.items():
        tell(f"{source.name}: {number} of {len(mine)} accounts are not asked about: {why}")
    return asked


def _on(source: sources.Source, account: str) -> bool:
    return account.partition(":")[0] == source.platform


def guard_of(source: sources.Live) -> Guard:
    """Return the guard that lets a source ask what it may: its own hosts, or anywhere on the public internet."""
    return WebGuard() if sources.asks_anywhere(source) else Guard(source.hosts)


def opener(manners: Manners) -> OpenClient:
    """Return how a round opens the client of a source; all of a round's clients keep the same manners."""

    def open_client(source: sources.Live, redactor: Redactor, settings: Settings) -> HttpClient:
        return HttpClient(
            guard_of(source),
            per_minute=source.per_minute,
            redactor=redactor,
            manners=manners,
            robots=sources.heeds_robots(source),
            contact=settings.contact,
            bounds=_bounds_of(source),
        )

    return open_client


def _bounds_of(source: sources.Live) -> Bounds:
    bounds = WEB if sources.asks_anywhere(source) else Bounds()
    return replace(bounds, budget=sources.budget_of(source) or bounds.budget)


def collect(
    engine: Engine,
    settings: Settings,
    asked: Sequence[Question],
    *,
    now: Callable[[], datetime],
    progress: Progress,
    tell: Tell,
    connect: OpenClient | None = None,
) -> Iterator[ImportReport]:
    """Ask the questions, host beside host, and yield what became of each as it comes.

    A source that asks us to wait, or a site that does not answer, is left alone for this round.
    """
    connect = connect or opener(Manners())
    shared = _Round(engine, settings, now, progress if len(asked) == 1 else silent, tell, connect)
    with _alone(settings):
        answered = lanes.side_by_side(lanes.by_lane(asked, _lane), shared.run)
        for done, report in enumerate(answered, 1):
            if len(asked) > 1:
                progress("asking", done, len(asked))
            yield report
        checkpoint(engine)


def _lane(question: Question) -> str:
    """Name the host that a question goes to, or the hosts of its source: sources with the same hosts take turns."""
    source = sources.live(sources.load(question.source))
    if source is None:
        raise BadInput(f"{question.source} is not asked live")
    if sources.asks_anywhere(source):
        return lanes.host_of(source, question.scope.get("account", "")) or source.name
    return " ".join(sorted(source.hosts))


@dataclass(frozen=True, slots=True)
class _Round:
    """What the questions of one round share."""

    engine: Engine
    settings: Settings
    now: Callable[[], datetime]
    progress: Progress
    tell: Tell
    connect: OpenClient

    def run(self, lane: Sequence[Question], left: Callable[[], bool]) -> Iterator[ImportReport]:
        """Ask one host, or the hosts of a source, one question after the other."""
        for name, group in groupby(lane, key=attrgetter("source")):
            source = sources.live(sources.load(name))
            if source is not None:
                yield from self._ask(source, list(group), left)

    def _ask(
        self, source: sources.Live, asked: Sequence[Question], left: Callable[[], bool]
    ) -> Iterator[ImportReport]:
        with asking(
            self.engine, self.settings, source, now=self.now, progress=self.progress, connect=self.connect
        ) as put:
            for place, question in enumerate(asked, 1):
                if left():
                    return
                report = put(question.scope)
                yield report
                if asked[place:] and self._is_over(source, report):
                    yield from self._leave(source, asked[place:], report)
                    return

    def _is_over(self, source: sources.Live, report: ImportReport) -> bool:
        """Say whether what answered so is left alone: a source that asks us to wait, a site also when it does not answer."""
        return report.outcome in (lanes.PASSED_OVER if sources.asks_anywhere(source) else {"throttled"})

    def _leave(
        self, source: sources.Live, later: Sequence[Question], report: ImportReport
    ) -> Iterator[ImportReport]:
        """Write of each question that is left that it was not put, and why."""
        who = _lane(later[0]) if sources.asks_anywhere(source) else source.name
        waits = report.outcome == "throttled"
        more = "1 more question was" if len(later) == 1 else f"{len(later)} more questions were"
        self.tell(f"{who}: {'asks us to wait' if waits else 'did not answer'}; {more} not asked")
        did = "asked us to wait" if waits else "did not answer"
        why = f"{who} {did}: {next(iter(report.warnings), 'no reason given')}"
        for question in later:
            scope = read_scope(self.engine, source, question.scope, self.now)
            yield leave(Job(self.engine, source, scope, self.now, self.progress), why)


@contextmanager
def asking(
    engine: Engine,
    settings: Settings,
    source: sources.Live,
    *,
    now: Callable[[], datetime],
    progress: Progress,
    connect: OpenClient,
) -> Iterator[Callable[[Mapping[str, str]], ImportReport]]:
    """Yield what puts one question after the other to a source: it gets a scope and returns what became of it."""
    optional: tuple[str, ...] = getattr(source, "takes", ())
    held = setting.credentials((*source.needs, *optional))
    redactor = Redactor(value for name, value in held.items() if setting.is_secret(name))
    with connect(source, redactor, settings) as client:
        yield lambda scope: ask(
            Job(engine, source, read_scope(engine, source, scope, now), now, progress), client, held
        )


@contextmanager
def _alone(settings: Settings) -> Iterator[None]:
    """Hold the round of this home; two at once would go on in each other's queries."""
    import fcntl  # not on Windows, where everything but this works

    settings.home.mkdir(parents=True, exist_ok=True)
    with (settings.home / "collect.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise RetryLater(f"another round of collection runs in {settings.home}") from error
        yield
