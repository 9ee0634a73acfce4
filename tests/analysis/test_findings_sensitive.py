from datetime import date

import pytest

from tests.analysis.lakes import MakeLake
from tracker.findings import parse_options, run
from tracker.registry.sensitive import WORDS, categories_of


@pytest.mark.parametrize(
    ("criterion", "categories"),
    [
        ("Republican Party (United States)", {"politics": "republican"}),
        ("african-american  HISTORY", {"ethnicity": "african-american"}),
        ("Schwangerschaft", {"health": "schwangerschaft"}),
        ("Coupe du monde", {}),
        ("Pride parade and church", {"faith": "church", "sexuality": "pride parade"}),
        ("穆斯林青年", {"faith": "穆斯林"}),
        ("Профсоюз учителей", {"trade union": "профсоюз"}),
        ("مسلم", {"faith": "مسلم"}),
        ("Gaya", {}),
        ("Partido de fútbol", {}),
        ("Rive Gauche", {}),
        ("Jewelry", {}),
        ("Computer programming", {}),
        ("", {}),
    ],
)
def test_a_word_of_the_list_names_the_category_that_a_criterion_may_stand_for(
    criterion: str, categories: dict[str, str]
) -> None:
    assert categories_of(criterion) == categories


def test_every_category_has_words_in_latin_cyrillic_and_chinese_letters() -> None:
    for words in WORDS.values():
        assert any(letter.isascii() for letter in words)
        assert any("а" <= letter <= "я" for letter in words)
        assert any("一" <= letter <= "鿿" for letter in words)


def test_criteria_that_may_be_sensitive_are_counted_by_month_with_their_accounts(
    make_lake: MakeLake,
) -> None:
    lake = make_lake(
        accounts=[
            {"account_id": 1, "account": "x:a", "status": "accepted"},
            {"account_id": 2, "account": "x:b", "status": "accepted"},
        ],
        ads=[
            {"account_id": 1, "first_shown": date(2024, 1, 1), "targeting_set_id": 1},
            {"account_id": 2, "first_shown": date(2024, 1, 9), "targeting_set_id": 1},
            {"account_id": 2, "first_shown": date(2024, 2, 1), "targeting_set_id": 2},
            {"account_id": 2, "first_shown": None, "targeting_set_id": 2},
        ],
        targets=[
            {"targeting_set_id": 1, "kind": "interest", "value": "Islam and politics"},
            {"targeting_set_id": 1, "kind": "interest", "value": "Tea"},
            {"targeting_set_id": 1, "kind": "location", "value": "Gay, Georgia"},
            {"targeting_set_id": 2, "kind": "keyword", "value": "keyword:cancer", "polarity": "exclude"},
            {"targeting_set_id": 2, "kind": "follower_lookalike", "value": "@muslim"},
        ],
    )

    found = run("sensitive-targeting", lake, parse_options("sensitive-targeting", {}))

    assert [tuple(row.values()) for row in found.rows] == [
        ("2024-01", "interest", "Islam and politics", "include", "faith", "islam", 2, ["x:a", "x:b"]),
        ("2024-01", "interest", "Islam and politics", "include", "politics", "politics", 2, ["x:a", "x:b"]),
        ("2024-02", "keyword", "keyword:cancer", "exclude", "health", "cancer", 1, ["x:b"]),
    ]
    assert (found.n, found.coverage["values_read"], found.coverage["values_flagged"]) == (3, 3, 2)
    assert found.coverage["ads_flagged"] == 3
    assert "no verdict" in found.caveats[0]
