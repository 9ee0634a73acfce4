"""Reads the nested fields of Google's tables of ads: where a creative was shown how often, and why it was removed."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from tracker.collect.answers import nested, objects_in
from tracker.collect.cells import cell_text, number_in
from tracker.domain import Metric, Record
from tracker.errors import BadInput

FIELDS = {
    "region_code", "first_shown", "last_shown", "times_shown_start_date", "times_shown_end_date",
    "times_shown_lower_bound", "times_shown_upper_bound", "times_shown_availability_date", "surface_serving_stats",
}  # fmt: skip
_OUTSIDE_THE_EEA = {"TR", "GB", "CH"}


def metrics(record: Record, regions: list[dict[str, Any]]) -> Iterator[Metric]:
    """Yield bounds a region; EEA is the total that Google states, unless the ad was shown outside of it as well."""
    codes = [cell_text(region.get("region_code")) for region in regions]
    if len(set(codes)) < len(codes):
        raise BadInput("a region stands here twice", line=record.line, field="region_stats")
    beyond = not _OUTSIDE_THE_EEA.isdisjoint(codes)
    for code, region in zip(codes, regions, strict=True):
        is_country = re.fullmatch(r"[A-Z]{2}", code) is not None
        country = code if is_country else None
        place = None if is_country or (code == "EEA" and not beyond) else f"region {code}"
        yield from _bounds(record, region, country, place)
        for surface in _surfaces(record, region):
            where = f"surface {cell_text(surface.get('surface') or surface.get('surface_code')) or '?'}"
            yield from _bounds(record, surface, country, f"{place} · {where}" if place else where)


def _surfaces(record: Record, region: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the surfaces of a region; the list stands inside an object of the same name, or alone."""
    outer = region.get("surface_serving_stats")
    values = outer if isinstance(outer, dict) else {"surface_serving_stats": outer}
    return objects_in(Record(record.line, values), "surface_serving_stats")


def _bounds(
    record: Record, values: Mapping[str, Any], country: str | None, segment: str | None
) -> Iterator[Metric]:
    inner = Record(record.line, values)
    lower, upper = (number_in(inner, f"times_shown_{end}_bound") for end in ("lower", "upper"))
    if lower is None and upper is None:
        return
    if lower is not None and upper is not None and upper < lower:
        raise BadInput(f"from {lower:.0f} to {upper:.0f} is no range", line=record.line, field="region_stats")
    words = (
        f"{lower:.0f}-{upper:.0f}" if lower is not None and upper is not None else _open_ended(lower, upper)
    )
    yield Metric("impressions", lower, upper, "impressions", words, country, segment)


def _open_ended(lower: float | None, upper: float | None) -> str:
    return f"≤{upper:.0f}" if lower is None else f">{lower:.0f}"


def removal(entry: Mapping[str, Any]) -> str:
    """Return in words why, by whom, and where a creative was removed."""
    where = nested(Record(0, entry), "removal_location", list) if entry.get("removal_location") else []
    machine = entry.get("use_of_automated_means")
    by_machine = None if machine is None else "by automated means" if machine else "not by automated means"
    parts = [
        cell_text(entry.get(field)) for field in ("removal_reason", "violation_category", "decision_type")
    ]
    parts.append(by_machine or "")
    return ", ".join([*filter(None, parts), *(["in " + " ".join(map(str, where))] if where else [])])


def days(region: Mapping[str, Any]) -> dict[str, str]:
    """Return for which days the figures of a region hold, and when they come where Google still withholds them."""
    code = cell_text(region.get("region_code"))
    kept: dict[str, str] = {}
    if held := cell_text(region.get("times_shown_availability_date")):
        kept[f"times_shown_availability_date {code}"] = held
    if begun := cell_text(region.get("times_shown_start_date")):
        kept[f"times_shown_days {code}"] = f"{begun}..{cell_text(region.get('times_shown_end_date'))}"
    return kept
