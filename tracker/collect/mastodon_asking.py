"""How a server with Mastodon's interface is asked: which one holds an account, what it says of it, and its posts page by page.

A name may belong to another host than the server that holds its account (`somebody@example.org` on `social.example.org`):
WebFinger (RFC 7033) of the name's host leads there. It is believed only where that server knows the name as its own.
"""

import json
import re
from collections.abc import Generator, Mapping
from dataclasses import asdict, dataclass, replace

from tracker.collect import mastodon_cells as cells
from tracker.collect.answers import document_or_none, found_in
from tracker.collect.asks import Asks
from tracker.collect.moments import iso_moment
from tracker.collect.post_cells import words
from tracker.collect.timelines import since
from tracker.domain import AccountRef, Answer, Outcome, Page, Scope, Standing, Unanswered
from tracker.errors import AddressRefused, BadInput

DAYS = 14
"""How far back is looked where nobody says from which day on."""
GONE: Mapping[int, Standing] = {404: "not_found", 410: "deleted", 401: "login_wall"}
"""What a server says of an account or a post by its status; only 410 names a cause."""
_OUTCOMES: Mapping[int, Outcome] = {404: "gone", 410: "gone", 401: "login_wall"}


@dataclass(frozen=True, slots=True)
class Place:
    """How far a question came: on which server, whose posts (`number`, or a `name` to look up), before which post.

    `silent` says that the server counts no post of the account.
    """

    server: str
    name: str
    number: str | None = None
    after: str | None = None
    silent: bool = False

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


def account(client: Asks, asked: AccountRef, place: Place | None) -> Generator[Page, None, Place | None]:
    """Ask for the account, where it is not known yet also for the server that holds it; return the place of its posts."""
    if place is None:
        name = asked.key.rpartition("@")[0]
        place = Place(cells.server_of(asked), name, cells.number_of(asked))
        page = _profile(_about(client, place), place)
        elsewhere = None if page.cursor or place.number else _elsewhere(client, asked, place)
        if elsewhere is None:
            yield page
            return place_of(page.cursor) if page.cursor else None
        yield elsewhere
        place = place_of(elsewhere.cursor or "")
    page = _held(_about(client, place), place)
    yield page
    return place_of(page.cursor) if page.cursor else None


def _about(client: Asks, place: Place) -> Answer:
    """Ask by the number that the server gave the account, else by its name."""
    interface = f"https://{place.server}/api/v1/accounts"
    if place.number is not None:
        return client.get(f"{interface}/{place.number}")
    return client.get(f"{interface}/lookup", params={"acct": place.name})


def _elsewhere(client: Asks, asked: AccountRef, place: Place) -> Page | None:
    """Return the answer by which the host of a name says that another server holds it, `None` where it does not."""
    resource = {"resource": f"acct:{asked.handle or asked.key}"}
    try:
        answer = client.get(f"https://{place.server}/.well-known/webfinger", params=resource)
    except (Unanswered, AddressRefused):
        return None
    values = document_or_none(answer)
    server = cells.server_in(values) if answer.status == 200 else None
    if server is None or server == place.server:
        return None
    return Page(answer, Place(server, cells.name_in(values, server, asked)).text, about_account=True)


def _held(answer: Answer, place: Place) -> Page:
    """Return the page that an account makes on the server to which its name led, only if it is one of the server's own."""
    values = document_or_none(answer)
    foreign = cells.is_account(values) and "@" in (words(values, "acct") or "")
    if foreign or answer.status in (404, 410):
        told = f"{place.server}, to which WebFinger leads, does not hold {place.name}"
        return Page(answer, outcome="error", message=f"{told} ({cells.said(answer, values)})")
    return _profile(answer, place)


def _profile(answer: Answer, place: Place) -> Page:
    values = document_or_none(answer)
    number = words(values, "id")
    if answer.status == 200 and cells.is_account(values) and number and re.fullmatch(cells.ID, number):
        if isinstance(values, dict) and values.get("suspended") is True:
            return Page(answer, outcome="gone", standing="suspended", message="the server says: suspended")
        onward = replace(place, number=number, silent=words(values, "statuses_count") == "0")
        moved = cells.moved_to(values, place.server)
        standing: Standing = "moved" if moved else "present"
        return Page(answer, onward.text, message=moved, about_account=True, standing=standing)
    if values is None or answer.status < 300:
        return cells.wall(answer)
    standing, outcome = GONE.get(answer.status, "unknown"), _OUTCOMES.get(answer.status)
    return Page(answer, outcome=outcome, standing=standing, message=cells.said(answer, values))


def listed(client: Asks, place: Place, scope: Scope) -> Page:
    """Ask for a page of posts; return it with the place before its oldest one, as the server names it."""
    asked = {"limit": "40"} | ({"max_id": place.after} if place.after else {})
    answer = client.get(f"https://{place.server}/api/v1/accounts/{place.number}/statuses", params=asked)
    found = document_or_none(answer)
    if answer.status >= 300 or not isinstance(found, list):
        if found is None:
            return cells.wall(answer)
        if answer.status < 300:
            return Page(answer, outcome="error", message=f"a list of posts was expected: {found_in(answer)}")
        return Page(
            answer, outcome="login_wall" if answer.status == 401 else None, message=cells.said(answer, found)
        )
    if not found:
        return Page(answer, outcome="empty_confirmed" if place.silent and not place.after else None)
    oldest = iso_moment(words(found[-1], "created_at"), latest=scope.observed_at).at
    older = cells.older(answer)
    goes_on = older is not None and (oldest is None or oldest >= since(scope, days=DAYS))
    return Page(answer, replace(place, after=older).text if goes_on else None)
