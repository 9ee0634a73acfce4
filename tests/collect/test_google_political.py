"""Google's sheet of political advertisers of 2018: sums in hundreds are ranges, and a 0 is never nothing spent."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from tracker.collect.pipeline import import_file
from tracker.collect.sources import google_political
from tracker.domain import (
    AccountRef,
    AdvertiserReport,
    Listing,
    Metric,
    Notice,
    Parsed,
    Quarantined,
    Record,
    Scope,
)
from tracker.errors import BadInput
from tracker.settings import Settings

NOW = datetime(2018, 10, 2, tzinfo=UTC)
REAL = (
    Path(__file__).parents[2].parent
    / "shared"
    / "data"
    / "ads"
    / "google"
    / "google-political-ads-advertiser-stats_2018.csv"
)
ROW = {"Advertiser_ID": "AR100207290732249088", "Advertiser_Name": "Friends of the River", "Public_IDs_List": "EIN ID 00-0000000",
       "Total_Creatives": "1", "Total_Spend_USD": "0", "Race Type": "State House"}  # fmt: skip


def parsed(*rows: dict[str, str]) -> list[Parsed]:
    records = [Record(line, row) for line, row in enumerate(rows, 2)]
    return list(google_political.parse(records, Scope({"country": "US"}, NOW)))


def test_an_advertiser_is_read_with_its_sum_as_a_range_and_is_no_ad() -> None:
    listing, row, notice = parsed(ROW)

    assert isinstance(listing, Listing)
    assert (listing.series, listing.country, listing.covers_to) == (
        "google_political|US",
        "US",
        date(2018, 10, 2),
    )
    assert row == AdvertiserReport(
        listing, "AR100207290732249088",
        AccountRef(
            "google", "AR100207290732249088", name="Friends of the River", native_id="AR100207290732249088",
            url="https://adstransparency.google.com/advertiser/AR100207290732249088",
        ),
        "Friends of the River", None,
        (Metric("spend", 0, 100, "USD", "0"), Metric("ads", 1, 1, "ads", "1")), 2,
    )  # fmt: skip
    assert notice == Notice(
        "sums in whole hundreds are read as up to 100 more or less: how they were rounded is not said"
    )


@pytest.mark.parametrize(
    ("words", "lower", "upper"), [("13600", 13500, 13700), ("13,650", 13650, 13650), ("100", 0, 200)]
)
def test_only_a_sum_in_whole_hundreds_is_a_range(words: str, lower: int, upper: int) -> None:
    (row,) = [item for item in parsed(ROW | {"Total_Spend_USD": words}) if isinstance(item, AdvertiserReport)]

    assert row.metrics[0] == Metric("spend", lower, upper, "USD", words)


@pytest.mark.parametrize(
    ("cells", "field"),
    [
        ({"Advertiser_ID": "1E+20"}, "Advertiser_ID"),
        ({"Advertiser_ID": ""}, "Advertiser_ID"),
        ({"Advertiser_Name": ""}, "Advertiser_Name"),
        ({"Advertiser_Name": "x" * 501}, "Advertiser_Name"),
        ({"Total_Creatives": "1.5"}, "Total_Creatives"),
        ({"Total_Creatives": ""}, "Total_Creatives"),
        ({"Total_Spend_USD": "a lot"}, "Total_Spend"),
        ({}, "Advertiser_ID"),
    ],
)
def test_a_row_that_cannot_be_meant_or_stands_twice_is_kept_apart(cells: dict[str, str], field: str) -> None:
    items = parsed(ROW, ROW | cells)

    assert [(item.line, item.field) for item in items if isinstance(item, Quarantined)] == [(3, field)]


def test_a_sum_that_is_missing_is_none_and_never_zero() -> None:
    (row,) = [item for item in parsed(ROW | {"Total_Spend_USD": ""}) if isinstance(item, AdvertiserReport)]

    assert [metric.name for metric in row.metrics] == ["ads"]


def test_a_new_column_is_named_and_a_sheet_without_a_currency_is_refused() -> None:
    items = parsed(ROW | {"Regions": "US"})

    assert "columns not known here, kept in the evidence: regions" in [
        item.message for item in items if isinstance(item, Notice)
    ]
    with pytest.raises(BadInput, match="no column 'Total_Spend_CUR'"):
        parsed({name: cell for name, cell in ROW.items() if name != "Total_Spend_USD"})


@pytest.mark.skipif(not REAL.exists(), reason="the shared data sets are not beside this checkout")
def test_the_457_advertisers_of_2018_are_read_with_every_column_used_or_named(
    engine: Engine, tmp_path: Path
) -> None:
    columns = {column.casefold() for column in REAL.read_text(encoding="utf-8").splitlines()[0].split(",")}

    report = import_file(
        engine,
        Settings(home=tmp_path),
        "google_political",
        path=REAL,
        scope={"country": "US"},
        now=lambda: NOW,
    )

    with engine.connect() as connection:
        counted = connection.execute(
            text(
                "SELECT COUNT(*), COUNT(DISTINCT account_id), SUM(spend_lower = spend_upper), SUM(ads) FROM advertiser_report"
            )
        ).one()
    assert columns == {*google_political.required, *google_political.IGNORED, "total_spend_usd"}
    assert (report.read, report.new, report.quarantined) == (457, 457, 0)
    assert tuple(counted) == (457, 457, 0, 26_466)
