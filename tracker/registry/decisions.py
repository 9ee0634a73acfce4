"""What a person types to judge a suspicion, withdraw a claim or object to one: checked as a whole, as in `review`.

Who may move an account from where to where stands here too, as a table.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Annotated, Any, Literal, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from tracker.domain import ContactKind, EvidenceKind, Objection, Status
from tracker.errors import BadInput
from tracker.registry.review import (
    DocumentFields,
    FormErrors,
    Line,
    Words,
    day_of,
    document_errors,
    future,
    in_words,
)

_SIGNED = re.compile(r"(?P<name>.+) <(?P<email>[^<>]+@[^<>]+)>")

Decision = Literal["under_review", "accepted", "rejected", "withdrawn"]

Relation = Literal["operated_by", "part_of", "supervised_by"]

NEXT: Mapping[str, tuple[Decision, ...]] = {
    "suspected": ("under_review",),
    "under_review": ("accepted", "rejected", "withdrawn"),
    "accepted": ("under_review", "withdrawn"),
    "rejected": ("under_review",),
    "withdrawn": ("under_review",),
}
"""Where a person may move an account from each status; `control` and `unassessed` are not a matter of review."""

OPERATES: tuple[Relation, ...] = ("operated_by", "part_of", "supervised_by")
"""The relations on which an account can be accepted as state-linked. A payer has many clients; contact is nothing."""

_NOBODY = ("", "not given", "anonymous", "unknown")


def _somebody(name: str) -> str:
    if same_person(name, "not given") or plain_name(name) in _NOBODY:
        raise ValueError("is needed: the name of the person who answers for this")
    return name


Person = Annotated[Line, AfterValidator(_somebody)]


class CheckedForm(BaseModel):
    """A form that takes no unknown field and strips what was typed."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


class ReviewForm(CheckedForm):
    """One decision on a suspicion. What is accepted becomes a claim: relation, operator, kind and place may be set.

    `seen` is the status that the reviewer saw: when somebody else moved the account meanwhile, nothing is decided.
    """

    suspect: Annotated[int, Field(ge=1, le=2**31 - 1)]
    decision: Decision
    by: Person
    seen: Status | None = None
    reason: Words | None = None
    rival: Words | None = None
    relation: Relation | None = None
    operator: Line | None = None
    kind: EvidenceKind | ContactKind = "documented"
    credibility: Annotated[int, Field(ge=1, le=6)] = 6
    place: Line | None = None
    says: Annotated[Words, Field(max_length=600)] | None = None

    @model_validator(mode="after")
    def _gives_reasons(self) -> "ReviewForm":
        if self.decision in ("rejected", "withdrawn") and not self.reason:
            raise ValueError(f"reason|is needed for {self.decision}")
        if self.decision == "accepted" and not self.rival:
            raise ValueError("rival|is needed: the explanation that would fit as well")
        return self


class WithdrawalForm(CheckedForm):
    """That a claim no longer stands."""

    claim: Annotated[int, Field(ge=1, le=2**31 - 1)]
    by: Person
    reason: Annotated[Words, Field(min_length=3)]


class ObjectionForm(DocumentFields):
    """What somebody who is concerned answers to a claim; a document may come with it."""

    claim: Annotated[int, Field(ge=1, le=2**31 - 1)]
    objector: Person
    words: Annotated[Words, Field(min_length=3)]
    received_on: date
    by: Person

    def value(self) -> Objection:
        """Return the objection."""
        given = self.document_url or self.document_title
        return Objection(
            self.objector, self.words, self.received_on, self.by, self.document if given else None
        )


F = TypeVar("F", bound=BaseModel)


def review_form(raw: Mapping[str, Any]) -> ReviewForm:
    """Read a decision as typed; raise `FormErrors` with the words for every wrong field."""
    return read_form(ReviewForm, raw)


def withdrawal_form(raw: Mapping[str, Any]) -> WithdrawalForm:
    """Read a withdrawal as typed; raise `FormErrors` with the words for every wrong field."""
    return read_form(WithdrawalForm, raw)


def objection_form(raw: Mapping[str, Any], *, today: date) -> ObjectionForm:
    """Read an objection as typed; raise `FormErrors`. Neither it nor its document may lie in the future."""
    typed = _typed(raw)
    dates = {name: day_of(typed.get(name)) for name in ("received_on", "document_date")}
    form = _read(ObjectionForm, typed, document_errors(typed, needed=False) | future(dates, today))
    if late := future({"received_on": form.received_on, "document_date": form.document_date}, today):
        raise FormErrors(late)
    return form


def steps(status: str, decision: Decision) -> tuple[Decision, ...]:
    """Return the statuses that an account passes through to a decision; raise `BadInput` where none leads there.

    Judging a suspicion that nobody has taken up takes it up first; both steps stand in the trail.
    """
    if decision in NEXT.get(status, ()):
        return (decision,)
    if status == "suspected" and decision in NEXT["under_review"]:
        return ("under_review", decision)
    allowed = ", ".join(NEXT.get(status, ())) or "nothing: it is not a matter of review"
    raise BadInput(
        f"an account that is {status} cannot become {decision}; possible: {allowed}", field="decision"
    )


def check_seen(seen: str | None, status: str) -> None:
    """Refuse a decision on a status that is no longer so; raise `BadInput`."""
    if seen is not None and seen != status:
        raise BadInput(
            f"somebody else moved this account from {seen.replace('_', ' ')} to {status.replace('_', ' ')} "
            "while you were reading; read it again",
            field="decision",
        )


def check_second_reader(by: str, proposers: Iterable[str]) -> None:
    """Refuse that somebody accepts an account that they brought in; raise `BadInput`."""
    if any(same_person(by, proposer) for proposer in proposers):
        raise BadInput(f"{by} brought this account in; a second reader accepts it", field="by")


def accepted_relation(form: ReviewForm, suggested: str | None, operator: str | None) -> tuple[Relation, str]:
    """Return on which relation to which body an account is accepted, as the reviewer or else the suspicion says.

    Raise `FormErrors` where neither says that somebody stands behind the account.
    """
    relation = form.relation or suggested
    body = form.operator or operator
    errors = {}
    if relation not in OPERATES:
        said = (
            "nothing is suggested" if relation is None else f"{relation!r} does not say who stands behind it"
        )
        errors["relation"] = f"{said}; expected one of {', '.join(OPERATES)}"
    if not body:
        errors["operator"] = "is needed: the body that is said to stand behind the account"
    for one in OPERATES:
        if one == relation and body:
            return one, body
    raise FormErrors(errors)


def same_person(one: str, other: str) -> bool:
    """Say whether two names are the same to a reader: case, spaces, width and invisible characters do not count.

    Of two who signed in (`Name <e-mail>`) the address decides; of one who did and one who typed a name, the name.
    """
    (name, email), (other_name, other_email) = _name_and_email(one), _name_and_email(other)
    return email == other_email if email and other_email else name == other_name


def person_key(name: str) -> str:
    """Return what tells one person from another: the address of one who signed in, else the name for comparison."""
    plain, email = _name_and_email(name)
    return email or plain


def plain_name(name: str) -> str:
    """Return a name for comparison."""
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())
    shown = "".join(
        letter for letter in folded if unicodedata.category(letter) not in ("Cf", "Cc") or letter.isspace()
    )
    return " ".join(shown.split())


def read_form(form: type[F], raw: Mapping[str, Any]) -> F:
    """Read a form as typed; raise `FormErrors` with the words for every wrong field. Empty fields count as not given."""
    return _read(form, _typed(raw), {})


def _name_and_email(text: str) -> tuple[str, str]:
    signed = _SIGNED.fullmatch(plain_name(text))
    return (signed["name"], signed["email"]) if signed else (plain_name(text), "")


def _typed(raw: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in raw.items() if value is not None and str(value).strip()}


def _read(form: type[F], typed: Mapping[str, Any], errors: dict[str, str]) -> F:
    try:
        read = form.model_validate(dict(typed))
    except ValidationError as error:
        raise FormErrors(errors | dict(in_words(item) for item in error.errors())) from error
    if errors:
        raise FormErrors(errors)
    return read
