"""How the dashboard may be reached: the address it listens on, the names it answers to, and where people sign in.

Without a provider only this machine is answered. Nothing that a request says of its sender is believed.
"""

import ipaddress
import os
import re
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, urlsplit

from tracker.errors import ConfigError
from tracker.settings import Settings

LOOPBACK_NAMES = ("127.0.0.1", "localhost", "::1")
DISCOVERY = "/.well-known/openid-configuration"
NEEDED = ("public_url", "oidc_issuer", "oidc_client_id", "oidc_client_secret")
"""The settings that sign-in needs, all of them."""
NAMED = ", ".join(f"TRACKER_{name.upper()}" for name in NEEDED)
OPEN_TO_OTHERS = (
    f"Other machines could open this dashboard while nobody signs in, so it shows nothing. Set {NAMED}, or let it listen "
    "on this machine only (127.0.0.1)."
)


@dataclass(frozen=True, slots=True)
class Provider:
    """Where people sign in, and what they call this dashboard there; the secret stays in the settings."""

    issuer: str
    client_id: str
    public_url: str

    @property
    def metadata_url(self) -> str:
        """Where the provider publishes what it can do."""
        return self.issuer.rstrip("/") + DISCOVERY

    @property
    def redirect_uri(self) -> str:
        """Where the provider sends people back to."""
        return f"{self.public_url}/oauth2callback"

    @property
    def host(self) -> str:
        """The host name of the dashboard."""
        return urlsplit(self.public_url).hostname or ""


def provider(settings: Settings) -> Provider | None:
    """Return the provider, or `None` where no sign-in is set up; raise `ConfigError` where it is set up by half."""
    given = {name: getattr(settings, name) for name in NEEDED}
    if not any(given[name] for name in NEEDED if name.startswith("oidc")):
        return None
    missing = [f"TRACKER_{name.upper()}" for name, value in given.items() if not value]
    if missing:
        raise ConfigError(f"sign-in needs {NAMED}; missing: {', '.join(missing)}")
    public = _address("TRACKER_PUBLIC_URL", str(settings.public_url))
    if public.path.strip("/") or public.query:
        raise ConfigError(
            "TRACKER_PUBLIC_URL is a scheme, a host and perhaps a port; a path is not supported"
        )
    issuer = str(settings.oidc_issuer).removesuffix(DISCOVERY)
    _address("TRACKER_OIDC_ISSUER", issuer)
    return Provider(issuer, str(settings.oidc_client_id), f"{public.scheme}://{public.netloc}")


def check_listen(settings: Settings) -> None:
    """Raise `ConfigError` for an address that cannot be listened on, or that others reach while nobody signs in."""
    if settings.listen != "localhost":
        try:
            ipaddress.ip_address(settings.listen)
        except ValueError as error:
            raise ConfigError("TRACKER_LISTEN is not an IP address, such as 127.0.0.1 or 0.0.0.0") from error
    if provider(settings) is None and not is_loopback(settings.listen):
        raise ConfigError(
            f"TRACKER_LISTEN={settings.listen} lets other machines in, and that needs sign-in: set {NAMED}, "
            "or leave TRACKER_LISTEN out so that only this machine can open the dashboard"
        )


def is_loopback(host: str | None) -> bool:
    """Say whether an address or a name is that of this machine and of no other."""
    if not host:
        return False
    if host.lower() == "localhost":
        return True
    try:
        address = ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return False
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return (mapped or address).is_loopback


def host_name(header: str) -> str | None:
    """Return the host name in a `Host` header, or `None` when it is none."""
    found = re.fullmatch(r"(?P<name>[A-Za-z0-9.\-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(?::\d{1,5})?", header)
    return found["name"].strip("[]").lower().rstrip(".") if found else None


def hosts(settings: Settings) -> tuple[str, ...]:
    """Return the host names that the dashboard answers to: those of this machine and the one that people type."""
    asked = provider(settings)
    return (*LOOPBACK_NAMES, asked.host) if asked else LOOPBACK_NAMES


def streamlit_secrets(settings: Settings) -> dict[str, Any] | None:
    """Return what Streamlit's sign-in needs to know, or `None` where no sign-in is set up.

    No `prompt` is asked for: Streamlit's own, `select_account`, and `login` are each refused by a large provider.
    """
    asked = provider(settings)
    if asked is None or settings.oidc_client_secret is None:
        return None
    return {
        "auth": {
            "redirect_uri": asked.redirect_uri,
            "cookie_secret": cookie_secret(settings.home),
            "client_id": asked.client_id,
            "client_secret": settings.oidc_client_secret.get_secret_value(),
            "server_metadata_url": asked.metadata_url,
            "client_kwargs": {"scope": "openid email profile", "prompt": ""},
        }
    }


def cookie_secret(home: Path) -> str:
    """Return the secret that signs the cookies; it is made once, and only its owner can read it.

    Delete the file to sign everybody out.
    """
    path = home / "cookie-secret"
    try:
        home.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return _kept(path)
    except OSError as error:
        raise ConfigError(f"{path} cannot be written: {error.strerror}") from error
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(secrets.token_hex(32))
    return _kept(path)


def _kept(path: Path) -> str:
    if path.stat().st_mode & 0o077:
        raise ConfigError(f"{path} can be read by others; chmod 600 it, or delete it to have a new one made")
    kept = path.read_text(encoding="ascii").strip()
    if len(kept) < 32:
        raise ConfigError(f"{path} is too short for a secret; delete it to have a new one made")
    return kept


def _address(name: str, given: str) -> SplitResult:
    """Return an address in parts; raise `ConfigError` unless it is https, or http on this machine."""
    try:
        parts = urlsplit(given)
        host, _ = parts.hostname, parts.port
    except ValueError as error:
        raise ConfigError(f"{name} is not an address; expected https://HOST") from error
    if parts.scheme not in ("https", "http") or not host or "@" in parts.netloc or parts.fragment:
        raise ConfigError(f"{name} is not an address; expected https://HOST")
    if parts.scheme == "http" and not is_loopback(host):
        raise ConfigError(f"{name} must begin with https://, so that nobody on the way can read or change it")
    return parts
