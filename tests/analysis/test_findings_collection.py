from datetime import UTC, date, datetime
from typing import Any

import pytest

from tests.analysis.lakes import MakeLake
from tracker.analysis import coverage
from tracker.analysis.tables import Lake
from tracker.findings import Finding, parse_options, run

ACCOUNTS = [
    {"account_id": 1, "account": "x:chinasays", "brand": "China Says", "platform": "x", "handle": "ChinaSays",
     "status": "accepted", "operator": "China Internet News Center", "confidence": "high", "document": "DFRLab"},
    {"account_id": 2, "account": "x:dailybae", "brand": "Daily Bae", "platform": "x", "handle": "dailybae",
     "status": "suspected"},
    {"account_id": 3, "account": "facebook:~daily-bae", "brand": "Daily Bae", "platform": "facebook",
     "status": "suspected"},
]  # fmt: skip


def answer(lake: Lake, name: str, **raw: str) -> Finding:
    return run(name, lake, parse_options(name, raw))


def columns(found: Finding, *names: str) -> list[tuple[Any, ...]]:
    return [tuple(row[name] for name in names) for row in found.rows]


def test_changes_stand_in_their_order_with_both_snapshots(make_lake: MakeLake) -> None:
    lake = make_lake(
        accounts=ACCOUNTS,
        changes=[
            {"at": datetime(2024, 7, 8, 1, tzinfo=UTC), "type": "ad_new", "account_id": 2, "subject": "ad b",
             "snapshot_before": "listing-1", "snapshot_after": "ad-2"},
            {"at": datetime(2024, 7, 1, 23, 59, tzinfo=UTC), "type": "payer_new", "account_id": 1,
             "subject": "x:chinasays", "field": "payer", "before": None, "after": "Socialydia",
             "snapshot_before": "listing-1", "snapshot_after": "ad-1"},
            {"at": datetime(2024, 7, 9, tzinfo=UTC), "type": "ad_gone", "account_id": None, "subject": "ad c",
             "snapshot_before": "ad-3", "snapshot_after": "listing-2"},
        ],
    )  # fmt: skip

    found = answer(lake, "changes")

    assert found.rows[0] == {
        "at": "2024-07-01T23:59:00Z", "type": "payer_new", "subject": "x:chinasays", "field": "payer",
        "before": None, "after": "Socialydia", "snapshot_before": "listing-1", "snapshot_after": "ad-1",
        "account": "x:chinasays", "account_status": "accepted",
    }  # fmt: skip
    assert columns(found, "type", "account") == [
        ("payer_new", "x:chinasays"),
        ("ad_new", "x:dailybae"),
        ("ad_gone", None),
    ]
    assert found.coverage["types"] == {"ad_gone": 1, "ad_new": 1, "payer_new": 1}
    assert columns(answer(lake, "changes", kinds="ad_new,ad_gone"), "type") == [("ad_new",), ("ad_gone",)]
    assert columns(answer(lake, "changes", until="2024-07-01"), "type") == [("payer_new",)]
    assert columns(answer(lake, "changes", since="2024-07-09"), "type") == [("ad_gone",)]
    assert columns(answer(lake, "changes", account="dailybae"), "type") == [("ad_new",)]


def test_accounts_stand_with_who_attributed_them(make_lake: MakeLake) -> None:
    lake = make_lake(accounts=ACCOUNTS)

    found = answer(lake, "accounts")

    assert found.columns[:7] == (
        "brand",
        "platform",
        "handle",
        "status",
        "operator",
        "confidence",
        "document",
    )
    assert columns(found, *found.columns[:7]) == [
        ("China Says", "x", "ChinaSays", "accepted", "China Internet News Center", "high", "DFRLab"),
        ("Daily Bae", "facebook", None, "suspected", None, None, None),
        ("Daily Bae", "x", "dailybae", "suspected", None, None, None),
    ]
    assert (found.n, found.coverage["statuses"]) == (3, {"accepted": 1, "suspected": 2})
    assert answer(lake, "accounts", status="accepted").n == 1
    assert answer(lake, "accounts", account="dailybae").n == 1


@pytest.fixture
def lake(make_lake: MakeLake) -> Lake:
    return make_lake(
        accounts=ACCOUNTS,
        ads=[
            {"first_shown": date(2024, 1, 30)},
            {"first_shown": date(2024, 1, 30)},
            {"first_shown": date(2024, 2, 2), "account_id": 2},
        ],
        posts=[{"day": date(2024, 2, 1)}, {"day": date(2024, 2, 3)}],
        listings=[
            {"account_id": 1, "covers_from": date(2024, 1, 30), "covers_to": date(2024, 1, 31)},
            {"account_id": 1, "covers_from": date(2024, 1, 31), "covers_to": date(2024, 1, 31), "outcome": "error"},
            {"account_id": 1, "covers_from": date(2024, 2, 2), "covers_to": date(2024, 2, 2),
             "outcome": "throttled"},
            {"account_id": 1, "source": "pages", "observed_at": datetime(2024, 2, 1, 23, tzinfo=UTC)},
            {"account_id": None, "source": "pages", "covers_from": date(2024, 2, 1), "covers_to": date(2024, 2, 1),
             "outcome": "empty_unverified"},
        ],
    )  # fmt: skip


def test_every_day_has_its_best_answer_and_a_day_nobody_asked_for_says_so(lake: Lake) -> None:
    found = answer(lake, "coverage")

    assert columns(found, "account", "source", "day", "expected", "asked", "outcome", "rows") == [
        (None, "pages", "2024-02-01", 1, 1, "empty_unverified", 1),
        ("x:chinasays", "pages", "2024-02-01", 1, 1, "rows", 1),
        ("x:chinasays", "x_ads", "2024-01-30", 1, 1, "rows", 2),
        ("x:chinasays", "x_ads", "2024-01-31", 1, 1, "rows", 0),
        ("x:chinasays", "x_ads", "2024-02-01", 1, 0, "not asked", None),
        ("x:chinasays", "x_ads", "2024-02-02", 1, 1, "throttled", None),
    ]
    assert (found.n, found.coverage["days_expected"], found.coverage["days_asked"]) == (6, 6, 5)


def test_a_day_says_why_its_question_ended_so_and_how_many_the_platform_states(make_lake: MakeLake) -> None:
    whole = {"account_id": 1, "covers_from": date(2024, 1, 30), "covers_to": date(2024, 2, 1)}
    lake = make_lake(
        accounts=ACCOUNTS,
        listings=[
            whole | {"observed_at": datetime(2024, 3, 1, tzinfo=UTC), "read": 2, "stated_total": 3},
            whole | {"observed_at": datetime(2024, 3, 2, tzinfo=UTC), "read": 3, "stated_total": 3},
            whole | {"observed_at": datetime(2024, 3, 3, tzinfo=UTC), "read": 3},
            whole | {"observed_at": datetime(2024, 3, 3, tzinfo=UTC), "outcome": "throttled", "message": "wait"},
            {"account_id": 1, "covers_from": date(2024, 2, 1), "covers_to": date(2024, 2, 2), "read": 118,
             "stated_total": 120, "message": "goes on after 2 pages"},
            {"account_id": 1, "covers_from": date(2024, 2, 3), "covers_to": date(2024, 2, 3),
             "outcome": "refused", "message": "E17"},
        ],
    )  # fmt: skip

    found = answer(lake, "coverage")

    assert columns(found, "day", "outcome", "message", "read", "stated_total") == [
        ("2024-01-30", "rows", None, 3, 3),
        ("2024-01-31", "rows", None, 3, 3),
        ("2024-02-01", "rows", "goes on after 2 pages", 118, 120),
        ("2024-02-02", "rows", "goes on after 2 pages", 118, 120),
        ("2024-02-03", "refused", "E17", None, None),
    ]
    assert columns(answer(lake, "coverage", by="month"), "month", "message", "read", "stated_total") == [
        ("2024-01", None, 3, 3),
        ("2024-02", "goes on after 2 pages", 118, 120),
    ]
    assert columns(answer(lake, "coverage", until="2024-02-04"), "message")[-1] == (None,)


def test_a_day_that_a_round_left_out_was_not_asked_and_says_why(make_lake: MakeLake) -> None:
    left = {"account_id": 1, "outcome": "not_asked", "message": "x_ads asked us to wait: 429"}
    lake = make_lake(
        accounts=ACCOUNTS,
        listings=[
            {"account_id": 1, "covers_from": date(2024, 1, 30), "covers_to": date(2024, 1, 30)},
            {
                "account_id": 1,
                "covers_from": date(2024, 1, 31),
                "covers_to": date(2024, 1, 31),
                "outcome": "eaten",
            },
            left | {"covers_from": date(2024, 1, 30), "covers_to": date(2024, 2, 1)},
        ],
    )

    found = answer(lake, "coverage")

    assert columns(found, "day", "asked", "outcome", "rows", "message") == [
        ("2024-01-30", 1, "rows", 0, None),
        ("2024-01-31", 1, "eaten", None, None),
        ("2024-02-01", 0, "not asked", None, "x_ads asked us to wait: 429"),
    ]
    assert found.coverage["listings"] == 2
    assert found.coverage["outcomes"] == {"eaten": 1, "not_asked": 1, "rows": 1}
    assert (found.coverage["days_expected"], found.coverage["days_asked"]) == (3, 2)
    assert found.coverage["groups"]["state-linked"]["items"] == 2


def test_since_and_until_widen_the_days_that_are_expected(lake: Lake) -> None:
    found = answer(lake, "coverage", source="x_ads", since="2024-01-29", until="2024-01-30")

    assert columns(found, "day", "asked", "outcome", "rows") == [
        ("2024-01-29", 0, "not asked", None),
        ("2024-01-30", 1, "rows", 2),
    ]


def test_months_roll_the_days_up(lake: Lake) -> None:
    found = answer(lake, "coverage", by="month", source="x_ads")

    assert columns(found, "account", "month", "expected", "asked", "outcome", "rows") == [
        ("x:chinasays", "2024-01", 2, 2, "rows", 2),
        ("x:chinasays", "2024-02", 2, 1, "throttled", None),
    ]


def test_the_coverage_of_an_account_includes_the_answers_about_whole_data_sets(make_lake: MakeLake) -> None:
    lake = make_lake(
        accounts=ACCOUNTS,
        ads=[{"first_shown": date(2016, 1, 2), "account_id": 2}, {"first_shown": date(2016, 1, 1)}],
        listings=[{"covers_from": date(2016, 1, 1), "covers_to": date(2016, 1, 2)}],
    )

    found = answer(lake, "coverage", account="dailybae")

    assert columns(found, "account", "day", "outcome", "rows") == [
        (None, "2016-01-01", "rows", 0),
        (None, "2016-01-02", "rows", 1),
    ]


def test_an_outcome_that_nobody_listed_is_the_worst() -> None:
    assert coverage.best_first(["eaten", "throttled", "error", "gone", "rows", "gone"]) == (
        "rows", "gone", "throttled", "error", "eaten",
    )  # fmt: skip
