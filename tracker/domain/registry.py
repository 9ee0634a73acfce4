"""Who: accounts, organisations, brands, and the claims that documents make about them."""

from dataclasses import dataclass
from datetime import date, datetime

from tracker.domain.vocabulary import (
    CONTACT_KINDS,
    CONTACTS,
    EVIDENCE_KINDS,
    ContactKind,
    Disclosure,
    EvidenceKind,
    LabelState,
    Predicate,
    Status,
    SubjectType,
)
from tracker.errors import BadInput


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
