"""The form with which a person brings in a suspect, checked as a whole: every wrong field is named at once.

A suspicion is not a claim. Quoting, criticising or being targeted can never suggest an operator.
"""

import hashlib
import re
import unicodedata
from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from tracker.domain import AccountRef, Document, Predicate
from tracker.errors import BadInput
from tracker.registry.handles import account_ref, host_of

Relation = Literal[
    "operated_by", "part_of", "supervised_by", "pays_for", "same_as", "relays", "quotes", "criticises", "is_targeted"
]  # fmt: skip

RELATIONS: Mapping[Relation, str] = {
    "operated_by": "is operated by",
    "part_of": "is part of",
    "supervised_by": "is supervised by",
    "pays_for": "is paid for by",
    "same_as": "is the same as",
    "relays": "relays",
    "quotes": "quotes",
    "criticises": "criticises",
    "is_targeted": "is targeted by",
}
"""The relations that the form offers, in words. `is_targeted` is an audience sought and no claim at all."""

_NO_OPERATOR = ("relays", "quotes", "criticises", "is_targeted")
_FIRST_FIELD = "address_or_handle"


class FormErrors(BadInput):
    """A form that cannot be taken; `fields` has the words for each wrong field."""

    def __init__(self, fields: Mapping[str, str]):
        super().__init__("; ".join(f"{name}: {words}" for name, words in fields.items()))
        self.fields = dict(fields)


def plain_text(text: str) -> str:
    """Refuse what cannot be stored or what hides text; line breaks and tabs may stay."""
    for letter in text:
        if unicodedata.category(letter) in ("Cc", "Cs", "Co", "Cn") and letter not in "\n\r\t":
            raise ValueError(f"holds a character that cannot be kept (U+{ord(letter):04X})")
        if letter in "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069":
            raise ValueError(f"holds a character that changes how text reads ({unicodedata.name(letter)})")
    return text


def _document_address(text: str) -> str:
    """Take http and https addresses of public sites only."""
    if not re.fullmatch(r"https?://[^\s\\]+", text):
        raise ValueError("expected an address that begins with https:// or http://")
    try:
        _publisher_of(text)
    except BadInput as error:
        raise ValueError(error.found) from error
    return text


def _publisher_of(address: str) -> str:
    """Return the site that an address is on; its path may be longer than that of an account."""
    return host_of("/".join(address.split("/")[:3]))


Line = Annotated[str, Field(max_length=300), AfterValidator(plain_text)]
Words = Annotated[str, Field(max_length=4000), AfterValidator(plain_text)]


class DocumentFields(BaseModel):
    """How a form names a document: an address, or a title with its publisher."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)

    document_url: Annotated[str, Field(max_length=2000), AfterValidator(_document_address)] | None = None
    document_title: Line | None = None
    document_publisher: Line | None = None
    document_date: date | None = None

    @property
    def document(self) -> Document:
        """The document given; the same one has the same id, and its reliability is not judged (F)."""
        facts = (self.document_url, self.document_title, self.document_publisher, self.document_date)
        named = "|".join(str(fact or "") for fact in facts)
        return Document(
            id=f"form-{hashlib.sha256(named.encode()).hexdigest()[:16]}",
            publisher=self.document_publisher or _publisher_of(self.document_url or ""),
            title=self.document_title or "untitled",
            published_on=self.document_date,
            url=self.document_url,
            reliability="F",
        )


class SuspectForm(DocumentFields):
    """What the form holds."""

    address_or_handle: str
    platform: Line | None = None
    reason: Annotated[str, Field(min_length=10, max_length=4000), AfterValidator(plain_text)]
    relation: Relation | None = None
    operator: Line | None = None
    rival: Words | None = None
    submitted_by: Line = "not given"

    @model_validator(mode="after")
    def _hold_together(self) -> "SuspectForm":
        if self.operator and self.relation in _NO_OPERATOR:
            raise ValueError(
                f"operator|an account that {RELATIONS[self.relation]} somebody is not operated by them; leave it empty"
            )
        return self

    @property
    def ref(self) -> AccountRef:
        """The account that is meant."""
        return account_ref(self.address_or_handle, self.platform, field=_FIRST_FIELD)

    @property
    def predicate(self) -> Predicate | None:
        """The predicate that the person suggests; being targeted suggests none."""
        return None if self.relation == "is_targeted" else self.relation


def validate(raw: Mapping[str, str], *, today: date | None = None) -> SuspectForm:
    """Read the form as typed; raise `FormErrors` with the words for every wrong field. Empty fields count as not given.

    With `today`, a document from the future is refused.
    """
    typed = {name: value for name, value in raw.items() if value is not None and str(value).strip()}
    errors = _account_errors(typed) | document_errors(typed)
    try:
        form = SuspectForm.model_validate(typed)
        errors |= future({"document_date": form.document_date}, today)
    except ValidationError as error:
        errors |= future({"document_date": day_of(typed.get("document_date"))}, today)
        errors |= dict(in_words(item) for item in error.errors())
    if errors:
        raise FormErrors(errors)
    return form


def _account_errors(typed: Mapping[str, Any]) -> dict[str, str]:
    """Return what is wrong with the account, under its own field or that of the platform."""
    if _FIRST_FIELD not in typed:
        return {}
    try:
        account_ref(str(typed[_FIRST_FIELD]), typed.get("platform"), field=_FIRST_FIELD)
    except BadInput as error:
        return {error.field or _FIRST_FIELD: error.found}
    return {}


def document_errors(typed: Mapping[str, Any], *, needed: bool = True) -> dict[str, str]:
    """Return what the document lacks, by field: what is given must be a document that others can find."""
    errors = {}
    if needed and "document_url" not in typed and "document_title" not in typed:
        errors["document_url"] = "a document is needed: its address, or its title and publisher"
    if "document_title" in typed and not {"document_url", "document_publisher"} & set(typed):
        errors["document_publisher"] = "is needed for a document without an address"
    return errors


def day_of(typed: Any) -> date | None:
    """Return the day that was typed, or `None` where it is none."""
    try:
        return date.fromisoformat(str(typed).strip())
    except ValueError:
        return None


def future(dates: Mapping[str, date | None], today: date | None) -> dict[str, str]:
    """Return the words for each date that lies after today."""
    return {
        name: f"lies after today ({today.isoformat()})"
        for name, day in dates.items()
        if today and day and day > today
    }


def in_words(item: Any) -> tuple[str, str]:
    """Return the field and what is wrong with it, in words for the person who typed."""
    field = str(item["loc"][0]) if item["loc"] else "form"
    limits = item.get("ctx", {})
    words = {
        "missing": "is needed",
        "extra_forbidden": "is not a field of this form",
        "string_too_long": f"is longer than {limits.get('max_length')} characters",
        "string_too_short": f"is too short; expected at least {limits.get('min_length')} characters",
        "literal_error": f"expected one of {str(limits.get('expected', '')).replace(chr(39), '')}",
        "string_type": "expected text",
        "int_parsing": "is not a whole number",
        "greater_than_equal": f"expected {limits.get('ge')} or more",
        "less_than_equal": f"expected {limits.get('le')} or less",
    }.get(item["type"])
    if words is None and item["type"].startswith("date"):
        words = "is not a date; expected YYYY-MM-DD"
    if words is None:
        own_field, bar, rest = str(limits.get("error", item["msg"])).partition("|")
        field, words = (own_field, rest) if bar else (field, own_field)
    return field, words
