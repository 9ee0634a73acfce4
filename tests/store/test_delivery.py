"""Numbers by country and part of the people, and removals, are read from the record on either database."""

from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Engine
from sqlmodel import Session

from tracker.collect.pipeline import import_file
from tracker.settings import Settings
from tracker.store import delivery

BODY = Path(__file__).parents[1] / "collect" / "bodies" / "google_ads" / "removed_creative_stats.200.json"


def test_numbers_and_removals_are_read_by_snapshot(engine_of: Engine, tmp_path: Path) -> None:
    now = datetime(2026, 11, 1, tzinfo=UTC)
    import_file(engine_of, Settings(home=tmp_path), "google_ads", path=BODY, scope={}, now=lambda: now)

    with Session(engine_of) as session:
        numbers, removals = delivery.numbers_of(session, [1, 2]), delivery.removals_of(session, [1, 2])

    assert numbers == {
        1: [{"name": "impressions", "country": "FI", "segment": "", "lower": 0, "upper": 1000, "unit": "impressions",
             "as_published": "0-1000"}]
    }  # fmt: skip
    assert removals == {
        1: "Misrepresentation, PROHIBITED_PRACTICES, Google investigation, by automated means, in FI SE"
    }
