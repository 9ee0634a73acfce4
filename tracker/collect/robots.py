"""What a site's robots.txt asks of us (RFC 9309): pure; the client fetches the file and keeps to it."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from protego import Protego

OUR_NAME = "influence-tracker"
"""The name under which a site may give us rules of our own."""
_READ = 512_000


@dataclass(frozen=True, slots=True)
class Rules:
    """What may be asked of one host; `crawl_delay` are the seconds between two requests, if the site names them."""

    _said: Protego
    crawl_delay: float | None

    def allow(self, url: str) -> bool:
        """Say whether an address may be asked."""
        return self._said.can_fetch(url, OUR_NAME)


def rules_of(status: int, body: bytes) -> Rules:
    """Read an answer for robots.txt; one that is no success (a 5xx is for the caller) forbids nothing."""
    said = Protego.parse(body[:_READ].decode("utf-8-sig", errors="replace") if status < 300 else "")
    return Rules(said, said.crawl_delay(OUR_NAME))


def place_of(url: str) -> str:
    """Return the address of the robots.txt that speaks for `url`."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}/robots.txt"
