"""What the rows of a public list turn into."""

from dataclasses import dataclass

from tracker.domain import (
    AccountRef,
    ContactKind,
    Document,
    EvidenceKind,
    FollowerCount,
    Notice,
    Organisation,
    Predicate,
    Quarantined,
    Status,
)


@dataclass(frozen=True, slots=True)
class Named:
    """An account that a row names, and what the list says of it: at most one relation to one body.

    `status` is the one that the account gets when nobody has judged it: `accepted` as attributed by the document,
    `control` or `unassessed`; `kind` is that of the evidence. A row that `repeats` another list adds nothing where that list has spoken already.
    """

    line: int
    ref: AccountRef
    document: Document
    place: str
    says: str
    status: Status
    predicate: Predicate
    object: Organisation
    rival: str | None = None
    kind: EvidenceKind | ContactKind = "documented"
    followers: FollowerCount | None = None
    repeats: bool = False


@dataclass(frozen=True, slots=True)
class Linked:
    """A relation between two bodies that a row states."""

    line: int
    subject: Organisation
    predicate: Predicate
    object: Organisation
    document: Document
    place: str
    says: str


@dataclass(frozen=True, slots=True)
class SetAside:
    """A row that was read and names no account; `why` is the same for rows of the same kind."""

    line: int
    why: str


Item = Named | Linked | SetAside | Quarantined | Notice
