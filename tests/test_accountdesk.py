"""Two accounts that are one, one that is two, and the way back from either."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, text

from tests.test_nearby import bring_ads
from tracker import accountdesk, desk, findings, mirror, nearby, reviewdesk
from tracker.analysis.tables import open_lake
from tracker.domain import AccountRef, Claim, Document, Organisation, SeedAccount, Seeds
from tracker.errors import BadInput
from tracker.registry.review import FormErrors
from tracker.settings import Settings
from tracker.store import lists, registry
from tracker.store.claims import save_claims
from tracker.store.engine import unit_of_work

NOW = datetime(2024, 10, 1, 8, tzinfo=UTC)
BY = {"by": "Ada", "reason": "The platform shows one id for both handles."}


def fill(engine: Engine, *refs: AccountRef, status: Any = "accepted") -> None:
    names = [ref for ref in refs if ref.platform == "x"]
    seeds = Seeds(
        documents=(Document("press", "Example Press", "Who runs it", None, None, "B"),),
        organisations=(Organisation("harbour-icc", "Harbour ICC", "icc"),),
        brands=(),
        accounts=tuple(SeedAccount(ref, status) for ref in refs),
        claims=tuple(
            Claim(
                "account",
                f"x:{ref.key}",
                "operated_by",
                "organisation",
                "harbour-icc",
                "press",
                f"line {ref.key}",
                "So.",
            )
            for ref in names
        ),
    )
    with unit_of_work(engine) as session:
        registry.save_seeds(session, seeds, at=NOW)


def ads_by_account(engine: Engine, home: Path) -> dict[str, int]:
    setup = Settings(home=home)
    mirror.refresh(engine, setup, progress=lambda *_: None)
    found = findings.run(
        "ads-per-month",
        open_lake(setup.lake, "duckdb://"),
        findings.parse_options("ads-per-month", {"by": "account"}),
    )
    return {row["account"]: row["ads"] for row in found.rows}


OLD, NEW = AccountRef("x", "oldname", handle="OldName"), AccountRef("x", "newname", handle="NewName")


def test_merged_accounts_are_one_in_every_look_up_and_every_count(engine_of: Engine, tmp_path: Path):
    fill(engine_of, OLD, NEW)
    for handle in ("OldName", "NewName"):
        bring_ads(engine_of, tmp_path, handle, "Somebody")
    before = ads_by_account(engine_of, tmp_path)

    accountdesk.merge(engine_of, {"account": "x:OldName", "into": "x:NewName", **BY}, now=NOW)

    shown = desk.show_account(engine_of, "x:oldname")
    assert before == {"x:oldname": 1, "x:newname": 1}
    assert shown["account"]["account"] == "x:newname"
    assert {claim["subject"] for claim in shown["claims"]} == {"x:oldname", "x:newname"}
    assert (nearby.check_suspect(engine_of, "@OldName", platform="x").known or {})["account"] == "x:newname"
    assert [row["account"] for row in desk.list_accounts(engine_of)] == ["x:newname"]
    assert ads_by_account(engine_of, tmp_path) == {"x:newname": 2}


def test_a_merge_that_is_taken_back_leaves_both_as_they_were(engine_of: Engine, tmp_path: Path):
    fill(engine_of, OLD, NEW)
    accounts = desk.list_accounts(engine_of)
    for handle in ("OldName", "NewName"):
        bring_ads(engine_of, tmp_path, handle, "Somebody")
    step = accountdesk.merge(engine_of, {"account": "x:oldname", "into": "x:newname", **BY}, now=NOW)

    back = accountdesk.undo(
        engine_of, {"step": str(step["id"]), "by": "Ben", "reason": "Two ids after all."}, now=NOW
    )

    assert (back["action"], back["undoes"]) == ("undo", step["id"])
    assert desk.list_accounts(engine_of) == accounts
    assert ads_by_account(engine_of, tmp_path) == {"x:oldname": 1, "x:newname": 1}
    trail = desk.show_account(engine_of, "x:oldname")["audit"]
    assert [(row["actor"], row["action"]) for row in trail if row["action"] in ("merge", "undo")] == [
        ("Ada", "merge"),
        ("Ben", "undo"),
    ]


def test_what_comes_in_for_a_merged_account_goes_home_with_it_when_the_merge_is_taken_back(
    engine: Engine, tmp_path: Path
):
    fill(engine, OLD, NEW)
    step = accountdesk.merge(engine, {"account": "x:oldname", "into": "x:newname", **BY}, now=NOW)
    bring_ads(engine, tmp_path, "OldName", "Somebody")
    while_merged = ads_by_account(engine, tmp_path)

    accountdesk.undo(engine, {"step": step["id"], **BY}, now=NOW)

    assert (while_merged, ads_by_account(engine, tmp_path)) == ({"x:newname": 1}, {"x:oldname": 1})


def test_an_account_that_nobody_assessed_takes_the_status_of_the_one_merged_into_it_and_gives_it_back(
    engine: Engine,
):
    fill(engine, OLD)
    with unit_of_work(engine) as session:
        registry.resolve_account(session, NEW, status="unassessed", at=NOW)

    step = accountdesk.merge(engine, {"account": "x:oldname", "into": "x:newname", **BY}, now=NOW)
    merged = [row["status"] for row in desk.list_accounts(engine)]
    accountdesk.undo(engine, {"step": step["id"], **BY}, now=NOW)

    assert merged == ["accepted"]
    assert {row["account"]: row["status"] for row in desk.list_accounts(engine)} == {
        "x:newname": "unassessed",
        "x:oldname": "accepted",
    }


def test_a_name_that_belongs_to_another_is_split_off_with_its_claims_and_comes_back(engine_of: Engine):
    fill(
        engine_of,
        AccountRef("x", "newname", handle="NewName", known_as=("oldname",)),
        AccountRef("x", "third"),
    )
    with unit_of_work(engine_of) as session:
        claim = Claim(
            "account", "x:oldname", "relays", "organisation", "harbour-icc", "press", "p. 9", "Repeats it."
        )
        save_claims(session, [claim], at=NOW)

    step = accountdesk.split(engine_of, {"account": "x:newname", "name": "@OldName", **BY}, now=NOW)
    apart = desk.show_account(engine_of, "x:oldname")
    left = desk.show_account(engine_of, "x:newname")
    accountdesk.undo(engine_of, {"step": step["id"], **BY}, now=NOW)
    again = desk.show_account(engine_of, "x:oldname")

    assert (apart["account"]["account"], apart["account"]["status"]) == ("x:oldname", "unassessed")
    assert [claim["predicate"] for claim in apart["claims"]] == ["relays"]
    assert [claim["predicate"] for claim in left["claims"]] == ["operated_by"]
    assert (again["account"]["account"], again["account"]["known_as"]) == ("x:newname", ["oldname"])


@pytest.mark.parametrize(
    ("account", "into", "words"),
    [
        ("x:oldname", "x:oldname", "is that account already"),
        ("x:oldname", "facebook:page", "belong to one brand"),
        ("x:oldname", "x:nobody", "no account is called 'x:nobody'"),
        (
            "youtube:UCaaaaaaaaaaaaaaaaaaaaaa",
            "youtube:UCbbbbbbbbbbbbbbbbbbbbbb",
            "different ids on their platform",
        ),
        ("x:waits", "x:oldname", "waits for a review"),
    ],
)
def test_accounts_that_cannot_be_one_are_not_merged(engine: Engine, account: str, into: str, words: str):
    channels = [AccountRef("youtube", f"UC{letter * 22}", native_id=f"UC{letter * 22}") for letter in "ab"]
    fill(engine, OLD, AccountRef("facebook", "page", handle="page"), *channels)
    typed = {
        "address_or_handle": "https://x.com/waits",
        "reason": "It posts the same clips.",
        "document_title": "A",
        "document_publisher": "B",
    }
    desk.add_suspect(engine, typed, now=NOW)

    with pytest.raises(BadInput, match=words):
        accountdesk.merge(engine, {"account": account, "into": into, **BY}, now=NOW)

    with engine.connect() as connection:
        assert connection.execute(text("SELECT COUNT(*) FROM identity_step")).scalar_one() == 0


def test_a_merge_needs_a_person_and_a_reason(engine: Engine):
    with pytest.raises(FormErrors) as refused:
        accountdesk.merge(engine, {"account": "x:a", "into": "x:b", "by": "not given"}, now=NOW)

    assert set(refused.value.fields) == {"by", "reason"}


def test_a_step_is_taken_back_once_and_not_under_a_later_one(engine: Engine):
    fill(engine, OLD, NEW, AccountRef("x", "third", handle="Third"))
    first = accountdesk.merge(engine, {"account": "x:oldname", "into": "x:newname", **BY}, now=NOW)
    accountdesk.undo(engine, {"step": first["id"], **BY}, now=NOW)

    with pytest.raises(BadInput, match="was taken back already"):
        accountdesk.undo(engine, {"step": first["id"], **BY}, now=NOW)

    again = accountdesk.merge(engine, {"account": "x:oldname", "into": "x:third", **BY}, now=NOW)
    assert again["id"] == first["id"] + 2
    with pytest.raises(BadInput, match="there is no merge or split"):
        accountdesk.undo(engine, {"step": 99, **BY}, now=NOW)


def test_a_suspicion_about_a_merged_account_is_one_about_the_account_that_it_stands_as(engine: Engine):
    fill(engine, OLD)
    with unit_of_work(engine) as session:
        registry.resolve_account(session, NEW, status="unassessed", at=NOW)
        registry.resolve_account(
            session, AccountRef("x", "older", handle="older"), status="unassessed", at=NOW
        )
    accountdesk.merge(engine, {"account": "x:older", "into": "x:newname", **BY}, now=NOW)
    typed = {
        "address_or_handle": "https://x.com/older",
        "reason": "It posts the same clips.",
        "document_title": "A",
        "document_publisher": "B",
    }

    added = desk.add_suspect(engine, typed, now=NOW)

    assert (added.account["account"], added.account["status"]) == ("x:newname", "suspected")
    assert [row["account"] for row in reviewdesk.review_queue(engine)] == ["x:newname"]


def test_a_list_that_names_a_merged_account_speaks_of_the_one_that_stands(engine: Engine):
    fill(engine, OLD, NEW)
    accountdesk.merge(engine, {"account": "x:oldname", "into": "x:newname", **BY}, now=NOW)

    with unit_of_work(engine) as session:
        known = lists.known_accounts(session)

    assert [(row["key"], row["known_as"]) for row in known] == [("newname", ["oldname"])]
