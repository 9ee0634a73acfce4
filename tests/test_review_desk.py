"""The review at the desk: who may decide what, and that every step leaves its trace, on both databases."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError

from tracker import desk, portrait, reviewdesk
from tracker.domain import AccountRef, Brand, Claim, Document, Organisation, SeedAccount, Seeds
from tracker.errors import BadInput
from tracker.registry.review import FormErrors
from tracker.store import registry
from tracker.store.engine import unit_of_work

NOW = datetime(2024, 10, 1, 8, tzinfo=UTC)
TYPED = {
    "address_or_handle": "@HarbourFun", "platform": "x", "reason": "It posts what the media group posts.",
    "document_url": "https://example.org/report.pdf", "relation": "operated_by", "operator": "harbour ICC",
    "submitted_by": "Ana Reader",
}  # fmt: skip
ACCEPT = {"decision": "accepted", "by": "Ben Second", "rival": "A fan who copies it."}
SEEDS = Seeds(
    documents=(Document("press", "Example Press", "Who runs it", date(2024, 9, 1), None, "B"),),
    organisations=(Organisation("harbour-icc", "Harbour ICC", "icc"),),
    brands=(Brand("harbour-voice", "Harbour Voice"),),
    accounts=(SeedAccount(AccountRef("x", "harbourvoice", brand_id="harbour-voice"), "accepted"),
              SeedAccount(AccountRef("web", "compare.example"), "control")),
    claims=(Claim("brand", "harbour-voice", "operated_by", "organisation", "harbour-icc", "press", "p. 2", "Says so."),),
)  # fmt: skip


@pytest.fixture
def record(engine_of: Engine) -> Engine:
    """A record with a small seed list, on each database."""
    with unit_of_work(engine_of) as session:
        registry.save_seeds(session, SEEDS, at=NOW)
    return engine_of


def suspect(record: Engine, **changed: str) -> int:
    return desk.add_suspect(record, {**TYPED, **changed}, now=NOW).suspect_id


def decide(record: Engine, number: int, **raw: Any) -> reviewdesk.Reviewed:
    return reviewdesk.review(record, {"suspect": number, **raw}, now=NOW)


def status(record: Engine, name: str = "x:harbourfun") -> str:
    return str(desk.show_account(record, name)["account"]["status"])


def test_a_second_reader_accepts_and_the_claim_carries_the_document_and_the_reader(record):
    number = suspect(record)
    decide(record, number, decision="under_review", by="Ben Second")

    done = decide(record, number, **ACCEPT)

    [claim] = desk.claims_of(record, "x:harbourfun")
    assert (done.account["status"], done.steps, done.claim_id) == ("accepted", ("accepted",), claim["id"])
    assert (claim["object"], claim["predicate"], claim["analyst"], claim["rival"], claim["grade"], claim["url"]) == (
        "harbour-icc", "operated_by", "Ben Second", "A fan who copies it.", "moderate", TYPED["document_url"],
    )  # fmt: skip
    assert [claim["says"], claim["place"]] == [TYPED["reason"], f"as named in suspicion {number}"]


def test_judging_what_nobody_took_up_takes_it_up_first_and_both_steps_stand_in_the_trail(record):
    number = suspect(record)

    done = decide(record, number, **ACCEPT)

    trail = desk.show_account(record, "x:harbourfun")["audit"]
    assert done.steps == ("under_review", "accepted")
    assert [(row["actor"], row["action"], row["details"].get("after")) for row in trail] == [
        ("Ana Reader", "suspected", None),
        ("Ben Second", "reviewed", "under_review"),
        ("Ben Second", "reviewed", "accepted"),
    ]
    assert trail[-1]["details"]["rival"] == ACCEPT["rival"]


@pytest.mark.parametrize("name", ["Ana Reader", " ana  READER ", "Ａna Reader", "Ana\u200b Reader"])
def test_nobody_accepts_what_they_brought_in_however_they_write_their_name(record, name):
    number = suspect(record)

    with pytest.raises(BadInput, match="a second reader accepts it"):
        decide(record, number, **{**ACCEPT, "by": name})

    assert status(record) == "suspected"
    assert desk.claims_of(record, "x:harbourfun") == []


def test_nobody_accepts_an_account_by_way_of_somebody_elses_suspicion(record):
    suspect(record)
    other = suspect(record, submitted_by="Cid Third")

    with pytest.raises(BadInput, match="a second reader accepts it"):
        decide(record, other, **{**ACCEPT, "by": "Ana Reader"})


@pytest.mark.parametrize(
    ("raw", "field"),
    [
        ({**ACCEPT, "rival": "  "}, "rival"),
        ({**ACCEPT, "by": "not given"}, "by"),
        ({**ACCEPT, "by": ""}, "by"),
        ({**ACCEPT, "by": "Ben\u202eSecond"}, "by"),
        ({**ACCEPT, "by": "B" * 10_000}, "by"),
        ({**ACCEPT, "relation": "quotes"}, "relation"),
        ({**ACCEPT, "kind": "hearsay"}, "kind"),
        ({**ACCEPT, "credibility": "7"}, "credibility"),
        ({**ACCEPT, "kind": "audience"}, "kind"),
        ({"decision": "rejected", "by": "Ben"}, "reason"),
        ({"decision": "withdrawn", "by": "Ben"}, "reason"),
        ({"decision": "control", "by": "Ben"}, "decision"),
        ({"decision": "accepted"}, "by"),
    ],
)  # fmt: skip
def test_a_wrong_decision_names_its_field_and_changes_nothing(record, raw, field):
    number = suspect(record)

    with pytest.raises(BadInput) as refused:
        decide(record, number, **raw)

    fields = set(refused.value.fields) if isinstance(refused.value, FormErrors) else {refused.value.field}
    assert fields == {field}
    assert status(record) == "suspected"


@pytest.mark.parametrize("relation", ["relays", "quotes", "criticises", "is_targeted"])
def test_a_suspicion_of_mere_contact_is_never_accepted_as_it_stands(record, relation):
    number = suspect(record, relation=relation, operator="")

    with pytest.raises(FormErrors) as refused:
        decide(record, number, **ACCEPT)

    assert set(refused.value.fields) == {"relation", "operator"}
    assert status(record) == "suspected"


def test_a_payer_is_no_reason_to_accept(record):
    number = suspect(record, relation="pays_for")

    with pytest.raises(FormErrors, match="does not say who stands behind it"):
        decide(record, number, **ACCEPT)


@pytest.mark.parametrize(
    ("reached", "decision"),
    [
        (["rejected"], "accepted"), (["rejected"], "withdrawn"), (["rejected"], "rejected"),
        (["accepted"], "rejected"), (["accepted"], "accepted"), (["withdrawn"], "accepted"),
        (["under_review"], "under_review"),
    ],
)  # fmt: skip
def test_a_step_that_is_not_in_the_table_is_refused(record, reached, decision):
    number = suspect(record)
    for step in reached:
        decide(record, number, **{**ACCEPT, "decision": step, "reason": "Because."})

    with pytest.raises(BadInput, match=f"cannot become {decision}"):
        decide(record, number, **{**ACCEPT, "decision": decision, "reason": "Because."})

    assert status(record) == reached[-1]


def test_what_was_rejected_can_be_looked_at_again(record):
    number = suspect(record)
    decide(record, number, decision="rejected", by="Ben", reason="A fan page.")

    decide(record, number, decision="under_review", by="Cid")

    assert status(record) == "under_review"


def test_a_comparison_account_is_not_a_matter_of_review(record):
    number = suspect(record, address_or_handle="https://compare.example/", platform="")

    with pytest.raises(BadInput, match="control cannot become under_review"):
        decide(record, number, decision="under_review", by="Ben")


def test_withdrawing_an_account_withdraws_the_claim_that_its_review_made(record):
    number = suspect(record)
    decide(record, number, **ACCEPT)

    decide(record, number, decision="withdrawn", by="Cid", reason="The paper took it back.")

    [claim] = desk.claims_of(record, "x:harbourfun")
    assert status(record) == "withdrawn"
    assert (claim["withdrawn"]["by"], claim["withdrawn"]["reason"]) == ("Cid", "The paper took it back.")


def test_a_body_that_nobody_knows_yet_is_added_once(record):
    for handle in ("harbourfun", "harbourjoy"):
        number = suspect(record, address_or_handle=handle, operator="港口传播中心")
        decide(record, number, **ACCEPT)

    objects = {desk.claims_of(record, f"x:{name}")[0]["object"] for name in ("harbourfun", "harbourjoy")}
    assert len(objects) == 1
    assert objects.pop().startswith("named-")


def test_the_same_suspect_at_once_from_two_browsers_is_one_account_with_two_suspicions(record):
    with ThreadPoolExecutor(2) as browsers:
        list(browsers.map(lambda name: suspect(record, submitted_by=name), ["Ana", "Ben", "Cid", "Dan"]))

    [waiting] = reviewdesk.review_queue(record)
    assert waiting["account"] == "x:harbourfun"
    assert len(waiting["suspicions"]) == 4
    assert sorted(waiting["proposers"]) == ["Ana", "Ben", "Cid", "Dan"]


def test_two_reviewers_at_once_are_one_decision(record):
    number = suspect(record)

    def attempt(decision: str) -> str:
        try:
            decide(record, number, **{**ACCEPT, "decision": decision, "reason": "Because."})
        except BadInput:
            return "refused"
        return decision

    with ThreadPoolExecutor(2) as browsers:
        done = list(browsers.map(attempt, ["rejected", "accepted"]))

    assert done.count("refused") == 1
    assert status(record) in done


@pytest.mark.parametrize("second", ["accepted", "withdrawn", "rejected"])
def test_two_reviewers_who_saw_the_same_status_are_one_decision_and_one_refusal(record, second):
    number = suspect(record)
    decide(record, number, decision="under_review", by="Ben Second")

    def attempt(decision: str) -> str:
        try:
            decide(
                record,
                number,
                **{**ACCEPT, "decision": decision, "reason": "Because.", "seen": "under_review"},
            )
        except BadInput as refused:
            return refused.found
        return "done"

    with ThreadPoolExecutor(2) as browsers:
        done = sorted(browsers.map(attempt, ["accepted", second]))

    decided = [row["after"] for row in reviewdesk.decided(record)]
    assert done.count("done") == 1
    assert len(decided) == 1
    assert all(
        "somebody else moved this account from under review" in words or "cannot become" in words
        for words in done
        if words != "done"
    )


def test_what_was_decided_is_listed_with_its_reason_the_latest_first(record):
    first, second = suspect(record), suspect(record, address_or_handle="harbourjoy")
    decide(record, first, decision="rejected", by="Ben", reason="A fan page.")
    decide(record, second, **ACCEPT)

    rows = reviewdesk.decided(record)

    assert [(row["account"], row["after"], row["by"], row["reason"]) for row in rows] == [
        ("x:harbourjoy", "accepted", "Ben Second", None), ("x:harbourfun", "rejected", "Ben", "A fan page."),
    ]  # fmt: skip


def test_a_decision_on_a_status_that_is_no_longer_so_is_refused_and_changes_nothing(record):
    number = suspect(record)
    decide(record, number, **ACCEPT)

    with pytest.raises(BadInput, match="moved this account from under review to accepted"):
        decide(record, number, decision="withdrawn", by="Cid", reason="Because.", seen="under_review")

    assert status(record) == "accepted"


def test_an_account_is_portrayed_with_its_ways_labels_and_review(record):
    number = suspect(record)
    decide(record, number, **ACCEPT)

    shown = portrait.standing(record, desk.show_account(record, "x:harbourfun"))

    [way] = shown["ways"]
    assert ([claim["object"] for claim in way["claims"]], way["confidence"]) == (["harbour-icc"], "moderate")
    assert shown["bodies"]["harbour-icc"]["name"] == "Harbour ICC"
    assert [one["id"] for one in shown["suspicions"]] == [number]
    assert [step["after"] for step in shown["steps"]] == ["under_review", "accepted"]


def test_the_queue_holds_what_waits_and_forgets_what_is_decided(record):
    first, second = suspect(record), suspect(record, address_or_handle="harbourjoy")
    decide(record, second, decision="under_review", by="Ben")
    before = [(row["account"], row["status"], len(row["steps"])) for row in reviewdesk.review_queue(record)]

    decide(record, first, decision="rejected", by="Ben", reason="A fan page.")

    assert before == [("x:harbourfun", "suspected", 0), ("x:harbourjoy", "under_review", 1)]
    assert [row["account"] for row in reviewdesk.review_queue(record)] == ["x:harbourjoy"]


def test_the_seed_list_never_overwrites_a_decision(record):
    number = suspect(record, address_or_handle="harbourvoice")
    decide(record, number, decision="withdrawn", by="Ben", reason="Sold to somebody else.")

    with unit_of_work(record) as session:
        registry.save_seeds(session, SEEDS, at=NOW)

    assert status(record, "x:harbourvoice") == "withdrawn"


@pytest.mark.parametrize("table", ["review", "audit"])
def test_the_trail_of_a_review_cannot_be_edited(record, table):
    decide(record, suspect(record), **ACCEPT)

    with pytest.raises(DBAPIError, match="never changed"), unit_of_work(record) as session:
        session.execute(text(f"DELETE FROM {table}"))

    assert len(desk.show_account(record, "x:harbourfun")["audit"]) == 3


def test_an_account_is_shown_with_its_chain_and_the_weakest_link(record):
    shown = desk.show_account(record, "x:harbourvoice")

    assert shown["chain"] == {"claims": [shown["claims"][0]["id"]], "confidence": "moderate"}


def test_a_claim_is_withdrawn_once_with_a_reason_and_a_trace(record):
    raw = {"claim": "1", "by": "Ben", "reason": "The paper took it back."}

    withdrawn = reviewdesk.withdraw_claim(record, raw, now=NOW)

    shown = desk.show_account(record, "harbour-voice")
    assert withdrawn["withdrawn"]["reason"] == "The paper took it back."
    assert shown["chain"] == {"claims": [], "confidence": None}
    assert [(row["actor"], row["action"], row["subject"]) for row in shown["audit"]] == [
        ("Ben", "withdrew", "claim:1")
    ]
    with pytest.raises(BadInput, match="was withdrawn by Ben already"):
        reviewdesk.withdraw_claim(record, raw, now=NOW)


def test_an_objection_stands_beside_the_claim_and_leaves_its_grade_alone(record):
    raw = {
        "claim": "1", "objector": "Harbour ICC", "words": "We do not run it.", "received_on": "2024-09-30", "by": "Ben",
        "document_title": "Our answer", "document_publisher": "Harbour ICC", "document_date": "2024-09-29",
    }  # fmt: skip

    claim = reviewdesk.object_to_claim(record, raw, now=NOW)

    [objection] = claim["objections"]
    assert (claim["grade"], claim["withdrawn"]) == ("moderate", None)
    assert (objection["objector"], objection["words"], objection["received_on"], objection["entered_by"]) == (
        "Harbour ICC", "We do not run it.", date(2024, 9, 30), "Ben",
    )  # fmt: skip
    assert objection["document_id"] is not None


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"received_on": "2024-10-02"}, "received_on"),
        ({"received_on": "1999999999"}, "received_on"),
        ({"received_on": "soon"}, "received_on"),
        ({"document_url": "https://example.org/a", "document_date": "2024-10-02"}, "document_date"),
        ({"document_url": "javascript:alert(1)"}, "document_url"),
        ({"document_title": "Our answer"}, "document_publisher"),
        ({"words": "It is \u202etrue."}, "words"),
        ({"words": ""}, "words"),
        ({"objector": "x" * 10_000}, "objector"),
        ({"claim": "NO"}, "claim"),
        ({"claim": "0"}, "claim"),
        ({"claim": "99"}, "claim"),
    ],
)
def test_a_wrong_objection_names_its_field(record, changed, field):
    raw = {
        "claim": "1",
        "objector": "A",
        "words": "We do not.",
        "received_on": "2024-09-30",
        "by": "Ben",
        **changed,
    }

    with pytest.raises(BadInput) as refused:
        reviewdesk.object_to_claim(record, raw, now=NOW)

    fields = set(refused.value.fields) if isinstance(refused.value, FormErrors) else {refused.value.field}
    assert fields == {field}
