"""What a server with Mastodon's interface says of an account and its posts. Pure.

Servers of other software answer parts of the same interface: what is missing is not known, and nothing more. Ids belong to
one server, so that an account is known as `ID@HOST`.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tracker.collect.cells import cell_text
from tracker.collect.fields import words_at
from tracker.collect.moments import iso_moment
from tracker.collect.plaintext import shown, text_of, whole
from tracker.collect.post_cells import at, counts, distinct, identified, objects, words
from tracker.collect.weblinks import canonical
from tracker.domain import (
    AccountRef,
    Answer,
    Listing,
    Look,
    Media,
    Page,
    PlatformLabel,
    Post,
    PostDetails,
    PostKind,
    Profile,
    Record,
)
from tracker.errors import BadInput

_NEXT = re.compile(r'<([^<>]*)>\s*;\s*rel="next"')
_SERVER = re.compile(r"[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63})+(?::\d{1,5})?")
_NAME = re.compile(r"[\w.-]{1,64}@[\w.-]+\.[\w-]+")
ID = r"[A-Za-z0-9_-]{1,64}"
_OF_POSTS = {
    "replies_count": "replies", "reblogs_count": "reposts", "favourites_count": "likes", "quotes_count": "quotes",
}  # fmt: skip
_OF_PEOPLE = {"followers_count": "followers", "following_count": "following", "statuses_count": "posts"}
_MARKS = ("limited", "memorial")
"""What moderators state of an account while it is there."""

Values = Mapping[str, Any]


def is_account(values: object) -> bool:
    """Say whether an object is an account."""
    return isinstance(values, dict) and "username" in values and "content" not in values


def shape(values: Values) -> str:
    """Name what a record is: an `account`, a `status`, or what `webfinger` says of a name."""
    if "subject" in values and "links" in values:
        return "webfinger"
    return "account" if is_account(values) else "status"


def profile(record: Record, listing: Listing, account: AccountRef) -> Profile:
    """Return the account as its server shows it; it is verified by the links that the server saw to lead back to it."""
    values = record.values
    host = home_of(account, words(values, "username"))
    fields = objects(values, "fields")
    shows = [shown(cell_text(one.get("value"))) for one in fields if one.get("verified_at")]
    proven = distinct(link for one in shows for link in one.links)
    kept = {
        "bot": values.get("bot") is True, "group": values.get("group") is True, "locked": values.get("locked") is True,
        "moved_to": words(values, "moved.uri", "moved.url", "moved.acct"),
        "server": server_of(account) if server_of(account) != host else None, "address": words(values, "uri"),
        "fields": [[cell_text(one.get("name")), text_of(cell_text(one.get("value")))] for one in fields],
        "verified_links": list(proven),
        "roles": list(distinct(words(one, "name") for one in objects(values, "roles"))),
    }  # fmt: skip
    marks = tuple(PlatformLabel(mark) for mark in _MARKS if values.get(mark) is True)
    return Profile(
        listing=listing, account=account, line=record.line, labels=marks, labelled_by=("platform",),
        look=Look(
            listing.observed_at, f"{values.get('username')}@{host}", words_at(record, values, "display_name"),
            text_of(words_at(record, values, "note", longest=50_000) or ""),
        ),
        verified=(f"proven: {' '.join(proven)}" if proven else "none") if "fields" in values else None,
        counts=counts(values, _OF_PEOPLE), joined_at=iso_moment(values.get("created_at"), latest=listing.observed_at).at,
        links=tuple(distinct(link for one in fields for link in shown(cell_text(one.get("value"))).links)),
        picture=words(values, "avatar_static", "avatar"), extra={name: value for name, value in kept.items() if value},
    )  # fmt: skip


def post(record: Record, listing: Listing, account: AccountRef, asked: str | None) -> Post:
    """Return a post, a reply, a quote or a repost; refuse one of somebody else than the account with the id `asked`."""
    values = record.values
    key = identified(record, "id", values.get("id"), ID)
    whose = words(values, "account.id")
    if whose is not None and asked is not None and whose != asked:
        raise BadInput(f"a post of {whose}, not of {asked}", line=record.line, field="account")
    theirs = values.get("reblog")
    said: Values = theirs if isinstance(theirs, dict) else values
    link = whole(words(said, "url", "uri"), None)
    body = shown(words_at(record, said, "content", longest=500_000) or "", link)
    when = iso_moment(values.get("created_at"), latest=listing.observed_at)
    home = home_of(account, words(values, "account.username", "account.acct"))
    details = _details(values, said, body.links, listing, home)
    return Post(listing, key, account, body.text, when.at, when.printed, None, link, record.line, details)


def server_of(account: AccountRef) -> str:
    """Return the server that holds an account: the one that gave it its number, else the host of its name."""
    return (account.native_id or account.key).rpartition("@")[2]


def number_of(account: AccountRef) -> str | None:
    """Return the number that its server gave an account, `None` where none is known."""
    return account.native_id.rpartition("@")[0] or None if account.native_id else None


def home_of(account: AccountRef, name: str | None) -> str:
    """Return the host in the names of a server's own people: that of the account's name, unless it only leads to another's."""
    known, _, host = account.key.rpartition("@")
    return host if name is None or name.casefold() == known else server_of(account)


def server_in(values: object) -> str | None:
    """Return the server that WebFinger names as holding a name, where its actor stands; `None` where none is named."""
    found = (words(one, "href") for one in objects(values, "links") if one.get("rel") == "self")
    return next(filter(None, (_host_in(address) for address in found if address)), None)


def _host_in(address: str) -> str | None:
    try:
        parts = urlsplit(address)
        named = parts.netloc.casefold() if parts.scheme in ("http", "https") else ""
    except ValueError:
        return None
    return named if _SERVER.fullmatch(named) else None


def name_in(values: object, server: str, asked: AccountRef) -> str:
    """Return the name to look up on the server to which WebFinger leads: without a host where it is the server's."""
    subject = (words(values, "subject") or "").removeprefix("acct:")
    name, _, host = (subject if _NAME.fullmatch(subject) else asked.key).rpartition("@")
    return name if host.casefold() == server else f"{name}@{host}"


def moved_to(values: object, server: str) -> str | None:
    """Return in words where an account says that it moved to, `None` where it says nothing of it."""
    moved = at(values, "moved")
    if not isinstance(moved, dict):
        return None
    where = (_name(words(moved, "acct"), server), words(moved, "uri", "url"))
    return f"moved to {', '.join(filter(None, where)) or 'another account'}"


def _details(
    values: Values, said: Values, links: tuple[str, ...], listing: Listing, host: str
) -> PostDetails:
    reposted = said is not values
    edited = words(said, "edited_at")
    quoted = words(
        said,
        "quote.quoted_status.uri",
        "quote.quoted_status.url",
        "quote.uri",
        "quote.quoted_status_id",
        "quote.id",
    )
    people = [(words(one, "url"), words(one, "acct")) for one in objects(said, "mentions")]
    tags = [(words(one, "url"), words(one, "name")) for one in objects(said, "tags")]
    named = {canonical(url) for url, _ in (*people, *tags) if url}
    found = distinct(canonical(link) for link in (*links, words(said, "card.url")) if link)
    poll = [
        [words(one, "title") or "", words(one, "votes_count") or ""]
        for one in objects(said, "poll", "options")
    ]
    kept = {
        "visibility": words(said, "visibility"), "application": words(said, "application.name"),
        "poll": poll, "quote_state": words(said, "quote.state"),
    }  # fmt: skip
    return PostDetails(
        kind=_kind(values), title=text_of(words(said, "spoiler_text") or "") or None,
        language=words(said, "language"), edited_at=iso_moment(edited, latest=listing.observed_at).at,
        author=_name(words(said, "account.acct"), host) if reposted else None,
        reply_to=words(values, "in_reply_to_id"), repost_of=words(said, "uri", "url") if reposted else None,
        quote_of=None if reposted else quoted, links=tuple(link for link in found if link not in named),
        hashtags=distinct(name for _, name in tags),
        mentions=distinct(_name(acct, host) for _, acct in people), media=tuple(_media(said)),
        labels=("sensitive",) if said.get("sensitive") is True else (),
        version=words(values, "id") if reposted else edited, counts=() if reposted else counts(said, _OF_POSTS),
        extra={name: value for name, value in kept.items() if value},
    )  # fmt: skip


def _kind(values: Values) -> PostKind:
    """Return what a post is; one whose quotation is not shown, such as of a post that was deleted, quotes all the same."""
    if isinstance(values.get("reblog"), dict):
        return "repost"
    return (
        "reply"
        if words(values, "in_reply_to_id")
        else "quote"
        if isinstance(values.get("quote"), dict)
        else "post"
    )


def _name(acct: str | None, host: str) -> str | None:
    """Return a name with its server, which a server leaves out of the names of its own people."""
    return None if acct is None else acct.casefold() if "@" in acct else f"{acct}@{host}".casefold()


def _media(values: Values) -> Iterator[Media]:
    for one in objects(values, "media_attachments"):
        address = whole(words(one, "url", "remote_url"), None)
        yield Media(cell_text(at(one, "type")) or "unknown", address, words(one, "description"))


# -- what an answer is -------------------------------------------------------------------------------------------


def older(answer: Answer) -> str | None:
    """Return the post before which the server says that older ones are."""
    link = _NEXT.search(answer.headers.get("link", ""))
    before = parse_qs(urlsplit(link[1]).query).get("max_id", [""])[0] if link else ""
    return before if re.fullmatch(ID, before) else None


def wall(answer: Answer) -> Page:
    """Return the page that something else in place of data makes."""
    page = answer.body.lstrip()[:1] == b"<" and answer.status < 500
    return Page(
        answer, outcome="login_wall" if page else "error", message=f"answered {answer.status} without data"
    )


def said(answer: Answer, values: Any) -> str:
    """Return what a refusal says, in the server's words."""
    return " ".join(filter(None, (f"answered {answer.status}", words(values, "error"))))
