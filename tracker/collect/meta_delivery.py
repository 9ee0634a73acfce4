"""Reads what Meta says of an ad's numbers, of whom it reached, of whom it was aimed at, and of its own patience."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from tracker import countries
from tracker.collect.fields import between, counted, list_at, share, words_at
from tracker.collect.targeting_cells import criterion
from tracker.domain import Answer, Metric, Record, Scope, Target
from tracker.errors import BadInput

_BOUNDS = ("lower_bound", "upper_bound")
_USES = ("call_count", "total_cputime", "total_time")


def metrics(record: Record) -> Iterator[Metric]:
    """Yield the totals, then the reach by country, by region, and by age and gender: whom it was shown to."""
    values = record.values
    currency = words_at(record, values, "currency") or "currency not given"
    for field, metric, unit in (("spend", "spend", currency), ("impressions", "impressions", "impressions"),
                                ("estimated_audience_size", "audience_size", "people")):  # fmt: skip
        if values.get(field) is not None:
            yield from between(metric, values[field], _BOUNDS, unit)
    yield from counted("reach", values.get("eu_total_reach"), "people", "EU")
    yield from counted("reach", values.get("br_total_reach"), "people", "BR")
    for one in list_at(record, values, "total_reach_by_location"):
        place = str(one.get("key") or "")
        country = countries.a2(place)
        yield from counted(
            "reach", one.get("value"), "people", country, None if country else f"location {place}"
        )
    for one in list_at(record, values, "demographic_distribution"):
        yield from share("reach", one.get("percentage"), 100, segment=f"{one.get('age')} {one.get('gender')}")
    for one in list_at(record, values, "delivery_by_region"):
        yield from share("reach", one.get("percentage"), 100, segment=f"region {one.get('region')}")
    for group in list_at(record, values, "age_country_gender_reach_breakdown"):
        for one in list_at(record, group, "age_gender_breakdowns"):
            for gender in sorted(one.keys() - {"age_range"}):
                segment = f"{one.get('age_range')} {gender}"
                yield from counted(
                    "reach", one[gender], "people", words_at(record, group, "country"), segment
                )


def targets(record: Record) -> Iterator[Target]:
    """Yield whom the advertiser wanted: ages as published (`18-65+`), a gender, places in or out."""
    ages = "-".join(list_at(record, record.values, "target_ages", str))
    if ages:
        yield criterion("age", ages, "include", ages)
    if gender := words_at(record, record.values, "target_gender"):
        yield criterion("gender", gender, "include", gender)
    for one in list_at(record, record.values, "target_locations"):
        place = str(one.get("name") or f"{one.get('num_obfuscated')} places not named")
        words = json.dumps(one, ensure_ascii=False)
        yield criterion("location", place, "exclude" if one.get("excluded") else "include", words)


def countries_of(scope: Scope) -> list[str]:
    """Return the countries to ask for; the EU is its members, and without a country it is all."""
    asked = scope.values.get("country", "ALL")
    members = (countries.a2(code) for code in sorted(countries.EUROPEAN_UNION))
    return [code for code in members if code] if asked == "EU" else [asked]


def allowance_used(answer: Answer) -> int:
    """Return how many percent of what Meta allows in an hour are used, 0 where it does not say; beyond it all calls end."""
    try:
        told = json.loads(answer.headers.get("x-business-use-case-usage", "{}"))
        uses = [use for uses in told.values() for use in uses]
        return max((int(use.get(kind, 0)) for use in uses for kind in _USES), default=0)
    except (ValueError, TypeError, AttributeError):
        return 0


def said(error: Mapping[str, Any]) -> str:
    """Return the words of an error, its code first."""
    parts = (error.get("error_user_title"), error.get("message"), error.get("error_user_msg"))
    return f"code {error.get('code')}: " + " · ".join(str(part) for part in parts if part)


def is_clean(record: Record) -> bool:
    """Refuse the whole file for a record with a token: what brings in a file takes tokens out of answers in JSON."""
    if "access_token=" in str(record.values.get("ad_snapshot_url")):
        raise BadInput("holds somebody's access token", line=record.line, field="ad_snapshot_url")
    return True


def after(body: Any) -> str | None:
    """Return the token of the next page; the address beside it holds the access token and is not followed."""
    paging = body.get("paging") if isinstance(body, dict) else None
    cursors = paging.get("cursors") if isinstance(paging, dict) else None
    after = cursors.get("after") if isinstance(cursors, dict) and body.get("data") else None
    return str(after) if after else None
