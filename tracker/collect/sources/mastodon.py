"""Servers with Mastodon's interface, without a key: Mastodon, and what answers as it does.

Accounts are asked about at their own server. An edit says its time; of a post that is gone the server says that it finds
none, and not why. What servers close to strangers is a wall, and no news of the account.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from tracker.collect import mastodon_cells as cells
from tracker.collect.answers import apart_or, document_or_none, records_of
from tracker.collect.moments import iso_moment
from tracker.collect.post_cells import words
from tracker.collect.sources import Client
from tracker.collect.timelines import Timeline, account_in, since
from tracker.domain import (
    AccountRef,
    Answer,
    Found,
    Outcome,
    Page,
    Parsed,
    Record,
    Release,
    Scope,
    Sought,
    Standing,
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
DAYS = 14
MOST_PAGES = 200
shape = cells.shape
_PLACE = re.compile(rf"({cells.ID}) ({cells.ID})?")
_GONE: Mapping[int, Standing] = {404: "not_found", 410: "deleted", 401: "login_wall"}

_OUTCOMES: Mapping[int, Outcome] = {404: "gone", 410: "gone", 401: "login_wall"}
"""What a server says of an account or a post by its status; only 410 names a cause."""


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
    accounts, posts = list[Record](), dict[str, Record]()
    for record in records:
        if shape(record.values) == "account":
            accounts.append(record)
        else:
            posts.setdefault(str(record.values.get("id")), record)
    number = words(accounts[0].values, "id") if accounts else _number(asked.native_id)
    known = f"{number}@{cells.host_of(asked)}" if number else None
    account = replace(asked, native_id=known or asked.native_id)
    timeline = Timeline(name, scope, account)
    for record in accounts[:1]:
        yield apart_or(lambda one: cells.profile(one, timeline.profile(), account), record)
    listing = timeline.posts(
        outcome="rows" if posts else "empty_unverified", complete_since=since(scope, days=DAYS)
    )
    yield listing
    for record in posts.values():
        yield apart_or(lambda one: cells.post(one, listing, account, number), record)


# -- asking ------------------------------------------------------------------------------------------------------


def fetch(scope: Scope, client: Client, credentials: Mapping[str, str], cursor: str | None) -> Iterator[Page]:
    """Ask for the account, then for its posts from the newest on; `cursor` is its number and the post to go on before."""
    account, silent = question(scope), False
    server = f"https://{cells.host_of(account)}/api/v1"
    if cursor is None:
        known = _account(client, server, account.key, _number(account.native_id))
        page = _profile(known)
        yield page
        if page.cursor is None:
            return
        cursor, silent = page.cursor, words(document_or_none(known), "statuses_count") == "0"
    for _ in range(MOST_PAGES):
        place = _PLACE.fullmatch(cursor)
        if place is None:
            raise BadInput("the place to go on from is none that is known here")
        more = {"max_id": place[2]} if place[2] else {}
        answer = client.get(f"{server}/accounts/{place[1]}/statuses", params={"limit": "40", **more})
        page = _listed(answer, scope, place[1], silent=silent and not place[2])
        yield page
        if page.cursor is None:
            return
        cursor = page.cursor


def _account(client: Client, server: str, key: str, number: str | None) -> Answer:
    """Ask by the number that the server gave the account, else by its name."""
    if number is not None:
        return client.get(f"{server}/accounts/{number}")
    return client.get(f"{server}/accounts/lookup", params={"acct": key.rpartition("@")[0]})


def _profile(answer: Answer) -> Page:
    values = document_or_none(answer)
    number = words(values, "id")
    if answer.status == 200 and cells.is_account(values) and number and re.fullmatch(cells.ID, number):
        if isinstance(values, dict) and values.get("suspended") is True:
            return Page(answer, outcome="gone", standing="suspended", message="the server says: suspended")
        moved = isinstance(values, dict) and isinstance(values.get("moved"), dict)
        return Page(answer, f"{number} ", about_account=True, standing="moved" if moved else "present")
    if values is None or answer.status < 300:
        return cells.wall(answer)
    standing, outcome = _GONE.get(answer.status, "unknown"), _OUTCOMES.get(answer.status)
    return Page(answer, outcome=outcome, standing=standing, message=cells.said(answer, values))


def _listed(answer: Answer, scope: Scope, number: str, *, silent: bool) -> Page:
    found = document_or_none(answer)
    if answer.status >= 300 or not isinstance(found, list):
        if found is None:
            return cells.wall(answer)
        return Page(
            answer, outcome="login_wall" if answer.status == 401 else None, message=cells.said(answer, found)
        )
    if not found:
        return Page(answer, outcome="empty_confirmed" if silent else None)
    oldest = iso_moment(words(found[-1], "created_at"), latest=scope.observed_at).at
    older = cells.older(answer)
    goes_on = older is not None and (oldest is None or oldest >= since(scope, days=DAYS))
    return Page(answer, f"{number} {older}" if goes_on else None)


def _number(native_id: str | None) -> str | None:
    return native_id.rpartition("@")[0] or None if native_id else None


def find(
    sought: Sequence[Sought], scope: Scope, client: Client, credentials: Mapping[str, str]
) -> Iterator[Found]:
    """Ask for each post by its number; a server says that it finds none, and only 410 that it was deleted."""
    server = f"https://{cells.host_of(question(scope))}/api/v1"
    for one in sought:
        answer = client.get(f"{server}/statuses/{one.key}")
        values = document_or_none(answer)
        if answer.status == 200:
            yield Found(one.key, "present" if words(values, "id") == one.key else "unknown", answer)
        else:
            standing = _GONE.get(answer.status, "unknown") if words(values, "error") else "unknown"
            yield Found(one.key, standing, answer, cells.said(answer, values))
