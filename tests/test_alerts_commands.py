"""Alerts at the command line: rules are made and removed by name, and what waits is not forgotten."""

import json
from pathlib import Path
from typing import Any

import feedparser
import pytest
from click.testing import CliRunner, Result

from tests.alerting.records import NOW, changed, fill
from tracker.cli import cli
from tracker.store.engine import migrate, open_record


@pytest.fixture
def home(tmp_path: Path) -> Path:
    engine = open_record(f"sqlite:///{tmp_path / 'record.db'}")
    migrate(engine)
    ids = fill(engine)
    ran(
        tmp_path,
        "alerts",
        "rules",
        "add",
        "--email",
        "desk@example.org",
        "--account",
        "x:riverdaily",
        "--by",
        "Ada",
    )
    changed(engine, ("renamed", ids["state"], NOW), ("renamed", ids["suspect"], NOW))
    engine.dispose()
    return tmp_path


def ran(home: Path, *words: str) -> Result:
    return CliRunner().invoke(cli, ["--home", str(home), *words])


def rows(result: Result) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(result.stdout)
    return found


def test_what_cannot_be_sent_waits_and_the_exit_code_and_the_doctor_say_so(home: Path) -> None:
    sent = ran(home, "alerts", "send", "--format", "json")
    (rule,) = rows(ran(home, "alerts", "rules", "list", "--format", "json"))
    doctor = ran(home, "doctor")

    assert (sent.exit_code, rows(sent)[0]["raised"], rows(sent)[0]["waiting"]) == (1, 2, 1)
    assert (rule["about"], rule["waiting"]) == (["account=x:riverdaily"], 1)
    assert "TRACKER_SMTP_HOST" in rule["error"]
    assert "alerts by email: TRACKER_SMTP_HOST: not set" in doctor.stderr
    assert "1 waiting" in doctor.stderr


def test_alerts_are_listed_by_type_and_the_feed_names_no_suspect(home: Path) -> None:
    ran(home, "alerts", "send")

    listed = rows(ran(home, "alerts", "list", "--type", "renamed", "--format", "json"))
    none = ran(home, "alerts", "list", "--type", "silence", "--format", "json")
    feed = ran(home, "alerts", "feed")
    written = ran(home, "alerts", "feed", "--out", str(home / "out.atom"))

    assert sorted(row["accounts"][0] for row in listed) == ["x:riverdaily", "x:somebody"]
    assert rows(none) == []
    assert [entry.title for entry in feedparser.parse(feed.stdout).entries] == [
        "renamed: x:riverdaily, 2026-10-05"
    ]
    assert written.exit_code == 0
    assert (home / "out.atom").read_text() == feed.stdout


def test_a_rule_that_was_removed_tells_nothing_more(home: Path) -> None:
    removed, again = (ran(home, "alerts", "rules", "remove", "1") for _ in range(2))
    sent = ran(home, "alerts", "send", "--format", "json")

    assert (removed.exit_code, again.exit_code) == (0, 2)
    assert rows(ran(home, "alerts", "rules", "list", "--format", "json")) == []
    assert (sent.exit_code, rows(sent)[0]["put"]) == (0, 0)


@pytest.mark.parametrize(
    "words",
    [
        ("rules", "add", "--by", "Ada"),
        ("rules", "add", "--email", "nobody", "--by", "Ada"),
        ("rules", "add", "--webhook", "http://127.0.0.1/", "--by", "Ada"),
        ("test", "--email", "desk@example.org"),
        ("test",),
    ],
)
def test_bad_usage_and_missing_settings_exit_2_and_send_nothing(home: Path, words: tuple[str, ...]) -> None:
    assert ran(home, "alerts", *words).exit_code == 2
