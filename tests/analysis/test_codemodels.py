"""A model of codes judges nothing by what learnt from it, is the same bytes again, runs nothing, and says what it is."""

import base64
import json
from collections.abc import Mapping, Sequence
from functools import cache, partial
from types import MappingProxyType
from typing import Any

import numpy as np
import pytest

from tracker.analysis import modelfiles
from tracker.analysis.codemodels import CodeModel, Given, Source, learn
from tracker.analysis.crossfitting import FOLDS, fold_of
from tracker.analysis.embedders import Vectors
from tracker.analysis.modelscores import dealt, scored, thresholds
from tracker.analysis.trials import with_learnt
from tracker.errors import BadInput, ConfigError

SOURCE = Source(3, "ab" * 32, (1, 2), {"random": 60, "training": 20}, {"open": 2})
FOOD, RAIL = (
    ["soup", "bread", "duck", "noodles", "rice", "tea", "broth"],
    ["train", "rail", "track", "signal", "station", "line", "tram"],
)


class Words:
    """An embedder that says which of fourteen words a text holds."""

    name, version, dim, languages = "words", "1", 14, frozenset({"en"})
    files: Mapping[str, str] = MappingProxyType({"words": "0" * 64})

    def encode(self, texts: Sequence[str]) -> Vectors:
        return np.array(
            [[word in text.split() for word in FOOD + RAIL] for text in texts], dtype=np.float32
        ).reshape(-1, self.dim)


def items(*, count: int = 40, language: str | None = "en") -> list[Given]:
    """Items about food, about rails (half of them about trams), and about neither."""
    random, found = np.random.default_rng(3), []
    for number in range(count):
        food, rail = " ".join(random.choice(FOOD, 3)), " ".join(random.choice(RAIL, 3))
        tram = frozenset({"rail.tram"}) if number % 2 else frozenset({"rail"})
        found += [
            Given(f"{food} number{number}", frozenset({"food"}), frozenset({"food"}), language),
            Given(f"{rail} number{number}{' tram' * (number % 2)}", frozenset({"rail"}), tram, language),
            Given(f"something else number{number}", frozenset(), frozenset(), language),
        ]
    return found


def model(given: Sequence[Given] | None = None, embedder: Words | None = None) -> CodeModel:
    return learn(items() if given is None else given, SOURCE, embedder or Words())


def test_a_model_suggests_what_it_learnt_and_nothing_for_a_text_without_words() -> None:
    made = model()

    chance = made.chances(["duck soup with rice", "the station of the line", "", "🎉", None], Words())

    place = {variable: number for number, variable in enumerate(made.variables)}
    assert list(place) == [
        ("top", "food"),
        ("top", "rail"),
        ("fine", "food"),
        ("fine", "rail"),
        ("fine", "rail.tram"),
    ]
    assert chance[0, place["top", "food"]] > 0.9 > 0.1 > chance[0, place["top", "rail"]]
    assert chance[1, place["top", "rail"]] > 0.7 > 0.1 > chance[1, place["top", "food"]]
    assert np.isnan(chance[2:]).all()


def test_an_item_is_judged_only_by_what_did_not_learn_from_its_fold() -> None:
    given = items()
    odd = Given("zebra zebra zebra", frozenset({"food"}), frozenset({"food"}), "en")
    made = model([*given, *[odd] * 12])
    (mine,) = {fold_of(odd.text)}

    others = [one for one in given if fold_of(one.text) != mine]
    chance = made.chances([odd.text], Words())
    alone = model([*others, *[one for one in given if fold_of(one.text) == mine]]).chances(
        [odd.text], Words()
    )

    assert chance == pytest.approx(alone, abs=1e-6)


def test_copies_of_a_text_lie_in_one_fold_and_texts_spread_over_all() -> None:
    copies = ["Duck soup!", "duck soup https://example.org/a", "@somebody DUCK SOUP", "#duck soup"]

    assert len({fold_of(text) for text in copies}) == 1
    assert {fold_of(f"text {number}") for number in range(60)} == set(range(FOLDS))
    assert fold_of("🎉 https://example.org") is None


def test_the_same_codings_give_the_same_bytes_and_others_do_not() -> None:
    first, again, other = (modelfiles.to_bytes(model(items(count=count))) for count in (40, 40, 41))

    assert first == again != other


@pytest.mark.parametrize("embedder", [Words(), None])
def test_a_model_that_was_kept_says_the_same_and_has_its_card(embedder: Words | None) -> None:
    made = learn(items(), SOURCE, embedder, keywords=lambda given, codes: len(codes) / len(given))
    texts = ["duck soup", "a tram line", "nothing"]

    read = modelfiles.from_bytes(modelfiles.to_bytes(made))

    assert np.array_equal(read.chances(texts, embedder), made.chances(texts, embedder))
    assert read.card == made.card
    assert (read.card.items, read.card.source, read.card.keywords) == (120, SOURCE, 2 / 120)
    assert read.card.by_code == {"food": 40, "rail": 40, "rail.tram": 20}
    assert (read.card.by_language, read.card.scores.by_language["en"].items) == ({"en": 120}, 120)


def test_scores_are_of_texts_that_were_not_learnt_from() -> None:
    noise = np.random.default_rng(1).permutation([True, False] * 60)
    given = [
        Given(
            f"word{number} thing{number}",
            frozenset({"food"} if hit else ()),
            frozenset({"food"} if hit else ()),
        )
        for number, hit in enumerate(noise.tolist())
    ]

    card = learn(given, SOURCE, None).card

    assert card.scores.overall.macro_f1 is not None
    assert card.scores.overall.macro_f1 < 0.75
    assert card.scores.by_language["und"].items == 120


@cache
def whole() -> bytes:
    return modelfiles.to_bytes(model(items(count=20)))


def _damaged(change: dict[str, Any]) -> bytes:
    return json.dumps(json.loads(whole()) | change).encode()


NAN = base64.b64encode(np.full(5, np.nan, dtype="<f4").tobytes()).decode()


@pytest.mark.parametrize(
    "body",
    [
        b"", b"{}", b"\x80\x04\x95cos\nsystem\n", b"[" * 5000, _damaged({"format": 2}), _damaged({"parts": []}),
        _damaged({"thresholds": [0.5]}), _damaged({"card": {}}),
        _damaged({"parts": [{"weights": "AAAA", "bias": "!", "terms": [], "idf": ""}] * 5}),
        _damaged({"parts": [{"weights": NAN, "bias": NAN, "terms": [], "idf": ""}] * 5}),
    ],
)  # fmt: skip
def test_what_is_no_model_is_refused_and_never_run(body: bytes) -> None:
    with pytest.raises(ConfigError, match="this is no model of codes"):
        modelfiles.from_bytes(body)


def test_a_model_is_not_used_with_other_vectors_than_it_learnt_with() -> None:
    other = Words()
    other.files = {"words": "1" * 64}

    with pytest.raises(ConfigError, match=r"the model learnt with words 1 .* train again"):
        model().chances(["soup"], other)
    with pytest.raises(ConfigError, match="tf-idf of characters"):
        model().chances(["soup"], None)


EVERY = [Given(one.text, frozenset({"food"}), frozenset({"food"})) for one in items()]
NONE = [Given(one.text, frozenset(), frozenset()) for one in items()]
ONE_TEXT = [Given("soup", frozenset({"food"}), frozenset({"food"}))] * 20 + NONE


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ([], "0 coded items with words; a model needs 30"),
        (items(count=3), "9 coded items with words"),
        (
            [Given("🎉", frozenset({"food"}), frozenset({"food"}))] * 50,
            r"0 coded items with words \(50 more hold no word\)",
        ),
        (EVERY, "every coded item carries 'food'"),
        (NONE, "none of the 120 coded items carries a code"),
        ([*NONE, *EVERY[:4]], "no top-level code can be learnt \\(food: 4 of 124\\)"),
        (ONE_TEXT, "that are not copies of one text"),
    ],
)
def test_too_little_to_learn_from_is_refused_with_what_there_is(given: list[Given], said: str) -> None:
    with pytest.raises(BadInput, match=said):
        model(given)


def test_a_code_of_too_few_items_is_named_and_not_learnt() -> None:
    rare = [Given(f"tea number{number}", frozenset({"tea"}), frozenset({"tea"})) for number in range(5)]

    made = model([*items(), *rare])

    assert made.card.not_learnt == ("tea",)
    assert ("top", "tea") not in made.variables


def test_a_language_that_the_vectors_do_not_know_is_noted() -> None:
    card = model([*items(), *items(count=2, language="sw")]).card

    assert card.notes == ("words was not made for sw: its vectors say little there.",)
    assert card.by_language == {"en": 120, "sw": 6}


def test_every_code_is_spread_over_the_folds_and_no_group_is_torn() -> None:
    given = np.zeros((100, 2), dtype=np.bool_)
    given[:10, 0] = True
    given[40:, 1] = True
    groups = [place // 2 for place in range(100)]

    fold = dealt(given, groups, folds=5, seed=1)

    assert [int(given[fold == number, 0].sum()) for number in range(5)] == [2] * 5
    assert [int(given[fold == number, 1].sum()) for number in range(5)] == [12] * 5
    assert all(fold[place] == fold[place + 1] for place in range(0, 100, 2))


def test_a_threshold_is_chosen_on_other_folds_than_it_is_scored_on() -> None:
    given = np.array([[True]] * 10 + [[False]] * 10)
    chance = np.array([[0.4]] * 10 + [[0.2]] * 10)

    found = scored([("top", "food")], given, chance, np.arange(20) % 2, ["en"] * 10 + [None] * 10)

    assert float(thresholds(given, chance)[0]) == 0.35
    (score,) = found.by_code
    assert (score.f1, score.precision, score.recall, score.threshold) == (1.0, 1.0, 1.0, 0.35)
    assert {name: (one.macro_f1, one.items) for name, one in found.by_language.items()} == {
        "en": (1.0, 10),
        "und": (None, 10),
    }


def test_the_model_that_needs_an_answer_most_is_asked_about_first() -> None:
    made = model()

    near, far = made.margins(np.array([[0.5, 0.01, 0, 0, 0], [0.99, 0.01, 0, 0, 0]]))

    assert near < far


def covered(trial: Any, times: int = 40) -> float:
    random = np.random.default_rng(11)
    return float(np.mean([trial(random, 0) for _ in range(times)]))


def test_a_share_that_leans_on_words_about_what_was_learnt_is_wrong_and_one_out_of_fold_is_not() -> None:
    within = covered(partial(with_learnt, share=0.15, coded=100, fitted="within"))
    across = covered(partial(with_learnt, share=0.15, coded=100))

    assert within < 0.6 < 0.85 < across
