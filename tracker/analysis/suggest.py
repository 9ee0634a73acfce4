"""Codes that a model suggests, learnt from codings by people: never a coding, and never a share.

Logistic regression on the vectors of a frozen model of many languages, so that a code learnt in one language is
suggested in another; on character n-grams (TF-IDF) where no such model is installed, which carries nothing over.
"""

import hashlib
import warnings
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from tracker.analysis import characters
from tracker.analysis.creatives import grouped
from tracker.analysis.embedders import Embedder, Remembering, one_thread, prepared
from tracker.errors import BadInput

SEED = 20240701
FOLDS = 5
TFIDF, TFIDF_VERSION = characters.NAME, "1"

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Example:
    """A text with the code that a person gave it; `language` where it is known (`zh`, `zh-Hant`)."""

    text: str
    label: str
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Card:
    """What a model learnt from: to be kept with every suggestion it makes.

    `labels` counts the examples of each label, `wordless` those left out because they hold no word. `digest` is the
    SHA-256 of the examples in order.
    """

    model: str
    version: str
    labels: Mapping[str, int]
    wordless: int
    digest: str


@dataclass(frozen=True, slots=True)
class Suggestion:
    """The likeliest label of a text with its probability and its lead over the next; all `None` for one without words."""

    label: str | None
    probability: float | None
    margin: float | None


@dataclass(frozen=True, slots=True)
class Suggester:
    """A trained model; `labels` are in the order of the columns of `probabilities`."""

    card: Card
    labels: tuple[str, ...]
    _features: Callable[[Sequence[str]], Any]
    _classifier: Any

    def probabilities(self, texts: Sequence[str]) -> Floats:
        """Return texts x labels; a row of NaN for a text without words."""
        found = np.full((len(texts), len(self.labels)), np.nan)
        words = [prepared(text) for text in texts]
        spoken = [place for place, text in enumerate(words) if text]
        if spoken:
            with one_thread():
                matrix = self._features([words[place] for place in spoken])
                found[spoken] = self._classifier.predict_proba(matrix)
        return found

    def suggest(self, texts: Sequence[str]) -> list[Suggestion]:
        """Return what is suggested for each text."""
        return [self._of(row) for row in self.probabilities(texts)]

    def _of(self, row: Floats) -> Suggestion:
        if np.isnan(row).any():
            return Suggestion(None, None, None)
        second, first = np.argsort(row, kind="stable")[-2:]
        return Suggestion(self.labels[first], float(row[first]), float(row[first] - row[second]))


@dataclass(frozen=True, slots=True)
class Score:
    """How well labels were met: macro-F1 over the labels that occur among `n` texts, given or suggested."""

    macro_f1: float
    n: int


@dataclass(frozen=True, slots=True)
class Scores:
    """The score over all texts and over those of each language."""

    overall: Score
    by_language: Mapping[str, Score]


@dataclass(frozen=True, slots=True)
class Evaluation:
    """How well and how fast a model suggested; `notes` say what a reader must know beside it."""

    card: Card
    scores: Scores
    texts_per_cpu_second: float | None
    notes: tuple[str, ...]


def train(examples: Sequence[Example], embedder: Embedder | None = None) -> Suggester:
    """Learn labels from examples; raise `BadInput` unless two labels or more have a text with words.

    Without an embedder the features are character TF-IDF.
    """
    words = [prepared(example.text) for example in examples]
    spoken = [(text, example.label) for text, example in zip(words, examples, strict=True) if text]
    labels = Counter(label for _, label in spoken)
    if len(labels) < 2:
        only = f"one label only, {next(iter(labels))!r}" if labels else "no text with words"
        raise BadInput(f"the training texts hold {only}; a suggestion needs two labels to choose between")
    with one_thread():
        features, matrix = _features([text for text, _ in spoken], embedder)
        classifier = _logistic(matrix, [label for _, label in spoken])
    card = Card(
        model=embedder.name if embedder else TFIDF,
        version=embedder.version if embedder else TFIDF_VERSION,
        labels=dict(sorted(labels.items())),
        wordless=len(examples) - len(spoken),
        digest=_digest(examples),
    )
    return Suggester(card, tuple(map(str, classifier.classes_)), features, classifier)


def cross_validated(
    examples: Sequence[Example], embedder: Embedder | None = None, *, folds: int = FOLDS, seed: int = SEED
) -> Scores:
    """Return how well labels are met in texts that a model did not learn from; near-copies stay in one fold."""
    embedder = Remembering(embedder) if embedder else None
    leaders = np.array([placed.leader for placed in grouped([example.text for example in examples])])
    fold_of_leader = np.random.default_rng(seed).permutation(len(examples)) % folds
    fold = fold_of_leader[leaders]
    suggested: list[str | None] = [None] * len(examples)
    for number in range(folds):
        inside = np.flatnonzero(fold == number).tolist()
        learnt = [examples[place] for place in np.flatnonzero(fold != number).tolist()]
        if inside and len({example.label for example in learnt}) > 1:
            found = train(learnt, embedder).suggest([examples[place].text for place in inside])
            for place, suggestion in zip(inside, found, strict=True):
                suggested[place] = suggestion.label
    return scored(examples, suggested)


def scored(examples: Sequence[Example], suggested: Sequence[str | None]) -> Scores:
    """Hold suggestions against the labels of examples, over all and by language."""
    pairs = [(example.label, label) for example, label in zip(examples, suggested, strict=True)]
    languages = sorted({example.language for example in examples if example.language})
    return Scores(
        overall=Score(macro_f1(pairs), len(pairs)),
        by_language={language: _score_of(language, examples, pairs) for language in languages},
    )


def evaluate(
    examples: Sequence[Example],
    unseen: Sequence[Example],
    embedder: Embedder | None = None,
    *,
    cpu_seconds: Callable[[], float],
) -> Evaluation:
    """Learn from examples and suggest for texts that were not among them.

    `cpu_seconds` is a clock of this process's CPU time; the model is loaded before it runs. Raise `BadInput` when there is
    nothing to learn or nothing to suggest for.
    """
    if not unseen:
        raise BadInput("there is no text to suggest a label for")
    suggester = train(examples, embedder)
    texts = [example.text for example in unseen]
    suggester.suggest(texts[:1])
    started = cpu_seconds()
    suggested = suggester.suggest(texts)
    spent = cpu_seconds() - started
    return Evaluation(
        card=suggester.card,
        scores=scored(unseen, [suggestion.label for suggestion in suggested]),
        texts_per_cpu_second=len(texts) / spent if spent > 0 else None,
        notes=tuple(_notes(examples, unseen, embedder)),
    )


def macro_f1(pairs: Iterable[tuple[str, str | None]]) -> float:
    """Return the mean F1 of the labels among pairs of a given and a suggested label; `None` suggests nothing."""
    pairs = list(pairs)
    given = Counter(label for label, _ in pairs)
    suggested = Counter(label for _, label in pairs if label is not None)
    met = Counter(label for label, found in pairs if label == found)
    labels = given.keys() | suggested.keys()
    if not labels:
        raise ValueError("there is no text to score")
    return sum(2 * met[label] / (given[label] + suggested[label]) for label in labels) / len(labels)


def _notes(
    examples: Sequence[Example], unseen: Sequence[Example], embedder: Embedder | None
) -> Iterator[str]:
    if embedder is None:
        yield characters.NOTE
    elif strange := _strange(unseen, embedder):
        yield f"{embedder.name} was not made for {', '.join(strange)}: its vectors say little there."
    learnt = {prepared(example.text) for example in examples} - {""}
    if known := sum(prepared(example.text) in learnt for example in unseen):
        yield f"{known} of the test texts are among the training texts: the score flatters."
    if new := sorted({example.label for example in unseen} - {example.label for example in examples}):
        yield f"No training text has the label {', '.join(map(repr, new[:10]))}: it cannot be suggested."
    for name, table in (("training", examples), ("test", unseen)):
        if wordless := sum(not prepared(example.text) for example in table):
            yield f"{wordless} {name} texts hold no word: nothing is learnt from them, and nothing suggested."


def _strange(examples: Iterable[Example], embedder: Embedder) -> list[str]:
    """Return the languages of examples that the model was not made for."""
    named = {example.language for example in examples if example.language}
    return sorted(
        language
        for language in named
        if not {language, language.replace("_", "-").partition("-")[0].lower()} & embedder.languages
    )


def _score_of(language: str, examples: Sequence[Example], pairs: Sequence[tuple[str, str | None]]) -> Score:
    inside = [pair for example, pair in zip(examples, pairs, strict=True) if example.language == language]
    return Score(macro_f1(inside), len(inside))


def _features(texts: Sequence[str], embedder: Embedder | None) -> tuple[Callable[[Sequence[str]], Any], Any]:
    """Return what turns texts into features, and the features of these texts."""
    if embedder is not None:
        return embedder.encode, embedder.encode(texts)
    from sklearn.feature_extraction.text import TfidfVectorizer

    vectorizer = TfidfVectorizer(analyzer="char", ngram_range=(1, 3), dtype=np.float32)
    matrix = vectorizer.fit_transform(texts)
    return vectorizer.transform, matrix


def _logistic(matrix: Any, labels: Sequence[str]) -> Any:
    from sklearn.linear_model import LogisticRegression

    with warnings.catch_warnings():
        # Few texts of many labels look like numbers to it (seen with 1.9); labels are words here.
        warnings.filterwarnings("ignore", message="The number of unique classes is greater than")
        return LogisticRegression(C=10, class_weight="balanced", max_iter=2000).fit(matrix, labels)


def _digest(examples: Sequence[Example]) -> str:
    digest = hashlib.sha256()
    for example in examples:
        for part in (example.text, example.label, example.language or ""):
            body = part.encode("utf-8", "surrogatepass")
            digest.update(len(body).to_bytes(8, "big") + body)
    return digest.hexdigest()
