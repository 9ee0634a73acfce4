"""Ads in SDAF, CheckFirst's common format for ad repositories (DSA-Standardised-Digital-Advertising-Format).

SDAF calls `targeting` what says to whom an ad was shown, and knows no exclusion. So only delivery stands there; the criteria
that were asked for stand apart in the open field `parameters`, with every number as it was published. What the format
cannot hold is named in the manifest. What nobody published is null, never 0.
"""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

from tracker.analysis import scope
from tracker.analysis.tables import Lake
from tracker.exports.content import Export
from tracker.findings import Finding, Options
from tracker.findings.question import ask

Row = Mapping[str, Any]

FORMAT = "SDAF (CheckFirst, DSA-Standardised-Digital-Advertising-Format)"
NOT_HELD = (
    "campaigns: no repository publishes them; campaign_id, objectives, expected cost and VAT numbers are always null",
    "exclusion and criteria: targeting holds where and to whom an ad was shown; what was asked for stands in "
    "parameters.criteria as include, exclude or used_unspecified",
    "beneficiary apart from payer: funder_legal_name is the payer, parameters.beneficiary the other",
    "ranges with open ends, shares in percent, surfaces and aggregates such as the EEA: in parameters.numbers with lower, "
    "upper, unit and as published",
    "when and in which answer an ad was seen: parameters.observed_at, parameters.evidence",
    "pictures: creative_media_urls is the address of the ad in its repository",
    "the type and the parts of a creative, and further fields of a repository: in the evidence only",
    "history: the latest snapshot of each ad is exported",
)
_PART = re.compile(r"(?P<age>\d+-\d+|\d+\+|unknown) (?P<gender>female|male|unknown)", re.IGNORECASE)
_REGION = re.compile(r"region (?P<region>.+)")
_COLUMNS = (
    "ad_id", "snapshot_id", "account_id", "account", "source", "observed_at", "first_shown", "last_shown", "payer",
    "beneficiary", "advertiser_name", "text", "creative_url", "landing_url", "status", "targeting_set_id", "evidence",
)  # fmt: skip


def ads(lake: Lake, options: Options) -> list[dict[str, Any]]:
    """Return the ads that are asked for with their criteria; `lake` is one to publish."""
    question = ask("ads", lake, options)
    items = scope.ads(question.tables, question.scope)
    limits = question.scope
    asked = items if limits.since is None and limits.until is None else scope.dated(items, limits)
    asked = asked.order_by("ad_id").limit(options.limit) if options.limit else asked
    named = scope.with_account(asked, question.tables["accounts"]).select(*_COLUMNS).order_by("ad_id")
    criteria: dict[int, list[dict[str, Any]]] = {}
    targets = question.tables["targets"].semi_join(asked.select("targeting_set_id"), "targeting_set_id")
    for row in question.rows(targets.order_by("targeting_set_id", "kind", "value", "polarity")):
        criteria.setdefault(row["targeting_set_id"], []).append(row)
    return [row | {"criteria": criteria.get(row["targeting_set_id"], [])} for row in question.rows(named)]


def document(ad: Row, numbers: Sequence[Row], removal: str | None) -> dict[str, Any]:
    """Return one ad in SDAF."""
    spend = [one for one in numbers if one["name"] == "spend" and not one["country"] and not one["segment"]]
    return {
        "campaign_id": None,
        "advertiser": {
            "advertiser_id": ad["account"], "advertiser_name": ad["advertiser_name"], "advertiser_location": None,
            "funder_legal_name": ad["payer"], "funder_vat": None,
        },
        "start_date": ad["first_shown"],
        "end_date": ad["last_shown"],
        "creative": [_creative(ad, numbers)],
        "targeting": _delivery(numbers),
        "payments": {
            "campaign_actual_cost": str(_amount(spend[0])) if spend else None,
            "campaign_expected_total_cost": None,
            "campaign_payment_currency": spend[0]["unit"] if spend else None,
        },
        "moderation": {
            "status": ad["status"],
            "moderation_decision": [{"date": None, "decision": removal}] if removal else [],
        },
        "parameters": _parameters(ad, numbers),
    }  # fmt: skip


def _creative(ad: Row, numbers: Sequence[Row]) -> dict[str, Any]:
    totals = {one["name"]: one for one in numbers if not one["country"] and not one["segment"]}
    return {
        "creative_id": f"{ad['source']}-{ad['ad_id']}",
        "creative_type": None,
        "creative_title": None,
        "creative_description": ad["text"],
        "creative_media_urls": [ad["creative_url"]] if ad["creative_url"] else [],
        "creative_action": {
            "objective": None, "destination_url": ad["landing_url"], "caption": None, "title": None,
        },
        "interactions": {
            "clicks": _amount(totals.get("clicks")), "impressions": _amount(totals.get("impressions")),
            "engagements": [],
        },
    }  # fmt: skip


def _delivery(numbers: Iterable[Row]) -> dict[str, Any]:
    """Return reach and impressions by country, region, gender and age, as far as a segment says no more than that."""
    tree: dict[str, Any] = {}
    for one in numbers:
        part = _PART.fullmatch(one["segment"])
        region = _REGION.fullmatch(one["segment"])
        counts = one["name"] in ("reach", "impressions") and one["unit"] != "percent"
        amount = _amount(one)
        if not (counts and one["country"] and (part or region or not one["segment"])) or amount is None:
            continue
        people = tree.setdefault(one["country"], {}).setdefault(region["region"] if region else "All", {})
        gender = people.setdefault(part["gender"].capitalize() if part else "All", {})
        gender.setdefault(part["age"] if part else "All", {})[one["name"]] = amount
    return tree


def _amount(one: Row | None) -> int | float | str | None:
    """Return a number, a range such as `20000-25000`, or `None` when one of its ends is open or it was not published."""
    if one is None or one["lower"] is None or one["upper"] is None:
        return None
    lower, upper = (int(end) if float(end).is_integer() else end for end in (one["lower"], one["upper"]))
    return lower if lower == upper else f"{lower}-{upper}"


def _parameters(ad: Row, numbers: Sequence[Row]) -> dict[str, Any]:
    names = ("kind", "value", "as_published")
    return {
        "repository": ad["source"],
        "beneficiary": ad["beneficiary"],
        "criteria": {
            polarity: [{name: one[name] for name in names} for one in ad["criteria"] if one["polarity"] == polarity]
            for polarity in ("include", "exclude", "used_unspecified")
        },
        "numbers": [{name: value if value != "" else None for name, value in one.items()} for one in numbers],
        "observed_at": ad["observed_at"],
        "evidence": ad["evidence"],
    }  # fmt: skip


def told(found: Finding, documents: Sequence[Row]) -> Export:
    """Return what must be said of the ads: as the finding `ads` says it, for the form that they have here."""
    coverage = {
        name: value for name, value in found.coverage.items() if name not in ("rows_left_out", "coder")
    }
    columns = tuple(documents[0]) if documents else ()
    method = f"The latest snapshot of each ad, as published, in {FORMAT}."
    rows = [dict(one) for one in documents]
    return Export(
        "ads", {"ads": replace(found, rows=rows, columns=columns, method=method, coverage=coverage)}
    )


def files(export: Export, documents: Sequence[Row], name: str) -> dict[str, bytes]:
    """Return the ads as a JSON list in a file called `name`, and the manifest beside it."""
    body = (json.dumps(list(documents), ensure_ascii=False, indent=1) + "\n").encode()
    facts = {"sha256": sha256(body).hexdigest(), "bytes": len(body), "ads": len(documents)}
    manifest = {**export.about(), "format": FORMAT, "not_held": list(NOT_HELD), "files": {name: facts}}
    return {
        name: body,
        f"{Path(name).stem}.manifest.json": (
            json.dumps(manifest, ensure_ascii=False, indent=1) + "\n"
        ).encode(),
    }
