"""Reads the nested fields of Snap's Ads Gallery: impressions by country, criteria, and why an ad was rejected."""

from collections.abc import Iterator, Mapping
from typing import Any

from tracker.collect.answers import nested, objects_in
from tracker.collect.cells import cell_text, number_in
from tracker.collect.targeting_cells import criterion
from tracker.domain import Metric, Polarity, Record, Target
from tracker.errors import BadInput

COUNTRIES = (
    "at", "be", "bg", "cy", "cz", "de", "dk", "ee", "el", "es", "fi", "fr", "hr", "hu", "ie", "it", "lt", "lu", "lv",
    "mt", "nl", "pl", "pt", "ro", "se", "si", "sk", "tr",
)  # fmt: skip
"""The countries of the gallery as Snap writes them: Greece is `el`."""
TARGETING = ("regulated_content", "demographics", "devices")
_KINDS = {
    "min_age": "age", "max_age": "age", "age_groups": "age", "languages": "language", "gender": "gender",
    "advanced_demographics": "audience_platform_defined",
}  # fmt: skip
_BEFORE = {"min_age": "from ", "max_age": "up to "}
_POLARITY: Mapping[str, Polarity] = {"": "include", "INCLUDE": "include", "EXCLUDE": "exclude"}


def asked_countries(country: str | None) -> list[str]:
    """Return what to ask for as Snap writes it; raise `BadInput` for a country that the gallery does not cover."""
    if country in (None, "EU"):
        return list(COUNTRIES)
    asked = _snap(str(country))
    if asked not in COUNTRIES:
        raise BadInput(
            f"{country} is not in the EU nor TR: the gallery holds nothing of it", field="--scope country"
        )
    return [asked]


def metrics(record: Record) -> tuple[Metric, ...]:
    """Return the total and the impressions of each country; 0 is a number that Snap states."""
    found: list[Metric] = []
    if (total := number_in(record, "impressions_total")) is not None:
        found.append(_impressions(total, None))
    by_country = Record(record.line, nested(record, "impressions_map", dict))
    found += [
        _impressions(count, "GR" if country.casefold() == "el" else country.upper())
        for country in by_country.values
        if (count := number_in(by_country, country)) is not None
    ]
    if len({metric.country for metric in found}) < len(found):
        raise BadInput("a country stands here twice", line=record.line, field="impressions_map")
    return tuple(found)


def _impressions(count: float, country: str | None) -> Metric:
    return Metric("impressions", count, count, "impressions", f"{count:.0f}", country)


def _snap(country: str) -> str:
    return "el" if country == "GR" else country.casefold()


def targets(record: Record, targeting: Mapping[str, Any]) -> tuple[Target, ...]:
    """Return the criteria of people and of devices; `operation` says include or exclude, without it included."""
    inner = Record(record.line, targeting)
    people = [target for group in objects_in(inner, "demographics") for target in _people(group)]
    devices = nested(inner, "devices", list)
    return tuple(dict.fromkeys([*people, *(target for device in devices for target in _device(device))]))


def _people(group: Mapping[str, Any]) -> Iterator[Target]:
    polarity = _polarity(group)
    for field, value in group.items():
        if field == "operation":
            continue
        for words in _values(value):
            kind = _KINDS.get(field, "unknown")
            shown = f"{_BEFORE.get(field, '')}{words}" if field in _KINDS else f"{field}: {words}"
            yield criterion(kind, shown, polarity, f"{field}: {words}")


def _device(device: object) -> Iterator[Target]:
    if not isinstance(device, dict):
        yield criterion("device_os", cell_text(device), "include", cell_text(device))
        return
    for field, value in device.items():
        for words in _values(value) if field != "operation" else ():
            yield criterion("device_os", f"{field}: {words}", _polarity(device), f"{field}: {words}")


def _polarity(group: Mapping[str, Any]) -> Polarity:
    return _POLARITY.get(cell_text(group.get("operation")).upper(), "used_unspecified")


def _values(value: object) -> list[str]:
    return [words for one in (value if isinstance(value, list) else [value]) if (words := cell_text(one))]


def rejection(record: Record) -> str | None:
    """Return why an ad was rejected, as published; `None` when no reason is given."""
    return " · ".join(_values(record.values.get("rejection_reasons"))) or None
