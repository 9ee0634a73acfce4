"""Which bodies payers may be, and payers that accounts share."""

from datetime import date
from typing import Any

import pytest

from tests.analysis.lakes import MakeLake
from tracker.analysis.tables import Lake
from tracker.findings import Finding, parse_options, run

DOUBT = "a match of names only: no register entry was compared"


def answer(lake: Lake, name: str, **raw: str) -> Finding:
    return run(name, lake, parse_options(name, raw))


def ad(account_id: int, payer: str | None, day: date, **values: Any) -> dict[str, Any]:
    return {"account_id": account_id, "payer": payer, "first_shown": day, **values}


@pytest.fixture
def lake(make_lake: MakeLake) -> Lake:
    return make_lake(
        accounts=[
            {"account_id": 1, "account": "x:harbour", "platform": "x", "brand_id": "harbour", "status": "accepted"},
            {"account_id": 2, "account": "x:tide", "platform": "x", "status": "suspected"},
            {"account_id": 3, "account": "x:reef", "platform": "x", "status": "control"},
        ],
        ads=[
            ad(1, "Lantern Media", date(2024, 1, 1)),
            ad(1, "Lantern Media", date(2024, 3, 1), last_shown=date(2024, 4, 1), beneficiary="Harbour City"),
            ad(2, "LANTERN MEDIA", date(2024, 2, 1)),
            ad(2, "Lantern Media Ltd", date(2024, 2, 2)),
            ad(3, "Alone", date(2024, 2, 1)),
            ad(3, None, date(2024, 2, 1)),
        ],
        organisations=[
            {"organisation_id": "lantern", "name": "Lantern Media", "aliases": "灯笼传媒\nLM"},
            {"organisation_id": "city", "name": "City of Harbour", "native_name": "Harbour City"},
        ],
        claims=[
            {"claim_id": 1, "subject_type": "organisation", "subject": "lantern", "predicate": "pays_for",
             "object_type": "brand", "object": "harbour", "grade": "moderate", "withdrawn": False},
            {"claim_id": 2, "subject_type": "organisation", "subject": "lantern", "predicate": "same_as",
             "object_type": "organisation", "object": "city", "grade": "low", "withdrawn": False,
             "subject_name": "Lantern Media", "object_name": "City of Harbour"},
        ],
    )  # fmt: skip


def test_payers_and_beneficiaries_stand_with_the_bodies_they_may_be(lake: Lake) -> None:
    found = answer(lake, "payer-candidates")

    told = [
        (row["role"], row["payer"], row["organisation"], row["state"], row["by"], row["accounts"], row["ads"])
        for row in found.rows
    ]
    assert told == [
        ("payer", "Lantern Media", "lantern", "resolved", "claim", ["x:harbour"], 2),
        ("beneficiary", "Harbour City", "city", "resolved", "alias", ["x:harbour"], 1),
        ("payer", "LANTERN MEDIA", "lantern", "resolved", "alias", ["x:tide"], 1),
        ("payer", "Lantern Media Ltd", "lantern", "candidate", "folded", ["x:tide"], 1),
        ("payer", "Lantern Media", "city", "candidate", "same_as", ["x:harbour"], 2),
        ("beneficiary", "Harbour City", "lantern", "candidate", "same_as", ["x:harbour"], 1),
        ("payer", "LANTERN MEDIA", "city", "candidate", "same_as", ["x:tide"], 1),
    ]  # fmt: skip
    assert found.rows[3]["against"] == [DOUBT]
    assert (found.n, found.coverage["unmatched"], found.coverage["mixed_script"]) == (5, 1, [])


def test_a_withdrawn_claim_resolves_nothing(make_lake: MakeLake) -> None:
    lake = make_lake(
        accounts=[{"account_id": 1, "account": "x:a", "status": "accepted"}],
        ads=[ad(1, "Lantern", date(2024, 1, 1))],
        organisations=[{"organisation_id": "lantern", "name": "Lantern"}],
        claims=[{"claim_id": 1, "subject_type": "organisation", "subject": "lantern", "predicate": "pays_for",
                 "object_type": "account", "object": "x:a", "withdrawn": True}],
    )  # fmt: skip

    assert [row["by"] for row in answer(lake, "payer-candidates").rows] == ["alias"]


def test_a_payer_of_two_accounts_is_a_lead_with_its_spellings(lake: Lake) -> None:
    found = answer(lake, "shared-payers")

    assert found.rows == [
        {
            "payer": "Lantern Media", "accounts": ["x:harbour", "x:tide"], "account_statuses": ["accepted", "suspected"],
            "ads_each": [2, 1], "ads": 3, "first_shown": "2024-01-01", "last_shown": "2024-04-01",
            "spellings": ["LANTERN MEDIA", "Lantern Media"],
        }
    ]  # fmt: skip
    assert "lead, not evidence" in found.caveats[0]
    assert (found.coverage["payers"], found.coverage["shared"]) == (3, 1)


def test_a_payer_shared_with_an_account_of_another_group_is_not_shared_within_one(lake: Lake) -> None:
    assert answer(lake, "shared-payers", group="state-linked").rows == []
