"""A file of posts says which days it covers, or it is drawn as one of which nobody knows."""

from collections.abc import Callable
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from tracker import charts, mirror
from tracker.analysis.tables import open_lake
from tracker.collect import sources
from tracker.collect.job import silent
from tracker.collect.pipeline import import_file
from tracker.collect.post_files import PERIOD
from tracker.domain import ImportReport
from tracker.errors import BadInput
from tracker.findings import Finding, parse_options, run
from tracker.settings import Settings

NOW = datetime(2026, 10, 2, tzinfo=UTC)
UNSAID = "scope without from, to: which days the file covers is not known"
ARCHIVES = (
    "content_library", "cooretweet", "crowdtangle", "fourcat", "io_archive", "junkipedia", "posts_csv", "telegram_export", "twarc",
)  # fmt: skip
Bring = Callable[..., ImportReport]


@pytest.fixture
def bring(engine: Engine, tmp_path: Path) -> Bring:
    """Import posts of one account on days of July 2024, with what is said of the file."""

    def imported(*days: int, author: str = "river", **said: str) -> ImportReport:
        path = tmp_path / f"{author}.csv"
        rows = [f"{author}{day},{author},2024-07-{day:02}T10:00:00Z,x" for day in days]
        path.write_text("id,author,time,text\n" + "\n".join(rows) + "\n", encoding="utf-8")
        scope = {"platform": "x", "exported_at": "2024-08-01", **said}
        return import_file(
            engine, Settings(home=tmp_path), "posts_csv", path=path, scope=scope, now=lambda: NOW
        )

    return imported


@pytest.fixture
def coverage(engine: Engine, tmp_path: Path) -> Callable[..., Finding]:
    def asked(**options: Any) -> Finding:
        settings = Settings(home=tmp_path)
        mirror.refresh(engine, settings, progress=silent)
        return run("coverage", open_lake(settings.lake), parse_options("coverage", options))

    return asked


def stretches(found: Finding, *names: str) -> list[tuple[Any, ...]]:
    grouped = groupby(found.rows, key=lambda row: tuple(row[name] for name in names))
    return [(*key, days[0]["day"][5:], days[-1]["day"][5:]) for key, of in grouped for days in (list(of),)]


def drawn(found: Finding, *months: str) -> list[tuple[str, str, str]]:
    return [
        (one["state"], one["from"][5:], one["to"][5:]) for one in charts.coverage_runs(found.rows, months)
    ]


def test_an_archive_covers_the_days_that_it_is_said_to_cover_and_no_post_on_them_is_none(
    bring: Bring, coverage: Callable[..., Finding]
) -> None:
    report = bring(5, 7, **{"from": "2024-07-03", "to": "2024-07-09"})
    found = coverage()

    assert not [words for words in report.warnings if UNSAID in words]
    assert stretches(found, "outcome", "archive", "asked", "rows") == [
        ("rows", True, 1, 0, "07-03", "07-04"),
        ("rows", True, 1, 1, "07-05", "07-05"),
        ("rows", True, 1, 0, "07-06", "07-06"),
        ("rows", True, 1, 1, "07-07", "07-07"),
        ("rows", True, 1, 0, "07-08", "07-09"),
    ]
    assert drawn(found, "2024-07") == [
        ("not asked", "07-01", "07-02"),
        ("archive covers", "07-03", "07-09"),
        ("not asked", "07-10", "07-31"),
    ]


def test_an_archive_of_which_nobody_said_what_it_covers_is_unknown_on_all_days(
    bring: Bring, coverage: Callable[..., Finding]
) -> None:
    report = bring(5, 7, 20)
    found = coverage()

    assert [words for words in report.warnings if UNSAID in words]
    assert stretches(found, "outcome", "archive", "expected", "asked", "rows") == [
        ("unknown", False, 0, 0, 1, "07-05", "07-20"),
        ("unknown", False, 0, 0, None, "08-01", "08-01"),
    ]
    assert [row["day"] for row in found.rows] == ["2024-07-05", "2024-07-20", "2024-08-01"]
    assert drawn(found, "2024-07", "2024-08") == [
        ("unknown: archive undated", "07-01", "08-01"),
        ("not asked", "08-02", "08-31"),
    ]
    assert [row["month"] for row in coverage(by="month").rows] == ["2024-07", "2024-08"]
    assert coverage(since="2024-07-06").rows[0]["day"] == "2024-07-20"
    assert [words for words in found.caveats if "--scope from=" in words]


def test_days_after_an_archive_was_made_are_not_unknown_for_it(
    bring: Bring, coverage: Callable[..., Finding]
) -> None:
    bring(5, exported_at="2024-07-21")
    bring(20, 21, **{"from": "2024-07-20", "to": "2024-07-22"})

    assert drawn(coverage(), "2024-07") == [
        ("unknown: archive undated", "07-01", "07-19"),
        ("archive covers", "07-20", "07-22"),
        ("not asked", "07-23", "07-31"),
    ]


def test_posts_of_other_days_than_the_file_is_said_to_cover_are_kept_and_said(bring: Bring) -> None:
    report = bring(5, 7, 20, **{"from": "2024-07-06", "to": "2024-07-09"})

    assert report.new == 3
    assert "2 posts are of days that the file is said not to cover" in report.warnings


def test_half_a_period_is_refused_by_the_name_of_the_half_that_lacks(bring: Bring) -> None:
    for given, missing in (("from", "to"), ("to", "from")):
        with pytest.raises(BadInput, match="both the first and the last day") as error:
            bring(5, **{given: "2024-07-06"})
        assert error.value.field == f"--scope {missing}"


@pytest.mark.parametrize("name", ARCHIVES)
def test_every_archive_of_posts_may_be_said_to_cover_days(name: str) -> None:
    assert sources.load(name).scope.items() >= PERIOD.items()
