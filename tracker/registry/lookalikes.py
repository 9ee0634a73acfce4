"""Names that can be mistaken for each other, after the Unicode security mechanisms (UTS 39)."""

import re
import unicodedata
from functools import cache

from confusable_homoglyphs import categories, confusables

_ALIKE = ("LATIN", "CYRILLIC", "GREEK")
_LATIN_LIKE = {
    "LATIN": "",
    "CYRILLIC": "ABCEHKMOPTXYIJSaceopxyijs",
    "GREEK": "ABEHIKMNOPTXYZovikpuyx",
}
"""Latin letters, by a script with letters of today that look the same."""
_WORD = re.compile(r"[^\W\d_]+")
_CJK = ({"LATIN", "HAN", "HIRAGANA", "KATAKANA"}, {"LATIN", "HAN", "HANGUL"}, {"LATIN", "HAN", "BOPOMOFO"})


def skeleton(text: str) -> str:
    """Fold what looks alike into one text: scripts, digits, marks, case and separators (after Unicode UTS 39).

    Two names with the same skeleton can be mistaken for each other; nothing more is said by it.
    """
    shown = unicodedata.normalize("NFKD", _unicode_host(text)).translate(_homoglyphs())
    folded = unicodedata.normalize("NFKD", shown.casefold()).translate(_homoglyphs()).casefold()
    plain = "".join(letter for letter in folded if letter.isalnum() or letter == "|")
    return plain.translate(str.maketrans("01i|", "olll")).replace("rn", "m").replace("vv", "w")


def mixed_script(text: str) -> bool:
    """Say whether letters of scripts that do not belong together stand in one name (UTS 39 §5.2)."""
    scripts = categories.unique_aliases(text) - {"COMMON", "INHERITED"}
    return len(scripts) > 1 and not any(scripts <= together for together in _CJK)


def mixed_words(text: str) -> list[str]:
    """Return the words of a text in which one of two scripts is there only by letters that look like the other's.

    Latin, Cyrillic and Greek: `Hовости`, `Globаl`. A name in two scripts, word by word (`DW українською`), and a word
    that another script merely inflects (`VIPы`) are ordinary and not returned.
    """
    words = _WORD.findall(unicodedata.normalize("NFKC", text))
    return [word for word in words if len(word) > 2 and _is_disguised(word)]


def _is_disguised(word: str) -> bool:
    by_script: dict[str, set[str]] = {}
    for letter in word:
        script = categories.alias(letter) if letter.isalpha() else ""
        if script in _ALIKE:
            by_script.setdefault(script, set()).add(letter)
    if len(by_script) < 2:
        return False
    return any(
        all(_looks_like(letter, other) for letter in letters for other in by_script if other != script)
        for script, letters in by_script.items()
    )


def _looks_like(letter: str, script: str) -> bool:
    """Say whether a letter can be taken for one of another script in common use."""
    if script == "LATIN":
        plain = _homoglyphs().get(ord(letter), letter)
        return plain != "" and plain.isascii()
    return letter in _LATIN_LIKE[script]


def _unicode_host(text: str) -> str:
    """Return a name with its punycode parts decoded, as a browser may show it."""
    if "xn--" not in text.lower():
        return text
    try:
        return text.lower().encode("ascii").decode("idna")
    except UnicodeError:
        return text


@cache
def _homoglyphs() -> dict[int, str]:
    """Return, for each character outside ASCII, the ASCII character that it can be taken for; marks vanish."""
    table = dict.fromkeys(range(768, 880), "")
    for letter, alike in confusables.confusables_data.items():
        plain = [item["c"] for item in alike if item["c"].isascii() and item["c"].isalnum()]
        if len(letter) == 1 and not letter.isascii() and plain:
            table[ord(letter)] = plain[0]
    return table
