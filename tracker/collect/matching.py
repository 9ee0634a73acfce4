"""Tells which rows of a new export are ads that were seen before, when the rows bear no id."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tracker.domain import COMPARED_FIELDS, Ad


@dataclass(frozen=True, slots=True)
class Candidate:
    """An ad that is already known under a match: its key and its latest values, as `values_of` gives them."""

    key: str
    values: Mapping[str, object]


def values_of(ad: Ad) -> dict[str, object]:
    """Return what is compared between two sights of an ad, field by field."""
    metrics: dict[str, object] = {metric.name: metric.as_published for metric in ad.metrics}
    targets = frozenset((target.kind, target.value, target.polarity) for target in ad.targets)
    return {**{field: getattr(ad, field) for field in COMPARED_FIELDS}, **metrics, "targets": targets}


def differing(first: Mapping[str, object], second: Mapping[str, object]) -> int:
    """Count the fields in which two sights differ; a field that one of them lacks differs."""
    return sum(first.get(field) != second.get(field) for field in first.keys() | second.keys())


def assign_keys(
    ads: Sequence[Ad], known: Mapping[str, Sequence[Candidate]], alone: Mapping[str, str] | None = None
) -> list[Ad]:
    """Return the ads with keys: those of known ads where creative and start date agree, new ones elsewhere.

    `alone` gives the key under a match that one row and one known ad share: there is nothing to compare.

    Where several rows or several known ads share a match, the pairs with the fewest differing fields go first. A row
    that repeats another of the same file in every field is the same ad and gets the same key.
    """
    groups: dict[str, list[Ad]] = defaultdict(list)
    paired: list[Ad] = []
    for ad in ads:
        match = ad.match or ""
        if alone and match in alone:
            paired.append(_with_key(ad, alone[match]))
        else:
            groups[match].append(ad)
    return paired + [
        keyed for match, group in groups.items() for keyed in _assign(match, group, known.get(match, ()))
    ]


def _assign(match: str, ads: Sequence[Ad], candidates: Sequence[Candidate]) -> list[Ad]:
    if len(ads) == 1 and not candidates:
        return [_with_key(ads[0], f"{match}#1")]
    values = [values_of(ad) for ad in ads]
    first_alike = [values.index(value) for value in values]
    rows = sorted(set(first_alike))
    pairs = sorted(
        (differing(values[row], candidate.values), row, column)
        for row in rows
        for column, candidate in enumerate(candidates)
    )
    keys: dict[int, str] = {}
    taken: set[int] = set()
    for _, row, column in pairs:
        if row not in keys and column not in taken:
            keys[row] = candidates[column].key
            taken.add(column)
    fresh = (f"{match}#{number}" for number in range(len(candidates) + 1, len(candidates) + len(ads) + 1))
    for row in rows:
        if row not in keys:
            keys[row] = next(fresh)
    return [_with_key(ad, keys[first_alike[index]]) for index, ad in enumerate(ads)]


def _with_key(ad: Ad, key: str) -> Ad:
    """Return the ad with its key; `_replace` takes four times as long."""
    return Ad(ad[0], key, *ad[2:])
