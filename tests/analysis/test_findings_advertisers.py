"""Reports on advertisers: each advertiser once, in how many reports of its platform, and never a zero where it is missing."""

from datetime import date
from typing import Any

import pytest

from tests.analysis.lakes import MakeLake
from tracker.analysis.tables import Lake
from tracker.findings import parse_options, run

ACCOUNTS: list[dict[str, Any]] = [
    {"account_id": 1, "account": "facebook:1", "platform": "facebook", "status": "accepted"},
    {"account_id": 2, "account": "facebook:2", "platform": "facebook", "status": "unassessed"},
    {"account_id": 3, "account": "google:AR1", "platform": "google", "status": "unassessed"},
    {
        "account_id": 4,
        "account": "x:one",
        "platform": "x",
        "status": "accepted",
        "brand": "One",
        "brand_id": "one",
    },
]


def _report(number: int, last: date, source: str = "meta_ad_report") -> dict[str, Any]:
    return {
        "listing_id": number, "source": source, "country": "CH", "covers_from": last, "covers_to": last,
        "evidence": str(number) * 64,
    }  # fmt: skip


def _row(report: int, account: int, spent: str = "≤100", **more: Any) -> dict[str, Any]:
    return {
        "listing_id": report, "account_id": account, "name": f"Page {account}", "spend_lower": 0.0,
        "spend_upper": 100.0, "currency": "CHF", "spend_as_published": spent, "ads": 1, "line": 2, **more,
    }  # fmt: skip


@pytest.fixture
def lake(make_lake: MakeLake) -> Lake:
    return make_lake(
        accounts=ACCOUNTS,
        listings=[
            _report(1, date(2023, 1, 8)),
            _report(2, date(2023, 1, 15)),
            _report(3, date(2018, 9, 1), "google_political"),
        ],
        advertiser_reports=[
            _row(1, 1),
            _row(2, 1, "250", disclaimer="A"),
            _row(2, 1, "≤100", disclaimer="B", line=3, name="River News"),
            _row(1, 2),
            _row(3, 3, "700"),
        ],
    )


def test_an_advertiser_stands_once_with_the_reports_that_list_it_and_what_the_last_one_says(
    lake: Lake,
) -> None:
    found = run("advertisers", lake)

    told = ("account", "reports_listing", "reports", "first_day", "last_day", "latest", "line")
    assert [tuple(row[name] for name in told) for row in found.rows] == [
        ("facebook:1", 2, 2, "2023-01-08", "2023-01-15", ["250 CHF", "≤100 CHF"], 2),
        ("facebook:2", 1, 2, "2023-01-08", "2023-01-08", ["≤100 CHF"], 2),
        ("google:AR1", 1, 1, "2018-09-01", "2018-09-01", ["700 CHF"], 2),
    ]
    assert (found.n, found.coverage["reports"], found.coverage["rows"]) == (3, 3, 5)
    assert "never zero" in found.caveats[0]


def test_words_of_a_name_are_found_in_any_report_and_days_limit_how_many_reports_there_are(
    lake: Lake,
) -> None:
    named = run("advertisers", lake, parse_options("advertisers", {"text": "river n"}))
    later = run("advertisers", lake, parse_options("advertisers", {"since": "2023-01-10", "group": "others"}))

    assert [(row["account"], row["reports_listing"], row["reports"]) for row in named.rows] == [
        ("facebook:1", 1, 2)
    ]
    assert later.rows == []
    assert later.coverage["reports"] == 1


def test_a_report_that_came_in_twice_counts_once_and_the_later_one_stands(make_lake: MakeLake) -> None:
    lake = make_lake(
        accounts=ACCOUNTS,
        listings=[_report(1, date(2023, 1, 8)), _report(2, date(2023, 1, 8))],
        advertiser_reports=[_row(1, 1, "250"), _row(2, 1, "300")],
    )

    found = run("advertisers", lake)

    assert [(row["reports_listing"], row["reports"], row["latest"]) for row in found.rows] == [
        (1, 1, ["300 CHF"])
    ]


@pytest.mark.parametrize(("account", "absent"), [("facebook:2", 1), ("google:AR1", 0), ("x:one", 0)])
def test_only_a_report_on_its_own_platform_can_leave_an_account_out(
    lake: Lake, account: str, absent: int
) -> None:
    found = run("ad-reports", lake, parse_options("ad-reports", {"account": account}))

    missing = [row for row in found.rows if not row["listed"]]
    assert len(missing) == absent
    assert [row["spend_lower"] for row in missing] == [None] * absent


def test_a_day_of_a_report_on_advertisers_counts_no_ads_because_it_names_none(lake: Lake) -> None:
    found = run("coverage", lake)

    assert {(row["source"], row["outcome"], row["rows"]) for row in found.rows} >= {
        ("meta_ad_report", "rows", None), ("google_political", "rows", None),
    }  # fmt: skip


def test_the_matrix_says_how_many_rows_of_reports_are_held(lake: Lake) -> None:
    found = run("repository-coverage", lake)

    held = {(row["repository"], row["ads"], row["reported"]) for row in found.rows}
    assert held >= {("meta_ad_report", 0, 4), ("x_ads", 0, 0)}
