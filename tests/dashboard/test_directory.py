"""The directory: every account once, narrowed by words, platform and status, one page at a time."""

from pathlib import Path
from typing import Any

from dashboard import directory
from tests.dashboard.conftest import OpenPage
from tests.dashboard.registries import registry_at
from tests.dashboard.test_pages import html_of


def row(number: int, **more: Any) -> dict[str, Any]:
    return {
        "account": f"x:name{number}", "brand_id": None, "brand": None, "name": None, "handle": f"Name{number}",
        "platform": "x", "status": "accepted", "operator": "Harbour ICC", "operator_native": "海港", "document": "Press", **more,
    }  # fmt: skip


def test_every_word_that_was_typed_must_occur_somewhere() -> None:
    rows = [row(1), row(2, operator="City Office"), row(3, status="suspected"), row(4, platform="web")]

    found = [
        [one["account"] for one in directory.matching(rows, *asked)]
        for asked in (
            ("HARBOUR name3", "all", "all"), ("海港", "web", "all"), ("", "all", "suspected"), ("city", "x", "accepted")
        )
    ]  # fmt: skip

    assert found == [["x:name3"], ["x:name4"], ["x:name3"], ["x:name2"]]


def test_each_brand_leads_to_its_page_and_each_account_to_its_own(home: Path, open_page: OpenPage) -> None:
    registry_at(home)

    app = open_page("accounts")

    text = html_of(app)
    assert [error.value for error in app.exception] == []
    assert 'href="account?id=harbour-voice"' in text
    assert 'href="account?id=x%3Aharbourvoice"' in text
    assert '<span class="it-badge ochre">suspected</span>' in text
    assert '<span class="it-badge ochre">disputed</span>' in text


def test_a_brand_of_which_no_account_is_known_is_listed_as_such(
    hostile_home: Path, open_page: OpenPage
) -> None:
    app = open_page("accounts")

    app.text_input(key="directory-search").set_value("alone").run()

    text = html_of(app)
    assert [error.value for error in app.exception] == []
    assert "of 1 brand no document names an account" in text
    assert 'href="account?id=alone"' in text
    assert "no account known" in text


def test_a_withdrawn_claim_attributes_no_brand() -> None:
    claim = {
        "subject_type": "brand", "subject": "alone", "subject_name": "Alone", "predicate": "operated_by",
        "object_type": "organisation", "object": "body", "object_name": "Body", "title": "T", "published_on": None,
        "withdrawn": True,
    }  # fmt: skip

    [alone] = directory.with_brands_alone([], [claim])

    assert (alone["brand"], alone["operator"]) == ("Alone", None)


def test_nothing_that_fits_is_said_in_words(hostile_home: Path, open_page: OpenPage) -> None:
    app = open_page("accounts")

    app.text_input(key="directory-search").set_value("<b>nobody").run()

    assert "Nothing of that name" in html_of(app)
