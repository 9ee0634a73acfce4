"""People from a terminal, and a dashboard that does not start where others could open it without sign-in."""

import json
import os
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tracker.cli import cli


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in [name for name in os.environ if name.startswith("TRACKER_")]:
        monkeypatch.delenv(name)
    return tmp_path


def run(home: Path, words: str, *more: str) -> Result:
    return CliRunner().invoke(cli, ["--home", str(home), *words.split(), *more])


def people(home: Path) -> list[tuple[str, str, str]]:
    rows = json.loads(run(home, "people list --format json").stdout)
    return [(row["email"], row["role"], row["signed_in"]) for row in rows]


def test_people_are_let_in_given_another_role_and_removed(home: Path) -> None:
    run(home, "people add ana@example.org --role admin --by Root --name", "Ana Lima")
    run(home, "people add ben@example.org --role viewer --by Root --name", "Ben")
    before = people(home)
    run(home, "people role ben@example.org editor --by Root")
    changed = people(home)
    removed = run(home, "people remove ben@example.org --by Root")

    assert before == [("ana@example.org", "admin", "not yet"), ("ben@example.org", "viewer", "not yet")]
    assert changed[1] == ("ben@example.org", "editor", "not yet")
    assert (removed.exit_code, people(home)) == (0, [("ana@example.org", "admin", "not yet")])


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("people add ana --role root --by Root --name A", "email: is not an e-mail address"),
        (
            "people add ana@example.org --role root --by Root --name Ana",
            "role: expected one of viewer, coder",
        ),
        ("people role ana@example.org viewer --by Root", "nobody in the list has the address"),
        ("people remove ana@example.org --by Root", "nobody in the list has the address"),
        ("people rebind ana@example.org --by Root", "nobody in the list has the address"),
    ],
)
def test_a_wrong_field_ends_with_its_rule_and_exit_code_2(words: str, told: str, home: Path) -> None:
    result = run(home, words)

    assert (result.exit_code, told in result.stderr, people(home)) == (2, True, [])


def test_the_last_admin_stays(home: Path) -> None:
    run(home, "people add ana@example.org --role admin --by Root --name Ana")

    for words in ("people role ana@example.org viewer --by Root", "people remove ana@example.org --by Root"):
        result = run(home, words)
        assert (result.exit_code, "is the last admin" in result.stderr) == (2, True)
    assert people(home) == [("ana@example.org", "admin", "not yet")]


@pytest.mark.parametrize("command", ["up", "dashboard", "demo"])
def test_no_dashboard_starts_for_others_without_sign_in(
    command: str, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRACKER_LISTEN", "0.0.0.0")

    result = run(home, command)

    assert (result.exit_code, "TRACKER_OIDC_ISSUER" in result.stderr) == (2, True)
    assert list(home.iterdir()) == []
