"""A role is asked for in every page and every write; what is hidden in the navigation is refused all the same."""

import ast
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from streamlit import config
from streamlit.testing.v1 import AppTest

from dashboard import data
from tests.dashboard.conftest import MAIN
from tests.dashboard.test_form import fill
from tests.dashboard.test_pages import html_of
from tracker import people
from tracker.domain import ROLES
from tracker.store.engine import migrate, open_record

NOW = datetime(2026, 5, 1, tzinfo=UTC)
LATER = 4_102_444_800
"""A time that no token of a test reaches."""
VIEWS = MAIN.parent / "views"
Open = Callable[..., AppTest]
SUSPECT = {
    "address_or_handle": "https://x.com/HarbourVoice",
    "reason": "It posts the clips of the city's media group within minutes.",
    "document_url": "https://example.org/report.pdf",
    "submitted_by": "Somebody Else",
}
PEOPLE = {
    "data.let_in": {"email": "eve@example.org", "name": "Eve", "role": "admin", "by": "Somebody Else"},
    "data.change_role": {"email": "viewer@example.org", "role": "admin", "by": "Somebody Else"},
    "data.remove_person": {"email": "admin@example.org", "by": "Somebody Else"},
}
DECISIONS = {
    "registrydata.review": {
        "suspect": "1",
        "decision": "rejected",
        "reason": "no ground",
        "by": "Somebody Else",
    },
    "registrydata.withdraw_claim": {"claim": "1", "reason": "no ground", "by": "Somebody Else"},
    "registrydata.object_to_claim": {
        "claim": "1",
        "objector": "A",
        "words": "No.",
        "received_on": "2026-01-01",
    },
}
CODINGS = {
    "codingdata.save": {
        "item_type": "post",
        "item_id": "1",
        "state": "none",
        "version": "1",
        "by": "Somebody Else",
    },
    "codingdata.settle": {
        "item_type": "post",
        "item_id": "1",
        "state": "none",
        "version": "1",
        "settles": "1",
    },
}
SAMPLES = {"codingdata.draw": {"items": "posts", "coders": "Ana;Ben", "by": "Somebody Else"}}
WRITES = {
    "data.add_suspect": SUSPECT,
    "data.look": {"account": "x:harbourvoice"},
    **DECISIONS,
    **PEOPLE,
    **CODINGS,
    **SAMPLES,
}


def claims(name: str, **changed: Any) -> dict[str, Any]:
    return {
        "is_logged_in": True, "iss": "https://login.example.org", "aud": "tracker", "sub": name, "exp": LATER,
        "email": f"{name}@example.org", "email_verified": True, **changed,
    }  # fmt: skip


@pytest.fixture
def sign_in(home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home where sign-in is set up and one person has each role."""
    for name, value in {
        "PUBLIC_URL": "https://tracker.example.org", "OIDC_ISSUER": "https://login.example.org",
        "OIDC_CLIENT_ID": "tracker", "OIDC_CLIENT_SECRET": "secret",
    }.items():  # fmt: skip
        monkeypatch.setenv(f"TRACKER_{name}", value)
    engine = open_record(f"sqlite:///{home / 'record.db'}")
    migrate(engine)
    for role in ROLES:
        form = {"email": f"{role}@example.org", "name": f"{role.title()} One", "role": role, "by": "Root"}
        people.add(engine, form, now=NOW)
    engine.dispose()
    return home


def opened(user: dict[str, Any], page: str = "overview") -> AppTest:
    app = AppTest.from_file(MAIN, default_timeout=60)
    app.user = user
    app.run()
    return app if page == "overview" else app.switch_page(f"views/{page}.py").run()


def call(user: dict[str, Any], name: str, fields: dict[str, str]) -> str:
    """Call a function that writes as somebody, past every page, and return what became of it."""

    def handler() -> None:
        import importlib

        import streamlit

        from tracker.errors import BadInput, NotAllowed

        module, _, name = streamlit.session_state["name"].partition(".")
        further = [None] if name == "look" else []
        try:
            act = getattr(importlib.import_module(f"dashboard.{module}"), name)
            act(streamlit.session_state["fields"], *further)
        except NotAllowed as error:
            streamlit.text(f"refused: {error}")
        except BadInput as error:
            streamlit.text(f"allowed, but: {error}")
        else:
            streamlit.text("done")

    app = AppTest.from_function(handler, default_timeout=60)
    app.user = user
    app.session_state["name"], app.session_state["fields"] = name, fields
    app.run()
    assert [error.value for error in app.exception] == []
    return str(app.text[0].value)


def listed(home: Path) -> list[tuple[str, str]]:
    engine = open_record(f"sqlite:///{home / 'record.db'}")
    rows = [(row["email"], row["role"]) for row in people.listed(engine)]
    engine.dispose()
    return rows


NOBODY = [
    {"is_logged_in": False},
    {},
    claims("mallory"),
    claims("admin", email_verified=False),
    claims("admin", exp=1_700_000_000),
    claims("admin", iss="https://evil.example"),
    claims("admin", aud="another"),
    claims("admin", is_logged_in=False),
]


@pytest.mark.parametrize("user", NOBODY)
@pytest.mark.parametrize("name", WRITES)
def test_nobody_without_a_role_writes_by_calling_the_handler(user: dict[str, Any], name: str, sign_in: Path):
    before = listed(sign_in)

    assert call(user, name, WRITES[name]).startswith("refused: this needs the role")
    assert (listed(sign_in), data.suspects()) == (before, [])


@pytest.mark.parametrize("name", WRITES)
def test_a_viewer_writes_nothing_by_calling_the_handler(name: str, sign_in: Path):
    before = listed(sign_in)

    assert call(claims("viewer"), name, WRITES[name]).endswith("yours is viewer")
    assert (listed(sign_in), data.suspects()) == (before, [])


@pytest.mark.parametrize("role", ["coder", "editor"])
def test_only_an_admin_manages_people(role: str, sign_in: Path):
    before = listed(sign_in)

    for name, fields in PEOPLE.items():
        assert call(claims(role), name, fields).endswith(f"needs the role admin; yours is {role}")
    assert listed(sign_in) == before


def test_a_coder_decides_nothing_and_an_editor_gets_as_far_as_the_rules(sign_in: Path):
    for name, fields in {**DECISIONS, **SAMPLES}.items():
        assert call(claims("coder"), name, fields).endswith("needs the role editor; yours is coder")
        assert call(claims("editor"), name, fields).startswith("allowed, but: ")


@pytest.mark.parametrize("role", ["coder", "editor", "admin"])
def test_what_is_written_bears_the_name_of_who_signed_in_whatever_was_typed(role: str, sign_in: Path):
    assert call(claims(role), "data.add_suspect", SUSPECT) == "done"

    assert [row["submitted_by"] for row in data.suspects()] == [f"{role.title()} One <{role}@example.org>"]


@pytest.mark.parametrize("user", NOBODY)
def test_a_page_shows_nobody_without_a_role_any_data(user: dict[str, Any], sign_in: Path):
    app = opened(user)

    text = html_of(app)
    assert [error.value for error in app.exception] == []
    assert "Sign in to the influence tracker" in text or "You have no role here" in text
    assert "have been collected yet" not in text
    assert len(app.get("html")) == 3
    assert [button.label for button in app.button] in (["Sign in"], ["Sign out"])


def test_somebody_without_a_role_is_told_whom_to_ask(sign_in: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("TRACKER_CONTACT", "the desk <desk@example.org>")

    text = html_of(opened(claims("mallory")))

    assert "You signed in as mallory@example.org" in text
    assert "Ask the desk &lt;desk@example.org&gt;." in text


@pytest.mark.parametrize("role", ROLES)
def test_everybody_with_a_role_reads_and_sees_as_whom(role: str, sign_in: Path):
    app = opened(claims(role))

    assert [error.value for error in app.exception] == []
    assert f"<b>{role.title()} One</b> · {role}" in html_of(app)
    assert "<h1>" in html_of(app)


def test_a_viewer_finds_no_form_on_the_page_of_suspects(sign_in: Path):
    app = opened(claims("viewer"), "suspect")

    assert [error.value for error in app.exception] == []
    assert "needs the role coder" in html_of(app)
    assert (len(app.text_input), len(app.form_submit_button)) == (0, 0)


def test_who_signed_in_is_not_asked_for_a_name(sign_in: Path):
    app = opened(claims("coder"), "suspect")

    assert [field.label for field in app.text_input if "name" in field.label] == []


def test_a_role_that_ended_while_the_form_was_filled_in_stores_nothing_and_says_so(sign_in: Path):
    app = fill(
        opened(claims("coder"), "suspect"),
        **{name: SUSPECT[name] for name in ("address_or_handle", "reason", "document_url")},
    )
    engine = open_record(f"sqlite:///{sign_in / 'record.db'}")
    people.change_role(engine, {"email": "coder@example.org", "role": "viewer", "by": "Root"}, now=NOW)
    engine.dispose()

    app.form_submit_button[0].click().run()

    assert [error.value for error in app.exception] == []
    assert "needs the role coder" in html_of(app)
    assert data.suspects() == []


@pytest.mark.parametrize("role", ["viewer", "coder", "editor"])
def test_the_page_of_people_is_refused_to_all_but_admins_though_its_address_is_known(
    role: str, sign_in: Path
):
    app = opened(claims(role), "people")

    assert "This page is for the role admin" in html_of(app)
    assert "admin@example.org" not in html_of(app)
    assert len(app.form_submit_button) == 0


@pytest.mark.parametrize("user", [claims("viewer"), claims("mallory"), {"is_logged_in": False}])
def test_a_view_that_is_run_without_its_frame_asks_by_itself(user: dict[str, Any], sign_in: Path):
    app = AppTest.from_file(VIEWS / "people.py", default_timeout=60)
    app.user = user
    app.run()

    assert "admin@example.org" not in html_of(app)
    assert len(app.form_submit_button) == 0


def test_an_admin_lets_somebody_in_changes_their_role_and_removes_them(sign_in: Path):
    app = opened(claims("admin"), "people")
    app.text_input(key="people-0-email").set_value("Eve@Example.org")
    app.text_input(key="people-0-name").set_value("Eve")
    app.selectbox(key="people-0-role").set_value("editor")
    app.form_submit_button[0].click().run()
    let_in = ("eve@example.org", "editor") in listed(sign_in)
    app.selectbox(key="people-1-who").set_value("eve@example.org")
    app.selectbox(key="people-1-role-after").set_value("coder")
    app.form_submit_button[1].click().run()
    changed = ("eve@example.org", "coder") in listed(sign_in)
    app.selectbox(key="people-2-who").set_value("eve@example.org")
    app.form_submit_button[2].click().run()

    assert [error.value for error in app.exception] == []
    assert (let_in, changed) == (True, True)
    assert "Removed:" in html_of(app)
    assert "eve@example.org" not in dict(listed(sign_in))


def test_a_wrong_field_of_a_person_is_named_and_what_was_typed_stays(sign_in: Path):
    app = opened(claims("admin"), "people")
    app.text_input(key="people-0-email").set_value("eve")
    app.text_input(key="people-0-name").set_value("E")
    app.form_submit_button[0].click().run()

    assert "is not an e-mail address; expected NAME@DOMAIN" in html_of(app)
    assert "is too short; expected at least 2 characters" in html_of(app)
    assert app.text_input(key="people-0-email").value == "eve"


def test_the_last_admin_stays_and_the_page_says_why(sign_in: Path):
    app = opened(claims("admin"), "people")
    app.selectbox(key="people-0-who").set_value("admin@example.org")
    app.form_submit_button[2].click().run()

    assert "is the last admin; make somebody else one first" in html_of(app)
    assert ("admin@example.org", "admin") in listed(sign_in)


def test_a_server_started_by_hand_for_others_shows_no_data_and_says_why(home: Path):
    config.set_option("server.address", "0.0.0.0")

    text = html_of(opened({}))

    assert "This dashboard is closed" in text
    assert "TRACKER_OIDC_ISSUER" in text
    assert call({}, "data.add_suspect", SUSPECT).startswith("refused")


def test_nobody_is_answered_while_a_header_could_name_them(sign_in: Path):
    config.set_option("server.trustedUserHeaders", {"X-Auth-Email": "email"})
    text = html_of(opened(claims("admin")))
    config.set_option("server.trustedUserHeaders", {})

    assert "This dashboard is closed" in text


def test_without_sign_in_whoever_sits_here_may_manage_people_and_is_asked_for_a_name(home: Path):
    app = opened({}, "people")
    app.text_input(key="people-0-email").set_value("eve@example.org")
    app.text_input(key="people-0-name").set_value("Eve")
    app.text_input(key="people-0-by").set_value("Root")
    app.form_submit_button[0].click().run()

    assert [error.value for error in app.exception] == []
    assert listed(home) == [("eve@example.org", "viewer")]


def test_every_write_of_the_dashboard_asks_for_a_role_first():
    """A write is told the time (`now=`): whoever tells it, or calls the private function that does, asks `auth` before."""
    unasked = []
    for path in MAIN.parent.glob("*.py"):
        if path.name == "auth.py":
            continue
        functions = {
            node.name: [call for call in ast.walk(node) if isinstance(call, ast.Call)]
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
            if isinstance(node, ast.FunctionDef)
        }
        told = {
            name
            for name, calls in functions.items()
            if any(word.arg == "now" for one in calls for word in one.keywords)
        }
        private = {name for name in told if name.startswith("_")}
        writers = (told - private) | {
            name for name, calls in functions.items() if private & {ast.unparse(one.func) for one in calls}
        }
        unasked += [
            f"{path.name}: {name}"
            for name in sorted(writers)
            if not {"auth.signed", "auth.require"} & {ast.unparse(one.func) for one in functions[name]}
        ]

    assert unasked == []
