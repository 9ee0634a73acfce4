import re
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from dashboard import auth, data
from tests.dashboard.conftest import OpenPage
from tests.dashboard.registries import registry_at
from tests.dashboard.test_account import opened
from tests.dashboard.test_pages import html_of
from tracker.errors import NotAllowed

ERRORS = re.compile(r'role="alert">([^<]*)<')


def fill(app: AppTest, **typed: str) -> AppTest:
    for name, value in typed.items():
        element = app.text_area if name == "reason" else app.text_input
        element(key=f"suspect-0-{name}").set_value(value)
    return app


def test_the_form_says_what_is_wrong_under_each_field_and_keeps_what_was_typed(
    home: Path, open_page: OpenPage
):
    app = fill(
        open_page("suspect"), address_or_handle="javascript:alert(1)", reason="short", document_date="May"
    )

    app.form_submit_button[0].click().run()

    text = html_of(app)
    assert [error.value for error in app.exception] == []
    assert "is too short; expected at least 10 characters" in text
    assert "is not a date; expected YYYY-MM-DD" in text
    assert "a document is needed" in text
    assert app.text_area(key="suspect-0-reason").value == "short"
    assert data.suspects() == []


def test_a_complete_form_is_stored_as_suspected_once_and_begins_anew(home: Path, open_page: OpenPage):
    app = fill(
        open_page("suspect"),
        address_or_handle="https://x.com/HarbourVoice",
        reason="It posts the clips of the city's media group within minutes.",
        document_url="https://example.org/report.pdf",
    )

    app.form_submit_button[0].click().run()

    assert [error.value for error in app.exception] == []
    assert [(row["account"], row["status"]) for row in data.suspects()] == [("x:harbourvoice", "suspected")]
    assert app.text_area(key="suspect-1-reason").value == ""
    assert "Stored as suspected:" in html_of(app)
    assert data.table("accounts")[0]["status"] == "suspected"


def test_a_known_account_and_a_look_alike_are_named_before_anything_is_sent(home: Path, open_page: OpenPage):
    data.add_suspect(
        {"address_or_handle": "https://x.com/HarbourVoice", "reason": "It posts the same clips within minutes.",
         "document_url": "https://example.org/report.pdf"}
    )  # fmt: skip

    known = fill(open_page("suspect"), address_or_handle="https://twitter.com/harbourvoice/").run()
    alike = fill(open_page("suspect"), address_or_handle="https://t.me/HarbourVo1ce").run()

    assert "<b>Already known:</b> <b>HarbourVoice</b> on X, suspected since" in html_of(known)
    assert 'href="account?id=x%3Aharbourvoice"' in html_of(known)
    assert "HarbourVoice</a> (X, suspected)" in html_of(alike)


def test_an_address_that_is_no_account_is_refused_while_it_is_typed(home: Path, open_page: OpenPage):
    app = fill(open_page("suspect"), address_or_handle="../../etc/passwd").run()

    assert [error.value for error in app.exception] == []
    assert "Not an account yet" in html_of(app)


LONG, OVERRIDE = "a" * 10_000, "https://x.com/harbour\u202evoice"
GOOD = {
    "address_or_handle": "https://x.com/HarbourVoice", "reason": "It posts the same clips within minutes.",
    "document_url": "https://example.org/report.pdf",
}  # fmt: skip
BAD = (
    ("address_or_handle", LONG, "longer than"),
    ("address_or_handle", OVERRIDE, "RIGHT-TO-LEFT OVERRIDE"),
    ("address_or_handle", "javascript:alert(1)", "address"),
    ("address_or_handle", "file:///etc/passwd", "address"),
    ("address_or_handle", "http://192.168.0.1/admin", "number address (IP)"),
    ("address_or_handle", "http://localhost/x", "public"),
    ("address_or_handle", "NO", "platform"),
    ("address_or_handle", "0555567", "without its platform"),
    ("address_or_handle", "harbour\x00voice", "U+0000"),
    ("document_url", "javascript:alert(1)", "begins with https://"),
    ("document_url", "file:///etc/passwd", "begins with https://"),
    ("document_url", "http://10.0.0.1/report.pdf", "number address (IP)"),
    ("document_date", "2999-01-01", "lies after today"),
    ("document_date", "NO", "is not a date; expected YYYY-MM-DD"),
    ("document_date", "0555567", "is not a date; expected YYYY-MM-DD"),
    ("document_title", "t" * 301, "longer than 300"),
    ("reason", "r" * 4_001, "longer than 4000"),
    ("reason", "It reads \u202e backwards here.", "RIGHT-TO-LEFT OVERRIDE"),
    ("operator", "\x07bell", "U+0007"),
    ("rival", "x" * 4_001, "longer than 4000"),
    ("submitted_by", "s" * 301, "longer than 300"),
)


@pytest.mark.parametrize(("field", "value", "rule"), BAD, ids=range(len(BAD)))
def test_bad_input_names_its_field_and_the_rule_and_everything_typed_stays(
    home: Path, open_page: OpenPage, field: str, value: str, rule: str
):
    typed = {**GOOD, field: value}
    app = fill(open_page("suspect"), **typed)

    app.form_submit_button[0].click().run()

    refused = [str(error) for error in ERRORS.findall(html_of(app))]
    kept = {
        name: (app.text_area if name == "reason" else app.text_input)(key=f"suspect-0-{name}").value
        for name in typed
    }
    assert [error.value for error in app.exception] == []
    assert rule in " ".join(refused)
    assert kept == typed
    assert data.suspects() == []


def test_every_wrong_field_is_named_at_once(home: Path, open_page: OpenPage):
    app = fill(
        open_page("suspect"), address_or_handle="file:///x", reason="short", document_date="2999-01-01"
    )

    app.form_submit_button[0].click().run()

    assert len(ERRORS.findall(html_of(app))) == 4
    assert "lies after today" in html_of(app)


@pytest.mark.parametrize(
    "field", ["reason", "document_title", "document_publisher", "operator", "rival", "submitted_by"]
)
def test_markup_in_a_field_is_kept_as_the_text_it_is(home: Path, open_page: OpenPage, field: str):
    hostile = (
        "<img src=https://evil.example/i onerror=alert(1)> ![x](https://evil.example/p) **bold** :red[x]"
    )
    app = fill(open_page("suspect"), **{**GOOD, field: hostile})

    app.form_submit_button[0].click().run()

    pages = [html_of(app), html_of(open_page("review")), html_of(opened("x:harbourvoice"))]
    assert "Stored as suspected:" in pages[0]
    assert [page for page in pages if "<img" in page] == []


def test_values_that_a_table_would_take_for_something_else_stay_text(home: Path, open_page: OpenPage):
    app = fill(open_page("suspect"), **{**GOOD, "operator": "NO", "document_publisher": "0555567"})

    app.form_submit_button[0].click().run()

    [row] = data.suspects()
    assert (row["operator"], row["publisher"]) == ("NO", "0555567")


def test_a_disputed_account_is_said_to_be_so_while_it_is_typed(home: Path, open_page: OpenPage):
    registry_at(home)

    app = fill(open_page("suspect"), address_or_handle="@HarbourVoice")
    app.selectbox(key="suspect-0-platform").set_value("x").run()

    assert "accepted since" in html_of(app)
    assert "Two documents name two operators." in html_of(app)


def test_a_viewer_finds_no_form(home: Path, open_page: OpenPage, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(
        auth, "visitor", lambda: auth.Visitor("Vera", "v@example.org", "viewer", signed_in=True)
    )

    app = open_page("suspect")

    assert len(app.text_input) == 0
    with pytest.raises(NotAllowed):
        data.add_suspect(GOOD)
