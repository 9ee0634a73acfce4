"""Addresses of articles as they are kept: without what only follows readers about. Pure."""

import re
from urllib.parse import urlsplit, urlunsplit

_FOLLOWS = re.compile(
    r"(?:utm|mtm|pk|piwik|hsa|mc|vero|oly)_\w+|"
    r"fbclid|gclid|gclsrc|dclid|gbraid|wbraid|msclkid|yclid|twclid|ttclid|igshid|igsh|mkt_tok|xtor|cmpid|wtrid|smid|"
    r"spm|_openstat|ocid|icid|s_cid|ncid|sr_share|share_from|at_medium|at_campaign|_hsenc|_hsmi|__twitter_impression",
    re.IGNORECASE,
)
"""Parameters that say where a reader came from, and never which article is meant."""
_ADDRESS = re.compile(r"https?://[^\s<>\"]+[^\s<>\".,;:!?)\]]")
_HASHTAG = re.compile(r"(?<![\w/&])#(\w+)")
_PORTS = {"http": 80, "https": 443}


def canonical(address: str) -> str:
    """Return an address without tracking parameters, place in the page or usual port; what cannot be read stays."""
    try:
        parts = urlsplit(address.strip())
        host, port = (parts.hostname or "").rstrip("."), parts.port
    except ValueError:
        return address.strip()
    if not host or parts.scheme not in _PORTS:
        return address.strip()
    shown = f"[{host}]" if ":" in host else host
    netloc = shown if port in (None, _PORTS[parts.scheme]) else f"{shown}:{port}"
    kept = [
        field for field in parts.query.split("&") if field and not _FOLLOWS.fullmatch(field.partition("=")[0])
    ]
    return urlunsplit((parts.scheme, netloc, parts.path or "/", "&".join(kept), ""))


def address_key(address: str) -> str:
    """Return the key of a page that is known by its address alone: the same for http and https, with and without `www.`."""
    return re.sub(r"^https?://(?:www\.)?", "https://", canonical(address))


def host_in(address: str) -> str:
    """Return the host of an address without `www.`, an empty text when it has none."""
    try:
        return (urlsplit(address).hostname or "").removeprefix("www.")
    except ValueError:
        return ""


def addresses_in(words: str) -> tuple[str, ...]:
    """Return the addresses that stand in plain text, each once, as they are kept."""
    return tuple(dict.fromkeys(map(canonical, _ADDRESS.findall(words))))


def hashtags_in(words: str) -> tuple[str, ...]:
    """Return the hashtags that stand in plain text, each once, without their sign."""
    return tuple(dict.fromkeys(_HASHTAG.findall(words)))
