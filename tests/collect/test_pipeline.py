"""From files to the record: what is new, what changed, what is refused, and what a killed import leaves."""

import json
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from sqlalchemy import Engine, text
from sqlmodel import Session, select

from tracker.collect import changes, parsers, pipeline, reading, spool, writing
from tracker.collect.diffing import AdView, KnownBefore, Look, compare
from tracker.collect.job import FileJob, Progress, silent
from tracker.collect.sources import Source
from tracker.domain import AccountRef, ImportReport, Scope
from tracker.errors import BadInput, PlatformChanged
from tracker.settings import Settings
from tracker.store import evidence, registry, tables
from tracker.store.engine import unit_of_work

HEADER = (
    "Advertiser Name,Funding Entity,Creative,Start date,End Date,Targeted Segments,Excluded Targeting Segments,"
    "Impressions,Reach,Facts And Circumstances Of Removal,Enforcement Action,Statement Of Reason"
)
SHARED = Path(__file__).parents[2].parent / "shared" / "data"
NOW = datetime(2024, 10, 5, 12, tzinfo=UTC)

Import = Callable[..., ImportReport]


def row(number: int, **cells: str) -> str:
    values = {
        "advertiser": "Somebody",
        "payer": "First Payer",
        "creative": f"https://x.com/somebody/status/18{number:017d}",
        "start": f"2024-07-{number:02d}",
        "end": "2024-07-30",
        "targets": "Keywords: Shanghai",
        "excluded": "",
        "impressions": "100",
        **cells,
    }
    return ",".join(f'"{value}"' for value in values.values()) + ",,,,"


@pytest.fixture
def bring(engine_of: Engine, tmp_path: Path) -> Import:
    """Import rows as an export of X of one day and return the report."""

    def bring(name: str, *rows: str, on: str, progress: Progress = silent, **scope: str) -> ImportReport:
        path = tmp_path / name
        path.write_text("\n".join([HEADER, *rows]) + "\n", encoding="utf-8")
        asked = {
            "handle": "Somebody",
            "country": "FR",
            "from": "2024-07-01",
            "to": "2024-07-31",
            "exported_at": on,
        }
        return pipeline.import_file(
            engine_of,
            Settings(home=tmp_path),
            "x_ads",
            path=path,
            scope={**asked, **scope},
            now=lambda: NOW,
            progress=progress,
        )

    return bring


def changes_in(engine: Engine) -> list[tuple[Any, ...]]:
    with Session(engine) as session:
        found = session.exec(select(tables.Change).order_by(tables.Change.id))  # type: ignore[arg-type]
        return [(change.type, change.field, change.before, change.after) for change in found]


def count(engine: Engine, table: str) -> int:
    with engine.connect() as connection:
        return int(connection.execute(text(f'SELECT COUNT(*) FROM "{table}"')).scalar_one())


def test_the_same_file_again_adds_the_query_and_nothing_else(engine_of: Engine, bring: Import) -> None:
    first = bring("july.csv", row(1), row(2), on="2024-08-01")
    before = {name: count(engine_of, name) for name in tables.metadata().tables}

    again = bring("july.csv", row(1), row(2), on="2024-08-01")

    after = {name: count(engine_of, name) for name in tables.metadata().tables}
    assert (first.new, again.new, again.unchanged) == (2, 0, 2)
    assert {name for name in after if after[name] != before[name]} == {"query", "query_outcome", "fetch"}


def test_a_later_export_of_the_same_scope_yields_typed_changes(engine_of: Engine, bring: Import) -> None:
    bring("first.csv", row(1), row(2), on="2024-08-01")

    report = bring(
        "second.csv",
        row(1, end="2024-07-31"),
        row(3, payer="Second Payer", targets="Keywords: Shanghai; Locations: France"),
        on="2024-08-15",
    )

    assert (report.new, report.changed, report.unchanged, report.changes) == (1, 1, 0, 5)
    assert changes_in(engine_of) == [
        ("ad_new", None, None, "Second Payer"),
        ("ad_changed", "last_shown", "2024-07-30", "2024-07-31"),
        ("ad_gone", None, "First Payer", None),
        ("payer_new", "payer", "First Payer", "Second Payer"),
        ("country_new", "location", None, "location France"),
    ]


def test_every_change_names_two_snapshots_that_exist(engine_of: Engine, bring: Import) -> None:
    bring("first.csv", row(1), row(2), on="2024-08-01")
    bring("second.csv", row(1, payer="Second Payer"), row(3), on="2024-08-15")

    with Session(engine_of) as session:
        known = {f"ad-{snapshot.id}" for snapshot in session.exec(select(tables.AdSnapshot))}
        known |= {f"listing-{listing.id}" for listing in session.exec(select(tables.Listing))}
        named = {
            name
            for change in session.exec(select(tables.Change))
            for name in (change.snapshot_before, change.snapshot_after)
        }

    assert named
    assert named <= known


def test_the_first_ad_of_a_tracked_account_is_told_once_from_its_first_look(
    engine_of: Engine, bring: Import
) -> None:
    with unit_of_work(engine_of) as session:
        registry.resolve_account(session, AccountRef("x", "somebody"), status="accepted", at=NOW)

    bring("empty.csv", on="2024-08-01")
    first = bring("first.csv", row(2), row(1), on="2024-08-15")
    other = bring("de.csv", row(1), row(4), on="2024-08-20", country="DE")

    with Session(engine_of) as session:
        told = session.exec(select(tables.Change)).one()
    assert (first.changes, other.changes) == (1, 0)
    assert (told.type, told.subject[-1], told.before, told.after) == ("first_ad", "1", None, "First Payer")
    assert (told.snapshot_before, told.snapshot_after) == ("listing-1", "ad-2")


def test_a_payer_first_seen_in_another_countrys_first_export_is_new(engine_of: Engine, bring: Import) -> None:
    bring("fr.csv", row(1), on="2024-08-01")

    bring("de.csv", row(1), row(4, payer="Second Payer"), on="2024-08-02", country="DE")

    assert changes_in(engine_of) == [("payer_new", "payer", "First Payer", "Second Payer")]


def test_an_ad_that_was_gone_and_comes_back_has_returned(engine_of: Engine, bring: Import) -> None:
    bring("first.csv", row(1), row(2), on="2024-08-01")
    bring("second.csv", row(1), on="2024-08-15")

    bring("third.csv", row(1), row(2), on="2024-09-01")

    assert changes_in(engine_of) == [
        ("ad_gone", None, "First Payer", None),
        ("ad_returned", None, None, "First Payer"),
    ]


def test_an_ad_that_leaves_after_its_year_has_expired(engine_of: Engine, bring: Import) -> None:
    days = {"from": "2023-06-01", "to": "2024-07-31"}
    aged = {"start": "2023-06-01", "end": "2023-07-01"}
    bring("first.csv", row(1, **aged), row(2, start="2023-06-01"), on="2024-06-01", **days)

    bring("second.csv", row(3), on="2024-08-15", **days)

    assert changes_in(engine_of) == [
        ("ad_new", None, None, "First Payer"),
        ("ad_expired", None, "First Payer", None),
        ("ad_gone", None, "First Payer", None),
    ]


def test_a_look_taken_in_parts_tells_what_it_tells_in_one(
    engine_of: Engine, bring: Import, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(changes, "AT_ONCE", 1)
    bring("first.csv", row(1), row(2), on="2024-08-01")

    bring("second.csv", row(2, end="2024-07-31"), *(row(n, payer="New") for n in (3, 4, 5)), on="2024-08-15")

    assert sorted(kind for kind, *_ in changes_in(engine_of)) == [
        "ad_changed", "ad_gone", "ad_new", "ad_new", "ad_new", "payer_new",
    ]  # fmt: skip


def test_rows_of_one_creative_meet_however_far_apart_they_stand(
    engine_of: Engine, bring: Import, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writing, "BATCH", 2)
    rows = [row(1), *(row(n) for n in range(2, 12)), row(1, payer="Second Payer"), row(1)]

    first = bring("first.csv", *rows, on="2024-08-01")
    again = bring("again.csv", *reversed(rows), on="2024-08-15")

    with Session(engine_of) as session:
        keys = [ad.key[-2:] for ad in session.exec(select(tables.Ad)) if f"18{1:017d}" in ad.key]
    assert (first.read, first.new, first.unchanged, sorted(keys)) == (13, 12, 1, ["#1", "#2"])
    assert (again.new, again.changed, again.unchanged, again.changes) == (0, 0, 13, 0)


def test_a_sorted_import_that_was_killed_goes_on_and_writes_each_ad_once(
    engine_of: Engine, bring: Import, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writing, "BATCH", 4)
    monkeypatch.setattr(spool, "_RUN_BYTES", 500)
    rows = [row(number) for number in reversed(range(1, 26))]

    with pytest.raises(KeyboardInterrupt):
        bring("july.csv", *rows, row(9, payer="Second Payer"), on="2024-08-01", progress=_after(3))
    kept = count(engine_of, "ad")
    report = bring("july.csv", *rows, row(9, payer="Second Payer"), on="2024-08-01")

    assert 0 < kept < 26
    assert (report.read, report.new, count(engine_of, "ad"), count(engine_of, "ad_snapshot")) == (
        26, 26, 26, 26,
    )  # fmt: skip
    assert (count(engine_of, "sighting"), count(engine_of, "query")) == (26, 1)


def test_an_import_that_another_version_began_is_gone_through_again_and_nothing_is_doubled(
    engine_of: Engine, bring: Import, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writing, "BATCH", 4)
    rows = [row(number) for number in reversed(range(1, 26))]
    far = row(30, start="1999-07-01")
    with monkeypatch.context() as former:
        former.setattr(parsers, "version", lambda: "former")
        former.setattr(spool.Spool, "sort", _as_they_stand)
        with pytest.raises(KeyboardInterrupt):
            bring("july.csv", far, *rows, on="2024-08-01", progress=_after(3))
    kept = count(engine_of, "ad")

    report = bring("july.csv", far, *rows, on="2024-08-01")

    assert kept > 0
    assert (report.read, report.new, report.unchanged, report.quarantined) == (26, 25 - kept, kept, 1)
    assert [count(engine_of, table) for table in ("query", "listing", "ad", "ad_snapshot", "sighting", "quarantined")] == [
        1, 1, 25, 25, 25, 1,
    ]  # fmt: skip


def test_a_payer_that_paid_for_the_account_before_is_not_new(engine_of: Engine, bring: Import) -> None:
    bring("first.csv", row(1), row(2, payer="Second Payer"), on="2024-08-01")

    bring("second.csv", row(1, payer="Second Payer"), row(2, payer="Second Payer"), on="2024-08-15")

    assert changes_in(engine_of) == [("ad_changed", "payer", "First Payer", "Second Payer")]


def test_two_exports_of_one_time_tell_each_change_once(engine_of: Engine, bring: Import) -> None:
    bring("july.csv", row(1), row(3), on="2024-08-01")
    bring("august.csv", row(1), row(2, payer="Second Payer"), on="2024-09-01")

    bring("again.csv", row(1), row(2, payer="Second Payer"), row(4), on="2024-09-01")

    assert [kind for kind, *_ in changes_in(engine_of)] == ["ad_new", "ad_gone", "payer_new", "ad_new"]


def test_a_payer_in_other_capitals_is_a_changed_cell_and_no_new_payer() -> None:
    before = KnownBefore({"Yangzhi Marketing": 1}, {})
    view = AdView(2, 7, "ad", {"payer": "YANGZHI  MARKETING"})
    looks = [Look(number, NOW, None, None, {1: view}) for number in (1, 2)]

    assert compare(*looks, {7: before}, known_ads=set()) == []


def test_a_later_empty_export_does_not_keep_an_earlier_one_from_being_compared(
    engine_of: Engine, bring: Import
) -> None:
    bring("july.csv", row(1), on="2024-08-01")
    bring("october.csv", on="2024-10-01")

    bring("september.csv", row(1), row(2), on="2024-09-01")

    assert changes_in(engine_of) == [("ad_new", None, None, "First Payer")]


def test_a_header_only_export_is_unverified_and_makes_no_ad_vanish(engine_of: Engine, bring: Import) -> None:
    bring("first.csv", row(1), row(2), on="2024-08-01")

    empty = bring("empty.csv", on="2024-08-15")
    later = bring("third.csv", row(1), on="2024-09-01")

    assert (empty.outcome, empty.read, empty.changes) == ("empty_unverified", 0, 0)
    assert later.changes == 1
    assert changes_in(engine_of) == [("ad_gone", None, "First Payer", None)]


def test_an_ad_outside_the_days_asked_about_has_not_vanished(engine_of: Engine, bring: Import) -> None:
    bring("first.csv", row(1), row(2), on="2024-08-01")

    report = bring(
        "august.csv",
        row(9, start="2024-08-02"),
        on="2024-09-01",
        **{"from": "2024-08-01", "to": "2024-08-31"},
    )

    assert report.changes == 1
    assert changes_in(engine_of) == [("ad_new", None, None, "First Payer")]


def test_an_older_export_that_comes_in_late_is_kept_and_not_compared(
    engine_of: Engine, bring: Import
) -> None:
    bring("second.csv", row(1), on="2024-08-15")

    late = bring("first.csv", row(1), row(2), on="2024-08-01")

    assert (late.new, late.changes, changes_in(engine_of)) == (1, 0, [])
    assert any("later look" in warning for warning in late.warnings)


def test_another_country_is_another_series_of_the_same_ads(engine_of: Engine, bring: Import) -> None:
    bring("fr.csv", row(1), on="2024-08-01")

    german = bring("de.csv", row(1, impressions="7"), on="2024-08-02", country="DE")

    assert (german.new, german.changes, count(engine_of, "ad")) == (0, 0, 1)


def test_an_unknown_column_is_kept_with_each_ad_and_named(engine_of: Engine, tmp_path: Path) -> None:
    path = tmp_path / "new_header.csv"
    path.write_text(f"{HEADER},Mood\n{row(1)},calm\n", encoding="utf-8")

    report = pipeline.import_file(
        engine_of, Settings(home=tmp_path), "x_ads", path=path, scope={"handle": "somebody"}, now=lambda: NOW
    )

    with Session(engine_of) as session:
        snapshot = session.exec(select(tables.AdSnapshot)).one()
    assert snapshot.extra == {"Mood": "calm"}
    assert any("Mood" in warning for warning in report.warnings)


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([row(1), row(2, start="03/04/2024")], "line 3, field 'Start date': '03/04/2024' could be"),
        ([row(1, creative="")], "line 2, field 'Creative'"),
        ([row(1), "too,few"], "line 3: 2 cells"),
    ],
)
def test_a_bad_row_refuses_the_file_and_leaves_nothing(
    engine_of: Engine, bring: Import, rows: list[str], words: str
) -> None:
    with pytest.raises(BadInput) as refusal:
        bring("bad.csv", *rows, on="2024-08-01")

    assert words in str(refusal.value)
    assert {name: count(engine_of, name) for name in ("query", "evidence", "ad", "account", "fetch")} == {
        "query": 0, "evidence": 0, "ad": 0, "account": 0, "fetch": 0,
    }  # fmt: skip


@pytest.mark.parametrize(
    "handle", ["../../etc/passwd", "https://evil.example/x", "javascript:alert(1)", "a b", "x" * 300]
)
def test_a_path_or_an_address_is_no_handle(bring: Import, handle: str) -> None:
    with pytest.raises(BadInput, match="handle"):
        bring("july.csv", row(1), on="2024-08-01", handle=handle)


@pytest.mark.parametrize(
    ("header", "words"),
    [
        (HEADER.replace("Creative,", ""), "no column 'creative'"),
        ("a,b", "expected https://ads.x.com"),
    ],
)
def test_a_file_without_the_columns_is_refused_with_what_was_found(
    engine: Engine, tmp_path: Path, header: str, words: str
) -> None:
    path = tmp_path / "other.csv"
    path.write_text(f"{header}\n", encoding="utf-8")

    with pytest.raises(BadInput) as refusal:
        pipeline.import_file(
            engine, Settings(home=tmp_path), "x_ads", path=path, scope={"handle": "somebody"}
        )

    assert words in str(refusal.value)


def test_markup_and_formulas_come_in_as_the_text_they_are(engine_of: Engine, bring: Import) -> None:
    hostile = '=HYPERLINK(""http://evil.example"")<script>alert(1)</script>'

    bring("hostile.csv", row(1, payer=hostile), on="2024-08-01")

    with Session(engine_of) as session:
        assert session.exec(select(tables.AdSnapshot)).one().payer == hostile.replace('""', '"')


def test_a_hostile_record_that_breaks_the_parser_names_source_and_file(
    engine: Engine, tmp_path: Path
) -> None:
    path = tmp_path / "odd.jsonl"
    path.write_text('{"id": 1}\n', encoding="utf-8")
    limits = reading.Limits()
    source = cast("Source", SimpleNamespace(name="odd", parse=lambda *_: iter(lambda: 1 // 0, None)))
    facts = reading.inspect(path, limits=limits)
    job = FileJob(engine, source, Scope({}, NOW), lambda: NOW, silent, facts, limits)

    with pytest.raises(PlatformChanged, match=r"odd: odd\.jsonl has a form that is not known \(ZeroDivision"):
        list(job.parsed())


# -- data releases and page views --------------------------------------------------------------------------------


def ira_ad(number: int, **values: object) -> str:
    ad = {
        "id": number,
        "created": "2016-05-12T04:06:17-07:00",
        "ended": None,
        "url": "https://www.facebook.com/Some-Page-128371547505950/",
        "text": "words",
        "impressions": 10,
        "clicks": 1,
        "targets": [{"category": "interests", "prefix": "interests", "name": "interests:Jesus"}],
        **values,
    }
    return json.dumps(ad)


def test_a_release_gives_its_accounts_a_claim_with_its_document(engine_of: Engine, tmp_path: Path) -> None:
    path = tmp_path / "release.jsonl"
    path.write_text(
        f"{ira_ad(1)}\n{ira_ad(2, created='2018-02-18T05:41:28-08:00')}\n{ira_ad(3, created=None)}\n"
    )

    report = pipeline.import_file(engine_of, Settings(home=tmp_path), "ira_ads", path=path, scope={})

    with Session(engine_of) as session:
        account = session.exec(select(tables.Account)).one()
        claim = session.exec(select(tables.Claim)).one()
    assert (report.read, report.new, report.quarantined) == (3, 2, 1)
    assert (account.platform, account.key, account.status) == ("facebook", "128371547505950", "accepted")
    assert (claim.predicate, claim.object, claim.document_id) == (
        "pays_for", "facebook:128371547505950", "hpsci-ira-ads",
    )  # fmt: skip


def test_a_site_that_an_ad_of_a_release_leads_to_is_not_attributed(engine_of: Engine, tmp_path: Path) -> None:
    path = tmp_path / "release.jsonl"
    path.write_text(f"{ira_ad(1, url='https://news.example.com/2016/story')}\n")

    pipeline.import_file(engine_of, Settings(home=tmp_path), "ira_ads", path=path, scope={})

    with Session(engine_of) as session:
        account = session.exec(select(tables.Account)).one()
    assert (account.platform, account.status, count(engine_of, "claim")) == ("web", "unassessed", 0)


def test_an_outlet_that_nobody_judged_comes_in_as_unassessed(engine_of: Engine, tmp_path: Path) -> None:
    path = tmp_path / "pages.csv"
    path.write_text(
        "outlet,section,snapshot_at,published_raw,headline,published_at\n"
        "dailything,WORLD,2022-03-01T10:00:00,1 Mar,Hello,2022-03-01T08:00:00\n"
        "dailything,WORLD,2022-04-01T10:00:00,1 Mar,Hello,2022-03-01T08:00:00\n"
    )

    report = pipeline.import_file(engine_of, Settings(home=tmp_path), "page_snapshots", path=path, scope={})

    with Session(engine_of) as session:
        account = session.exec(select(tables.Account)).one()
        post = session.exec(select(tables.Post)).one()
        listings = session.exec(select(tables.Listing).order_by(tables.Listing.id)).all()  # type: ignore[arg-type]
    assert (account.status, account.key) == ("unassessed", "dailything")
    assert (report.new, report.unchanged, count(engine_of, "sighting")) == (1, 1, 2)
    assert post.published_at == datetime(2022, 3, 1, 0, tzinfo=UTC)
    assert [listing.observed_at.hour for listing in listings] == [10, 9]


def test_a_killed_import_keeps_what_was_acknowledged_and_goes_on_after_it(
    engine_of: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writing, "BATCH", 10)
    path = tmp_path / "release.jsonl"
    path.write_text(
        "\n".join(ira_ad(number, url=f"https://www.facebook.com/page{number}/") for number in range(35))
    )
    stop = _after(2)

    with pytest.raises(KeyboardInterrupt):
        pipeline.import_file(
            engine_of, Settings(home=tmp_path), "ira_ads", path=path, scope={}, progress=stop
        )
    kept = count(engine_of, "ad")
    with Session(engine_of) as session:
        faults = list(evidence.verify(session))
    report = pipeline.import_file(engine_of, Settings(home=tmp_path), "ira_ads", path=path, scope={})

    assert (kept, faults) == (19, [])
    assert (report.read, report.new, count(engine_of, "ad"), count(engine_of, "query")) == (35, 35, 35, 1)


def _as_they_stand(held: spool.Spool, items: Iterable[Any], *, batch: int) -> None:
    """Put items in the order of the file, as a version did that sorted nothing."""
    in_order = list(items)
    for start in range(0, len(in_order), batch):
        held.add(in_order[start : start + batch])


def _after(batches: int) -> Callable[[str, int, int | None], None]:
    """Return a watcher that interrupts once so many batches were written."""
    written: Iterator[int] = iter(range(batches - 1))

    def watch(stage: str, _done: int, _total: int | None) -> None:
        if stage == "writing" and next(written, None) is None:
            raise KeyboardInterrupt

    return watch


@pytest.mark.skipif(not SHARED.exists(), reason="the shared data sets are not beside this checkout")
def test_the_committee_release_comes_in_whole_and_twice_is_once(engine: Engine, tmp_path: Path) -> None:
    path = SHARED / "ads" / "ira" / "ira_facebook_ads_2015_2017.jsonl.gz"

    first = pipeline.import_file(engine, Settings(home=tmp_path), "ira_ads", path=path, scope={})
    again = pipeline.import_file(engine, Settings(home=tmp_path), "ira_ads", path=path, scope={})

    assert (first.read, first.new, first.quarantined) == (3498, 3496, 2)
    assert (again.read, again.new, again.unchanged, again.quarantined) == (3498, 0, 3496, 2)


@pytest.mark.skipif(not SHARED.exists(), reason="the shared data sets are not beside this checkout")
def test_front_pages_are_observations_of_distinct_headlines(engine: Engine, tmp_path: Path) -> None:
    path = SHARED / "corpora" / "state_media_frontpage_snapshots_2022-02_2022-05.parquet"

    report = pipeline.import_file(engine, Settings(home=tmp_path), "page_snapshots", path=path, scope={})

    assert (report.read, report.new, count(engine, "post"), count(engine, "listing")) == (
        73_942,
        19_222,
        19_222,
        804,
    )
