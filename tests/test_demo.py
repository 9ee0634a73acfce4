"""The reconstruction agrees with the figures that were published, and says that it is one."""

from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine

from tests.reports.lakes import SECRET
from tracker import adjudication, countries, demo, democoding, desk, findings, mirror
from tracker.analysis.tables import Lake, open_lake
from tracker.reports import weekly
from tracker.settings import Settings

NOW = datetime(2024, 10, 5, tzinfo=UTC)


@pytest.fixture
def lake(engine: Engine, tmp_path: Path) -> Lake:
    """The lake of a home that holds the seed list and the reconstruction."""
    settings = Settings(home=tmp_path)
    desk.load_seeds(engine, settings.seeds, now=NOW)
    demo.load(engine, settings, now=lambda: NOW)
    mirror.refresh(engine, settings, progress=lambda *_: None)
    return open_lake(settings.lake)


def rows(lake: Lake, name: str, **options: str) -> list[dict[str, object]]:
    return list(findings.run(name, lake, findings.parse_options(name, options)).rows)


def test_the_reconstruction_has_the_published_figures(lake: Lake) -> None:
    months = {row["month"]: row["ads"] for row in rows(lake, "ads-per-month")}
    payers = {row["payer"]: row["first_shown"] for row in rows(lake, "payers")}
    september = {row["code"]: row["items"] for row in rows(lake, "topics", since="2024-09", until="2024-09")}
    january = {row["code"]: row["items"] for row in rows(lake, "topics", since="2024-01", until="2024-01")}

    assert sum(months.values()) == 109  # type: ignore[arg-type]
    assert months["2024-09"] == 3 * months["2024-01"]  # type: ignore[operator]
    assert payers[demo.PAYER_FROM_JULY] == "2024-07-01"
    assert (september["politics"], september["economy"], months["2024-09"]) == (14, 7, 30)
    assert (january.get("politics", 0), january.get("economy", 0), january["culture"]) == (0, 0, 10)


def test_targeting_turns_from_keywords_to_every_country_and_followers_in_july(lake: Lake) -> None:
    kinds = Counter(
        (row["month"] >= "2024-07", row["kind"]) for row in rows(lake, "targeting", limit="100000")
    )  # type: ignore[operator]
    (shift,) = rows(lake, "targeting-shift", periods="2024-01..2024-06,2024-07..2024-09")

    assert set(kinds) == {(False, "keyword"), (True, "location"), (True, "follower_lookalike")}
    assert (shift["jsd"], shift["n_from"], shift["n_to"]) == (pytest.approx(1), 49, 60)


def test_the_new_payer_and_the_new_audiences_are_changes_of_july(lake: Lake) -> None:
    found = Counter(
        (row["type"], row["field"])
        for row in rows(lake, "changes", limit="100000")
        if row["type"] != "ad_new"
    )

    assert found["payer_new", "payer"] == 1
    assert found["target_new", "follower_lookalike"] == len(demo.AUDIENCES)
    assert found["country_new", "location"] == countries.count()


def test_an_empty_export_of_another_account_is_not_drawn_as_none(lake: Lake) -> None:
    outcomes = {
        row["outcome"] for row in rows(lake, "coverage", account=demo.ASKED_AND_EMPTY[0], since="2024-09")
    }

    assert outcomes == {"empty_unverified"}


def test_every_answer_bears_the_notice(lake: Lake) -> None:
    finding = findings.run("payers", lake, findings.parse_options("payers", {}))

    assert finding.notice == demo.NOTICE
    assert "not the real ads" in demo.NOTICE


@pytest.fixture
def coded(engine: Engine, tmp_path: Path) -> Lake:
    """The lake of the reconstruction after its ads were coded by hand."""
    settings = Settings(home=tmp_path)
    desk.load_seeds(engine, settings.seeds, now=NOW)
    demo.load(engine, settings, now=lambda: NOW)
    democoding.code(engine)
    mirror.refresh(engine, settings, progress=lambda *_: None)
    return open_lake(settings.lake)


def test_hand_coding_gives_the_published_share_of_september_with_an_interval(coded: Lake) -> None:
    shares = {(row["month"], row["code"]): row for row in rows(coded, "topics")}
    politics, economy = shares["2024-09", "politics"], shares["2024-09", "economy"]

    assert politics["share"] + economy["share"] == pytest.approx(0.7)  # type: ignore[operator]
    assert politics["lower"] < politics["share"] < politics["upper"]  # type: ignore[operator]


def test_the_two_coders_differ_on_tariffs_and_nowhere_else(coded: Lake) -> None:
    people = {row["code"]: row for row in rows(coded, "reliability") if row["coders"] == "people"}

    assert people["culture"]["alpha"] == 1
    assert 0.8 < people["economy"]["alpha"] < 1  # type: ignore[operator]
    assert 0.8 < people["politics"]["alpha"] < 1  # type: ignore[operator]


def test_coding_the_reconstruction_again_adds_nothing(engine: Engine, tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    desk.load_seeds(engine, settings.seeds, now=NOW)
    demo.load(engine, settings, now=lambda: NOW)
    first, again = democoding.code(engine), democoding.code(engine)

    assert (first, again) == (109 + 44, 0)
    assert adjudication.disputes(engine) == []


def test_the_report_says_that_people_coded_its_shares_and_how_far_they_agree(
    coded: Lake, tmp_path: Path
) -> None:
    place = weekly.build(coded, "2024-W39", tmp_path / "out", secret=SECRET)

    told = " ".join((place / "report.html").read_text(encoding="utf-8").split())
    assert "7 of them coded by hand under codebook version 1, alpha of two coders 0.94" in told
    assert "coded by people wherever a share is given" in told
