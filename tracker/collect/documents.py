"""Turns JSON into records: objects that stand on a line each, one document, or documents on lines.

What no database keeps (NUL, half characters) is shown as the replacement character.
"""

import codecs
import json
from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from typing import Any

import orjson

from tracker.collect.cells import clean
from tracker.domain import Record
from tracker.errors import BadInput

RecordsIn = Callable[[bytes], Iterable[Record]]


def of_lines(lines: Iterable[bytes], name: str) -> Iterator[Record]:
    """Yield the objects that stand on a line each; raise `BadInput` with the line of one that is none."""
    for line, words in enumerate(lines, 1):
        if words.isspace():
            continue
        try:
            values = orjson.loads(words)
        except orjson.JSONDecodeError:
            values = _lenient(words, name, line)
        if type(values) is not dict:
            raise BadInput(f"a JSON object was expected, found {type(values).__name__}", file=name, line=line)
        yield Record(line, clean(values) if b"\\u" in words else values)


def of_line_documents(lines: Iterable[bytes], records_in: RecordsIn, name: str) -> Iterator[Record]:
    """Yield the records of documents that stand on a line each, with that line; those of a lone one are counted."""
    documents = ((line, words) for line, words in enumerate(lines, 1) if not words.isspace())
    first, second = next(documents, None), next(documents, None)
    if first is not None and second is None:
        yield from of_document(first[1], records_in, name, None)
        return
    for line, words in chain(filter(None, (first, second)), documents):
        for record in of_document(words, records_in, name, line):
            yield record._replace(line=line)


def of_document(body: bytes, records_in: RecordsIn, name: str, line: int | None) -> Iterator[Record]:
    """Yield what a source finds in a document; raise `BadInput` with the line, `line` in a file of several."""
    try:
        for record in records_in(body.removeprefix(codecs.BOM_UTF8)):
            yield Record(record.line, clean(record.values))
    except BadInput as error:
        raise BadInput(error.found, file=name, line=line or error.line, field=error.field) from error
    except json.JSONDecodeError as error:  # orjson's is one of these
        raise BadInput(f"this is not JSON ({error.msg})", file=name, line=line or error.lineno) from error
    except RecursionError as error:
        raise BadInput("the JSON is nested too deep", file=name, line=line) from error


def of_array(body: bytes) -> Iterator[Record]:
    """Yield the objects of an array; raise `BadInput` for another document."""
    found = orjson.loads(body)
    if not isinstance(found, list):
        raise BadInput("one JSON object; expected an array of objects, or JSON lines", line=1)
    for number, values in enumerate(found, 1):
        if type(values) is not dict:
            raise BadInput(f"item {number} of the array is no object but {type(values).__name__}", line=1)
        yield Record(number, values)


def _lenient(words: bytes, name: str, line: int) -> Any:
    """Read what the standard library still reads: half characters and numbers that are none."""
    try:
        return json.loads(words.removeprefix(codecs.BOM_UTF8))
    except (ValueError, RecursionError) as error:
        raise BadInput(f"the line is not JSON ({error})", file=name, line=line) from error
