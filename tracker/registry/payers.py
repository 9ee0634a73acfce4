"""Which body a payer's name may be: what resolves, and what is only a candidate for a person.

Pure. A name resolves when a document's spelling of a body is the same letters. Everything else, from a legal form left
out to a name spelt in other letters, is a candidate with reasons and counter-reasons: names are not unique, and a payer
may be an agency with many clients.
"""

import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Literal

from anyascii import anyascii

from tracker.registry.lookalikes import mixed_words, skeleton

By = Literal["claim", "alias", "folded", "transliterated", "look_alike", "same_as"]

LEGAL_FORMS: Mapping[str, tuple[str, ...]] = {
    "limited": (
        "co ltd", "company limited", "co limited", "pte ltd", "pty ltd", "pvt ltd", "private limited", "limited", "ltd",
        "llc", "gmbh", "sarl", "s a r l", "srl", "s r l", "sl", "s l", "bv", "b v", "sp z o o", "ooo", "o o o", "ооо",
        "тов", "kft", "oü", "aps", "lda", "ltda", "有限责任公司", "有限公司", "有限責任公司", "有限會社", "유한회사", "ش ذ م م",
    ),
    "shares": (
        "inc", "incorporated", "corp", "corporation", "plc", "ag", "sa", "s a", "sas", "s a s", "spa", "s p a", "nv", "n v",
        "ab", "oy", "a s", "оао", "зао", "пао", "ао", "股份有限公司", "株式会社", "주식회사",
    ),
    "group": ("group", "集团", "集團"),
    "company": ("company", "co", "公司"),
}  # fmt: skip
"""Legal forms by what they say, folded; forms of one kind are the same, those of two kinds speak against a match."""

TRADES: Mapping[str, str] = {
    "市场营销": "marketing", "营销": "marketing", "策划": "planning", "广告": "advertising", "传媒": "media",
    "媒体": "media", "文化": "culture", "传播": "communication", "科技": "technology", "网络": "network",
    "信息": "information", "国际": "international", "贸易": "trading", "咨询": "consulting", "公关": "public relations",
    "marketing": "marketing", "планирование": "planning", "planning": "planning", "advertising": "advertising",
    "ads": "advertising", "реклама": "advertising", "publicité": "advertising", "werbung": "advertising",
    "media": "media", "медиа": "media", "culture": "culture", "cultural": "culture", "communication": "communication",
    "communications": "communication", "technology": "technology", "technologies": "technology", "tech": "technology",
    "network": "network", "information": "information", "international": "international", "trading": "trading",
    "trade": "trading", "consulting": "consulting", "consultancy": "consulting",
}  # fmt: skip
"""Words that name a trade, which many bodies share: they are compared apart from the name proper."""

SHORTEST = 5
"""Letters that a name proper must have beside places and trades before it can make a candidate."""
_FORMS = sorted(
    ((form, kind) for kind, forms in LEGAL_FORMS.items() for form in forms), key=lambda item: -len(item[0])
)
_CJK = re.compile("[\u3400-\u9fff]")


@dataclass(frozen=True, slots=True)
class Body:
    """An organisation with what it is called: its names as documents give them, each with what kind of name it is."""

    id: str
    names: tuple[str, ...]
    same_as: Mapping[str, str] = field(default_factory=dict)
    """Bodies that a live claim says are the same, each with the claim in words."""


@dataclass(frozen=True, slots=True)
class Match:
    """A body that a payer may be: `resolved` by a claim or an exact name, else a candidate for a person."""

    body: str
    by: By
    score: float
    reasons: tuple[str, ...]
    against: tuple[str, ...]

    @property
    def resolved(self) -> bool:
        """Say whether the name stands so in a document; nothing else resolves."""
        return self.by in ("claim", "alias")


@dataclass(frozen=True, slots=True)
class Spelling:
    """A name taken apart: the legal forms, the trades, and the name proper in Latin letters."""

    folded: str
    forms: frozenset[str]
    trades: frozenset[str]
    proper: tuple[str, ...]

    @property
    def joined(self) -> str:
        """Return the name proper without spaces: Chinese has none, and who writes Latin letters puts them anywhere."""
        return "".join(self.proper)


def as_written(name: str) -> str:
    """Return a name without width, case, punctuation and repeated spaces; nothing of it is left out."""
    plain = unicodedata.normalize("NFKC", name).casefold().replace("&", " and ")
    return " ".join(
        "".join(letter if letter.isalnum() or _is_mark(letter) else " " for letter in plain).split()
    )


@lru_cache(65_536)
def spelling(name: str) -> Spelling:
    """Take a name apart."""
    written = as_written(name)
    rest, forms = _without_forms(written)
    words, trades = _without_trades(rest)
    latin = [_latin(word) for word in words]
    return Spelling(rest, forms, trades, tuple(word for word in latin if word))


def matches(
    payer: str, bodies: Iterable[Body], *, paying: Collection[str] = (), places: Collection[str] = ()
) -> list[Match]:
    """Return the bodies that a payer's name may be, those that resolve first, then by score.

    `paying` are the bodies that a live claim says pay for the payer's accounts; `places` are names of places, which
    alone make no candidate.
    """
    by_id = {body.id: body for body in bodies}
    found = {
        one.body: one for body in by_id.values() if (one := _match(payer, body, paying, places)) is not None
    }
    for match in [one for one in found.values() if one.resolved]:
        for other, words in by_id[match.body].same_as.items():
            if other not in found or not found[other].resolved:
                reasons = (*found[other].reasons, words) if other in found else (words,)
                score = found[other].score if other in found else 0.5
                found[other] = Match(
                    other, "same_as", score, reasons, (*_doubts(payer), "the claim may be of low grade")
                )
    return sorted(found.values(), key=lambda one: (not one.resolved, -one.score, one.body))


def _match(payer: str, body: Body, paying: Collection[str], places: Collection[str]) -> Match | None:
    names = dict.fromkeys(name for name in body.names if name)
    exact = next((name for name in names if as_written(name) == as_written(payer)), None)
    if exact is not None:
        if body.id in paying:
            return Match(
                body.id, "claim", 1.0, ("a claim says that the body of this name pays for the account",), ()
            )
        return Match(body.id, "alias", 1.0, (f"the registry gives the name {exact!r}",), ())
    found = [one for name in names if (one := _candidate(payer, name, body.id, places)) is not None]
    best = max(found, key=lambda one: one.score, default=None)
    if best is not None and body.id in paying:
        said = "a claim says that the body pays for the account"
        return Match(best.body, best.by, best.score, (*best.reasons, said), best.against)
    return best


def _candidate(payer: str, name: str, body: str, places: Collection[str]) -> Match | None:
    """Compare a payer with one name of a body, by less and less: letters, Latin letters, what can be mistaken."""
    one, other = spelling(payer), spelling(name)
    if not _tells(one, places) or not _tells(other, places):
        return None
    by: By
    if one.folded == other.folded or sorted(one.folded.split()) == sorted(other.folded.split()):
        by, reason = "folded", f"the same as {name!r} but for legal form, punctuation or order"
    elif one.joined == other.joined or sorted(one.proper) == sorted(other.proper):
        by, reason = "transliterated", f"in Latin letters the same name as {name!r}: {' '.join(one.proper)}"
    elif skeleton(payer) == skeleton(name):
        by, reason = "look_alike", f"can be mistaken for {name!r}"
    else:
        return None
    shared, either = one.trades & other.trades, one.trades | other.trades
    reasons = (reason, *((f"the same trade: {', '.join(sorted(shared))}",) if shared else ()))
    score = {"folded": 0.9, "transliterated": 0.7, "look_alike": 0.5}[by] - 0.2 * (
        1 - len(shared) / len(either) if either else 0
    )
    return Match(body, by, round(score, 2), reasons, _against(one, other, payer))


def _tells(name: Spelling, places: Collection[str]) -> bool:
    """Say whether enough of a name proper is left beside places to make a candidate."""
    rest = name.joined
    for place in sorted((_latin(as_written(place)) for place in places), key=len, reverse=True):
        rest = rest.replace(place, "", 1) if place else rest
    return len(rest) >= SHORTEST


def _against(one: Spelling, other: Spelling, payer: str) -> tuple[str, ...]:
    found = []
    if one.forms and other.forms and one.forms != other.forms:
        found.append(
            f"another legal form: {', '.join(sorted(one.forms))} and {', '.join(sorted(other.forms))}"
        )
    if one.trades != other.trades:
        only = sorted(one.trades ^ other.trades)
        found.append(f"only one of the two names says: {', '.join(only)}")
    return (*found, *_doubts(payer))


def _doubts(payer: str) -> tuple[str, ...]:
    mixed = mixed_words(payer)
    return (
        *((f"letters of two scripts in one word: {', '.join(mixed)}",) if mixed else ()),
        "a match of names only: no register entry was compared",
    )


def _without_forms(written: str) -> tuple[str, frozenset[str]]:
    """Return a name without its legal forms, wherever they stand, and what kinds they were; a name is never left empty."""
    rest, kinds = f" {written} ", set[str]()
    for form, kind in _FORMS:
        wanted = form if _CJK.search(form) else f" {form} "
        if wanted in rest and rest.replace(wanted, " ").strip():
            rest = rest.replace(wanted, " ")
            kinds.add(kind)
    return " ".join(rest.split()), frozenset(kinds)


def _without_trades(rest: str) -> tuple[Sequence[str], frozenset[str]]:
    trades = set[str]()
    for word, trade in TRADES.items():
        if _CJK.search(word) and word in rest:
            rest = rest.replace(word, " ")
            trades.add(trade)
    trades |= {TRADES[word] for word in rest.split() if word in TRADES}
    return [word for word in rest.split() if word not in TRADES], frozenset(trades)


def _latin(word: str) -> str:
    spelt = unicodedata.normalize("NFKD", anyascii(word)).casefold()
    return "".join(letter for letter in spelt if letter.isalnum())


def _is_mark(letter: str) -> bool:
    return unicodedata.category(letter).startswith("M")
