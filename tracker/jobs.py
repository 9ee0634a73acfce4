"""What the worker does, and when: the report of each week."""

from functools import partial
from pathlib import Path

from sqlalchemy import Engine

from tracker import mirror
from tracker.collect import schedule
from tracker.settings import Settings


def run(engine: Engine, settings: Settings) -> None:
    """Run the scheduled jobs until SIGTERM."""
    schedule.run_worker(engine, [schedule.weekly_report(partial(build_report, engine, settings))])


def build_report(engine: Engine, settings: Settings, week: str) -> Path:
    """Bring the mirror up to the record and write the report of an ISO week; return its folder."""
    from tracker.analysis.tables import open_lake
    from tracker.reports import weekly

    mirror.refresh(engine, settings, progress=_silent)
    return weekly.build(open_lake(settings.lake, settings.analysis_url), week, settings.reports)


def _silent(_stage: str, _done: int, _total: int | None) -> None:
    """Tell nobody: the worker has no terminal."""
