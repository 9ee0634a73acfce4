"""A sample notices what came in after it was drawn, and goes on with that at the same rate."""

from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import Engine

from tests.coding.records import NOW, code, draw, with_posts
from tracker import codingdesk, mirror
from tracker.analysis.tables import open_lake
from tracker.cli import cli
from tracker.errors import BadInput
from tracker.findings import Finding, parse_options, run
from tracker.settings import Settings

FIRST = [f"Headline number {number}" for number in range(40)]
LATER = [f"Later headline number {number}" for number in range(8)]


@pytest.fixture
def grown(engine: Engine, tmp_path: Path) -> Engine:
    """Forty posts of March of which ten are drawn, and then eight more."""
    with_posts(engine, tmp_path, FIRST)
    draw(engine, coders=("Ana",))
    return with_posts(engine, tmp_path, [*FIRST, *LATER])


def code_all(engine: Engine, *codes: str) -> None:
    while codingdesk.next_item(engine, "Ana"):
        code(engine, "Ana", *codes)


def topics(engine: Engine, home: Path, **options: str) -> Finding:
    setup = Settings(home=home)
    mirror.refresh(engine, setup, progress=lambda _stage, _done, _total: None)
    return run("topics", open_lake(setup.lake), parse_options("topics", {"items": "posts", **options}))


def test_items_that_came_in_later_are_counted_beside_the_sample(grown: Engine) -> None:
    assert codingdesk.outgrown(grown) == {1: 8}


def test_a_share_says_how_many_later_items_it_does_not_stand_for_and_holds_whatever_they_are(
    grown: Engine, tmp_path: Path
) -> None:
    code_all(grown, "culture")

    found = topics(grown, tmp_path / "home")

    (row,) = found.rows
    assert (row["n"], row["n_coded"], row["not_represented"], row["share"]) == (48, 10, 8, 1.0)
    assert row["lower"] < 40 / 48
    assert "8 later items are not represented" in " ".join(found.caveats)


def test_an_extension_draws_at_the_same_rate_from_later_items_only_and_then_all_are_represented(
    grown: Engine, tmp_path: Path
) -> None:
    added = codingdesk.extend(grown, 1, by="Eve", now=NOW, seed=1)
    code_all(grown, "culture")

    found = topics(grown, tmp_path / "home")

    assert (added["extends"], added["size"], added["population"], added["seed"]) == (1, 2, 8, 1)
    assert [one["coder"] for one in added["coders"]] == ["Ana"]
    (row,) = found.rows
    assert (row["n_coded"], row["not_represented"], row["measure"]) == (12, 0, "random sample")
    assert codingdesk.outgrown(grown) == {1: 0}


def test_over_many_seeds_a_later_item_has_the_chance_that_the_first_ones_had(
    engine: Engine, tmp_path: Path
) -> None:
    with_posts(engine, tmp_path, FIRST)
    samples = [draw(engine, size=7, coders=("Ana",))["id"] for _ in range(60)]
    with_posts(engine, tmp_path, [*FIRST, *LATER])

    drawn = [
        codingdesk.extend(engine, number, by="Eve", now=NOW, seed=seed)["size"]
        for seed, number in enumerate(samples)
    ]

    assert set(drawn) == {1, 2}
    assert sum(drawn) / len(drawn) == pytest.approx(8 * 7 / 40, abs=0.15)


@pytest.mark.parametrize(("number", "said"), [(9, "no sample that chance drew"), (1, "no item came in")])
def test_what_cannot_be_extended_is_refused(engine: Engine, tmp_path: Path, number: int, said: str) -> None:
    with_posts(engine, tmp_path, FIRST)
    draw(engine)

    with pytest.raises(BadInput, match=said):
        codingdesk.extend(engine, number, by="Eve", now=NOW)


def test_samples_of_two_outlets_together_stand_for_both_each_by_its_size(
    engine: Engine, tmp_path: Path
) -> None:
    with_posts(engine, tmp_path, FIRST, outlet="first")
    with_posts(engine, tmp_path, LATER[:6], outlet="second")
    draw(engine, account="web:first", size=20, coders=("Ana",))
    code_all(engine, "culture")
    draw(engine, account="web:second", size=3, coders=("Ana",))
    code_all(engine, "economy")

    found = topics(engine, tmp_path / "home")

    shares: dict[str, Any] = {row["code"]: row for row in found.rows}
    assert {row["measure"] for row in found.rows} == {"stratified sample"}
    assert (shares["culture"]["share"], shares["culture"]["n_coded"]) == (pytest.approx(40 / 46), 23)
    assert shares["economy"]["share"] == pytest.approx(6 / 46)
    assert shares["culture"]["lower"] < 40 / 46 < shares["culture"]["upper"]


def test_an_extension_is_drawn_at_the_command_line(
    grown: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRACKER_HOME", str(tmp_path / "of-its-own"))
    monkeypatch.setenv("TRACKER_RECORD_URL", grown.url.render_as_string(hide_password=False))

    told = CliRunner().invoke(cli, ["coding", "extend", "1", "--by", "Eve", "--seed", "1", "--format", "csv"])

    assert told.exit_code == 0, told.output
    assert ",posts,random," in told.stdout
