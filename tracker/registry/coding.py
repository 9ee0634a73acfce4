"""What a coder, and whoever draws a sample or adjudicates, may send: checked as a whole, as in `review`."""

import re
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, field_validator, model_validator

from tracker.domain import Codebook, CodingState
from tracker.errors import BadInput
from tracker.registry.codebooks import tops
from tracker.registry.decisions import CheckedForm, Person, person_key, read_form
from tracker.registry.review import plain_text

MOST_CODERS = 20
MOST_ITEMS = 100_000

ItemType = Literal["ad", "post"]
Id = Annotated[int, Field(ge=1, le=2**62)]
Note = Annotated[str, Field(max_length=2000), AfterValidator(plain_text)]
Codes = Annotated[tuple[str, ...], Field(max_length=20)]


class CodingForm(CheckedForm):
    """One item coded by one person. `seen` is how often they had coded it when the screen was drawn."""

    item_type: ItemType
    item_id: Id
    by: Person
    state: CodingState
    codes: Codes = ()
    version: Annotated[int, Field(ge=1)]
    sample: Id | None = None
    seen: Annotated[int, Field(ge=0)] = 0
    note: Note | None = None

    @model_validator(mode="after")
    def _holds_together(self) -> "CodingForm":
        _check_state(self.state, self.codes)
        return self


class RulingForm(CheckedForm):
    """What a third person settles; `settles` are the codings that they saw."""

    item_type: ItemType
    item_id: Id
    by: Person
    state: Literal["coded", "none", "not_codable"]
    codes: Codes = ()
    version: Annotated[int, Field(ge=1)]
    settles: Annotated[tuple[Id, ...], Field(min_length=1)]
    reason: Note | None = None

    @model_validator(mode="after")
    def _holds_together(self) -> "RulingForm":
        _check_state(self.state, self.codes)
        return self


class SampleForm(CheckedForm):
    """Which items are to be coded, by whom, and how many of them by two people."""

    items: Literal["ads", "posts"]
    account: str | None = None
    since: date | None = None
    until: date | None = None
    size: Annotated[int, Field(ge=1, le=MOST_ITEMS)] | Literal["all"] = 100
    seed: Annotated[int, Field(ge=0, le=2**31 - 1)] | None = None
    overlap: Annotated[float, Field(ge=0, le=1)] = 0.2
    blind: bool = True
    coders: Annotated[tuple[Person, ...], Field(min_length=1, max_length=MOST_CODERS)]
    by: Person

    @field_validator("coders", mode="before")
    @classmethod
    def _one_a_line(cls, given: Any) -> Any:
        return re.split(r"[;\n]", given) if isinstance(given, str) else given

    @field_validator("coders")
    @classmethod
    def _each_once(cls, given: tuple[str, ...]) -> tuple[str, ...]:
        return tuple({person_key(coder): coder for coder in reversed(given)}.values())[::-1]

    @model_validator(mode="after")
    def _holds_together(self) -> "SampleForm":
        if self.since and self.until and self.until < self.since:
            raise ValueError(f"until|is before since, {self.since}")
        if self.overlap and len(self.coders) < 2 and "overlap" in self.model_fields_set:
            raise ValueError("overlap|needs a second coder; give two, or an overlap of 0")
        return self

    @property
    def item_type(self) -> ItemType:
        """The type of item, as codings name it."""
        return "ad" if self.items == "ads" else "post"


def coding_form(raw: Mapping[str, Any]) -> CodingForm:
    """Read a coding; raise `FormErrors` with the words for every wrong field."""
    return read_form(CodingForm, raw)


def ruling_form(raw: Mapping[str, Any]) -> RulingForm:
    """Read an adjudication; raise `FormErrors` with the words for every wrong field."""
    return read_form(RulingForm, raw)


def sample_form(raw: Mapping[str, Any]) -> SampleForm:
    """Read how a sample is to be drawn; raise `FormErrors` with the words for every wrong field."""
    return read_form(SampleForm, raw)


def checked_codes(book: Codebook, version: int, codes: Iterable[str]) -> tuple[str, ...]:
    """Return codes in the order of the codebook, a code above another chosen one left out; raise `BadInput` for a code
    that is none, or for a version that is no longer in force.
    """
    if version != book.version:
        raise BadInput(
            f"the codebook is at version {book.version} now, and you read version {version}; "
            "look at the codes again",
            field="version",
        )
    wanted = set(codes)
    if unknown := sorted(wanted - {code.id for code in book.codes}):
        raise BadInput(f"{', '.join(unknown)}: no code of version {book.version}", field="codes")
    above = {parent for code in wanted for parent in _above(book, code)}
    return tuple(code.id for code in book.codes if code.id in wanted - above)


def top_codes(book: Codebook, codes: Iterable[str]) -> tuple[str, ...]:
    """Return the top-level codes of codes, each once."""
    known = tops(book)
    return tuple(dict.fromkeys(known[code] for code in codes))


def _above(book: Codebook, code: str) -> list[str]:
    parents = {one.id: one.parent for one in book.codes}
    found: list[str] = []
    while (parent := parents[code]) is not None:
        found.append(parent)
        code = parent
    return found


def _check_state(state: CodingState, codes: tuple[str, ...]) -> None:
    if state == "coded" and not codes:
        raise ValueError("codes|choose at least one code, or say that none fits")
    if state in ("none", "not_codable") and codes:
        raise ValueError(f"codes|an item that is {state.replace('_', ' ')} has no code; take them away")
