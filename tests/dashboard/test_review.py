"""The page of the review: the queue, the decision with its rules, and what was decided with its reasons."""

from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from dashboard import auth, data, registrydata
from tests.dashboard import registries
from tests.dashboard.conftest import OpenPage
from tests.dashboard.test_account import opened
from tests.dashboard.test_pages import html_of
from tracker import desk


@pytest.fixture
def registry(home: Path) -> Path:
    """A home with the hostile registry."""
    return registries.registry_at(home)


def fill(app: AppTest, **typed: Any) -> AppTest:
    """Type a decision on the account that waits, whose id the form bears."""
    number = waiting()
    for name, value in typed.items():
        kind = app.selectbox if name in ("decision", "relation", "kind") else app.text_input
        kind = app.text_area if name in ("reason", "rival", "says") else kind
        kind(key=f"review-{number}-0-{name}").set_value(value)
    app.button[0].click().run()
    return app


def waiting() -> int:
    return int(registrydata.queue()[0]["id"])


def test_the_queue_names_who_brought_it_in_why_and_by_which_document(registry: Path, open_page: OpenPage):
    app = open_page("review")

    text = html_of(app)
    assert [error.value for error in app.exception] == []
    assert "1 account waits, the longest since 1 Oct 2024" in text
    assert "1 Oct 2024 by Ana Reader" in text
    assert "operated by Harbour ICC" in text
    assert "hxxps://example[.]org/report.pdf" in text
    assert "<script" not in text
    assert "<img" not in text


def test_the_person_who_brought_it_in_cannot_accept_it(registry: Path, open_page: OpenPage):
    app = fill(open_page("review"), decision="accepted", rival="A fan.", by="ANA  reader")

    assert "brought this account in; a second reader accepts it" in html_of(app)
    assert app.text_area(key=f"review-{waiting()}-0-rival").value == "A fan."


def test_to_accept_without_a_rival_explanation_is_refused_under_its_field(
    registry: Path, open_page: OpenPage
):
    app = fill(open_page("review"), decision="accepted", by="Ben Second", place="page 4")

    assert "is needed: the explanation that would fit as well" in html_of(app)
    assert app.text_input(key=f"review-{waiting()}-0-place").value == "page 4"


def test_a_rejection_needs_a_reason(registry: Path, open_page: OpenPage):
    app = fill(open_page("review"), decision="rejected", by="Ben Second")

    assert "is needed for rejected" in html_of(app)


def test_a_second_reader_accepts_and_the_page_of_the_account_carries_claim_grade_and_rival(
    registry: Path, open_page: OpenPage
):
    app = fill(open_page("review"), decision="accepted", rival="A fan.", by="Ben Second", place="page 4")

    text, page = html_of(app), html_of(opened("x:rivervoice"))
    assert "x:rivervoice is now accepted. Its claim stands on the page of the account." in text
    assert 'href="account?id=x%3Arivervoice"' in text
    assert "Nothing: every suspicion brought in so far was decided." in text
    assert "<b>Harbour ICC</b>" in page
    assert "What else could explain it: A fan." in page


def test_what_was_rejected_is_listed_with_its_reason_and_can_be_taken_up_again(registry: Path):
    app = opened("x:riverfan", "review")

    text = html_of(app)
    assert "A fan." in text
    assert 'href="review?id=x%3Ariverfan"' in text
    number = desk.show_account(data.record(), "x:riverfan")["account"]["id"]
    assert app.selectbox(key=f"review-{number}-0-decision").options == ["take it up: under review"]


def test_a_decision_on_what_somebody_else_decided_meanwhile_is_refused_in_words(
    registry: Path, open_page: OpenPage
):
    app, number = open_page("review"), waiting()
    suspicion = registrydata.queue()[0]["suspicions"][0]["id"]
    registrydata.review({"suspect": suspicion, "decision": "under_review", "by": "Cid"})
    registrydata.review({"suspect": suspicion, "decision": "accepted", "by": "Cid", "rival": "A fan."})
    app.selectbox(key=f"review-{number}-0-decision").set_value("withdrawn")
    app.text_area(key=f"review-{number}-0-reason").set_value("Because.")
    app.text_input(key=f"review-{number}-0-by").set_value("Ben Second")

    app.button[0].click().run()

    assert "somebody else moved this account from suspected to accepted" in html_of(app)
    assert desk.show_account(data.record(), "x:rivervoice")["account"]["status"] == "accepted"


def test_a_coder_sees_the_queue_and_no_form(
    registry: Path, open_page: OpenPage, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(
        auth, "visitor", lambda: auth.Visitor("Cora", "c@example.org", "coder", signed_in=True)
    )

    app = open_page("review")

    assert [error.value for error in app.exception] == []
    assert [button.label for button in app.button] == ["Sign out"]
    assert "deciding needs the role editor" in html_of(app)
