"""The watch over accounts: what is due is asked, hosts do not hold each other up, and every slot ends once."""

import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, update
from sqlmodel import Session, col

from tests.collect.servers import Asked, FakeTime, FaultServer, Told, client_of, data, throttled
from tracker.collect import sources, watching
from tracker.collect.client import HttpClient
from tracker.collect.redaction import Redactor
from tracker.collect.watching import Ran, Watcher
from tracker.domain import AccountRef, Status
from tracker.settings import Settings
from tracker.store import registry, tables, watches
from tracker.store.engine import unit_of_work

NOW = datetime(2026, 10, 1, 12, tzinfo=UTC)
SOURCE = '''
"""A source of sites that was put into the folder of sources."""
import json
from tracker.domain import Listing, Page, Post, Record

name = "%(name)s"
platform = "web"
kind = "posts"
needs = ()
anywhere = %(anywhere)s
hosts = ("a.example", "b.example", "c.example", "d.example")
per_minute = 600
scope = {"account": "whose posts"}
origin = "by hand"
required = ("id",)
release = None
matched = False


def fetch(scope, client, credentials, cursor):
    yield Page(client.get("https://" + scope.account.key + "/posts"))


def records_in(body):
    return (Record(number, values) for number, values in enumerate(json.loads(body)["posts"], 1))


def parse(records, scope):
    listing = Listing(name + "|" + scope.account.key, scope.observed_at, scope.account)
    yield listing
    for record in records:
        yield Post(listing, record.values["id"], scope.account, record.values["id"], scope.observed_at)
'''


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    place = tmp_path / "sources"
    place.mkdir()
    monkeypatch.setattr(sources, "__path__", [str(place)])
    before = set(sys.modules)
    yield place
    for name in set(sys.modules) - before:
        if name.startswith(sources.__name__):
            del sys.modules[name]


@pytest.fixture
def server() -> Iterator[FaultServer]:
    with FaultServer() as running:
        yield running


def put(folder: Path, name: str, *, anywhere: bool = True) -> None:
    (folder / f"{name}.py").write_text(SOURCE % {"name": name, "anywhere": anywhere})


def accounts(engine: Engine, *keys: str, status: Status = "accepted") -> None:
    with unit_of_work(engine) as session:
        for key in keys:
            registry.resolve_account(session, AccountRef("web", key, handle=key), status=status, at=NOW)


def watcher_of(
    engine: Engine, home: Path, server: FaultServer, time: FakeTime, owner: str = "me", **settings: object
) -> Watcher:
    def connect(source: sources.Live, redactor: Redactor, _settings: Settings) -> HttpClient:
        return client_of(server, source.hosts, time=FakeTime(NOW), redactor=redactor)

    return Watcher(engine, Settings(home=home, **settings), time.now, owner, connect)  # type: ignore[arg-type]


def by_host(answers: Callable[[str], Told]) -> Callable[[Asked], Told]:
    return lambda asked: answers(asked.headers["host"])


def outcomes(ran: Ran) -> dict[str, str]:
    return {report.file: report.outcome for report in ran.reports}


def queue(engine: Engine) -> dict[str, tuple[datetime, str | None, str | None]]:
    with Session(engine) as session:
        return {
            row["account"]: (row["due_at"], row["last_outcome"], row["note"])
            for row in watches.watches(session)
        }


def all_due(time: FakeTime) -> None:
    time.sleep(3600)


def test_accepted_accounts_are_watched_and_one_that_is_rejected_no_longer(
    engine: Engine, tmp_path: Path, folder: Path, server: FaultServer
) -> None:
    put(folder, "places")
    accounts(engine, "a.example", "b.example")
    accounts(engine, "c.example", status="suspected")
    watcher = watcher_of(engine, tmp_path, server, FakeTime(NOW))
    watching.plan(watcher)
    before = set(queue(engine))

    with unit_of_work(engine) as session:
        rejected = (
            update(tables.Account).where(col(tables.Account.key) == "a.example").values(status="rejected")
        )
        session.execute(rejected)
    watching.plan(watcher)

    with Session(engine) as session:
        still = {row["account"] for row in watches.watches(session) if not row["stopped"]}
    assert (before, still) == ({"web:a.example", "web:b.example"}, {"web:b.example"})


def test_a_source_that_is_asked_by_name_is_not_watched_beside_the_one_that_asks_the_same(
    engine: Engine, tmp_path: Path, folder: Path, server: FaultServer
) -> None:
    put(folder, "places")
    put(folder, "papers")
    with (folder / "papers.py").open("a") as module:
        module.write("by_name = True\n")
    accounts(engine, "a.example")
    watcher = watcher_of(engine, tmp_path, server, FakeTime(NOW))

    watching.plan(watcher)

    with Session(engine) as session:
        assert [row["source"] for row in watches.watches(session)] == ["places"]


def test_an_account_that_cannot_be_asked_about_is_not_watched_and_the_others_once_for_each_country(
    engine: Engine, tmp_path: Path, folder: Path, server: FaultServer
) -> None:
    put(folder, "places")
    with (folder / "places.py").open("a") as module:
        module.write(
            'scope = {**scope, "country": "two letters"}\nwants = ("country",)\n'
            "def question(scope):\n"
            "    from tracker.errors import BadInput\n"
            '    if scope.account.key != "a.example":\n'
            '        raise BadInput("not this one")\n'
        )
    accounts(engine, "a.example", "b.example")
    server.answers("/posts", data({"posts": [{"id": "p"}]}))
    time = FakeTime(NOW)
    watcher = watcher_of(engine, tmp_path, server, time, ad_countries="FR,DE")

    watching.plan(watcher)
    all_due(time)
    ran = watching.run_due(watcher)

    assert set(queue(engine)) == {"web:a.example"}
    assert outcomes(ran) == {"account=web:a.example, country=DE": "rows"}
    assert len(server.asked) == 2


def test_what_is_due_is_asked_once_and_is_due_again_a_day_later(
    engine: Engine, tmp_path: Path, folder: Path, server: FaultServer
) -> None:
    put(folder, "places")
    accounts(engine, "a.example", "b.example")
    server.answers("/posts", data({"posts": [{"id": "p"}]}))
    time = FakeTime(NOW)
    watcher = watcher_of(engine, tmp_path, server, time)
    watching.plan(watcher)
    all_due(time)

    first, second = watching.run_due(watcher), watching.run_due(watcher)

    assert outcomes(first) == {"account=web:a.example": "rows", "account=web:b.example": "rows"}
    assert second == Ran()
    for due, outcome, note in queue(engine).values():
        assert (outcome, note) == ("rows", None)
        assert timedelta(hours=21) < due - time.now() < timedelta(hours=27)


def test_a_host_that_asks_us_to_wait_is_left_alone_and_the_others_are_asked(
    engine: Engine, tmp_path: Path, folder: Path, server: FaultServer
) -> None:
    put(folder, "places")
    put(folder, "sites_again")
    accounts(engine, "a.example", "b.example")
    server.answers(
        "/posts",
        by_host(lambda host: throttled(600) if host == "a.example" else data({"posts": [{"id": "p"}]})),
    )
    time = FakeTime(NOW)
    watcher = watcher_of(engine, tmp_path, server, time)
    watching.plan(watcher)
    all_due(time)

    ran = watching.run_due(watcher)

    assert sorted(report.outcome for report in ran.reports) == ["rows", "rows", "throttled"]
    assert ran.postponed == 1
    with Session(engine) as session:
        notes = [row["note"] for row in watches.watches(session) if row["note"]]
    assert notes == ["not asked: a.example asked us to wait"]


def test_a_source_with_fixed_hosts_is_asked_one_account_after_the_other(
    engine: Engine, tmp_path: Path, folder: Path, server: FaultServer
) -> None:
    put(folder, "service", anywhere=False)
    accounts(engine, "a.example", "b.example", "c.example", "d.example")
    at_once, most, lock = [0], [0], threading.Lock()

    def answer(_asked: Asked) -> Told:
        with lock:
            at_once[0] += 1
            most[0] = max(most[0], at_once[0])
        server.closing.wait(0.02)
        with lock:
            at_once[0] -= 1
        return data({"posts": [{"id": "p"}]})

    server.answers("/posts", answer)
    time = FakeTime(NOW)
    watcher = watcher_of(engine, tmp_path, server, time)
    watching.plan(watcher)
    all_due(time)

    ran = watching.run_due(watcher)

    assert (len(ran.reports), most[0]) == (4, 1)


def test_hosts_that_have_nothing_to_do_with_each_other_are_asked_at_the_same_time(
    engine: Engine, tmp_path: Path, folder: Path, server: FaultServer
) -> None:
    put(folder, "places")
    accounts(engine, "a.example", "b.example", "c.example")
    all_here = threading.Barrier(3)

    def answer(_asked: Asked) -> Told:
        all_here.wait(10)  # breaks, and with it the answer, unless three are asked at once
        return data({"posts": [{"id": "p"}]})

    server.answers("/posts", answer)
    time = FakeTime(NOW)
    watcher = watcher_of(engine, tmp_path, server, time)
    watching.plan(watcher)
    all_due(time)

    assert set(outcomes(watching.run_due(watcher)).values()) == {"rows"}


def test_a_budget_of_a_day_is_kept_and_the_rest_waits(
    engine: Engine, tmp_path: Path, folder: Path, server: FaultServer
) -> None:
    put(folder, "places")
    accounts(engine, "a.example", "b.example", "c.example")
    server.answers("/posts", data({"posts": [{"id": "p"}]}))
    time = FakeTime(NOW)
    watcher = watcher_of(engine, tmp_path, server, time, daily_questions={"places": 2})
    watching.plan(watcher)
    all_due(time)

    now = watching.run_due(watcher)
    still = watching.run_due(watcher)
    time.sleep(24 * 3600 + 1)
    tomorrow = watching.run_due(watcher)

    assert [len(ran.reports) for ran in (now, still, tomorrow)] == [2, 0, 2]


def test_a_worker_that_is_stopped_gives_its_slots_back_unasked(
    engine: Engine, tmp_path: Path, folder: Path, server: FaultServer
) -> None:
    put(folder, "places")
    accounts(engine, "a.example", "b.example")
    time = FakeTime(NOW)
    watcher = watcher_of(engine, tmp_path, server, time)
    watching.plan(watcher)
    all_due(time)

    ran = watching.run_due(watcher, stopping=lambda: True)
    server.answers("/posts", data({"posts": [{"id": "p"}]}))
    other = watching.run_due(replace(watcher, owner="another"))

    assert (ran.reports, ran.postponed) == ((), 2)
    assert len(other.reports) == 2


def test_many_accounts_that_are_gone_at_once_make_the_run_suspect(
    engine: Engine, tmp_path: Path, folder: Path, server: FaultServer
) -> None:
    put(folder, "places")
    accounts(engine, "a.example", "b.example", "c.example", "d.example")
    server.answers("/posts", data({"posts": [{"id": "p"}]}))
    time = FakeTime(NOW)
    watcher = watcher_of(engine, tmp_path, server, time)
    watching.plan(watcher)
    all_due(time)
    calm = watching.run_due(watcher)
    server.answers("/posts", data({}, status=404))
    time.sleep(30 * 3600)

    ran = watching.run_due(watcher)

    assert calm.suspect is None
    assert (
        ran.suspect == "4 of 4 accounts on web vanished at once (0% of the questions in the two weeks before)"
    )
    with Session(engine) as session:
        assert [row["suspect"] for row in watches.suspicions(session)] == [ran.suspect]
