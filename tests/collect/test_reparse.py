"""Evidence that is read again: what a mended parser reads otherwise stands beside what was read before, and is listed."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from tests.collect.lines import told
from tests.collect.servers import FaultServer, client_of
from tracker import mirror
from tracker.analysis.tables import open_lake
from tracker.collect import parsers, reparse, telegram_cells
from tracker.collect.job import Job, silent
from tracker.collect.live import ask
from tracker.collect.pipeline import import_file
from tracker.collect.sources import content_library, telegram, x_ads
from tracker.domain import AccountRef, ImportReport, Scope
from tracker.settings import Settings

NOW = datetime(2026, 10, 2, tzinfo=UTC)
HEAD = "id,creation_time,text,lang,post_owner.username,statistics.love_count,statistics.like_count\n"
FIRST = (
    HEAD
    + "3000001,2024-07-03T10:00:00+0000,Tea,en,riverdaily,2,9\n3000002,2024-07-04T10:00:00+0000,Milk,en,lakedaily,,5\n"
)
LATER = HEAD + "3000001,2024-07-03T10:00:00+0000,Tea,en,riverdaily,4,9\n"


@pytest.fixture
def bring(engine_of: Engine, tmp_path: Path) -> Callable[[str, str], ImportReport]:
    """Import a table of the Meta Content Library that was downloaded on a day."""

    def bring(body: str, on: str) -> ImportReport:
        path = tmp_path / "table.csv"
        path.write_text(body, encoding="utf-8")
        return import_file(
            engine_of,
            Settings(home=tmp_path),
            "content_library",
            path=path,
            scope={"exported_at": on},
            now=lambda: NOW,
        )

    return bring


def as_a_former_parser_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """Read the texts from the column of languages, no time, and no love: as if a release before had done so."""
    counts = {name: ours for name, ours in content_library.COLUMNS.counts.items() if ours != "love"}
    former = replace(
        content_library.COLUMNS, text=("lang",), language=("text",), published=("nothing",), counts=counts
    )
    monkeypatch.setattr(content_library, "COLUMNS", former)
    monkeypatch.setattr(parsers, "version", lambda: "former")


def again(engine: Engine, folder: Path, **asked: str) -> reparse.Reread:
    return reparse.reparse(engine, Settings(home=folder), now=lambda: NOW, **asked)  # type: ignore[arg-type]


def rows(engine: Engine, statement: str) -> list[tuple[object, ...]]:
    with engine.connect() as connection:
        return [tuple(row) for row in connection.execute(text(statement))]


Bring = Callable[[str, str], ImportReport]


def test_what_a_mended_parser_reads_stands_beside_what_was_read_before(
    engine_of: Engine, bring: Bring, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as former:
        as_a_former_parser_read(former)
        bring(FIRST, "2024-07-10")

    run = again(engine_of, tmp_path)

    assert (run.queries, run.superseded, run.changed, run.new, run.lost, run.unchanged) == (1, 1, 2, 0, 0, 0)
    assert rows(engine_of, "SELECT text FROM post_snapshot ORDER BY id") == [
        ("en",),
        ("en",),
        ("Tea",),
        ("Milk",),
    ]
    assert rows(engine_of, "SELECT published_as_printed FROM post ORDER BY id") == [
        ("2024-07-03T10:00:00+0000",),
        ("2024-07-04T10:00:00+0000",),
    ]
    assert rows(engine_of, "SELECT name, value FROM post_count ORDER BY post_id, name") == [
        ("likes", 9), ("love", 2), ("likes", 5),
    ]  # fmt: skip
    assert rows(engine_of, "SELECT count(*) FROM change") == [(0,)]
    assert rows(engine_of, "SELECT tool_version FROM query ORDER BY id") == [
        ("former",),
        (parsers.version(),),
    ]


def test_the_differences_are_listed_field_by_field_and_kept(
    engine_of: Engine, bring: Bring, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as former:
        as_a_former_parser_read(former)
        bring(LATER, "2024-07-10")

    run = again(engine_of, tmp_path)

    listed = [(one.subject, one.field, one.before, one.after) for one in run.differences]
    assert ("3000001", "text", "en", "Tea") in listed
    assert ("3000001", "count love", None, "4") in listed
    assert ("3000001", "published_at", None, "2024-07-03T10:00:00+00:00") in listed
    kept = rows(engine_of, "SELECT subject, field, before, after FROM reparse_change ORDER BY id")
    assert kept == listed


def test_a_dry_run_lists_the_same_and_writes_nothing(
    engine_of: Engine, bring: Bring, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as former:
        as_a_former_parser_read(former)
        bring(FIRST, "2024-07-10")
        bring(LATER, "2024-07-11")

    dry = reparse.compare(engine_of, Settings(home=tmp_path), now=lambda: NOW)

    assert rows(engine_of, "SELECT count(*) FROM reparse") == [(0,)]
    assert again(engine_of, tmp_path).differences == dry.differences


def test_the_same_again_reads_nothing_and_changes_nothing(
    engine_of: Engine, bring: Bring, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as former:
        as_a_former_parser_read(former)
        bring(FIRST, "2024-07-10")
    again(engine_of, tmp_path)
    before = rows(engine_of, "SELECT count(*) FROM post_snapshot")

    run = again(engine_of, tmp_path)

    assert (run.queries, run.before, run.differences) == (0, 1, [])
    assert rows(engine_of, "SELECT count(*) FROM post_snapshot") == before


def test_what_reads_alike_is_noted_and_not_written_again(
    engine_of: Engine, bring: Bring, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as former:
        former.setattr(parsers, "version", lambda: "former")
        bring(FIRST, "2024-07-10")
        bring(LATER, "2024-07-11")

    run = again(engine_of, tmp_path)

    assert (run.queries, run.superseded, run.changed, run.differences) == (2, 0, 0, [])
    assert rows(engine_of, "SELECT query_id, changed FROM reparse") == [(None, 0), (None, 0)]
    assert rows(engine_of, "SELECT count(*) FROM query") == [(2,)]


def test_the_next_look_finds_no_edit_where_only_the_parser_was_mended(
    engine_of: Engine, bring: Bring, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as former:
        as_a_former_parser_read(former)
        bring(FIRST, "2024-07-10")
        bring(LATER, "2024-07-11")
    again(engine_of, tmp_path)

    report = bring(LATER.replace("Tea", "Coffee"), "2024-07-12")

    assert report.changed == 1
    assert rows(engine_of, "SELECT type, before, after FROM change") == [("post_edited", "Tea", "Coffee")]


def test_a_value_that_a_later_answer_changed_is_read_again_in_both(
    engine_of: Engine, bring: Bring, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as former:
        as_a_former_parser_read(former)
        bring(FIRST, "2024-07-10")
        bring(LATER, "2024-07-11")
    again(engine_of, tmp_path)

    counted = "SELECT value FROM post_count c JOIN post p ON p.id = c.post_id WHERE p.key = '3000001' AND c.name = 'love' ORDER BY c.observed_at"
    assert rows(engine_of, counted) == [(2,), (4,)]


def test_a_run_that_was_killed_goes_on_with_what_it_had_not_read(
    engine_of: Engine, bring: Bring, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as former:
        as_a_former_parser_read(former)
        bring(FIRST, "2024-07-10")
        bring(LATER, "2024-07-11")

    def killed(_stage: str, done: int, _total: int | None) -> None:
        if done > 2:  # the first table is read, the second was begun
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        reparse.reparse(engine_of, Settings(home=tmp_path), now=lambda: NOW, progress=killed)
    half = rows(engine_of, "SELECT of_query_id FROM reparse")

    run = again(engine_of, tmp_path)

    assert (half, run.queries, run.before) == ([(1,)], 1, 1)
    assert rows(engine_of, "SELECT text FROM post_snapshot ORDER BY id") == [
        *[("en",)] * 3, ("Tea",), ("Milk",), ("Tea",),
    ]  # fmt: skip


def test_records_that_were_kept_apart_are_read_where_the_parser_can_now(
    engine_of: Engine, bring: Bring, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as former:
        former.setattr(content_library, "COLUMNS", replace(content_library.COLUMNS, key_form=r"3000002"))
        former.setattr(parsers, "version", lambda: "former")
        bring(FIRST, "2024-07-10")

    run = again(engine_of, tmp_path)

    assert (run.new, run.lost, run.unchanged) == (1, 0, 1)
    assert ("record", "line 2", "id") in [(one.kind, one.subject, one.field) for one in run.differences]
    assert rows(engine_of, "SELECT key FROM post ORDER BY key") == [("3000001",), ("3000002",)]


def test_only_one_source_and_only_what_was_seen_since_a_day_is_read(
    engine_of: Engine, bring: Bring, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as former:
        former.setattr(parsers, "version", lambda: "former")
        bring(FIRST, "2024-07-10")
        bring(LATER, "2024-07-11")

    other = again(engine_of, tmp_path, source="x_ads")
    late = reparse.reparse(
        engine_of, Settings(home=tmp_path), since=datetime(2024, 7, 11, tzinfo=UTC), now=lambda: NOW
    )

    assert (other.queries, late.queries) == (0, 1)


def test_evidence_that_breaks_the_present_parser_is_left_as_it_was_and_said(
    engine_of: Engine, bring: Bring, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as former:
        former.setattr(parsers, "version", lambda: "former")
        bring(FIRST, "2024-07-10")
    said: list[str] = []
    monkeypatch.setattr(content_library, "parse", lambda _records, _scope: iter([1 / 0]))

    run = reparse.reparse(engine_of, Settings(home=tmp_path), now=lambda: NOW, tell=said.append)

    assert (run.failed, run.superseded) == (1, 0)
    assert (
        "query 1 of content_library is left as it was: content_library: table.csv has a form that is not known"
        in said[0]
    )
    assert rows(engine_of, "SELECT text FROM post_snapshot ORDER BY id") == [("Tea",), ("Milk",)]


ADS = (
    "Advertiser Name,Funding Entity,Creative,Start date,End Date,Targeted Segments,Excluded Targeting Segments,Impressions,Reach,"
    "Facts And Circumstances Of Removal,Enforcement Action,Statement Of Reason\n"
    "Somebody,Payer,https://x.com/somebody/status/1810000000000000000,2024-07-08,,Keywords: tea,,1K - 5K,,,,\n"
    "Somebody,Payer,https://x.com/somebody/status/1810000000000000001,2024-07-09,,Keywords: milk,,100,,,,\n"
)


def test_ads_are_read_again_and_the_next_look_finds_no_change(
    engine_of: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def bring_ads(on: str) -> ImportReport:
        path = tmp_path / "ads.csv"
        path.write_text(ADS, encoding="utf-8")
        scope = {
            "handle": "somebody",
            "country": "FR",
            "from": "2024-07-01",
            "to": "2024-07-31",
            "exported_at": on,
        }
        return import_file(
            engine_of, Settings(home=tmp_path), "x_ads", path=path, scope=scope, now=lambda: NOW
        )

    parse = x_ads.parse
    with monkeypatch.context() as former:
        former.setattr(parsers, "version", lambda: "former")
        former.setattr(
            x_ads,
            "parse",
            lambda records, scope: (
                item._replace(payer="N/A", metrics=()) if hasattr(item, "payer") else item
                for item in parse(records, scope)
            ),
        )
        bring_ads("2024-08-01")
        bring_ads("2024-08-02")

    run = again(engine_of, tmp_path)
    report = bring_ads("2024-08-03")

    assert (run.queries, run.superseded, run.changed, run.lost) == (2, 2, 4, 0)
    assert {(one.field, one.before, one.after) for one in run.differences} == {
        ("payer", "N/A", "Payer"),
        ("impressions FR", None, "1K - 5K impressions"),
        ("impressions FR", None, "100 impressions"),
    }
    assert rows(engine_of, "SELECT payer FROM ad_snapshot ORDER BY id") == [
        ("N/A",),
        ("N/A",),
        ("Payer",),
        ("Payer",),
    ]
    assert (report.unchanged, report.changes) == (2, 0)


@pytest.mark.parametrize(
    "broken", ["post", "read"], ids=["where it is parsed", "where its messages are found"]
)
def test_a_page_that_broke_the_parser_when_it_was_asked_for_is_read_now(
    engine_of: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, broken: str
) -> None:
    channel = AccountRef("telegram", "riversays", handle="RiverSays", url="https://t.me/RiverSays")
    read = telegram_cells.read
    fails = {
        "post": lambda *_: 1 / 0,
        "read": lambda body: read(body) if b"channel_info" not in body else 1 / 0,
    }
    with FaultServer() as server, monkeypatch.context() as former:
        server.answers("/s/RiverSays", told("telegram", "newest"))
        former.setattr(parsers, "version", lambda: "former")
        former.setattr(telegram_cells, broken, fails[broken])
        scope = Scope({"account": "telegram:riversays", "from": "2026-09-30"}, NOW, channel)
        with client_of(server, telegram.hosts) as client:
            asked = ask(Job(engine_of, telegram, scope, lambda: NOW, silent), client, {})  # type: ignore[arg-type]

    run = again(engine_of, tmp_path)

    shown = rows(engine_of, "SELECT count(*) FROM post")
    assert (asked.outcome, asked.new, run.failed, run.superseded) == ("error", 0, 0, 1)
    assert run.new > 1
    assert shown == [(run.new - 1,)]


def test_what_was_superseded_is_counted_by_nothing_in_the_lake(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "table.csv"
    path.write_text(FIRST, encoding="utf-8")
    settings = Settings(home=tmp_path)
    with monkeypatch.context() as former:
        as_a_former_parser_read(former)
        import_file(
            engine,
            settings,
            "content_library",
            path=path,
            scope={"exported_at": "2024-07-10"},
            now=lambda: NOW,
        )
    mirror.refresh(engine, settings, progress=silent)
    again(engine, tmp_path)

    mirror.refresh(engine, settings, progress=silent)

    lake = open_lake(settings.lake)
    assert sorted(row["text"] for row in lake.rows(lake.tables["posts"])) == ["Milk", "Tea"]
    assert [row["query_id"] for row in lake.rows(lake.tables["listings"])] == [2, 2]
