from datetime import date

import pytest

from tracker.domain import Document
from tracker.registry.review import FormErrors, validate

TYPED = {
    "address_or_handle": "https://twitter.com/HarbourVoice?s=20",
    "reason": "It posts the same clips as the city's media group.",
    "document_url": "https://example.org/report.pdf",
}


def test_the_least_that_can_be_given_is_an_account_a_reason_and_an_address():
    form = validate(TYPED)

    assert (form.ref.platform, form.ref.key) == ("x", "harbourvoice")
    assert (form.submitted_by, form.predicate, form.operator) == ("not given", None, None)
    assert form.document == Document(
        "form-9b85d311ffb0d5cd", "example.org", "untitled", None, "https://example.org/report.pdf", "F"
    )


def test_a_document_without_an_address_needs_its_publisher():
    typed = {**TYPED, "document_url": "", "document_title": "Annual report"}

    with pytest.raises(FormErrors) as refused:
        validate(typed)

    assert refused.value.fields == {"document_publisher": "is needed for a document without an address"}
    assert validate({**typed, "document_publisher": "City"}).document.publisher == "City"


def test_every_wrong_field_is_named_at_once():
    typed = {
        "address_or_handle": "javascript:alert(1)", "platform": "myspace", "reason": "short", "document_date": "May 5",
        "relation": "runs", "budget": "1",
    }  # fmt: skip

    with pytest.raises(FormErrors) as refused:
        validate(typed)

    assert set(refused.value.fields) == {
        "platform", "reason", "document_url", "document_date", "relation", "budget",
    }  # fmt: skip
    assert refused.value.fields["reason"] == "is too short; expected at least 10 characters"
    assert refused.value.fields["document_date"] == "is not a date; expected YYYY-MM-DD"
    assert "reason: is too short" in str(refused.value)


@pytest.mark.parametrize("field", ["address_or_handle", "reason"])
@pytest.mark.parametrize("given", ["", "   "])
def test_blanks_are_not_an_answer(field, given):
    with pytest.raises(FormErrors) as refused:
        validate({**TYPED, field: given})

    assert refused.value.fields == {field: "is needed"}


@pytest.mark.parametrize(
    ("field", "given", "words"),
    [
        ("address_or_handle", "a" * 10_000, "longer than 500"),
        ("address_or_handle", "harbour\u202evoice", "RIGHT-TO-LEFT OVERRIDE"),
        ("address_or_handle", "file:///etc/passwd", "file: addresses are not taken"),
        ("address_or_handle", "HarbourVoice", "a handle with its platform"),
        ("document_url", "javascript:alert(1)", "begins with https://"),
        ("document_url", "file:///etc/passwd", "begins with https://"),
        ("document_url", "http://127.0.0.1/x", "number address"),
        ("document_url", "https://user:secret@example.org/x", "user name or password"),
        ("document_url", "https://example.org/a b", "begins with https://"),
        ("document_url", "https://example.org/" + "a" * 2000, "longer than 2000"),
        ("reason", "It is\x00 operated by the city.", "U+0000"),
        ("reason", "It is \u202eoperated by the city.", "RIGHT-TO-LEFT OVERRIDE"),
        ("reason", "a" * 4001, "longer than 4000"),
        ("document_date", "2024-10-02", "lies after today"),
        ("document_date", "2024-02-30", "is not a date"),
        ("relation", "network", "expected one of"),
    ],
)
def test_hostile_or_impossible_values_are_refused_under_their_own_field(field, given, words):
    with pytest.raises(FormErrors) as refused:
        validate({**TYPED, field: given}, today=date(2024, 10, 1))

    assert set(refused.value.fields) == {field}
    assert words in refused.value.fields[field]
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize("relation", ["relays", "quotes", "criticises", "is_targeted"])
def test_quoting_criticising_or_being_targeted_never_suggests_an_operator(relation):
    with pytest.raises(FormErrors) as refused:
        validate({**TYPED, "relation": relation, "operator": "City Media Group"})

    assert "not operated by them" in refused.value.fields["operator"]
    assert validate({**TYPED, "relation": relation}).predicate != "operated_by"


def test_being_targeted_is_no_claim_at_all():
    assert validate({**TYPED, "relation": "is_targeted"}).predicate is None


def test_text_in_any_language_and_with_line_breaks_is_taken():
    form = validate(
        {**TYPED, "reason": "该账号转发市委宣传部的内容。\nسطر ثان", "operator": "河南国际传播中心"}
    )

    assert form.operator == "河南国际传播中心"
