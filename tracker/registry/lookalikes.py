"""Names that can be mistaken for each other, after the Unicode security mechanisms (UTS 39)."""

import unicodedata
from functools import cache

from confusable_homoglyphs import categories, confusables

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
