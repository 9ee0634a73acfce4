"""A report's folder is complete or untouched."""

from pathlib import Path

import pytest

from tracker.reports import folder


def contents(place: Path) -> dict[str, bytes]:
    return {str(file.relative_to(place)): file.read_bytes() for file in place.rglob("*") if file.is_file()}


def test_a_new_folder_holds_exactly_the_files(tmp_path: Path) -> None:
    folder.replace(tmp_path / "out" / "week", {"a.txt": b"1", "data/b.txt": b"2"})

    assert contents(tmp_path) == {"out/week/a.txt": b"1", "out/week/data/b.txt": b"2"}


def test_an_old_folder_is_replaced_as_a_whole(tmp_path: Path) -> None:
    folder.replace(tmp_path / "week", {"old.txt": b"old", "both.txt": b"old"})

    folder.replace(tmp_path / "week", {"both.txt": b"new"})

    assert contents(tmp_path) == {"week/both.txt": b"new"}


def test_a_write_that_fails_leaves_the_old_folder_and_no_rest(tmp_path: Path) -> None:
    folder.replace(tmp_path / "week", {"a.txt": b"old"})

    with pytest.raises(OSError, match=r"a\.txt"):
        folder.replace(tmp_path / "week", {"a.txt": b"new", "a.txt/b.txt": b"a folder of the same name"})

    assert contents(tmp_path) == {"week/a.txt": b"old"}
    assert [child.name for child in tmp_path.iterdir()] == ["week"]


def test_a_folder_that_cannot_take_its_place_brings_the_old_one_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder.replace(tmp_path / "week", {"a.txt": b"old"})
    rename = Path.rename

    def refuse_the_new(self: Path, target: Path) -> Path:
        if self.name == "new":
            raise PermissionError("no")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", refuse_the_new)

    with pytest.raises(PermissionError):
        folder.replace(tmp_path / "week", {"a.txt": b"new"})

    assert contents(tmp_path) == {"week/a.txt": b"old"}
