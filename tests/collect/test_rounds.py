"""One round of live collection: who is asked about whom, with which keys, and what a throttle means for the rest."""

import fcntl
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine, text
from sqlmodel import Session

from tests.collect.servers import Asked, FakeTime, FaultServer, Told, client_of, data, throttled
from tracker.collect import rounds, sources
from tracker.collect.client import HttpClient
from tracker.collect.job import silent
from tracker.collect.manners import Manners
from tracker.collect.redaction import Redactor
from tracker.collect.rounds import Question
from tracker.domain import AccountRef, ImportReport, Status
from tracker.errors import AddressRefused, BadInput, ConfigError, RetryLater
from tracker.settings import Settings
from tracker.store import registry
from tracker.store.engine import unit_of_work

NOW = datetime(2026, 10, 1, 12, tzinfo=UTC)
EXAMPLE = '''
"""A source that was put into the folder of sources."""
import json
from tracker.domain import Ad, Listing, Page, Record

name = "%(name)s"
platform = "facebook"
kind = "ads"
needs = %(needs)r
takes = ("EXAMPLE_VERSION",)
hosts = ("ads.example.org",)
per_minute = 30
scope = {"account": "whose ads", "country": "two letters"}
origin = "by hand from somewhere"
required = ("id",)
release = None
matched = False


def fetch(scope, client, credentials, cursor):
    headers = {"Authorization": "Bearer " + credentials.get("EXAMPLE_TOKEN", "none")}
    params = {"page": scope.account.key, "version": credentials.get("EXAMPLE_VERSION", "1")}
    while True:
        more = {"after": cursor} if cursor else {}
        answer = client.get("https://ads.example.org/ads", params={**params, **more}, headers=headers)
        cursor = json.loads(answer.body).get("next") if answer.status == 200 else None
        yield Page(answer, cursor)
        if cursor is None:
            return


def records_in(body):
    return (Record(number, values) for number, values in enumerate(json.loads(body)["ads"], 1))


def parse(records, scope):
    listing = Listing(name + "|" + scope.account.key, scope.observed_at, scope.account)
    yield listing
    for record in records:
        yield Ad(listing, record.values["id"], scope.account)
'''


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A further folder of sources, in which each test puts what it needs."""
    place = tmp_path / "sources"
    place.mkdir()
    monkeypatch.setattr(sources, "__path__", [str(place)])
    before = set(sys.modules)
    yield place
    for name in set(sys.modules) - before:
        if name.startswith(sources.__name__):
            del sys.modules[name]


def put(folder: Path, name: str, *needs: str) -> str:
    (folder / f"{name}.py").write_text(EXAMPLE % {"name": name, "needs": needs})
    return name


@pytest.fixture
def server() -> Iterator[FaultServer]:
    with FaultServer() as running:
        yield running


def accounts(engine: Engine, *keys: str, platform: str = "facebook", status: Status = "accepted") -> None:
    with unit_of_work(engine) as session:
        for key in keys:
            registry.resolve_account(session, AccountRef(platform, key, handle=key), status=status, at=NOW)


def asked_for(
    engine: Engine,
    *,
    source: str | None = None,
    account: str | None = None,
    countries: str = "",
    **scope: str,
) -> tuple[list[Question], list[str]]:
    told: list[str] = []
    found = rounds.questions(
        engine, Settings(home=Path("/nowhere"), ad_countries=countries), source=source, account=account, scope=scope,
        now=NOW, tell=told.append,
    )  # fmt: skip
    return found, told


def collected(
    engine: Engine, home: Path, server: FaultServer, asked: Sequence[Question]
) -> tuple[list[ImportReport], list[str]]:
    told: list[str] = []
    time = FakeTime(NOW)

    def connect(source: sources.Live, redactor: Redactor, _settings: Settings) -> HttpClient:
        return client_of(server, source.hosts, time=time, per_minute=source.per_minute, redactor=redactor)

    settings = Settings(home=home)
    found = rounds.collect(
        engine, settings, asked, now=time.now, progress=silent, tell=told.append, connect=connect
    )
    return list(found), told


def one_ad(asked: Asked) -> Told:
    return data({"ads": [{"id": f"ad of {asked.query['page']}"}]})


# -- who is asked ------------------------------------------------------------------------------------------------


def test_every_ready_source_is_asked_about_each_accepted_account_on_its_platform(
    engine: Engine, folder: Path
) -> None:
    accounts(engine, "river", "lake")
    accounts(engine, "critic", status="suspected")
    accounts(engine, "elsewhere", platform="x")
    put(folder, "one")
    put(folder, "two", "EXAMPLE_TOKEN")

    found, told = asked_for(engine, country="FR", unknown="x")

    assert found == [
        Question("one", {"country": "FR", "account": "facebook:lake"}),
        Question("one", {"country": "FR", "account": "facebook:river"}),
    ]
    assert told == ["two: needs TRACKER_EXAMPLE_TOKEN"]


def test_one_source_and_one_account_may_be_named(engine: Engine, folder: Path) -> None:
    accounts(engine, "river")
    accounts(engine, "newcomer", status="unassessed")
    put(folder, "one")

    found, _ = asked_for(engine, source="one", account="facebook:newcomer")

    assert found == [Question("one", {"account": "facebook:newcomer"})]


def test_a_scope_that_says_about_whom_is_one_question(engine: Engine, folder: Path) -> None:
    accounts(engine, "river", "lake")
    put(folder, "one")

    found, _ = asked_for(engine, source="one", payer="River Media Ltd")

    assert found == [Question("one", {"payer": "River Media Ltd"})]


def test_an_account_that_is_named_is_asked_about_at_its_platform_alone(engine: Engine, folder: Path) -> None:
    accounts(engine, "river", "lake")
    put(folder, "one")

    found, _ = asked_for(engine, account="facebook:lake", country="FR")
    elsewhere, _ = asked_for(engine, account="x:lake")

    assert found == [Question("one", {"country": "FR", "account": "facebook:lake"})]
    assert elsewhere == []


def test_a_source_that_lacks_a_key_says_which(
    engine: Engine, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(folder, "two", "EXAMPLE_TOKEN")

    with pytest.raises(ConfigError, match="two needs TRACKER_EXAMPLE_TOKEN"):
        asked_for(engine, source="two")
    monkeypatch.setenv("TRACKER_EXAMPLE_TOKEN", "a-token-of-the-test")

    assert rounds.readiness(sources.load("two")).words == "ready"


def test_a_source_of_files_is_not_asked_and_says_how_its_file_is_had(engine: Engine, folder: Path) -> None:
    path = folder / "files.py"
    path.write_text((EXAMPLE % {"name": "files", "needs": ()}).replace("def fetch", "def _fetch"))

    with pytest.raises(BadInput, match="files is not asked live; import by hand: by hand from somewhere"):
        asked_for(engine, source="files")

    assert asked_for(engine) == ([], ["files: import by hand: by hand from somewhere"])


def test_a_time_of_export_is_for_files(engine: Engine, folder: Path) -> None:
    put(folder, "one")

    with pytest.raises(BadInput, match="exported_at"):
        asked_for(engine, source="one", exported_at="2026-01-01")


# -- the round ---------------------------------------------------------------------------------------------------


def test_each_question_is_a_report_and_a_failure_does_not_stop_the_round(
    engine: Engine, folder: Path, tmp_path: Path, server: FaultServer
) -> None:
    accounts(engine, "lake", "river", "stream")
    put(folder, "one")
    server.answers("/ads", one_ad, data({"error": "no such page"}, 404), one_ad)

    reports, told = collected(engine, tmp_path, server, asked_for(engine)[0])

    assert [(report.file, report.outcome, report.new) for report in reports] == [
        ("account=facebook:lake", "rows", 1),
        ("account=facebook:river", "gone", 0),
        ("account=facebook:stream", "rows", 1),
    ]
    assert told == []


def test_who_asks_us_to_wait_is_left_alone_and_the_next_source_is_asked(
    engine: Engine, folder: Path, tmp_path: Path, server: FaultServer
) -> None:
    accounts(engine, "lake", "river", "stream")
    put(folder, "one")
    put(folder, "two")
    server.answers("/ads", one_ad, throttled(3600), one_ad)

    reports, told = collected(engine, tmp_path, server, asked_for(engine)[0])

    assert [(report.source, report.outcome) for report in reports] == [
        ("one", "rows"), ("one", "throttled"), ("one", "not_asked"), ("two", "rows"), ("two", "rows"), ("two", "rows"),
    ]  # fmt: skip
    assert told == ["one: asks us to wait; 1 more question was not asked"]


def test_what_is_left_out_after_a_throttle_stands_as_not_asked_and_goes_on_where_it_had_stopped(
    engine: Engine, folder: Path, tmp_path: Path, server: FaultServer
) -> None:
    accounts(engine, "lake", "river")
    put(folder, "one")
    river = [Question("one", {"account": "facebook:river"})]
    server.answers(
        "/ads", data({"ads": [{"id": "1"}], "next": "p2"}), throttled(3600), throttled(3600), one_ad
    )
    collected(engine, tmp_path, server, river)

    reports, _ = collected(engine, tmp_path, server, asked_for(engine)[0])
    collected(engine, tmp_path, server, river)

    [left] = [report for report in reports if report.outcome == "not_asked"]
    assert left.file == "account=facebook:river"
    assert left.warnings[0].startswith("one asked us to wait: ")
    assert [asked.query.get("after") for asked in server.asked] == [None, "p2", None, "p2"]
    with Session(engine) as session:
        ended = session.execute(
            text(
                "SELECT l.outcome, o.message FROM listing l JOIN query_outcome o USING (query_id) "
                "WHERE l.outcome = 'not_asked'"
            )
        ).all()
    assert [tuple(row) for row in ended] == [("not_asked", left.warnings[0])]


WANTING = """
wants = ("country", "from", "to")


def question(scope):
    from tracker.errors import BadInput

    if "country" not in scope.values:
        raise BadInput("one country at a time", field="--scope country")
    if not scope.account.native_id:
        raise BadInput("by its number", field="--scope account")
"""
"""What a source says that must be told a country and days, and knows accounts by their number."""


def wanting(folder: Path, name: str) -> None:
    put(folder, name)
    with (folder / f"{name}.py").open("a") as file:
        file.write(WANTING)


def test_a_source_that_must_be_told_a_country_is_not_asked_without_one_and_that_is_told_once(
    engine: Engine, folder: Path
) -> None:
    accounts(engine, "lake", "river")
    wanting(folder, "one")

    asked, told = asked_for(engine)

    assert asked == []
    assert told == [
        "one: 2 of 2 accounts are not asked about: one country at a time, or set TRACKER_AD_COUNTRIES"
    ]


def test_a_round_fills_in_the_countries_and_the_last_days_and_leaves_out_whom_it_cannot_ask_about(
    engine: Engine, folder: Path
) -> None:
    accounts(engine, "lake")
    with unit_of_work(engine) as session:
        registry.resolve_account(
            session,
            AccountRef("facebook", "river", handle="river", native_id="77"),
            status="accepted",
            at=NOW,
        )
    wanting(folder, "one")

    asked, told = asked_for(engine, countries="fr, DE,FR")

    days = {"from": "2026-09-01", "to": "2026-09-30"}
    assert [dict(question.scope) for question in asked] == [
        {"account": "facebook:river", "country": country, **days} for country in ("FR", "DE")
    ]
    assert told == ["one: 1 of 2 accounts are not asked about: by its number"]


def test_what_the_scope_says_is_not_filled_in(engine: Engine, folder: Path) -> None:
    wanting(folder, "one")

    asked, _ = asked_for(
        engine, source="one", account="facebook:river", countries="FR,DE", country="IT", to="2026-09-03"
    )

    assert [dict(question.scope) for question in asked] == [
        {"country": "IT", "to": "2026-09-03", "account": "facebook:river"}
    ]


def test_a_setting_that_names_no_country_is_refused() -> None:
    with pytest.raises(ConfigError, match="TRACKER_AD_COUNTRIES: 'FRANCE'"):
        _ = Settings(home=Path("/nowhere"), ad_countries="DE,France").countries


def test_a_key_is_sent_in_a_header_with_what_the_source_may_also_use(
    engine: Engine, folder: Path, tmp_path: Path, server: FaultServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRACKER_EXAMPLE_TOKEN", "a-token-of-the-test")
    monkeypatch.setenv("TRACKER_EXAMPLE_VERSION", "v9")
    accounts(engine, "river")
    put(folder, "two", "EXAMPLE_TOKEN")
    server.answers("/ads", data({"error": "a-token-of-the-test is no token"}, 401))

    ((report,), _) = collected(engine, tmp_path, server, asked_for(engine)[0])

    (asked,) = server.asked
    assert asked.headers["authorization"] == "Bearer a-token-of-the-test"
    assert asked.query == {"page": "river", "version": "v9"}
    assert (report.outcome, report.warnings[0]) == (
        "refused",
        'answered 401: {"error": "REDACTED is no token"}',
    )


def test_a_round_keeps_to_the_pace_of_its_source(
    engine: Engine, folder: Path, tmp_path: Path, server: FaultServer
) -> None:
    accounts(engine, "lake", "river")
    put(folder, "one")
    server.answers("/ads", one_ad)

    collected(engine, tmp_path, server, asked_for(engine)[0])

    with Session(engine) as session:
        first, second = (
            session.connection().exec_driver_sql("SELECT fetched_at FROM fetch ORDER BY id").scalars()
        )
    assert (first[11:19], second[11:19]) == ("12:00:00", "12:00:02")


def test_two_rounds_at_once_are_refused(
    engine: Engine, folder: Path, tmp_path: Path, server: FaultServer
) -> None:
    put(folder, "one")
    with (tmp_path / "collect.lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)

        with pytest.raises(RetryLater, match="another round of collection"):
            collected(engine, tmp_path, server, [Question("one", {})])


def test_the_client_of_a_round_asks_only_the_hosts_of_its_source(folder: Path) -> None:
    put(folder, "one")
    source = sources.live(sources.load("one"))
    assert source is not None

    with rounds.opener(Manners())(source, Redactor(), Settings(contact="desk@example.org")) as client:
        refused = []
        for url in ("https://elsewhere.example.net/", "http://127.0.0.1/", "http://169.254.169.254/"):
            with pytest.raises(AddressRefused):
                client.get(url)
            refused.append(url)

    assert len(refused) == 3
