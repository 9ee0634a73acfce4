"""Who is counted on a page: accepted accounts at first, whatever else is there is said and one click away."""

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from dashboard import data, tables
from tests.dashboard import lakes
from tests.dashboard.conftest import OpenPage
from tests.dashboard.test_pages import html_of

STATUSES = {1: "accepted", 2: "suspected", 3: "control", 4: "rejected"}


def home_of(home: Path, *, statuses: dict[int, str]) -> None:
    """A lake in which each account has fifteen ads."""
    accounts = [
        {**lakes._account(number, f"x:a{number}", f"Brand {number}"), "status": status}
        for number, status in statuses.items()
    ]
    ads = [
        {**lakes._ad(place), "ad_id": place, "account_id": 1 + place % 4, "status": None}
        for place in range(60)
    ]
    lakes.write(
        home,
        as_of="2024-06-30T06:00:00+00:00",
        accounts=accounts,
        ads=ads,
        targets=[*lakes._targets(1), *lakes._targets(2)],
        codings=[lakes._coding(number) for number in range(60)],
        listings=[lakes._listing(1, 1, "rows", 60)],
        changes=[{**lakes._change(1, "payer_new"), "account_id": number} for number in (1, 2)],
    )


def charts_of(app: AppTest) -> list[dict[str, Any]]:
    return [json.loads(chart.proto.spec) for chart in app.get("vega_lite_chart")]


@pytest.mark.parametrize("page", ["overview", "ads", "targeting"])
def test_a_page_counts_accepted_accounts_and_says_what_stands_apart(
    page: str, home: Path, open_page: OpenPage
) -> None:
    home_of(home, statuses=STATUSES)

    app = open_page(page)

    text = html_of(app)
    assert [error.value for error in app.exception] == []
    assert "15 ads of 1 accepted account" in text
    assert "30 ads of 2 accounts that nobody has accepted stand apart" in text
    assert "15 ads of 1 comparison outlet stand apart" in text


@pytest.mark.parametrize("page", ["overview", "ads", "targeting", "topics"])
def test_a_page_that_counts_nobody_says_that_data_are_there_and_leads_to_them(
    page: str, home: Path, open_page: OpenPage
) -> None:
    home_of(home, statuses=dict.fromkeys(STATUSES, "unassessed"))
    app = open_page(page)

    before = html_of(app)
    button = next(one for one in app.button if one.label.startswith("Show the 60 ads of 4 accounts"))
    after = button.click().run()

    assert "60 ads of 4 accounts that nobody has accepted" in before
    assert [error.value for error in after.exception] == []
    assert len(after.get("vega_lite_chart")) > 0


def test_the_others_are_marked_with_their_status(home: Path, open_page: OpenPage) -> None:
    home_of(home, statuses=STATUSES)
    app = open_page("ads")

    [control] = [one for one in app.get("button_group") if one.key == "ads-counted"]
    control.set_value("others").run()

    text = html_of(app)
    assert "Brand 2 · X (suspected)" in text
    assert "Brand 4 · X (rejected)" in text
    assert "Brand 1 · X" not in text


def test_topics_draws_the_comparison_as_a_grey_dashed_line_with_its_own_n(
    home: Path, open_page: OpenPage
) -> None:
    home_of(home, statuses=STATUSES)

    app = open_page("topics")

    dashed = [
        layer["mark"]["strokeDash"]
        for spec in charts_of(app)
        for layer in spec["layer"]
        if isinstance(layer["mark"], dict)
        and layer["mark"]["type"] == "line"
        and "strokeDash" in layer["mark"]
    ]
    assert len(dashed) > 0
    assert html_of(app).count("dashed: comparison outlets, n = 15") == len(dashed)


def test_nothing_is_asked_where_all_belongs_to_accepted_accounts(
    hostile_home: Path, open_page: OpenPage
) -> None:
    app = open_page("ads")

    assert [one for one in app.get("button_group") if one.key == "ads-counted"] == []


def test_the_csv_of_a_table_names_no_account_that_is_not_accepted(home: Path) -> None:
    home_of(home, statuses=STATUSES)
    found = data.finding("payers")

    written = tables.as_csv(found.columns, found.rows, public=data.pseudonyms().row).decode()

    rows = {row["account_status"]: row for row in csv.DictReader(io.StringIO(written))}
    assert (rows["accepted"]["account"], rows["control"]["account"]) == ("x:a1", "x:a3")
    assert rows["suspected"]["account"].startswith("x:account-")
    assert rows["suspected"]["brand"].startswith("brand-")
    assert "Brand 2" not in written
