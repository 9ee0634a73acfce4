"""The page of labels, and the form with which a look comes in."""

import io
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from dashboard import data, pictures
from tests.dashboard.conftest import OpenPage
from tests.dashboard.test_pages import html_of
from tracker import mirror
from tracker.domain import AccountRef, Brand, Document, LabelSeen, SeedAccount, Seeds
from tracker.errors import BadInput
from tracker.registry.review import FormErrors
from tracker.settings import Settings
from tracker.store import registry
from tracker.store.engine import migrate, open_record, unit_of_work

HOSTILE = "![x](https://evil.example/pixel.png) <script>alert(1)</script>"


def picture(kind: str = "PNG", size: tuple[int, int] = (40, 30)) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, "#ddeeff").save(out, kind)
    return out.getvalue()


@pytest.fixture
def registered(home: Path) -> Path:
    """A home with one brand on X and Facebook, of which a document saw one label."""
    engine = open_record(f"sqlite:///{home / 'record.db'}")
    migrate(engine)
    refs = [AccountRef(platform, "river", handle="River", brand_id="river") for platform in ("x", "facebook")]
    seen = LabelSeen(refs[1], "state_controlled_media", None, "press", HOSTILE)
    accounts = (SeedAccount(refs[0], "accepted"), SeedAccount(refs[1], "accepted", labels=(seen,)))
    document = Document("press", HOSTILE, HOSTILE, None, None, "B")
    with unit_of_work(engine) as session:
        seeds = Seeds((document,), (), (Brand("river", "River News"),), accounts, ())
        registry.save_seeds(session, seeds, at=datetime(2024, 10, 1, tzinfo=UTC))
    mirror.refresh(engine, Settings(home=home), progress=lambda *_: None)
    engine.dispose()
    return home


def enter(**fields: str) -> None:
    data.look({"account": "x:river", "observed_on": "2024-11-12", "by": "Ada", **fields}, picture())


def test_a_look_is_in_the_matrix_the_runs_and_the_disclosures_at_once(registered: Path, open_page: OpenPage):
    enter(label="none", discloses="names_another", discloses_words=HOSTILE)

    app = open_page("labels")

    text = html_of(app)
    assert [error.value for error in app.exception] == []
    assert "2 of 2 accounts checked · 1 of them without a state-media label when last seen" in text
    assert "Bio and about page of 1 of 2 accounts read" in text
    assert 'href="snapshot?id=profile-1"' in text
    assert "names somebody else" in text
    assert "<script" not in text
    assert len(app.get("vega_lite_chart")) == 2


def test_without_any_look_the_page_says_that_nobody_checked(home: Path, open_page: OpenPage):
    app = open_page("labels")

    text = html_of(app)
    assert [error.value for error in app.exception] == []
    assert "No label has been checked" in text
    assert "Nobody has read a bio yet" in text


def filled(app: AppTest, **typed: str) -> AppTest:
    for name, value in typed.items():
        app.text_input(key=f"look-0-{name}").set_value(value)
    return app


def test_the_form_names_every_wrong_field_and_keeps_what_was_typed(registered: Path, open_page: OpenPage):
    app = filled(
        open_page("labels"),
        account="x:river",
        observed_on="12 May",
        label_words="state media",
        by="anonymous",
    )

    app.form_submit_button[0].click().run()

    text = html_of(app)
    assert [error.value for error in app.exception] == []
    assert "is not a day; expected YYYY-MM-DD" in text
    assert "is needed: the name of the person who answers for this" in text
    assert app.text_input(key="look-0-label_words").value == "state media"
    assert data.finding("labels").n == 1


def test_a_look_without_a_screenshot_is_refused_under_the_field(registered: Path, open_page: OpenPage):
    app = filled(open_page("labels"), account="x:river", observed_on="2024-11-12", by="Ada")
    app.selectbox(key="look-0-label").set_value("none")

    app.form_submit_button[0].click().run()

    assert "is needed: a picture or a PDF of the profile on that day" in html_of(app)
    assert app.text_input(key="look-0-account").value == "x:river"


def test_a_snapshot_of_a_look_shows_the_screenshot_by_its_pixels(registered: Path, open_page: OpenPage):
    enter(label="none", bio=HOSTILE)
    app = open_page("overview")
    app.query_params["id"] = "profile-1"

    app = app.switch_page("views/snapshot.py").run()

    text = html_of(app)
    assert [error.value for error in app.exception] == []
    assert "What was seen of this profile?" in text
    assert "no label" in text
    assert "<script" not in text
    assert len(app.get("image")) == 1


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_a_picture_is_drawn_anew_and_no_wider_than_a_page(kind: str):
    body = pictures.redrawn(picture(kind, (3200, 400)))

    assert body is not None
    with Image.open(io.BytesIO(body)) as drawn:
        assert (drawn.format, drawn.size) == ("PNG", (1600, 200))


@pytest.mark.parametrize(
    "body", [b"", b"%PDF-1.7", b"<svg/>", b"\x89PNG\r\n\x1a\n" + b"0" * 50, picture()[:60]]
)
def test_what_cannot_be_drawn_is_not_drawn(body: bytes):
    assert pictures.redrawn(body) is None


def test_the_handler_checks_what_the_page_checks(registered: Path):
    with pytest.raises(FormErrors):
        data.look({"account": "x:river", "observed_on": "2024-11-12"}, picture())
    with pytest.raises(BadInput, match="no account is called"):
        enter(account="x:nobody", label="none")

    assert data.finding("labels").n == 1


def test_a_look_with_its_screenshot_is_kept_and_the_form_begins_anew(registered: Path, open_page: OpenPage):
    app = filled(open_page("labels"), account="https://x.com/River", observed_on="2024-11-12", by="Ada")
    app.selectbox(key="look-0-label").set_value("none")
    app.file_uploader(key="look-0-screenshot").upload("shot.png", picture(), "image/png")

    app.form_submit_button[0].click().run()

    assert [error.value for error in app.exception] == []
    assert "x:river, profile-1: no change against the look before" in html_of(app)
    assert app.text_input(key="look-1-account").value == ""
    assert [(row["state"], row["look"]) for row in data.finding("labels").rows if row["platform"] == "x"] == [
        ("none", "profile-1")
    ]
