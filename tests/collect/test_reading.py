"""What a hostile or broken file gets: a clear refusal that names the file and, where it helps, the line."""

import gzip
from pathlib import Path

import pytest

from tracker.collect.reading import Limits, columns, inspect, records
from tracker.errors import BadInput

LIMITS = Limits(max_line_bytes=1_000, max_unpacked_ratio=200)


def written(folder: Path, body: bytes, name: str = "export.csv") -> Path:
    path = folder / name
    path.write_bytes(body)
    return path


def read(path: Path) -> list[tuple[int, dict[str, object]]]:
    facts = inspect(path, limits=LIMITS)
    return [(record.line, dict(record.values)) for record in records(facts, limits=LIMITS)]


@pytest.mark.parametrize(
    ("body", "words"),
    [
        pytest.param(b"", "export.csv: the file is empty", id="empty"),
        pytest.param(b"<!DOCTYPE html><html><body>Log in", "line 1: this is a web page", id="html"),
        pytest.param("a,b\nä,1\n".encode("latin-1"), "line 2: byte 0xE4 is not UTF-8", id="latin-1"),
        pytest.param("a,b\n1,2\n".encode("utf-16"), "line 1: the text is UTF-16", id="utf-16"),
        pytest.param(b"a,b\n1,2\n3,\0\n", "line 3: a NUL byte", id="nul"),
        pytest.param(
            b"a,b\n1," + b"x" * 2_000, "line 2: the line is longer than 1,000 bytes", id="long line"
        ),
        pytest.param(gzip.compress(b"a,b\n1,2\n")[:-9], "the gzip is damaged or cut off", id="cut gzip"),
        pytest.param(gzip.compress(b""), "the file is empty once unpacked", id="empty gzip"),
        pytest.param(
            b"PAR1 and then nothing of the kind", "the Parquet file cannot be read", id="false parquet"
        ),
        pytest.param(b"a,a\n1,2\n", "line 1: two columns have the same name", id="same columns"),
        pytest.param(b"a,b\n1,2\n1,2,3\n", "line 3: 3 cells where the header names 2 columns", id="ragged"),
        pytest.param(b'a,b\n1,"2\n', "line 2: the CSV cannot be read here", id="open quote"),
        pytest.param(b'{"a":1}\n{"a":\n', "line 2: the line is not JSON", id="cut json"),
        pytest.param(b'{"a":1}\n[1]\n', "line 2: a JSON object was expected, found list", id="json list"),
        pytest.param(b"{" * 900, "line 1: the line is not JSON", id="deep json"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_with_its_place(
    tmp_path: Path, body: bytes, words: str
) -> None:
    path = written(tmp_path, body)

    with pytest.raises(BadInput, match=r"export\.csv") as refusal:
        read(path)

    assert words in str(refusal.value)


def test_a_gzip_bomb_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    body = gzip.compress(b"a,b\n" + (b"1,2\n" * 25_000_000))

    with pytest.raises(BadInput, match="refused as a bomb"):
        inspect(written(tmp_path, body), limits=LIMITS)


def test_a_very_long_line_is_refused_while_it_is_read(tmp_path: Path) -> None:
    path = written(tmp_path, b"a,b\n" + b"x" * 20_000_000)

    with pytest.raises(BadInput, match=r"line 2: the line is longer than 10,000,000 bytes"):
        inspect(path, limits=Limits())


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_csv_is_read_with_its_delimiter_its_mark_and_its_line_numbers(
    tmp_path: Path, delimiter: str
) -> None:
    text = 'a,b\n1,"two\nlines"\n\n3,4\n'.replace(",", delimiter)

    rows = read(written(tmp_path, b"\xef\xbb\xbf" + text.encode()))

    assert rows == [(2, {"a": "1", "b": "two\nlines"}), (5, {"a": "3", "b": "4"})]


def test_gzip_is_known_by_its_bytes_and_not_by_its_name(tmp_path: Path) -> None:
    path = written(tmp_path, gzip.compress(b'{"a": 1}\n'), "export.json")

    assert read(path) == [(1, {"a": 1})]
    assert columns(inspect(path, limits=LIMITS), limits=LIMITS) == ["a"]


def test_escaped_nul_and_half_characters_become_the_replacement_character(tmp_path: Path) -> None:
    path = written(tmp_path, b'{"a": "x\\u0000y\\ud800z", "b": ["\\udfff", {"c": "\\u4e2d"}]}\n')

    assert read(path) == [(1, {"a": "x�y�z", "b": ["�", {"c": "中"}]})]


def test_a_missing_file_is_refused_by_its_name(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="there is no such file"):
        inspect(tmp_path / "nothing.csv", limits=LIMITS)
