"""The shape of the codebook file: its codes, their examples, and the keywords that suggest them."""

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from tracker import domain
from tracker.registry.seedmodels import Entry

SHORTEST_STEM = 3
_CODE_ID = re.compile(r"[a-z0-9_]+(\.[a-z0-9_]+)?")


def _code_id(text: str) -> str:
    if not _CODE_ID.fullmatch(text):
        raise ValueError(f"{text!r}; expected 'top' or 'top.finer' in lower case, such as 'culture.food'")
    return text


def _keyword(text: str) -> str:
    stem = text.removesuffix("*")
    if "*" in stem or not stem.strip() or stem != stem.strip():
        raise ValueError(f"{text!r}; a `*` may stand only at the end of a word, as in 'museum*'")
    if text.endswith("*") and len(stem) < SHORTEST_STEM:
        raise ValueError(f"{text!r}; a stem needs at least {SHORTEST_STEM} letters, or it matches too much")
    return text


Language = Annotated[str, Field(pattern=r"^[a-z]{2,3}(-[A-Za-z]{4})?$")]
CodeId = Annotated[str, AfterValidator(_code_id)]
Keyword = Annotated[str, AfterValidator(_keyword)]


class CodeEntry(Entry):
    """A code of the codebook; its id is its key there. Its parent is the part before the dot unless one is named."""

    name: str
    parent: CodeId | None = None
    definition: str
    includes: str
    excludes: str
    examples: Annotated[tuple[str, ...], Field(min_length=2)]
    keywords: dict[Language, tuple[Keyword, ...]] = Field(default_factory=dict)

    def value(self, code_id: str) -> domain.Code:
        """Return the code under its id."""
        before, dot, _ = code_id.partition(".")
        parent = self.parent or (before if dot else None)
        return domain.Code(id=code_id, **self.model_dump() | {"parent": parent})


class CodebookEntry(Entry):
    """The file `codebook.yml`. `mapping` says what became of codes of the version before this one."""

    version: Annotated[int, Field(ge=1, le=1_000_000)]
    codes: Annotated[dict[CodeId, CodeEntry], Field(min_length=1)]
    mapping: dict[CodeId, CodeId | Literal["to be recoded"]] = Field(default_factory=dict)

    def value(self) -> domain.Codebook:
        """Return the codebook."""
        codes = tuple(code.value(key) for key, code in self.codes.items())
        return domain.Codebook(self.version, codes, self.mapping)
