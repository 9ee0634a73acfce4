"""Reads single lines out of kept files, as text that nothing runs."""

import zlib
from collections.abc import Iterable, Iterator

LONGEST = 20_000
NOT_TEXT = "This evidence is not a text file; its rows are in the table."


def line_of(chunks: Iterable[bytes], number: int) -> str:
    """Return line `number`, counted from 1, of a plain or gzipped text; a long one is cut."""
    for at, line in enumerate(_lines(_unpacked(chunks)), start=1):
        if at == number:
            return line[:LONGEST].decode("utf-8", errors="replace").rstrip("\r\n") or "an empty line"
    return NOT_TEXT


def _unpacked(chunks: Iterable[bytes]) -> Iterator[bytes]:
    unpack = None
    for place, chunk in enumerate(chunks):
        if place == 0 and chunk[:4] == b"PAR1":
            return
        if place == 0 and chunk[:2] == b"\x1f\x8b":
            unpack = zlib.decompressobj(wbits=31)
        yield unpack.decompress(chunk) if unpack else chunk


def _lines(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Yield lines; of one longer than `LONGEST` only its beginning is held."""
    rest = b""
    for chunk in chunks:
        *whole, rest = (rest + chunk).split(b"\n")
        yield from whole
        rest = rest[: LONGEST + 1] if len(rest) > LONGEST * 50 else rest
    if rest:
        yield rest
