from pathlib import Path

from streamlit.testing.v1 import AppTest

from dashboard import data
from tests.dashboard.conftest import OpenPage
from tests.dashboard.test_pages import html_of


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

    assert "Already known:" in html_of(known)
    assert "harbourvoice (X, suspected)" in html_of(alike).lower().replace("(x", "(X")


def test_an_address_that_is_no_account_is_refused_while_it_is_typed(home: Path, open_page: OpenPage):
    app = fill(open_page("suspect"), address_or_handle="../../etc/passwd").run()

    assert [error.value for error in app.exception] == []
    assert "Not an account yet" in html_of(app)
