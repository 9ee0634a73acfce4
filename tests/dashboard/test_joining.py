"""The forms on the page of an account that merge, split and take back."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from dashboard import registrydata
from tests.dashboard.conftest import MAIN
from tests.dashboard.test_pages import html_of
from tests.test_accountdesk import NEW, OLD, fill
from tracker import mirror
from tracker.settings import Settings
from tracker.store.engine import migrate, open_record

NOW = datetime(2024, 10, 1, 8, tzinfo=UTC)


@pytest.fixture
def registered(home: Path) -> Path:
    """A home with two accounts on one platform."""
    engine = open_record(f"sqlite:///{home / 'record.db'}")
    migrate(engine)
    fill(engine, OLD, NEW)
    mirror.refresh(engine, Settings(home=home), progress=lambda *_: None)
    engine.dispose()
    return home


def opened(name: str) -> AppTest:
    app = AppTest.from_file(MAIN, default_timeout=60)
    app.run()
    app.query_params["id"] = name
    return app.switch_page("views/account.py").run()


def sent(app: AppTest, label: str, **typed: str) -> AppTest:
    form = label.split()[0].lower().replace("take", "undo")
    for name, value in typed.items():
        element = app.text_area if name == "reason" else app.text_input
        element(key=f"{form}-0-{name}").set_value(value)
    return next(button for button in app.get("button") if button.label == label).click().run()


def test_an_account_is_merged_and_taken_back_from_its_page(registered: Path):
    app = sent(opened("x:oldname"), "Merge", into="x:NewName", reason="One id on the platform.", by="Ada")
    merged = html_of(app)
    stands = html_of(opened("x:oldname"))

    back = sent(opened("x:newname"), "Take it back", reason="Two ids after all.", by="Ben")

    assert "x:oldname stands as x:newname. This is step 1." in merged
    assert "<b>x:oldname stands as x:newname</b>" in stands
    assert "step 1 taken back. This is step 2." in html_of(back)
    assert "<h1>OldName</h1>" in html_of(opened("x:oldname"))


def test_a_merge_that_cannot_be_names_its_field_and_keeps_what_was_typed(registered: Path):
    app = sent(opened("x:oldname"), "Merge", into="facebook:page", reason="No.", by="anonymous")

    assert [error.value for error in app.exception] == []
    assert "is needed: the name of the person who answers for this" in html_of(app)
    assert app.text_input(key="merge-0-into").value == "facebook:page"
    assert registrydata.account("x:oldname")["account"]["account"] == "x:oldname"
