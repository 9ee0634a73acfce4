"""What was asked and what came: a source's records, an answer's fate, what changed and what an import did."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from tracker.domain.ads import Ad, AdvertiserReport, Listing
from tracker.domain.posts import Post
from tracker.domain.profiles import Profile
from tracker.domain.registry import AccountRef, Document, Organisation
from tracker.domain.vocabulary import Outcome, Predicate, Standing
from tracker.errors import RetryLater

HEARD = "heard"
"""The field under which a record bears the headers that its source hears."""


class Record(NamedTuple):
    """One record of a file or an answer, before any meaning is read into it. `line` counts from 1.

    A named tuple, as `Post` is: millions are made, and a frozen dataclass takes four times as long to make.
    """

    line: int
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Scope:
    """What was asked: the parameters as given, and when the answer was given out (aware UTC)."""

    values: Mapping[str, str]
    observed_at: datetime
    account: AccountRef | None = None


@dataclass(frozen=True, slots=True)
class Release:
    """A published data release that attributes what it holds: accounts on `platforms` that come in bear this claim.

    What came in from elsewhere is not attributed by it: an ad may lead to anybody's site.
    """

    document: Document
    organisation: Organisation
    predicate: Predicate
    place: str
    says: str
    platforms: tuple[str, ...]
    rival: str | None = None


@dataclass(frozen=True, slots=True)
class Quarantined:
    """A record that contradicts what is known of its set: kept and shown, never counted."""

    line: int
    field: str
    reason: str
    raw: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Notice:
    """Something a person should know about the file: an unknown column, a cell that could not be read."""

    message: str


Parsed = Listing | Ad | AdvertiserReport | Post | Profile | Quarantined | Notice


@dataclass(frozen=True, slots=True)
class Answer:
    """What a platform answered to one request: `url` without any secret, the raw `body`, and its headers in lower case.

    `unchanged` says that the platform answered 304: the body is the one that was kept before.
    """

    url: str
    status: int
    headers: Mapping[str, str]
    body: bytes
    unchanged: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """One answer of a query, with how the source reads it.

    `cursor` is where to go on after this page; `None` ends the query. `outcome` is what this answer says of the query
    where it says more than rows: emptiness, throttling, a login wall; `message` is why, in the platform's words.
    `stated_total` is the number of items that the platform says there are. `standing` is what this answer says of the
    account itself, only where the platform says it: that it was deactivated, taken down, is protected, or is there.
    `about_account` says that the answer holds the account alone, and nothing of the list that is counted.
    """

    answer: Answer
    cursor: str | None = None
    outcome: Outcome | None = None
    stated_total: int | None = None
    message: str | None = None
    standing: Standing | None = None
    about_account: bool = False


@dataclass(frozen=True, slots=True)
class Sought:
    """A post that a list should have shown and did not: it is asked for directly before anything is said of it."""

    key: str
    url: str | None


@dataclass(frozen=True, slots=True)
class Found:
    """What a direct question for a post brought: how it stands, and the words in which the platform says so."""

    key: str
    standing: Standing
    answer: Answer
    said: str | None = None


class Unanswered(RetryLater):
    """A request was given up after several tries, or told to wait too long; the last `answer`, if any came, says why."""

    def __init__(self, words: str, answer: Answer | None = None):
        super().__init__(words)
        self.answer = answer


@dataclass(frozen=True, slots=True)
class Change:
    """A typed, dated difference between two snapshots. Snapshot ids read `listing-12`, `ad-345`, `post-678`."""

    at: datetime
    type: str
    account_id: int | None
    subject: str
    field: str | None
    before: str | None
    after: str | None
    snapshot_before: str
    snapshot_after: str


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import did. `read` counts records; the others say what became of them."""

    source: str
    file: str
    outcome: Outcome
    read: int = 0
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    quarantined: int = 0
    changes: int = 0
    warnings: tuple[str, ...] = ()
