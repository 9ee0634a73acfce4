"""Snap's Ads Gallery: one answer, then false emptiness or E1009 with status 200, and exact numbers by country."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine

from tests.collect.lines import BODIES, Line, body, told
from tests.collect.servers import Asked, FaultServer, Told, data, login_page, throttled
from tracker.collect import snap_cells
from tracker.collect.answers import advertiser_key
from tracker.collect.sources import snap_ads
from tracker.domain import AccountRef, Ad, Metric, Notice, Parsed, Quarantined, Record, Scope
from tracker.errors import BadInput

NOW = datetime(2026, 10, 1, tzinfo=UTC)
SEARCH = "/v1/ads_library/ads/search"


def record(**fields: Any) -> dict[str, Any]:
    return {**body("snap_ads", "search")["ad_previews"][0], **fields}


def parsed(*records: dict[str, Any]) -> list[Parsed]:
    numbered = [Record(line, values) for line, values in enumerate(records, 1)]
    return list(snap_ads.parse(numbered, Scope({"payer": "River SE"}, NOW)))


def one(**fields: Any) -> Ad:
    (ad,) = [item for item in parsed(record(**fields)) if isinstance(item, Ad)]
    return ad


def test_an_ad_is_read_whole_and_a_signed_address_is_not_kept() -> None:
    ad = one()

    assert ad.account == AccountRef(
        "snapchat",
        "~river-emea-agency-" + advertiser_key("River EMEA - Agency")[-8:],
        name="River EMEA - Agency",
    )
    assert (ad.payer, ad.beneficiary, ad.text) == ("River SE", None, "Gear up for summer")
    assert (ad.first_shown, ad.last_shown, ad.status) == (date(2026, 6, 1), None, "ACTIVE")
    assert ad.landing_url == "https://river.example/summer?utm_source=snap&utm_campaign=de"
    assert ad.removal == "MISLEADING · PROHIBITED"
    assert ad.extra["media"] == "https://cf-st.media.example/d/snap.380"
    assert "sig=" not in str(ad.extra)
    assert ad.extra["regulated_content"] == "false"


def test_impressions_are_exact_by_country_and_greece_is_gr() -> None:
    assert one().metrics == (
        Metric("impressions", 1234, 1234, "impressions", "1234"),
        Metric("impressions", 1200, 1200, "impressions", "1200", "DE"),
        Metric("impressions", 34, 34, "impressions", "34", "GR"),
        Metric("impressions", 0, 0, "impressions", "0", "FR"),
    )


def test_criteria_of_people_and_devices_are_included_or_excluded_and_an_unknown_one_is_kept() -> None:
    assert [(target.kind, target.value, target.polarity) for target in one().targets] == [
        ("age", "from 18", "include"), ("age", "18-20", "include"), ("age", "21-24", "include"),
        ("language", "de", "include"), ("audience_platform_defined", "Parents", "include"), ("age", "35+", "exclude"),
        ("unknown", "mood: calm", "used_unspecified"), ("device_os", "os_type: iOS", "include"),
        ("device_os", "ANDROID", "include"),
    ]  # fmt: skip


def test_the_languages_of_a_creative_are_no_criterion() -> None:
    ad = one(targeting_v2=None)

    assert (ad.targets, ad.extra["languages"]) == ((), '["de", "el"]')


def test_new_fields_are_kept_and_named_once() -> None:
    items = parsed(record(mood="calm", targeting_v2={"geos": ["DE"]}))

    (ad,) = [item for item in items if isinstance(item, Ad)]
    assert (ad.extra["mood"], ad.extra["targeting_v2.geos"]) == ("calm", '["DE"]')
    assert [item.message for item in items if isinstance(item, Notice)] == [
        "fields not known here, kept with each ad: mood",
        "fields of targeting_v2 not known here, kept with each ad: targeting_v2.geos",
    ]


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"id": None}, "id"),
        ({"id": ["a"]}, "id"),
        ({"ad_account_name": "", "paying_advertiser_name": None}, "ad_account_name"),
        ({"ad_account_name": "x" * 600}, "ad_account_name"),
        ({"start_date": "01/02/2026"}, "start_date"),
        ({"impressions_total": -1}, "impressions_total"),
        ({"impressions_map": {"de": "many"}}, "de"),
        ({"impressions_map": {"el": 1, "gr": 2}}, "impressions_map"),
        ({"impressions_map": [1]}, "impressions_map"),
        ({"targeting_v2": {"demographics": ["18+"]}}, "demographics"),
        ({"headline": 5}, "headline"),
    ],
)
def test_an_ad_that_cannot_be_read_for_certain_is_kept_apart_with_its_field(
    fields: dict[str, Any], field: str
) -> None:
    found = [(item.line, item.field) for item in parsed(record(**fields)) if isinstance(item, Quarantined)]

    assert found == [(1, field)]


def test_an_ad_of_a_payer_whose_name_only_begins_alike_is_kept_apart() -> None:
    items = parsed(record(), record(id="another", paying_advertiser_name="River SE & Co"))

    assert [(item.line, item.field, item.reason) for item in items if isinstance(item, Quarantined)] == [
        (2, "paying_advertiser_name", "paid by 'River SE & Co'; the scope says 'River SE'")
    ]


def test_ads_in_an_envelope_of_their_own_and_the_answer_about_one_ad_are_read_too() -> None:
    wrapped = b'{"ad_previews": [{"sub_request_status": "SUCCESS", "ad_preview": {"id": "a"}}]}'
    alone = b'{"request_status": "SUCCESS", "ad_preview": {"id": "a"}}'

    assert [[item.values for item in snap_ads.records_in(text)] for text in (wrapped, alone)] == [
        [{"id": "a"}]
    ] * 2


def test_an_error_that_was_saved_as_a_file_is_refused_in_words() -> None:
    with pytest.raises(BadInput, match="the error E1009: Too many requests"):
        list(snap_ads.records_in((BODIES / "snap_ads" / "too_many.200.json").read_bytes()))


# -- asking ------------------------------------------------------------------------------------------------------


@pytest.fixture
def line(engine_of: Engine) -> Iterator[Line]:
    with FaultServer() as server:
        yield Line(engine_of, server, "snap_ads")


def test_a_link_to_more_is_asked_with_the_same_question(line: Line) -> None:
    line.server.answers(SEARCH, told("snap_ads", "search"), told("snap_ads", "last_page"))

    report = line.ask(payer="River SE", country="GR")

    first, second = line.server.asked
    assert (report.outcome, report.read, report.new) == ("rows", 2, 2)
    assert first.json == second.json == {
        "paying_advertiser_name": "River SE", "countries": ["el"],
        "start_date": "2025-10-01T00:00:00.000Z", "end_date": "2026-10-01T23:59:59.999Z",
    }  # fmt: skip
    assert (first.query, second.query) == ({}, {"cursor": "MTA"})
    assert line.rows("SELECT platform, name FROM account") == [("snapchat", "River EMEA - Agency")]


def test_all_countries_of_the_gallery_are_asked_for_where_none_is_named(line: Line) -> None:
    line.server.answers(SEARCH, told("snap_ads", "last_page"))

    line.ask(payer="River SE", status="paused")

    (asked,) = line.server.asked
    assert (len(asked.json["countries"]), asked.json["status"]) == (28, "PAUSED")
    assert {"el", "tr"} <= set(asked.json["countries"])


def test_success_without_an_ad_is_not_taken_as_none(line: Line) -> None:
    line.server.answers(SEARCH, told("snap_ads", "false_emptiness"))

    report = line.ask(payer="River SE")

    assert (report.outcome, report.read) == ("empty_unverified", 0)
    assert line.rows("SELECT outcome FROM listing") == [("empty_unverified",)]


@pytest.mark.parametrize(
    "answer", [told("snap_ads", "too_many"), throttled(), data(body("snap_ads", "too_many"), 429)]
)
def test_e1009_is_throttling_with_whatever_status(line: Line, answer: Told) -> None:
    line.server.answers(SEARCH, answer)

    report = line.ask(payer="River SE")

    assert (report.outcome, report.read) == ("throttled", 0)


@pytest.mark.parametrize("case", ["false_emptiness", "too_many"])
def test_one_answer_and_then_none_is_throttled_and_a_day_later_it_goes_on_where_it_stopped(
    line: Line, case: str
) -> None:
    line.server.answers(SEARCH, told("snap_ads", "search"), told("snap_ads", case))
    first = line.ask(payer="River SE")
    line.server.answers(SEARCH, told("snap_ads", "last_page"))
    line.later = timedelta(days=1)

    second = line.ask(payer="River SE")

    assert (first.outcome, first.new) == ("throttled", 1)
    assert (second.outcome, second.read, second.new) == ("rows", 2, 1)
    assert line.server.asked[-1].query == {"cursor": "MTA"}


def test_a_link_that_leads_to_another_host_is_not_followed(line: Line) -> None:
    elsewhere = {
        **body("snap_ads", "search"),
        "paging": {"next_link": "https://adsapi.snapchat.com.evil.example/v1/ads_library/x"},
    }
    line.server.answers(SEARCH, data(elsewhere))

    report = line.ask(payer="River SE")

    assert (report.outcome, len(line.server.asked)) == ("error", 1)


def test_a_link_that_leads_round_in_a_circle_ends(line: Line) -> None:
    line.server.answers(SEARCH, told("snap_ads", "search"))

    report = line.ask(payer="River SE")

    assert (report.outcome, len(line.server.asked)) == ("error", 2)


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (login_page(), "login_wall"),
        (told("snap_ads", "not_valid"), "error"),
        (data(body("snap_ads", "not_valid")), "error"),
        (data({"message": "no"}, 403), "refused"),
        (data({"previews": []}), "error"),
    ],
)
def test_an_answer_that_is_none_ends_in_its_outcome_and_writes_no_ad(
    line: Line, answer: Told, outcome: str
) -> None:
    line.server.answers(SEARCH, answer)

    report = line.ask(payer="River SE")

    assert (report.outcome, report.new) == (outcome, 0)


@pytest.mark.parametrize("scope", [{}, {"payer": "River SE", "country": "US"}])
def test_what_the_gallery_cannot_answer_is_not_asked(line: Line, scope: dict[str, str]) -> None:
    report = line.ask(**scope)

    assert (report.outcome, line.server.asked) == ("error", [])


def test_an_account_is_asked_for_by_its_printed_name(line: Line) -> None:
    line.server.answers(SEARCH, told("snap_ads", "last_page"))

    report = line.ask(AccountRef("snapchat", "~river-se", name="River SE"))

    assert (report.outcome, line.server.asked[0].json["paying_advertiser_name"]) == ("rows", "River SE")
    assert line.rows("SELECT a.key FROM listing l JOIN account a ON a.id = l.account_id") == [("~river-se",)]


def test_questions_are_a_minute_apart(line: Line) -> None:
    line.server.answers(SEARCH, told("snap_ads", "search"), told("snap_ads", "last_page"))

    line.ask(payer="River SE", per_minute=snap_ads.per_minute)

    assert line.slept == pytest.approx([60])


def test_countries_are_written_as_snap_does() -> None:
    assert snap_cells.asked_countries("GR") == ["el"]
    assert snap_cells.asked_countries("TR") == ["tr"]


def test_the_body_of_a_question_is_what_was_sent(line: Line) -> None:
    seen: list[Asked] = []

    def answer(asked: Asked) -> Told:
        seen.append(asked)
        return told("snap_ads", "last_page")

    line.server.answers(SEARCH, answer)

    line.ask(payer="Дом «Река» & Söhne")

    assert (seen[0].method, seen[0].json["paying_advertiser_name"]) == ("POST", "Дом «Река» & Söhne")
    assert "authorization" not in seen[0].headers
