from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import Engine, text

from tracker.domain import (
    AccountRef,
    Brand,
    Claim,
    Document,
    FollowerCount,
    LabelSeen,
    Organisation,
    PublishedFigure,
    SeedAccount,
    Seeds,
)
from tracker.store import claims, registry, suspects
from tracker.store.engine import unit_of_work
from tracker.store.registry import SeedCounts
from tracker.store.writes import Counts

AT = datetime(2024, 10, 1, 8, tzinfo=UTC)
REF = AccountRef("x", "harbourvoice", handle="HarbourVoice", brand_id="harbour-voice")
REPORT = Document(
    "press-2024", "Example Press", "Who runs it", date(2024, 9, 1), "https://example.org/1", "B"
)
CLAIM = Claim(
    "account",
    "x:harbourvoice",
    "operated_by",
    "organisation",
    "harbour-icc",
    "press-2024",
    "paragraph 3",
    "Says so.",
)
SEEDS = Seeds(
    documents=(REPORT,),
    organisations=(
        Organisation(
            "harbour-icc",
            "Harbour ICC",
            "icc",
            aliases=("HICC",),
            province="CN-ZJ",
            founded="2020",
            founded_document="press-2024",
        ),
    ),
    brands=(Brand("harbour-voice", "Harbour Voice"),),
    accounts=(
        SeedAccount(
            REF,
            "accepted",
            followers=((FollowerCount(1000, None, "over 1,000", None), "press-2024"),),
            labels=(LabelSeen(REF, "none", None, "press-2024"),),
        ),
    ),
    claims=(CLAIM,),
    figures=(
        PublishedFigure(
            "icc", "China", "", "over 70", 70, None, None, "press-2024", "paragraph 4", "Counts."
        ),
    ),
)


def save(engine: Engine, seeds: Seeds) -> SeedCounts:
    with unit_of_work(engine) as session:
        return registry.save_seeds(session, seeds, at=AT)


def resolve(engine: Engine, ref: AccountRef, status: str = "unassessed") -> int:
    with unit_of_work(engine) as session:
        return registry.resolve_account(session, ref, status=status, at=AT)


def accounts(engine: Engine) -> list[registry.Row]:
    with unit_of_work(engine) as session:
        return registry.accounts(session)


def set_status(engine: Engine, status: str) -> None:
    with engine.begin() as connection:
        connection.execute(text("UPDATE account SET status = :status"), {"status": status})


def test_loading_the_seed_list_twice_changes_nothing_the_second_time(engine_of):
    first = save(engine_of, SEEDS)

    second = save(engine_of, SEEDS)

    assert first == SeedCounts(*[Counts(new=1)] * 8)
    assert second == SeedCounts(*[Counts(unchanged=1)] * 8)
    assert str(second).startswith("0 new and 0 changed of 1 documents, ")


def test_an_account_is_read_back_with_its_brand_and_its_claims(engine_of):
    save(engine_of, SEEDS)

    with unit_of_work(engine_of) as session:
        [row] = registry.accounts(session, brand_id="harbour-voice")
        same = registry.account_by(session, "x", "harbourvoice")

    assert row == {
        "id": 1, "platform": "x", "key": "harbourvoice", "handle": "HarbourVoice", "name": None, "url": None,
        "native_id": None, "brand_id": "harbour-voice", "status": "accepted", "known_as": [], "added_at": AT, "merged_into": None,
        "account": "x:harbourvoice", "brand": "Harbour Voice", "claims": 1,
    }  # fmt: skip
    assert same == row


def test_claims_come_with_the_document_that_makes_them(engine_of):
    save(engine_of, SEEDS)

    with unit_of_work(engine_of) as session:
        [claim] = claims.claims_of(session, "account", "x:harbourvoice")

    assert (claim["predicate"], claim["object_name"], claim["publisher"], claim["published_on"]) == (
        "operated_by", "Harbour ICC", "Example Press", date(2024, 9, 1),
    )  # fmt: skip


def test_a_body_that_pays_for_an_account_is_found_from_the_account(engine_of):
    save(engine_of, SEEDS)
    pays = Claim(
        "organisation",
        "harbour-icc",
        "pays_for",
        "account",
        "x:harbourvoice",
        "press-2024",
        "table 1",
        "Paid for it.",
    )
    with unit_of_work(engine_of) as session:
        claims.save_claims(session, [pays], at=AT)

    with unit_of_work(engine_of) as session:
        found = claims.claims_of(session, "account", "x:harbourvoice")

    assert [(row["predicate"], row["subject_name"], row["object_name"]) for row in found] == [
        ("operated_by", None, "Harbour ICC"),
        ("pays_for", "Harbour ICC", None),
    ]


def test_a_reworded_claim_is_added_and_only_its_latest_wording_is_read(engine_of):
    save(engine_of, SEEDS)

    counts = save(engine_of, replace(SEEDS, claims=(replace(CLAIM, says="Says so twice."),)))

    with unit_of_work(engine_of) as session:
        found = claims.claims_of(session, "account", "x:harbourvoice")
        kept = session.execute(text("SELECT count(*) FROM claim")).scalar()
    assert counts.claims == Counts(new=1)
    assert [claim["says"] for claim in found] == ["Says so twice."]
    assert kept == 2


def test_a_corrected_document_and_organisation_count_as_changed(engine_of):
    save(engine_of, SEEDS)

    counts = save(engine_of, replace(SEEDS, documents=(replace(REPORT, title="Who runs it, corrected"),)))

    assert (counts.documents, counts.organisations) == (Counts(changed=1), Counts(unchanged=1))


@pytest.mark.parametrize(
    ("status", "after"),
    [("unassessed", "accepted"), ("suspected", "accepted"), ("rejected", "rejected"), ("withdrawn", "withdrawn"),
     ("under_review", "under_review")],
)  # fmt: skip
def test_the_seed_list_never_overwrites_what_a_person_decided(engine, status, after):
    save(engine, SEEDS)
    set_status(engine, status)

    save(engine, SEEDS)

    assert accounts(engine)[0]["status"] == after


def test_a_status_that_stands_in_the_audit_trail_is_kept(engine):
    save(engine, SEEDS)
    with unit_of_work(engine) as session:
        suspects.add_audit(
            session,
            actor="second reader",
            action=registry.REVIEWED,
            subject="x:harbourvoice",
            at=AT,
            details={},
        )
    set_status(engine, "control")

    save(engine, SEEDS)

    assert accounts(engine)[0]["status"] == "control"


def test_an_account_is_found_again_by_key_by_number_and_by_earlier_name(engine_of):
    known = AccountRef("facebook", "harbourvoice", native_id="123456789", known_as=("harborvoice",))
    first = resolve(engine_of, known)

    found = [
        resolve(engine_of, known),
        resolve(engine_of, AccountRef("facebook", "123456789", native_id="123456789")),
        resolve(engine_of, AccountRef("facebook", "harborvoice")),
    ]

    other = resolve(engine_of, AccountRef("x", "harborvoice"))
    assert found == [first] * 3
    assert other != first


def test_an_account_that_came_in_under_another_key_takes_the_key_of_the_seed_list(engine_of):
    account_id = resolve(engine_of, AccountRef("x", "harbour daily"))
    ref = replace(REF, known_as=("harbour daily",))
    seeds = replace(SEEDS, accounts=(SeedAccount(ref, "accepted"),))

    first = save(engine_of, seeds)
    second = save(engine_of, seeds)

    [row] = accounts(engine_of)
    assert (row["id"], row["key"], row["known_as"]) == (account_id, "harbourvoice", ["harbour daily"])
    assert (first.accounts, second.accounts) == (Counts(changed=1), Counts(unchanged=1))


def test_a_label_without_a_date_is_kept_once(engine_of):
    save(engine_of, SEEDS)
    save(engine_of, SEEDS)

    with engine_of.connect() as connection:
        kept = connection.execute(text("SELECT count(*) FROM label_seen")).scalar()

    assert kept == 1


def suspect(engine: Engine, ref: AccountRef, reason: str = "It copies the party paper.") -> int:
    document = Document("form-1", "Example Press", "A look at it", date(2024, 9, 30), None, "F")
    with unit_of_work(engine) as session:
        return suspects.add_suspect(
            session, ref, document, reason=reason, submitted_by="reader", predicate="relays", operator=None,
            rival="It may only quote it.", at=AT,
        )  # fmt: skip


def test_a_suspect_is_stored_as_suspected_with_its_document_and_an_audit_row(engine_of):
    suspect(engine_of, AccountRef("tiktok", "harbourfun", handle="harbourfun"))

    with unit_of_work(engine_of) as session:
        [row] = suspects.suspects(session)
        trail = session.execute(text("SELECT actor, action, subject FROM audit")).all()
    assert (row["account"], row["status"], row["reason"], row["publisher"], row["predicate"]) == (
        "tiktok:harbourfun", "suspected", "It copies the party paper.", "Example Press", "relays",
    )  # fmt: skip
    assert [tuple(entry) for entry in trail] == [("reader", "suspected", "tiktok:harbourfun")]


def test_a_suspicion_about_a_known_account_leaves_its_status_alone(engine_of):
    save(engine_of, SEEDS)

    suspect(engine_of, AccountRef("x", "harbourvoice"))

    assert [row["status"] for row in accounts(engine_of)] == ["accepted"]


def test_data_that_came_in_first_turns_from_unassessed_to_suspected(engine_of):
    resolve(engine_of, AccountRef("x", "harbourvoice"))

    suspect(engine_of, AccountRef("x", "harbourvoice"))

    assert [row["status"] for row in accounts(engine_of)] == ["suspected"]


def test_a_suspicion_makes_no_claim(engine_of):
    suspect(engine_of, AccountRef("x", "harbourvoice"))

    with unit_of_work(engine_of) as session:
        found = claims.claims_of(session, "account", "x:harbourvoice")
        row = registry.account_by(session, "x", "harbourvoice")

    assert found == []
    assert row is not None
    assert row["claims"] == 0


def test_a_claim_about_a_brand_names_the_brand(engine_of):
    same = Claim(
        "account",
        "x:harbourvoice",
        "part_of",
        "brand",
        "harbour-voice",
        "press-2024",
        "paragraph 4",
        "Says so.",
    )

    save(engine_of, replace(SEEDS, claims=(same,)))

    with unit_of_work(engine_of) as session:
        found = claims.claims_of(session, "account", "x:harbourvoice")
    assert [(row["predicate"], row["object_name"]) for row in found] == [("part_of", "Harbour Voice")]
