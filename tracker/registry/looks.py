"""Looks at profiles: what a person types of one, and what differs between two.

Pure. A difference needs two looks that both looked: nothing is read into a field that one of them left open.
"""

import re
import unicodedata
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any, NamedTuple

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from tracker.domain import STATE_LABELS, Disclosure, LabelState, Look
from tracker.errors import BadInput
from tracker.registry.decisions import CheckedForm, Person, read_form
from tracker.registry.review import FormErrors, Line, plain_text

MOST_BYTES = 10_000_000
_KINDS = {
    "png": b"\x89PNG\r\n\x1a\n",
    "jpg": b"\xff\xd8\xff",
    "pdf": b"%PDF-",
}
_SEEN = ("label", "bio", "discloses", "handle", "name")


class Difference(NamedTuple):
    """What two looks differ in: the type of change, the field, and both values in words."""

    type: str
    field: str
    before: str | None
    after: str | None


def _moment(value: Any) -> Any:
    """Read a day or a time; a day stands for its first moment, a time without a zone for UTC."""
    if not isinstance(value, str):
        return value
    try:
        found = datetime.fromisoformat(value.strip())
    except ValueError as error:
        raise ValueError("is not a day; expected YYYY-MM-DD, or YYYY-MM-DDTHH:MM in UTC") from error
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)


Moment = Annotated[datetime, BeforeValidator(_moment)]
Bio = Annotated[str, Field(max_length=4000), AfterValidator(plain_text)]


class LookForm(CheckedForm):
    """What somebody saw on a profile, with the day and a screenshot."""

    account: Line
    observed_on: Moment
    by: Person
    label: LabelState | None = None
    label_words: Line | None = None
    bio: Bio | None = None
    discloses: Disclosure | None = None
    discloses_words: Line | None = None
    handle: Line | None = None
    name: Line | None = None

    @model_validator(mode="after")
    def _saw_something(self) -> "LookForm":
        if all(getattr(self, name) is None for name in _SEEN):
            raise ValueError(
                "label|is needed, or the bio, the disclosure, the handle or the name: what was seen?"
            )
        if self.discloses in ("names_operator", "names_another") and not self.discloses_words:
            raise ValueError("discloses_words|is needed: the words in which the profile names somebody")
        if self.label_words and self.label in (None, "none", "unknown"):
            raise ValueError(
                f"label|is {self.label or 'not given'}, but words of a label are; which label is it?"
            )
        return self

    @property
    def look(self) -> Look:
        """What was seen."""
        return Look(
            self.observed_on, self.handle and self.handle.removeprefix("@"), self.name, self.bio, self.label,
            self.label_words, self.discloses, self.discloses_words, self.by,
        )  # fmt: skip


def look_form(raw: Mapping[str, Any], *, now: datetime) -> LookForm:
    """Read a look as typed; raise `FormErrors` with the words for every wrong field. It cannot lie in the future."""
    form = read_form(LookForm, raw)
    if form.observed_on > now:
        raise FormErrors({"observed_on": f"lies after now ({now:%Y-%m-%d %H:%M} UTC)"})
    return form


def screenshot_kind(body: bytes) -> str:
    """Return `png`, `jpg`, `webp` or `pdf`; raise `BadInput` for anything else, however it is called, and for too much."""
    if len(body) > MOST_BYTES:
        raise BadInput(f"is {len(body):,} bytes; expected at most {MOST_BYTES:,}", field="screenshot")
    if body[:4] == b"RIFF" and body[8:12] == b"WEBP":
        return "webp"
    for kind, start in _KINDS.items():
        if body.startswith(start):
            return kind
    raise BadInput("is neither PNG, JPEG, WebP nor PDF by its first bytes", field="screenshot")


def differences(before: Look, after: Look) -> list[Difference]:
    """Return what changed between two looks, in the order of reporting.

    `label_new`: a state label where there was none; `label_gone`: the reverse; `label_changed`: one for another.
    `disclosure_new` and `disclosure_gone` say whether the profile names its operator.
    """
    found = [_label(before, after), _disclosure(before, after)]
    found += [
        Difference("renamed", name, was, now)
        for name in ("handle", "name")
        if (was := getattr(before, name)) is not None
        and (now := getattr(after, name)) is not None
        and _folded(was, name) != _folded(now, name)
    ]
    if before.bio is not None and after.bio is not None and _plain(before.bio) != _plain(after.bio):
        found.append(Difference("bio_edited", "bio", before.bio, after.bio))
    return [one for one in found if one is not None]


def _label(before: Look, after: Look) -> Difference | None:
    was, now = before.label, after.label
    if was is None or now is None or "unknown" in (was, now) or was == now:
        return None
    was_state, is_state = was in STATE_LABELS, now in STATE_LABELS
    kind = "label_changed" if was_state == is_state else "label_new" if is_state else "label_gone"
    return Difference(kind, "label", was, now)


def _disclosure(before: Look, after: Look) -> Difference | None:
    was, now = before.discloses, after.discloses
    if was is None or now is None or (was == "names_operator") == (now == "names_operator"):
        return None
    kind = "disclosure_new" if now == "names_operator" else "disclosure_gone"
    return Difference(kind, "discloses", before.discloses_words or was, after.discloses_words or now)


def _folded(value: str, name: str) -> str:
    """Return a handle without its case, which no platform tells apart, and a name as it is read."""
    return _plain(value).casefold() if name == "handle" else _plain(value)


def _plain(text: str) -> str:
    return re.sub(r"\s+", " ", unicodedata.normalize("NFC", text)).strip()
