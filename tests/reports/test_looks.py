"""A label that went is told in the report of the week in which somebody saw it gone, with the screenshot's hash."""

from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

from sqlalchemy import Engine

from tests.test_accountdesk import NEW, fill
from tests.test_lookdesk import LATER_PNG, see
from tracker import mirror, publishing
from tracker.analysis.tables import open_lake
from tracker.reports import weekly
from tracker.settings import Settings


def test_a_label_that_went_is_told_with_its_evidence_though_no_source_was_asked(
    engine: Engine, tmp_path: Path
):
    fill(engine, NEW)
    see(engine, "2024-11-04", label="state_affiliated", label_words="China state-affiliated media")
    see(engine, "2024-11-13", LATER_PNG, label="none", discloses="names_nobody")
    setup = Settings(home=tmp_path)
    mirror.refresh(engine, setup, progress=lambda *_: None)
    lake = open_lake(setup.lake, "duckdb://")

    folder = weekly.build(lake, "2024-W46", tmp_path / "reports", secret=publishing.secret_of(engine))

    page = (folder / "report.html").read_text(encoding="utf-8")
    changes = (folder / "data" / "changes.csv").read_text(encoding="utf-8")
    assert "label gone" in page
    assert "1 change in 1 of 1 accepted account" in page
    assert "“state-affiliated”" in page
    assert "label_gone" in changes
    assert sha256(LATER_PNG).hexdigest() in changes
    assert lake.as_of == datetime(2024, 11, 13, tzinfo=UTC)
