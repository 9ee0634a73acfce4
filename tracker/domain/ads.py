"""What an ad repository publishes of an ad: its targeting, its numbers, the listing that it stood in."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal, NamedTuple

from tracker.domain.registry import AccountRef
from tracker.domain.vocabulary import Outcome, Polarity


@dataclass(frozen=True, slots=True)
class Listing:
    """What one answer showed for one account at one time: the unit of coverage and of comparison.

    `series` names what is comparable with what: two listings of one series differ by changes, not by what was
    asked. `covers_from` and `covers_to` are the days asked about, both in; `outcome` is what the answer was.
    `complete_since` says that every post of the account since then would have been shown: one that is known and was
    not shown is asked for directly. `None` where the source cannot promise it.
    """

    series: str
    observed_at: datetime
    account: AccountRef | None = None
    section: str | None = None
    country: str | None = None
    covers_from: date | None = None
    covers_to: date | None = None
    outcome: Outcome = "rows"
    complete_since: datetime | None = None


class Target(NamedTuple):
    """One targeting criterion: its kind in our words, its value as published, included or excluded.

    A named tuple, as `Metric` is: an ad has dozens.
    """

    kind: str
    value: str
    polarity: Polarity
    as_published: str


class Metric(NamedTuple):
    """A number as published, as a range; `upper` is `None` when the publisher leaves it open.

    Without `country` and `segment` it is the total that the publisher states. `segment` is a part of the people
    reached: delivery, never targeting. It reads `25-34 female` (age, then gender), `region Ohio`, `location Crimea` (a
    place that is no country), `surface YOUTUBE`, or, for the part that a country has, `share of the total`. `unit` is
    `impressions`, `people`, `clicks`, `ads` or a currency; of every share it is `percent`, whatever the platform prints.
    """

    name: Literal["impressions", "reach", "spend", "clicks", "audience_size", "ads"]
    lower: int | float | None
    upper: int | float | None
    unit: str
    as_published: str
    country: str | None = None
    segment: str | None = None


COMPARED_FIELDS = (
    "payer", "beneficiary", "advertiser_name", "text", "landing_url", "last_shown", "status", "removal",
)  # fmt: skip
"""What is compared between two sights of an ad, beside its numbers and its criteria; in the order of reporting."""

NOTHING_ELSE: Mapping[str, Any] = {}
"""What an ad has beside the fields that are known."""


class Ad(NamedTuple):
    """One ad as one answer showed it. `key` is unique within the source.

    A source whose rows have no id gives `match` instead: rows that agree on it are candidates for one ad. A named
    tuple, as `Post` is: an export may hold a million.
    """

    listing: Listing
    key: str | None
    account: AccountRef | None
    match: str | None = None
    advertiser_name: str | None = None
    beneficiary: str | None = None
    payer: str | None = None
    creative_url: str | None = None
    text: str | None = None
    landing_url: str | None = None
    posted_at: datetime | None = None
    first_shown: date | None = None
    last_shown: date | None = None
    status: str | None = None
    removal: str | None = None
    metrics: tuple[Metric, ...] = ()
    targets: tuple[Target, ...] = ()
    extra: Mapping[str, Any] = NOTHING_ELSE
    line: int | None = None


@dataclass(frozen=True, slots=True)
class AdvertiserReport:
    """What a platform's report says of one advertiser for the days of its listing: no ad, and never counted as one.

    `key` is unique in the listing: an advertiser has a row for each disclaimer.
    """

    listing: Listing
    key: str
    account: AccountRef
    name: str | None
    disclaimer: str | None
    metrics: tuple[Metric, ...]
    line: int | None = None
