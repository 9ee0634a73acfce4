"""The REST interface of a WordPress site: what is asked, what an answer means, and what a post says. Pure.

Nobody needs a key for what is published. The site says when a text was last changed, and never what it was before.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from tracker.collect.answers import document_or_none, id_in
from tracker.collect.cells import cell_text, read_date
from tracker.collect.moments import iso_moment
from tracker.collect.plaintext import shown, text_of, whole
from tracker.collect.post_cells import at, words
from tracker.collect.weblinks import canonical
from tracker.domain import (
    LEAD,
    PROTECTED,
    AccountRef,
    Answer,
    Found,
    Listing,
    Look,
    Media,
    Page,
    Post,
    PostDetails,
    Profile,
    Record,
    Scope,
    Standing,
)
from tracker.errors import BadInput

PER_PAGE = 100
DAYS = 14
"""How far back is looked where nobody says from which day on."""
_FIELDS = (
    "id,date_gmt,modified_gmt,slug,link,guid,title,content,excerpt,author,categories,tags,_links,_embedded"
)
_BESIDE = "author,wp:featuredmedia"
"""What WordPress shows with a post where it is asked to: who wrote it, and the picture at its head."""
_SITE = "name,description,url,home,timezone_string,gmt_offset"
_PLAIN = re.compile(r"[?&]p=(\d{1,12})(?:&|$)")
_STANDINGS: Mapping[tuple[int, str], Standing] = {
    (404, "rest_post_invalid_id"): "deleted", (401, "rest_forbidden"): "draft", (403, "rest_forbidden"): "draft",
    (401, "rest_not_logged_in"): "login_wall",
}  # fmt: skip
"""What WordPress says of a post by status and code; what is in the bin is answered as a draft is."""


@dataclass(frozen=True, slots=True)
class Place:
    """How far a question came: the interface's address, new or edited posts, which page, and how many are new."""

    root: str
    part: str = "new"
    page: int = 1
    new: int = 0

    @property
    def text(self) -> str:
        """Return the place as a cursor."""
        return json.dumps(asdict(self))


def place_of(cursor: str) -> Place:
    """Return the place that a cursor is; refuse one that was made by another version."""
    try:
        return Place(**json.loads(cursor))
    except (ValueError, TypeError) as error:
        raise BadInput("the place to go on from is none that is known here") from error


def address(root: str, path: str) -> str:
    """Return where a part of the interface is, `…/wp-json/wp/v2/posts` or, with plain permalinks, `…?rest_route=/wp/v2/posts`."""
    return f"{root.rstrip('/')}/{path}"


def site_question() -> dict[str, str]:
    """Return what is asked of the site itself."""
    return {"_fields": _SITE}


def since(scope: Scope) -> datetime:
    """Return the moment from which on posts are asked for."""
    first = read_date(scope.values.get("from", "")) or (scope.observed_at - timedelta(days=DAYS)).date()
    return datetime(first.year, first.month, first.day, tzinfo=scope.observed_at.tzinfo)


def question(place: Place, scope: Scope) -> dict[str, str]:
    """Return the parameters for a page of posts: those that are new since a day, or older ones that were edited since."""
    day = since(scope).strftime("%Y-%m-%dT%H:%M:%S")
    asked = {"after": day, "orderby": "date"}
    if place.part == "edited":
        asked = {"before": day, "modified_after": day, "orderby": "modified"}
    return {
        "per_page": str(PER_PAGE),
        "page": str(place.page),
        "order": "desc",
        "_fields": _FIELDS,
        "_embed": _BESIDE,
        **asked,
    }


def page_of(answer: Answer, place: Place) -> Page | None:
    """Return a page of posts with where to go on, `None` when the answer is none: closed, or something else."""
    found = document_or_none(answer)
    if answer.status >= 300 or not isinstance(found, list):
        return None
    total, pages = (_number(answer.headers.get(name)) for name in ("x-wp-total", "x-wp-totalpages"))
    more = place.page < pages if pages is not None else len(found) == PER_PAGE
    new = (total or 0) if place.part == "new" else place.new
    stated = None if total is None else total if place.part == "new" else total + place.new
    if more:
        onward = Place(place.root, place.part, place.page + 1, new)
    elif place.part == "new":
        onward = Place(place.root, "edited", 1, new)
    else:
        return Page(answer, outcome="empty_confirmed" if stated == 0 else None, stated_total=stated)
    return Page(answer, onward.text, "empty_confirmed" if stated == 0 else None, stated)


def said(answer: Answer) -> str:
    """Return why an answer is no list of posts, in the words of the site."""
    found = document_or_none(answer)
    values = found if isinstance(found, dict) else {}
    code, words = cell_text(values.get("code")), cell_text(values.get("message"))
    return " ".join(filter(None, (f"answered {answer.status}", code, words and f"({words[:120]})")))


def found_of(key: str, answer: Answer) -> Found:
    """Return how a post stands by the answer to a question for it alone."""
    values = document_or_none(answer)
    if answer.status == 200 and isinstance(values, dict) and str(values.get("id")) == key:
        return Found(key, "present", answer)
    code = cell_text(values.get("code")) if isinstance(values, dict) else ""
    return Found(key, _STANDINGS.get((answer.status, code), "unknown"), answer, said(answer))


# -- what it means -----------------------------------------------------------------------------------------------


def id_of(guid: object) -> str | None:
    """Return the number that stands in the address by which WordPress names a post in a feed, `…/?p=123`."""
    found = _PLAIN.search(guid) if isinstance(guid, str) else None
    return found[1] if found else None


def is_site(values: Mapping[str, Any]) -> bool:
    """Say whether a record is about the site itself."""
    return "id" not in values and "name" in values


def profile(record: Record, listing: Listing, account: AccountRef) -> Profile:
    """Return what the site says of itself."""
    values = record.values
    name, bio = (text_of(cell_text(values.get(field))) for field in ("name", "description"))
    zone = cell_text(values.get("timezone_string")) or cell_text(values.get("gmt_offset"))
    return Profile(
        listing=listing, account=account, look=Look(listing.observed_at, account.handle, name or None, bio),
        website=whole(cell_text(values.get("home")) or cell_text(values.get("url")), None), line=record.line,
        extra={"software": "WordPress"} | ({"zone": zone} if zone else {}),
    )  # fmt: skip


def post(record: Record, listing: Listing, account: AccountRef) -> Post:
    """Return a post as the interface gives it; one behind a password has no text, and says so."""
    values = record.values
    key, link = id_in(record, "id"), whole(cell_text(values.get("link")), None)
    body, content = shown(_rendered(record, "content"), link), values.get("content")
    title = text_of(_rendered(record, "title")) or None
    protected = isinstance(content, dict) and content.get("protected") is True
    text = body.text or ("" if protected else text_of(_rendered(record, "excerpt")) or title or "")
    made, changed = (
        iso_moment(
            f"{moment}Z" if (moment := cell_text(values.get(name))) else None, latest=listing.observed_at
        )
        for name in ("date_gmt", "modified_gmt")
    )
    edited = changed.at if made.at and changed.at and changed.at > made.at else None
    kept = ("author", "categories", "tags", "slug")
    guid = _rendered(record, "guid")
    details = PostDetails(
        title=title, edited_at=edited, links=tuple(map(canonical, body.links)), media=(*_lead(values), *body.media),
        author=words(at(values, "_embedded", "author", 0), "name"), version=changed.printed,
        extra={name: values[name] for name in kept if values.get(name)} | ({PROTECTED: True} if protected else {})
        | ({"guid": guid} if guid else {}),
    )  # fmt: skip
    url = canonical(link) if link else None
    return Post(listing, key, account, text, made.at, made.printed, None, url, record.line, details)


def _lead(values: Mapping[str, Any]) -> Iterator[Media]:
    """Yield the picture at the head of a post, where the site shows it."""
    shown = at(values, "_embedded", "wp:featuredmedia", 0)
    address = whole(words(shown, "source_url") or "", None)
    if address:
        yield Media(LEAD, address, words(shown, "alt_text"))


def _rendered(record: Record, field: str) -> str:
    """Return the markup of a field, which stands under `rendered`."""
    value = record.values.get(field)
    inner = value.get("rendered") if isinstance(value, dict) else value
    if inner is None or isinstance(inner, str):
        return inner or ""
    raise BadInput(f"found {type(inner).__name__}, expected text", line=record.line, field=field)


def _number(words: str | None) -> int | None:
    return int(words) if words and words.isdecimal() and len(words) < 12 else None
