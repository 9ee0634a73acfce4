from datetime import date
from typing import Any

import pytest

from tests.analysis.lakes import MakeLake
from tracker.analysis.tables import Lake
from tracker.errors import BadInput
from tracker.findings import Finding, parse_options, run

ACCOUNTS = [
    {"account_id": 1, "account": "x:chinasays", "platform": "x", "handle": "ChinaSays", "brand_id": "china-says",
     "brand": "China Says", "status": "accepted"},
    {"account_id": 2, "account": "x:dailybae", "platform": "x", "handle": "dailybae", "brand_id": "daily-bae",
     "brand": "Daily Bae", "status": "suspected"},
]  # fmt: skip


def ad(day: date | None, **values: Any) -> dict[str, Any]:
    return {"first_shown": day, "evidence": "aa", **values}


def answer(lake: Lake, name: str, **raw: str) -> Finding:
    return run(name, lake, parse_options(name, raw))


def columns(found: Finding, *names: str) -> list[tuple[Any, ...]]:
    return [tuple(row[name] for name in names) for row in found.rows]


@pytest.fixture
def lake(make_lake: MakeLake) -> Lake:
    """January to June 2024: March answered and empty, April not answered, May answered for half of it."""
    return make_lake(
        accounts=ACCOUNTS,
        ads=[
            ad(date(2024, 1, 5), payer="Shanghai Yangzhi", impressions_lower=10.0, impressions_upper=20.0),
            ad(date(2024, 1, 31), payer="Shanghai Yangzhi", impressions_lower=1.5, impressions_upper=2.0,
               last_shown=date(2024, 2, 9)),
            ad(date(2024, 2, 1), account_id=2, impressions_lower=100.0, text="Taiwan <b>strait</b>"),
            ad(date(2024, 6, 30), payer="Socialydia", evidence="bb", text="Opera"),
            ad(None, payer="Shanghai Yangzhi"),
        ],
        listings=[
            {"account_id": 1, "covers_from": date(2024, 1, 1), "covers_to": date(2024, 3, 31), "evidence": "aa"},
            {"account_id": 1, "covers_from": date(2024, 4, 1), "covers_to": date(2024, 4, 30),
             "outcome": "empty_unverified", "evidence": "cc"},
            {"account_id": 1, "covers_from": date(2024, 5, 1), "covers_to": date(2024, 5, 15),
             "outcome": "empty_confirmed"},
            {"account_id": 2, "covers_from": date(2024, 2, 1), "covers_to": date(2024, 2, 29), "evidence": "aa"},
            {"account_id": 2, "covers_from": date(2024, 6, 1), "covers_to": date(2024, 6, 30),
             "outcome": "throttled"},
            {"source": "pages", "account_id": 1, "covers_from": date(2024, 1, 1), "covers_to": date(2024, 6, 30)},
        ],
        posts=[{"day": date(2024, 1, 1)}],
        quarantined=[{"source": "x_ads", "line": 9}, {"source": "other", "line": 1}],
    )  # fmt: skip


def test_ads_count_in_the_month_of_their_first_day_and_only_answered_months_can_be_zero(lake: Lake) -> None:
    found = answer(lake, "ads-per-month")

    assert found.rows == [
        {"month": "2024-01", "ads": 2, "impressions_lower": 11.5, "impressions_upper": 22, "ads_with_impressions": 2},
        {"month": "2024-02", "ads": 1, "impressions_lower": 100, "impressions_upper": None,
         "ads_with_impressions": 1},
        {"month": "2024-03", "ads": 0, "impressions_lower": None, "impressions_upper": None,
         "ads_with_impressions": 0},
        {"month": "2024-06", "ads": 1, "impressions_lower": None, "impressions_upper": None,
         "ads_with_impressions": 0},
    ]  # fmt: skip
    assert found.n == 4
    assert found.coverage == {
        "listings": 5,
        "outcomes": {"empty_confirmed": 1, "empty_unverified": 1, "rows": 2, "throttled": 1},
        "covered_from": "2024-01-01",
        "covered_to": "2024-06-30",
        "quarantined": 1,
        "undated": 1,
        "months_without_answer": ["2024-04..2024-05"],
        "groups": {
            "state-linked": {"items": 4, "undated": 1, "accounts": 1, "counted": True},
            "others": {"items": 1, "undated": 0, "accounts": 1, "counted": True},
            "control": {"items": 0, "undated": 0, "accounts": 0, "counted": True},
        },
    }
    assert (found.evidence, found.evidence_count) == (("aa", "bb", "cc"), 3)


def test_ads_by_account_carry_its_status_and_a_zero_needs_an_answer_for_that_account(lake: Lake) -> None:
    found = answer(lake, "ads-per-month", by="account")

    assert columns(found, "month", "account", "account_status", "ads") == [
        ("2024-01", "x:chinasays", "accepted", 2),
        ("2024-02", "x:chinasays", "accepted", 0),
        ("2024-02", "x:dailybae", "suspected", 1),
        ("2024-03", "x:chinasays", "accepted", 0),
        ("2024-06", "x:chinasays", "accepted", 1),
    ]


def test_an_answer_about_no_account_in_particular_covers_every_account(make_lake: MakeLake) -> None:
    lake = make_lake(
        accounts=ACCOUNTS,
        ads=[ad(date(2016, 1, 1)), ad(date(2016, 3, 1), account_id=2)],
        listings=[{"covers_from": date(2015, 1, 1), "covers_to": date(2016, 12, 31)}],
    )

    found = answer(lake, "ads-per-month", by="account,repository")

    assert columns(found, "month", "account", "repository", "ads") == [
        ("2016-01", "x:chinasays", "x_ads", 1),
        ("2016-01", "x:dailybae", "x_ads", 0),
        ("2016-02", "x:chinasays", "x_ads", 0),
        ("2016-02", "x:dailybae", "x_ads", 0),
        ("2016-03", "x:chinasays", "x_ads", 0),
        ("2016-03", "x:dailybae", "x_ads", 1),
    ]


def test_ads_by_payer_have_no_invented_zeros_and_an_unpublished_payer_is_none(lake: Lake) -> None:
    found = answer(lake, "ads-per-month", by="payer")

    assert columns(found, "month", "payer", "ads") == [
        ("2024-01", "Shanghai Yangzhi", 2),
        ("2024-02", None, 1),
        ("2024-06", "Socialydia", 1),
    ]


@pytest.mark.parametrize(
    ("raw", "months"),
    [
        ({"since": "2024-02"}, ["2024-02", "2024-03", "2024-06"]),
        ({"until": "2024-02"}, ["2024-01", "2024-02"]),
        ({"since": "2024-01-06", "until": "2024-01-31"}, ["2024-01"]),
        ({"account": "@CHINAsays"}, ["2024-01", "2024-02", "2024-03", "2024-06"]),
        ({"account": "x:dailybae"}, ["2024-02"]),
        ({"account": "china-says", "payer": "Socialydia"}, ["2024-06"]),
        ({"source": "meta_ads"}, []),
        ({"text": "STRAIT</b>"}, ["2024-02"]),
        ({"text": "%"}, []),
        ({"limit": "1"}, ["2024-01"]),
    ],
)
def test_limits_narrow_what_is_counted(lake: Lake, raw: dict[str, str], months: list[str]) -> None:
    assert [row["month"] for row in answer(lake, "ads-per-month", **raw).rows] == months


def test_rows_that_a_limit_cuts_are_counted(lake: Lake) -> None:
    assert answer(lake, "ads-per-month", limit="1").coverage["rows_left_out"] == 3


def test_an_account_that_nobody_knows_is_refused_by_name(lake: Lake) -> None:
    with pytest.raises(BadInput, match="'x:nobody'") as caught:
        answer(lake, "ads-per-month", account="x:nobody")

    assert caught.value.field == "account"


def test_payers_stand_with_their_first_and_last_day(lake: Lake) -> None:
    found = answer(lake, "payers")

    assert found.rows == [
        {"payer": "Shanghai Yangzhi", "account": "x:chinasays", "first_shown": "2024-01-05",
         "last_shown": "2024-02-09", "ads": 3, "undated": 1, "brand": "China Says", "account_status": "accepted"},
        {"payer": None, "account": "x:dailybae", "first_shown": "2024-02-01", "last_shown": "2024-02-01", "ads": 1,
         "undated": 0, "brand": "Daily Bae", "account_status": "suspected"},
        {"payer": "Socialydia", "account": "x:chinasays", "first_shown": "2024-06-30", "last_shown": "2024-06-30",
         "ads": 1, "undated": 0, "brand": "China Says", "account_status": "accepted"},
    ]  # fmt: skip
    assert found.n == 5


def test_payers_between_two_days_leave_undated_ads_out(lake: Lake) -> None:
    found = answer(lake, "payers", since="2024-01", until="2024-01")

    assert columns(found, "payer", "ads", "undated") == [("Shanghai Yangzhi", 2, 0)]


def test_the_ads_themselves_come_latest_first_with_undated_ones_last(lake: Lake) -> None:
    found = answer(lake, "ads")

    assert columns(found, "ad", "first_shown", "account", "account_status", "text", "codes") == [
        (4, "2024-06-30", "x:chinasays", "accepted", "Opera", []),
        (3, "2024-02-01", "x:dailybae", "suspected", "Taiwan <b>strait</b>", []),
        (2, "2024-01-31", "x:chinasays", "accepted", None, []),
        (1, "2024-01-05", "x:chinasays", "accepted", None, []),
        (5, None, "x:chinasays", "accepted", None, []),
    ]


def test_ads_left_out_by_a_limit_are_counted_and_the_kept_ones_bear_their_codes(make_lake: MakeLake) -> None:
    lake = make_lake(
        accounts=ACCOUNTS,
        ads=[ad(date(2024, 1, day)) for day in (1, 2, 3)],
        codings=[
            {"item_id": 3, "code": "taiwan", "parent": "politics"},
            {"item_id": 3, "code": "opera", "parent": "culture"},
            {"item_id": 3, "code": "old", "parent": "culture", "coder": "keywords v0", "codebook_version": 0},
            {"item_id": 1, "code": "opera", "parent": "culture"},
        ],
    )

    found = answer(lake, "ads", limit="1")

    assert columns(found, "ad", "codes") == [(3, ["opera", "taiwan"])]
    assert (found.n, found.coverage["rows_left_out"], found.coverage["coder"]) == (3, 2, "keywords v1")
    assert [row["ad"] for row in answer(lake, "ads", code="politics").rows] == [3]
    assert [row["ad"] for row in answer(lake, "ads", code="opera").rows] == [3, 1]
    assert [row["ad"] for row in answer(lake, "ads", code="old").rows] == []


def test_a_country_keeps_the_ads_of_the_answers_about_it(make_lake: MakeLake) -> None:
    lake = make_lake(
        accounts=ACCOUNTS,
        ads=[ad(date(2024, 1, 1)), ad(date(2024, 1, 2), listing_id=2)],
        listings=[{"account_id": 1, "country": "DE"}, {"account_id": 1, "country": "FR"}],
    )

    found = answer(lake, "ads", country="FR")

    assert [row["ad"] for row in found.rows] == [2]
    assert found.coverage["listings"] == 1


def test_posts_are_counted_by_month_and_section_without_the_answers_about_ads(make_lake: MakeLake) -> None:
    lake = make_lake(
        accounts=ACCOUNTS,
        ads=[ad(date(2024, 1, 1))],
        posts=[
            {"day": date(2022, 2, 1), "section": "world"},
            {"day": date(2022, 2, 2), "section": "world"},
            {"day": date(2022, 4, 1), "section": None},
        ],
        listings=[
            {
                "source": "pages",
                "account_id": 1,
                "covers_from": date(2022, 2, 1),
                "covers_to": date(2022, 3, 31),
            },
            {"source": "x_ads", "account_id": 1},
        ],
    )

    whole, by_section = answer(lake, "posts-per-month"), answer(lake, "posts-per-month", by="section")

    assert whole.rows == [
        {"month": "2022-02", "posts": 2},
        {"month": "2022-03", "posts": 0},
        {"month": "2022-04", "posts": 1},
    ]
    assert columns(by_section, "month", "section", "posts") == [("2022-02", "world", 2), ("2022-04", None, 1)]
    assert (whole.n, whole.coverage["listings"]) == (3, 1)
