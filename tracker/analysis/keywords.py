"""The visible first coder: the codebook's keywords, so that anyone can see why an item has a code.

Words of spaced scripts match whole, in any case; `stem*` matches every word that begins so; Arabic words match behind
their prefixed particles and article. Words of scripts that put no spaces between words (Chinese, Japanese, Korean, Thai,
Lao, Burmese, Khmer) match anywhere,
traditional Chinese characters as simplified ones. Where two keywords overlap, the longer one takes the words.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from tracker.analysis.hanzi import simplified
from tracker.domain import Code, Codebook

RULES = 2
"""Grows when the same codebook codes the same text otherwise than before."""
BY_KEYWORDS = "keywords v"
"""How the name of this coder begins; it codes every item, so that an item without a code has none of the words."""
_STANDS_ALONE = 3
_UNSPACED_RANGES = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff"
    "\U00020000-\U0003ffff"
)
_UNSPACED = re.compile(f"[{_UNSPACED_RANGES}]")
_ARABIC = re.compile("[\u0600-\u06ff\u0750-\u077f]")
_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f\u00ad\u0640\u064b-\u0652\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]"
)
_SPACE = re.compile(r"\s+")
_BREAK = re.compile(f"[_{_UNSPACED_RANGES}]")
_ARABIC_PREFIX = "[\u0648\u0641\u0628\u0644\u0643]{0,2}(?:\u0627\u0644)?"
_END, _STEM_END = "end", "stem end"


@dataclass(frozen=True, slots=True)
class Match:
    """A code that the words of an item suggest; `parent` is its top-level code, itself when it is one."""

    code: str
    parent: str
    words: tuple[str, ...]


class KeywordCoder:
    """Codes texts by the keywords of one version of the codebook; `coder` names that version."""

    def __init__(self, codebook: Codebook) -> None:
        self.coder = f"{BY_KEYWORDS}{codebook.version}"
        self.codebook_version = codebook.version
        self._parents = _top_codes(codebook)
        self._codes = _codes_by_word(codebook)
        self._stem_lengths = sorted({len(word) - 1 for word in self._codes if word.endswith("*")})
        unspaced = [word for word in self._codes if _UNSPACED.search(word)]
        arabic = [word for word in self._codes if _ARABIC.search(word) and word not in unspaced]
        spaced = [word for word in self._codes if word not in unspaced and word not in arabic]
        self._spaced = _pattern(spaced, before=r"(?<!\w)", after=r"(?!\w)")
        self._arabic = _pattern(arabic, before=rf"(?<!\w){_ARABIC_PREFIX}", after=r"(?!\w)")
        self._unspaced = _pattern([word.removesuffix("*") for word in unspaced], before="", after="")

    def code(self, text: str | None) -> tuple[Match, ...]:
        """Return every code that a word of the text suggests, ordered by code, with the words as found."""
        if not text:
            return ()
        folded = _fold(text)
        broken = _BREAK.sub("|", folded)
        words = self._spaced.findall(broken)
        if not folded.isascii():
            words += self._arabic.findall(broken) + self._unspaced.findall(folded)
        found: dict[str, dict[str, None]] = defaultdict(dict)
        for word in words:
            for code in self._codes_of(_SPACE.sub(" ", word)):
                found[code][word] = None
        return tuple(
            Match(code=code, parent=self._parents[code], words=tuple(found[code])) for code in sorted(found)
        )

    def code_many(self, texts: Iterable[str | None]) -> list[tuple[Match, ...]]:
        """Return the codes of each text, in the order given."""
        return [self.code(text) for text in texts]

    def _codes_of(self, word: str) -> set[str]:
        codes = set(self._codes.get(word, ()))
        for length in self._stem_lengths:
            codes |= self._codes.get(f"{word[:length]}*", set()) if length <= len(word) else set()
        return codes


def of_terms(terms: Iterable[str]) -> KeywordCoder:
    """Return a coder with one code for the texts that name any of the terms.

    A term of four letters or more also stands for the words that begin with it (Russia: Russian); a shorter one alone.
    """
    words = tuple(term if len(term) <= _STANDS_ALONE or term.endswith("*") else f"{term}*" for term in terms)
    code = Code("terms", "terms", None, "", "", "", (), {"": words})
    return KeywordCoder(Codebook(0, (code,)))


def _fold(text: str) -> str:
    if not text.isascii():
        text = simplified(unicodedata.normalize("NFKC", text))
    return _INVISIBLE.sub("", text).casefold()


def _top_codes(codebook: Codebook) -> dict[str, str]:
    parents = {code.id: code.parent for code in codebook.codes}
    return {code.id: _top(code.id, parents) for code in codebook.codes}


def _top(code: str, parents: Mapping[str, str | None]) -> str:
    seen = {code}
    while (parent := parents.get(code)) is not None and parent not in seen:
        seen.add(parent)
        code = parent
    return code


def _codes_by_word(codebook: Codebook) -> dict[str, set[str]]:
    codes: dict[str, set[str]] = defaultdict(set)
    for code in codebook.codes:
        for words in code.keywords.values():
            for word in words:
                if folded := _SPACE.sub(" ", _fold(word)).strip():
                    codes[folded].add(code.id)
    return dict(codes)


def _pattern(words: Iterable[str], *, before: str, after: str) -> re.Pattern[str]:
    """Compile words into one expression over their shared beginnings, whose only group is the word found."""
    tree: dict[str, Any] = {}
    for word in words:
        branch = tree
        for character in word.removesuffix("*"):
            branch = branch.setdefault(character, {})
        branch[_STEM_END if word.endswith("*") else _END] = {}
    return re.compile(f"{before}({_branches(tree)}){after}" if tree else "(?!)()")


def _branches(tree: Mapping[str, Any]) -> str:
    """Write a tree of characters as an expression that prefers the longer word."""
    options = [
        (r"\s+" if character == " " else re.escape(character)) + _branches(branch)
        for character, branch in sorted(tree.items())
        if len(character) == 1
    ]
    if _STEM_END in tree:
        options.append(r"\w*")
    if _END in tree:
        options.append("")
    return options[0] if len(options) == 1 else f"(?:{'|'.join(options)})"
