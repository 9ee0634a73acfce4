"""Snap's political CSV: 34 columns, what was included apart from what was excluded, and no street."""

import csv
from collections import Counter
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from tracker.collect.pipeline import import_file
from tracker.collect.sources import snap_political
from tracker.domain import AccountRef, Ad, Listing, Metric, Notice, Parsed, Quarantined, Record, Scope
from tracker.errors import BadInput
from tracker.settings import Settings

NOW = datetime(2026, 11, 20, tzinfo=UTC)
SAMPLE = (
    Path(__file__).parents[2].parent
    / "shared"
    / "data"
    / "ads"
    / "snap"
    / "PoliticalAds_2020_first_600_rows.csv"
)
HEADER = [
    "ADID",
    "CreativeUrl",
    "Currency Code",
    "Spend",
    "Impressions",
    "StartDate",
    "EndDate",
    "OrganizationName",
    "BillingAddress",
    "CandidateBallotInformation",
    "PayingAdvertiserName",
    "Gender",
    "AgeBracket",
    "CountryCode",
    "Regions (Included)",
    "Regions (Excluded)",
    "Electoral Districts (Included)",
    "Electoral Districts (Excluded)",
    "Radius Targeting (Included)",
    "Radius Targeting (Excluded)",
    "Metros (Included)",
    "Metros (Excluded)",
    "Postal Codes (Included)",
    "Postal Codes (Excluded)",
    "Location Categories (Included)",
    "Location Categories (Excluded)",
    "Interests",
    "OsType",
    "Segments",
    "Language",
    "AdvancedDemographics",
    "Targeting Connection Type",
    "Targeting Carrier (ISP)",
    "CreativeProperties",
]
ROW = {
    **dict.fromkeys(HEADER, ""),
    "ADID": "0a" * 32, "CreativeUrl": "https://www.snap.com/political-ads/asset/1;https://www.snap.com/political-ads/asset/2",
    "Currency Code": "EUR", "Spend": "1,382", "Impressions": "170681", "StartDate": "2024/03/16 16:19:45Z",
    "EndDate": "2024/03/29 21:59:59Z", "OrganizationName": "River Agency", "BillingAddress": "5 Mill Lane,Lakeside,DE",
    "CandidateBallotInformation": "Lake List", "PayingAdvertiserName": "River Party", "CountryCode": "germany",
    "CreativeProperties": "web_view_url:https://river.example/vote?utm_source=snap;a=1",
}  # fmt: skip


def parsed(*rows: dict[str, str]) -> list[Parsed]:
    return list(snap_political.parse([Record(line, row) for line, row in enumerate(rows, 2)], Scope({}, NOW)))


def one(**cells: str) -> Ad:
    (ad,) = [item for item in parsed({**ROW, **cells}) if isinstance(item, Ad)]
    return ad


def write(path: Path, *rows: dict[str, str], newline: str = "\r\n") -> Path:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, HEADER, lineterminator=newline)
        writer.writeheader()
        writer.writerows(rows)
    return path


def test_a_row_is_read_whole() -> None:
    ad = one()

    assert ad.account == AccountRef("snapchat", "~river-agency", name="River Agency")
    assert (ad.payer, ad.advertiser_name, ad.beneficiary) == ("River Party", "River Agency", None)
    assert (ad.first_shown, ad.last_shown) == (date(2024, 3, 16), date(2024, 3, 29))
    assert ad.landing_url == "https://river.example/vote?utm_source=snap;a=1"
    assert ad.metrics == (
        Metric("spend", 1382, 1382, "EUR", "1,382"),
        Metric("impressions", 170681, 170681, "impressions", "170681"),
    )
    assert ad.extra == {
        "candidate_ballot_information": "Lake List",
        "billing_country": "DE",
        "further_creatives": "https://www.snap.com/political-ads/asset/2",
    }


def test_included_and_excluded_places_are_apart_and_no_state_is_taken_for_a_country() -> None:
    ad = one(
        **{
            "Regions (Included)": "Georgia,Ohio",
            "Postal Codes (Excluded)": "07008,07080",
            "Metros (Included)": "Denver",
        }
    )

    assert [(target.kind, target.value, target.polarity) for target in ad.targets] == [
        ("location", "germany", "include"), ("location", "region Georgia", "include"),
        ("location", "region Ohio", "include"), ("location", "metro Denver", "include"),
        ("location", "postal code 07008", "exclude"), ("location", "postal code 07080", "exclude"),
    ]  # fmt: skip


def test_circles_are_told_apart_and_one_that_is_none_is_kept_apart() -> None:
    circles = "latitude 51.95;longitude 4.41;radius 3.0,latitude -39.4;longitude 175.06;radius 100.0"
    ad = one(**{"Radius Targeting (Included)": circles})
    (apart,) = [
        item
        for item in parsed({**ROW, "Radius Targeting (Excluded)": "51.95;4.41;3"})
        if isinstance(item, Quarantined)
    ]

    assert [target.as_published for target in ad.targets[1:]] == [
        "latitude 51.95;longitude 4.41;radius 3.0", "latitude -39.4;longitude 175.06;radius 100.0",
    ]  # fmt: skip
    assert (apart.line, apart.field) == (2, "radius targeting (excluded)")


def test_a_comma_in_brackets_or_in_a_sum_belongs_to_its_value() -> None:
    ad = one(
        AdvancedDemographics="Occupation (Legal, Education or Health),Household Income ($1,000-$24,999),HHI: $50,000-$75,000,Parents"
    )

    assert [target.value for target in ad.targets if target.kind == "audience_platform_defined"] == [
        "Occupation (Legal, Education or Health)", "Household Income ($1,000-$24,999)", "HHI: $50,000-$75,000", "Parents",
    ]  # fmt: skip


def test_an_empty_cell_is_no_criterion_and_no_number() -> None:
    ad = one(Gender="", Spend="")

    assert [metric.name for metric in ad.metrics] == ["impressions"]
    assert "gender" not in {target.kind for target in ad.targets}


def test_an_end_before_the_start_is_kept_as_printed_and_not_read() -> None:
    items = parsed({**ROW, "EndDate": "2024/03/01 04:59:16Z"})

    (ad,) = [item for item in items if isinstance(item, Ad)]
    assert (ad.last_shown, ad.extra["end_before_start"]) == (None, "2024/03/01 04:59:16Z")
    assert [item.message for item in items if isinstance(item, Notice)] == [
        "EndDate before StartDate, kept as printed and not read as an end: line 2"
    ]


@pytest.mark.parametrize(
    ("cells", "field"),
    [
        ({"ADID": "1.2E+30"}, "ADID"),
        ({"ADID": ""}, "ADID"),
        ({"Spend": "a lot"}, "Spend"),
        ({"Spend": "1.234"}, "Spend"),
        ({"StartDate": "03/04/2024 10:00"}, "startdate"),
        ({"OrganizationName": ""}, "OrganizationName"),
    ],
)
def test_a_row_that_cannot_be_read_for_certain_is_kept_apart(cells: dict[str, str], field: str) -> None:
    apart = [
        item for item in parsed({**ROW, **cells}, {**ROW, "ADID": "0b" * 32}) if isinstance(item, Quarantined)
    ]

    assert [(item.line, item.field) for item in apart] == [(2, field)]


def test_two_exports_glued_together_give_each_ad_once_and_the_second_header_apart(
    engine_of: Engine, tmp_path: Path
) -> None:
    path = write(tmp_path / "PoliticalAds.csv", ROW)
    whole = path.read_bytes()
    path.write_bytes(whole + whole.removeprefix(b"\xef\xbb\xbf"))

    report = import_file(
        engine_of, Settings(home=tmp_path), "snap_political", path=path, scope={}, now=lambda: NOW
    )

    with engine_of.connect() as connection:
        apart = connection.execute(text("SELECT line, field FROM quarantined ORDER BY line")).all()
    assert (report.read, report.new, report.quarantined) == (2, 1, 1)
    assert [tuple(row) for row in apart] == [(3, "ADID")]
    assert report.warnings[-1] == "1 records repeat an ad as it was, counted once"


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_mark_another_delimiter_and_a_line_break_inside_quotes_change_nothing(
    engine: Engine, tmp_path: Path, delimiter: str
) -> None:
    path = tmp_path / "PoliticalAds.csv"
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, HEADER, delimiter=delimiter)
        writer.writeheader()
        writer.writerow(
            {**ROW, "OrganizationName": "River\r\nAgency", "AdvancedDemographics": 'Parents, of "teens"'}
        )

    report = import_file(
        engine, Settings(home=tmp_path), "snap_political", path=path, scope={}, now=lambda: NOW
    )

    with engine.connect() as connection:
        assert connection.execute(text("SELECT key FROM account")).scalar_one() == "~river-agency"
    assert (report.new, report.quarantined) == (1, 0)


def test_an_ad_that_comes_again_with_other_values_is_kept_apart() -> None:
    items = parsed(ROW, {**ROW, "Spend": "1,400"})

    assert [(item.line, item.field) for item in items if isinstance(item, Quarantined)] == [(3, "id")]


def test_a_truncated_last_line_refuses_the_file_with_its_line(engine: Engine, tmp_path: Path) -> None:
    path = write(tmp_path / "PoliticalAds.csv", ROW, {**ROW, "ADID": "0b" * 32})
    path.write_bytes(path.read_bytes()[:-200])

    with pytest.raises(BadInput, match=r"PoliticalAds\.csv, line 3"):
        import_file(engine, Settings(home=tmp_path), "snap_political", path=path, scope={}, now=lambda: NOW)

    with engine.connect() as connection:
        assert connection.execute(text("SELECT COUNT(*) FROM evidence")).scalar_one() == 0


def test_the_street_of_a_billing_address_is_stored_nowhere_but_in_the_evidence(
    engine: Engine, tmp_path: Path
) -> None:
    import_file(
        engine,
        Settings(home=tmp_path),
        "snap_political",
        path=write(tmp_path / "a.csv", ROW),
        scope={},
        now=lambda: NOW,
    )

    with engine.connect() as connection:
        kept = connection.execute(text("SELECT extra FROM ad_snapshot")).scalar_one()
    assert "Mill Lane" not in str(kept)


def test_an_organisation_whose_letters_are_lost_in_its_key_is_told_apart() -> None:
    keys = {one(OrganizationName=printed).account.key for printed in ("R/GA", "R+GA", "r  /ga", "河流")}  # type: ignore[union-attr]

    assert len(keys) == 4
    assert "~河流" in keys


def test_a_file_without_a_row_is_not_taken_as_a_year_without_ads() -> None:
    listing, notice = parsed()

    assert isinstance(listing, Listing)
    assert listing.outcome == "empty_unverified"
    assert isinstance(notice, Notice)


@pytest.mark.skipif(not SAMPLE.exists(), reason="the 600 rows of 2020 are not here")
def test_the_600_rows_of_2020_are_read_with_every_column() -> None:
    with SAMPLE.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))

    items = parsed(*rows)

    ads = [item for item in items if isinstance(item, Ad)]
    kinds = Counter((target.kind, target.polarity) for ad in ads for target in ad.targets)
    assert [column.casefold() for column in rows[0] if column.casefold() not in snap_political.COLUMNS] == []
    assert len(ads) == 600
    assert [item.message for item in items if isinstance(item, Notice)] == [
        "EndDate before StartDate, kept as printed and not read as an end: line 112, 559"
    ]
    assert sum(metric.lower or 0 for ad in ads for metric in ad.metrics if metric.name == "spend") == sum(
        int(row["Spend"]) for row in rows
    )
    assert {metric.unit for ad in ads for metric in ad.metrics if metric.name == "spend"} == {
        "USD", "EUR", "GBP", "CAD", "AUD", "SEK",
    }  # fmt: skip
    assert kinds["location", "exclude"] == 583
    assert kinds["audience_advertiser_defined", "include"] == 290
