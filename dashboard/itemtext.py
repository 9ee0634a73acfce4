"""The words of an item as a person reads them who codes it: whole, each line in its direction, and inert.

Nothing in them is markup, an address cannot be followed, and what would change how text reads is shown as what it is.
"""

import re
import unicodedata

from markupsafe import Markup

from dashboard import tables

HIDDEN = re.compile("[\u00ad\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\U000e0000-\U000e007f]")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_NAMED = {
    "\u202a": "LRE", "\u202b": "RLE", "\u202c": "PDF", "\u202d": "LRO", "\u202e": "RLO",
    "\u2066": "LRI", "\u2067": "RLI", "\u2068": "FSI", "\u2069": "PDI",
}  # fmt: skip
"""Characters that turn text around; a reader must see that they are there."""


def drawn(text: str | None) -> Markup:
    """Return the words of an item as HTML; a text without a letter, a number or a sign says so."""
    if text is None or not HIDDEN.sub("", text).strip():
        return Markup('<div class="it-item-text"><p class="it-none">This item has no text.</p></div>')
    lines = Markup("").join(
        Markup('<p dir="auto">{}</p>').format(_line(line)) for line in text.splitlines() or [text]
    )
    return Markup('<div class="it-item-text" tabindex="0">{}</div>').format(lines)


def hidden(text: str | None) -> int:
    """Count the characters that turn text around, which are drawn as signs."""
    return sum(letter in _NAMED for letter in text or "")


def _line(line: str) -> Markup:
    """Return a line with defanged addresses; an empty one keeps its height."""
    inert = tables.ADDRESS.sub(lambda found: tables.defang(found[0]), _CONTROL.sub("\ufffd", line))
    parts = Markup("").join(
        Markup('<span class="it-turn" title="{}">{}</span>').format(unicodedata.name(part), _NAMED[part])
        if part in _NAMED
        else Markup("{}").format(part)
        for part in re.split(f"([{''.join(_NAMED)}])", inert)
    )
    return parts or Markup("&nbsp;")
