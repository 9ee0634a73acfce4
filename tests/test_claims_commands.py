"""The review and the answers to claims, from a terminal."""

import json
import os
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from tracker.cli import cli

SUSPECT = (
    "suspects add @somebody_else --platform x --document-url https://example.org/a --relation operated_by "
    "--operator CMG --by Ana --reason"
)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home with the shipped seed list."""
    for name in [name for name in os.environ if name.startswith("TRACKER_")]:
        monkeypatch.delenv(name)
    run(tmp_path, "seeds load")
    return tmp_path


def run(home: Path, words: str, *more: str) -> Result:
    return CliRunner().invoke(cli, ["--home", str(home), *words.split(), *more])


def read(home: Path, words: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = json.loads(run(home, f"{words} --format json").stdout)
    return rows


def test_a_suspect_is_accepted_by_a_second_person_and_its_claim_objected_to_and_withdrawn(home: Path) -> None:
    run(home, SUSPECT, "It copies the office's posts.")
    decide = "suspects review 1 --decision accepted --rival fan --by"

    own, other = run(home, decide, " ANA "), run(home, decide, "Ben")
    [claim] = read(home, "claims list x:somebody_else")
    number = claim["id"]
    run(
        home, f"claims object {number} --objector CMG --received-on 2024-10-01 --by Ben --words", "We do not."
    )
    run(home, f"claims withdraw {number} --by Ben --reason", "They answered.")

    [shown] = read(home, "accounts show x:somebody_else")
    assert (own.exit_code, other.exit_code, "a second reader accepts it" in own.stderr) == (2, 0, True)
    assert (claim["object"], claim["withdrawn"], claim["objections"]) == ("china-media-group", None, [])
    assert shown["claims"][0]["withdrawn"]["reason"] == "They answered."
    assert [one["words"] for one in shown["claims"][0]["objections"]] == ["We do not."]
    assert [row["action"] for row in shown["audit"]] == [
        "suspected", "reviewed", "reviewed", "objected", "withdrew",
    ]  # fmt: skip
    assert read(home, "suspects queue") == []


def test_the_two_operators_of_shanghaieye_stand_side_by_side_as_disputed(home: Path) -> None:
    rows = read(home, "claims list shanghaieye")

    assert {(row["object"], row["disputed"]) for row in rows} == {
        ("shanghai-media-group", True), ("shanghai-icc", True),
    }  # fmt: skip
