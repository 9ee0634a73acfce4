"""Meta's report of political advertisers: floors stay ranges, disclaimers stay apart, and nobody is counted as an ad."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, text

from tracker import findings, mirror
from tracker.analysis.tables import open_lake
from tracker.collect.pipeline import import_file
from tracker.collect.sources import meta_ad_report
from tracker.domain import AccountRef, AdvertiserReport, Listing, Metric, Parsed, Quarantined, Record, Scope
from tracker.errors import BadInput
from tracker.settings import Settings

NOW = datetime(2024, 10, 1, tzinfo=UTC)
NAME = "FacebookAdLibraryReport_2024-09-29_CH_last_7_days_advertisers.csv"
HEADER = "\ufeffPage ID,Page name,Disclaimer,Amount spent (CHF),Number of ads in Library\n"
REPORTS = Path(__file__).parents[2].parent / "shared" / "data" / "ads" / "meta" / "ad_library_report_CH_2023"
SCOPE = Scope({"country": "CH", "from": "2024-09-23", "to": "2024-09-29"}, NOW)


def bring(engine: Engine, folder: Path, body: str, name: str = NAME, **scope: str) -> Any:
    path = folder / name
    path.write_text(HEADER + body, encoding="utf-8")
    return import_file(
        engine, Settings(home=folder), "meta_ad_report", path=path, scope=scope, now=lambda: NOW
    )


def parsed(**cells: str) -> list[Parsed]:
    row = {"Page ID": "1002003", "Page name": "River News", "Disclaimer": "", "Amount spent (CHF)": "1,250",
           "Number of ads in Library": "3", **cells}  # fmt: skip
    return list(meta_ad_report.parse([Record(2, row)], SCOPE))


def test_country_and_days_are_read_from_the_name_that_meta_gives_the_file(
    engine_of: Engine, tmp_path: Path
) -> None:
    report = bring(engine_of, tmp_path, "1002003,River News,,≤100,3\n")

    with engine_of.connect() as connection:
        row = connection.execute(text("SELECT series, country, covers_from, covers_to FROM listing")).one()
        kept = connection.execute(
            text(
                "SELECT name, disclaimer, spend_lower, spend_upper, currency, spend_as_published, ads FROM advertiser_report"
            )
        ).one()
    assert (report.read, report.new, report.warnings) == (1, 1, ())
    assert [str(value) for value in row] == ["meta_ad_report|CH|7 days", "CH", "2024-09-23", "2024-09-29"]
    assert tuple(kept) == ("River News", None, 0.0, 100.0, "CHF", "≤100", 3)


def test_what_a_person_states_goes_before_the_name_of_the_file(engine: Engine, tmp_path: Path) -> None:
    bring(engine, tmp_path, "1002003,River News,,5,3\n", name="report.csv", country="DE", to="2024-09-29")

    with engine.connect() as connection:
        assert (
            connection.execute(text("SELECT series FROM listing")).scalar_one()
            == "meta_ad_report|DE|lifelong"
        )


def test_a_file_that_does_not_say_its_country_is_refused_and_leaves_nothing(
    engine: Engine, tmp_path: Path
) -> None:
    with pytest.raises(BadInput, match="give --scope country=CH"):
        bring(engine, tmp_path, "1002003,River News,,5,3\n", name="report.csv")

    with engine.connect() as connection:
        assert connection.execute(text("SELECT COUNT(*) FROM evidence")).scalar_one() == 0


def test_a_page_has_a_row_for_each_disclaimer_and_the_same_one_twice_is_kept_apart(
    engine: Engine, tmp_path: Path
) -> None:
    body = "1002003,River News,A,5,3\n1002003,River News,B,7,1\n1002003,River News,B,9,1\n"

    report = bring(engine, tmp_path, body)

    assert (report.read, report.new, report.quarantined) == (3, 2, 1)


def test_importing_a_report_again_changes_nothing(engine_of: Engine, tmp_path: Path) -> None:
    bring(engine_of, tmp_path, "1002003,River News,,≤100,3\n")

    again = bring(engine_of, tmp_path, "1002003,River News,,≤100,3\n")

    assert (again.new, again.unchanged) == (0, 1)
    with engine_of.connect() as connection:
        assert connection.execute(text("SELECT COUNT(*) FROM advertiser_report")).scalar_one() == 1
        assert connection.execute(text("SELECT COUNT(*) FROM ad")).scalar_one() == 0


def test_a_row_becomes_an_advertiser_with_ranges_and_never_an_ad() -> None:
    listing, row = parsed()

    assert isinstance(listing, Listing)
    assert row == AdvertiserReport(
        listing, "1002003|",
        AccountRef("facebook", "1002003", name="River News", url="https://www.facebook.com/1002003", native_id="1002003"),
        "River News", None,
        (Metric("spend", 1250.0, 1250.0, "CHF", "1,250"), Metric("ads", 3.0, 3.0, "ads", "3")), 2,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("cells", "field"),
    [
        ({"Page ID": "NO"}, "Page ID"),
        ({"Page ID": ""}, "Page ID"),
        ({"Page name": "x" * 501}, "Page name"),
        ({"Amount spent (CHF)": "a lot"}, "Amount spent"),
        ({"Amount spent (CHF)": ""}, "Amount spent"),
    ],
)
def test_a_row_that_contradicts_the_sheet_is_kept_apart_with_its_field(
    cells: dict[str, str], field: str
) -> None:
    apart = [item for item in parsed(**cells) if isinstance(item, Quarantined)]

    assert [(item.line, item.field) for item in apart] == [(2, field)]


@pytest.mark.skipif(not REPORTS.exists(), reason="the shared data sets are not beside this checkout")
def test_the_real_reports_keep_every_row_floor_and_disclaimer(engine: Engine, tmp_path: Path) -> None:
    setup = Settings(home=tmp_path)
    reports = [
        import_file(engine, setup, "meta_ad_report", path=path, scope={}, now=lambda: NOW)
        for path in sorted(REPORTS.glob("*_advertisers.csv"))
    ]

    with engine.connect() as connection:
        counted = connection.execute(
            text("SELECT COUNT(*), COUNT(DISTINCT account_id), SUM(spend_as_published = '≤100'), COUNT(DISTINCT listing_id)"
                 " FROM advertiser_report")
        ).one()  # fmt: skip
        two_rows = connection.execute(
            text(
                "SELECT COUNT(*) FROM (SELECT 1 FROM advertiser_report GROUP BY listing_id, account_id HAVING COUNT(*) > 1)"
            )
        ).scalar_one()
    assert (sum(report.read for report in reports), sum(report.quarantined for report in reports)) == (
        9_103,
        0,
    )
    assert (*counted, two_rows) == (9_103, 3_528, 6_615, 34, 77)


def test_a_report_that_does_not_list_an_account_is_an_answer_and_never_zero(
    engine_of: Engine, tmp_path: Path
) -> None:
    bring(engine_of, tmp_path, "1002003,River News,,≤100,3\n1002004,Gate News,,7,1\n")
    later = NAME.replace("2024-09-29", "2024-09-22")
    bring(engine_of, tmp_path, "1002004,Gate News,,9,1\n", name=later)
    setup = Settings(home=tmp_path)
    mirror.refresh(engine_of, setup, progress=lambda *_: None)
    options = findings.parse_options("ad-reports", {"account": "facebook:1002003"})

    found = findings.run("ad-reports", open_lake(setup.lake, "duckdb://"), options)

    columns = ("last_day", "listed", "spend_lower", "spend_upper", "spend_as_published", "ads")
    assert [tuple(row[column] for column in columns) for row in found.rows] == [
        ("2024-09-22", False, None, None, None, None),
        ("2024-09-29", True, 0.0, 100.0, "≤100", 3),
    ]
    assert (found.n, found.coverage["reports"], found.coverage["reports_listing"]) == (1, 2, 1)
