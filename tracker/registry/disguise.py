"""Finds in free text the names, the mentions and the addresses of those who are not public, and replaces them."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import unquote

from tracker.errors import BadInput
from tracker.registry.handles import account_ref, site_of
from tracker.registry.platforms import PLATFORMS

LONG_WORD = 9
"""A single word of fewer letters that nobody suspects (an advertiser called "Assembly") is likelier the word than the name."""
SHORTEST = 5
"""A name of fewer letters, or one that is a word of a public name, is replaced only where it is meant: `@it`, an address."""

_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]"
)
_ADDRESS = re.compile(r"(?:[A-Za-z][A-Za-z0-9+.-]*:/{1,2}\S+|(?<![\w@.])[\w-]+(?:\.[\w-]+)+/\S*)")
_MENTION = re.compile(r"(?<![\w.@/])@(\w[\w.]{0,99})")
_NAMED = re.compile(rf"\b({'|'.join(PLATFORMS)}):(~?[^\s,;()\[\]\"'<>]+)", re.IGNORECASE)
_WORD = re.compile(r"\w+")
_UNSPACED = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af]"
)
_SPACE = re.compile(r"\s+")


def folded(text: str) -> str:
    """Return a text without what nobody sees, width and case."""
    return _SPACE.sub(" ", _plain(text)).strip().casefold()


def _plain(text: str) -> str:
    return text if text.isascii() else unicodedata.normalize("NFKC", _INVISIBLE.sub("", text))


@dataclass(frozen=True, slots=True)
class Names:
    """What public accounts are called (`whole`), and the single words of their names and of the bodies behind them."""

    whole: frozenset[str]
    words: frozenset[str]

    @classmethod
    def of(cls, names: Iterable[str], further: Iterable[str | None]) -> "Names":
        """Read the names of public accounts, and what else stands beside them."""
        whole = frozenset(folded(name) for name in names)
        texts = [*whole, *(folded(text) for text in further if text)]
        return cls(whole, frozenset(word for text in texts for word in _WORD.findall(text)))


class Disguise:
    """Replaces what `hidden` accounts (pseudonym and names by id) are called; `digest` names those in no registry.

    A common word that only accounts among `unassessed` are called is replaced where it is meant, and nowhere else.
    """

    def __init__(
        self,
        hidden: Mapping[int, tuple[str, Iterable[str]]],
        public: Names,
        digest: Callable[[str, str], str],
        *,
        unassessed: Collection[int] = (),
    ) -> None:
        self._public, self._digest = public, digest
        common, telling = set[str](), set[str]()
        self._meant: dict[str, str] = {}
        self._own: dict[int, dict[str, str]] = {}
        for number, (pseudonym, names) in hidden.items():
            self._own[number] = {folded(name): pseudonym for name in names if name}
            for name in self._own[number].keys() - public.whole:
                self._meant.setdefault(name, pseudonym)
                plain = number in unassessed and name.isalpha() and len(name) < LONG_WORD
                (common if plain else telling).add(name)
        self._anywhere = _Phrases({
            name: alias for name, alias in self._meant.items()
            if self._tells(name) and name not in common - telling
        })  # fmt: skip

    def mention(self, handle: str) -> str:
        """Return a handle that somebody else named, as it is when it is public; an `@` before it stays."""
        name = folded(handle).removeprefix("@").rstrip(".")
        lead = "@" if _plain(handle).lstrip().startswith("@") else ""
        end = handle[len(handle.rstrip(".")) :]
        return handle if name in self._public.whole else f"{lead}{self._called(name)}{end}"

    def withheld(self, pseudonym: str) -> str:
        """Return what stands in place of an address."""
        return f"[address withheld: {pseudonym}]"

    def text(self, text: str, about: frozenset[int]) -> str:
        """Return a text with the names replaced; it stays as it is, byte for byte, where there is none."""
        plain = _plain(text)
        done = _ADDRESS.sub(lambda found: self._address(found[0], about), plain)
        done = _NAMED.sub(lambda found: f"{found[1]}:{self._known(found[2])}", done)
        done = _MENTION.sub(lambda found: self.mention(found[0]), done)
        for number in about:
            done = _Phrases(self._own.get(number, {})).replaced(done)
        done = self._anywhere.replaced(done)
        return text if done == plain else done

    def _tells(self, name: str) -> bool:
        """Say whether a name can be nothing but that of the account, wherever it stands."""
        shortest = 2 if _UNSPACED.search(name) else SHORTEST
        return len(name) >= shortest and not all(word in self._public.words for word in _WORD.findall(name))

    def _called(self, name: str) -> str:
        return self._meant.get(name) or self._digest("account named", name)

    def _known(self, key: str) -> str:
        bare = key.rstrip(".:!?")
        name = folded(bare).removeprefix("~")
        return key if name not in self._meant else self._meant[name] + key[len(bare) :]

    def _address(self, address: str, about: frozenset[int]) -> str:
        """Return an address, or that it is withheld: because of whom it names, or whom the text is about."""
        if about:
            return self.withheld(next(iter(self._own[min(about)].values())))
        readable = _plain(unquote(address))
        try:
            ref = account_ref(readable.rstrip(".,;:!?)]}\"'”’»"))
        except BadInput:
            return self._judged(address, readable)
        if ref.platform == "web":
            hosts = (ref.key, site_of(ref.key))
            hidden = next((self._meant[host] for host in hosts if host in self._meant), None)
            return self.withheld(hidden) if hidden else self._judged(address, readable)
        if folded(ref.key) in self._public.whole:
            return self._judged(address, readable)
        return self.withheld(self._called(folded(ref.key)))

    def _judged(self, address: str, readable: str) -> str:
        names = re.split(r"[/?#&=@]+", folded(readable))
        hidden = next((self._meant[name] for name in names if len(name) > 1 and name in self._meant), None)
        if hidden is None and self._anywhere.replaced(readable) == readable:
            return address
        return self.withheld(hidden or self._digest("account named", folded(readable)))


class _Phrases:
    """Names of one or several words, found by their first word, and those of scripts without spaces by their first letter."""

    def __init__(self, names: Mapping[str, str]) -> None:
        self._spaced: defaultdict[str, list[tuple[str, str]]] = defaultdict(list)
        self._unspaced: defaultdict[str, list[tuple[str, str]]] = defaultdict(list)
        for name in sorted(names, key=lambda one: (-len(one), one)):
            first = _WORD.search(name)
            if _UNSPACED.search(name):
                self._unspaced[name[0]].append((name, names[name]))
            elif first and len(name) > 1:
                self._spaced[first[0]].append((name[first.start() :], names[name]))

    def replaced(self, text: str) -> str:
        """Return the text with every name replaced; letters of any case count."""
        if self._unspaced:
            text = self._letters(text)
        return self._words(text) if self._spaced else text

    def _words(self, text: str) -> str:
        done, end = [], 0
        for word in _WORD.finditer(text):
            for name, alias in self._spaced.get(word[0].casefold(), ()) if word.start() >= end else ():
                if stop := _ends(text, word.start(), name):
                    done += [text[end : word.start()], alias]
                    end = stop
                    break
        return "".join([*done, text[end:]]) if done else text

    def _letters(self, text: str) -> str:
        done, place = [], 0
        while place < len(text):
            options = self._unspaced.get(text[place].casefold(), ())
            name, alias = next(
                (one for one in options if text[place : place + len(one[0])].casefold() == one[0]), ("", "")
            )
            done.append(alias or text[place])
            place += len(name) or 1
        return "".join(done)


def _ends(text: str, start: int, name: str) -> int | None:
    """Return where `name` ends if it stands in the text from `start`, whole; any space counts as one."""
    place = start
    for letter in name:
        if place >= len(text):
            return None
        if letter == " " and text[place].isspace():
            while place < len(text) and text[place].isspace():
                place += 1
        elif text[place].casefold() == letter:
            place += 1
        else:
            return None
    inside_word = place < len(text) and (text[place].isalnum() or text[place] == "_") and name[-1].isalnum()
    return None if inside_word else place
