"""Google's tables of ads: bounds over a whole life, an aggregate that is not added, criteria without their values."""

import csv
import io
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, text

from tracker.collect import warehouse
from tracker.collect.pipeline import import_file
from tracker.collect.sources import google_ads
from tracker.domain import AccountRef, Ad, Metric, Notice, Parsed, Quarantined, Record, Scope
from tracker.errors import BadInput, ConfigError, PlatformChanged
from tracker.settings import Settings

NOW = datetime(2026, 11, 20, tzinfo=UTC)
BODIES = Path(__file__).parent / "bodies" / "google_ads"
SAMPLES = Path(__file__).parents[2].parent / "shared" / "data" / "ads" / "google"
RIVER = AccountRef("google", "AR10000000000000000001")


def row(**fields: Any) -> dict[str, Any]:
    (whole,) = json.loads((BODIES / "creative_stats.200.json").read_text(encoding="utf-8"))
    return {**whole, **fields}


def parsed(*rows: dict[str, Any], account: AccountRef | None = None) -> list[Parsed]:
    records = [Record(number, values) for number, values in enumerate(rows, 1)]
    return list(google_ads.parse(records, Scope({}, NOW, account)))


def ads(items: list[Parsed]) -> list[Ad]:
    return [item for item in items if isinstance(item, Ad)]


def test_a_creative_is_read_whole() -> None:
    (ad,) = ads(parsed(row()))

    assert ad.account == AccountRef(
        "google", "AR10000000000000000001", name="River Media", native_id="AR10000000000000000001",
        url="https://adstransparency.google.com/advertiser/AR10000000000000000001",
    )  # fmt: skip
    assert (ad.key, ad.listing.series) == (
        "CR20000000000000000001",
        "google_ads|AR10000000000000000001|",
    )
    assert (ad.payer, ad.beneficiary, ad.advertiser_name) == ("Lake Tourism Board", None, "River Media")
    assert (ad.first_shown, ad.last_shown) == (date(2023, 3, 1), date(2024, 3, 1))
    assert ad.extra["advertiser_legal_name"] == "River Media GmbH"
    assert ad.extra["times_shown_days DE"] == "2024-01-05..2024-02-20"


def test_bounds_stay_bounds_by_country_and_surface_and_the_eea_is_not_added() -> None:
    (ad,) = ads(parsed(row()))

    assert ad.metrics == (
        Metric("impressions", 2000, 3000, "impressions", "2000-3000", "DE"),
        Metric("impressions", 2000, 3000, "impressions", "2000-3000", "DE", "surface YOUTUBE"),
        Metric("impressions", 5000, 6000, "impressions", "5000-6000"),
    )


def test_the_figure_of_the_eea_is_no_total_of_an_ad_that_was_shown_in_turkey_too() -> None:
    turkey = {
        "region_code": "TR",
        "first_shown": "2024-01-05",
        "times_shown_lower_bound": 0,
        "times_shown_upper_bound": 9,
    }

    (ad,) = ads(parsed(row(region_stats=[*row()["region_stats"], turkey])))

    assert [(metric.country, metric.segment) for metric in ad.metrics] == [
        ("DE", None), ("DE", "surface YOUTUBE"), (None, "region EEA"), ("TR", None),
    ]  # fmt: skip


def test_a_count_that_google_withholds_is_no_number_and_its_date_is_kept() -> None:
    (ad,) = ads(parsed(row()))

    assert "FR" not in {metric.country for metric in ad.metrics}
    assert ad.extra["times_shown_availability_date FR"] == "2024-04-18"


def test_kinds_of_criteria_are_told_by_the_four_constants_and_an_unknown_one_is_not_guessed() -> None:
    (ad,) = ads(parsed(row()))

    assert [(target.kind, target.polarity) for target in ad.targets] == [
        ("demographic_unspecified", "include"), ("location", "include"), ("location", "exclude"),
        ("custom_list", "exclude"), ("interest", "used_unspecified"),
    ]  # fmt: skip


def test_a_removed_creative_names_no_advertiser_and_says_why() -> None:
    body = (BODIES / "removed_creative_stats.200.json").read_bytes()

    (ad,) = ads(list(google_ads.parse(google_ads.records_in(body), Scope({}, NOW))))

    assert (ad.key, ad.account, ad.status) == ("CR20000000000000000009", None, "removed")
    assert (
        ad.removal
        == "Misrepresentation, PROHIBITED_PRACTICES, Google investigation, by automated means, in FI SE"
    )


def test_a_legal_name_stands_for_the_payer_only_where_google_names_none() -> None:
    paid = [
        ad.payer
        for ad in ads(
            parsed(
                row(ad_funded_by=None),
                row(ad_funded_by="", advertiser_legal_name="", creative_id="CR20000000000000000002"),
            )
        )
    ]

    assert paid == ["River Media GmbH", None]


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"creative_id": "20000000000000000001"}, "creative_id"),
        ({"advertiser_id": "1E+19"}, "advertiser_id"),
        ({"region_stats": "[{"}, "region_stats"),
        ({"region_stats": [{"region_code": "DE"}, {"region_code": "DE"}]}, "region_stats"),
        ({"region_stats": [{"region_code": "DE", "first_shown": "03/04/2024"}]}, "region_stats"),
        ({"region_stats": [{"region_code": "DE", "times_shown_lower_bound": 9, "times_shown_upper_bound": 3}]}, "region_stats"),
        ({"region_stats": [{"region_code": "DE", "times_shown_lower_bound": -1}]}, "times_shown_lower_bound"),
        ({"region_stats": ["DE"]}, "region_stats"),
        ({"audience_selection_approach_info": []}, "audience_selection_approach_info"),
    ],
)  # fmt: skip
def test_a_row_that_contradicts_the_table_is_kept_apart_with_its_field(
    fields: dict[str, Any], field: str
) -> None:
    items = parsed(row(**fields))

    assert [(item.line, item.field) for item in items if isinstance(item, Quarantined)] == [(1, field)]
    assert not ads(items)


def test_an_export_of_another_advertiser_than_the_scope_says_is_kept_apart() -> None:
    items = parsed(row(), account=AccountRef("google", "AR10000000000000000002"))

    assert [item.reason for item in items if isinstance(item, Quarantined)] == [
        "is of AR10000000000000000001, the scope says AR10000000000000000002"
    ]


def test_a_field_that_nobody_has_seen_is_kept_and_named_once() -> None:
    items = parsed(row(ad_mood="calm"), row(ad_mood="loud", creative_id="CR20000000000000000002"))

    assert [ad.extra["ad_mood"] for ad in ads(items)] == ["calm", "loud"]
    assert [item.message for item in items if isinstance(item, Notice)][:1] == [
        "columns not known here, kept with each ad: ad_mood"
    ]


@pytest.mark.parametrize("form", ["csv", "jsonl"])
def test_csv_and_json_lines_with_nested_text_give_the_same_ads(
    engine_of: Engine, tmp_path: Path, form: str
) -> None:
    flat = {
        name: json.dumps(value) if isinstance(value, list | dict) else value for name, value in row().items()
    }
    path = tmp_path / f"creatives.{form}"
    lines = io.StringIO(newline="")
    writer = csv.DictWriter(lines, list(flat))
    writer.writeheader()
    writer.writerow(flat)
    path.write_text(lines.getvalue() if form == "csv" else json.dumps(flat) + "\n", encoding="utf-8")

    report = import_file(
        engine_of, Settings(home=tmp_path), "google_ads", path=path, scope={}, now=lambda: NOW
    )

    with engine_of.connect() as connection:
        kept = connection.execute(
            text("SELECT country, segment, lower, upper FROM ad_metric ORDER BY 1, 2")
        ).all()
        who = connection.execute(text("SELECT platform, key, name, status FROM account")).one()
    assert (report.read, report.new, report.quarantined) == (1, 1, 0)
    assert [tuple(one) for one in kept] == [
        ("", "", 5000, 6000), ("DE", "", 2000, 3000), ("DE", "surface YOUTUBE", 2000, 3000),
    ]  # fmt: skip
    assert tuple(who) == ("google", "AR10000000000000000001", "River Media", "unassessed")


def test_ads_of_several_advertisers_in_one_file_are_unchanged_when_they_come_again(
    engine: Engine, tmp_path: Path
) -> None:
    other = {"advertiser_id": "AR10000000000000000002", "creative_id": "CR20000000000000000002"}
    for day in (1, 2):
        path = tmp_path / f"day{day}.jsonl"
        path.write_text("".join(json.dumps(one) + "\n" for one in (row(), row(**other))), encoding="utf-8")
        report = import_file(
            engine, Settings(home=tmp_path), "google_ads", path=path, scope={"exported_at": f"2026-11-0{day}"},
            now=lambda: NOW,
        )  # fmt: skip

    with engine.connect() as connection:
        assert connection.execute(text("SELECT COUNT(*) FROM ad_snapshot")).scalar_one() == 2
    assert (report.new, report.changed, report.unchanged) == (0, 0, 2)


def test_the_sheet_of_political_advertisers_is_refused_by_its_header(engine: Engine, tmp_path: Path) -> None:
    path = tmp_path / "google-political-ads-advertiser-stats.csv"
    path.write_text(
        "Advertiser_ID,Advertiser_Name,Public_IDs_List,Total_Creatives,Total_Spend_USD\nAR1,A,B,1,0\n"
    )

    with pytest.raises(BadInput, match=r"line 1: no column 'creative_page_url'.*political-ads bundle"):
        import_file(engine, Settings(home=tmp_path), "google_ads", path=path, scope={}, now=lambda: NOW)


@pytest.mark.skipif(not SAMPLES.exists(), reason="the sample rows of the public data set are not here")
def test_the_published_samples_of_both_tables_are_read_with_every_field() -> None:
    found: list[Parsed] = []
    for table in ("creative_stats", "removed_creative_stats"):
        body = (SAMPLES / f"atc_{table}_schema_and_sample.json").read_bytes()
        found += google_ads.parse(google_ads.records_in(body), Scope({}, NOW))

    assert len(ads(found)) == 10
    assert not [item for item in found if isinstance(item, Quarantined)]
    assert not [item for item in found if isinstance(item, Notice) and "not known" in item.message]
    assert [len(ad.metrics) > 0 for ad in ads(found)] == [False] * 5 + [True] * 5
    assert all("times_shown_availability_date EEA" in ad.extra for ad in ads(found)[:5])


class FakeWarehouse:
    """A table of the columns given, which remembers what it was asked."""

    def __init__(self, columns: Sequence[str] = google_ads.COLUMNS, n_bytes: int = 55 << 30, found: int = 1):
        self._columns, self._n_bytes, self._found = columns, n_bytes, found
        self.asked: list[tuple[str, str, int]] = []

    def columns(self, table: str) -> Sequence[str]:
        return self._columns

    def price(self, sql: str, value: str) -> int:
        return self._n_bytes

    def rows(self, sql: str, value: str, most_bytes: int) -> list[Mapping[str, Any]]:
        self.asked.append((sql, value, most_bytes))
        return [row()] * self._found


def test_bigquery_is_asked_for_named_columns_that_are_there_and_says_what_it_read() -> None:
    store = FakeWarehouse([column for column in google_ads.COLUMNS if column != "ad_funded_by"])

    (page,) = google_ads.ask(store, Scope({}, NOW, RIVER))

    ((sql, value, most),) = store.asked
    assert sql.startswith("SELECT advertiser_id, creative_id,")
    assert ("ad_funded_by" in sql, "*" in sql, value, most) == (
        False,
        False,
        "AR10000000000000000001",
        200 << 30,
    )
    assert f"bytes={55 << 30}" in page.answer.url
    assert (
        len(ads(list(google_ads.parse(google_ads.records_in(page.answer.body), Scope({}, NOW, RIVER))))) == 1
    )


def test_no_row_of_bigquery_is_not_taken_as_no_ad() -> None:
    (page,) = google_ads.ask(FakeWarehouse(found=0), Scope({}, NOW, RIVER))

    assert page.outcome == "empty_unverified"


@pytest.mark.parametrize(
    ("store", "account", "refusal", "words"),
    [
        (FakeWarehouse(n_bytes=300 << 30), RIVER, ConfigError, "over the limit"),
        (FakeWarehouse(["surface"]), RIVER, PlatformChanged, "no column 'advertiser_id' any more"),
        (FakeWarehouse(), None, BadInput, "account=google:AR"),
        (FakeWarehouse(), AccountRef("google", "~river"), BadInput, "account=google:AR"),
    ],
)
def test_a_question_that_cannot_be_put_is_refused_before_it_costs_anything(
    store: FakeWarehouse, account: AccountRef | None, refusal: type[Exception], words: str
) -> None:
    with pytest.raises(refusal, match=words):
        list(google_ads.ask(store, Scope({}, NOW, account)))

    assert store.asked == []


def test_the_client_of_google_is_told_the_price_it_may_cost() -> None:
    bigquery = pytest.importorskip("google.cloud.bigquery", reason="the extra `google` is not installed")
    asked: list[Any] = []

    class Client:
        def query(self, sql: str, job_config: Any) -> Any:
            asked.append(job_config)
            return type("Job", (), {"total_bytes_processed": 7, "result": lambda self: [{"a": 1}]})()

    store = warehouse.BigQuery(Client())

    assert (store.price("SELECT 1", "AR1"), store.rows("SELECT 1", "AR1", 99)) == (7, [{"a": 1}])
    assert [config.dry_run for config in asked] == [True, None]
    assert asked[1].maximum_bytes_billed == 99
    assert asked[1].query_parameters == [bigquery.ScalarQueryParameter("value", "STRING", "AR1")]
