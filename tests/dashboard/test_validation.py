"""The page Validation shows the last run as it was, also one made by another version, and survives a damaged file."""

import json
from datetime import UTC, datetime
from pathlib import Path

from tests.dashboard.conftest import OpenPage
from tests.dashboard.test_pages import html_of
from tracker.analysis.validation import Held
from tracker.validating import Run

HELD = Held("topic shift", "9 <months>", "false alarms", None, 0.05, 0.04, 0.03, 0.06, 400, 0, holds=True)
BROKEN = Held("reliability", "alpha", "coverage", 0.92, 0.98, 0.5, 0.45, 0.55, 390, 10, holds=False)


def keep(home: Path, *lines: Held) -> None:
    run = Run(datetime(2024, 10, 6, 9, 30, tzinfo=UTC), "0.0.9", 20240701, 400, 199, lines)
    (home / "validation.json").write_text(json.dumps(run.to_dict()))


def test_every_line_stands_with_its_promise_interval_and_verdict(home: Path, open_page: OpenPage) -> None:
    keep(home, HELD, BROKEN)

    shown = html_of(open_page("validation"))

    assert "Last run on 6 Oct 2024, 09:30 UTC with version 0.0.9, which is not the one at work" in shown
    assert "9 &lt;months&gt;" in shown
    for words in (
        "3.0%–6.0%",
        "at most 5%",
        "92%–98%",
        "1 of 1 are broken",
        "Every promise holds",
        "seed 20240701",
    ):
        assert words in shown


def test_without_a_run_the_page_says_how_to_make_one(home: Path, open_page: OpenPage) -> None:
    (home / "validation.json").write_text("{")

    app = open_page("validation")

    assert [error.value for error in app.exception] == []
    assert "<span>validate</span>" in html_of(app)
