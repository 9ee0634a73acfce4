"""Writes ads: an ad once, a snapshot when a value differs from the last in its series, a sighting for each listing."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlmodel import Session, col

from tracker.domain import Ad, Target
from tracker.store import tables
from tracker.store.ids import reserve
from tracker.store.writes import Counts, in_chunks, insert_all, insert_many


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


def write_ads(session: Session, source: str, placed: Sequence[PlacedAd]) -> Counts:
    """Write a batch of ads and return what became of them, each in its series. Every ad has its key."""
    known = _known_ads(session, source, [item.ad.key or "" for item in placed])
    until = max((item.ad.listing.observed_at for item in placed), default=None)
    heads = _last_in_series(session, until, known.values()) if until else {}
    set_names = [set_digest(item.ad.targets) for item in placed]
    sets = _targeting_sets(session, dict(zip(set_names, (item.ad.targets for item in placed), strict=True)))
    new, changed = 0, 0
    ads: list[dict[str, Any]] = []
    snapshots: list[tuple[PlacedAd, int, str, int, int]] = []
    sightings: list[tuple[int, int]] = []
    first_ad = reserve(session, "ad", len(placed)) if placed else 0
    first_snapshot = reserve(session, "ad_snapshot", len(placed)) if placed else 0
    for item, set_name in zip(placed, set_names, strict=True):
        key, digest = item.ad.key or "", digest_of(item.ad)
        if key not in known:
            known[key] = first_ad + len(ads)
            ads.append(_ad_row(item, source, known[key]))
            new += 1
        elif (last := heads.get((known[key], item.ad.listing.series))) is not None:
            changed += last[1] != digest
        ad_id = known[key]
        place = ad_id, item.ad.listing.series
        if place not in heads or heads[place][1] != digest:
            heads[place] = (first_snapshot + len(snapshots), digest)
            snapshots.append((item, ad_id, digest, heads[place][0], sets[set_name]))
        sightings.append((item.listing_id, heads[place][0]))
    insert_all(session, tables.Ad, ads)
    insert_all(session, tables.AdSnapshot, [_snapshot_row(*entry) for entry in snapshots])
    insert_many(
        session,
        tables.AdMetric,
        [row for item, _, _, number, _ in snapshots for row in _metric_rows(item.ad, number)],
    )
    insert_many(session, tables.Sighting, sightings)
    return Counts(new=new, changed=changed, unchanged=len(placed) - new - changed)


def digest_of(ad: Ad) -> str:
    """Return a hash over every published value of an ad, but not over the place of its row."""
    values = {
        **{field: str(getattr(ad, field)) for field in _FIELDS},
        "metrics": sorted(
            (
                metric.name,
                metric.country or "",
                metric.as_published,
                metric.unit,
                *((metric.segment,) if metric.segment else ()),
            )
            for metric in ad.metrics
        ),
        "targets": sorted((target.kind, target.value, target.polarity) for target in ad.targets),
        "extra": dict(ad.extra),
    }
    return hashlib.sha256(json.dumps(values, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


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


def set_digest(targets: Iterable[Target]) -> str:
    """Return the hash that names a combination of criteria, whatever their order."""
    items = sorted({(target.kind, target.value, target.polarity) for target in targets})
    return hashlib.sha256(json.dumps(items, ensure_ascii=False).encode()).hexdigest()


def _item_rows(set_id: int, targets: Iterable[Target]) -> list[tuple[Any, ...]]:
    return [(set_id, *target) for target in targets]


def _ad_row(item: PlacedAd, source: str, ad_id: int) -> dict[str, Any]:
    return {
        "id": ad_id,
        "source": source,
        "key": item.ad.key,
        "match": item.ad.match,
        "account_id": item.account_id,
    }


def _snapshot_row(item: PlacedAd, ad_id: int, digest: str, number: int, set_id: int) -> dict[str, Any]:
    ad = item.ad
    return {
        "id": number,
        "ad_id": ad_id,
        "listing_id": item.listing_id,
        "observed_at": ad.listing.observed_at,
        "digest": digest,
        "line": ad.line,
        "targeting_set_id": set_id,
        "extra": dict(ad.extra),
        **{field: getattr(ad, field) for field in _FIELDS},
    }


def _metric_rows(ad: Ad, number: int) -> list[tuple[Any, ...]]:
    return [
        (
            number, metric.name, metric.country or "", metric.segment or "", metric.lower, metric.upper, metric.unit,
            metric.as_published,
        )
        for metric in ad.metrics
    ]  # fmt: skip
