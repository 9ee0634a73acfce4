"""TikTok's ads: each spelling of the documents is read, an id alone waits for its detail, and expiring links stay out."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from tests.collect.lines import Line, told
from tests.collect.servers import Asked, FaultServer, Told, data
from tracker.collect.sources import tiktok_ads
from tracker.domain import AccountRef, Ad, ImportReport, Metric, Notice, Parsed, Quarantined, Record, Scope

NOW = datetime(2026, 11, 1, tzinfo=UTC)
BODIES = Path(__file__).parent / "bodies" / "tiktok_ads"


def body(name: str) -> bytes:
    (path,) = BODIES.glob(f"{name}.*.json")
    return path.read_bytes()


def parsed(*rows: dict[str, Any], account: AccountRef | None = None, **scope: str) -> list[Parsed]:
    records = [Record(number, values) for number, values in enumerate(rows, 1)]
    return list(tiktok_ads.parse(records, Scope(scope, NOW, account)))


def ads(items: list[Parsed]) -> list[Ad]:
    return [item for item in items if isinstance(item, Ad)]


def ad_of(name: str) -> Ad:
    items = parsed(*(dict(record.values) for record in tiktok_ads.records_in(body(name))))
    assert not [item for item in items if isinstance(item, Notice | Quarantined)]
    (ad,) = ads(items)
    return ad


def row(**ad: Any) -> dict[str, Any]:
    return {
        "ad": {"id": 1700000000000009, "first_shown_date": 20260701, **ad},
        "advertiser": {"business_id": 7000001},
    }


def test_a_detail_is_read_whole() -> None:
    ad = ad_of("detail_one")

    assert ad.account == AccountRef(
        "tiktok", "rivernews", handle="RiverNews", name="River News", url="https://www.tiktok.com/@RiverNews",
        native_id="7000001",
    )  # fmt: skip
    assert (ad.key, ad.payer, ad.beneficiary) == ("1700000000000001", "Lake Tourism Board", None)
    assert (ad.first_shown, ad.last_shown) == (date(2026, 7, 1), date(2026, 7, 20))
    assert (ad.text, ad.landing_url) == ("The river is open", "https://river.example/open")
    assert (ad.status, ad.removal, ad.extra["country_code"]) == ("inactive", "Misleading claims", "CN")
    assert ad.metrics == (
        Metric("reach", 10000.0, 100000.0, "people", "10K-100K"),
        Metric("reach", 18000.0, 18000.0, "people", "18K", "DE"),
        Metric("reach", 12000.0, 12000.0, "people", "12K", "IT"),
        Metric("audience_size", 50000.0, 50000.0, "people", "50K"),
    )


def test_of_the_map_of_ages_and_genders_only_what_is_on_is_sought() -> None:
    ad = ad_of("detail_one")

    assert [(target.kind, target.value, target.polarity) for target in ad.targets] == [
        ("location", "DE", "include"), ("location", "IT", "include"), ("age", "18-24", "include"),
        ("age", "55+", "include"), ("gender", "female", "include"), ("interest", "News & Entertainment", "include"),
        ("interest", "Travel", "include"), ("creator_interaction", "Followed news", "include"),
        ("custom_list", "Yes", "used_unspecified"),
    ]  # fmt: skip


def test_the_other_spellings_of_the_documents_mean_the_same() -> None:
    ad = ad_of("detail_two_other_spelling")

    assert ad.account is not None
    assert (ad.account.key, ad.account.native_id, ad.payer) == ("rivernews", "7000001", "Lake Tourism Board")
    assert [(metric.country, metric.as_published) for metric in ad.metrics] == [(None, "11K"), ("DE", "11K")]
    assert [(target.kind, target.value) for target in ad.targets] == [
        ("location", "DE"), ("gender", "other_genders"),
    ]  # fmt: skip


def test_links_that_expire_and_followers_make_no_new_snapshot() -> None:
    ad = ad_of("detail_one")

    assert "x-expires" not in repr(ad)
    assert "follower_count" not in repr(ad)


def test_an_advertiser_without_a_profile_is_its_business_number() -> None:
    (ad,) = ads(parsed(row()))

    assert ad.account == AccountRef("tiktok", "7000001", native_id="7000001")


def test_an_id_alone_is_no_ad_yet_and_an_error_is_none() -> None:
    found = {path.name: len(list(tiktok_ads.records_in(path.read_bytes()))) for path in BODIES.glob("*.json")}

    assert {name for name, records in found.items() if records} == {
        "detail_one.200.json", "detail_two_other_spelling.200.json",
    }  # fmt: skip


def test_a_search_that_a_person_saved_with_all_its_fields_is_read() -> None:
    saved = {"data": {"ads": [row(), row(id=1700000000000010)], "has_more": False}, "error": {"code": "ok"}}

    records = list(tiktok_ads.records_in(json.dumps(saved).encode()))

    assert [ad.key for ad in ads(parsed(*(dict(record.values) for record in records)))] == [
        "1700000000000009", "1700000000000010",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("ad", "field", "words"),
    [
        ({"id": 7123456789012346000}, "ad.id", "beyond 2^53"),
        ({"id": 7.1e18}, "ad.id", "beyond 2^53"),
        ({"first_shown_date": 20261399}, "ad.first_shown_date", "no day of the calendar"),
        ({"title": ["a"]}, "title", "expected text"),
        ({"reach": "11K"}, "reach", "expected an object"),
    ],
)
def test_a_record_that_cannot_be_meant_is_kept_apart(ad: dict[str, Any], field: str, words: str) -> None:
    items = parsed(row(**ad), row(id=1700000000000010))

    (out,) = [item for item in items if isinstance(item, Quarantined)]
    assert (out.line, out.field) == (1, field)
    assert words in out.reason
    assert len(ads(items)) == 1


@pytest.mark.parametrize(
    "address",
    ["https://evil.example/@rivernews", "https://www.tiktok.com/@" + "x" * 500, "https://[", "rivernews"],
)
def test_an_address_that_is_no_profile_names_no_account(address: str) -> None:
    (ad,) = ads(parsed(row() | {"advertiser": {"business_id": "7000001", "profile_url": address}}))

    assert ad.account is not None
    assert ad.account.key == "7000001"


def test_an_ad_of_another_business_or_account_than_the_scope_says_is_kept_apart() -> None:
    other = row() | {"advertiser": {"business_id": 1, "profile_url": "https://www.tiktok.com/@lakenews"}}

    by_number = parsed(other, business="7000001")
    by_handle = parsed(other, account=AccountRef("tiktok", "rivernews", handle="rivernews"))

    assert [item.reason for item in [*by_number, *by_handle] if isinstance(item, Quarantined)] == [
        "an ad of business 1; the scope says 7000001",
        "an ad of @lakenews; the scope says rivernews",
    ]


def test_a_field_never_seen_before_is_named_by_its_path() -> None:
    items = parsed(row(mood="calm", reach={"unique_users_seen": "1K", "by_age": {"18-24": "1K"}}))

    (ad,) = ads(items)
    assert (ad.extra["ad.mood"], ad.extra["ad.reach.by_age"]) == ("calm", '{"18-24": "1K"}')
    assert [item.message for item in items if isinstance(item, Notice)] == [
        "fields not known here, kept with each ad: ad.mood, ad.reach.by_age"
    ]


# -- asking ------------------------------------------------------------------------------------------------------

GRANT, QUERY, DETAIL = "/v2/oauth/token/", "/v2/adlib/ad/query/", "/v2/adlib/ad/detail/"
KEYS = {"TIKTOK_CLIENT_KEY": "fictional-client-key", "TIKTOK_CLIENT_SECRET": "fictional-client-secret"}
RIVER = AccountRef("tiktok", "rivernews", handle="rivernews", native_id="7000001")


def case(name: str) -> Any:
    return told("tiktok_ads", name)


@pytest.fixture
def line(engine_of: Engine) -> Iterator[Line]:
    with FaultServer() as server:
        server.answers(GRANT, case("token"))
        server.answers(QUERY, case("query_first"), case("query_last"))
        server.answers(DETAIL, case("detail_one"), case("detail_two_other_spelling"))
        yield Line(engine_of, server, "tiktok_ads")


def ask(line: Line, **scope: str) -> ImportReport:
    """Ask about one month, where the scope says nothing else."""
    return line.ask(RIVER, KEYS, **{"from": "2026-09-01", "to": "2026-09-30", **scope})


def searches(line: Line) -> list[Any]:
    return [asked.json for asked in line.server.asked if asked.path == QUERY]


def asked_ids(line: Line) -> list[int]:
    return [asked.json["ad_id"] for asked in line.server.asked if asked.path == DETAIL]


def test_a_search_is_followed_by_its_id_and_each_ad_is_asked_for(line: Line) -> None:
    report = ask(line, country="DE")

    assert (report.outcome, report.read, report.new, report.warnings) == ("rows", 2, 2, ())
    assert searches(line)[0]["filters"] == {
        "ad_published_date_range": {"min": "20260901", "max": "20260930"}, "advertiser_business_ids": [7000001],
        "country_code": "DE",
    }  # fmt: skip
    assert [search.get("search_id") for search in searches(line)] == [None, "search-1"]
    assert asked_ids(line) == [1700000000000001, 1700000000000002]
    assert line.rows("SELECT platform, key FROM account") == [("tiktok", "rivernews")]


def test_the_keys_go_in_a_form_and_nothing_that_is_kept_holds_them_or_the_token(line: Line) -> None:
    ask(line)

    kept = line.kept()
    assert line.server.asked[0].form["client_secret"] == "fictional-client-secret"
    assert line.server.asked[1].headers["authorization"] == "Bearer clt.fictional-token-one"
    assert not [one for one in (*KEYS.values(), "clt.fictional-token-one") if one.encode() in kept]


def test_a_token_that_ended_after_two_hours_is_renewed_on_the_way(line: Line) -> None:
    renewed = data({"access_token": "clt.fictional-token-two", "expires_in": 7200})
    line.server.answers(GRANT, case("token"), renewed)
    line.server.answers(DETAIL, case("token_ended"), case("detail_one"), case("detail_two_other_spelling"))

    report = ask(line)

    assert (report.outcome, report.read) == ("rows", 2)
    tokens = [asked.headers["authorization"][-3:] for asked in line.server.asked if asked.path == DETAIL]
    assert tokens == ["one", "two", "two"]


@pytest.mark.parametrize("name", ["rate_limit", "daily_quota"])
def test_a_throttled_question_goes_on_with_the_ads_that_are_left(line: Line, name: str) -> None:
    line.server.answers(DETAIL, case("detail_one"), *[case(name)] * 4, case("detail_two_other_spelling"))

    before = ask(line)
    line.later = timedelta(days=1)
    after = ask(line)

    assert (before.outcome, before.read) == ("throttled", 1)
    assert "limit was exceeded" in before.warnings[0]
    assert (after.outcome, after.read) == ("rows", 2)
    assert asked_ids(line) == [1700000000000001, *[1700000000000002] * 5]
    assert len(searches(line)) == 2


@pytest.mark.parametrize(
    ("path", "name", "outcome", "words"),
    [
        (GRANT, "token_refused", "login_wall", "invalid_client: Client key or secret is incorrect."),
        (QUERY, "invalid_params", "error", "invalid_params: max must be before today"),
        (QUERY, "token_ended", "login_wall", "access_token_invalid"),
    ],
)
def test_a_refusal_is_the_outcome_that_its_code_means(
    line: Line, path: str, name: str, outcome: str, words: str
) -> None:
    line.server.answers(path, case(name))

    report = ask(line)

    assert (report.outcome, report.read) == (outcome, 0)
    assert words in report.warnings[0]


def test_an_ad_whose_detail_fails_does_not_stop_the_others(line: Line) -> None:
    line.server.answers(DETAIL, case("invalid_params"), case("detail_two_other_spelling"))

    report = ask(line)

    assert (report.outcome, report.read) == ("rows", 1)
    assert "ads without an answer: 1700000000000001 (invalid_params" in report.warnings[0]


def test_an_ad_whose_detail_fails_last_is_named_too(line: Line) -> None:
    line.server.answers(DETAIL, case("detail_one"), case("invalid_params"))

    report = ask(line)

    assert (report.outcome, report.read) == ("rows", 1)
    assert "ads without an answer: 1700000000000002 (invalid_params" in report.warnings[0]


def month(asked: Asked) -> str:
    days = asked.json["filters"]["ad_published_date_range"]
    return f"{days['min']}-{days['max']}"


def of_month(**ids: list[int]) -> Callable[[Asked], Told]:
    """Answer a search with the ads of the month that it begins in; the page says that there is no more."""
    return lambda asked: data(
        {
            "data": {
                "ads": [{"ad": {"id": one}} for one in ids.get(f"m{month(asked)[:6]}", [])],
                "has_more": False,
            }
        }
    )


def detail(asked: Asked) -> Told:
    found = {
        "ad": {"id": asked.json["ad_id"], "first_shown_date": 20260701},
        "advertiser": {"business_id": 7000001},
    }
    return data({"data": found, "error": {"code": "ok"}})


def test_a_long_time_is_searched_month_by_month_and_an_ad_of_two_months_is_asked_for_once(line: Line) -> None:
    line.server.answers(QUERY, of_month(m202607=[11, 12], m202609=[12, 13]))
    line.server.answers(DETAIL, detail)

    report = line.ask(RIVER, KEYS, **{"from": "2026-07-15", "to": "2026-10-02"})

    assert [month(asked) for asked in line.server.asked if asked.path == QUERY] == [
        "20260715-20260731", "20260801-20260831", "20260901-20260930", "20261001-20261002",
    ]  # fmt: skip
    assert (report.outcome, report.read, asked_ids(line)) == ("rows", 3, [11, 12, 13])


def test_without_days_every_month_since_the_library_began_is_searched(line: Line) -> None:
    line.server.answers(QUERY, case("query_empty"))

    report = line.ask(RIVER, KEYS)

    months = [month(asked) for asked in line.server.asked if asked.path == QUERY]
    assert (report.outcome, len(months)) == ("empty_unverified", 48)
    assert (months[0], months[16], months[-1]) == (
        "20221002-20221031",
        "20240201-20240229",
        "20260901-20260930",
    )


def test_a_quota_that_ends_in_the_second_month_goes_on_there_the_next_day(line: Line) -> None:
    found = of_month(m202607=[11], m202608=[12], m202609=[13])
    line.server.answers(QUERY, found, *[case("daily_quota")] * 4, found)
    line.server.answers(DETAIL, detail)

    before = line.ask(RIVER, KEYS, **{"from": "2026-07-01", "to": "2026-09-30"})
    line.later = timedelta(days=1)
    after = line.ask(RIVER, KEYS, **{"from": "2026-07-01", "to": "2026-09-30"})

    assert (before.outcome, before.read, after.outcome, after.read) == ("throttled", 1, "rows", 3)
    assert asked_ids(line) == [11, 12, 13]


def test_a_token_is_renewed_as_often_as_it_ends_in_searches_and_in_details(line: Line) -> None:
    uses: dict[str, int] = {}

    def grant(asked: Asked) -> Told:
        return data(
            {
                "access_token": f"clt.fictional-{len([one for one in line.server.asked if one.path == GRANT])}",
                "expires_in": 7200,
            }
        )

    def for_three_calls(answer: Callable[[Asked], Told]) -> Callable[[Asked], Told]:
        def told_or_ended(asked: Asked) -> Told:
            token = asked.headers["authorization"]
            uses[token] = uses.get(token, 0) + 1
            return answer(asked) if uses[token] <= 3 else case("token_ended")  # type: ignore[no-any-return]

        return told_or_ended

    line.server.answers(GRANT, grant)
    line.server.answers(QUERY, for_three_calls(of_month(m202607=[11, 12], m202608=[13], m202609=[14, 15])))
    line.server.answers(DETAIL, for_three_calls(detail))

    report = line.ask(RIVER, KEYS, **{"from": "2026-07-01", "to": "2026-09-30"})

    assert (report.outcome, report.read, report.warnings) == ("rows", 5, ())
    assert (len(uses), sorted(set(asked_ids(line)))) == (3, [11, 12, 13, 14, 15])


def test_days_that_end_before_they_begin_are_not_asked_about(line: Line) -> None:
    report = ask(line, to="2026-08-01")

    assert (report.outcome, line.server.asked) == ("error", [])
    assert "2026-09-01 to 2026-08-01 are no days" in report.warnings[0]


def test_a_search_that_repeats_itself_for_ever_is_ended_with_what_came(line: Line) -> None:
    line.server.answers(QUERY, case("query_first"))

    report = ask(line)

    assert (report.outcome, report.read) == ("error", 1)
    assert "the search repeats itself" in report.warnings[0]


def test_a_search_without_an_ad_is_not_taken_as_none(line: Line) -> None:
    line.server.answers(QUERY, case("query_empty"))

    assert ask(line).outcome == "empty_unverified"


def test_an_account_without_a_business_number_is_not_asked_about(line: Line) -> None:
    report = line.ask(AccountRef("tiktok", "rivernews", handle="rivernews"), KEYS)

    assert (report.outcome, line.server.asked) == ("error", [])
    assert "give business=NUMBER" in report.warnings[0]
