"""Compares two listings of one series and says, with types and dates, what changed between them.

Pure: it gets what was shown before and after. Only answers with rows are compared; an empty answer makes nothing
vanish, and an ad outside the days asked about was not asked for.
"""

import unicodedata
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from tracker.domain import COMPARED_FIELDS, Change

Criterion = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class AdView:
    """An ad as a listing showed it: its snapshot, its values as text, its criteria, its numbers as published."""

    snapshot_id: int
    account_id: int | None
    subject: str
    values: Mapping[str, str | None]
    targets: frozenset[Criterion] = frozenset()
    metrics: Mapping[str, str] = field(default_factory=dict)
    first_shown: date | None = None
    last_shown: date | None = None


@dataclass(frozen=True, slots=True)
class Look:
    """One listing with what it showed, by ad id."""

    listing_id: int
    observed_at: datetime
    covers_from: date | None
    covers_to: date | None
    ads: Mapping[int, AdView]


@dataclass(frozen=True, slots=True)
class KnownBefore:
    """What all earlier listings had shown for an account: payers and criteria, each with its latest snapshot."""

    payers: Mapping[str, int]
    targets: Mapping[Criterion, int]


def compare(
    before: Look, after: Look, known: Mapping[int | None, KnownBefore], *, known_ads: set[int]
) -> list[Change]:
    """Return the changes from one look to the next: `ad_new`, `ad_changed`, `ad_gone`, `payer_new`, `target_new`.

    `known` holds, by account, what was known before the later look; `known_ads` the ads known then from any series.
    """
    return [
        *_appeared(before, after, known_ads),
        *_changed(before, after),
        *_vanished(before, after),
        *_new_for_accounts(before, after, known),
    ]


def _appeared(before: Look, after: Look, known_ads: set[int]) -> Iterator[Change]:
    for ad_id, view in after.ads.items():
        if ad_id not in before.ads and ad_id not in known_ads:
            yield _change(
                "ad_new",
                after,
                view,
                None,
                None,
                view.values.get("payer"),
                f"listing-{before.listing_id}",
                f"ad-{view.snapshot_id}",
            )


def _changed(before: Look, after: Look) -> Iterator[Change]:
    for ad_id, view in after.ads.items():
        old = before.ads.get(ad_id)
        if old is None or old.snapshot_id == view.snapshot_id:
            continue
        for name, was, now in _differences(old, view):
            yield _change(
                "ad_changed", after, view, name, was, now, f"ad-{old.snapshot_id}", f"ad-{view.snapshot_id}"
            )


def _differences(old: AdView, new: AdView) -> Iterator[tuple[str, str | None, str | None]]:
    for name in COMPARED_FIELDS:
        if old.values.get(name) != new.values.get(name):
            yield name, old.values.get(name), new.values.get(name)
    for name in sorted(old.metrics.keys() | new.metrics.keys()):
        if old.metrics.get(name) != new.metrics.get(name):
            yield name, old.metrics.get(name), new.metrics.get(name)
    if old.targets != new.targets:
        yield "targets", in_words(old.targets - new.targets), in_words(new.targets - old.targets)


def _vanished(before: Look, after: Look) -> Iterator[Change]:
    for ad_id, view in before.ads.items():
        if ad_id not in after.ads and _was_asked(view, after):
            yield _change(
                "ad_gone",
                after,
                view,
                None,
                view.values.get("payer"),
                None,
                f"ad-{view.snapshot_id}",
                f"listing-{after.listing_id}",
            )


def _was_asked(view: AdView, look: Look) -> bool:
    """Say whether the days asked about include a day on which the ad is known to have been shown."""
    first = view.first_shown or view.last_shown
    last = view.last_shown or view.first_shown
    if first is None or last is None:
        return True
    return (look.covers_to is None or first <= look.covers_to) and (
        look.covers_from is None or last >= look.covers_from
    )


def _new_for_accounts(before: Look, after: Look, known: Mapping[int | None, KnownBefore]) -> Iterator[Change]:
    told: set[tuple[int | None, str | Criterion]] = set()
    for view in sorted(after.ads.values(), key=lambda view: (view.first_shown or date.max, view.snapshot_id)):
        earlier = known.get(view.account_id, KnownBefore({}, {}))
        payer = view.values.get("payer")
        name = folded(payer or "")
        if payer and name not in map(folded, earlier.payers) and (view.account_id, name) not in told:
            told.add((view.account_id, name))
            yield _first(
                after,
                view,
                "payer_new",
                "payer",
                in_words_of(earlier.payers),
                payer,
                _latest(earlier.payers.values(), before),
            )
        for criterion in sorted(view.targets - earlier.targets.keys()):
            if (view.account_id, criterion) not in told:
                told.add((view.account_id, criterion))
                of_kind = {item: at for item, at in earlier.targets.items() if item[0] == criterion[0]}
                yield _first(
                    after,
                    view,
                    "target_new",
                    criterion[0],
                    None,
                    in_words([criterion]),
                    _latest((of_kind or earlier.targets).values(), before),
                )


def folded(name: str) -> str:
    """Return a payer's name as it is compared: capitals, widths of characters and spaces make no other payer."""
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


def _first(
    after: Look, view: AdView, kind: str, name: str, was: str | None, now: str | None, before: str
) -> Change:
    return _change(kind, after, view, name, was, now, before, f"ad-{view.snapshot_id}")


def _latest(earlier: Collection[int], before: Look) -> str:
    return f"ad-{max(earlier)}" if earlier else f"listing-{before.listing_id}"


def _change(
    kind: str,
    after: Look,
    view: AdView,
    name: str | None,
    was: str | None,
    now: str | None,
    snapshot_before: str,
    snapshot_after: str,
) -> Change:
    return Change(
        after.observed_at,
        kind,
        view.account_id,
        view.subject,
        name,
        was,
        now,
        snapshot_before,
        snapshot_after,
    )


def in_words(criteria: Iterable[Criterion]) -> str | None:
    """Return criteria as a reader sees them: `keyword Shanghai; not location France`."""
    words = "; ".join(
        f"{'not ' if polarity == 'exclude' else ''}{kind} {value}"
        for kind, value, polarity in sorted(criteria)
    )
    return words or None


def in_words_of(payers: Mapping[str, int]) -> str | None:
    """Return the payers known before, in the order in which they were last seen."""
    return "; ".join(sorted(payers, key=lambda payer: payers[payer])) or None
