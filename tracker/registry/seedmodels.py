"""The shape of each seed file: which keys an entry has, what each may hold, and the domain value it becomes.

Every scalar arrives as text. An unknown key is refused, so that a typing mistake never loses a fact.
"""

import re
from datetime import date
from decimal import Decimal
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    field_validator,
    model_validator,
)

from tracker import domain
from tracker.domain import ContactKind, EvidenceKind, Grade, LabelState, Predicate, Status, SubjectType
from tracker.errors import BadInput
from tracker.registry.handles import account_ref, key_of
from tracker.registry.platforms import PLATFORMS
from tracker.registry.provinces import PROVINCES, province_of

OrganisationKind = Literal[
    "party_organ", "state_organ", "media_group", "news_outlet", "icc", "marketing_firm", "company", "unnamed"
]
Level = Literal["central", "province", "city", "county", "district"]

_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_PARTIAL_DATE = re.compile(r"((?:18|19|20)[0-9]{2})(?:-([0-9]{2})(?:-([0-9]{2}))?)?")
_COUNT = re.compile(
    r"(?:(?P<word>nearly|almost|under|below|less than|fewer than|up to|more than|over|above|at least|about|around)\s+)?"
    r"(?P<first>\d[\d,]*(?:\.\d+)?)(?:\s*(?:-|–|to)\s*(?P<second>\d[\d,]*(?:\.\d+)?))?"
    r"\s*(?P<unit>thousand|k|million|m|billion|万|亿)?(?:\s+(?:followers|subscribers|fans))?",
    re.IGNORECASE,
)
_UNITS = {
    "thousand": 1_000, "k": 1_000, "million": 1_000_000, "m": 1_000_000, "billion": 1_000_000_000,
    "万": 10_000, "亿": 100_000_000,
}  # fmt: skip
_BELOW = {"nearly", "almost", "under", "below", "less than", "fewer than", "up to"}
_ABOVE = {"more than", "over", "above", "at least"}


def _slug(text: str) -> str:
    if not _SLUG.fullmatch(text) or len(text) > 80:
        raise ValueError(f"{text!r}; expected lower-case words joined by hyphens, such as 'china-says'")
    return text


def _iso_date(text: object) -> date:
    if not isinstance(text, str) or not re.fullmatch(r"\d{4}-\d\d-\d\d", text):
        raise ValueError(f"{text!r}; expected a date as YYYY-MM-DD, or nothing when none was published")
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise ValueError(f"{text!r} is not a day of the calendar") from error


def _web_address(text: str) -> str:
    if (
        urlsplit(text).scheme not in ("http", "https")
        or not urlsplit(text).hostname
        or re.search(r"\s", text)
    ):
        raise ValueError(f"{text!r}; expected an address that begins with https:// or http://")
    return text


def _platform(text: str) -> str:
    if text not in PLATFORMS:
        raise ValueError(f"{text!r}; expected one of {', '.join(PLATFORMS)}")
    return text


def _province(text: str) -> str:
    if text not in PROVINCES:
        raise ValueError(f"{text!r}; expected the code of a unit at province level, such as 'CN-ZJ'")
    return text


def _founded(text: str) -> str:
    if not (match := _PARTIAL_DATE.fullmatch(text)):
        raise ValueError(
            f"{text!r}; expected YYYY, YYYY-MM or YYYY-MM-DD from 1800 on, as the document gives it"
        )
    _iso_date(f"{match[1]}-{match[2] or '01'}-{match[3] or '01'}")
    return text


Slug = Annotated[str, AfterValidator(_slug)]
IsoDate = Annotated[date, BeforeValidator(_iso_date)]
WebAddress = Annotated[str, AfterValidator(_web_address)]


class Entry(BaseModel):
    """What all entries share: no unknown keys, nothing changed after reading."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


class DocumentEntry(Entry):
    """A publication in `documents.yml`; its id is its key there."""

    publisher: str
    title: str
    date: IsoDate | None = None
    url: WebAddress | None = None
    archived: WebAddress | None = None
    reliability: Literal["A", "B", "C", "D", "E", "F"]
    note: str | None = None

    def value(self, document_id: str) -> domain.Document:
        """Return the document under its id."""
        return domain.Document(
            id=document_id, publisher=self.publisher, title=self.title, published_on=self.date, url=self.url,
            reliability=self.reliability, archived=self.archived, note=self.note,
        )  # fmt: skip


class EvidenceEntry(Entry):
    """One thing that a claim rests on; `sha256` names the bytes of it that the record keeps."""

    document: str
    place: str
    says: Annotated[str, Field(max_length=600)]
    kind: EvidenceKind | ContactKind = "documented"
    credibility: Annotated[int, Field(ge=1, le=6)] = 6
    archived: WebAddress | None = None
    sha256: Annotated[str, Field(pattern="^[0-9a-f]{64}$")] | None = None

    def item(self) -> domain.EvidenceItem:
        """Return the item of evidence."""
        return domain.EvidenceItem(
            self.document, self.place, self.says, self.kind, self.credibility, self.archived, self.sha256
        )


class ClaimEntry(EvidenceEntry):
    """A dated statement; its subject is the entry that it stands under.

    `object` is the id of an organisation, or `brand:ID`, or `account:PLATFORM:KEY`. `evidence` is what it rests on
    besides its own document. A `grade` may be stated and must then be the one that the evidence gives.
    """

    predicate: Predicate
    object: str
    grade: Grade | None = None
    rival: str | None = None
    analyst: str = "seed list"
    valid_from: IsoDate | None = None
    valid_to: IsoDate | None = None
    evidence: tuple[EvidenceEntry, ...] = ()

    @model_validator(mode="after")
    def _can_be_made(self) -> "ClaimEntry":
        try:
            self.value("account", "")
        except BadInput as error:
            raise ValueError(str(error)) from error
        return self

    def object_ref(self) -> tuple[SubjectType, str]:
        """Return the type and the id of what the claim is about."""
        if self.object.startswith("brand:"):
            return "brand", self.object.removeprefix("brand:")
        if self.object.startswith("account:"):
            return "account", self.object.removeprefix("account:")
        return "organisation", self.object

    def value(self, subject_type: SubjectType, subject: str) -> domain.Claim:
        """Return the claim about `subject`; raise `BadInput` when the evidence cannot support it."""
        object_type, object_id = self.object_ref()
        return domain.Claim(
            subject_type=subject_type, subject=subject, predicate=self.predicate, object_type=object_type,
            object=object_id, document=self.document, place=self.place, says=self.says, analyst=self.analyst,
            valid_from=self.valid_from, valid_to=self.valid_to, rival=self.rival, kind=self.kind,
            credibility=self.credibility, archived=self.archived, evidence=self.sha256,
            further=tuple(one.item() for one in self.evidence),
        )  # fmt: skip


class OrganisationEntry(Entry):
    """A body in `organisations.yml`; its id is its key there."""

    name: str
    native_name: str | None = None
    kind: OrganisationKind
    level: Level | None = None
    place: str | None = None
    country: Annotated[str, Field(pattern="^[A-Z]{2}$")] | None = None
    province: Annotated[str, AfterValidator(_province)] | None = None
    founded: Annotated[str, AfterValidator(_founded)] | None = None
    founded_document: str | None = None
    aliases: tuple[str, ...] = ()
    note: str | None = None
    claims: tuple[ClaimEntry, ...] = ()

    @model_validator(mode="after")
    def _agrees_with_itself(self) -> "OrganisationEntry":
        if (self.founded is None) != (self.founded_document is None):
            raise ValueError("founded and founded_document; expected both or neither")
        if self.province and self.country not in (None, "CN"):
            raise ValueError(
                f"province {self.province} and country {self.country}; expected a province of CN only"
            )
        if self.province and (named := province_of(self.place)) not in (None, self.province):
            raise ValueError(f"province {self.province}, but the place {self.place!r} lies in {named}")
        return self

    def value(self, organisation_id: str) -> domain.Organisation:
        """Return the organisation under its id; its province is the one that its place names, if none is given."""
        fields = self.model_dump(exclude={"claims", "province"})
        derived = province_of(self.place) if self.country == "CN" else None
        return domain.Organisation(id=organisation_id, province=self.province or derived, **fields)


class FollowersEntry(Entry):
    """A follower figure in the words of a document."""

    says: str
    document: str
    on: IsoDate | None = None

    @field_validator("says")
    @classmethod
    def _readable(cls, says: str) -> str:
        parse_followers(says, on=None)
        return says


class LabelEntry(Entry):
    """What a document saw of a platform's state-media label."""

    state: LabelState
    document: str
    on: IsoDate | None = None
    words: str | None = None


class AccountEntry(Entry):
    """One account of a brand. An empty `handle` means that no document gives one."""

    platform: Annotated[str, AfterValidator(_platform)]
    handle: str | None = None
    name: str | None = None
    url: WebAddress | None = None
    native_id: Annotated[str, Field(pattern=r"^[\w\-]{1,100}$")] | None = None
    status: Status = "accepted"
    known_as: tuple[str, ...] = ()
    followers: tuple[FollowersEntry, ...] = ()
    labels: tuple[LabelEntry, ...] = ()
    claims: tuple[ClaimEntry, ...] = ()

    @model_validator(mode="after")
    def _handle_is_only_a_handle(self) -> "AccountEntry":
        try:
            account_key(self.platform, self.handle or self.native_id, "none")
        except BadInput as error:
            raise ValueError(f"handle {self.handle or self.native_id!r}: {error.found}") from error
        return self

    def ref(self, brand_id: str) -> domain.AccountRef:
        """Return how the rest of the product names this account."""
        typed = self.handle or self.native_id
        return domain.AccountRef(
            platform=self.platform, key=account_key(self.platform, typed, brand_id),
            handle=self.handle.removeprefix("@") if self.handle else None, name=self.name,
            url=self.url or (account_ref(typed, self.platform).url if typed else None),
            native_id=self.native_id, brand_id=brand_id, known_as=self.known_as,
        )  # fmt: skip

    def value(self, brand_id: str) -> domain.SeedAccount:
        """Return the account with the figures and labels that documents give."""
        ref = self.ref(brand_id)
        return domain.SeedAccount(
            ref=ref,
            status=self.status,
            followers=tuple((parse_followers(one.says, on=one.on), one.document) for one in self.followers),
            labels=tuple(
                domain.LabelSeen(
                    account=ref, state=one.state, on=one.on, document=one.document, words=one.words
                )
                for one in self.labels
            ),
        )


class BrandEntry(Entry):
    """A file in `brands/`: the outward name, its accounts, and who is said to stand behind it."""

    id: Slug
    name: str
    native_name: str | None = None
    place: str | None = None
    note: str | None = None
    accounts: tuple[AccountEntry, ...] = ()
    claims: tuple[ClaimEntry, ...] = ()

    def value(self) -> domain.Brand:
        """Return the brand alone."""
        return domain.Brand(**self.model_dump(exclude={"accounts", "claims"}))


def account_key(platform: str, handle: str | None, brand_id: str) -> str:
    """Return the key of an account: its normalised handle or id, or `~brand-id` when no document gives one."""
    return key_of(platform, handle) if handle else f"~{brand_id}"


def parse_followers(text: str, *, on: date | None) -> domain.FollowerCount:
    """Read a published follower figure as a range; raise `ValueError` for words that are not a figure.

    "nearly 190,000" bounds from above only, "more than 85,000" from below only, "3.9 million" from both sides.
    """
    match = _COUNT.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"{text!r}; expected a figure such as '3.9 million' or 'nearly 190,000'")
    unit = _UNITS[match["unit"].lower()] if match["unit"] else 1
    first, second = (
        int(Decimal(number.replace(",", "")) * unit) if number else None
        for number in (match["first"], match["second"])
    )
    word = (match["word"] or "").lower()
    return domain.FollowerCount(
        lower=None if word in _BELOW else first,
        upper=None if word in _ABOVE else second or first,
        as_published=text,
        on=on,
    )
