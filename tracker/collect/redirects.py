"""A request, and what becomes of it when the answer says that it should go elsewhere; pure."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from urllib.parse import urljoin, urlsplit

from tracker.domain import Answer
from tracker.errors import AddressRefused

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_FOR_ANYBODY = frozenset({"accept", "accept-language", "if-modified-since", "if-none-match"})
"""The headers of a request that another host is shown too when it is redirected there."""


@dataclass(frozen=True, slots=True)
class Request:
    """What is sent: a GET, or a POST with content."""

    method: str
    url: str
    headers: Mapping[str, str]
    content: bytes | None = None

    @property
    def host(self) -> str:
        """Return the host that is asked, for messages too."""
        return urlsplit(self.url).hostname or "?"


def target_of(answer: Answer, url: str) -> str | None:
    """Return where an answer to `url` redirects, or `None` when it does not."""
    target = answer.headers.get("location")
    if answer.status not in _REDIRECTS or not target:
        return None
    try:
        return urljoin(url, target).partition("#")[0]
    except ValueError as error:
        raise AddressRefused(f"a redirect to an address that cannot be read ({error})") from error


def onward(request: Request, target: str, status: int) -> Request:
    """Return the request that a redirect asks for; what only the first host was told stays with it."""
    before, after = urlsplit(request.url), urlsplit(target)
    same = before.netloc.casefold() == after.netloc.casefold() and after.scheme in (before.scheme, "https")
    told = {name: value for name, value in request.headers.items() if same or name.casefold() in _FOR_ANYBODY}
    if request.method == "GET" or (status in (307, 308) and same):
        return replace(request, url=target, headers=told)
    plain = {name: value for name, value in told.items() if name.casefold() != "content-type"}
    return Request("GET", target, plain)
