"""Cuts one record out of kept bytes, as it was published, in memory that does not grow with the file.

The place of a record is the `line` that it was read at: of a CSV the line on which it begins, of JSON lines its line,
of Parquet its row; all count from 1.
"""

import codecs
import csv
import gzip
import io
import json
import tempfile
import zlib
from collections.abc import Iterable, Iterator
from typing import Any

LONGEST = 20_000
CUT = " … (cut here)"
NOTHING_THERE = "The file ends before this line."
UNREADABLE = "These bytes cannot be unpacked: {}"


def record_at(chunks: Iterable[bytes], line: int) -> str:
    """Return the whole record at `line`, in the words of the file; a long one is cut and says so.

    A Parquet file holds no words: its row is returned as JSON. What cannot be read is said in words.
    """
    raw = io.BufferedReader(_Chunks(chunks))
    head = raw.peek(4)
    try:
        if head[:4] == b"PAR1":
            return _parquet_row(raw, line)
        packed = head[:2] == b"\x1f\x8b"
        return _text_record(io.BufferedReader(gzip.GzipFile(fileobj=raw)) if packed else raw, line)
    except (EOFError, OSError, zlib.error) as error:
        return UNREADABLE.format(error)


class _Chunks(io.RawIOBase):
    """Chunks of bytes as a file that can be read once."""

    def __init__(self, chunks: Iterable[bytes]) -> None:
        self._chunks = iter(chunks)
        self._rest = memoryview(b"")

    def readable(self) -> bool:
        """Say that this can be read."""
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        """Fill the buffer; only at the end of the chunks it is not filled."""
        filled = 0
        while filled < len(buffer):
            if not self._rest:
                chunk = next(self._chunks, None)
                if chunk is None:
                    break
                self._rest = memoryview(chunk)
            size = min(len(buffer) - filled, len(self._rest))
            buffer[filled : filled + size] = self._rest[:size]
            self._rest = self._rest[size:]
            filled += size
        return filled


def _text_record(binary: "io.BufferedReader[Any]", line: int) -> str:
    """Return a record of JSON lines, whose lines end in a line feed, or of CSV, whose records may span lines."""
    head = binary.peek(512)[:512].removeprefix(codecs.BOM_UTF8)
    is_json = head.lstrip()[:1] == b"{"
    text = io.TextIOWrapper(binary, "utf-8-sig", errors="replace", newline="\n" if is_json else "")
    lines = _lines(text)
    first = next(lines, "")
    if line == 1:
        return _cut(first) or NOTHING_THERE
    for _ in range(line - 2):
        if next(lines, None) is None:
            return NOTHING_THERE
    found = next(lines, "") if is_json else _csv_record(lines, delimiter=max(",;\t", key=first.count))
    return _cut(found) or NOTHING_THERE


def _lines(text: io.TextIOWrapper) -> Iterator[str]:
    """Yield lines with their ends; of a long one only its beginning is held."""
    while line := text.readline(LONGEST + 1):
        yield line
        while len(line) > LONGEST and line[-1] not in "\r\n":
            line = text.readline(LONGEST + 1)


def _csv_record(lines: Iterator[str], *, delimiter: str) -> str:
    """Return the lines that the next record spans, line ends inside its cells included."""
    taken: list[str] = []

    def bounded() -> Iterator[str]:
        length = 0
        for line in lines:
            taken.append(line)
            yield line
            length += len(line)
            if length > LONGEST + 2:  # the end of a line is not counted
                return

    next(csv.reader(bounded(), delimiter=delimiter), None)
    return "".join(taken)


def _cut(found: str) -> str:
    whole = found.removesuffix("\n").removesuffix("\r")
    return whole if len(whole) <= LONGEST else whole[:LONGEST] + CUT


def _parquet_row(raw: io.BufferedIOBase, line: int) -> str:
    import pyarrow as pa  # 0.2 s to import; only Parquet files pay for it
    import pyarrow.parquet as pq

    with tempfile.TemporaryFile() as copy:  # a Parquet file is read from its end
        while block := raw.read(1 << 20):
            copy.write(block)
        copy.seek(0)
        try:
            with pq.ParquetFile(copy) as file:
                left = line - 1
                for batch in file.iter_batches(batch_size=1_000):
                    if left < batch.num_rows:
                        row = batch.slice(left, 1).to_pylist()[0]
                        return _cut(json.dumps(row, ensure_ascii=False, default=str, indent=1))
                    left -= batch.num_rows
        except pa.ArrowException as error:
            return UNREADABLE.format(error)
    return NOTHING_THERE
