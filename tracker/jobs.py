"""What the worker does, and when: the report of each week."""

import logging
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from sqlalchemy import Engine

from tracker import mirror, publishing
from tracker.collect import schedule
from tracker.collect.job import silent
from tracker.settings import Settings

LOG = logging.getLogger(__name__)


def run(engine: Engine, settings: Settings) -> None:
    """Run the scheduled jobs until SIGTERM."""
    schedule.run_worker(engine, [schedule.weekly_report(partial(build_report, engine, settings))])


def build_report(engine: Engine, settings: Settings, week: str) -> Path | None:
    """Bring the mirror up to the record and write the report of an ISO week; return its folder.

    A week in which nothing was collected has a report that says so; a record without any look or decision has none.
    """
    from tracker.analysis.tables import open_lake
    from tracker.reports import weekly

    mirror.refresh(engine, settings, progress=silent)
    lake = open_lake(settings.lake, settings.analysis_url)
    if weekly.reaches_to(lake) is None:
        LOG.info("nothing has been collected or decided yet: there is no report to make")
        return None
    secret = publishing.secret_of(engine)
    return weekly.build(lake, week, settings.reports, secret=secret, today=datetime.now(UTC))
