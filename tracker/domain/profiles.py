"""What a platform says of an account: names, counters, labels."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tracker.domain.ads import Listing
from tracker.domain.posts import Count
from tracker.domain.registry import AccountRef, Look


@dataclass(frozen=True, slots=True)
class PlatformLabel:
    """A mark on a profile as the platform or a labeler gave it: `issuer` is `platform` or who labels, `value` its words."""

    value: str
    issuer: str = "platform"
    kind: str | None = None


@dataclass(frozen=True, slots=True)
class Profile:
    """A profile as one answer showed it. Its listing shows nothing else.

    `look` is what a look by hand would give: names, bio, and the state label, which is `none` only where the source
    exposes such labels and showed none. `labels` and `verified` are the platform's marks in its own words; `labelled_by`
    are the issuers whose labels this answer would show, so that none of theirs is known to be none. `joined_at` is when
    the account says that it was made.
    """

    listing: Listing
    account: AccountRef
    look: Look
    verified: str | None = None
    labels: tuple[PlatformLabel, ...] = ()
    labelled_by: tuple[str, ...] = ()
    counts: tuple[Count, ...] = ()
    joined_at: datetime | None = None
    location: str | None = None
    website: str | None = None
    links: tuple[str, ...] = ()
    picture: str | None = None
    language: str | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)
    line: int | None = None
