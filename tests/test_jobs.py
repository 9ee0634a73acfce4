"""The worker's report is made of every week that has ended, also of one in which nobody collected anything."""

from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Engine

from tracker import demo, jobs
from tracker.collect import pipeline
from tracker.settings import Settings


def test_a_week_in_which_nothing_was_collected_has_a_report_that_says_so(
    engine: Engine, tmp_path: Path
) -> None:
    settings = Settings(home=tmp_path)
    export = tmp_path / "export.csv"
    export.write_text(demo.export(until=1), encoding="utf-8")
    asked = {"handle": "somebody", "exported_at": "2024-02-01"}
    at = datetime(2024, 2, 1, tzinfo=UTC)
    pipeline.import_file(engine, settings, "x_ads", path=export, scope=asked, now=lambda: at)

    folder = jobs.build_report(engine, settings, "2024-W30")

    assert folder == settings.reports / "2024-W30"
    assert "no answer of any source covers a day of this week" in (folder / "report.html").read_text()


def test_a_record_without_any_look_has_no_report_and_no_failure(engine: Engine, tmp_path: Path) -> None:
    assert jobs.build_report(engine, Settings(home=tmp_path), "2024-W30") is None
