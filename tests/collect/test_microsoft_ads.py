"""Microsoft's Ad Library: tiny pages, a count that stops at 1000, slices, ranges and shares, no key."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine

from tests.collect.lines import Line, body, told
from tests.collect.servers import Asked, FaultServer, Told, data, login_page, throttled
from tracker.collect import microsoft_cells
from tracker.collect.slices import Place, Slice
from tracker.collect.sources import microsoft_ads
from tracker.domain import AccountRef, Ad, Listing, Metric, Notice, Parsed, Quarantined, Record, Scope
from tracker.errors import BadInput, PlatformChanged

NOW = datetime(2026, 10, 1, tzinfo=UTC)
RIVER = AccountRef("microsoft", "4295001234", native_id="4295001234")
ADS, AD, ADVERTISER = "/api/v1/Ads", "/api/v1/Ads/{}", "/api/v1/Advertisers/4295001234"


def record(**fields: Any) -> dict[str, Any]:
    return {**body("microsoft_ads", "ad"), **fields}


def details(**fields: Any) -> dict[str, Any]:
    return record(AdDetails={**record()["AdDetails"], **fields})


def parsed(*records: dict[str, Any], account: AccountRef | None = None) -> list[Parsed]:
    numbered = [Record(line, values) for line, values in enumerate(records, 1)]
    return list(microsoft_ads.parse(numbered, Scope({}, NOW, account)))


def test_an_ad_with_its_details_is_read_whole() -> None:
    (ad,) = parsed(record())

    assert isinstance(ad, Ad)
    assert ad.account == AccountRef(
        "microsoft", "4295001234", name="River Media GmbH", native_id="4295001234"
    )
    assert (ad.key, ad.payer, ad.text) == (
        "71468541217674123",
        "Lake Tourism Board",
        "See the river\nBoats every hour",
    )
    assert (ad.first_shown, ad.last_shown) == (date(2024, 2, 1), date(2024, 3, 15))
    assert ad.landing_url == "https://river.example/boats?utm_source=bing"
    assert (ad.status, ad.removal) == ("restricted", "Information_Integrity")
    assert ad.extra == {"DisplayUrl": "river.example", "AssetJson": "[]"}


def test_a_range_stays_a_range_and_the_share_of_a_country_is_no_number_of_impressions() -> None:
    (ad,) = parsed(record())

    assert isinstance(ad, Ad)
    assert ad.metrics == (
        Metric("impressions", 2500, 5000, "impressions", "2.5K - 5K"),
        Metric("impressions", 82.7, 82.7, "percent", "82.7%", "DE", "share of the total"),
        Metric("impressions", 17.3, 17.3, "percent", "17.3%", "AT", "share of the total"),
    )


def test_types_of_targeting_say_whether_they_were_also_used_to_exclude() -> None:
    (ad,) = parsed(record())

    assert isinstance(ad, Ad)
    assert [(target.kind, target.polarity) for target in ad.targets] == [
        ("gender", "include"), ("location", "include"), ("location", "exclude"),
        ("audience_advertiser_defined", "used_unspecified"), ("unknown", "include"),
    ]  # fmt: skip


def test_both_names_of_the_list_of_types_are_read() -> None:
    (ad,) = parsed(details(Targets=None, TargetTypes=[{"TargetType": "Age", "UsedForExclusion": False}]))

    assert isinstance(ad, Ad)
    assert [target.kind for target in ad.targets] == ["age"]


def test_a_country_whose_number_is_not_documented_is_kept_and_named_once() -> None:
    strange = [{"Country": 190, "ImpressionShare": "60%"}, {"Country": 66, "ImpressionShare": "40%"}]

    ad, notice = parsed(details(ImpressionsByCountry=strange))

    assert isinstance(ad, Ad)
    assert [metric.country for metric in ad.metrics[1:]] == ["ms:190", "FR"]
    assert notice == Notice("numbers of countries that are not documented, kept as they are: ms:190")


def test_the_thirty_countries_of_the_library_have_each_a_number_and_a_name() -> None:
    numbers = {microsoft_cells.number_of(country) for country in microsoft_cells.known_countries()}

    assert len(numbers) == 30
    assert microsoft_cells.number_of("FR") == "66"
    with pytest.raises(BadInput, match="US is not in the EU or EEA"):
        microsoft_cells.number_of("US")


@pytest.mark.parametrize(
    ("values", "field"),
    [
        (record(AdId=7.146854121767412e16), "AdId"),
        (record(AdId="7.146854121767412E+16"), "AdId"),
        (record(AdId=None), "AdId"),
        (record(AdvertiserId=True), "AdvertiserId"),
        (record(AdDetails="[1"), "AdDetails"),
        (record(AdDetails=[]), "AdDetails"),
        (record(Title=7), "Title"),
        (details(StartDate="01/02/2024"), "StartDate"),
        (details(TotalImpressionsRange="many"), "TotalImpressionsRange"),
        (details(ImpressionsByCountry=[{"Country": 66, "ImpressionShare": "12"}]), "ImpressionShare"),
        (details(ImpressionsByCountry=[{"Country": 66, "ImpressionShare": "120%"}]), "ImpressionShare"),
        (details(ImpressionsByCountry=[{"Country": 66, "ImpressionShare": "1%"}] * 2), "ImpressionsByCountry"),
        (details(Targets=["Gender"]), "Targets"),
    ],
)  # fmt: skip
def test_an_ad_that_cannot_be_read_for_certain_is_kept_apart_with_its_field(
    values: dict[str, Any], field: str
) -> None:
    found = [(item.line, item.field) for item in parsed(values) if isinstance(item, Quarantined)]

    assert found == [(1, field)]


def test_an_answer_about_another_advertiser_than_the_scope_says_is_kept_apart() -> None:
    items = parsed(record(), account=AccountRef("microsoft", "1"))

    assert [item.reason for item in items if isinstance(item, Quarantined)] == [
        "is of 4295001234, the scope says 1: ask for that number"
    ]


def test_new_fields_of_an_ad_and_of_its_details_are_kept_and_named_once() -> None:
    values = details(Mood="calm") | {"AdMood": "loud"}

    ad, first, second = parsed(values)

    assert isinstance(ad, Ad)
    assert (ad.extra["AdMood"], ad.extra["AdDetails.Mood"]) == ("loud", "calm")
    assert (first, second) == (
        Notice("fields not known here, kept with each ad: AdMood"),
        Notice("fields of AdDetails not known here, kept with each ad: AdDetails.Mood"),
    )


def test_a_web_page_and_a_damaged_answer_are_refused_in_words() -> None:
    with pytest.raises(BadInput, match="a web page"):
        list(microsoft_ads.records_in(b"<html>Sign in</html>"))
    with pytest.raises(BadInput, match="cut off"):
        list(microsoft_ads.records_in(b'{"value": [{"AdId": 1'))


# -- asking ------------------------------------------------------------------------------------------------------


class Library:
    """The library as documented: searches of 24, a count that stops at 1000, and details by id.

    `shown` maps the id of an ad to the days and the number of the country that it was shown in.
    """

    def __init__(self, server: FaultServer, shown: dict[int, tuple[date, date, int]]):
        self._shown, self.server = shown, server
        server.answers(ADS, self.search)
        server.answers(ADVERTISER, told("microsoft_ads", "advertiser"))
        for key in shown:
            server.answers(AD.format(key), data(record(AdId=key)))

    def search(self, asked: Asked) -> Told:
        query = asked.query
        skip, top = int(query["skip"]), int(query["top"])
        if skip > 999 or top > 24:
            return told("microsoft_ads", "skip_out_of_range")
        first, last = date.fromisoformat(query["startDate"]), date.fromisoformat(query["endDate"])
        country = query.get("countryCodes")
        found = [
            key for key, (start, end, where) in self._shown.items()
            if start <= last and end >= first and country in (None, str(where))
        ]  # fmt: skip
        rows = [{"AdId": key, "AdvertiserId": 4295001234} for key in found[skip : skip + top]]
        return data({"@odata.count": min(len(found), 1000), "value": rows})

    def searches(self) -> list[Asked]:
        return [asked for asked in self.server.asked if asked.path == ADS]


def days(count: int, *, start: date = date(2024, 1, 1), each: int = 1) -> dict[int, tuple[date, date, int]]:
    return {
        71000000000000000 + number: (start + timedelta(number // each), start + timedelta(number // each), 66)
        for number in range(count)
    }


@pytest.fixture
def line(engine_of: Engine) -> Iterator[Line]:
    with FaultServer() as server:
        yield Line(engine_of, server, "microsoft_ads")


Year = dict[str, str]
YEAR: Year = {"from": "2024-01-01", "to": "2024-12-31"}


def test_small_pages_are_followed_and_each_ad_is_asked_for_with_its_details(line: Line) -> None:
    library = Library(line.server, days(30))

    report = line.ask(RIVER, **YEAR)

    assert (report.outcome, report.read, report.new, report.warnings) == ("rows", 30, 30, ())
    assert [(asked.query["top"], asked.query["skip"]) for asked in library.searches()] == [
        ("24", "0"),
        ("24", "24"),
    ]
    assert line.rows("SELECT stated_total FROM query_outcome") == [(30,)]
    assert line.rows("SELECT DISTINCT platform, key FROM account") == [("microsoft", "4295001234")]
    assert "authorization" not in line.server.asked[0].headers


def test_more_than_the_count_can_say_is_asked_in_slices_of_days(line: Line) -> None:
    library = Library(line.server, days(1100, each=5))

    report = line.ask(RIVER, **YEAR)

    assert (report.outcome, report.new) == ("rows", 1100)
    assert {asked.query["startDate"] for asked in library.searches()} == {"2024-01-01", "2024-07-02"}
    assert line.rows("SELECT stated_total FROM query_outcome") == [(None,)]


def test_a_single_day_with_too_many_ads_is_asked_country_by_country(line: Line) -> None:
    shown = {
        key: (first, last, 66 if key % 2 else 72) for key, (first, last, _) in days(1200, each=1200).items()
    }
    library = Library(line.server, shown)

    report = line.ask(RIVER, **{"from": "2024-01-01", "to": "2024-01-01"})

    assert (report.outcome, report.new) == ("rows", 1200)
    assert len({asked.query.get("countryCodes") for asked in library.searches()}) == 31


def test_an_ad_that_runs_through_several_slices_is_asked_for_and_counted_once(line: Line) -> None:
    shown = days(1100, each=5)
    always = 79999999999999999
    library = Library(line.server, {always: (date(2024, 1, 1), date(2024, 12, 31), 66), **shown})

    report = line.ask(RIVER, **YEAR)

    assert (report.new, report.quarantined) == (1101, 0)
    assert sum(asked.path == AD.format(always) for asked in library.server.asked) == 1


def test_too_many_quick_calls_are_waited_out_and_end_throttled_and_the_next_question_goes_on(
    line: Line,
) -> None:
    Library(line.server, days(30))
    nineteenth = AD.format(71000000000000018)
    line.server.answers(nineteenth, throttled())

    first = line.ask(RIVER, **YEAR)
    waited = line.slept
    line.server.answers(nineteenth, data(record(AdId=71000000000000018)))
    asked_before = len(line.server.asked)
    line.later = timedelta(hours=1)
    second = line.ask(RIVER, **YEAR)

    assert (first.outcome, first.read) == ("throttled", 18)
    assert waited == [10, 20, 40]
    assert (second.outcome, second.read, second.new) == ("rows", 30, 12)
    assert [asked.path for asked in line.server.asked[asked_before:]][:2] == [ADS, nineteenth]


def test_one_429_without_retry_after_is_only_waited_out(line: Line) -> None:
    Library(line.server, days(2))
    line.server.answers(AD.format(71000000000000001), throttled(), data(record(AdId=71000000000000001)))

    report = line.ask(RIVER, **YEAR)

    assert (report.outcome, report.new, line.slept) == ("rows", 2, [10])


def test_calls_are_spaced_so_that_twenty_never_come_quickly(line: Line) -> None:
    Library(line.server, days(3))

    line.ask(RIVER, per_minute=microsoft_ads.per_minute, **YEAR)

    assert line.slept == pytest.approx([5, 5, 5])


def test_an_ad_that_is_gone_between_search_and_details_is_passed_over(line: Line) -> None:
    Library(line.server, days(3))
    line.server.answers(AD.format(71000000000000001), data({"error": "not found"}, 404))

    report = line.ask(RIVER, **YEAR)

    assert (report.outcome, report.new) == ("rows", 2)
    assert report.warnings == ("2 of the 3 that the platform states",)


def test_a_total_of_nothing_for_an_advertiser_that_the_library_knows_is_confirmed(line: Line) -> None:
    Library(line.server, {})

    report = line.ask(RIVER, **YEAR)

    assert (report.outcome, report.read) == ("empty_confirmed", 0)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda server: server.answers(ADVERTISER, data({"error": "no such advertiser"}, 404)),
        lambda server: server.answers(ADVERTISER, data({"value": []})),
    ],
)
def test_nothing_for_an_advertiser_that_the_library_does_not_know_is_not_confirmed(
    line: Line, spoil: Callable[[FaultServer], None]
) -> None:
    Library(line.server, {})
    spoil(line.server)

    assert line.ask(RIVER, **YEAR).outcome == "empty_unverified"


def test_nothing_of_the_last_days_is_not_confirmed_because_the_library_is_late(line: Line) -> None:
    Library(line.server, {})

    assert line.ask(RIVER, **{"from": "2026-09-29"}).outcome == "empty_unverified"


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (login_page(), "login_wall"),
        (told("microsoft_ads", "skip_out_of_range"), "error"),
        (data({"message": "no"}, 403), "refused"),
        (data({"values": []}), "error"),
        (data({"@odata.count": 1, "value": [{"AdId": "../Advertisers/1"}]}), "error"),
    ],
)
def test_an_answer_that_is_none_ends_in_its_outcome_and_writes_no_ad(
    line: Line, answer: Told, outcome: str
) -> None:
    line.server.answers(ADS, answer)

    report = line.ask(RIVER, **YEAR)

    assert (report.outcome, report.new) == (outcome, 0)


def test_without_an_advertiser_nothing_is_asked(line: Line) -> None:
    report = line.ask(None)

    assert (report.outcome, line.server.asked) == ("error", [])


def test_a_place_to_go_on_from_comes_back_as_it_was_and_another_text_is_refused() -> None:
    place = Place(
        (Slice(date(2024, 1, 1), date(2024, 1, 2)), Slice(date(2024, 1, 3), date(2024, 1, 3), "FR")), 48, 7
    )

    assert Place.read(place.text) == place
    with pytest.raises(BadInput, match="not a place"):
        Place.read('{"todo": [1]}')


def test_slices_hold_together_what_they_are_cut_from() -> None:
    whole = Slice(date(2024, 1, 1), date(2024, 1, 4))
    first, second = whole.halves(["FR", "DE"])

    assert (first.first, second.last, second.first - first.last) == (whole.first, whole.last, timedelta(1))
    assert Slice(whole.first, whole.first).halves(["FR"]) == [Slice(whole.first, whole.first, "FR")]
    assert Slice(whole.first, whole.first, "FR").halves(["FR"]) == []


def test_a_search_that_is_no_list_is_a_changed_platform() -> None:
    with pytest.raises(PlatformChanged, match="field 'value'"):
        microsoft_cells.rows({"Value": []})


def test_an_answer_without_an_ad_is_not_taken_as_none() -> None:
    listing, notice = parsed()

    assert isinstance(listing, Listing)
    assert (listing.outcome, type(notice)) == ("empty_unverified", Notice)
