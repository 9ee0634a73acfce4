"""The values that pass between the layers: frozen, without a database behind them.

Missing is `None`, never 0. Times are aware UTC; a date is the date as the publisher printed it.
Ids of platforms are text.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal, NamedTuple, get_args

from tracker.errors import BadInput, RetryLater

Status = Literal["suspected", "under_review", "accepted", "rejected", "withdrawn", "control", "unassessed"]
Outcome = Literal[
    "rows",
    "empty_confirmed",
    "empty_unverified",
    "throttled",
    "login_wall",
    "refused",
    "gone",
    "error",
    "not_asked",
]
Polarity = Literal["include", "exclude", "used_unspecified"]
Predicate = Literal[
    "operated_by", "part_of", "supervised_by", "pays_for", "same_as", "relays", "quotes", "criticises"
]
LabelState = Literal[
    "state_affiliated", "state_controlled_media", "government_check", "paid_check", "none", "unknown"
]
Disclosure = Literal["names_operator", "names_another", "names_nobody"]
SubjectType = Literal["account", "brand", "organisation"]
Grade = Literal["low", "moderate", "high"]
EvidenceKind = Literal["documented", "technical", "behavioural", "contextual"]
ContactKind = Literal["mention", "quotation", "audience", "engagement"]
Role = Literal["viewer", "coder", "editor", "admin"]
PostKind = Literal["post", "reply", "repost", "quote", "service"]
Standing = Literal[
    "present", "not_seen", "deleted", "taken_down", "deactivated", "suspended", "protected", "draft", "moved",
    "withheld", "login_wall", "not_found", "unknown",
]  # fmt: skip
"""How an account or a post stands by what the platform said; `not_seen` is that a list left it out, and no more.

`not_found` is an answer that names no cause. Only what the platform says in words or by a documented code is a cause.
"""

STATUSES: tuple[Status, ...] = (
    "suspected", "under_review", "accepted", "rejected", "withdrawn", "control", "unassessed",
)  # fmt: skip

ROLES: tuple[Role, ...] = get_args(Role)
"""What a person may do, each role all that the one before it may: read; bring in suspects and looks; decide; let in."""

LABEL_STATES: tuple[LabelState, ...] = get_args(LabelState)
DISCLOSURES: tuple[Disclosure, ...] = get_args(Disclosure)
STATE_LABELS: tuple[LabelState, ...] = ("state_affiliated", "state_controlled_media", "government_check")
"""The labels by which a platform tells readers that a state stands behind an account; a paid check tells nothing."""

EVIDENCE_KINDS: tuple[EvidenceKind, ...] = get_args(EvidenceKind)
"""Kinds of evidence that can say who stands behind an account."""
CONTACT_KINDS: tuple[ContactKind, ...] = get_args(ContactKind)
"""Kinds of contact with an account, which never say who stands behind it."""
CONTACTS: tuple[Predicate, ...] = ("relays", "quotes", "criticises")
"""The only predicates that contact may support. An audience sought supports none: nobody chose to be sought."""


# -- the registry: who ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Document:
    """A dated publication that says something about an account. `reliability` is the source's, A to F."""

    id: str
    publisher: str
    title: str
    published_on: date | None
    url: str | None
    reliability: str
    archived: str | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Organisation:
    """A body that operates, supervises or pays.

    `province` is the code of a province-level unit of China (`CN-ZJ`); `founded` is a year, month or day as exact as
    `founded_document` gives it.
    """

    id: str
    name: str
    kind: str
    native_name: str | None = None
    level: str | None = None
    place: str | None = None
    country: str | None = None
    province: str | None = None
    founded: str | None = None
    founded_document: str | None = None
    aliases: tuple[str, ...] = ()
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Brand:
    """The outward name, with accounts on several platforms."""

    id: str
    name: str
    native_name: str | None = None
    place: str | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class AccountRef:
    """How a seed, a file or a form names an account.

    `key` is the normalised handle, platform id or domain, unique on its platform; an account whose handle no
    document gives has the key `~brand-id`. `handle` is what a reader would type, or `None`.
    """

    platform: str
    key: str
    handle: str | None = None
    name: str | None = None
    url: str | None = None
    native_id: str | None = None
    brand_id: str | None = None
    known_as: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FollowerCount:
    """A follower figure as a document or a profile gave it: `as_published` keeps its words."""

    lower: int | None
    upper: int | None
    as_published: str
    on: date | None


@dataclass(frozen=True, slots=True)
class EvidenceItem:
    """One thing that a claim rests on: a place in a document, and what it says in the analyst's words.

    `credibility` is that of the statement, 1 (confirmed) to 6 (cannot be judged); how reliable the source is stands
    with the document. `archived` is the address of a copy, `evidence` the SHA-256 of kept bytes.
    """

    document: str
    place: str
    says: str
    kind: EvidenceKind | ContactKind = "documented"
    credibility: int = 6
    archived: str | None = None
    evidence: str | None = None

    def __post_init__(self) -> None:
        """Refuse an unknown kind and a credibility outside 1 to 6."""
        if self.kind not in EVIDENCE_KINDS + CONTACT_KINDS:
            raise BadInput(f"{self.kind!r}; expected one of {', '.join(EVIDENCE_KINDS)}", field="kind")
        if self.credibility not in range(1, 7):
            raise BadInput(f"{self.credibility!r}; expected 1 to 6", field="credibility")


@dataclass(frozen=True, slots=True)
class Claim:
    """A dated statement about who stands behind whom, with the document that makes it and where in it.

    It rests on the item that its own fields describe and on those in `further`. A claim whose evidence is mere
    contact (a mention, a quotation, an audience sought, engagement) cannot be made unless it says no more than that.
    Its grade is not stated but computed: `tracker.registry.claims.grade`.
    """

    subject_type: SubjectType
    subject: str
    predicate: Predicate
    object_type: SubjectType
    object: str
    document: str
    place: str
    says: str
    analyst: str = "seed list"
    valid_from: date | None = None
    valid_to: date | None = None
    rival: str | None = None
    kind: EvidenceKind | ContactKind = "documented"
    credibility: int = 6
    archived: str | None = None
    evidence: str | None = None
    further: tuple[EvidenceItem, ...] = ()

    def __post_init__(self) -> None:
        """Refuse a claim about itself, a turned interval, and evidence that cannot support the predicate."""
        if (self.subject_type, self.subject) == (self.object_type, self.object):
            raise BadInput(f"{self.subject} {self.predicate} itself; expected two", field="object")
        if self.valid_from and self.valid_to and self.valid_to < self.valid_from:
            raise BadInput(f"ends on {self.valid_to}, before it begins", field="valid_to")
        for item in self.items:
            if item.kind == "audience" or (item.kind in CONTACT_KINDS and self.predicate not in CONTACTS):
                raise BadInput(f"{item.kind} can never support {self.predicate}", field="kind")

    @property
    def items(self) -> tuple[EvidenceItem, ...]:
        """Return all that the claim rests on, its own document first."""
        own = EvidenceItem(
            self.document, self.place, self.says, self.kind, self.credibility, self.archived, self.evidence
        )
        return (own, *self.further)


@dataclass(frozen=True, slots=True)
class Objection:
    """What somebody who is concerned answers to a claim: the right of reply. `entered_by` is who wrote it down."""

    objector: str
    words: str
    received_on: date
    entered_by: str
    document: Document | None = None


@dataclass(frozen=True, slots=True)
class LabelSeen:
    """Whether the platform told readers that an account is state media, on one day, as one document saw it."""

    account: AccountRef
    state: LabelState
    on: date | None
    document: str
    words: str | None = None


@dataclass(frozen=True, slots=True)
class Look:
    """What one look at a profile showed; `None` is a thing that nobody looked at, an empty `bio` one that was empty."""

    observed_at: datetime
    handle: str | None = None
    name: str | None = None
    bio: str | None = None
    label: LabelState | None = None
    label_words: str | None = None
    discloses: Disclosure | None = None
    discloses_words: str | None = None
    entered_by: str | None = None


@dataclass(frozen=True, slots=True)
class SeedAccount:
    """One account of the seed list with what its documents say of it."""

    ref: AccountRef
    status: Status
    followers: tuple[tuple[FollowerCount, str], ...] = ()
    labels: tuple[LabelSeen, ...] = ()


@dataclass(frozen=True, slots=True)
class PublishedFigure:
    """A number that a document gives, such as how many centres there are in a province; never our count.

    `level` is empty where the document counts all levels; `on` is the day that the number holds for, if it says so.
    """

    counted: str
    place: str
    level: str
    as_published: str
    lower: int | None
    upper: int | None
    on: date | None
    document: str
    where: str
    says: str


@dataclass(frozen=True, slots=True)
class Seeds:
    """The whole seed list, checked: every reference resolves, every claim has a document."""

    documents: tuple[Document, ...]
    organisations: tuple[Organisation, ...]
    brands: tuple[Brand, ...]
    accounts: tuple[SeedAccount, ...]
    claims: tuple[Claim, ...]
    figures: tuple[PublishedFigure, ...] = ()


@dataclass(frozen=True, slots=True)
class Code:
    """One code of the codebook: what belongs, what does not, and the visible words that suggest it.

    `keywords` maps a language (`en`, `zh`, `ru`, …) to words or phrases; a word that ends in `*` is a stem.
    """

    id: str
    name: str
    parent: str | None
    definition: str
    includes: str
    excludes: str
    examples: tuple[str, ...]
    keywords: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Codebook:
    """A version of the codes; codings name the version that they were made under.

    `mapping` says which code of this version a code of the version before became, or that its items are `to be recoded`.
    """

    version: int
    codes: tuple[Code, ...]
    mapping: Mapping[str, str] = field(default_factory=dict)


CodingState = Literal["coded", "none", "unsure", "not_codable"]
"""What a coder says of an item: these codes; that no code fits; that they cannot tell; that there is nothing to code."""

Selection = Literal["random", "training", "manual"]
"""Why an item was coded. Only what chance chose feeds shares; what the margin chose trains a model and nothing else."""


@dataclass(frozen=True, slots=True)
class Voice:
    """What one coder says of an item by their latest coding; `first` is the id of their first one."""

    coding_id: int
    coder: str
    first: int
    state: CodingState
    codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Ruling:
    """What a third person settled between codings."""

    state: CodingState
    codes: tuple[str, ...]
    settles: frozenset[int]


@dataclass(frozen=True, slots=True)
class Settled:
    """What an item counts as, how that came about, and what it counted as before somebody adjudicated."""

    how: Literal["alone", "agreed", "adjudicated", "open"]
    state: CodingState
    codes: tuple[str, ...]
    before: tuple[str, ...]
    coders: int


# -- what a source's `parse` yields -----------------------------------------------------------------------------


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


class Media(NamedTuple):
    """A picture, film or sound of a post: its kind as the platform names it, its address, and the words for the blind."""

    kind: str
    url: str | None
    words: str | None = None


class Count(NamedTuple):
    """A counter of a post or profile, such as `likes`: `value` is `None` where the platform hides or withholds it.

    `as_published` are its words where they are rounded, such as `4.2K`; then `value` is what they stand for.
    """

    name: str
    value: int | None
    as_published: str | None = None


@dataclass(frozen=True, slots=True)
class PostDetails:
    """What a post says of itself beside its text. `author` is the key of who wrote it, where that is not the account.

    `reply_to`, `root`, `repost_of` and `quote_of` are keys or addresses of other posts. `version` is what the platform
    changes with the content (a CID, an etag, a time of editing). Numbers in `counts` are no content: when they alone
    differ, the post was not edited. `language` is what the platform or the author says, a BCP 47 tag.
    """

    kind: PostKind = "post"
    title: str | None = None
    language: str | None = None
    edited_at: datetime | None = None
    author: str | None = None
    reply_to: str | None = None
    root: str | None = None
    repost_of: str | None = None
    quote_of: str | None = None
    links: tuple[str, ...] = ()
    hashtags: tuple[str, ...] = ()
    mentions: tuple[str, ...] = ()
    media: tuple[Media, ...] = ()
    labels: tuple[str, ...] = ()
    withheld_in: tuple[str, ...] = ()
    version: str | None = None
    counts: tuple[Count, ...] = ()
    extra: Mapping[str, Any] = field(default_factory=dict)


class Post(NamedTuple):
    """One post, article or headline as one answer showed it; `key` is unique for its account and source."""

    listing: Listing
    key: str
    account: AccountRef | None
    text: str
    published_at: datetime | None = None
    published_as_printed: str | None = None
    section: str | None = None
    url: str | None = None
    line: int | None = None
    details: PostDetails | None = None


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


# -- what a source's `fetch` yields -----------------------------------------------------------------------------


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


# -- what a change and a finding are -----------------------------------------------------------------------------


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
