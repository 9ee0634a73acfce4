"""Forty hostile sites in one round: each ends in an outcome in time, memory stays bounded, and the others are collected."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, text

from tests.collect.hostile_run import FEEDS, PUBLIC, REBINDS, Clocks, hosts_of, sites
from tracker.collect.client import WEB
from tracker.store.engine import open_record

ROOT = Path(__file__).resolve().parents[2]
MOST_MEMORY = 200 << 20
READ = set(FEEDS) - {"a million entries, packed"}
"""What is read in spite of what it is: as text, from its top, told apart, or without its date."""

Runs = Callable[..., dict[str, Any]]


@pytest.fixture
def runs(tmp_path: Path) -> Runs:
    def run(*faults: str) -> dict[str, Any]:
        words = [sys.executable, "-m", "tests.collect.hostile_run", str(tmp_path), *faults]
        done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=True)
        found: dict[str, Any] = json.loads(done.stdout)
        return found

    return run


def ended(found: dict[str, Any]) -> dict[str, str]:
    return {name.partition(" (")[0]: outcome for name, outcome in found["outcomes"].items()}


def test_every_hostile_site_ends_in_an_outcome_in_bounded_time_and_memory_and_every_good_one_is_collected(
    runs: Runs, tmp_path: Path
) -> None:
    every = list(sites(Clocks()))

    found = runs()

    outcomes = ended(found)
    assert set(outcomes) == {*every, "good"}
    assert {name for name, outcome in outcomes.items() if outcome == "rows"} == {*READ, "good"}
    assert {outcomes[name] for name in set(every) - READ} <= {"error", "throttled", "login_wall"}
    assert [name for name in found["outcomes"] if name.startswith("good")] != []
    assert {outcome for name, outcome in found["outcomes"].items() if name.startswith("good")} == {"rows"}
    assert found["seconds"] <= WEB.budget + WEB.longest_answer
    assert found["most"] - found["before"] < MOST_MEMORY
    assert found["connected"] == [
        "127.0.0.1",
        PUBLIC,
    ]  # the second only asked of a connector that never connects


def test_as_many_endless_bodies_as_are_read_at_once_fit_into_bounded_memory(runs: Runs) -> None:
    found = runs(*["a body without end"] * 32)

    assert set(ended(found).values()) == {"error", "rows"}
    assert found["most"] - found["before"] < 3 * MOST_MEMORY


def test_what_is_read_of_a_hostile_feed_is_kept_without_its_poison(runs: Runs, tmp_path: Path) -> None:
    wanted = ["billion laughs", "an entity of a file", "a million entries", "dates in 1970 and 2099"]
    wanted += ["two entries with one id"]

    runs(*wanted)

    bad = {fault: host for host, fault in hosts_of(wanted).items() if fault}
    record = open_record(f"sqlite:///{tmp_path / 'record.db'}")
    posts = {fault: posts_of(record, host) for fault, host in bad.items()}
    record.dispose()
    assert {fault: len(found) for fault, found in posts.items()} == {
        "billion laughs": 1, "an entity of a file": 1, "a million entries": 1, "dates in 1970 and 2099": 2,
        "two entries with one id": 2,
    }  # fmt: skip
    assert {published for _, _, published in posts["dates in 1970 and 2099"]} == {None}
    assert len({key for key, _, _ in posts["two entries with one id"]}) == 2
    words = "".join(words or "" for found in posts.values() for _, words, _ in found)
    assert len(words) < 200
    assert "root:" not in words
    assert REBINDS not in bad


def posts_of(record: Engine, host: str) -> list[tuple[str, str | None, Any]]:
    asked = text(
        "SELECT p.key, s.text, p.published_at FROM post p JOIN account a ON a.id = p.account_id"
        " JOIN post_snapshot s ON s.post_id = p.id WHERE a.key = :host"
    )
    with record.connect() as connection:
        return [tuple(row) for row in connection.execute(asked, {"host": host})]
