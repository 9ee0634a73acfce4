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

    assert columns(found, "month", "code", "items", "n", "uncoded_share", "covered") == [
        ("2024-09", "economy", 2, 3, pytest.approx(1 / 3), 1.0),
        ("2024-09", "politics", 1, 3, pytest.approx(1 / 3), 1.0),
        ("2024-10", "economy", 0, 1, 1.0, 1.0),
        ("2024-10", "politics", 0, 1, 1.0, 1.0),
    ]
    assert (found.n, found.coverage["uncoded"], found.coverage["undated"]) == (4, 2, 1)
    assert found.coverage["coder"] == "keywords v1"
    assert "counts in each" in found.method


def test_a_count_by_keywords_is_labelled_so_and_is_never_a_share(lake: Lake) -> None:
    found = answer(lake)

    assert set(columns(found, "measure", "share", "lower", "upper", "n_coded", "codebook_version")) == {
        ("keyword count", None, None, None, 0, 1)
    }
    assert found.rows[0]["reason"].startswith("a count by keywords v1; no share until people coded all")
    assert "A keyword count is no share" in found.caveats[0]


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


def settled(
    item: int, *codes: str, before: tuple[str, ...] | None = None, how: str = "alone"
) -> list[dict[str, Any]]:
    """What a post counts as, and counted as before somebody adjudicated."""
    earlier = codes if before is None else before
    about = {"item_type": "post", "item_id": item, "how": how, "state": "coded" if codes else "none", "coders": 1,
             "codebook_version": 2}  # fmt: skip
    named = dict.fromkeys([*codes, *earlier]) or [None]
    return [
        about | {"code": code, "parent": code, "counts": code in codes, "counted_before": code in earlier}
        for code in named
    ]


def said(item: int, coder: str, code: str | None, **fields: Any) -> dict[str, Any]:
    return {"item_type": "post", "item_id": item, "coding_id": item, "coder": coder, "coder_key": coder, "code": code,
            "state": "coded" if code else "none", "parent": code, "made_under": 1, "codebook_version": 2,
            "to_recode": False, "selection": "random", **fields}  # fmt: skip


def sampled(items: range, **fields: Any) -> list[dict[str, Any]]:
    return [
        {"sample_id": 1, "item_type": "post", "item_id": item, "selection": "random", "population": 400, "size": 100,
         "seed": 1, **fields}
        for item in items
    ]  # fmt: skip


MARCH = [{"day": date(2024, 3, 1 + number % 30), "account_id": 1} for number in range(400)]
ACCOUNTS = [{"account_id": 1, "account": "x:chinasays", "status": "accepted"}]


def by_hand(make_lake: MakeLake, coded: range, drawn: range, **tables: Any) -> Lake:
    """400 posts of March: the first 100 drawn, every second coded one about politics; keywords find most of these."""
    return make_lake(
        **{
            "accounts": ACCOUNTS,
            "posts": MARCH,
            "codings": [
                {"item_id": item, "code": "politics", "parent": "politics", "item_type": "post"}
                for item in range(2, 400, 2)
                if item % 10
            ],
            "hand_settled": [
                row for item in coded for row in settled(item, *(["politics"] if item % 2 == 0 else []))
            ],
            "hand_codings": [said(item, "ana", "politics" if item % 2 == 0 else None) for item in coded],
            "samples": sampled(drawn),
            **tables,
        }
    )


def test_a_random_sample_gives_a_share_with_an_interval_that_the_model_narrows(make_lake: MakeLake) -> None:
    found = answer(by_hand(make_lake, range(1, 101), range(1, 101)), items="posts")

    (row,) = found.rows
    assert (row["measure"], row["n"], row["n_coded"], row["items"]) == (
        "random sample and model",
        400,
        100,
        50,
    )
    assert (row["codebook_version"], row["alpha"], row["reason"]) == (2, None, None)
    assert row["share"] == pytest.approx(0.5, abs=0.02)
    assert 0.05 < row["upper"] - row["lower"] < 0.12
    assert row["uncoded_share"] == 0.5
    assert found.coverage["coded_by_hand"] == 100


def test_the_coded_part_of_a_sample_counts_and_items_that_chance_did_not_draw_do_not(
    make_lake: MakeLake,
) -> None:
    found = answer(by_hand(make_lake, range(80, 121), range(1, 101)), items="posts")

    assert columns(found, "measure", "n_coded") == [("random sample", 21)]


def test_every_item_coded_needs_no_sample(make_lake: MakeLake) -> None:
    found = answer(by_hand(make_lake, range(1, 401), range(0)), items="posts")

    assert columns(found, "measure", "items", "n", "share") == [("coded in full", 200, 400, 0.5)]


@pytest.mark.parametrize(
    "limits",
    [{"account_id": 2}, {"since": date(2024, 3, 2)}, {"until": date(2024, 3, 29)}, {"selection": "training"}],
)
def test_a_sample_that_could_not_have_drawn_every_item_gives_no_share(
    make_lake: MakeLake, limits: dict[str, Any]
) -> None:
    lake = by_hand(make_lake, range(1, 101), range(0), samples=sampled(range(1, 101), **limits))

    found = answer(lake, items="posts")

    assert columns(found, "measure", "share", "n_coded") == [("keyword count", None, 0)]
    assert found.rows[0]["reason"].endswith("100 of 400 coded, and not as chance drew them from all")


def test_a_sample_of_the_account_itself_may_stand_for_it(make_lake: MakeLake) -> None:
    drawn = sampled(range(1, 101), account_id=1, since=date(2024, 3, 1), until=date(2024, 3, 30))

    found = answer(by_hand(make_lake, range(1, 101), range(0), samples=drawn), items="posts")

    assert columns(found, "measure") == [("random sample and model",)]


def test_codings_that_are_to_be_made_again_stop_the_share_rather_than_bend_it(make_lake: MakeLake) -> None:
    codings = [said(item, "ana", None, to_recode=item <= 3) for item in range(1, 101)]
    lake = by_hand(make_lake, range(4, 101), range(1, 101), hand_codings=codings)

    found = answer(lake, items="posts")

    assert columns(found, "measure", "share") == [("keyword count", None)]
    assert "3 of the items drawn are to be recoded under a new codebook" in found.rows[0]["reason"]
    assert found.coverage["to_be_recoded"] == 3


def test_what_a_third_person_settled_counts_and_the_share_before_stands_beside_it(
    make_lake: MakeLake,
) -> None:
    ruled = [
        row
        for item in range(1, 11)
        for row in settled(item, "politics", before=("economy",), how="adjudicated")
    ]
    rest = [row for item in range(11, 401) for row in settled(item, "economy")]
    lake = by_hand(make_lake, range(1, 401), range(0), hand_settled=[*ruled, *rest])

    found = answer(lake, items="posts")

    assert columns(found, "code", "share", "share_before") == [
        ("economy", 0.975, 1.0),
        ("politics", 0.025, 0.0),
    ]
    assert found.coverage["adjudicated"] == 10


def test_each_share_carries_the_alpha_of_its_code(make_lake: MakeLake) -> None:
    twice = [
        said(item, coder, "politics" if item % 2 == 0 or (coder == "ben" and item == 1) else None)
        for item in range(1, 11)
        for coder in ("ana", "ben")
    ]

    found = answer(by_hand(make_lake, range(1, 101), range(1, 101), hand_codings=twice), items="posts")

    assert found.rows[0]["alpha"] == pytest.approx(0.808081, abs=1e-6)


def test_counts_by_keywords_can_still_be_asked_for_and_shares_alone_too(make_lake: MakeLake) -> None:
    lake = by_hand(make_lake, range(1, 101), range(1, 101))

    counted = answer(lake, items="posts", coder="keywords v1")
    shared = answer(lake, items="posts", coder="hand")

    assert columns(counted, "measure", "items", "share") == [("keyword count", 160, None)]
    assert columns(shared, "measure") == [("random sample and model",)]
