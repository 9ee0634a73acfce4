"""The items behind a number: by words, code, coder, operator and language; and tests of each part by itself."""

from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest

from tests.analysis.lakes import MakeLake
from tracker.analysis.tables import Lake
from tracker.errors import BadInput
from tracker.findings import Finding, parse_options, run

WORDS = np.array([f"word{number}" for number in range(3000)])
ACCOUNTS = [
    {"account_id": 1, "account": "web:one", "status": "accepted", "operator": "Body A"},
    {"account_id": 2, "account": "web:two", "status": "accepted", "operator": "Body B"},
]
SETTLED = {"item_type": "post", "how": "agreed", "coders": 2, "codebook_version": 1, "counted_before": True}


@pytest.fixture
def lake(make_lake: MakeLake) -> Lake:
    """Four posts: two name Russia; people coded the first two, keywords gave politics to the third."""
    return make_lake(
        accounts=ACCOUNTS,
        posts=[
            {"day": date(2024, 3, 1), "text": "Russian talks", "account_id": 1, "language": "en"},
            {"day": date(2024, 3, 2), "text": "Tea", "account_id": 1, "language": "en"},
            {"day": date(2024, 3, 3), "text": "News of Russia", "account_id": 2, "language": "ru"},
            {"day": date(2024, 4, 4), "text": None, "account_id": 2, "language": None},
        ],
        codings=[{"item_type": "post", "item_id": 3, "code": "politics.war", "parent": "politics"}],
        hand_settled=[
            SETTLED | {"item_id": 1, "state": "coded", "code": "culture", "parent": "culture", "counts": True},
            SETTLED | {"item_id": 2, "state": "none", "code": None, "parent": None, "counts": False},
        ],
        listings=[{"source": "pages", "account_id": 1, "covers_from": date(2024, 3, 1), "covers_to": date(2024, 4, 30)}],
    )  # fmt: skip


def answer(name: str, lake: Lake, **raw: str) -> Finding:
    return run(name, lake, parse_options(name, raw))


def test_posts_are_listed_with_their_codes_and_whose_these_are(lake: Lake) -> None:
    found = answer("posts", lake)

    assert [(row["post"], row["day"], row["codes"], row["codes_by"]) for row in found.rows] == [
        (4, "2024-04-04", [], "keywords v1"),
        (3, "2024-03-03", ["politics.war"], "keywords v1"),
        (2, "2024-03-02", [], "hand"),
        (1, "2024-03-01", ["culture"], "hand"),
    ]


@pytest.mark.parametrize(
    ("limits", "posts"),
    [
        ({"terms": "Russia"}, [3, 1]),
        ({"operator": "Body A"}, [2, 1]),
        ({"language": "ru"}, [3]),
        ({"code": "politics"}, [3]),
        ({"code": "uncoded", "coder": "keywords v1"}, [4, 2, 1]),
        ({"code": "culture", "coder": "hand"}, [1]),
        ({"code": "uncoded", "coder": "hand"}, [2]),
        ({"since": "2024-03-02", "until": "2024-03-31"}, [3, 2]),
    ],
)
def test_a_mark_leads_to_exactly_its_posts(lake: Lake, limits: dict[str, str], posts: list[int]) -> None:
    found = answer("posts", lake, **limits)

    assert ([row["post"] for row in found.rows], found.n) == (posts, len(posts))


def test_mentions_are_exact_shares_with_an_interval_and_coverage(lake: Lake) -> None:
    found = answer("mentions", lake, terms="Russia", items="posts")

    march, april = found.rows
    assert (march["items"], march["n"], march["share"], march["covered"]) == (2, 3, pytest.approx(2 / 3), 1.0)
    assert march["lower"] < 2 / 3 < march["upper"]
    assert (april["items"], april["share"], april["uncoded_share"]) == (0, 0.0, 1.0)


def test_mentions_of_no_words_say_that_words_are_needed(lake: Lake) -> None:
    found = answer("mentions", lake, items="posts")

    assert (found.rows, found.n) == ([], 4)
    assert found.caveats == ("No words are asked about: name them with terms, separated by commas.",)


def test_shares_can_be_asked_of_an_operator_and_of_a_language(lake: Lake) -> None:
    by_operator = answer("topics", lake, items="posts", operator="Body B")
    by_language = answer("topics", lake, items="posts", language="ru")

    assert (by_operator.n, by_language.n) == (2, 1)


def of_two(make_lake: MakeLake) -> Lake:
    random = np.random.default_rng(1)
    posts: list[dict[str, Any]] = []
    for account, language in ((1, "en"), (2, "ru")):
        for month in range(1, 13):
            for _ in range(30 - account):
                named = account == 1 and month > 6 and random.random() < 0.7
                text = f"{' '.join(random.choice(WORDS, 12))} {'Taiwan' if named or random.random() < 0.1 else 'tea'}"
                day = date(2024, month, 1) + timedelta(days=int(random.integers(0, 27)))
                posts.append({"day": day, "text": text, "account_id": account, "language": language})
    posts.sort(key=lambda row: row["day"])
    asked = [
        {"source": "pages", "account_id": account, "covers_from": date(2024, 1, 1), "covers_to": date(2024, 12, 31)}
        for account in (1, 2)
    ]  # fmt: skip
    return make_lake(
        accounts=ACCOUNTS, posts=posts, listings=asked, manifest={"as_of": "2025-01-01T00:00:00Z"}
    )


@pytest.mark.parametrize(
    ("part", "names"),
    [
        ("account", ["web:one", "web:two"]),
        ("operator", ["Body A", "Body B"]),
        ("language", ["en", "ru"]),
    ],
)
def test_each_part_is_tested_by_itself_and_p_corrected_for_all(
    make_lake: MakeLake, part: str, names: list[str]
) -> None:
    found = answer("shift-points", of_two(make_lake), terms="Taiwan", by=f"month,{part}")

    assert found.columns[0] == part
    assert [row[part] for row in found.rows] == names
    assert [(row["at"], row["verdict"]) for row in found.rows[:1]] == [("2024-07", "shift")]
    assert found.rows[1]["verdict"] == "no shift shown"
    assert found.rows[0]["p_adjusted"] == 2 * found.rows[0]["p"]
    assert (found.n, found.coverage["tests"], found.coverage["items_in_no_part"]) == (684, 2, 0)


def test_two_parts_at_once_are_refused(lake: Lake) -> None:
    with pytest.raises(BadInput) as caught:
        answer("shift-points", lake, by="account,language")

    assert caught.value.field == "by"
