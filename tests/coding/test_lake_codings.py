"""What people coded reaches the lake, and so do the shares, at once and without anything else being written anew."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from tests.coding.records import NOW, code, draw, with_posts, write_codebook
from tracker import adjudication, codebooks, codingdesk, mirror
from tracker.analysis.tables import open_lake
from tracker.findings import Finding, parse_options, run
from tracker.settings import Settings
from tracker.store import lake

TEXTS = [f"Headline number {number}" for number in range(8)]


@pytest.fixture
def setup(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path / "home")


@pytest.fixture
def record(engine_of: Engine, tmp_path: Path, setup: Settings) -> Engine:
    """Eight posts, all of them given to Ana and Ben, half to both; the lake is there, nobody has coded yet."""
    with_posts(engine_of, tmp_path, TEXTS)
    draw(engine_of, size="all", overlap=0.5)
    mirror.refresh(engine_of, setup, progress=lambda _stage, _done, _total: None)
    return engine_of


def code_all(record: Engine, coder: str, *codes: str) -> None:
    while codingdesk.next_item(record, coder):
        code(record, coder, *codes)


def topics(setup: Settings, **options: str) -> Finding:
    return run("topics", open_lake(setup.lake), parse_options("topics", {"items": "posts", **options}))


def shown(found: Finding, *names: str) -> list[tuple[Any, ...]]:
    return [tuple(row[name] for name in names) for row in found.rows]


def test_a_share_follows_a_coding_and_what_a_third_person_settles_moves_it(
    record: Engine, setup: Settings
) -> None:
    code_all(record, "Ana", "culture")
    code_all(record, "Ben", "economy")
    mirror.refresh_codings(record, setup)
    before = topics(setup)

    for dispute in adjudication.disputes(record):
        form = {
            "item_type": "post", "item_id": dispute.item_id, "by": "Eve", "state": "coded", "codes": ("economy",),
            "version": 1, "settles": [voice.coding_id for voice in dispute.voices],
        }  # fmt: skip
        adjudication.settle(record, form, now=NOW)
    mirror.refresh_codings(record, setup)

    after = topics(setup)
    assert shown(before, "code", "measure", "share", "n_coded") == [
        ("culture", "coded in full", 0.75, 8),
        ("economy", "coded in full", 0.25, 8),
    ]
    assert (before.coverage["waiting_for_a_third_person"], after.coverage["adjudicated"]) == (4, 4)
    assert shown(after, "code", "share", "share_before") == [("culture", 0.25, 0.75), ("economy", 0.75, 0.25)]


def test_only_what_was_coded_is_written_anew_and_the_whole_mirror_agrees(
    record: Engine, setup: Settings
) -> None:
    code_all(record, "Ana", "culture")
    assert not lake.is_current(record, setup.lake)
    posts = sorted((setup.lake / "posts").rglob("*.parquet"))
    written = [path.stat().st_mtime_ns for path in posts]

    mirror.refresh_codings(record, setup)

    assert [path.stat().st_mtime_ns for path in posts] == written
    assert lake.is_current(record, setup.lake)
    version = open_lake(setup.lake).version
    assert mirror.refresh(record, setup, progress=lambda _stage, _done, _total: None) == version


def test_codings_that_a_new_codebook_sends_back_are_marked_and_count_in_no_share(
    record: Engine, setup: Settings, tmp_path: Path
) -> None:
    code_all(record, "Ana", "culture")
    code_all(record, "Ben", "culture")
    book = write_codebook(tmp_path, 2, ("economy", "politics"), mapping="culture: to be recoded")
    codebooks.load(record, book, now=NOW)

    mirror.refresh_codings(record, setup)

    opened = open_lake(setup.lake)
    rows = opened.rows(opened.tables["hand_codings"])
    assert {(row["made_under"], row["codebook_version"], row["to_recode"], row["code"]) for row in rows} == {
        (1, 2, True, None)
    }
    assert topics(setup).coverage["to_be_recoded"] == 8


def test_what_trains_a_model_is_in_no_table_of_shares(
    engine: Engine, tmp_path: Path, setup: Settings
) -> None:
    with_posts(engine, tmp_path, TEXTS)
    form = {"items": "posts", "size": "all", "coders": ("Ana",), "by": "Eve"}
    codingdesk.draw_training(
        engine, form, margins=lambda texts: [one for one, _ in texts], chosen_by="model x", now=NOW
    )
    code_all(engine, "Ana", "culture")

    mirror.refresh(engine, setup, progress=lambda _stage, _done, _total: None)

    opened = open_lake(setup.lake)
    assert opened.rows(opened.tables["hand_settled"]) == []
    assert {row["selection"] for row in opened.rows(opened.tables["samples"])} == {"training"}
    assert {row["share"] for row in topics(setup).rows} <= {None}
