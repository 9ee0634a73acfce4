"""Who somebody is, is what the provider vouches for and nothing else."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tracker.errors import BadInput
from tracker.registry import people
from tracker.registry.decisions import same_person
from tracker.registry.people import Identity
from tracker.registry.review import FormErrors

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
CLAIMS: dict[str, Any] = {
    "iss": "https://login.example.org", "sub": "42", "aud": "tracker", "email": "Ana@Example.org", "email_verified": True,
    "exp": int(NOW.timestamp()) + 60,
}  # fmt: skip


def who(**changed: Any) -> Identity | None:
    return people.identity(CLAIMS | changed, issuer="https://login.example.org/", client_id="tracker", at=NOW)


def test_claims_that_hold_name_a_subject_and_a_checked_address():
    assert who() == Identity("https://login.example.org|42", "ana@example.org")


@pytest.mark.parametrize("verified", [False, None, "true", 1, "yes"])
def test_an_address_counts_only_when_the_provider_says_that_it_checked_it(verified: Any):
    assert who(email_verified=verified) == Identity("https://login.example.org|42", None)


@pytest.mark.parametrize(
    "email", [None, 7, "", "ana", "аna@example.org", "ana@example.org\n@evil.example", ["a@b"]]
)
def test_what_is_no_address_is_none(email: Any):
    assert who(email=email) == Identity("https://login.example.org|42", None)


@pytest.mark.parametrize("expires", [int(NOW.timestamp()), 0, -1, None, "9999999999", True, float("nan")])
def test_claims_that_ran_out_or_never_do_hold_nobody(expires: Any):
    assert who(exp=expires) is None


@pytest.mark.parametrize(
    "changed",
    [
        {"iss": "https://evil.example"},
        {"iss": None},
        {"aud": "another"},
        {"aud": None},
        {"aud": ["another"]},
        {"sub": ""},
        {"sub": None},
        {"sub": 42},
    ],
)
def test_claims_of_another_provider_for_another_client_or_of_nobody_are_none(changed: dict[str, Any]):
    assert who(**changed) is None


def test_an_audience_may_be_a_list_with_us_in_it():
    assert who(aud=["another", "tracker"]) is not None


def test_nobody_is_named_by_no_claims():
    assert people.identity({}, issuer="", client_id="", at=NOW + timedelta(days=1)) is None


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("email", "ana", "is not an e-mail address; expected NAME@DOMAIN"),
        ("email", "", "is needed"),
        ("email", "аna@example.org", "holds letters outside ASCII; write the domain in its xn-- form"),
        ("email", "a" * 65 + "@example.org", "is not an e-mail address; expected NAME@DOMAIN"),
        ("email", "a@" + "b" * 10_000, "is longer than 160 characters"),
        ("name", "A", "is too short; expected at least 2 characters"),
        ("name", "Ana <root@example.org>", "holds < or >, which would look like an address"),
        ("name", "Ana\u202eamiL", "holds a character that changes how text reads (RIGHT-TO-LEFT OVERRIDE)"),
        ("role", "root", "expected one of viewer, coder, editor or admin"),
        ("by", "", "is needed"),
    ],
)
def test_a_wrong_field_is_named_with_its_rule(field: str, value: str, words: str):
    form = {"email": "ana@example.org", "name": "Ana Lima", "role": "editor", "by": "Root"} | {field: value}

    with pytest.raises(FormErrors) as raised:
        people.new_person(form)

    assert raised.value.fields == {field: words}


def test_the_last_admin_stays():
    with pytest.raises(BadInput, match="the last admin"):
        people.check_an_admin_stays("ana@example.org", ["ana@example.org"])
    people.check_an_admin_stays("ana@example.org", ["ana@example.org", "ben@example.org"])
    people.check_an_admin_stays("ben@example.org", ["ana@example.org"])


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Ana Lima <ana@example.org>", "Ana L. <ANA@example.org>", True),
        ("Ana Lima <ana@example.org>", "ana lima", True),
        ("Ana Lima <ana@example.org>", "Ana Lima <ana@example.com>", False),
        ("Ana Lima <ana@example.org>", "Ben", False),
    ],
)
def test_a_second_reader_is_told_from_a_proposer_by_address_or_else_by_name(one: str, other: str, same: bool):
    assert same_person(one, other) is same
