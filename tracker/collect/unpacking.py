"""Unpacks a body part by part, so that a bomb is met before it fills the memory."""

import zlib
from collections.abc import Iterator

from tracker.errors import PlatformChanged

_PART = 1 << 16


class Plain:
    """A body that is not packed."""

    def feed(self, block: bytes) -> Iterator[bytes]:
        """Yield what a block holds, in parts of bounded size."""
        yield block

    def end(self) -> None:
        """Nothing to check."""


class Gzip:
    """A gzip of one or several members, unpacked a part at a time."""

    def __init__(self) -> None:
        self._member = zlib.decompressobj(zlib.MAX_WBITS | 16)
        self._began = False

    def feed(self, block: bytes) -> Iterator[bytes]:
        """Yield what a block holds, in parts of bounded size."""
        self._began = self._began or bool(block)
        left = bool(block)
        while left:
            if self._member.eof:
                self._member = zlib.decompressobj(zlib.MAX_WBITS | 16)
            part = self._member.decompress(block, _PART)
            yield part
            block = self._member.unused_data if self._member.eof else self._member.unconsumed_tail
            left = bool(block) or (len(part) == _PART and not self._member.eof)

    def end(self) -> None:
        """Raise `EOFError` when the gzip is cut off."""
        if self._began and not self._member.eof:
            raise EOFError("the gzip is cut off")


def unpacker_of(encoding: str, host: str) -> Plain | Gzip:
    """Return what unpacks an answer; raise `PlatformChanged` for a packing that was not asked for, also gzip in gzip."""
    if encoding.strip().casefold() in ("", "identity"):
        return Plain()
    if encoding.strip().casefold() in ("gzip", "x-gzip"):
        return Gzip()
    raise PlatformChanged(f"{host}: the answer is packed as {encoding[:40]!r}; gzip was asked for")
