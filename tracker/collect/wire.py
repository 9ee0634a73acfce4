"""The connection under the door: to the very address that was checked, and over when its time is over.

httpx bounds each read, so that one byte a second lasts for ever; here every wait ends at one moment.
"""

import math
import ssl
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any

import certifi
import httpcore
import httpx

Connector = httpcore.NetworkBackend
"""What opens sockets; a test gives one that opens none."""


def trusted() -> ssl.SSLContext:
    """Return what a certificate is checked with, whatever the environment says; it is read once, for it takes long."""
    return _trusted_in(certifi.where())


@lru_cache(maxsize=4)
def _trusted_in(_bundle: str) -> ssl.SSLContext:
    return httpx.create_ssl_context(trust_env=False)


class Wire(httpx.HTTPTransport):
    """Carries one request, until the time that `now` counts reaches `until`.

    A connection is used once: a kept one would be shared by hosts at one address, past the check of the second host's
    certificate.
    """

    def __init__(
        self, trust: ssl.SSLContext, connector: Connector, *, until: float, now: Callable[[], float]
    ):
        super().__init__(verify=trust, trust_env=False)
        # httpx lets nobody choose what opens its sockets; the pool is what its transport is made of.
        self._pool = httpcore.ConnectionPool(
            ssl_context=trust, max_keepalive_connections=0, network_backend=_Connecting(connector, until, now)
        )


class _Deadline:
    """How much of the time is left."""

    def __init__(self, until: float, now: Callable[[], float]):
        self._until, self._now = until, now

    def within(self, timeout: float | None, error: type[httpcore.TimeoutException]) -> float | None:
        """Return the time that one wait may take; raise `error` when there is none."""
        left = self._until - self._now()
        if left <= 0:
            raise error("the time for the answer is over")
        return timeout if math.isinf(left) else min(left, left if timeout is None else timeout)


class _Connecting(httpcore.NetworkBackend):
    """Opens a connection whose waits end in time."""

    def __init__(self, connector: Connector, until: float, now: Callable[[], float]):
        self._connector, self._deadline = connector, _Deadline(until, now)

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        allowed = self._deadline.within(timeout, httpcore.ConnectTimeout)
        opened = self._connector.connect_tcp(
            host, port, timeout=allowed, local_address=local_address, socket_options=socket_options
        )
        return _Stream(opened, self._deadline)


class _Stream(httpcore.NetworkStream):
    """A connection whose waits end in time."""

    def __init__(self, stream: httpcore.NetworkStream, deadline: _Deadline):
        self._stream, self._deadline = stream, deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, self._deadline.within(timeout, httpcore.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, self._deadline.within(timeout, httpcore.WriteTimeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        allowed = self._deadline.within(timeout, httpcore.ConnectTimeout)
        return _Stream(self._stream.start_tls(ssl_context, server_hostname, allowed), self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)
