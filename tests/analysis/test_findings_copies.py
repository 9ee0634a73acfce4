"""Who said nearly the same, and when each did first: a lead with its evidence, and no word on who stands behind it."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from tests.analysis.lakes import MakeLake
from tracker.analysis.tables import Lake
from tracker.findings import Finding, parse_options, run

SAID = "The port of our city opens its new harbour to every guest from abroad"
OTHER = "Snow peaks at sunrise filmed from the air before the first train arrives in the valley"


def post(account: int | None, day: int, text: str, hour: int = 9) -> dict[str, Any]:
    moment = datetime(2024, 7, day, hour, tzinfo=UTC)
    return {"account_id": account, "day": moment.date(), "published_at": moment, "text": text}


@pytest.fixture
def lake(make_lake: MakeLake) -> Lake:
    return make_lake(
        accounts=[
            {"account_id": 1, "account": "x:harbour", "status": "accepted"},
            {"account_id": 2, "account": "x:person", "status": "unassessed"},
            {"account_id": 3, "account": "x:tide", "status": "accepted"},
        ],
        posts=[
            post(1, 3, f"{SAID} today"),
            post(2, 2, f"{SAID} tomorrow", hour=12),
            post(3, 2, f"{SAID} today #harbour", hour=8),
            post(1, 9, f"{SAID} today"),
            post(None, 1, f"{SAID} today"),
            post(1, 4, OTHER),
            post(1, 5, OTHER),
            post(2, 6, "Good morning"),
            post(3, 7, "good morning!"),
        ],
        ads=[
            {"account_id": account, "first_shown": date(2024, 7, account), "text": OTHER}
            for account in (1, 3)
        ],
    )


def answer(lake: Lake, **raw: str) -> Finding:
    return run("copies", lake, parse_options("copies", {"items": "posts"} | raw))


def told(found: Finding, *names: str) -> list[tuple[Any, ...]]:
    return [tuple(row[name] for name in names) for row in found.rows]


def test_each_account_stands_with_its_earliest_and_that_ones_evidence_the_first_account_first(
    lake: Lake,
) -> None:
    found = answer(lake)

    assert told(found, "group", "account", "items", "first", "last", "at", "snapshot", "distance") == [
        ("post-1", "x:tide", 1, "2024-07-02", "2024-07-02", "2024-07-02T08:00:00Z", "post-3", 0.067),
        ("post-1", "x:person", 1, "2024-07-02", "2024-07-02", "2024-07-02T12:00:00Z", "post-2", 0.133),
        ("post-1", "x:harbour", 2, "2024-07-03", "2024-07-09", "2024-07-03T09:00:00Z", "post-1", 0.0),
        ("post-8", "x:person", 1, "2024-07-06", "2024-07-06", "2024-07-06T09:00:00Z", "post-8", 0.0),
        ("post-8", "x:tide", 1, "2024-07-07", "2024-07-07", "2024-07-07T09:00:00Z", "post-9", 0.0),
    ]  # fmt: skip
    assert told(found, "group_items", "group_accounts", "group_first", "group_last")[0] == (
        4, 3, "2024-07-02", "2024-07-09",
    )  # fmt: skip
    assert (
        found.n,
        found.coverage["groups_of_copies"],
        found.coverage["groups_of_copies_left_out"],
        found.coverage["accounts"],
    ) == (6, 2, 0, 3)


def test_nobody_is_called_an_operator_for_saying_the_same(lake: Lake) -> None:
    found = answer(lake)

    assert "operator" not in found.columns
    assert [row["account_status"] for row in found.rows if row["account"] == "x:person"] == ["unassessed"] * 2
    assert any("lead for a person to judge" in caveat for caveat in found.caveats)


def test_what_one_account_says_again_and_again_is_no_copy_across_accounts(lake: Lake) -> None:
    found = answer(lake, text="snow")

    assert found.rows == []
    assert found.coverage["groups_of_copies"] == 0


def test_an_account_stands_with_all_who_said_the_same(lake: Lake) -> None:
    found = answer(lake, account="x:harbour")

    assert told(found, "group", "account") == [
        ("post-1", "x:tide"), ("post-1", "x:person"), ("post-1", "x:harbour"),
    ]  # fmt: skip


def test_a_stretch_of_days_is_all_that_counts(lake: Lake) -> None:
    found = answer(lake, since="2024-07-03", until="2024-07-06")

    assert found.rows == []


def test_ads_are_compared_with_ads(lake: Lake) -> None:
    found = run("copies", lake, parse_options("copies", {}))

    assert told(found, "group", "account", "snapshot", "first", "at") == [
        ("ad-1", "x:harbour", "ad-1", "2024-07-01", None), ("ad-1", "x:tide", "ad-2", "2024-07-03", None),
    ]  # fmt: skip


def test_what_each_group_of_accounts_holds_stands_beside_as_in_every_finding(lake: Lake) -> None:
    found = answer(lake)

    assert found.coverage["groups"]["state-linked"] == {
        "items": 6,
        "undated": 0,
        "accounts": 2,
        "counted": True,
    }
