"""What people decided stands in the lake, on both databases: who, when, why, and about which account."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from tests.test_review_desk import ACCEPT, SEEDS, TYPED
from tracker import accountdesk, desk, reviewdesk
from tracker.analysis.tables import open_lake
from tracker.store import lake, registry
from tracker.store.engine import unit_of_work

NOW = datetime(2024, 10, 1, 8, tzinfo=UTC)
CODER = lake.Coder("nobody", 1, "0", lambda texts: [[] for _ in texts])


@pytest.fixture
def rows(engine_of: Engine, tmp_path: Path) -> list[dict[str, Any]]:
    """The decisions of a record in which one of each kind was taken, an hour apart."""
    hours = (NOW + timedelta(hours=number) for number in range(100))
    with unit_of_work(engine_of) as session:
        registry.save_seeds(session, SEEDS, at=NOW)
    first = desk.add_suspect(engine_of, TYPED, now=next(hours)).suspect_id
    reviewdesk.review(engine_of, {"suspect": first, **ACCEPT}, now=next(hours))
    second = desk.add_suspect(
        engine_of, {**TYPED, "address_or_handle": "@Other_One"}, now=next(hours)
    ).suspect_id
    refused = {"suspect": second, "decision": "rejected", "by": "Ben Second", "reason": "No link at all."}
    reviewdesk.review(engine_of, refused, now=next(hours))
    again = {"suspect": second, "decision": "under_review", "by": "Ben Second"}
    reviewdesk.review(engine_of, again, now=next(hours))
    reviewdesk.review(engine_of, {**refused, "reason": "Still none."}, now=next(hours))
    [claim] = desk.claims_of(engine_of, "harbour-voice")
    objected = {"claim": claim["id"], "objector": "Harbour Ltd", "words": "Not us.", "received_on": "2024-10-01",
                "by": "Cid"}  # fmt: skip
    reviewdesk.object_to_claim(engine_of, objected, now=next(hours))
    gone = {"claim": claim["id"], "by": "Cid Editor", "reason": "Taken back."}
    reviewdesk.withdraw_claim(engine_of, gone, now=next(hours))
    same = {"account": "x:other_one", "into": "x:harbourfun", "by": "Cid Editor", "reason": "Renamed."}
    accountdesk.merge(engine_of, same, now=next(hours))
    lake.refresh(engine_of, tmp_path, coder=CODER)
    opened = open_lake(tmp_path)
    return opened.rows(opened.tables["decisions"].order_by("at", "number"))


def test_every_kind_of_decision_is_told_with_who_and_why(rows: list[dict[str, Any]]) -> None:
    told = [(row["kind"], row["account"], row["by"], row["reason"]) for row in rows]

    assert sorted(told, key=str) == sorted(
        [
            ("suspected", "x:harbourfun", "Ana Reader", TYPED["reason"]),
            ("taken_up", "x:harbourfun", "Ben Second", None),
            ("accepted", "x:harbourfun", "Ben Second", TYPED["reason"]),
            ("suspected", "x:harbourfun", "Ana Reader", TYPED["reason"]),
            ("taken_up", "x:harbourfun", "Ben Second", None),
            ("rejected", "x:harbourfun", "Ben Second", "No link at all."),
            ("reopened", "x:harbourfun", "Ben Second", None),
            ("rejected", "x:harbourfun", "Ben Second", "Still none."),
            ("objection", "x:harbourvoice", "Harbour Ltd", "Not us."),
            ("claim_withdrawn", "x:harbourvoice", "Cid Editor", "Taken back."),
            ("merge", "x:harbourfun", "Cid Editor", "Renamed."),
        ],
        key=str,
    )


def test_an_acceptance_carries_relation_body_document_and_rival(rows: list[dict[str, Any]]) -> None:
    [row] = [row for row in rows if row["kind"] == "accepted"]

    assert (row["predicate"], row["operator"], row["rival"]) == (
        "operated_by",
        "Harbour ICC",
        ACCEPT["rival"],
    )
    assert row["at"].startswith("2024-10-01T09:00:00")
    assert row["document"]


def test_an_objection_has_the_day_it_was_received_and_a_merge_the_other_name(
    rows: list[dict[str, Any]],
) -> None:
    found = {row["kind"]: row for row in rows}

    assert found["objection"]["on"] == date(2024, 10, 1).isoformat()
    assert found["merge"]["other"] == "x:other_one"


def test_the_mirror_lags_behind_once_somebody_decided(engine_of: Engine, tmp_path: Path) -> None:
    lake.refresh(engine_of, tmp_path, coder=CODER)

    desk.add_suspect(engine_of, TYPED, now=NOW)

    assert not lake.is_current(engine_of, tmp_path)
