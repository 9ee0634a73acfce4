"""Which addresses may be asked: hosts that a source names, or any, and only where they lead into the public internet.

The check happens before a socket is opened, and the connection goes to the very address that was checked: a name that
resolves to something else a moment later (DNS rebinding) gets nothing.
"""

import ipaddress
import re
import socket
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from tracker.errors import AddressRefused

Resolver = Callable[[str, int], Sequence[str]]

_PORTS = {"http": 80, "https": 443}
_UNPRINTABLE = re.compile(r"[^\x21-\x7e]|\\")
_NAME = re.compile(
    r"(?=.{1,253}$)(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?"
)
"""A name with a top-level domain; one that ends in a number would be read as an address."""
_TRANSLATED = ipaddress.ip_network("64:ff9b::/96")
"""IPv4 addresses as a network without IPv4 writes them (RFC 6052)."""
_NOT_PUBLIC = (ipaddress.ip_network("192.88.99.0/24"), ipaddress.ip_network("64:ff9b:1::/48"))
"""What `ipaddress` calls global and is not: relays of 6to4 (RFC 7526), local translation (RFC 8215)."""


def system_resolver(host: str, port: int) -> list[str]:
    """Return the addresses of a host as the system knows them; raises `OSError` when it knows none."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(address[0]) for *_, address in found]


@dataclass(frozen=True, slots=True)
class Route:
    """A checked way to a host: `host` goes into the header and the certificate, the connection to an address."""

    scheme: str
    host: str
    addresses: tuple[str, ...]
    port: int
    target: str

    @property
    def name(self) -> str:
        """Return the host as a header writes it."""
        return f"[{self.host}]" if ":" in self.host else self.host

    def url(self, turn: int) -> str:
        """Return the address to connect to; `turn` goes through the host's addresses one after the other."""
        address = self.addresses[turn % len(self.addresses)]
        shown = f"[{address}]" if ":" in address else address
        return f"{self.scheme}://{shown}:{self.port}{self.target}"


class Guard:
    """Lets through what leads to one of `hosts` at a public address.

    `loopback` is for tests alone: it maps a host to the port of a server on 127.0.0.1 that stands for it, in plain HTTP.
    """

    def __init__(
        self,
        hosts: Collection[str],
        *,
        resolve: Resolver = system_resolver,
        loopback: Mapping[str, int] | None = None,
    ):
        self._hosts = {host.casefold() for host in hosts}
        self._resolve = resolve
        self._loopback = dict(loopback or {})

    def route(self, url: str) -> Route:
        """Return the way to `url`; raise `AddressRefused`, or `OSError` when the host's name leads nowhere."""
        scheme, host, port, target = _read(url)
        if (stand_in := self._loopback.get(host)) is not None:
            return Route("http", host, ("127.0.0.1",), stand_in, target)
        self._check_host(host)
        if port not in (None, _PORTS[scheme]):
            raise AddressRefused(f"{host}:{port}: only the usual ports are asked")
        addresses = list(dict.fromkeys(self._addresses(host, _PORTS[scheme])))
        if not addresses:
            raise OSError(f"{host} has no address")
        if inside := [address for address in addresses if not is_public(address)]:
            raise AddressRefused(f"{host} leads to {inside[0]}, which is not on the public internet")
        ordered = tuple(sorted(addresses, key=lambda one: ":" in one))
        return Route(scheme, host, ordered, _PORTS[scheme], target)

    def follows(self, url: str, target: str) -> bool:
        """Say whether a redirect is followed: one that stays on the host and does not fall from https to http."""
        before, after = urlsplit(url), urlsplit(target)
        return before.netloc.casefold() == after.netloc.casefold() and after.scheme in (
            before.scheme,
            "https",
        )

    def _check_host(self, host: str) -> None:
        if host not in self._hosts:
            raise AddressRefused(f"{host[:253] or 'no host'} is not a host that the source names")

    def _addresses(self, host: str, port: int) -> Sequence[str]:
        return self._resolve(host, port)


class WebGuard(Guard):
    """Lets through what leads to any host whose addresses are all public, also by a redirect to another host."""

    def __init__(self, *, resolve: Resolver = system_resolver, loopback: Mapping[str, int] | None = None):
        super().__init__((), resolve=resolve, loopback=loopback)

    def follows(self, url: str, target: str) -> bool:
        """Say that a redirect is followed; where it leads is checked as `route` checks it."""
        return True

    def _check_host(self, host: str) -> None:
        """Refuse what is neither a name on the internet nor an address as everybody writes it, such as `127.1`."""
        if not (_NAME.fullmatch(host) or _is_literal(host)):
            raise AddressRefused(f"{host[:253] or 'no host'} is not a name on the public internet")

    def _addresses(self, host: str, port: int) -> Sequence[str]:
        return [host] if _is_literal(host) else self._resolve(host, port)


def _read(url: str) -> tuple[str, str, int | None, str]:
    """Return scheme, host, port and the rest of an address that may be asked, as far as its text shows."""
    if _UNPRINTABLE.search(url):
        raise AddressRefused("an address with blanks, control characters or backslashes")
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").casefold(), parts.port
    except ValueError as error:
        raise AddressRefused(f"an address that cannot be read ({error})") from error
    if parts.scheme not in _PORTS:
        raise AddressRefused(f"{parts.scheme or 'no scheme'}: only http and https are asked")
    if "@" in parts.netloc:
        raise AddressRefused(f"an address that names a user of {host}")
    return parts.scheme, host, port, (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def _is_literal(host: str) -> bool:
    """Say whether a host is an address in its usual form; `0x7f.1` and `2130706433` are none."""
    try:
        return str(ipaddress.ip_address(host)) == host
    except ValueError:
        return False


def is_public(address: str) -> bool:
    """Say whether an address is on the public internet: not loopback, private, link-local, shared, multicast or mapped."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return False
    if isinstance(found, ipaddress.IPv6Address):
        if found in _TRANSLATED:
            return is_public(str(ipaddress.IPv4Address(int(found) & 0xFFFFFFFF)))
        if found.ipv4_mapped or found.sixtofour or found.teredo or found.is_site_local or found.scope_id:
            return False
    if any(found.version == network.version and found in network for network in _NOT_PUBLIC):
        return False
    return found.is_global and not (found.is_multicast or found.is_reserved or found.is_unspecified)
