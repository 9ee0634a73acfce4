"""What items are about: codebooks, and how the codings of several coders are settled."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from tracker.domain.vocabulary import CodingState


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
