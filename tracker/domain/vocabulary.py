"""The words of a closed list that the record uses, and the types that hold them."""

from typing import Literal, get_args

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

CodingState = Literal["coded", "none", "unsure", "not_codable"]
"""What a coder says of an item: these codes; that no code fits; that they cannot tell; that there is nothing to code."""

Selection = Literal["random", "training", "manual"]
"""Why an item was coded. Only what chance chose feeds shares; what the margin chose trains a model and nothing else."""
