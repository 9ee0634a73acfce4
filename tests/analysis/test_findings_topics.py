from datetime import date
from typing import Any

import pytest

from tests.analysis.lakes import MakeLake
from tracker.analysis.tables import Lake
from tracker.findings import Finding, parse_options, run


def answer(lake: Lake, **raw: str) -> Finding:
    return run("topics", lake, parse_options("topics", raw))


def columns(found: Finding, *names: str) -> list[tuple[Any, ...]]:
    return [tuple(row[name] for name in names) for row in found.rows]


@pytest.fixture
def lake(make_lake: MakeLake) -> Lake:
    """Ads 1 to 5: three in September 2024, one in October, one undated; ad 1 has two codes under politics."""
    return make_lake(
        accounts=[
            {"account_id": 1, "account": "x:chinasays", "status": "accepted"},
            {"account_id": 2, "account": "x:dailybae", "status": "suspected"},
        ],
        ads=[
            {"first_shown": date(2024, 9, 2)},
            {"first_shown": date(2024, 9, 8)},
            {"first_shown": date(2024, 9, 9), "account_id": 2},
            {"first_shown": date(2024, 10, 1)},
            {"first_shown": None},
        ],
        codings=[
            {"item_id": 1, "code": "taiwan", "parent": "politics"},
            {"item_id": 1, "code": "brics", "parent": "politics"},
            {"item_id": 1, "code": "economy", "parent": None},
            {"item_id": 2, "code": "economy", "parent": "economy"},
            {"item_id": 5, "code": "culture", "parent": "culture"},
            {"item_id": 1, "code": "culture", "parent": "culture", "item_type": "post"},
            {
                "item_id": 3,
                "code": "culture",
                "parent": "culture",
                "coder": "keywords v0",
                "codebook_version": 0,
            },
        ],
        posts=[{"day": date(2024, 9, 3)}],
        listings=[{"account_id": 1, "covers_from": date(2024, 9, 1), "covers_to": date(2024, 10, 31)}],
    )


def test_an_item_counts_once_in_each_of_its_top_codes_and_uncoded_ones_stay_in_n(lake: Lake) -> None:
    found = answer(lake)

    assert columns(found, "month", "code", "items", "n", "share", "uncoded_share") == [
        ("2024-09", "economy", 2, 3, pytest.approx(2 / 3), pytest.approx(1 / 3)),
        ("2024-09", "politics", 1, 3, pytest.approx(1 / 3), pytest.approx(1 / 3)),
        ("2024-10", "economy", 0, 1, 0.0, 1.0),
        ("2024-10", "politics", 0, 1, 0.0, 1.0),
    ]
    assert columns(found, "lower", "upper")[0] == pytest.approx((0.207660, 0.938508), abs=1e-6)
    assert columns(found, "lower", "upper")[2] == pytest.approx((0.0, 0.793450), abs=1e-6)
    assert (found.n, found.coverage["uncoded"], found.coverage["undated"]) == (4, 2, 1)
    assert found.coverage["coder"] == "keywords v1"
    assert "once in each" in found.method


def test_the_fine_level_shows_codes_as_given(lake: Lake) -> None:
    found = answer(lake, level="fine", until="2024-09")

    assert columns(found, "code", "items") == [("brics", 1), ("economy", 2), ("taiwan", 1)]


def test_weeks_are_those_of_iso_8601_with_their_monday(lake: Lake) -> None:
    found = answer(lake, by="week")

    assert columns(found, "week", "iso_week", "code", "items", "n") == [
        ("2024-09-02", "2024-W36", "economy", 2, 2),
        ("2024-09-02", "2024-W36", "politics", 1, 2),
        ("2024-09-09", "2024-W37", "economy", 0, 1),
        ("2024-09-09", "2024-W37", "politics", 0, 1),
        ("2024-09-30", "2024-W40", "economy", 0, 1),
        ("2024-09-30", "2024-W40", "politics", 0, 1),
    ]


def test_days_stand_alone(lake: Lake) -> None:
    found = answer(lake, by="day", since="2024-09-02", until="2024-09-08")

    assert columns(found, "day", "code", "items", "n") == [
        ("2024-09-02", "economy", 1, 1),
        ("2024-09-02", "politics", 1, 1),
        ("2024-09-08", "economy", 1, 1),
        ("2024-09-08", "politics", 0, 1),
    ]


def test_topics_by_account_have_their_own_n_and_carry_the_status(lake: Lake) -> None:
    found = answer(lake, by="month,account", until="2024-09")

    assert columns(found, "account", "account_status", "code", "items", "n") == [
        ("x:chinasays", "accepted", "economy", 2, 2),
        ("x:chinasays", "accepted", "politics", 1, 2),
        ("x:dailybae", "suspected", "economy", 0, 1),
        ("x:dailybae", "suspected", "politics", 0, 1),
    ]


def test_another_coder_can_be_named(lake: Lake) -> None:
    found = answer(lake, coder="keywords v0")

    assert columns(found, "month", "code", "items") == [("2024-09", "culture", 1), ("2024-10", "culture", 0)]


def test_posts_have_their_own_codes(lake: Lake) -> None:
    found = answer(lake, items="posts")

    assert columns(found, "month", "code", "items", "n") == [("2024-09", "culture", 1, 1)]


def test_items_that_nobody_coded_give_no_rows_but_an_n(make_lake: MakeLake) -> None:
    found = answer(make_lake(ads=[{"first_shown": date(2024, 9, 2)}]))

    assert (found.rows, found.n, found.coverage["uncoded"], found.coverage["coder"]) == ([], 1, 1, None)
