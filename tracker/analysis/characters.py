"""The features where no model of languages is installed: character n-grams, weighted by how rare they are (TF-IDF).

They know nothing of meaning and carry nothing from one language to another.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

LONGEST, MOST = 3, 20_000
NAME, VERSION = f"tf-idf of characters (1 to {LONGEST})", "2"
SHA256 = hashlib.sha256(repr((NAME, VERSION, MOST)).encode()).hexdigest()
NOTE = (
    "Character TF-IDF: it knows nothing of meaning and carries nothing from one language to another. "
    "Install the extra 'embed' for a model that does."
)


@dataclass(frozen=True, slots=True)
class Characters:
    """The n-grams of some texts, at most the `MOST` commonest, with the weight of each."""

    terms: tuple[str, ...]
    idf: npt.NDArray[np.float32]

    @classmethod
    def of(cls, texts: Sequence[str]) -> "Characters":
        """Take the n-grams of texts that hold a word."""
        vectorizer = _vectorizer(max_features=MOST).fit(texts)
        return cls(tuple(vectorizer.get_feature_names_out().tolist()), vectorizer.idf_.astype(np.float32))

    def matrix(self, texts: Sequence[str]) -> Any:
        """Return texts x terms, sparse."""
        vectorizer = _vectorizer(vocabulary={term: place for place, term in enumerate(self.terms)})
        vectorizer.idf_ = self.idf
        return vectorizer.transform(texts)


def _vectorizer(**options: Any) -> Any:
    from sklearn.feature_extraction.text import TfidfVectorizer

    return TfidfVectorizer(analyzer="char", ngram_range=(1, LONGEST), dtype=np.float32, **options)
