"""What people type or publish as the name of an account, turned into one key per platform.

Pure: nothing here asks a platform, so a key says what was written, not that such an account exists.
"""

import re
import unicodedata
from ipaddress import ip_address
from urllib.parse import parse_qs, unquote, urlsplit

from tracker.domain import AccountRef
from tracker.errors import BadInput
from tracker.registry.platforms import RULES, platform_at, platform_of, shown

_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):(?!\d+(?:/|$))")
_PAGE_ID = re.compile(r"(?:(.*?)[-_ ])?(\d{9,})")
_BARE = re.compile(r"@[^./:]+|\d+")
_FEDIVERSE = re.compile(r"@[\w.-]+@[\w-]+(?:\.[\w-]+)+")
_SECOND_LEVEL = frozenset({"ac", "co", "com", "edu", "gov", "net", "or", "org"})
_LONGEST = 500


def account_ref(text: str, platform: str | None = None, *, field: str = "account") -> AccountRef:
    """Read a handle or an address as a person typed it.

    Without `platform` the text must be an address: an unknown host is a site of its own (`web`). Raise `BadInput`
    that names `field` and the rule that the text breaks.
    """
    typed = _clean(text, field=field)
    wanted = platform_of(platform) if platform else None
    if wanted == "facebook" and typed.startswith("profile.php?"):
        typed = f"facebook.com/{typed}"
    if wanted is None and _FEDIVERSE.fullmatch(typed):
        wanted = "mastodon"
    if wanted and wanted != "web" and not _is_address(typed):
        return _handle_ref(wanted, typed, field=field)
    if wanted is None and _BARE.fullmatch(typed):
        raise BadInput(
            f"{shown(typed)} is a handle or a number without its platform; choose the platform, or give the whole address",
            field=field,
        )
    host, path, query = _split(typed, field=field)
    found = platform_at(host)
    if wanted == "mastodon" and found == "web":
        return _handle_ref(wanted, _name_at(host, path, field=field), field=field)
    if wanted and wanted not in (found, "web"):
        raise BadInput(f"this address is on {found}, not on {wanted}", field=field)
    if found == "web":
        return AccountRef("web", host, handle=host, url=f"https://{host}/")
    return _handle_ref(found, _handle_in(found, path, query=query, host=host, field=field), field=field)


def key_of(platform: str, handle: str, *, field: str = "handle") -> str:
    """Return the key of a bare handle, id or domain on its platform; refuse an address with `BadInput`."""
    known = platform_of(platform)
    typed = _clean(handle, field=field)
    if "/" in typed or (_SCHEME.match(typed) and not typed.startswith("did:")):
        raise BadInput("this is an address or a path; expected the bare handle", field=field)
    if known == "web":
        return _split(typed, field=field)[0]
    return _handle_ref(known, typed, field=field).key


def host_of(address: str, *, field: str = "address") -> str:
    """Return the host of a web address, without `www.`; refuse all but http and https with `BadInput`."""
    return _split(_clean(address, field=field), field=field)[0]


def site_of(host: str) -> str:
    """Return the part of a host that one owner registers, guessed without the public suffix list."""
    labels = host.split(".")
    wide = len(labels) > 2 and len(labels[-1]) == 2 and labels[-2] in _SECOND_LEVEL
    return ".".join(labels[-3:] if wide else labels[-2:])


def landing_account(url: str) -> AccountRef | None:
    """Return the account that an ad's landing page belongs to, read from an address that a scan may have damaged.

    A Facebook page is its number wherever one stands, so that misread names stay one account. `None` when the
    page names no account (an event, a sign-in page, a video, a petition) or nothing can be read; the whole
    address stays with the ad.
    """
    parts = _damaged_parts(url)
    if parts is None:
        return None
    host, path = parts
    if platform_at(host) in ("facebook", "instagram"):
        return _landing_page(platform_at(host), path)
    try:
        ref = account_ref(f"https://{host}/{path}" if platform_at(host) != "web" else host)
    except BadInput:
        return None
    return None if ref.platform == "web" and site_of(ref.key) in _SHARED_SITES else ref


# What a scan makes of letters, as seen in the 480 landing pages of the release of 2018.
_MISREAD = str.maketrans({"|": "l", "—": "-", "–": "-"})
_MISREAD_HOST = re.compile(
    r"((?:www\.)?(?:fa[co]ebook|i[nh]stagram))\.[co]om(.*)|([a-z0-9.-]+\.[co]om)(?:l(?=\d).*)?"
)
_MISREAD_SEGMENTS = {"evehts": "events", "iogin": "login"}
_SHARED_SITES = frozenset(
    {"bonfirefunds.com", "change.org", "eventbrite.com", "meetup.com", "represent.com", "whitehouse.gov"}
)


def _damaged_parts(url: str) -> tuple[str, str] | None:
    """Return host and path of a damaged address; the slash after `.com` may have become an `l` or a letter."""
    found = re.match(r"(?:https?:)?/*([^/?#\s]+)([^?#]*)", url.strip().translate(_MISREAD))
    if found is None or "." not in found[1]:
        return None
    host, path = found[1], found[2]
    known = _MISREAD_HOST.fullmatch(host.lower())
    if known and known[1]:
        name = known[1].replace("faoe", "face").replace("ihst", "inst")
        rest = host[len(host) - len(known[2]) :]
        return f"{name}.com", (rest.removeprefix("l") + path).lstrip("/")
    if known and known[3]:
        return f"{known[3][:-3]}com", path.lstrip("/")
    return host.lower(), path.lstrip("/")


def _landing_page(platform: str, path: str) -> AccountRef | None:
    """Return the page that a Facebook or Instagram path names, or `None` for a page of the platform itself."""
    segments = [part for part in path.split("/") if part]
    first = segments[0].casefold() if segments else ""
    first = _MISREAD_SEGMENTS.get(first, first)
    if not first or first in RULES[platform].no_account or re.match(r"eventsl?\d", first):
        return None
    named = (
        next((part for part in reversed(segments[:4]) if part.isdigit()), None) if first == "pages" else None
    )
    if named:
        return _page_ref(named, segments[1])
    page = _PAGE_ID.fullmatch(segments[0]) if platform == "facebook" else None
    if page:
        return _page_ref(page[2], page[1] or "")
    handle = segments[0].strip("“”\"'!]")
    if not handle:
        return None
    address = RULES[platform].address.format(handle)
    return AccountRef(platform, handle.casefold(), handle=handle, url=address)


def _page_ref(number: str, name: str) -> AccountRef:
    """Return a Facebook page by its number; its name is what stood before it in the address."""
    shown = re.sub(r"[-_]+", " ", name).strip() or None
    return AccountRef(
        "facebook", number, name=shown, url=f"https://www.facebook.com/{number}", native_id=number
    )


def _handle_ref(platform: str, handle: str, *, field: str) -> AccountRef:
    """Return the account of a handle or id, held against the form that its platform allows."""
    rule = RULES[platform]
    bare = handle.removeprefix("@").rstrip("/")
    page = _PAGE_ID.fullmatch(bare) if platform == "facebook" else None
    if page:
        return _page_ref(page[2], page[1] or "")
    if not re.fullmatch(rule.handle, bare) or not any(letter.isalnum() for letter in bare):
        raise BadInput(
            f"{shown(handle)} cannot be a handle on {platform}{_odd(bare, rule.handle)}", field=field
        )
    native = bare if re.fullmatch(rule.native, bare) else None
    path = bare
    if platform == "mastodon":
        path = "{1}/@{0}".format(*bare.split("@"))
    if platform == "youtube":
        path = f"channel/{bare}" if native else f"@{bare}"
    return AccountRef(
        platform,
        native or bare.casefold(),
        handle=None if native else bare,
        url=rule.address.format(path) or None,
        native_id=native,
    )


def _handle_in(platform: str, path: str, *, query: str, host: str, field: str) -> str:
    """Return the handle or id in the path of an address on a platform.

    A custom YouTube name (`/c/`, `/user/`) is read as the handle: YouTube gave it to its owner in 2022.
    """
    rule = RULES[platform]
    segments = [unquote(part) for part in path.split("/") if part]
    number = parse_qs(query).get("id", [""])[0]
    if platform == "facebook" and segments and segments[0].endswith(".php") and number.isdigit():
        return number
    if platform == "facebook" and segments and segments[0] in ("pages", "people", "p"):
        segments = [part for part in segments[1:] if _PAGE_ID.fullmatch(part)][-1:]
    if platform == "x" and segments[:2] == ["i", "user"]:
        segments = segments[2:]
    while len(segments) > 1 and segments[0].casefold() in rule.lead:
        segments = segments[1:]
    short_video = host == "youtu.be" and not "".join(segments).startswith("@")
    if (
        not segments
        or segments[0].casefold() in rule.no_account
        or segments[0].startswith("+")
        or short_video
    ):
        raise BadInput(f"this address on {platform} does not name an account", field=field)
    return _clean(segments[0], field=field)


def _name_at(host: str, path: str, *, field: str) -> str:
    """Return the name in the address of a profile at a server: `/@name`, `/users/name`, or `/@name@host` of another one."""
    segments = [unquote(part) for part in path.split("/") if part]
    if segments[:1] == ["users"]:
        segments = [f"@{part}" for part in segments[1:2]]
    if not segments or not segments[0].startswith("@"):
        raise BadInput("this address names no account; expected https://HOST/@NAME", field=field)
    name = segments[0].removeprefix("@")
    return name if "@" in name else f"{name}@{host}"


def _is_address(typed: str) -> bool:
    """Say whether a text is an address and not a handle, so that the page `www.rg.ru` on Facebook stays one."""
    host = typed.split("/", 1)[0].casefold()
    return (
        "/" in typed.rstrip("/")
        or (":" in typed and not typed.startswith("did:"))
        or platform_at(host) != "web"
    )


def _split(typed: str, *, field: str) -> tuple[str, str, str]:
    """Return host (without `www.`, in its ASCII form), path and query of an http address."""
    scheme = _SCHEME.match(typed)
    if scheme and scheme[1].lower() not in ("http", "https"):
        raise BadInput(
            f"{scheme[1][:20].lower()}: addresses are not taken; expected http or https", field=field
        )
    if typed.startswith("/") and not typed.startswith("//"):
        raise BadInput("a path is not an account; expected a handle or a web address", field=field)
    try:
        parts = urlsplit(typed if scheme else "https://" + typed.lstrip("/"))
        host = (parts.hostname or "").rstrip(".").encode("idna").decode("ascii")
    except ValueError as error:
        raise BadInput(f"{shown(typed)} cannot be read as a web address", field=field) from error
    if parts.username is not None or parts.password is not None:
        raise BadInput("an address with a user name or password in it is not taken", field=field)
    return _public_host(host, typed=typed, field=field), parts.path, parts.query


def _public_host(host: str, *, typed: str, field: str) -> str:
    """Return a host that can be a site's name, without `www.`."""
    try:
        ip_address(host)
    except ValueError:
        numeric = bool(re.search(r"(^|\.)(0x[0-9a-f]*|\d+)$", host))
    else:
        numeric = True
    if numeric:
        raise BadInput("a number address (IP) is not taken; expected the site's name", field=field)
    label = r"(?!-)[a-z0-9_-]{1,63}(?<!-)"
    if not re.fullmatch(rf"{label}(\.{label})+", host) or host.endswith(
        (".local", ".internal", ".localhost")
    ):
        raise BadInput(
            f"{shown(typed)} names no public site; expected a web address, or a handle with its platform",
            field=field,
        )
    return host.removeprefix("www.")


def _clean(text: str, *, field: str) -> str:
    """Return the text in its compatible form (NFKC), without the blanks around it."""
    typed = unicodedata.normalize("NFKC", text[: _LONGEST * 4].strip())
    if not typed:
        raise BadInput("nothing was given; expected a handle or an address", field=field)
    if len(typed) > _LONGEST:
        raise BadInput(f"longer than {_LONGEST} characters; expected a handle or an address", field=field)
    for letter in typed:
        if unicodedata.category(letter)[0] in "CZ" or letter == "\\":
            name = unicodedata.name(letter, f"U+{ord(letter):04X}")
            raise BadInput(f"it holds a character that no account has ({name})", field=field)
    return typed


def _odd(bare: str, pattern: str) -> str:
    """Say which letter does not belong, when it is one of another script."""
    odd = [letter for letter in bare if not letter.isascii() and not re.match(pattern, letter * 3)]
    return f": it holds {unicodedata.name(odd[0], 'a character without a name')}" if odd else ""
