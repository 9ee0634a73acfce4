"""Whoever asks for an address on behalf of a source: what the helpers of sources know of the client."""

from collections.abc import Mapping
from typing import Protocol

from tracker.domain import Answer


class Asks(Protocol):
    """Whoever asks for an address; raises `AddressRefused` for one that may not be asked."""

    def get(
        self, url: str, *, params: Mapping[str, str] | None = None, headers: Mapping[str, str] | None = None
    ) -> Answer:
        """Return the answer to a GET, whatever its status."""
        ...
