"""The mirror says what the record says, on both databases; it is derived, versioned by its data, and swapped whole."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from sqlalchemy import Engine

from tracker.collect import pipeline
from tracker.domain import Listing
from tracker.settings import Settings
from tracker.store import lake, writes
from tracker.store.engine import unit_of_work
from tracker.store.lake_sql import SCHEMAS

NOW = datetime(2024, 10, 5, tzinfo=UTC)
PAGES = "outlet,section,snapshot_at,published_raw,headline,published_at\n"


def code(texts: Sequence[str]) -> list[list[lake.Coding]]:
    return [[("politics.war", "politics")] if "War" in text else [] for text in texts]


CODER = lake.Coder("keywords v1", 1, "digest", code)


def bring(engine: Engine, home: Path, name: str, rows: str) -> None:
    path = home / name
    path.write_text(PAGES + rows)
    pipeline.import_file(engine, Settings(home=home), "page_snapshots", path=path, scope={}, now=lambda: NOW)


def rows_of(folder: Path, name: str) -> list[dict[str, Any]]:
    manifest = lake._manifest(folder)
    return [
        row for file in manifest["tables"][name]["files"] for row in pq.read_table(folder / file).to_pylist()
    ]


@pytest.fixture
def two_months(engine_of: Engine, tmp_path: Path) -> Engine:
    """A record with a headline of February and one of March 2022."""
    bring(
        engine_of,
        tmp_path,
        "first.csv",
        "daily,WORLD,2022-02-27T10:00:00,27 Feb,War talks,2022-02-27T01:00:00\n"
        "daily,WORLD,2022-03-02T10:00:00,2 Mar,Snow,2022-03-02T12:00:00\n",
    )
    return engine_of


def test_the_mirror_says_how_each_question_ended(two_months: Engine, tmp_path: Path) -> None:
    with unit_of_work(two_months) as session:
        query = writes.start_query(
            session, "page_snapshots", {}, digest="d", observed_at=NOW, started_at=NOW, evidence_id=None,
            tool_version="0",
        )  # fmt: skip
        writes.add_listings(session, query, [(Listing("series", NOW, outcome="throttled"), None)])
        writes.finish_query(
            session, query, "throttled", finished_at=NOW, read=7, counts=writes.Counts(), quarantined=0,
            message="ask again in an hour", stated_total=9,
        )  # fmt: skip

    lake.refresh(two_months, tmp_path / "lake", coder=CODER)

    ends = [
        tuple(row[name] for name in ("outcome", "message", "read", "stated_total"))
        for row in rows_of(tmp_path / "lake", "listings")
    ]
    assert ends == [*[("rows", None, 2, None)] * 2, ("throttled", "ask again in an hour", 7, 9)]


def test_the_mirror_holds_posts_by_month_with_codings(two_months: Engine, tmp_path: Path) -> None:
    folder = tmp_path / "lake"

    lake.refresh(two_months, folder, coder=CODER)

    posts = [(row["text"], row["ym"], str(row["day"]), row["last_seen"]) for row in rows_of(folder, "posts")]
    assert posts == [
        ("War talks", 2022 * 12 + 1, "2022-02-26", datetime(2022, 2, 27, 10)),
        ("Snow", 2022 * 12 + 2, "2022-03-02", datetime(2022, 3, 2, 10)),
    ]
    assert [(row["item_type"], row["code"], row["parent"]) for row in rows_of(folder, "codings")] == [
        ("post", "politics.war", "politics")
    ]


def test_the_same_record_gives_the_same_version_however_it_is_written(
    two_months: Engine, tmp_path: Path
) -> None:
    first = lake.refresh(two_months, tmp_path / "lake", coder=CODER)

    again = lake.refresh(two_months, tmp_path / "lake", coder=CODER)
    rebuilt = lake.rebuild(two_months, tmp_path / "lake", coder=CODER)

    assert first == again == rebuilt


def test_only_months_that_changed_are_written_again(two_months: Engine, tmp_path: Path) -> None:
    folder = tmp_path / "lake"
    before = lake.refresh(two_months, folder, coder=CODER)
    files = set(lake._manifest(folder)["tables"]["posts"]["files"])

    bring(
        two_months, tmp_path, "second.csv", "daily,WORLD,2022-03-05T10:00:00,5 Mar,Rain,2022-03-05T12:00:00\n"
    )
    after = lake.refresh(two_months, folder, coder=CODER)

    new = set(lake._manifest(folder)["tables"]["posts"]["files"]) - files
    assert before != after
    assert [file.split("/")[1] for file in new] == [f"ym={2022 * 12 + 2}"]
    assert [row["text"] for row in rows_of(folder, "posts")] == ["War talks", "Snow", "Rain"]


def test_a_post_seen_again_moves_its_last_seen_and_nothing_else(two_months: Engine, tmp_path: Path) -> None:
    folder = tmp_path / "lake"
    lake.refresh(two_months, folder, coder=CODER)
    before = rows_of(folder, "posts")

    again = "daily,WORLD,2022-03-09T10:00:00,2 Mar,Snow,2022-03-02T12:00:00\n"
    bring(two_months, tmp_path, "third.csv", again)
    lake.refresh(two_months, folder, coder=CODER)

    after = rows_of(folder, "posts")
    assert [row["last_seen"] for row in after] == [datetime(2022, 2, 27, 10), datetime(2022, 3, 9, 10)]
    assert [{**row, "last_seen": None} for row in after] == [{**row, "last_seen": None} for row in before]


def test_mirroring_leaves_the_record_usable_by_the_same_process(two_months: Engine, tmp_path: Path) -> None:
    with two_months.connect() as held:
        held.exec_driver_sql("SELECT 1")

        lake.refresh(two_months, tmp_path / "lake", coder=CODER)

    bring(
        two_months, tmp_path, "more.csv", "daily,WORLD,2022-03-05T10:00:00,5 Mar,Rain,2022-03-05T12:00:00\n"
    )
    lake.refresh(two_months, tmp_path / "lake", coder=CODER)
    assert len(rows_of(tmp_path / "lake", "posts")) == 3


def test_a_mirror_that_lags_behind_the_record_is_not_current(two_months: Engine, tmp_path: Path) -> None:
    absent = lake.is_current(two_months, tmp_path / "lake")
    lake.refresh(two_months, tmp_path / "lake", coder=CODER)
    fresh = lake.is_current(two_months, tmp_path / "lake")

    bring(
        two_months, tmp_path, "more.csv", "daily,WORLD,2022-03-05T10:00:00,5 Mar,Rain,2022-03-05T12:00:00\n"
    )

    assert (absent, fresh, lake.is_current(two_months, tmp_path / "lake")) == (False, True, False)


def test_another_codebook_codes_everything_anew(two_months: Engine, tmp_path: Path) -> None:
    folder = tmp_path / "lake"
    lake.refresh(two_months, folder, coder=CODER)

    everything = lake.Coder(
        "keywords v2", 2, "other", lambda texts: [[("culture", "culture")] for _ in texts]
    )
    lake.refresh(two_months, folder, coder=everything)

    assert [(row["coder"], row["code"]) for row in rows_of(folder, "codings")] == [
        ("keywords v2", "culture")
    ] * 2


def test_an_empty_record_has_every_table_without_rows(engine_of: Engine, tmp_path: Path) -> None:
    lake.refresh(engine_of, tmp_path / "lake", coder=CODER)

    manifest = lake._manifest(tmp_path / "lake")
    assert manifest["as_of"] is None
    assert {name: table["rows"] for name, table in manifest["tables"].items()} == dict.fromkeys(
        [*SCHEMAS, "codings", "suggestions"], 0
    )


def test_a_language_is_told_once_for_a_text_and_again_by_another_linguist(
    two_months: Engine, tmp_path: Path
) -> None:
    asked: list[list[str]] = []

    def detect(texts: Sequence[str]) -> list[tuple[str, float]]:
        asked.append(list(texts))
        return [("en", 0.9)] * len(texts)

    folder = tmp_path / "lake"
    lake.refresh(two_months, folder, coder=CODER)
    untold = [row["language"] for row in rows_of(folder, "posts")]
    lake.refresh(two_months, folder, coder=CODER, linguist=lake.Linguist("one", detect))
    bring(
        two_months, tmp_path, "second.csv", "daily,WORLD,2022-03-03T10:00:00,3 Mar,Rain,2022-03-03T12:00:00\n"
    )
    lake.refresh(two_months, folder, coder=CODER, linguist=lake.Linguist("one", detect))
    told = [(row["text"], row["language"], row["language_certainty"]) for row in rows_of(folder, "posts")]

    assert untold == [None, None]
    assert asked == [["War talks"], ["Snow"], ["Rain"]]
    assert told == [("War talks", "en", 0.9), ("Snow", "en", 0.9), ("Rain", "en", 0.9)]
