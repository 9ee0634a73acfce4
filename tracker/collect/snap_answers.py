"""What an answer of Snap's gallery means: more, throttled, or an emptiness that proves nothing."""

from typing import Any
from urllib.parse import urlsplit

from tracker.collect.answers import document_or_none
from tracker.collect.cells import cell_text
from tracker.domain import Answer, Page
from tracker.errors import PlatformChanged

HOST = "adsapi.snapchat.com"
BASE = f"https://{HOST}/v1/ads_library"


def checked(address: str) -> str:
    """Return an address that Snap told us to ask; refuse one that leads elsewhere."""
    parts = urlsplit(address)
    if (parts.scheme, parts.netloc) != ("https", HOST) or not parts.path.startswith("/v1/ads_library/"):
        raise PlatformChanged(f"snap_ads: field 'next_link' leads to {parts.netloc[:80]!r}, expected {HOST}")
    return address


def page(answer: Answer, *lists: str, followed: bool) -> Page:
    """Tell rows, throttling and emptiness apart; nothing behind a link to more is Snap's way to throttle.

    `lists` are the fields in which what was asked for may stand, the first of them documented.
    """
    found = document_or_none(answer)
    whole: dict[str, Any] = found if isinstance(found, dict) else {}
    if (code := cell_text(whole.get("error_code"))) or answer.status != 200:
        throttled = code == "E1009" or answer.status == 429
        words = " ".join(filter(None, (code, cell_text(whole.get("debug_message")))))
        return Page(
            answer,
            outcome="throttled" if throttled else None if answer.status != 200 else "error",
            message=words,
        )
    rows = next((whole[field] for field in lists if isinstance(whole.get(field), list)), None)
    if rows is None:
        raise PlatformChanged(f"snap_ads: field {lists[0]!r} is missing, expected a list")
    paging = whole.get("paging")
    onward = cell_text(paging.get("next_link")) if isinstance(paging, dict) else ""
    if rows:
        return Page(answer, cursor=onward or None)
    if followed:
        return Page(answer, outcome="throttled", message="nothing behind a link to more")
    return Page(
        answer, outcome="empty_unverified", message="SUCCESS with nothing in it: none, or asked too often"
    )
