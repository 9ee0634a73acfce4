import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from ibis import _

from tests.analysis.lakes import SCHEMAS, MakeLake, complete, write_lake
from tracker.analysis import scope
from tracker.analysis.scope import Scope
from tracker.analysis.tables import TABLES, open_lake
from tracker.errors import ConfigError, RetryLater


def test_a_missing_lake_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="run `tracker lake rebuild`"):
        open_lake(tmp_path)


@pytest.mark.parametrize("content", ["{", "[]", "{}", '{"format": 2}', '{"format": 1}', "\x00"])
def test_a_damaged_manifest_is_a_configuration_error(tmp_path: Path, content: str) -> None:
    (tmp_path / "manifest.json").write_text(content)

    with pytest.raises(ConfigError, match="tracker lake rebuild"):
        open_lake(tmp_path)


def test_a_table_that_the_manifest_lacks_is_named(tmp_path: Path) -> None:
    folder = write_lake(tmp_path, {})
    manifest = json.loads((folder / "manifest.json").read_text())
    del manifest["tables"]["changes"]
    (folder / "manifest.json").write_text(json.dumps(manifest))

    with pytest.raises(ConfigError, match="'changes'"):
        open_lake(folder)


def test_a_file_that_is_gone_is_named_by_its_table(tmp_path: Path) -> None:
    folder = write_lake(tmp_path, {})
    (folder / "posts" / "_schema.parquet").unlink()

    with pytest.raises(ConfigError, match="'posts'"):
        open_lake(folder)


@pytest.mark.parametrize("url", ["sqlite://", "duckdb", "", "pyspark://"])
def test_an_engine_that_is_not_known_is_a_configuration_error(tmp_path: Path, url: str) -> None:
    with pytest.raises(ConfigError, match="duckdb://"):
        open_lake(write_lake(tmp_path, {}), url)


def test_an_empty_lake_opens_with_every_table_and_no_row(make_lake: MakeLake) -> None:
    lake = make_lake(manifest={"as_of": None, "notice": None, "version": "abc"})

    counts = {name: lake.rows(lake.tables[name].aggregate(n=_.count()))[0]["n"] for name in TABLES}

    assert counts == dict.fromkeys(SCHEMAS, 0)
    assert (lake.as_of, lake.notice, lake.version) == (None, None, "abc")


def test_the_manifest_gives_as_of_in_utc_and_the_notice(make_lake: MakeLake) -> None:
    lake = make_lake(manifest={"as_of": "2024-10-01T02:00:00+02:00", "notice": "Reconstruction"})

    assert lake.as_of == datetime(2024, 10, 1, tzinfo=UTC)
    assert lake.notice == "Reconstruction"


def test_rows_hold_what_json_can_hold(make_lake: MakeLake) -> None:
    lake = make_lake(
        ads=[
            {
                "first_shown": date(2024, 7, 1),
                "observed_at": datetime(2024, 7, 2, 3, 4, 5, 678, tzinfo=UTC),
                "impressions_lower": 2.5,
                "line": 3,
            }
        ]
    )
    ads = lake.tables["ads"]

    rows = lake.rows(
        ads.group_by("first_shown", "observed_at", "payer").agg(l=_.line.sum(), i=_.impressions_lower.sum())
    )

    assert rows == [
        {"first_shown": "2024-07-01", "observed_at": "2024-07-02T03:04:05Z", "payer": None, "l": 3, "i": 2.5}
    ]
    assert type(rows[0]["l"]) is int


def test_the_day_of_a_time_is_that_in_utc_wherever_the_machine_stands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TZ", "America/New_York")
    folder = write_lake(tmp_path, complete({"listings": [{}]}))
    aware = pa.table(
        {"observed_at": pa.array([datetime(2024, 7, 2, 1, tzinfo=UTC)], pa.timestamp("us", "UTC"))}
    )
    path = next((folder / "listings").glob("ym=*/*.parquet"))
    table = pq.read_table(path, partitioning=None)
    table = table.set_column(table.column_names.index("observed_at"), "observed_at", aware["observed_at"])
    pq.write_table(table, path)
    pq.write_table(table.slice(0, 0), folder / "listings" / "_schema.parquet")
    lake = open_lake(folder)

    rows = lake.rows(scope.listings(lake.tables, Scope()).select("first_day", "last_day"))

    assert rows == [{"first_day": "2024-07-02", "last_day": "2024-07-02"}]


def test_threads_can_share_one_lake(make_lake: MakeLake) -> None:
    lake = make_lake(
        ads=[{"first_shown": date(2024, month, 1)} for month in range(1, 10) for _ in range(month)]
    )
    counted = lake.tables["ads"].group_by("ym").agg(ads=_.count()).order_by("ym")

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: [row["ads"] for row in lake.rows(counted)], range(64)))

    assert answers == [list(range(1, 10))] * 64


def test_a_lake_that_was_written_anew_asks_to_be_opened_again(make_lake: MakeLake, tmp_path: Path) -> None:
    lake = make_lake(ads=[{"first_shown": date(2024, 7, 1)}])
    for path in (tmp_path / "lake" / "ads").rglob("*.parquet"):
        path.unlink()

    with pytest.raises(RetryLater, match="open it again"):
        lake.rows(lake.tables["ads"].aggregate(n=_.ad_id.max()))
