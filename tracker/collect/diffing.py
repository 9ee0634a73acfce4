"""Compares two listings of one series and says, with types and dates, what changed between them.

Pure: it gets what was shown before and after. Only answers with rows are compared; an empty answer makes nothing
vanish, and an ad outside the days asked about was not asked for.
"""

from collections.abc import Iterator, Mapping
from datetime import date, datetime

from tracker.collect import firsts
from tracker.collect.views import AdView, KnownBefore, Look, change
from tracker.domain import COMPARED_FIELDS, Change

__all__ = ["AdView", "KnownBefore", "Look", "compare"]


def compare(
    before: Look,
    after: Look,
    known: Mapping[int | None, KnownBefore],
    *,
    known_ads: set[int],
    listed_once: Mapping[int, AdView] | None = None,
) -> list[Change]:
    """Return the changes from one look to the next.

    `ad_new`, `ad_returned`; `ad_changed`, `spend_risen`; `ad_gone`, `ad_expired`; `payer_new`, `beneficiary_new`,
    `country_new`, `target_new`, `targeting_widened`. `known` holds, by account, what was known before the later look;
    `known_ads` the ads known then from any series; `listed_once` those that this series had listed before the look
    `before`, as it listed them last.
    """
    return [
        *_appeared(before, after, known_ads, listed_once or {}),
        *_changed(before, after),
        *_vanished(before, after),
        *firsts.of_accounts(after, known, f"listing-{before.listing_id}"),
    ]


def _appeared(
    before: Look, after: Look, known_ads: set[int], listed_once: Mapping[int, AdView]
) -> Iterator[Change]:
    for ad_id, view in after.ads.items():
        if ad_id in before.ads:
            continue
        of = (f"listing-{before.listing_id}", f"ad-{view.snapshot_id}")
        if ad_id not in known_ads and ad_id not in listed_once:
            yield change("ad_new", after, view, of=of, now=view.values.get("payer"))
        elif ad_id in listed_once and _was_asked(listed_once[ad_id], before):
            yield change("ad_returned", after, view, of=of, now=view.values.get("payer"))


def _changed(before: Look, after: Look) -> Iterator[Change]:
    for ad_id, view in after.ads.items():
        old = before.ads.get(ad_id)
        if old is None or old.snapshot_id == view.snapshot_id:
            continue
        of = (f"ad-{old.snapshot_id}", f"ad-{view.snapshot_id}")
        for name, was, now in _differences(old, view):
            yield change("ad_changed", after, view, of=of, field=name, was=was, now=now)
        if _risen(old, view):
            was, now = old.metrics.get("spend"), view.metrics.get("spend")
            yield change("spend_risen", after, view, of=of, field="spend", was=was, now=now)


def _differences(old: AdView, new: AdView) -> Iterator[tuple[str, str | None, str | None]]:
    for name in COMPARED_FIELDS:
        if old.values.get(name) != new.values.get(name):
            yield name, old.values.get(name), new.values.get(name)
    for name in sorted(old.metrics.keys() | new.metrics.keys()):
        if old.metrics.get(name) != new.metrics.get(name):
            yield name, old.metrics.get(name), new.metrics.get(name)
    if old.targets != new.targets:
        yield (
            "targets",
            firsts.in_words(old.targets - new.targets),
            firsts.in_words(new.targets - old.targets),
        )


def _risen(old: AdView, new: AdView) -> bool:
    """Say whether the spend, published as a band, lies wholly above the band before: in the same unit, from bound to bound."""
    if old.spend is None or new.spend is None or old.spend[2] != new.spend[2]:
        return False
    lower, upper = new.spend[0], old.spend[1]
    exact = old.spend[0] == old.spend[1] and new.spend[0] == new.spend[1]
    return lower is not None and upper is not None and not exact and lower > upper


def _vanished(before: Look, after: Look) -> Iterator[Change]:
    for ad_id, view in before.ads.items():
        if ad_id in after.ads or not _was_asked(view, after):
            continue
        kind = "ad_expired" if _is_over(view, after.observed_at) else "ad_gone"
        of = (f"ad-{view.snapshot_id}", f"listing-{after.listing_id}")
        yield change(kind, after, view, of=of, was=view.values.get("payer"))


def _is_over(view: AdView, observed_at: datetime) -> bool:
    """Say whether the year that a repository must keep an ad after its last display (DSA, Art. 39(1)) is over."""
    if view.last_shown is None:
        return False
    last = view.last_shown
    until = (
        date(last.year + 1, 2, 28) if (last.month, last.day) == (2, 29) else last.replace(year=last.year + 1)
    )
    return until < observed_at.date()


def _was_asked(view: AdView, look: Look) -> bool:
    """Say whether the days asked about include a day on which the ad is known to have been shown."""
    first = view.first_shown or view.last_shown
    last = view.last_shown or view.first_shown
    if first is None or last is None:
        return True
    return (look.covers_to is None or first <= look.covers_to) and (
        look.covers_from is None or last >= look.covers_from
    )
