"""What a hostile or broken file gets: a clear refusal that names the file and, where it helps, the line."""

import gzip
import json
import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tracker.collect.reading import Limits, columns, inspect, records
from tracker.domain import Record
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


def test_a_nul_in_a_parquet_column_becomes_the_replacement_character(tmp_path: Path) -> None:
    path = tmp_path / "nul.parquet"
    pq.write_table(
        pa.table({"a": ["x\0y", None], "b": [["\0"], []], "c": pa.array(["z", "z"]).dictionary_encode()}),
        path,
    )

    assert read(path) == [(1, {"a": "x�y", "b": ["�"], "c": "z"}), (2, {"a": None, "b": [], "c": "z"})]


def test_a_parquet_file_with_two_columns_of_one_name_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "two.parquet"
    pq.write_table(pa.Table.from_arrays([pa.array(["x"]), pa.array(["y"])], names=["a", "A"]), path)

    with pytest.raises(BadInput, match="two columns have the same name"):
        columns(inspect(path, limits=LIMITS), limits=LIMITS)


def test_a_name_that_cannot_be_printed_is_shown_on_one_line(tmp_path: Path) -> None:
    path = written(tmp_path, b"a,b\n1,2\n", "od\nd\x1b[31m\udcff.csv")

    assert inspect(path, limits=LIMITS).name == "od�d�[31m�.csv"


@pytest.mark.parametrize(
    "make", [lambda path: path.mkdir(), lambda path: os.mkfifo(path), lambda path: path.symlink_to(path)]
)
def test_what_is_no_file_is_refused(tmp_path: Path, make: Callable[[Path], None]) -> None:
    path = tmp_path / "no-file"
    make(path)

    with pytest.raises(BadInput, match=r"no-file: (this is a folder|there is no such file)"):
        inspect(path, limits=LIMITS)


def test_a_name_longer_than_any_file_can_have_is_refused() -> None:
    with pytest.raises(BadInput, match="cannot be read"):
        inspect(Path("z" * 10_000), limits=LIMITS)


def test_a_missing_file_is_refused_by_its_name(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="there is no such file"):
        inspect(tmp_path / "nothing.csv", limits=LIMITS)


# -- JSON documents ----------------------------------------------------------------------------------------------


def in_list(body: bytes) -> Iterator[Record]:
    """Read a document as a source does: the objects under `data`, or the object itself."""
    found = json.loads(body)
    rows = found.get("data", [found]) if isinstance(found, dict) else found
    return (Record(number, values) for number, values in enumerate(rows, 1))


def read_documents(path: Path, limits: Limits = LIMITS) -> list[tuple[int, Mapping[str, object]]]:
    wide = limits.for_documents()
    facts = inspect(path, limits=wide)
    return [(record.line, record.values) for record in records(facts, limits=wide, records_in=in_list)]


ROWS = [{"id": "1"}, {"id": "2", "text": "茶\n"}]


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(json.dumps({"data": ROWS}), id="one line"),
        pytest.param(json.dumps({"data": ROWS}, indent=2, ensure_ascii=False), id="pretty-printed"),
        pytest.param(json.dumps({"data": ROWS}, indent=2).replace("\n", "\r\n"), id="crlf"),
        pytest.param("\ufeff\n" + json.dumps(ROWS, indent=1), id="array with a mark"),
        pytest.param(json.dumps(ROWS), id="array"),
        pytest.param(f'{{"x": "{"y" * 900}",\n"data": {json.dumps(ROWS)}}}', id="long first line"),
        pytest.param("\n".join(json.dumps(row) for row in ROWS) + "\n\n", id="lines"),
        pytest.param("\n".join(json.dumps({"data": [row]}) for row in ROWS), id="documents on lines"),
    ],
)
def test_a_json_answer_is_read_however_it_was_saved(tmp_path: Path, body: str) -> None:
    plain = written(tmp_path, body.encode(), "answer.txt")
    packed = written(tmp_path, gzip.compress(body.encode()), "answer.gz")

    assert read_documents(plain) == [(1, ROWS[0]), (2, ROWS[1])]
    assert read_documents(packed) == [(1, ROWS[0]), (2, ROWS[1])]


def test_a_document_may_stand_on_a_line_longer_than_a_row_may_be(tmp_path: Path) -> None:
    path = written(tmp_path, json.dumps({"data": [{"text": "x" * 5_000}]}).encode())

    assert len(read_documents(path)) == 1
    with pytest.raises(BadInput, match="longer than 1,000 bytes"):
        read(path)


def test_a_row_of_a_table_stays_short_for_a_source_of_documents_too(tmp_path: Path) -> None:
    path = written(tmp_path, b"a,b\n1," + b"x" * 2_000)

    with pytest.raises(BadInput, match="line 2: the line is longer than 1,000 bytes"):
        read_documents(path)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        pytest.param(b'{\n "data": [\n  {"id": 1},\n', "line 4: this is not JSON", id="cut"),
        pytest.param(b'[{"id": 1},\n {"id": ]', "line 2: this is not JSON", id="broken array"),
        pytest.param(b'{"data": []}\n{"data": \n', "line 2: this is not JSON", id="broken line"),
        pytest.param(b"[" * 100_000, "the JSON is nested too deep", id="deep"),
    ],
)
def test_a_document_that_is_none_is_refused_with_its_line(tmp_path: Path, body: bytes, words: str) -> None:
    with pytest.raises(BadInput, match=r"export\.csv") as refusal:
        read_documents(written(tmp_path, body))

    assert words in str(refusal.value)


def test_a_document_larger_than_the_limit_is_refused_and_told_how_to_be_split(tmp_path: Path) -> None:
    path = written(tmp_path, json.dumps(ROWS * 100, indent=1).encode())

    with pytest.raises(BadInput, match="one JSON document of more than 900 bytes; split it"):
        read_documents(path, Limits(max_document_bytes=900))


def test_an_array_of_objects_is_read_for_a_source_of_tables_too(tmp_path: Path) -> None:
    assert read(written(tmp_path, json.dumps(ROWS).encode())) == [(1, ROWS[0]), (2, ROWS[1])]


@pytest.mark.parametrize("body", [b'[{"a": 1}, 2]', b'{\n"a": 1\n}', b"[[]]"])
def test_another_document_is_refused_for_a_source_of_tables(tmp_path: Path, body: bytes) -> None:
    with pytest.raises(BadInput, match=r"array|object"):
        read(written(tmp_path, body))
