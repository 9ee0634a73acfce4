"""Ads in CheckFirst's common format: delivery where it calls it targeting, criteria apart, and nobody named."""

import json
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from tests.reports.stores import REFUSED
from tracker.cli import cli
from tracker.exports import sdaf

AD: dict[str, Any] = {
    "ad_id": 7, "snapshot_id": 9, "account": "google:AR1", "source": "google_ads", "observed_at": "2026-10-01T00:00:00Z",
    "first_shown": "2024-01-05", "last_shown": None, "payer": "Lake Tourism Board", "beneficiary": "River Media",
    "advertiser_name": "River Media", "text": "Boats", "creative_url": None, "landing_url": "https://river.example/",
    "status": "removed", "evidence": "ab" * 32,
    "criteria": [
        {"kind": "location", "value": "not published", "polarity": "exclude", "as_published": "geo_location"},
        {"kind": "age", "value": "18+", "polarity": "include", "as_published": "18+"},
    ],
}  # fmt: skip


def number(
    name: str, lower: float | None, upper: float | None, country: str = "", segment: str = "", unit: str = ""
) -> dict[str, Any]:
    return {"name": name, "country": country, "segment": segment, "lower": lower, "upper": upper,
            "unit": unit or name, "as_published": f"{lower}-{upper}"}  # fmt: skip


def export(home: Path, out: Path, name: str = "ads") -> Any:
    return CliRunner().invoke(
        cli, ["--home", str(home), "export", name, "--format", "sdaf", "--out", str(out)]
    )


def test_an_ad_has_the_fields_of_the_format_and_null_for_what_nobody_published() -> None:
    made = sdaf.document(
        AD, [number("spend", 100, 500, unit="EUR"), number("impressions", 30, 30)], "Misleading"
    )

    assert list(made) == [
        "campaign_id", "advertiser", "start_date", "end_date", "creative", "targeting", "payments", "moderation", "parameters",
    ]  # fmt: skip
    assert made["campaign_id"] is None
    assert made["advertiser"]["funder_legal_name"] == "Lake Tourism Board"
    assert made["payments"] == {
        "campaign_actual_cost": "100-500", "campaign_expected_total_cost": None, "campaign_payment_currency": "EUR",
    }  # fmt: skip
    assert made["creative"][0]["interactions"] == {"clicks": None, "impressions": 30, "engagements": []}
    assert made["moderation"] == {
        "status": "removed",
        "moderation_decision": [{"date": None, "decision": "Misleading"}],
    }


def test_what_was_delivered_and_what_was_asked_for_stay_apart() -> None:
    made = sdaf.document(AD, [number("impressions", 2000, 3000, "DE")], None)

    assert made["targeting"] == {"DE": {"All": {"All": {"All": {"impressions": "2000-3000"}}}}}
    assert made["parameters"]["criteria"]["exclude"] == [
        {"kind": "location", "value": "not published", "as_published": "geo_location"}
    ]
    assert made["parameters"]["beneficiary"] == "River Media"


def test_reach_by_age_gender_and_region_stands_where_the_format_has_it() -> None:
    made = sdaf.document(
        AD,
        [number("reach", 20000, 25000, "FR", "18-24 female"), number("reach", 5, 5, "FR", "65+ unknown"),
         number("impressions", 7, 7, "FR", "region Bretagne")],
        None,
    )  # fmt: skip

    assert made["targeting"]["FR"] == {
        "All": {"Female": {"18-24": {"reach": "20000-25000"}}, "Unknown": {"65+": {"reach": 5}}},
        "Bretagne": {"All": {"All": {"impressions": 7}}},
    }


@pytest.mark.parametrize(
    "one",
    [
        number("impressions", 1000, None, "DE"),
        number("impressions", 17.3, 17.3, "DE", "share of the total", "percent"),
        number("impressions", 0, 1000, "DE", "surface MAPS"),
        number("impressions", 0, 1000, "", "region EEA"),
    ],
)
def test_what_the_format_cannot_hold_stands_in_the_open_field_as_published(one: dict[str, Any]) -> None:
    made = sdaf.document(AD, [one], None)

    assert made["targeting"] == {}
    assert made["parameters"]["numbers"] == [
        {key: value if value != "" else None for key, value in one.items()}
    ]


def test_the_file_names_nobody_who_is_not_accepted_and_its_manifest_what_it_cannot_hold(
    decided_home: Path, tmp_path: Path
) -> None:
    done = export(decided_home, tmp_path / "ads.json")

    assert done.exit_code == 0, done.output
    body = (tmp_path / "ads.json").read_bytes()
    manifest = json.loads((tmp_path / "ads.manifest.json").read_bytes())
    ads = json.loads(body)
    assert manifest["files"]["ads.json"] == {
        "sha256": sha256(body).hexdigest(),
        "bytes": len(body),
        "ads": len(ads),
    }
    assert manifest["tables"]["ads"]["rows"] == manifest["tables"]["ads"]["n"] == len(ads) > 0
    assert "exclusion" in " ".join(manifest["not_held"])
    assert "pseudonyms" in " ".join(manifest["tables"]["ads"]["caveats"])
    assert REFUSED not in body.decode().casefold()
    assert all(ad["advertiser"]["advertiser_id"].partition(":")[2] for ad in ads)


def test_what_is_no_list_of_ads_is_refused_in_this_form(decided_home: Path, tmp_path: Path) -> None:
    done = export(decided_home, tmp_path / "payers.json", "payers")

    assert (done.exit_code, "sdaf holds ads, not payers" in done.output) == (2, True)
    assert list(tmp_path.iterdir()) == []


def test_an_advertiser_whom_nobody_has_accepted_bears_a_pseudonym_and_its_numbers_stay(
    tmp_path: Path,
) -> None:
    body = Path(__file__).parents[1] / "collect" / "bodies" / "microsoft_ads" / "ad.200.json"
    brought = CliRunner().invoke(
        cli, ["--home", str(tmp_path / "home"), "import", "microsoft_ads", str(body)]
    )

    done = export(tmp_path / "home", tmp_path / "ads.json")

    assert (brought.exit_code, done.exit_code) == (0, 0), done.output
    text = (tmp_path / "ads.json").read_text(encoding="utf-8")
    (ad,) = json.loads(text)
    assert "River Media" not in text
    assert "4295001234" not in text
    assert ad["advertiser"]["advertiser_id"].startswith("microsoft:account-")
    assert ad["moderation"]["moderation_decision"] == [{"date": None, "decision": "Information_Integrity"}]
    assert [(one["country"], one["as_published"]) for one in ad["parameters"]["numbers"]] == [
        (None, "2.5K - 5K"), ("AT", "17.3%"), ("DE", "82.7%"),
    ]  # fmt: skip
