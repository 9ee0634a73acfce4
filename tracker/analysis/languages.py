"""In which language a text is written, with how sure that is; what cannot be told is `und`.

Lingua (extra `lang`) chooses among the languages that are configured, and no other: a text in one that is not is mostly told by
its low certainty. What a platform says of the language is kept beside, and never mixed in.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from typing import Any

from tracker.errors import ConfigError

UNDETERMINED = "und"
LEAST_CERTAIN = 0.5
FEWEST_WORDS, FEWEST_SIGNS = 3, 4
LONGEST = 500
"""Characters that are read: more do not make a language surer."""
_LEFT_OUT = re.compile(r"https?://\S+|www\.\S+|[@#]\w+")
_WORD = re.compile(r"[^\W\d_]+")
_UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff]")


@dataclass(frozen=True, slots=True)
class Detected:
    """A language (ISO 639-1) or `und`, and how sure it is from 0 to 1; without words there is no certainty."""

    language: str
    certainty: float | None


NOT_TOLD = Detected(UNDETERMINED, None)


def installed() -> bool:
    """Say whether the library is there."""
    return find_spec("lingua") is not None


class Detector:
    """Tells languages among those given, by their ISO 639-1 codes; the models of each are read when it is first needed."""

    def __init__(self, codes: Sequence[str]) -> None:
        """Raise `ConfigError` for a code that lingua does not know, or for fewer than two."""
        from lingua import Language, LanguageDetectorBuilder

        known = {language.iso_code_639_1.name.lower(): language for language in Language.all()}
        if unknown := [code for code in codes if code not in known]:
            raise ConfigError(
                f"TRACKER_LANGUAGES: {unknown[0][:20]!r}; expected two-letter codes such as {', '.join(sorted(known)[:6])}"
            )
        if len(set(codes)) < 2:
            raise ConfigError("TRACKER_LANGUAGES: one language only; expected two or more to choose between")
        self.name = f"lingua {version('lingua-language-detector')}, of {', '.join(sorted(set(codes)))}"
        self._detector: Any = LanguageDetectorBuilder.from_languages(*(known[code] for code in codes)).build()

    def detect(self, texts: Sequence[str | None]) -> list[Detected]:
        """Return the language of each text; a text that comes twice is looked at once."""
        seen: dict[str, Detected] = {}
        found = []
        for text in texts:
            words = spoken(text)
            if words not in seen:
                seen[words] = self._of(words) if words else NOT_TOLD
            found.append(seen[words])
        return found

    def _of(self, words: str) -> Detected:
        best = max(self._detector.compute_language_confidence_values(words), key=lambda one: one.value)
        certainty = round(float(best.value), 3)
        if certainty < LEAST_CERTAIN:
            return Detected(UNDETERMINED, certainty)
        return Detected(best.language.iso_code_639_1.name.lower(), certainty)


def spoken(text: str | None) -> str:
    """Return the words of a text without addresses, handles and hashtags; empty when there are too few to tell."""
    plain = " ".join(_WORD.findall(_LEFT_OUT.sub(" ", (text or "")[: 2 * LONGEST])))[:LONGEST]
    signs = len(_UNSPACED.findall(plain))
    return plain if signs >= FEWEST_SIGNS or plain.count(" ") + 1 >= FEWEST_WORDS else ""
