"""Writes ads: an ad once, a snapshot when a value differs from the last in its series, a sighting for each listing."""

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from operator import attrgetter, itemgetter
from typing import Any

from sqlalchemy import JSON, Date, select
from sqlmodel import Session, col

from tracker.domain import Ad, Target
from tracker.store import tables
from tracker.store.ids import reserve
from tracker.store.writes import (
    Counts,
    in_chunks,
    insert_all,
    insert_many,
    insert_values,
    stored,
    stored_times,
)


@dataclass(frozen=True, slots=True)
class PlacedAd:
    """An ad with the ids of its account and of the listing that showed it."""

    ad: Ad
    account_id: int | None
    listing_id: int


_FIELDS = (
    "advertiser_name", "beneficiary", "payer", "creative_url", "text", "landing_url", "posted_at", "first_shown",
    "last_shown", "status", "removal",
)  # fmt: skip
_HASHED = tuple(field for field in _FIELDS if field != "text")
_hashed, _criterion = attrgetter(*_HASHED), itemgetter(0, 1, 2)
_encoded = json.JSONEncoder(sort_keys=True, ensure_ascii=False).encode


def write_ads(session: Session, source: str, placed: Sequence[PlacedAd]) -> Counts:
    """Write a batch of ads and return what became of them, each in its series. Every ad has its key."""
    known = _known_ads(session, source, [item.ad.key or "" for item in placed])
    until = max((item.ad.listing.observed_at for item in placed), default=None)
    heads = _last_in_series(session, until, known.values()) if until else {}
    digests = [(set_digest(item.ad.targets), digest_of(item.ad)) for item in placed]
    wanted = {name: item.ad.targets for (name, _), item in zip(digests, placed, strict=True)}
    sets = _targeting_sets(session, wanted)
    new, changed = 0, 0
    ads: list[tuple[Any, ...]] = []
    snapshots: list[_Snapshot] = []
    sightings: list[tuple[int, int]] = []
    first_ad = reserve(session, "ad", len(placed)) if placed else 0
    first_snapshot = reserve(session, "ad_snapshot", len(placed)) if placed else 0
    for item, (set_name, digest) in zip(placed, digests, strict=True):
        ad, key = item.ad, item.ad.key or ""
        ad_id = known.get(key)
        if ad_id is None:
            ad_id = known[key] = first_ad + len(ads)
            ads.append((ad_id, source, key, ad.match, item.account_id))
            new += 1
        elif (last := heads.get((ad_id, ad.listing.series))) is not None:
            changed += last[1] != digest
        place = ad_id, ad.listing.series
        if place not in heads or heads[place][1] != digest:
            heads[place] = (first_snapshot + len(snapshots), digest)
            snapshots.append((heads[place][0], ad_id, item, digest, sets[set_name]))
        sightings.append((item.listing_id, heads[place][0]))
    insert_values(session, tables.Ad, ("id", "source", "key", "match", "account_id"), ads)
    _insert_snapshots(session, snapshots)
    insert_many(session, tables.Sighting, sightings)
    return Counts(new=new, changed=changed, unchanged=len(placed) - new - changed)


_Snapshot = tuple[int, int, PlacedAd, str, int]
"""The id of a snapshot, that of the ad, the ad, its digest, and the id of its combination of criteria."""


def digest_of(ad: Ad) -> str:
    """Return a hash over every published value of an ad, but not over the place of its row.

    The words hashed are the JSON of all values by name; they stay what they were for the snapshots in the record.
    """
    values: dict[str, Any] = dict(zip(_HASHED, map(str, _hashed(ad)), strict=True))
    values["metrics"] = sorted(
        (
            metric.name,
            metric.country or "",
            metric.as_published,
            metric.unit,
            *((metric.segment,) if metric.segment else ()),
        )
        for metric in ad.metrics
    )
    values["extra"] = dict(ad.extra)
    words = (
        f'{_encoded(values)[:-1]}, "targets": {_criteria(ad.targets)[1]}, "text": {_encoded(str(ad.text))}}}'
    )
    return hashlib.sha256(words.encode()).hexdigest()


def set_digest(targets: tuple[Target, ...]) -> str:
    """Return the hash that names a combination of criteria, whatever their order."""
    return _criteria(targets)[0]


@lru_cache(1_024)
def _criteria(targets: tuple[Target, ...]) -> tuple[str, str]:
    """Return the hash of a combination of criteria, and the criteria as JSON, in order; many ads share one."""
    ordered = sorted(map(_criterion, targets))
    words = _encoded(ordered)
    distinct = list(dict.fromkeys(ordered))
    named = words if len(distinct) == len(ordered) else _encoded(distinct)
    return hashlib.sha256(named.encode()).hexdigest(), words


def _known_ads(session: Session, source: str, keys: Sequence[str]) -> dict[str, int]:
    ad, found = tables.Ad, {}
    for chunk in in_chunks(list(dict.fromkeys(keys))):
        rows = session.execute(
            select(col(ad.key), col(ad.id)).where(col(ad.source) == source, col(ad.key).in_(chunk))
        )
        found.update({name: number for name, number in rows})  # noqa: C416, a Result has keys()
    return found


def _last_in_series(
    session: Session, until: datetime, ad_ids: Iterable[int]
) -> dict[tuple[int, str], tuple[int, str]]:
    """Return the latest snapshot (id, digest) of each ad in each of its series, not after `until`."""
    snapshot, listing, found = tables.AdSnapshot, tables.Listing, {}
    for chunk in in_chunks(list(ad_ids)):
        rows = session.execute(
            select(col(snapshot.ad_id), col(listing.series), col(snapshot.id), col(snapshot.digest))
            .join(listing, col(listing.id) == col(snapshot.listing_id))
            .where(col(snapshot.ad_id).in_(chunk), col(snapshot.observed_at) <= until)
            .order_by(col(snapshot.observed_at), col(snapshot.id))
        )
        found.update({(ad_id, series): (number, digest) for ad_id, series, number, digest in rows})
    return found


def _targeting_sets(session: Session, wanted: Mapping[str, tuple[Target, ...]]) -> dict[str, int]:
    """Return the id of each combination of criteria by its hash, writing those that are new."""
    table, found = tables.TargetingSet, {}
    for chunk in in_chunks(list(wanted)):
        rows = session.execute(select(col(table.sha256), col(table.id)).where(col(table.sha256).in_(chunk)))
        found.update({name: number for name, number in rows})  # noqa: C416, a Result has keys()
    fresh = [sha256 for sha256 in wanted if sha256 not in found]
    if fresh:
        first = reserve(session, "targeting_set", len(fresh))
        found.update({sha256: first + offset for offset, sha256 in enumerate(fresh)})
        insert_all(session, table, [{"id": found[sha256], "sha256": sha256} for sha256 in fresh])
        insert_many(
            session,
            tables.TargetingItem,
            [row for sha256 in fresh for row in _item_rows(found[sha256], wanted[sha256])],
        )
    return found


def _item_rows(set_id: int, targets: Iterable[Target]) -> list[tuple[Any, ...]]:
    return [(set_id, *target) for target in targets]


def _insert_snapshots(session: Session, snapshots: Sequence[_Snapshot]) -> None:
    at, day, extra = stored_times(session), lru_cache(4_096)(stored(session, Date())), _stored_extra(session)
    columns = (
        "id",
        "ad_id",
        "digest",
        "targeting_set_id",
        "listing_id",
        "observed_at",
        "line",
        "extra",
        *_FIELDS,
    )
    rows = [
        (
            number, ad_id, digest, set_id, item.listing_id, at(item.ad.listing.observed_at), item.ad.line,
            extra(item.ad.extra), item.ad.advertiser_name, item.ad.beneficiary, item.ad.payer, item.ad.creative_url,
            item.ad.text, item.ad.landing_url, at(item.ad.posted_at), day(item.ad.first_shown),
            day(item.ad.last_shown), item.ad.status, item.ad.removal,
        )
        for number, ad_id, item, digest, set_id in snapshots
    ]  # fmt: skip
    insert_values(session, tables.AdSnapshot, columns, rows)
    insert_many(
        session,
        tables.AdMetric,
        [row for number, _, item, _, _ in snapshots for row in _metric_rows(item.ad, number)],
    )


def _stored_extra(session: Session) -> Callable[[Mapping[str, Any]], Any]:
    json_of = stored(session, JSON())
    nothing = json_of({})
    return lambda extra: json_of(dict(extra)) if extra else nothing


def _metric_rows(ad: Ad, number: int) -> list[tuple[Any, ...]]:
    return [
        (
            number, metric.name, metric.country or "", metric.segment or "", metric.lower, metric.upper, metric.unit,
            metric.as_published,
        )
        for metric in ad.metrics
    ]  # fmt: skip
