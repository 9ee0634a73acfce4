"""Claims in the record: their evidence, withdrawal, objections and disputes, on both databases."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import Engine, insert, text
from sqlalchemy.exc import DBAPIError

from tracker.domain import (
    AccountRef,
    Claim,
    Document,
    EvidenceItem,
    Objection,
    Organisation,
    SeedAccount,
    Seeds,
)
from tracker.store import claims, registry, tables
from tracker.store.engine import unit_of_work
from tracker.store.lake_accounts import registry_rows

AT = datetime(2024, 10, 1, 8, tzinfo=UTC)
CLAIM = Claim(
    "account",
    "x:eye",
    "operated_by",
    "organisation",
    "group",
    "press",
    "page 3",
    "Says so.",
    rival="A guess.",
)
OTHER = replace(CLAIM, object="centre", document="lab")
SEEDS = Seeds(
    documents=(
        Document("press", "Example Press", "Who runs it", date(2024, 9, 1), None, "B"),
        Document("lab", "Example Lab", "A trace", date(2024, 9, 2), None, "C"),
    ),
    organisations=(Organisation("group", "The Group", "media_group"), Organisation("centre", "The Centre", "icc")),
    brands=(),
    accounts=(SeedAccount(AccountRef("x", "eye", handle="Eye"), "accepted"),),
    claims=(CLAIM,),
)  # fmt: skip


def save(engine: Engine, *stated: Claim) -> None:
    with unit_of_work(engine) as session:
        registry.save_seeds(session, replace(SEEDS, claims=stated or SEEDS.claims), at=AT)


def read(engine: Engine) -> list[claims.Row]:
    with unit_of_work(engine) as session:
        return claims.claims_of(session, "account", "x:eye")


def lake(engine: Engine, table: str) -> list[claims.Row]:
    with unit_of_work(engine) as session:
        return registry_rows(session)[table]


def withdraw(engine: Engine, claim_id: int) -> None:
    with unit_of_work(engine) as session:
        claims.withdraw(session, claim_id, by="Reader", reason="The paper took it back.", at=AT)


def test_a_claim_is_graded_by_what_it_rests_on(engine_of: Engine) -> None:
    trace = EvidenceItem(
        "lab", "table 2", "Shares an identifier.", "technical", 2, "https://example.org/a", "a" * 64
    )
    save(engine_of, replace(CLAIM, further=(trace,)), OTHER)

    first, second = read(engine_of)

    assert (first["grade"], second["grade"]) == ("high", "moderate")
    assert [(one["document_id"], one["kind"], one["credibility"], one["publisher"], one["reliability"])
            for one in first["items"]] == [
        ("press", "documented", 6, "Example Press", "B"), ("lab", "technical", 2, "Example Lab", "C"),
    ]  # fmt: skip


def test_two_operators_stand_side_by_side_as_disputed_until_one_is_withdrawn(engine_of: Engine) -> None:
    save(engine_of, CLAIM, OTHER)
    before = read(engine_of)

    withdraw(engine_of, before[0]["id"])

    after = read(engine_of)
    assert [claim["disputed"] for claim in before] == [True, True]
    assert [claim["disputed"] for claim in after] == [False, False]
    assert [bool(claim["withdrawn"]) for claim in after] == [True, False]
    assert (after[0]["withdrawn"]["by"], after[0]["withdrawn"]["at"]) == ("Reader", AT)


def test_a_reworded_claim_stays_withdrawn_and_keeps_its_objections(engine_of: Engine) -> None:
    save(engine_of, CLAIM)
    [first] = read(engine_of)
    withdraw(engine_of, first["id"])
    objection = Objection("The Group", "We do not.", date(2024, 9, 30), "Editor")
    with unit_of_work(engine_of) as session:
        claims.add_objection(session, first["id"], objection, at=AT)

    save(engine_of, replace(CLAIM, says="Says it in other words."))

    [again] = read(engine_of)
    assert again["says"] == "Says it in other words."
    assert again["withdrawn"]["reason"] == "The paper took it back."
    assert [one["words"] for one in again["objections"]] == ["We do not."]


def test_a_withdrawn_claim_attributes_nothing_and_is_counted(engine_of: Engine) -> None:
    save(engine_of, CLAIM)
    [before] = lake(engine_of, "accounts")
    withdraw(engine_of, read(engine_of)[0]["id"])

    [after] = lake(engine_of, "accounts")

    shown = ("operator", "confidence", "organ", "chain_confidence", "disputed", "withdrawn", "objections")
    assert [before.get(name) for name in shown] == [
        "The Group", "moderate", "The Group", "moderate", False, 0, 0,
    ]  # fmt: skip
    assert [after.get(name) for name in shown] == [None, None, None, None, False, 1, 0]


def test_the_lake_carries_dispute_withdrawal_and_objection_with_each_claim(engine_of: Engine) -> None:
    save(engine_of, CLAIM, OTHER)
    document = Document("letter", "The Group", "Our answer", date(2024, 9, 30), None, "F")
    with unit_of_work(engine_of) as session:
        objection = Objection("The Group", "We do not.", date(2024, 9, 30), "Editor", document)
        claims.add_objection(session, 1, objection, at=AT)

    first, second = lake(engine_of, "claims")

    assert (first["claim_id"], first["disputed"], first["withdrawn"], first["objections"], first["objection"]) == (
        1, True, False, 1, "The Group (2024-09-30): We do not.",
    )  # fmt: skip
    assert (first["reliability"], first["credibility"], first["kind"], first["items"]) == (
        "B",
        6,
        "documented",
        1,
    )
    assert (second["disputed"], second["objections"], second["objection"]) == (True, 0, None)


@pytest.mark.parametrize("kind", ["mention", "quotation", "engagement", "audience", "hearsay"])
def test_the_database_itself_refuses_contact_as_evidence_of_an_operator(engine_of: Engine, kind: str) -> None:
    save(engine_of, CLAIM)
    row = {
        "claim_id": 1,
        "seq": 1,
        "document_id": "press",
        "place": "1",
        "says": "So.",
        "kind": kind,
        "credibility": 6,
    }

    with (
        pytest.raises(DBAPIError, match=r"contact never says|ck_claim_evidence_kind"),
        unit_of_work(engine_of) as session,
    ):
        session.execute(insert(tables.ClaimEvidence).values(**row))

    assert [len(claim["items"]) for claim in read(engine_of)] == [1]


def test_a_quotation_is_kept_as_evidence_of_a_quotation(engine_of: Engine) -> None:
    save(engine_of, replace(CLAIM, predicate="quotes", kind="quotation"))

    [claim] = read(engine_of)

    assert (claim["predicate"], claim["grade"]) == ("quotes", "low")


@pytest.mark.parametrize("table", ["claim_evidence", "claim_withdrawal", "claim_objection"])
@pytest.mark.parametrize("action", ["DELETE FROM {}", "UPDATE {} SET claim_id = 2"])
def test_what_became_of_a_claim_can_be_neither_changed_nor_deleted(
    engine_of: Engine, table: str, action: str
) -> None:
    save(engine_of, CLAIM)
    withdraw(engine_of, 1)
    with unit_of_work(engine_of) as session:
        claims.add_objection(session, 1, Objection("A", "No.", date(2024, 9, 30), "B"), at=AT)

    with pytest.raises(DBAPIError, match="never changed"), unit_of_work(engine_of) as session:
        session.execute(text(action.format(table)))

    assert len(read(engine_of)[0]["objections"]) == 1


def test_asking_for_a_claim_by_any_of_its_wordings_gives_the_latest(engine_of: Engine) -> None:
    save(engine_of, CLAIM)
    save(engine_of, replace(CLAIM, says="Says it in other words."))

    with unit_of_work(engine_of) as session:
        found, none = claims.claim(session, 1), claims.claim(session, 99)

    assert found is not None
    assert (found["id"], found["says"]) == (2, "Says it in other words.")
    assert none is None
