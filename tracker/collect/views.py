"""What is compared between two looks: ads as a listing showed them, and what was known of accounts before."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache

from tracker.domain import Change

Criterion = tuple[str, str, str]
Range = tuple[float | None, float | None, str]
"""Lower bound, upper bound (`None` where it is left open) and unit."""


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
    spend: Range | None = None


@dataclass(frozen=True, slots=True)
class Look:
    """One listing with what it showed, by ad id: all ads, or those that are not the same in the other look."""

    listing_id: int
    observed_at: datetime
    covers_from: date | None
    covers_to: date | None
    ads: Mapping[int, AdView]


@dataclass(frozen=True, slots=True)
class KnownBefore:
    """What all earlier listings had shown for an account: payers, criteria, beneficiaries, each with its latest snapshot."""

    payers: Mapping[str, int]
    targets: Mapping[Criterion, int]
    beneficiaries: Mapping[str, int] = field(default_factory=dict)


@lru_cache(4_096)
def folded(name: str) -> str:
    """Return a payer's name as it is compared: capitals, widths of characters and spaces make no other payer."""
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


def in_order(look: Look) -> list[AdView]:
    """Return the ads of a look by their first day, those without one last."""
    return sorted(look.ads.values(), key=lambda view: (view.first_shown or date.max, view.snapshot_id))


def change(
    kind: str,
    look: Look,
    view: AdView,
    *,
    of: tuple[str, str],
    field: str | None = None,
    was: str | None = None,
    now: str | None = None,
) -> Change:
    """Return a change of an ad or of its account, dated by the look; `of` are the snapshots before and after."""
    return Change(look.observed_at, kind, view.account_id, view.subject, field, was, now, *of)
