"""What a labeler says of an account is its own opinion: listed beside the platform's labels, and counted with none of them."""

from datetime import UTC, date, datetime
from typing import Any

from tests.analysis.lakes import MakeLake
from tracker.analysis import marks
from tracker.findings import parse_options, run

LABELER = "did:plc:labeler"


def look(number: int, *given: str, issuer: str = LABELER, account: int = 1) -> list[dict[str, Any]]:
    return [
        {"look": f"profile-{number}", "account_id": account, "day": date(2026, 10, number), "evidence": f"e{number}",
         "observed_at": datetime(2026, 10, number, tzinfo=UTC), "issuer": issuer, "mark": mark}
        for mark in given or ("",)
    ]  # fmt: skip


def told(rows: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    return [
        (
            row["issuer"],
            row["state"],
            row["first_seen"].day,
            row["last_seen"].day,
            row["looks"],
            row["latest"],
        )
        for row in marks.runs(rows)
    ]


def test_each_label_of_a_labeler_has_its_own_runs_and_none_is_one_too() -> None:
    rows = [*look(1), *look(2, "state-media"), *look(3, "state-media", "spam"), *look(4), *look(5, "spam")]

    assert told(rows) == [
        (LABELER, "none", 1, 1, 1, False),
        (LABELER, "none", 4, 4, 1, False),
        (LABELER, "spam", 3, 3, 1, False),
        (LABELER, "spam", 5, 5, 1, True),
        (LABELER, "state-media", 2, 3, 2, False),
    ]


def test_two_labelers_are_two() -> None:
    rows = [*look(1, "a", issuer="did:one"), *look(1, issuer="did:two")]

    assert told(rows) == [("did:one", "a", 1, 1, 1, True), ("did:two", "none", 1, 1, 1, True)]


def test_a_finding_names_the_issuer_and_counts_only_what_platforms_say(make_lake: MakeLake) -> None:
    lake = make_lake(
        accounts=[
            {"account_id": number, "account": f"bluesky:{name}", "platform": "bluesky", "status": "accepted"}
            for number, name in ((1, "river"), (2, "lake"))
        ],
        looks=[
            {"look": "profile-1", "account_id": 1, "day": date(2026, 10, 1), "label": "none",
             "observed_at": datetime(2026, 10, 1, tzinfo=UTC)},
            *look(1, "state-media"),
            *look(2, account=2),
        ],
    )  # fmt: skip

    found = run("labels", lake, parse_options("labels", {}))

    assert [(row["account"], row["issuer"], row["state"]) for row in found.rows] == [
        ("bluesky:river", "platform", "none"),
        ("bluesky:lake", LABELER, "none"),
        ("bluesky:river", LABELER, "state-media"),
    ]
    assert (found.n, found.coverage["accounts_checked"]) == (1, 1)
    assert found.rows[2]["account_status"] == "accepted"
