"""Opens a file from outside: checks its bytes in one pass, then streams its records in constant memory.

CSV (comma, semicolon or tab), JSON lines, one JSON document and Parquet, plain or gzipped, told apart by content and
never by name; a feed or a page (XML, HTML) where its source reads such. A document, and each line of JSON lines, goes
through the source's `records_in` where it has one.
"""

import codecs
import gzip
import hashlib
import io
import zlib
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import IO, Any, Literal, cast

from tracker.collect import cells, csvrows, documents
from tracker.domain import Record
from tracker.errors import BadInput

Form = Literal["csv", "jsonl", "json", "parquet", "markup"]

_BLOCK = 1 << 18
_FREE_UNPACKED = 64 << 20
_PARQUET_MAGIC = b"PAR1"


@dataclass(frozen=True, slots=True)
class FileFacts:
    """What one pass over the bytes showed: the hash of the file as it lies there, its size and its form."""

    path: Path
    sha256: str
    n_bytes: int
    form: Form
    packed: bool

    @property
    def name(self) -> str:
        """The file's name as it is shown and kept: on one line, in characters that can be printed."""
        return shown_name(self.path)


def shown_name(path: Path) -> str:
    """Return the name of a file with what cannot be printed shown as the replacement character."""
    return "".join(
        character if character.isprintable() else cells.REPLACEMENT for character in cells.clean(path.name)
    )


@dataclass(frozen=True, slots=True)
class Limits:
    """How much of a hostile file is read before it is refused; `markup` says that a feed or a page may come."""

    max_line_bytes: int = 10_000_000
    max_unpacked_ratio: int = 200
    max_document_bytes: int = 200_000_000
    max_json_line_bytes: int | None = None
    markup: bool = False

    def for_documents(self) -> "Limits":
        """Return the limits for a source of JSON documents: one may stand on a line, however long it is."""
        return replace(self, max_json_line_bytes=self.max_document_bytes)

    def for_pages(self) -> "Limits":
        """Return the limits for a source of feeds or pages, whose encoding their own beginning tells."""
        return replace(self, markup=True)

    def for_head(self, head: bytes) -> "Limits":
        """Return the limits for a file that begins like this."""
        is_json = head.lstrip()[:1] in (b"{", b"[")
        longest = self.max_json_line_bytes if is_json else None
        return replace(self, max_line_bytes=longest or self.max_line_bytes)


def inspect(path: Path, *, limits: Limits, tick: Callable[[int], None] = lambda _bytes: None) -> FileFacts:
    """Read every byte once and return what the file is.

    Raises `BadInput` with the file and, where it helps, the line: not there, empty, a web page, not UTF-8, a NUL
    byte, a line over the limit, a damaged gzip or one that unpacks to more than `max_unpacked_ratio` times its size.
    """
    try:
        return _inspect(path, limits, tick)
    except OSError as error:
        raise unreadable(path, error) from error


def unreadable(path: Path, error: OSError) -> BadInput:
    """Return the refusal of a file that the system does not let us read."""
    return BadInput(f"the file cannot be read ({error.strerror or error})", file=shown_name(path)[:200])


def _inspect(path: Path, limits: Limits, tick: Callable[[int], None]) -> FileFacts:
    name = shown_name(path)
    if path.is_dir():
        raise BadInput("this is a folder; expected a file", file=name)
    if not path.is_file():
        raise BadInput("there is no such file", file=str(path) if path.name == name else name)
    size = path.stat().st_size
    if size == 0:
        raise BadInput("the file is empty (0 bytes)", file=name)
    with path.open("rb") as raw:
        head = raw.read(4)
        packed = head[:2] == b"\x1f\x8b"
        sha256 = _hash(raw, tick)
        if not packed and head == _PARQUET_MAGIC:
            return FileFacts(path, sha256, size, "parquet", packed=False)
        raw.seek(0)
        try:
            form = _check_text(_unpacked(raw, packed, size * limits.max_unpacked_ratio, name), limits, name)
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            raise BadInput(f"the gzip is damaged or cut off ({error})", file=name) from error
    return FileFacts(path, sha256, size, form, packed=packed)


def records(
    facts: FileFacts, *, limits: Limits, records_in: documents.RecordsIn | None = None
) -> Iterator[Record]:
    """Yield the records of an inspected file; raise `BadInput` with file and line for one that cannot be read.

    `records_in` turns a JSON document into records; without it a document is an array of objects, and a line one object.
    """
    name = facts.name
    if facts.form == "parquet":
        yield from _parquet_records(facts.path, name)
        return
    with opened(facts) as binary:
        if facts.form in ("json", "markup"):
            yield from documents.of_document(
                _whole(binary, limits, name), records_in or documents.of_array, name, None
            )
        elif facts.form == "jsonl" and records_in is not None:
            yield from documents.of_line_documents(binary, records_in, name)
        elif facts.form == "jsonl":
            yield from documents.of_lines(binary, name)
        else:
            with _text(binary) as text:
                yield from csvrows.records(text, limits.max_line_bytes, name)


def records_of_body(
    body: bytes, *, limits: Limits, records_in: documents.RecordsIn | None, name: str
) -> Iterator[Record]:
    """Yield the records of an answer: through `records_in` where the source has it, else as those of a file."""
    if records_in is not None:
        yield from documents.of_document(body, records_in, name, None)
        return
    with NamedTemporaryFile() as file:
        file.write(body)
        file.flush()
        yield from records(inspect(Path(file.name), limits=limits), limits=limits)


def opened(facts: FileFacts) -> IO[bytes]:
    """Open an inspected file for its bytes, unpacked."""
    return cast("IO[bytes]", gzip.open(facts.path) if facts.packed else facts.path.open("rb"))


def _text(binary: IO[bytes]) -> io.TextIOWrapper:
    return io.TextIOWrapper(binary, encoding="utf-8-sig", newline="")


def columns(facts: FileFacts, *, limits: Limits, records_in: documents.RecordsIn | None = None) -> list[str]:
    """Return the names of the columns: the header of a CSV, the schema of Parquet, the first record's keys of JSON."""
    if facts.form == "parquet":
        return _parquet_columns(facts.path, facts.name)
    if facts.form == "csv":
        with opened(facts) as binary, _text(binary) as text:
            return csvrows.header(text.readline(limits.max_line_bytes))[1]
    first = next(records(facts, limits=limits, records_in=records_in), None)
    return [str(key) for key in first.values] if first else []


def _hash(raw: IO[bytes], tick: Callable[[int], None]) -> str:
    raw.seek(0)
    digest = hashlib.sha256()
    while block := raw.read(_BLOCK):
        digest.update(block)
        tick(len(block))
    return digest.hexdigest()


def _unpacked(raw: IO[bytes], packed: bool, most: int, name: str) -> Iterator[bytes]:
    if not packed:
        while block := raw.read(_BLOCK):
            yield block
        return
    total = 0
    with gzip.GzipFile(fileobj=raw) as unpacker:
        while block := unpacker.read(_BLOCK):
            total += len(block)
            if total > max(most, _FREE_UNPACKED):
                raise BadInput(
                    f"the gzip unpacks to more than {total - 1:,} bytes: refused as a bomb", file=name
                )
            yield block


def _check_text(blocks: Iterator[bytes], limits: Limits, name: str) -> Form:
    """Check encoding, NUL bytes and line length over all blocks; return the form that the first bytes show."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    form: Form = "csv"
    head, lines, open_line = b"", 1, 0
    for block in blocks:
        if not head and limits.markup and is_markup(block):
            return _read_to_the_end(blocks)
        if not head:
            head = _check_head(block, name)
            limits, form = limits.for_head(head), _form_of(block)
        if (at := block.find(b"\0")) >= 0:
            raise BadInput(
                "a NUL byte: this is not a text file", file=name, line=lines + block.count(b"\n", 0, at)
            )
        open_line = _check_line(block, open_line, limits, name, lines)
        _decode(decoder, block, name, lines)
        lines += block.count(b"\n")
    if not head:
        raise BadInput("the file is empty once unpacked", file=name)
    _decode(decoder, b"", name, lines, final=True)
    return form


def is_markup(head: bytes) -> bool:
    """Say whether bytes begin as XML or HTML does, in UTF-8 or in UTF-16."""
    text = head[:512].removeprefix(codecs.BOM_UTF8)
    return text.lstrip(b"\xff\xfe\0 \t\r\n")[:1] == b"<"


def _read_to_the_end(blocks: Iterator[bytes]) -> Form:
    """Read on, so that a damaged gzip or a bomb is found; of a feed or a page no byte is wrong by itself."""
    deque(blocks, maxlen=0)
    return "markup"


def _form_of(block: bytes) -> Form:
    """Tell one document from JSON lines: an array is one, and so is an object that goes on after its first line."""
    text = block.removeprefix(codecs.BOM_UTF8).lstrip()
    if text[:1] == b"[":
        return "json"
    if text[:1] != b"{":
        return "csv"
    first, end, _ = text.partition(b"\n")
    return "json" if end and not first.rstrip().endswith(b"}") else "jsonl"


def _check_head(block: bytes, name: str) -> bytes:
    if block[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise BadInput(
            "the text is UTF-16; expected UTF-8. Save it as UTF-8 and import again", file=name, line=1
        )
    head = block[:512].removeprefix(codecs.BOM_UTF8)
    if head.lstrip()[:1] == b"<":
        raise BadInput(
            "this is a web page or XML, not an export; expected CSV, JSON lines or Parquet. "
            "A login or error page saved as a file looks like this",
            file=name,
            line=1,
        )
    if head[:4] == _PARQUET_MAGIC:
        raise BadInput("a gzipped Parquet file; unpack it first", file=name)
    return head or b" "


def _check_line(block: bytes, open_line: int, limits: Limits, name: str, lines: int) -> int:
    """Return the length of the line that the block leaves open; a whole line inside a block is never over the limit."""
    end = block.find(b"\n")
    first = open_line + (len(block) if end < 0 else end)
    last = first if end < 0 else len(block) - block.rfind(b"\n") - 1
    for length, line in ((first, lines), (last, lines + block.count(b"\n"))):
        if length > limits.max_line_bytes:
            raise BadInput(f"the line is longer than {limits.max_line_bytes:,} bytes", file=name, line=line)
    return last


def _decode(
    decoder: codecs.IncrementalDecoder, block: bytes, name: str, lines: int, *, final: bool = False
) -> None:
    try:
        decoder.decode(block, final)
    except UnicodeDecodeError as error:
        line = lines + error.object[: error.start].count(b"\n")
        byte = error.object[error.start]
        raise BadInput(
            f"byte 0x{byte:02X} is not UTF-8. Save the file as UTF-8 and import again", file=name, line=line
        ) from error


def _whole(binary: IO[bytes], limits: Limits, name: str) -> bytes:
    body = binary.read(limits.max_document_bytes + 1)
    if len(body) > limits.max_document_bytes:
        raise BadInput(
            f"one JSON document of more than {limits.max_document_bytes:,} bytes; split it, or save it as JSON lines",
            file=name,
        )
    return body


def _parquet_columns(path: Path, name: str) -> list[str]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        names = list(pq.read_schema(path).names)
    except (pa.ArrowException, OSError) as error:
        raise BadInput(f"the Parquet file cannot be read ({error})", file=name) from error
    if len({column.casefold() for column in names}) < len(names):
        raise BadInput("two columns have the same name", file=name)
    return names


def _parquet_records(path: Path, name: str) -> Iterator[Record]:
    import pyarrow as pa  # 0.2 s to import; only Parquet files pay for it
    import pyarrow.parquet as pq

    line = 0
    try:
        with pq.ParquetFile(path) as file:
            for batch in file.iter_batches(batch_size=10_000):
                names = batch.schema.names
                for values in zip(*(_values(column) for column in batch.columns), strict=True):
                    line += 1
                    yield Record(line, dict(zip(names, values, strict=True)))
    except (pa.ArrowException, OSError) as error:
        raise BadInput(f"the Parquet file cannot be read ({error})", file=name, line=line or None) from error


def _values(column: Any) -> list[Any]:
    """Return a column's values; the NUL that Parquet keeps and no database does is shown as what it is."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
        found = pc.any(pc.match_substring(column, "\0")).as_py()
        return [cells.clean(value) for value in column.to_pylist()] if found else list(column.to_pylist())
    return [cells.clean(value) for value in column.to_pylist()]
