"""The page of reports: it gives out what was written, and says why where it does not."""

from pathlib import Path

import pytest

from tests.dashboard.conftest import OpenPage
from tests.dashboard.test_pages import html_of
from tests.reports.test_shelf import put

WEEK = "2024-W39"
WHOLE = {"report.pdf": b"%PDF-1.7", "report.html": b"<p>one</p>", "data.xlsx": b"PK"}


@pytest.fixture
def shelf(home: Path) -> Path:
    """The shelf of a home, with the report of one week."""
    put(home / "reports", WEEK, WHOLE)
    return home / "reports"


def test_the_report_can_be_taken_away_in_every_form(shelf: Path, open_page: OpenPage) -> None:
    app = open_page("reports")

    assert [button.label for button in app.get("download_button")] == [
        "Download the PDF", "HTML, one file", "Tables as XLSX", "Everything as ZIP",
    ]  # fmt: skip
    assert "1 ad by 1 of 43 accounts." in html_of(app)


def test_an_altered_report_is_not_offered_and_says_how_to_make_it_again(
    shelf: Path, open_page: OpenPage
) -> None:
    (shelf / WEEK / "report.pdf").write_bytes(b"%PDF-1.7 altered")

    app = open_page("reports")

    assert app.get("download_button") == []
    assert f"tracker report --week {WEEK}" in html_of(app)


def test_a_report_that_cannot_be_read_hides_no_other(shelf: Path, open_page: OpenPage) -> None:
    (put(shelf, "2024-W40", WHOLE) / "manifest.json").write_bytes(b"{}")

    app = open_page("reports")
    assert "no manifest of a report" in html_of(app)

    app.selectbox(key="report-week").set_value(WEEK).run()
    assert len(app.get("download_button")) == 4


def test_what_a_manifest_says_is_no_markup(shelf: Path, open_page: OpenPage) -> None:
    put(shelf, "2024-W41", WHOLE, period="<img src=x>", tables={"<b>": {"title": "<script>", "said": "<i>"}})

    text = html_of(open_page("reports"))

    assert "<script" not in text
    assert "<img" not in text
    assert "&lt;script&gt;" in text
