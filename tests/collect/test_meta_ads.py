"""Meta's archive: ranges that stay open, payers past and present, delivery apart from targeting, and no token anywhere."""

import gzip
import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, text
from sqlmodel import Session

from tests.collect.lines import Line, told
from tests.collect.servers import Asked, FaultServer, Told, data, login_page
from tracker.collect.pipeline import import_file
from tracker.collect.sources import meta_ads
from tracker.domain import AccountRef, Ad, Listing, Metric, Notice, Parsed, Quarantined, Record, Scope, Target
from tracker.errors import BadInput
from tracker.settings import Settings
from tracker.store import evidence

NOW = datetime(2026, 11, 1, tzinfo=UTC)
BODIES = Path(__file__).parent / "bodies" / "meta_ads"
EXAMPLE = (
    Path(__file__).parents[2].parent
    / "shared"
    / "data"
    / "ads"
    / "meta"
    / "ads_archive_political_ad_example.json"
)
PAGE = AccountRef("facebook", "100200300400", native_id="100200300400")


def body(name: str) -> bytes:
    (path,) = BODIES.glob(f"{name}.*.json")
    return path.read_bytes()


def ads_of(name: str) -> list[Ad]:
    return ads(parsed(*(dict(record.values) for record in meta_ads.records_in(body(name)))))


def parsed(*rows: dict[str, Any], account: AccountRef | None = None, **scope: str) -> list[Parsed]:
    records = [Record(number, values) for number, values in enumerate(rows, 1)]
    return list(meta_ads.parse(records, Scope(scope, NOW, account)))


def ads(items: list[Parsed]) -> list[Ad]:
    return [item for item in items if isinstance(item, Ad)]


def apart(items: list[Parsed]) -> list[tuple[int, str, str]]:
    return [(item.line, item.field, item.reason) for item in items if isinstance(item, Quarantined)]


def row(**fields: Any) -> dict[str, Any]:
    return {"id": "500600700800", "page_id": "100200300400", "page_name": "River News", **fields}


def test_an_ad_is_read_whole_with_the_payer_of_today_apart_from_the_beneficiary() -> None:
    (ad,) = ads_of("first_page")

    assert ad.account == AccountRef(
        "facebook", "100200300400", name="River News", url="https://www.facebook.com/100200300400",
        native_id="100200300400",
    )  # fmt: skip
    assert ad.listing == Listing("meta_ads|100200300400|*", NOW, ad.account)
    assert (ad.key, ad.beneficiary, ad.payer) == ("500600700801", "Lake Tourism Board", "River House")
    assert (ad.first_shown, ad.last_shown) == (date(2026, 7, 1), date(2026, 7, 20))
    assert ad.text == "The river is open.\n\nVisit the lake."
    assert [one["payer"] for one in ad.extra["beneficiary_payers"]] == ["Old House", "River House"]


def test_the_address_is_that_of_the_public_library_and_never_the_one_with_the_token() -> None:
    (ad,) = ads_of("first_page")

    assert ad.creative_url == "https://www.facebook.com/ads/library/?id=500600700801"
    assert "render_ad" not in repr(ad)


def test_who_was_reached_is_delivery_by_country_and_segment() -> None:
    (ad,) = ads_of("first_page")

    assert [(metric.lower, metric.country, metric.segment) for metric in ad.metrics] == [
        (1380, "EU", None), (1200, "DE", None), (180, "PL", None), (3, None, "location Atlantis"),
        (500, "DE", "25-34 female"), (700, "DE", "25-34 male"), (179, "PL", "65+ female"), (1, "PL", "65+ unknown"),
    ]  # fmt: skip
    assert {metric.name for metric in ad.metrics} == {"reach"}


def test_whom_it_was_aimed_at_is_targeting_with_what_was_excluded() -> None:
    (ad,) = ads_of("first_page")

    assert [(target.kind, target.value, target.polarity) for target in ad.targets] == [
        ("age", "22-65+", "include"), ("gender", "Women", "include"), ("location", "Kościan, Polska", "include"),
        ("location", "Berlin", "exclude"), ("location", "3 places not named", "include"),
    ]  # fmt: skip


def test_a_range_without_an_upper_end_stays_open_and_shares_are_percent() -> None:
    (ad,) = ads_of("last_page")

    assert ad.metrics == (
        Metric("spend", 0.0, None, "EUR", '{"lower_bound":"0"}'),
        Metric(
            "impressions", 10000.0, 14999.0, "impressions", '{"lower_bound":"10000","upper_bound":"14999"}'
        ),
        Metric("audience_size", 1000001.0, None, "people", '{"lower_bound":"1000001"}'),
        Metric("reach", 12.0, 12.0, "people", "12", "BR"),
        Metric("reach", 7.932, 7.932, "percent", "0.07932", None, "55-64 female"),
        Metric("reach", 92.068, 92.068, "percent", "0.92068", None, "65+ male"),
        Metric("reach", 100.0, 100.0, "percent", "1", None, "region Ohio"),
    )
    assert (ad.payer, ad.beneficiary, ad.text, ad.last_shown) == (
        "Friends of the River", None, "Vote for the river", None,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("fields", "field", "words"),
    [
        ({"id": 10**18}, "id", "beyond 2^53"),
        ({"id": 1.8e18}, "id", "beyond 2^53"),
        ({"id": None}, "id", "is not an id"),
        ({"page_id": 9007199254740992}, "page_id", "beyond 2^53"),
        ({"ad_delivery_start_time": "03/04/2026"}, "ad_delivery_start_time", "could be"),
        ({"ad_creative_bodies": "one"}, "ad_creative_bodies", "expected a list"),
        ({"page_name": 7}, "page_name", "expected text"),
        ({"bylines": "x" * 10_000}, "bylines", "10,000 characters; at most 500"),
        ({"beneficiary_payers": [{"payer": "x" * 501}]}, "beneficiary_payers.payer", "501 characters"),
        ({"delivery_by_region": [{"region": "x" * 999, "percentage": "1"}]}, "reach", "at most 200"),
        ({"age_country_gender_reach_breakdown": [{"country": 5, "age_gender_breakdowns": [{"male": 1}]}]}, "country", "expected text"),
        ({"delivery_by_region": [{"region": "A", "percentage": "1"}, {"region": "A", "percentage": "0"}]}, "reach", "region A"),
    ],
)  # fmt: skip
def test_a_record_that_cannot_be_meant_is_kept_apart_and_the_others_stand(
    fields: dict[str, Any], field: str, words: str
) -> None:
    items = parsed(row(**fields), row(id="500600700899"))

    assert [(line, named) for line, named, _ in apart(items)] == [(1, field)]
    assert words in apart(items)[0][2]
    assert [ad.key for ad in ads(items)] == ["500600700899"]


def test_an_ad_of_another_page_than_the_scope_says_is_kept_apart() -> None:
    items = parsed(row(), row(id="500600700801", page_id="999"), account=PAGE)

    assert [ad.key for ad in ads(items)] == ["500600700800"]
    assert apart(items) == [(2, "page_id", "an ad of page 999; the scope says 100200300400")]


def test_epoch_milliseconds_and_dates_are_both_days() -> None:
    (ad,) = ads(parsed(row(ad_delivery_start_time=1783036800000, ad_delivery_stop_time="2026-07-20")))

    assert (ad.first_shown, ad.last_shown) == (date(2026, 7, 3), date(2026, 7, 20))


def test_a_field_never_seen_before_is_kept_with_the_ad_and_named_once() -> None:
    items = parsed(row(ad_mood="calm"), row(id="500600700801", ad_mood="loud"))

    assert [ad.extra["ad_mood"] for ad in ads(items)] == ["calm", "loud"]
    assert [item.message for item in items if isinstance(item, Notice)] == [
        "fields not known here, kept with each ad: ad_mood"
    ]


def test_a_number_that_is_not_read_stays_as_published_and_is_named() -> None:
    items = parsed(row(eu_total_reach="many", spend={"lower_bound": "9", "upper_bound": "3"}))

    assert [(one.lower, one.upper) for one in ads(items)[0].metrics] == [(None, None), (None, None)]
    assert [item.message for item in items if isinstance(item, Notice)] == [
        "not read as numbers for certain, kept as published: "
        """'{"lower_bound":"9","upper_bound":"3"}' on line 1, 'many' on line 1"""
    ]


def test_a_page_that_is_gone_bears_no_account() -> None:
    (ad,) = ads(parsed(row(page_id="0")))

    assert (ad.account, ad.advertiser_name) == (None, "River News")


def test_a_payer_of_the_past_alone_is_not_the_payer() -> None:
    (ad,) = ads(
        parsed(row(beneficiary_payers=[{"payer": "Old House", "beneficiary": "B", "current": False}]))
    )

    assert (ad.payer, ad.beneficiary) == (None, None)


@pytest.mark.parametrize("path", sorted(BODIES.glob("*.json")), ids=lambda path: path.name)
def test_an_answer_that_is_no_success_has_no_record(path: Path) -> None:
    records = list(meta_ads.records_in(path.read_bytes()))

    assert bool(records) == path.name.endswith("_page.200.json")


@pytest.mark.skipif(not EXAMPLE.exists(), reason="the shared data sets are not beside this checkout")
def test_the_real_ad_is_read_with_every_field() -> None:
    items = parsed(*(dict(record.values) for record in meta_ads.records_in(EXAMPLE.read_bytes())))

    (ad,) = ads(items)
    assert not [item for item in items if isinstance(item, Notice | Quarantined)]
    published = json.loads(EXAMPLE.read_text(encoding="utf-8"))
    assert set(published) <= {*meta_ads.FIELDS, *meta_ads.IGNORED}
    assert (ad.key, ad.payer, ad.first_shown) == (
        "679808276335343",
        "Bloomberg Philanthropies",
        date(2021, 12, 8),
    )
    assert len([metric for metric in ad.metrics if metric.unit == "percent"]) == len(
        [*published["delivery_by_region"], *published["demographic_distribution"]]
    )
    assert Metric("spend", 300.0, 399.0, "USD", '{"lower_bound":"300","upper_bound":"399"}') in ad.metrics
    assert ad.targets == ()


def test_places_and_ages_keep_what_was_published() -> None:
    (ad,) = ads(parsed(row(target_ages=["18", "65+"], target_gender="All")))

    assert ad.targets == (
        Target("age", "18-65+", "include", "18-65+"),
        Target("gender", "All", "include", "All"),
    )


@pytest.mark.parametrize("packed", [False, True])
def test_an_answer_that_somebody_saved_loses_its_token_before_anything_is_kept(
    engine_of: Engine, tmp_path: Path, packed: bool
) -> None:
    path = tmp_path / "answer.json"
    path.write_bytes(gzip.compress(first_page().body) if packed else first_page().body)

    first, again = (
        import_file(engine_of, Settings(home=tmp_path), "meta_ads", path=path, scope={}, now=lambda: NOW)
        for _ in range(2)
    )

    with Session(engine_of) as session:
        ids = session.execute(text("SELECT id FROM evidence")).scalars().all()
        kept = b"".join(part for one in ids for part in evidence.read(session, one))
    assert (first.new, again.unchanged, first.file, len(ids)) == (1, 1, "answer.json", 1)
    assert first.warnings[0] == "access tokens stood in the file and were taken out before anything was kept"
    assert b"500600700801" in kept
    assert (TOKEN.encode() in kept, b"access_token=" in kept) == (False, False)


def test_a_table_with_a_token_is_refused_and_leaves_nothing(engine: Engine, tmp_path: Path) -> None:
    path = tmp_path / "ads.csv"
    path.write_text(
        "id,page_id,ad_snapshot_url\n1,2,https://www.facebook.com/x?access_token=EAAB\n", encoding="utf-8"
    )

    with pytest.raises(BadInput, match="line 2, field 'ad_snapshot_url': holds somebody's access token"):
        import_file(engine, Settings(home=tmp_path), "meta_ads", path=path, scope={}, now=lambda: NOW)

    with engine.connect() as connection:
        assert connection.execute(text("SELECT COUNT(*) FROM evidence")).scalar_one() == 0


# -- asking ------------------------------------------------------------------------------------------------------

ARCHIVE = "/v26.0/ads_archive"
TOKEN = "EAAB-token-of-the-caller"
KEY = {"META_TOKEN": TOKEN}


@pytest.fixture
def line(engine_of: Engine) -> Iterator[Line]:
    with FaultServer() as server:
        yield Line(engine_of, server, "meta_ads")


def first_page(**headers: str) -> Told:
    """The first of two pages, with the caller's token where Meta writes it."""
    page = json.loads(body("first_page"))
    page["data"][0]["ad_snapshot_url"] += f"&access_token={TOKEN}"
    page["paging"]["next"] = f"https://graph.facebook.com{ARCHIVE}?access_token={TOKEN}&after=cursor-2"
    return data(page, **headers)


def test_a_page_is_asked_for_by_its_number_and_followed_to_the_end(line: Line) -> None:
    line.server.answers(ARCHIVE, first_page(), told("meta_ads", "last_page"))

    report = line.ask(PAGE, KEY, country="DE")

    first, second = line.server.asked
    assert (report.outcome, report.read, report.new, report.warnings) == ("rows", 2, 2, ())
    assert {key: first.query[key] for key in ("search_page_ids", "ad_type", "ad_active_status", "ad_reached_countries")} == {
        "search_page_ids": '["100200300400"]', "ad_type": "ALL", "ad_active_status": "ALL",
        "ad_reached_countries": '["DE"]',
    }  # fmt: skip
    assert ("after" in first.query, second.query["after"]) == (False, "cursor-2")
    assert line.rows("SELECT DISTINCT platform, key FROM account") == [("facebook", "100200300400")]
    assert line.rows("SELECT COUNT(*) FROM ad_metric WHERE segment <> ''") == [(8,)]


def test_the_eu_is_asked_for_as_its_members(line: Line) -> None:
    line.server.answers(ARCHIVE, told("meta_ads", "no_ad"))

    line.ask(PAGE, KEY, country="EU")

    asked = json.loads(line.server.asked[0].query["ad_reached_countries"])
    assert (len(asked), asked[0], "FR" in asked, "GB" in asked) == (27, "AT", True, False)


def test_the_token_goes_in_the_header_and_no_stored_byte_holds_it(line: Line) -> None:
    line.server.answers(ARCHIVE, first_page(), told("meta_ads", "token_expired"))

    report = line.ask(PAGE, KEY)

    kept = line.kept()
    assert {asked.headers["authorization"] for asked in line.server.asked} == {f"Bearer {TOKEN}"}
    assert not any(TOKEN in str(asked.query) for asked in line.server.asked)
    assert b"500600700801" in kept
    assert TOKEN.encode() not in kept
    assert b"access_token=" not in kept
    assert TOKEN not in str(report)
    assert TOKEN not in str(line.rows("SELECT * FROM ad_snapshot"))


def test_what_is_too_much_at_once_is_asked_for_in_halves(line: Line) -> None:
    def answer(asked: Asked) -> Told:
        return told("meta_ads", "too_much" if int(asked.query["limit"]) > 25 else "last_page")

    line.server.answers(ARCHIVE, answer)

    report = line.ask(PAGE, KEY)

    assert (report.outcome, report.read) == ("rows", 1)
    assert list(dict.fromkeys(asked.query["limit"] for asked in line.server.asked)) == ["100", "50", "25"]


@pytest.mark.parametrize(
    ("case", "outcome", "words"),
    [
        ("rate_limit", "throttled", "code 613: Calls to this api"),
        ("app_limit", "throttled", "code 4: Application request limit"),
        ("identity_not_confirmed", "refused", "code 10: Authorization and login needed"),
        ("bad_parameter", "error", "code 100: Param ad_reached_countries[0] must be one of {BR, GB, US}"),
        ("token_expired", "login_wall", "code 190: Error validating access token"),
    ],
)
def test_a_refusal_is_the_outcome_that_its_code_means_in_metas_words(
    line: Line, case: str, outcome: str, words: str
) -> None:
    line.server.answers(ARCHIVE, told("meta_ads", case))

    report = line.ask(PAGE, KEY)

    assert (report.outcome, report.read) == (outcome, 0)
    assert words in report.warnings[0]
    assert len(line.server.asked) == 1


@pytest.mark.parametrize("code", [17, 32, 1675004, 200])
def test_other_codes_of_throttling_and_refusal_are_known(line: Line, code: int) -> None:
    line.server.answers(ARCHIVE, data({"error": {"code": code, "message": "no"}}, 400))

    assert line.ask(PAGE, KEY).outcome == ("refused" if code == 200 else "throttled")


def test_a_throttled_question_goes_on_after_the_page_that_is_kept(line: Line) -> None:
    line.server.answers(ARCHIVE, first_page(), told("meta_ads", "rate_limit"), told("meta_ads", "last_page"))

    before = line.ask(PAGE, KEY)
    line.later = timedelta(hours=1)
    after = line.ask(PAGE, KEY)

    assert (before.outcome, before.read) == ("throttled", 1)
    assert (after.outcome, after.read) == ("rows", 2)
    assert [asked.query.get("after") for asked in line.server.asked] == [None, "cursor-2", "cursor-2"]


def test_it_stops_before_the_allowance_of_the_hour_is_used_up_and_keeps_the_page(line: Line) -> None:
    usage = json.dumps({"app": [{"call_count": 85, "total_cputime": 3, "total_time": 4}]})
    line.server.answers(ARCHIVE, first_page(x_business_use_case_usage=usage), told("meta_ads", "last_page"))

    before = line.ask(PAGE, KEY)
    line.later = timedelta(hours=1)
    after = line.ask(PAGE, KEY)

    assert (before.outcome, before.read) == ("throttled", 1)
    assert "85 % of the hour's allowance" in before.warnings[0]
    assert (after.outcome, after.read, len(line.server.asked)) == ("rows", 2, 2)


def test_a_page_token_that_repeats_for_ever_ends_the_question(line: Line) -> None:
    line.server.answers(ARCHIVE, first_page())

    report = line.ask(PAGE, KEY)

    assert report.outcome == "error"
    assert "a second time" in report.warnings[0]
    assert len(line.server.asked) == 2


def test_a_login_page_with_status_200_is_a_wall_and_no_ad_is_not_taken_as_none(line: Line) -> None:
    line.server.answers(ARCHIVE, login_page(), told("meta_ads", "no_ad"))

    assert [line.ask(PAGE, KEY).outcome for _ in range(2)] == ["login_wall", "empty_unverified"]


def test_a_page_without_a_number_is_not_asked_for(line: Line) -> None:
    report = line.ask(AccountRef("facebook", "rivernews", handle="RiverNews"), KEY)

    assert (report.outcome, line.server.asked) == ("error", [])
    assert "give handle=NUMBER" in report.warnings[0]
