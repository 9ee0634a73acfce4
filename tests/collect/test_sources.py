"""The contract that every source keeps, whatever its platform; a new file in the folder is tested at once."""

import ast
import inspect
import re
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from types import ModuleType
from typing import Any, cast

import pytest

from tests.collect.filed import FILED, STATED
from tracker.collect import sources
from tracker.domain import (
    AccountRef,
    Ad,
    AdvertiserReport,
    Listing,
    Notice,
    Parsed,
    Post,
    Profile,
    Quarantined,
    Record,
    Scope,
)
from tracker.errors import BadInput

MOST_LINES = 180
SCOPE = Scope(
    {"country": "FR", "from": "2024-07-01", "to": "2024-07-31"},
    datetime(2024, 8, 1, tzinfo=UTC),
    AccountRef("x", "somebody", handle="somebody"),
)
BODIES = {
    "x_ads": {
        "Advertiser Name": "Somebody", "Funding Entity": "A", "Creative": "https://x.com/somebody/status/1810000000000000000",
        "Start date": "2024-07-08", "End Date": "", "Targeted Segments": "Keywords: tea",
        "Excluded Targeting Segments": "Locations: France", "Impressions": "1K - 5K", "Reach": "",
        "Facts And Circumstances Of Removal": "", "Enforcement Action": "", "Statement Of Reason": "",
    },
    "ira_ads": {
        "id": 7, "created": "2016-05-12T04:06:17-07:00", "ended": None, "url": "https://www.facebook.com/page/",
        "text": "words", "impressions": 0, "clicks": 0, "spend_amount": "0.00", "spend_currency": "RUB",
        "targets": [{"category": "exclude", "prefix": "exclude", "name": "exclude:interests:tea"}],
    },
    "meta_ads": {
        "id": "500600700800", "page_id": "100200300400", "page_name": "River News", "ad_delivery_start_time": "2024-07-03",
        "spend": {"lower_bound": "0"}, "currency": "EUR", "target_locations": [{"name": "Lyon", "type": "CITY", "excluded": True}],
    },
    "tiktok_ads": {
        "ad": {"id": 1700000000000001, "first_shown_date": 20240703, "reach": {"unique_users_seen": "10K-100K"}},
        "advertiser": {"buisness_id": "7000001", "business_name": "River News"},
    },
    "linkedin_ads": {
        "adUrl": "https://www.linkedin.com/ad-library/detail/600700800", "isRestricted": False,
        "details": {"type": "TEXT_AD", "advertiser": {"advertiserName": "River News", "advertiserUrl": "https://www.linkedin.com/company/somebody"}},
    },
    "meta_ad_report": {
        "Page ID": "100200300400", "Page name": "River News", "Disclaimer": "These ads ran without a disclaimer",
        "Amount spent (CHF)": "≤100", "Number of ads in Library": "3",
    },
    "google_ads": {
        "advertiser_id": "AR10000000000000000001", "creative_id": "CR20000000000000000001",
        "creative_page_url": "https://adstransparency.google.com/advertiser/AR10000000000000000001/creative/CR20000000000000000001",
        "region_stats": [{"region_code": "DE", "first_shown": "2024-01-05", "times_shown_lower_bound": 0, "times_shown_upper_bound": 1000}],
        "audience_selection_approach_info": {"geo_location": "CRITERIA_EXCLUDED"},
    },
    "snap_political": {
        "ADID": "0a" * 32, "CreativeUrl": "https://www.snap.com/political-ads/asset/1", "Currency Code": "EUR", "Spend": "12",
        "Impressions": "345", "StartDate": "2024/03/16 16:19:45Z", "EndDate": "", "OrganizationName": "River Agency",
        "PayingAdvertiserName": "River Party", "CountryCode": "germany", "Regions (Excluded)": "Bayern",
    },
    "google_political": {
        "Advertiser_ID": "AR10000000000000000001", "Advertiser_Name": "Friends of the River", "Public_IDs_List": "EIN ID 00-0000000",
        "Total_Creatives": "3", "Total_Spend_USD": "700", "Race Type": "State",
    },
    "snap_sponsored": {
        "sponsor_name": "", "sponsor_url": "", "creator_name": "Somebody", "creator_url": "https://www.snapchat.com/add/somebody",
        "content_type": "SPOTLIGHT", "content_url": "https://www.snapchat.com/spotlight/W7_river01", "thumbnail_url": "https://cf.example/1",
    },
    "microsoft_ads": {
        "AdId": 71468541217674123, "AdvertiserName": "River Media", "AdvertiserId": 4295001234, "Title": "See the river",
        "AdDetails": {"StartDate": "2024-02-01", "TotalImpressionsRange": "2.5K - 5K",
                      "ImpressionsByCountry": [{"Country": 72, "ImpressionShare": "17.3%"}]},
    },
    "snap_ads": {
        "id": "e3f1a9c2-88b4-4e77-9c1a-2f6d0a7b5c11", "ad_account_name": "River EMEA", "status": "ACTIVE", "headline": "Gear up",
        "start_date": "2026-06-01T00:00:00.000Z", "impressions_total": 120, "impressions_map": {"el": 120, "de": 0},
        "targeting_v2": {"demographics": [{"min_age": 18}]}, "paying_advertiser_name": "River SE",
    },
    "page_snapshots": {
        "outlet": "daily", "section": "WORLD", "snapshot_at": "2022-07-01T10:00:00", "published_raw": "1 Jul",
        "headline": "Hello", "published_at": "2022-07-01T08:00:00",
    },
    "youtube": {"kind": "entry", "yt_videoid": "riverAAAA01", "title": "Hello", "published": "2024-07-03T10:00:00+00:00"},
    "telegram": {"kind": "message", "post": "somebody/5", "text": "Hello", "date": "2024-07-03T10:00:00+00:00", "views": "4.2K"},
    "bluesky": {"uri": "at://did:plc:riverriverriverriverrive/app.bsky.feed.post/3k", "cid": "v", "value": {"text": "Hello", "createdAt": "2024-07-03T10:00:00Z"}},
    "mastodon": {"id": "31", "content": "<p>Hello</p>", "created_at": "2024-07-03T10:00:00Z"},
    "x_posts": {"id": "31", "text": "Hello", "created_at": "2024-07-03T10:00:00Z"},
    "youtube_api": {"kind": "youtube#video", "id": "riverAAAA01", "snippet": {"title": "Hello", "publishedAt": "2024-07-03T10:00:00Z"}},
    "tiktok_research": {"id": 7400000000000000001, "create_time": 1720000000, "video_description": "Hello"},
    "wordpress": {"id": 17, "title": {"rendered": "Hello"}, "content": {"rendered": "<p>Words</p>"}, "date_gmt": "2024-07-03T10:00:00"},
    "sites": {"html": "<title>T</title><meta name='date' content='2024-07-03T10:00:00Z'><p>Words</p>", "address": "https://news.example/1"},
    "feeds": {"kind": "entry", "id": "g-1", "title": "Hello", "link": "https://news.example.org/1"},
    **FILED,
}  # fmt: skip


@pytest.fixture(params=sources.names())
def source(request: pytest.FixtureRequest) -> sources.Source:
    return sources.load(request.param)


def parsed(source: sources.Source, *bodies: dict[str, object]) -> list[Parsed]:
    records = [Record(number, body) for number, body in enumerate(bodies, 2)]
    scope = replace(SCOPE, values={**SCOPE.values, **STATED.get(source.name, {})})
    return list(source.parse(iter(records), scope))


def recorded(source: sources.Source) -> list[Parsed]:
    """What the recorded answers of a source hold, where it reads documents."""
    read = sources.records_in(source)
    bodies = sorted((Path(__file__).parent / "bodies" / source.name).glob("*.200.json")) if read else []
    scope = SCOPE if source.matched or source.kind == "posts" else Scope({}, SCOPE.observed_at)
    found: list[Parsed] = []
    for body in bodies:
        try:
            records = list(cast("Any", read)(body.read_bytes()))
        except BadInput:  # an answer that says no in place of records
            continue
        found += source.parse(iter(records), scope)
    return found


UNIT = re.compile(r"impressions|people|clicks|ads|percent|[A-Z]{3}|currency not given")
SEGMENT = re.compile(
    r"(?:\d{2}-\d{2}|\d{2}\+|Unknown) [a-z]+|(?:region|location|surface) .+|share of the total"
)


def test_every_share_is_in_percent_and_parts_are_named_alike_whatever_the_platform_prints(
    source: sources.Source,
) -> None:
    ads = [item for item in [*parsed(source, BODIES[source.name]), *recorded(source)] if isinstance(item, Ad)]

    metrics = [metric for ad in ads for metric in ad.metrics]

    assert {metric.unit for metric in metrics if not UNIT.fullmatch(metric.unit)} == set()
    assert {
        metric.segment for metric in metrics if not SEGMENT.fullmatch(metric.segment or "region -")
    } == set()
    assert [metric for metric in metrics if metric.unit == "percent" and metric.segment is None] == []


def test_a_source_is_named_after_its_file_and_says_what_it_is(source: sources.Source) -> None:
    module = cast("ModuleType", source)

    assert module.__name__.rpartition(".")[2] == source.name
    assert source.kind in ("profile", "posts", "ads", "page")
    assert all(need.isupper() for need in source.needs)
    assert all((source.platform, source.origin, inspect.getdoc(source.parse)))
    assert bool(source.required) != getattr(source, "mapped", False)
    assert source.scope == {name: told for name, told in source.scope.items() if told}


def test_a_source_stays_a_file_that_is_read_in_one_sitting(source: sources.Source) -> None:
    path = Path(inspect.getfile(cast("ModuleType", source)))

    assert len(path.read_text().splitlines()) <= MOST_LINES


def test_a_source_speaks_neither_http_nor_sql_nor_to_another_source(source: sources.Source) -> None:
    tree = ast.parse(Path(inspect.getfile(cast("ModuleType", source))).read_text())

    imported = {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    imported |= {name.name for node in ast.walk(tree) if isinstance(node, ast.Import) for name in node.names}

    assert not {
        name for name in imported if name.split(".")[0] in ("httpx", "sqlalchemy", "sqlmodel", "requests")
    }
    assert not {name for name in imported if name.startswith(("tracker.store", "tracker.collect.sources."))}


def test_a_live_source_names_its_hosts_or_asks_anywhere_slowly(
    source: sources.Source,
) -> None:
    if (live := sources.live(source)) is None:
        pytest.skip("its files are had by hand")

    assert sources.asks_anywhere(live) != hasattr(live, "hosts")
    assert not sources.asks_anywhere(live) or 0 < live.per_minute <= 30


def test_the_same_records_give_the_same_values(source: sources.Source) -> None:
    body = BODIES[source.name]

    first, again = parsed(source, body, body), parsed(source, body, body)

    assert first == again
    assert any(isinstance(item, Ad | AdvertiserReport | Post) for item in first)


def test_every_item_belongs_to_a_listing_of_its_series(source: sources.Source) -> None:
    items = parsed(source, BODIES[source.name])

    shown = [item.listing for item in items if isinstance(item, Ad | AdvertiserReport | Post)]
    assert all(
        isinstance(item, Listing | Ad | AdvertiserReport | Post | Profile | Quarantined | Notice)
        for item in items
    )
    assert all(
        listing.series.startswith(source.name) and listing.observed_at.tzinfo is UTC for listing in shown
    )


def test_what_is_missing_is_none_and_never_zero() -> None:
    (ad,) = [item for item in parsed(sources.load("x_ads"), BODIES["x_ads"]) if isinstance(item, Ad)]

    assert (ad.last_shown, ad.text, ad.status) == (None, None, None)
    assert [(metric.name, metric.lower, metric.upper) for metric in ad.metrics] == [
        ("impressions", 1_000, 5_000)
    ]


@pytest.mark.parametrize(
    ("name", "wrong", "field"),
    [
        ("ira_ads", {"id": None}, "id"),
        ("ira_ads", {"id": 1e21}, "id"),
        ("ira_ads", {"url": 5}, "url"),
        ("ira_ads", {"text": 7}, "text"),
        ("ira_ads", {"targets": "abc"}, "targets"),
        ("ira_ads", {"impressions": float("nan")}, "impressions"),
        ("ira_ads", {"spend_currency": [1]}, "spend_currency"),
        ("page_snapshots", {"headline": None}, "headline"),
        ("page_snapshots", {"outlet": " "}, "outlet"),
        ("page_snapshots", {"section": "x" * 10_000}, "section"),
        ("page_snapshots", {"published_at": [1]}, "published_at"),
        ("page_snapshots", {"published_at": "0001-01-01T00:00:00"}, "published_at"),
        ("x_ads", {"Creative": "https://x.com/" + "a" * 3_000}, "Creative"),
        ("x_ads", {"Funding Entity": "a" * 501}, "Funding Entity"),
    ],
)
def test_a_value_that_cannot_be_meant_is_refused_with_line_and_field(
    name: str, wrong: dict[str, object], field: str
) -> None:
    with pytest.raises(BadInput) as refusal:
        parsed(sources.load(name), BODIES[name], {**BODIES[name], **wrong})

    assert (refusal.value.line, refusal.value.field) == (3, field)


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("x_ads", {"Start date": "0001-01-01"}),
        ("x_ads", {"Start date": "9999-12-31"}),
        ("page_snapshots", {"snapshot_at": "9999-12-01T00:00:00"}),
        ("page_snapshots", {"snapshot_at": "0001-02-01T00:00:00"}),
        ("ira_ads", {"created": "2018-05-12T04:06:17-07:00"}),
    ],
)
def test_an_impossible_day_is_kept_apart(name: str, wrong: dict[str, object]) -> None:
    items = parsed(sources.load(name), {**BODIES[name], **wrong})

    assert [item.line for item in items if isinstance(item, Quarantined)] == [2]
    assert not [item for item in items if isinstance(item, Ad | AdvertiserReport | Post)]


def test_a_field_that_a_later_record_lacks_is_named_with_its_line() -> None:
    body = {name: value for name, value in BODIES["page_snapshots"].items() if name != "headline"}

    with pytest.raises(BadInput, match="line 3, field 'headline': the field is missing"):
        parsed(sources.load("page_snapshots"), BODIES["page_snapshots"], body)


def test_columns_are_known_whatever_their_case() -> None:
    body = {name.upper(): value for name, value in BODIES["page_snapshots"].items()}

    (post,) = [item for item in parsed(sources.load("page_snapshots"), body) if isinstance(item, Post)]

    assert (post.text, post.published_at) == ("Hello", datetime(2022, 7, 1, 0, tzinfo=UTC))


def test_typed_columns_of_a_parquet_export_are_read_as_their_text() -> None:
    body = {
        **BODIES["x_ads"],
        "Start date": date(2024, 7, 8),
        "Impressions": 100,
        "Reach": None,
        "End Date": None,
    }

    (ad,) = [item for item in parsed(sources.load("x_ads"), body) if isinstance(item, Ad)]

    assert (ad.first_shown, ad.last_shown) == (date(2024, 7, 8), None)
    assert [(metric.name, metric.as_published) for metric in ad.metrics] == [("impressions", "100")]


def test_a_number_that_is_not_read_is_named() -> None:
    notices = [
        item.message
        for item in parsed(sources.load("x_ads"), {**BODIES["x_ads"], "Impressions": "12%"})
        if isinstance(item, Notice)
    ]

    assert notices == ["not read as numbers for certain, kept as published: '12%' on line 2"]


def test_the_time_of_a_post_is_read_from_its_id() -> None:
    (ad,) = [item for item in parsed(sources.load("x_ads"), BODIES["x_ads"]) if isinstance(item, Ad)]

    assert ad.posted_at is not None
    assert ad.posted_at.isoformat(timespec="seconds") == "2024-07-07T17:16:42+00:00"


def test_an_excluded_criterion_is_told_from_an_included_one() -> None:
    ads = [
        item
        for name in ("x_ads", "ira_ads")
        for item in parsed(sources.load(name), BODIES[name])
        if isinstance(item, Ad)
    ]

    assert [[(target.kind, target.polarity) for target in ad.targets] for ad in ads] == [
        [("keyword", "include"), ("location", "exclude")],
        [("exclude", "exclude")],
    ]


def test_an_unknown_source_is_refused_with_the_known_ones() -> None:
    with pytest.raises(BadInput, match=r"ira_ads, .*page_snapshots, .*x_ads"):
        sources.load("../../etc/passwd")
