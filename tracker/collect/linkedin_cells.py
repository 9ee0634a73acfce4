"""Reads what LinkedIn says of a company, of an ad's numbers and of its criteria."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from tracker.collect.cells import cell_text
from tracker.collect.fields import OF_TOTAL, between, list_at, share, words_at
from tracker.collect.targeting_cells import criterion
from tracker.domain import Metric, Polarity, Record, Target
from tracker.errors import BadInput

FACETS = {
    "location": "location", "locations": "location", "language": "language", "languages": "language", "age": "age",
    "gender": "gender", "interests and traits": "interest", "member interests": "interest",
    "audience": "audience_advertiser_defined", "audiences": "audience_advertiser_defined",
    "company": "demographic_unspecified", "education": "demographic_unspecified", "job": "demographic_unspecified",
    "demographics": "demographic_unspecified", "job experience": "demographic_unspecified",
}  # fmt: skip
"""Kinds by facet; of job, company and education LinkedIn tells only that they were used."""
USED = (
    *(f"details.advertiser.{field}" for field in ("advertiserName", "advertiserUrl", "adPayer")),
    *(f"details.adStatistics.totalImpressions.{end}" for end in ("from", "to")),
    *(f"details.adStatistics.impressionsDistributionByCountry.{field}" for field in ("country", "impressionPercentage")),
    *(f"details.adTargeting.{field}" for field in ("facetName", "isIncluded", "isExcluded", "includedSegments",
                                                   "excludedSegments")),
)  # fmt: skip
"""The paths that are read here."""
_COMPANY = re.compile(
    r"https?://(?:[\w-]+\.)?linkedin\.com/(?:company|school|showcase)/([\w%.-]{1,100})(?:[/?#]|$)",
    re.IGNORECASE,
)
_AD = re.compile(r"https?://(?:[\w-]+\.)?linkedin\.com/ad-library/detail/(\d{1,30})\b", re.IGNORECASE)


def company(record: Record) -> str | None:
    """Return the number, or the name, of the company in `advertiserUrl`, `None` where the ad is a person's."""
    details = record.values.get("details")
    advertiser = details.get("advertiser") if isinstance(details, dict) else None
    address = advertiser.get("advertiserUrl") if isinstance(advertiser, dict) else None
    found = _COMPANY.match(address) if isinstance(address, str) else None
    return found[1].casefold() if found else None


def ad_number(record: Record) -> str:
    """Return the number of the ad in `adUrl`, which is all that tells it from another."""
    found = _AD.match(cell_text(record.values.get("adUrl")))
    if found is None:
        told = f"{cell_text(record.values.get('adUrl'))[:60]!r} does not end in the number of an ad"
        raise BadInput(told, line=record.line, field="adUrl")
    return found[1]


def metrics(record: Record, statistics: Mapping[str, Any]) -> Iterator[Metric]:
    """Yield the total as a range, and the share of each country in percent."""
    total = statistics.get("totalImpressions")
    if total is not None:
        yield from between("impressions", total, ("from", "to"), "impressions")
    for one in list_at(record, statistics, "impressionsDistributionByCountry"):
        country = cell_text(one.get("country")).rpartition(":")[2].upper()
        yield from share("impressions", one.get("impressionPercentage"), 1, country, OF_TOTAL)


def targets(record: Record, facets: Iterable[Mapping[str, Any]]) -> Iterator[Target]:
    """Yield the criteria; a facet without values is named itself, as used to include or to exclude."""
    for facet in facets:
        label = words_at(record, facet, "facetName") or "facet not named"
        kind = FACETS.get(label.casefold(), "unknown")
        sides: tuple[tuple[Polarity, str, str], ...] = (
            ("include", "includedSegments", "isIncluded"), ("exclude", "excludedSegments", "isExcluded"),
        )  # fmt: skip
        for polarity, values, used in sides:
            segments = [_segment(one) for one in list_at(record, facet, values, object)]
            for segment in dict.fromkeys(segments):
                yield criterion(kind, segment, polarity, f"{label}: {segment}")
            if facet.get(used) is True and not segments:
                yield criterion(kind, label, polarity, label)
        if not any(facet.get(used) or facet.get(values) for _, values, used in sides):
            yield criterion(kind, label, "used_unspecified", label)


def _segment(one: object) -> str:
    return str(one.get("name") or one.get("value") or one) if isinstance(one, dict) else cell_text(one)


def onward(body: Mapping[str, Any], start: int, count: int) -> tuple[str | None, int | None]:
    """Return where the search goes on, if it does, and the total that LinkedIn states."""
    elements = body.get("elements")
    paging = body.get("paging")
    stated = paging.get("total") if isinstance(paging, dict) else None
    total = stated if isinstance(stated, int) and not isinstance(stated, bool) else None
    shown = len(elements) if isinstance(elements, list) else 0
    more = shown > 0 and (shown >= count if total is None else start + shown < total)
    return (str(start + shown) if more else None), total
