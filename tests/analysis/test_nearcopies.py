"""Near-copies join their group as they come, whatever came before, and an index that was kept goes on as if it had not been."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tracker.analysis.nearcopies import Index, Placed, jaccard

SAID = "The port of our city opens its new harbour to every guest from abroad today"
CHINESE = "今天我们城市的新港口向来自世界各地的所有客人开放了"


def leaders(index: Index, *texts: str) -> list[int]:
    return [placed.leader for placed in index.add(texts)]


def corpus(count: int) -> list[str]:
    random = np.random.default_rng(5)
    words = np.array([f"word{number}" for number in range(400)])
    texts: list[str] = []
    for _ in range(count):
        if texts and random.random() < 0.4:
            parts = texts[int(random.integers(len(texts)))].split()
            parts[int(random.integers(len(parts)))] = str(random.choice(words))
            texts.append(" ".join(parts))
        else:
            texts.append(" ".join(random.choice(words, int(random.integers(3, 20)))))
    return texts


def test_a_new_text_joins_the_group_of_the_first_that_it_is_like() -> None:
    index = Index()

    assert leaders(index, SAID, "Tea is served", CHINESE) == [0, 1, 2]
    assert leaders(index, f"{SAID} https://example.org/2", "tea is SERVED!", f"{CHINESE}!!") == [0, 1, 2]
    assert leaders(index, SAID.replace("harbour", "airport"), "Tea is served late") == [0, 7]
    assert len(index) == 8


def test_the_first_that_comes_leads_so_that_another_order_may_give_other_groups() -> None:
    middle = " ".join(f"word{number}" for number in range(20))
    early, late = (" ".join(f"word{number}" for number in range(first, first + 20)) for first in (-4, 4))

    assert leaders(Index(), middle, early, late) == [0, 0, 0]
    assert leaders(Index(), early, middle, late) == [0, 0, 2]


def test_traditional_characters_are_compared_as_simplified_ones() -> None:
    assert leaders(Index(), CHINESE, "今天我們城市的新港口向來自世界各地的所有客人開放了") == [0, 0]


def test_the_distance_is_one_less_the_index_of_the_bigrams() -> None:
    changed = SAID.replace("today", "tomorrow")
    shingles = [frozenset(zip(text.lower().split(), text.lower().split()[1:])) for text in (SAID, changed)]  # noqa: B905

    _first, second = Index().add([SAID, changed])

    expected = 1 - len(shingles[0] & shingles[1]) / len(shingles[0] | shingles[1])
    assert second == Placed(0, round(expected, 3))


@settings(max_examples=20, deadline=None)
@given(st.lists(st.integers(1, 299), max_size=4))
def test_it_makes_no_difference_in_how_many_steps_texts_come(cuts: list[int]) -> None:
    texts = corpus(300)
    bounds = [0, *sorted(cuts), 300]
    index = Index()

    stepwise = [placed for start, end in pairwise(bounds) for placed in index.add(texts[start:end])]

    assert stepwise == Index().add(texts)


@pytest.mark.parametrize(
    "text", ["", " ", "🙂🙃", "\ud800 half", "@somebody https://example.org", "x" * 50_000, "词" * 50_000]
)
def test_a_text_without_words_or_a_very_long_one_is_a_copy_of_itself_only(text: str) -> None:
    index = Index()

    assert leaders(index, SAID, text, text, CHINESE) == [0, 1, 1, 3]
    assert leaders(index, text) == [1]


def test_sets_without_anything_have_nothing_in_common() -> None:
    assert jaccard(frozenset(), frozenset()) == 0.0
    assert jaccard(frozenset({1, 2, 3}), frozenset({2, 3, 4})) == 0.5
