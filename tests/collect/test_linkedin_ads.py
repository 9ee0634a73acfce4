"""LinkedIn's library: other companies of a fuzzy search stay out, shares are percent, facets without values stand as used."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from tests.collect.lines import Line, told
from tests.collect.servers import FaultServer
from tracker.collect.sources import linkedin_ads
from tracker.domain import AccountRef, Ad, Listing, Metric, Notice, Parsed, Quarantined, Record, Scope

NOW = datetime(2026, 11, 1, tzinfo=UTC)
BODIES = Path(__file__).parent / "bodies" / "linkedin_ads"
COMPANY = AccountRef("linkedin", "1234567", name="River News")


def parsed(*rows: dict[str, Any], account: AccountRef | None = None, **scope: str) -> list[Parsed]:
    records = [Record(number, values) for number, values in enumerate(rows, 1)]
    return list(linkedin_ads.parse(records, Scope(scope, NOW, account)))


def answered(name: str) -> list[dict[str, Any]]:
    (path,) = BODIES.glob(f"{name}.*.json")
    return [dict(record.values) for record in linkedin_ads.records_in(path.read_bytes())]


def ads(items: list[Parsed]) -> list[Ad]:
    return [item for item in items if isinstance(item, Ad)]


def row(number: int = 600700800, **details: Any) -> dict[str, Any]:
    advertiser = {"advertiserName": "River News", "advertiserUrl": "https://www.linkedin.com/company/1234567"}
    return {
        "adUrl": f"https://www.linkedin.com/ad-library/detail/{number}", "isRestricted": False,
        "details": {"type": "TEXT_AD", "advertiser": advertiser, **details},
    }  # fmt: skip


def test_an_ad_that_the_eu_saw_is_read_whole() -> None:
    ad = ads(parsed(*answered("first_page")))[0]

    assert ad.account == AccountRef(
        "linkedin",
        "1234567",
        name="River News",
        url="https://www.linkedin.com/company/1234567",
        native_id="1234567",
    )
    assert (ad.key, ad.payer, ad.beneficiary, ad.status) == (
        "600700801",
        "Lake Tourism Board",
        None,
        "restricted",
    )
    assert (ad.first_shown, ad.last_shown, ad.text) == (date(2026, 7, 3), date(2026, 7, 20), None)
    assert ad.metrics == (
        Metric("impressions", 1000.0, 5000.0, "impressions", '{"from":1000,"to":5000}'),
        Metric("impressions", 64.5, 64.5, "percent", "64.5", "DE", "share of the total"),
        Metric("impressions", 35.5, 35.5, "percent", "35.5", "FR", "share of the total"),
    )


def test_a_facet_without_values_is_named_and_an_unknown_one_stays_unknown() -> None:
    ad = ads(parsed(*answered("first_page")))[0]

    assert [(target.kind, target.value, target.polarity) for target in ad.targets] == [
        ("language", "English", "include"), ("location", "Germany", "include"), ("location", "France", "include"),
        ("location", "Bavaria", "exclude"), ("demographic_unspecified", "Job", "include"),
        ("demographic_unspecified", "Job", "exclude"), ("audience_advertiser_defined", "Audience", "exclude"),
        ("unknown", "Moon phase", "include"),
    ]  # fmt: skip


def test_an_ad_that_the_eu_did_not_see_has_no_numbers_and_no_days() -> None:
    (ad,) = ads(parsed(row()))

    assert (ad.metrics, ad.first_shown, ad.last_shown, ad.status) == ((), None, None, None)


def test_other_companies_of_the_fuzzy_search_are_left_out_and_named() -> None:
    items = parsed(*answered("first_page"), *answered("last_page"), account=COMPANY)

    assert [ad.key for ad in ads(items)] == ["600700801", "600700803"]
    assert {ad.account for ad in ads(items)} == {COMPANY}
    assert [item.message for item in items if isinstance(item, Notice)] == [
        "ads of other companies, which the fuzzy search brought up, left out: River News Fans, company 7654321 (1)"
    ]


def test_without_a_company_in_the_scope_each_has_a_listing_of_its_own() -> None:
    shown = ads(parsed(*answered("first_page")))

    assert [ad.listing for ad in shown] == [
        Listing("linkedin_ads|1234567|*", NOW, shown[0].account),
        Listing("linkedin_ads|7654321|*", NOW, shown[1].account),
    ]


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"adUrl": "https://www.linkedin.com/ad-library/"}, "adUrl"),
        ({"details": "none"}, "details"),
        ({"details": {"adTargeting": "none"}}, "adTargeting"),
        ({"details": {"adTargeting": [{"facetName": "Job", "includedSegments": 5}]}}, "includedSegments"),
        ({"details": {"adStatistics": {"firstImpressionAt": "soon"}}}, "adStatistics.firstImpressionAt"),
    ],
)
def test_a_record_that_cannot_be_meant_is_kept_apart(fields: dict[str, Any], field: str) -> None:
    items = parsed({**row(), **fields}, row(600700801))

    assert [(item.line, item.field) for item in items if isinstance(item, Quarantined)] == [(1, field)]
    assert len(ads(items)) == 1


def test_an_open_range_and_an_iso_date_are_read_too() -> None:
    statistics = {"firstImpressionAt": "2026-07-03", "totalImpressions": {"from": 1000000}}

    (ad,) = ads(parsed(row(adStatistics=statistics)))

    assert ad.first_shown == date(2026, 7, 3)
    assert ad.metrics == (Metric("impressions", 1000000.0, None, "impressions", '{"from":1000000}'),)


def test_an_empty_list_of_known_objects_is_nothing_new() -> None:
    items = parsed(row(adTargeting=[], adStatistics={"impressionsDistributionByCountry": []}))

    assert [type(item) for item in items] == [Ad]


def test_a_field_never_seen_before_is_kept_and_named_by_its_path() -> None:
    items = parsed(row(mood="calm"))

    assert ads(items)[0].extra["details.mood"] == "calm"
    assert [item.message for item in items if isinstance(item, Notice)] == [
        "fields not known here, kept with each ad: details.mood"
    ]


@pytest.mark.parametrize("path", sorted(BODIES.glob("*.json")), ids=lambda path: path.name)
def test_an_answer_that_is_no_success_has_no_record(path: Path) -> None:
    assert bool(list(linkedin_ads.records_in(path.read_bytes()))) == path.name.endswith("_page.200.json")


# -- asking ------------------------------------------------------------------------------------------------------

LIBRARY = "/rest/adLibrary"
KEY = {"LINKEDIN_TOKEN": "fictional-member-token"}


@pytest.fixture
def line(engine_of: Engine) -> Iterator[Line]:
    with FaultServer() as server:
        yield Line(engine_of, server, "linkedin_ads")


def test_pages_of_25_are_followed_and_other_companies_named(line: Line) -> None:
    line.server.answers(LIBRARY, told("linkedin_ads", "first_page"), told("linkedin_ads", "last_page"))

    report = line.ask(COMPANY, KEY)

    first, second = line.server.asked
    assert (report.outcome, report.read, report.new) == ("rows", 2, 2)
    assert first.query == {"q": "criteria", "advertiser": "River News", "count": "25", "start": "0"}
    assert second.query["start"] == "2"
    assert (first.headers["linkedin-version"], first.headers["x-restli-protocol-version"]) == (
        "202607",
        "2.0.0",
    )
    assert "River News Fans, company 7654321 (1)" in report.warnings[0]
    assert line.rows("SELECT stated_total FROM query_outcome") == [(3,)]
    assert b"fictional-member-token" not in line.kept()


@pytest.mark.parametrize(
    ("case", "outcome", "words"),
    [
        ("version_ended", "refused", "give a newer one as version=YYYYMM"),
        ("token_expired", "login_wall", "The token used in the request has expired"),
        ("not_approved", "refused", "Not enough permissions to access"),
        ("too_often", "throttled", "Resource level throttle limit"),
    ],
)
def test_a_refusal_is_the_outcome_that_its_status_means_in_their_words(
    line: Line, case: str, outcome: str, words: str
) -> None:
    line.server.answers(LIBRARY, told("linkedin_ads", case))

    report = line.ask(COMPANY, KEY)

    assert (report.outcome, report.read) == (outcome, 0)
    assert words in report.warnings[0]


def test_a_throttled_question_goes_on_where_it_stopped(line: Line) -> None:
    often = [told("linkedin_ads", "too_often")] * 4
    line.server.answers(
        LIBRARY, told("linkedin_ads", "first_page"), *often, told("linkedin_ads", "last_page")
    )

    before = line.ask(COMPANY, KEY)
    line.later = timedelta(days=1)
    after = line.ask(COMPANY, KEY)

    assert (before.outcome, before.read) == ("throttled", 1)
    assert (after.outcome, after.read) == ("rows", 2)
    assert [asked.query["start"] for asked in line.server.asked] == ["0", *["2"] * 5]


def test_a_total_of_nothing_that_linkedin_states_is_nothing(line: Line) -> None:
    line.server.answers(LIBRARY, told("linkedin_ads", "no_ad"))

    assert line.ask(COMPANY, KEY).outcome == "empty_confirmed"


@pytest.mark.parametrize(
    ("account", "words"),
    [
        (AccountRef("linkedin", "river-news", name="River News"), "give handle=NUMBER"),
        (AccountRef("linkedin", "1234567"), "give advertiser=NAME"),
        (COMPANY, "'../v2' is none; expected one such as 202607"),
    ],
)
def test_a_question_that_linkedin_cannot_answer_is_not_asked(
    line: Line, account: AccountRef, words: str
) -> None:
    report = line.ask(account, KEY, version="../v2")

    assert (report.outcome, line.server.asked) == ("error", [])
    assert words in report.warnings[0]
