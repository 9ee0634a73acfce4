"""Servers with Mastodon's interface, without a key: Mastodon, and what answers as it does.

Accounts are asked about at the server that holds them. An edit says its time; of a post that is gone the server says that it finds
none, and not why. What servers close to strangers is a wall, and no news of the account.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from tracker.collect import mastodon_asking as asking
from tracker.collect import mastodon_cells as cells
from tracker.collect.answers import apart_or, document_or_none, records_of
from tracker.collect.post_cells import words
from tracker.collect.sources import Client
from tracker.collect.timelines import Timeline, account_in, since
from tracker.domain import (
    AccountRef,
    Found,
    Page,
    Parsed,
    Record,
    Release,
    Scope,
    Sought,
)
from tracker.errors import BadInput

name = "mastodon"
platform = "mastodon"
kind = "posts"
needs: tuple[str, ...] = ()
anywhere = True
web_pages = True
per_minute = 30
origin = "the interface of the account's server, /api/v1/accounts (no key is needed on most)"
required = ("id",)
release: Release | None = None
matched = False
scope = {
    "account": "the account, such as mastodon:somebody@server.example",
    "from": "first day asked about, YYYY-MM-DD; else two weeks ago",
}
MOST_PAGES = 200
shape = cells.shape


def question(scope: Scope) -> AccountRef:
    """Return the account that is asked about; refuse one of which no server is known."""
    account = account_in(scope, "account=mastodon:NAME@HOST")
    if not re.fullmatch(r"[\w.-]+@[\w.-]+\.[\w-]+", account.key):
        raise BadInput("no name with a server is known, such as NAME@HOST", field="--scope account")
    return account


def records_in(body: bytes) -> Iterator[Record]:
    """Yield the account, or the posts of a page."""
    yield from records_of(body)


def parse(records: Iterable[Record], scope: Scope) -> Iterator[Parsed]:
    """Yield the profile and a post for each post, once."""
    asked = account_in(scope, "account=mastodon:NAME@HOST")
    accounts, posts, server = list[Record](), dict[str, Record](), cells.server_of(asked)
    for record in records:
        what = shape(record.values)
        if what == "account":
            accounts.append(record)
        elif what == "webfinger":
            server = cells.server_in(record.values) or server
        else:
            posts.setdefault(str(record.values.get("id")), record)
    number = words(accounts[0].values, "id") if accounts else cells.number_of(asked)
    account = replace(asked, native_id=f"{number}@{server}" if number else asked.native_id)
    timeline = Timeline(name, scope, account)
    for record in accounts[:1]:
        yield apart_or(lambda one: cells.profile(one, timeline.profile(), account), record)
    listing = timeline.posts(
        outcome="rows" if posts else "empty_unverified", complete_since=since(scope, days=asking.DAYS)
    )
    yield listing
    for record in posts.values():
        yield apart_or(lambda one: cells.post(one, listing, account, number), record)


# -- asking ------------------------------------------------------------------------------------------------------


def fetch(scope: Scope, client: Client, credentials: Mapping[str, str], cursor: str | None) -> Iterator[Page]:
    """Ask for the account on the server that holds it, then for its posts from the newest on."""
    account, place = question(scope), asking.place_of(cursor) if cursor else None
    if place is None or place.number is None:
        place = yield from asking.account(client, account, place)
    for _ in range(MOST_PAGES):
        if place is None:
            return
        page = asking.listed(client, place, scope)
        yield page
        place = asking.place_of(page.cursor) if page.cursor else None


def find(
    sought: Sequence[Sought], scope: Scope, client: Client, credentials: Mapping[str, str]
) -> Iterator[Found]:
    """Ask for each post by its number; a server says that it finds none, and only 410 that it was deleted."""
    server = cells.server_of(question(scope))
    for one in sought:
        answer = client.get(f"https://{server}/api/v1/statuses/{one.key}")
        values = document_or_none(answer)
        if answer.status == 200:
            yield Found(one.key, "present" if words(values, "id") == one.key else "unknown", answer)
        else:
            standing = asking.GONE.get(answer.status, "unknown") if words(values, "error") else "unknown"
            yield Found(one.key, standing, answer, cells.said(answer, values))
