"""The mirror says which texts are near-copies, by all that the record ever held, however and by whom it is written."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from tests.coding.records import with_posts
from tests.store.test_lake import CODER, bring, rows_of, two_months
from tracker.mirror import GROUPER
from tracker.store import lake, lake_sql
from tracker.store.lake_lock import alone

__all__ = ["two_months"]
SAID = "The port of our city opens its new harbour to every guest from abroad"


def row(day: int, text: str, *, section: str = "WORLD", month: int = 3) -> str:
    moment = f"2022-{month:02}-{day:02}T10:00:00"
    return f"daily,{section},{moment},{day} Mar,{text},{moment}\n"


def refresh(engine: Engine, folder: Path) -> str:
    return lake.refresh(engine, folder, coder=CODER, grouper=GROUPER)


def groups(folder: Path) -> dict[str, tuple[int | None, float | None]]:
    return {one["text"]: (one["copy_group"], one["copy_distance"]) for one in rows_of(folder, "posts")}


def test_near_copies_bear_the_snapshot_whose_text_came_first(two_months: Engine, tmp_path: Path) -> None:
    folder = tmp_path / "lake"
    bring(two_months, tmp_path, "more.csv", row(3, f"{SAID} today") + row(4, f"{SAID} tomorrow"))

    refresh(two_months, folder)

    snapshots = {one["text"]: one["snapshot_id"] for one in rows_of(folder, "posts")}
    assert groups(folder) == {
        "War talks": (snapshots["War talks"], 0.0),
        "Snow": (snapshots["Snow"], 0.0),
        f"{SAID} today": (snapshots[f"{SAID} today"], 0.0),
        f"{SAID} tomorrow": (snapshots[f"{SAID} today"], pytest.approx(0.133, abs=1e-3)),
    }


def test_a_new_post_joins_its_group_and_months_without_new_posts_are_not_written_again(
    two_months: Engine, tmp_path: Path
) -> None:
    folder = tmp_path / "lake"
    bring(two_months, tmp_path, "first-copy.csv", row(3, f"{SAID} today"))
    refresh(two_months, folder)
    files = set(lake._manifest(folder)["tables"]["posts"]["files"])

    bring(two_months, tmp_path, "second-copy.csv", row(9, f"{SAID} tomorrow", month=4))
    refresh(two_months, folder)

    new = set(lake._manifest(folder)["tables"]["posts"]["files"]) - files
    assert [file.split("/")[1] for file in new] == [f"ym={2022 * 12 + 3}"]
    assert groups(folder)[f"{SAID} tomorrow"][0] == groups(folder)[f"{SAID} today"][0]


def test_the_same_record_gives_the_same_mirror_in_one_step_or_in_many(
    two_months: Engine, tmp_path: Path
) -> None:
    refresh(two_months, tmp_path / "stepwise")
    for day in (3, 9, 12):
        bring(
            two_months,
            tmp_path,
            f"{day}.csv",
            row(day, f"{SAID} {'again ' * day}") + row(day, f"Tea at {day}", section="B"),
        )
        stepwise = refresh(two_months, tmp_path / "stepwise")

    at_once = refresh(two_months, tmp_path / "at-once")
    rebuilt = lake.rebuild(two_months, tmp_path / "stepwise", coder=CODER, grouper=GROUPER)

    assert stepwise == at_once == rebuilt


def test_groups_that_were_lost_are_made_anew_and_the_months_with_them(
    two_months: Engine, tmp_path: Path
) -> None:
    folder = tmp_path / "lake"
    before = refresh(two_months, folder)
    for path in (folder / "near-copies").rglob("*.npz"):
        path.unlink()

    assert refresh(two_months, folder) == before
    assert GROUPER.is_kept(folder / "near-copies" / "posts")


def test_a_mirror_of_another_method_is_written_anew(two_months: Engine, tmp_path: Path) -> None:
    folder = tmp_path / "lake"
    lake.refresh(two_months, folder, coder=CODER)
    assert [one["copy_group"] for one in rows_of(folder, "posts")] == [None, None]

    refresh(two_months, folder)

    assert None not in [one["copy_group"] for one in rows_of(folder, "posts")]


def test_a_snapshot_that_came_out_of_turn_joins_as_soon_as_it_is_seen(
    two_months: Engine, tmp_path: Path
) -> None:
    folder = tmp_path / "lake"
    ahead = GROUPER.open(folder / "near-copies" / "posts")
    ahead.add([10_000], [None])
    ahead.save()

    refresh(two_months, folder)

    found = groups(folder)
    assert found["War talks"][0] != found["Snow"][0]
    assert None not in [group for group, _distance in found.values()]


def test_a_process_that_ends_before_the_mirror_is_swapped_in_leaves_it_whole(
    two_months: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "lake"
    refresh(two_months, folder)
    before = rows_of(folder, "posts")
    bring(two_months, tmp_path, "more.csv", row(3, f"{SAID} today"))

    def killed(*_: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(lake, "_publish", killed)
        with pytest.raises(KeyboardInterrupt):
            refresh(two_months, folder)

    assert rows_of(folder, "posts") == before
    assert refresh(two_months, folder) == lake.rebuild(
        two_months, tmp_path / "other", coder=CODER, grouper=GROUPER
    )


def test_several_that_write_at_once_leave_one_whole_mirror(two_months: Engine, tmp_path: Path) -> None:
    bring(two_months, tmp_path, "more.csv", "".join(row(day, f"{SAID} on day {day}") for day in range(3, 20)))

    with ThreadPoolExecutor(3) as pool:
        versions = list(pool.map(lambda _: refresh(two_months, tmp_path / "lake"), range(3)))

    assert len(rows_of(tmp_path / "lake", "posts")) == 19
    assert set(versions) == {refresh(two_months, tmp_path / "alone")}


def test_codings_are_shown_while_the_whole_mirror_is_written_and_nothing_is_removed_then(
    two_months: Engine, tmp_path: Path
) -> None:
    folder = tmp_path / "lake"
    refresh(two_months, folder)
    unlisted = folder / "posts" / "part-of-who-writes.parquet"
    unlisted.touch()
    with_posts(two_months, tmp_path, ["A headline"])

    with alone(folder):
        shown = lake.refresh_codings(two_months, folder)

    marks = lake._manifest(folder)["watermarks"]
    assert (shown, marks["codebook"], unlisted.exists()) == (True, 1, True)
    refresh(two_months, folder)
    assert not unlisted.exists()


def test_texts_are_read_in_the_order_in_which_they_came(two_months: Engine) -> None:
    connection = lake_sql.connect(two_months)
    try:
        first = lake_sql.texts_after(connection, "posts", 0, 1).to_pylist()
        rest = lake_sql.texts_after(connection, "posts", first[0]["id"], 9).to_pylist()
        last = lake_sql.last_snapshot(connection, "posts")
    finally:
        connection.close()

    assert [one["text"] for one in (*first, *rest)] == ["War talks", "Snow"]
    assert last == rest[-1]["id"]
