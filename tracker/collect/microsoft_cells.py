"""Reads the details of an ad in Microsoft's library: numbers of countries and of types of targeting, ranges and shares."""

from collections.abc import Iterator, Mapping
from typing import Any

from tracker.collect.answers import objects_in
from tracker.collect.cells import cell_text, read_range
from tracker.collect.fields import OF_TOTAL, PERCENT
from tracker.collect.targeting_cells import criterion
from tracker.domain import Metric, Polarity, Record, Target
from tracker.errors import BadInput, PlatformChanged

DETAILS = (
    "PaidForByName", "StartDate", "EndDate", "TotalImpressionsRange", "ImpressionsByCountry", "TargetTypes", "Targets",
    "RestrictionReason", "RejectionJson",
)  # fmt: skip
COUNTRIES = {
    10: "AT", 14: "BE", 26: "BG", 49: "HR", 207: "CY", 51: "CZ", 53: "DK", 61: "EE", 65: "FI", 66: "FR", 72: "DE",
    76: "GR", 88: "HU", 92: "IE", 93: "IT", 104: "LV", 108: "LT", 109: "LU", 115: "MT", 129: "NL", 151: "PL",
    152: "PT", 226: "RO", 165: "SK", 167: "SI", 170: "ES", 175: "SE", 89: "IS", 107: "LI", 139: "NO",
}  # fmt: skip
"""Microsoft's numbers of the 30 countries of the EU and EEA ("Ad Library API Overview", value set Country)."""
KINDS = {
    "1": "gender", "gender": "gender", "2": "age", "age": "age", "3": "location", "location": "location",
    "22": "audience_platform_defined", "microsoftaudiences": "audience_platform_defined",
    "25": "audience_advertiser_defined", "advertiseraudiences": "audience_advertiser_defined",
}  # fmt: skip
_NAMES = {
    "austria": "AT", "belgium": "BE", "bulgaria": "BG", "croatia": "HR", "cyprus": "CY", "czechia": "CZ",
    "denmark": "DK", "estonia": "EE", "finland": "FI", "france": "FR", "germany": "DE", "greece": "GR",
    "hungary": "HU", "iceland": "IS", "ireland": "IE", "italy": "IT", "latvia": "LV", "liechtenstein": "LI",
    "lithuania": "LT", "luxembourg": "LU", "malta": "MT", "netherlands": "NL", "norway": "NO", "poland": "PL",
    "portugal": "PT", "romania": "RO", "slovakia": "SK", "slovenia": "SI", "spain": "ES", "sweden": "SE",
}  # fmt: skip


def known_countries() -> list[str]:
    """Return the countries that the library covers, two letters each."""
    return sorted(COUNTRIES.values())


def number_of(country: str) -> str:
    """Return Microsoft's number of a country; raise `BadInput` for one that the library does not cover."""
    found = next((number for number, code in COUNTRIES.items() if code == country), None)
    if found is None:
        raise BadInput(
            f"{country} is not in the EU or EEA: the library holds nothing of it", field="--scope country"
        )
    return str(found)


def metrics(details: Record) -> tuple[tuple[Metric, ...], list[str]]:
    """Return the range of impressions and the share of each country, and the countries whose number is not known."""
    found = list(_total(details))
    strange: list[str] = []
    for entry in objects_in(details, "ImpressionsByCountry"):
        country, words = _country(entry.get("Country")), cell_text(entry.get("ImpressionShare"))
        if country.startswith("ms:"):
            strange.append(country)
        bounds = read_range(words.removesuffix("%"))
        if not words.endswith("%") or bounds is None or (bounds[1] or 0) > 100:
            raise BadInput(
                f"{words[:40]!r} is not a share in percent", line=details.line, field="ImpressionShare"
            )
        found.append(Metric("impressions", *bounds, PERCENT, words, country, OF_TOTAL))
    if len({(metric.country, metric.segment) for metric in found}) < len(found):
        raise BadInput("a country stands here twice", line=details.line, field="ImpressionsByCountry")
    return tuple(found), strange


def _total(details: Record) -> Iterator[Metric]:
    words = cell_text(details.values.get("TotalImpressionsRange"))
    bounds = read_range(words)
    if words and bounds is None:
        raise BadInput(f"{words[:40]!r} is not a range", line=details.line, field="TotalImpressionsRange")
    if bounds is not None:
        yield Metric("impressions", *bounds, "impressions", words)


def _country(value: object) -> str:
    words = cell_text(value)
    if words.isdecimal():
        return COUNTRIES.get(int(words), f"ms:{words}")
    return _NAMES.get(words.casefold(), f"ms:{words[:40]}")


def targets(details: Record) -> tuple[Target, ...]:
    """Return the types of criteria that were used at any time; documented as `TargetTypes`, answered as `Targets`.

    `UsedForExclusion` says that a type was *also* used to exclude.
    """
    entries = objects_in(details, "Targets") or objects_in(details, "TargetTypes")
    return tuple(target for entry in entries for target in _target(entry))


def _target(entry: Mapping[str, Any]) -> Iterator[Target]:
    words, excludes = cell_text(entry.get("TargetType")), entry.get("UsedForExclusion")
    polarities: tuple[Polarity, ...] = ("used_unspecified",)
    if isinstance(excludes, bool):
        polarities = ("include", "exclude") if excludes else ("include",)
    for polarity in polarities:
        kind = KINDS.get(words.casefold(), "unknown")
        value = "not published" if kind != "unknown" else f"type {words}, not published"
        yield criterion(kind, value, polarity, f"{words}, UsedForExclusion {excludes}")


def removal(details: Record) -> str | None:
    """Return why an ad was restricted, as published."""
    words = [cell_text(details.values.get(field)) for field in ("RestrictionReason", "RejectionJson")]
    return " · ".join(filter(None, words)) or None


def rows(found: Any) -> tuple[list[Any], int]:
    """Return the ads of a search and how many there are, as stated; raise `PlatformChanged` for another form."""
    listed = found.get("value") if isinstance(found, dict) else None
    if not isinstance(listed, list) or not all(isinstance(row, dict) for row in listed):
        raise PlatformChanged("microsoft_ads: field 'value' is missing, expected a list of ads")
    if wrong := [row for row in listed if not str(row.get("AdId")).isdecimal()]:
        raise PlatformChanged(
            f"microsoft_ads: field 'AdId' is {str(wrong[0].get('AdId'))[:40]!r}, expected a number"
        )
    count = found.get("@odata.count")
    return listed, count if isinstance(count, int) else len(listed)


def error(found: Any) -> str | None:
    """Return what an answer that is no answer says."""
    told = found.get("error", found.get("Message")) if isinstance(found, dict) else None
    told = told.get("message") if isinstance(told, dict) else told
    return str(told)[:200] if told else None
