"""Writes ads: an ad once, a snapshot when a value differs from the last in its series, a sighting for each listing."""

import hashlib
import json
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from json.encoder import encode_basestring
from operator import itemgetter
from typing import Any, NamedTuple

from sqlalchemy import JSON, Date, select
from sqlmodel import Session, col

from tracker.domain import Ad, Metric, Target
from tracker.store import tables
from tracker.store.ids import reserve
from tracker.store.writes import Counts, among, insert_many, insert_values, stored, stored_times


class PlacedAd(NamedTuple):
    """An ad with the ids of its account and of the listing that showed it."""

    ad: Ad
    account_id: int | None
    listing_id: int


_FIELDS = (
    "advertiser_name", "beneficiary", "payer", "creative_url", "text", "landing_url", "posted_at", "first_shown",
    "last_shown", "status", "removal",
)  # fmt: skip
_encoded = json.JSONEncoder(sort_keys=True, ensure_ascii=False).encode
_NOTHING = _encoded(str(None))
_criterion = itemgetter(0, 1, 2)


def write_ads(session: Session, source: str, placed: Sequence[PlacedAd]) -> Counts:
    """Write a batch of ads and return what became of them, each in its series. Every ad has its key."""
    if not placed:
        return Counts()
    known = _known_ads(session, source, [item.ad.key or "" for item in placed])
    until = max(item.ad.listing.observed_at for item in placed)
    heads = _last_in_series(session, until, known.values())
    digests = [(set_digest(item.ad.targets), digest_of(item.ad)) for item in placed]
    wanted = {name: item.ad.targets for (name, _), item in zip(digests, placed, strict=True)}
    sets = _targeting_sets(session, wanted)
    new, changed = 0, 0
    ads: list[tuple[Any, ...]] = []
    snapshots: list[_Snapshot] = []
    sightings: list[tuple[int, int]] = []
    first_ad = reserve(session, "ad", len(placed))
    first_snapshot = reserve(session, "ad_snapshot", len(placed))
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

    The words hashed are the JSON of all values by name, as `json` writes it with sorted keys; they stay what they were
    for the snapshots in the record. They are put together by hand: an encoder takes four times as long.
    """
    metrics = ", ".join(map(_in_list, sorted(map(_compared, ad.metrics))))
    words = (
        f'{{"advertiser_name": {_word(ad.advertiser_name)}, "beneficiary": {_word(ad.beneficiary)}, '
        f'"creative_url": {_word(ad.creative_url)}, "extra": {_encoded(dict(ad.extra)) if ad.extra else "{}"}, '
        f'"first_shown": "{ad.first_shown}", "landing_url": {_word(ad.landing_url)}, '
        f'"last_shown": "{ad.last_shown}", "metrics": [{metrics}], "payer": {_word(ad.payer)}, '
        f'"posted_at": "{ad.posted_at}", "removal": {_word(ad.removal)}, "status": {_word(ad.status)}, '
        f'"targets": {_criteria(ad.targets)[1]}, "text": {_word(ad.text)}}}'
    )
    return hashlib.sha256(words.encode()).hexdigest()


def set_digest(targets: tuple[Target, ...]) -> str:
    """Return the hash that names a combination of criteria, whatever their order."""
    return _criteria(targets)[0]


@lru_cache(1_024)
def _criteria(targets: tuple[Target, ...]) -> tuple[str, str]:
    """Return the hash of a combination of criteria, and the criteria as JSON, in order; many ads share one."""
    ordered = sorted(map(_criterion, targets))
    words = f"[{', '.join(map(_in_list, ordered))}]"
    distinct = list(dict.fromkeys(ordered))
    named = words if len(distinct) == len(ordered) else _encoded(distinct)
    return hashlib.sha256(named.encode()).hexdigest(), words


def _compared(metric: Metric) -> tuple[str, ...]:
    """Return what tells two sights of a number apart."""
    first = (metric.name, metric.country or "", metric.as_published, metric.unit)
    return (*first, metric.segment) if metric.segment else first


def _word(value: str | None) -> str:
    """Return a text, or that there is none, as JSON."""
    return _NOTHING if value is None else encode_basestring(value)


@lru_cache(16_384)
def _in_list(words: tuple[str, ...]) -> str:
    """Return words as a list in JSON; the same criteria come again and again."""
    return f"[{', '.join(map(encode_basestring, words))}]"


def _known_ads(session: Session, source: str, keys: Iterable[str]) -> dict[str, int]:
    ad = tables.Ad
    rows = session.execute(
        select(col(ad.key), col(ad.id)).where(
            col(ad.source) == source, among(session, col(ad.key), set(keys))
        )
    )
    return {name: number for name, number in rows}  # noqa: C416, a Result has keys()


def _last_in_series(
    session: Session, until: datetime, ad_ids: Collection[int]
) -> dict[tuple[int, str], tuple[int, str]]:
    """Return the latest snapshot (id, digest) of each ad in each of its series, not after `until`."""
    if not ad_ids:
        return {}
    snapshot, listing = tables.AdSnapshot, tables.Listing
    rows = session.execute(
        select(col(snapshot.ad_id), col(listing.series), col(snapshot.id), col(snapshot.digest))
        .join(listing, col(listing.id) == col(snapshot.listing_id))
        .where(among(session, col(snapshot.ad_id), ad_ids), col(snapshot.observed_at) <= until)
        .order_by(col(snapshot.observed_at), col(snapshot.id))
    )
    return {(ad_id, series): (number, digest) for ad_id, series, number, digest in rows}


def _targeting_sets(session: Session, wanted: Mapping[str, tuple[Target, ...]]) -> dict[str, int]:
    """Return the id of each combination of criteria by its hash, writing those that are new."""
    table = tables.TargetingSet
    rows = session.execute(
        select(col(table.sha256), col(table.id)).where(among(session, col(table.sha256), wanted))
    )
    found = {name: number for name, number in rows}  # noqa: C416, a Result has keys()
    fresh = [sha256 for sha256 in wanted if sha256 not in found]
    if fresh:
        first = reserve(session, "targeting_set", len(fresh))
        found.update({sha256: first + offset for offset, sha256 in enumerate(fresh)})
        insert_values(session, table, ("id", "sha256"), [(found[sha256], sha256) for sha256 in fresh])
        items = [row for sha256 in fresh for row in _item_rows(found[sha256], wanted[sha256])]
        insert_many(session, tables.TargetingItem, items)
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
