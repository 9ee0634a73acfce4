import csv
import io

import pytest
from markupsafe import Markup

from dashboard import tables, words
from tests.dashboard.lakes import FORMULA, HOSTILE


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t=", "\r=", "＝", " ="])
def test_a_text_that_a_spreadsheet_would_run_gets_an_apostrophe(start: str):
    written = tables.as_csv(("text",), [{"text": f"{start}1+1"}]).decode()

    assert next(csv.reader(io.StringIO(written.partition("\n")[2], newline="")))[0] == f"'{start}1+1"


def test_numbers_stay_numbers_and_missing_stays_empty_in_csv():
    written = tables.as_csv(("ads", "share", "payer"), [{"ads": -3, "share": 0.5, "payer": None}])

    assert written == b"ads,share,payer\r\n-3,0.5,\r\n"


def test_addresses_are_defanged_wherever_they_stand():
    frame = tables.plain(("landing_url",), [{"landing_url": "https://evil.example/a.b"}])

    assert frame["landing_url"].tolist() == ["hxxps://evil[.]example/a.b"]
    assert tables.shown("see https://evil.example") == "see hxxps://evil[.]example"


def test_every_cell_of_a_table_is_escaped_and_missing_reads_not_shown():
    drawn = tables.html(("payer", "ads"), [(HOSTILE, 1200), (None, Markup("<b>2</b>"))])

    assert "<script" not in drawn
    assert "&lt;img" in drawn
    assert '<span class="it-none">not shown</span>' in drawn
    assert ">1,200</td>" in drawn
    assert "<b>2</b>" in drawn


def test_a_formula_stays_text_in_a_table_and_in_a_frame():
    assert "=HYPERLINK(&#34;" in tables.html(("x",), [(FORMULA,)])
    assert tables.plain(("x",), [{"x": FORMULA}])["x"].tolist() == [FORMULA]


def test_the_pages_begin_with_the_periods_before_and_since_the_latest_new_payer():
    months = ["2024-01", "2024-02", "2024-03", "2024-04"]
    payers = [
        {"payer": None, "account": "x:one", "first_shown": "2024-01-05"},
        {"payer": "B", "account": "x:one", "first_shown": "2024-04-02"},
    ]

    assert words.two_periods(months, payers) == (("2024-01", "2024-03"), ("2024-04", "2024-04"))
    assert words.two_periods(months, []) == (("2024-01", "2024-02"), ("2024-03", "2024-04"))
    assert words.two_periods(["2024-01"], []) == (("2024-01", "2024-01"), ("2024-01", "2024-01"))
