"""The shelf of reports: what stands there is what was written, or it is not given out."""

import io
import json
import zipfile
from collections.abc import Mapping
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import pytest

from tracker.errors import BadInput
from tracker.reports import shelf

FILES = {"report.html": b"<p>one</p>", "data/ads.csv": b"ad\n1\n"}


def put(folder: Path, week: str, held: Mapping[str, bytes] = FILES, /, **changed: object) -> Path:
    """Put a report of a week on the shelf as `weekly` writes one, with fields of its manifest changed."""
    place = folder / week
    for name, data in held.items():
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        (place / name).write_bytes(data)
    manifest = {
        "week": week,
        "period": "23–29 September 2024",
        "as_of": "2024-10-01T06:00:00Z",
        "week_complete": True,
        "files": {
            name: {"sha256": sha256(data).hexdigest(), "bytes": len(data)} for name, data in held.items()
        },
        "tables": {"ads": {"title": "Ads", "said": "1 ad by 1 of 43 accounts."}},
        **changed,
    }
    (place / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    return place


def test_the_latest_week_stands_first_with_what_it_says(tmp_path: Path) -> None:
    for week in ("2024-W09", "2024-W39", "2023-W52"):
        put(tmp_path, week)

    reports = shelf.shelf(tmp_path)

    assert [report.week for report in reports] == ["2024-W39", "2024-W09", "2023-W52"]
    assert reports[0].said == (("ads", "Ads", "1 ad by 1 of 43 accounts."),)
    assert reports[0].as_of == datetime(2024, 10, 1, 6, tzinfo=UTC)


def test_a_folder_that_is_no_week_is_no_report(tmp_path: Path) -> None:
    put(tmp_path, "2024-W39").rename(tmp_path / ".2024-W39-x1")
    (tmp_path / "2024-W40").write_text("a file")

    assert shelf.shelf(tmp_path) == []
    assert shelf.shelf(tmp_path / "nowhere") == []


@pytest.mark.parametrize(
    "written", [b"", b"[]", b"{}", b'{"week": "2024-W39"}', b"\xff", b'{"week": "2024-W39", "files": []}']
)
def test_a_manifest_that_is_none_says_so_and_hides_no_other_week(tmp_path: Path, written: bytes) -> None:
    put(tmp_path, "2024-W38")
    (put(tmp_path, "2024-W39") / "manifest.json").write_bytes(written)

    broken, whole = shelf.shelf(tmp_path)

    assert "no manifest" in (broken.error or "")
    assert whole.error is None


def test_the_manifest_of_another_week_is_not_believed(tmp_path: Path) -> None:
    put(tmp_path, "2024-W39", week="2024-W38")

    assert shelf.shelf(tmp_path)[0].error == "manifest.json speaks of another week"


@pytest.mark.parametrize("name", ["../../secret", "/etc/secret", "data/../../x"])
def test_a_manifest_that_names_files_elsewhere_gives_none_out(tmp_path: Path, name: str) -> None:
    put(tmp_path, "2024-W39", files={name: {"sha256": "0" * 64, "bytes": 1}})

    (report,) = shelf.shelf(tmp_path)

    assert "outside its folder" in (report.error or "")
    with pytest.raises(BadInput, match="has no file"):
        shelf.read(tmp_path, report, name)


def test_a_file_altered_after_it_was_written_is_not_given_out(tmp_path: Path) -> None:
    place = put(tmp_path, "2024-W39")
    (report,) = shelf.shelf(tmp_path)
    (place / "data/ads.csv").write_bytes(b"ad\n1000\n")

    with pytest.raises(BadInput, match="not what was written; make the report again"):
        shelf.archive(tmp_path, report)


def test_a_file_that_is_gone_is_said_to_be_gone(tmp_path: Path) -> None:
    place = put(tmp_path, "2024-W39")
    (report,) = shelf.shelf(tmp_path)
    (place / "report.html").unlink()

    with pytest.raises(BadInput, match=r"report\.html of 2024-W39 cannot be read"):
        shelf.read(tmp_path, report, "report.html")


def test_the_archive_holds_every_file_and_the_manifest_and_is_the_same_each_time(tmp_path: Path) -> None:
    place = put(tmp_path, "2024-W39")
    (report,) = shelf.shelf(tmp_path)

    packed = shelf.archive(tmp_path, report)

    with zipfile.ZipFile(io.BytesIO(packed)) as held:
        got = {name: held.read(name) for name in held.namelist()}
    expected = {**FILES, "manifest.json": (place / "manifest.json").read_bytes()}
    assert got == {f"2024-W39/{name}": data for name, data in expected.items()}
    assert shelf.archive(tmp_path, report) == packed
