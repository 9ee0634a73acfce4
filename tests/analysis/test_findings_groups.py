"""Who is counted: accepted accounts as state-linked, the others and the comparison apart, and a reader sees how many."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from tests.analysis.lakes import MakeLake
from tracker.analysis.tables import Lake
from tracker.errors import BadInput
from tracker.findings import NAMES, Finding, parse_options, run

STATUSES = ("accepted", "suspected", "control", "unassessed")
OF_GROUP = {"state-linked": [1], "others": [2, 4, None], "control": [3]}
DAY = date(2024, 5, 2)


def answer(lake: Lake, name: str, **raw: str) -> Finding:
    return run(name, lake, parse_options(name, raw))


@pytest.fixture
def lake(make_lake: MakeLake) -> Lake:
    """One account of each of four statuses, and items of no account at all: one ad, one post and one change each."""
    ids = [1, 2, 3, 4, None]
    return make_lake(
        accounts=[
            {"account_id": number, "account": f"x:a{number}", "platform": "x", "handle": f"a{number}", "status": status}
            for number, status in enumerate(STATUSES, start=1)
        ],
        ads=[
            {"account_id": one, "first_shown": DAY, "payer": f"payer {one}", "targeting_set_id": 1, "evidence": "aa"}
            for one in ids
        ] + [{"account_id": 2, "first_shown": None, "evidence": "aa"}],
        posts=[{"account_id": one, "day": DAY, "source": "pages"} for one in ids],
        targets=[{"targeting_set_id": 1, "kind": "follower_lookalike", "value": "@somebody"}],
        listings=[
            {"account_id": one, "covers_from": date(2024, 5, 1), "covers_to": date(2024, 5, 31), "evidence": "aa"}
            for one in ids
        ],
        changes=[
            {"account_id": one, "at": datetime(2024, 5, 3, tzinfo=UTC), "type": "ad_new", "subject": "an ad"}
            for one in ids
        ],
    )  # fmt: skip


@pytest.mark.parametrize("group", OF_GROUP)
@pytest.mark.parametrize(
    ("name", "options", "each"),
    [
        ("ads-per-month", {}, 1), ("payers", {}, 1), ("topics", {}, 1), ("topics", {"items": "posts"}, 1),
        ("targeting", {}, 1), ("audiences", {}, 1), ("ads", {}, 1), ("posts-per-month", {}, 1), ("changes", {}, 1),
    ],
)  # fmt: skip
def test_a_group_counts_its_accounts_and_what_names_no_account_is_among_the_others(
    lake: Lake, name: str, options: dict[str, str], each: int, group: str
) -> None:
    found = answer(lake, name, group=group, **options)

    undated = 1 if (name, group) in {("payers", "others"), ("ads", "others")} else 0
    assert found.n == each * len(OF_GROUP[group]) + undated


@pytest.mark.parametrize("name", ["ads-per-month", "topics", "targeting", "audiences", "payers", "ads"])
def test_a_reader_sees_what_lies_in_and_outside_the_group(lake: Lake, name: str) -> None:
    found = answer(lake, name, group="state-linked")

    assert found.coverage["groups"] == {
        "state-linked": {"items": 1, "undated": 0, "accounts": 1, "counted": True},
        "others": {"items": 4, "undated": 1, "accounts": 2, "counted": False},
        "control": {"items": 1, "undated": 0, "accounts": 1, "counted": False},
    }


def test_everything_is_counted_unless_a_group_is_asked_for(lake: Lake) -> None:
    asked, unasked = answer(lake, "ads-per-month", group="all"), answer(lake, "ads-per-month")

    assert (asked.n, asked.to_dict()) == (5, unasked.to_dict())
    assert all(facts["counted"] for facts in unasked.coverage["groups"].values())


def test_the_shift_of_a_group_compares_its_ads_only(lake: Lake) -> None:
    found = answer(lake, "targeting-shift", periods="2024-04,2024-05", group="control")

    assert (found.rows[0]["n_from"], found.rows[0]["n_to"]) == (0, 1)


def test_coverage_of_a_group_keeps_the_answers_about_whole_data_sets(lake: Lake) -> None:
    found = answer(lake, "coverage", group="control", by="month")

    shown = [(row["account"], row["account_status"], row["rows"]) for row in found.rows]
    assert shown == [(None, None, 1), ("x:a3", "control", 1)]


def test_the_accounts_of_a_group_are_listed_with_how_many_there_are_of_the_others(lake: Lake) -> None:
    found = answer(lake, "accounts", group="others")

    assert [(row["account"], row["status"]) for row in found.rows] == [("x:a2", "suspected"), ("x:a4", "unassessed")]  # fmt: skip
    assert found.coverage["groups"]["state-linked"]["accounts"] == 1


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("ads-per-month", {"by": "account"}), ("posts-per-month", {"by": "account"}), ("payers", {}),
        ("topics", {"by": "account", "items": "posts"}), ("audiences", {}), ("ads", {}), ("changes", {}),
        ("coverage", {}),
    ],
)  # fmt: skip
def test_a_row_about_an_account_carries_its_status(lake: Lake, name: str, options: dict[str, str]) -> None:
    found = answer(lake, name, **options)

    statuses: dict[Any, Any] = {row["account"]: row["account_status"] for row in found.rows}
    assert all(
        statuses.get(f"x:a{number}", status) == status for number, status in enumerate(STATUSES, start=1)
    )


@pytest.mark.parametrize("name", [name for name, told in NAMES.items() if "group" in told.options])
def test_a_group_that_does_not_exist_names_those_that_do(name: str) -> None:
    with pytest.raises(BadInput, match="'linked'; expected state-linked or others or control or all"):
        parse_options(name, {"group": "linked"})
