"""Every field that a vendor's document or a published sample names is used by its parser, or listed as ignored."""

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.collect.test_sources import BODIES
from tracker.collect import sources
from tracker.domain import AccountRef, Ad, Notice, Quarantined, Record, Scope

TIKTOK_AD = {
    "id": 1923845247192304, "title": "The river is open", "external_url": "https://river.example/", "first_shown_date": 20260701,
    "last_shown_date": "20260720", "status": "inactive", "status_statement": "ended", "videos": [{"url": "https://cdn.example/1", "cover_image_url": "https://cdn.example/2"}],
    "image_urls": ["https://cdn.example/3"], "download_url": "https://cdn.example/4", "call_to_action": "Learn more", "advertising_objective": "Reach",
    "reach": {"unique_users_seen": "11K", "unique_users_seen_by_country": {"GB": "18K", "IT": "12K"}},
    "rejection_info": {"reasons": ["Misleading"], "affected_countries": ["IT"], "reporting_source": "user", "automated_notice": True},
}  # fmt: skip
TIKTOK_ADVERTISER = {
    "business_id": 7000001, "business_name": "River News", "paid_for_by": "Lake Tourism Board", "country_code": "CN", "follower_count": "11K",
    "avatar_url": "https://cdn.example/5", "profile_url": "https://www.tiktok.com/@rivernews",
    "tiktok_account": {"profile_url": "https://www.tiktok.com/@rivernews", "avatar_url": "https://cdn.example/5", "follower_count": "11K"},
}  # fmt: skip
TIKTOK_TARGETING = {
    "number_of_users_targeted": "50K", "country": ["IT"], "age": {"13-17": False, "18-24": True, "25-34": False, "35-44": False, "45-54": False, "55+": True},
    "gender": {"female": True, "male": False, "unknown": False, "other_genders": False}, "audience_targeting": "Yes",
    "video_interactions": "Watched to the end", "creator_interactions": "No", "interest": "News & Entertainment, Travel",
}  # fmt: skip
DOCUMENTED: dict[str, list[dict[str, Any]]] = {
    "tiktok_ads": [
        {"ad": TIKTOK_AD, "advertiser": TIKTOK_ADVERTISER, "ad_group": {"targeting_info": TIKTOK_TARGETING}},
        {"ad": {**TIKTOK_AD, "reach": {"unique_user_seen": "11K"}}, "ad_group": {"target": TIKTOK_TARGETING},
         "advertiser": {"buisness_id": "7000001", "business_name": "River News", "paid_by": "Lake Tourism Board"}},
    ],
    "linkedin_ads": [
        {"adUrl": "https://www.linkedin.com/ad-library/detail/600700800", "isRestricted": False, "details": {
            "type": "SPONSORED_STATUS_UPDATE",
            "advertiser": {"advertiserName": "River News", "advertiserUrl": "https://www.linkedin.com/company/1234567", "adPayer": "Lake SE"},
            "adStatistics": {"firstImpressionAt": 1720000000000, "latestImpressionAt": 1720900000000, "totalImpressions": {"from": 1000, "to": 5000},
                             "impressionsDistributionByCountry": [{"country": "urn:li:country:DE", "impressionPercentage": 17.3}]},
            "adTargeting": [{"facetName": "Location", "isIncluded": True, "isExcluded": False, "includedSegments": ["Germany"], "excludedSegments": []}],
        }},
    ],
    "microsoft_ads": [
        {"AdId": 71468541217674123, "AdvertiserName": "River Media", "AdvertiserId": 4295001234, "Title": "See the river", "Description": "Today",
         "DisplayUrl": "river.example", "DestinationUrl": "https://river.example/", "AssetJson": "{}",
         "AdDetails": {"PaidForByName": "Lake SE", "StartDate": "2024-02-01", "EndDate": "2024-03-01", "TotalImpressionsRange": "2.5K - 5K",
                       "ImpressionsByCountry": [{"Country": 66, "ImpressionShare": "17.3%"}], list_name: [{"TargetType": 22, "UsedForExclusion": True}],
                       "RestrictionReason": "Policy", "RejectionJson": "{}"}}
        for list_name in ("TargetTypes", "Targets")
    ],
    "snap_ads": [
        {"id": "e3f1a9c2", "name": "n", "ad_account_name": "River EMEA", "status": "ACTIVE", "creative_type": "WEB_VIEW", "ad_type": "SNAP_AD",
         "ad_render_type": "STATIC", "languages": ["de"], "headline": "Gear up", "call_to_action": "MORE", "top_snap_media_type": "VIDEO",
         "top_snap_media_download_link": "https://cf.example/d/1?sig=x", "start_date": "2026-06-01T00:00:00.000Z", "impressions_total": 12,
         "impressions_map": {"de": 12, "tr": 0}, "targeting_v2": {"regulated_content": False, "demographics": [
             {"min_age": "18", "age_groups": ["21-24"], "languages": ["de"], "advanced_demographics": ["Parents"]}], "devices": [{"os_type": "iOS"}]},
         "paying_advertiser_name": "River SE", "profile_name": "River", "profile_logo_url": "https://cf.example/l",
         "web_view_properties": {"url": "https://river.example/?utm_source=snap"}, "review_status": "APPROVED", "rejection_reasons": [], "dpa_preview": None},
    ],
    "snap_sponsored": [BODIES["snap_sponsored"]],
    "meta_ads": [
        {**{f"ad_creative_{part}": ["words"] for part in ("bodies", "link_captions", "link_titles", "link_descriptions")},
         "id": "679808276335343", "page_id": "6756153498", "page_name": "River News", "ad_creation_time": "2021-12-07",
         "ad_delivery_start_time": "2021-12-07", "ad_delivery_stop_time": "2021-12-09", "languages": ["en"], "publisher_platforms": ["facebook"],
         "ad_snapshot_url": "https://www.facebook.com/ads/archive/render_ad/?id=679808276335343", "bylines": "Lake SE", "currency": "USD",
         "spend": {"lower_bound": "0"}, "impressions": {"lower_bound": "300", "upper_bound": "399"}, "estimated_audience_size": {"lower_bound": "1000001"},
         "demographic_distribution": [{"percentage": "0.07932", "age": "55-64", "gender": "female"}],
         "delivery_by_region": [{"percentage": "0.016311", "region": "Ohio"}], "eu_total_reach": 138, "br_total_reach": 0,
         "total_reach_by_location": [{"key": "Germany", "value": 1200}, {"key": "Poland"}],
         "age_country_gender_reach_breakdown": [{"country": "PL", "age_gender_breakdowns": [{"age_range": "25-34", "male": 33, "female": 6, "unknown": 1}]}],
         "target_ages": ["18", "65+"], "target_gender": "All",
         "target_locations": [{"name": "Lyon", "num_obfuscated": 0, "type": "CITY", "excluded": False}],
         "beneficiary_payers": [{"payer": "House SA", "beneficiary": "House SA", "current": True}]},
    ],
    "x_ads": [BODIES["x_ads"]],
}  # fmt: skip
"""The fields by the documents: TikTok's in both spellings, Microsoft's list under both of its names."""


@pytest.mark.parametrize("source", DOCUMENTED)
def test_no_documented_field_is_unknown_and_none_keeps_an_ad_apart(source: str) -> None:
    account = AccountRef("x", "somebody", handle="somebody") if source == "x_ads" else None
    found = []
    for values in DOCUMENTED[source]:
        found += sources.load(source).parse(
            [Record(1, values)], Scope({}, datetime(2026, 11, 1, tzinfo=UTC), account)
        )

    assert len([item for item in found if isinstance(item, Ad)]) == len(DOCUMENTED[source])
    assert [item for item in found if isinstance(item, Quarantined)] == []
    assert [
        item.message for item in found if isinstance(item, Notice) and "not known here" in item.message
    ] == []


@pytest.mark.parametrize("source", DOCUMENTED)
def test_one_field_more_is_kept_and_told(source: str) -> None:
    account = AccountRef("x", "somebody", handle="somebody") if source == "x_ads" else None
    values = {**DOCUMENTED[source][0], "never_seen": "words"}

    found = list(
        sources.load(source).parse([Record(1, values)], Scope({}, datetime(2026, 11, 1, tzinfo=UTC), account))
    )

    (ad,) = [item for item in found if isinstance(item, Ad)]
    assert ad.extra["never_seen"] == "words"
    assert len([item for item in found if isinstance(item, Notice) and "never_seen" in item.message]) == 1
