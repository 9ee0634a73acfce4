"""Bluesky, without a key: profile and posts as the AppView shows them, and as the account's own server keeps them.

An account is its identity (DID); a handle leads to it and may change. An edit leaves no mark but another version of the
record. Where the AppView does not show an account, or none is to be asked, its own server lists all that it wrote.
"""

from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from tracker.collect import bluesky_asking as asking
from tracker.collect import bluesky_cells as cells
from tracker.collect.answers import apart_or, records_of
from tracker.collect.bluesky_asking import Place, Services, values_of
from tracker.collect.post_cells import words
from tracker.collect.sources import Client
from tracker.collect.timelines import Timeline, account_in, since
from tracker.domain import Found, Page, Parsed, Record, Release, Scope, Sought
from tracker.errors import BadInput

name = "bluesky"
platform = "bluesky"
kind = "posts"
needs: tuple[str, ...] = ()
takes = ("BLUESKY_APPVIEW", "BLUESKY_PLC", "BLUESKY_LABELERS")
anywhere = True
web_pages = True
per_minute = 30
budget_seconds = 900
origin = "the public interface of Bluesky and the server of each account (no key is needed)"
required = ("post",)
release: Release | None = None
matched = False
scope = {
    "account": "the account, such as bluesky:somebody.example or its did:plc:…",
    "from": "first day asked about, YYYY-MM-DD; else two weeks ago",
}
MOST_PAGES = 200
shape, hears = cells.shape, cells.HEARS


def question(scope: Scope) -> str:
    """Return the identity or the handle that is asked about; refuse an account of which neither is known."""
    account = account_in(scope, "account=bluesky:NAME")
    asked = account.native_id or account.handle or account.key
    if not asked.startswith("did:") and ("." not in asked or asked.startswith("~")):
        raise BadInput("neither a handle nor an identity is known", field="--scope account")
    return asked


def records_in(body: bytes) -> Iterator[Record]:
    """Yield the entries of a feed or of a list of records, else the one thing that an answer is about."""
    yield from records_of(body, "feed", "records")


def parse(records: Iterable[Record], scope: Scope) -> Iterator[Parsed]:
    """Yield the profile, and a post for each post and repost, once."""
    asked = account_in(scope, "account=bluesky:NAME")
    labels, document, profile, entries = cells.Labels(), dict[str, Any](), None, dict[str, Record]()
    labeler: str | None = None
    for record in records:
        values, what = record.values, shape(record.values)
        if what == "identity":
            document = document or dict(values)
            labeler = words(values, "id")
        elif what == "labels":
            labels.learn(labeler or "", values, scope.observed_at)
        elif what in ("profile", "own profile"):
            profile = profile or record
        elif what != "repository":  # how its own server says that the account stands
            entries.setdefault(cells.key_of(values) or str(record.line), record)
    did = words(document, "id") or next(filter(None, map(cells.did_of, entries)), None)
    account = replace(asked, native_id=did or asked.native_id)
    timeline = Timeline(name, scope, account)
    if profile is not None:
        seen = profile
        yield apart_or(lambda _: cells.profile(seen, document, labels, timeline.profile(), account), profile)
    listing = timeline.posts(
        outcome="rows" if entries else "empty_unverified", complete_since=since(scope, days=asking.DAYS)
    )
    yield listing
    for record in entries.values():
        yield apart_or(lambda one: cells.post(one, listing, account), record)


# -- asking ------------------------------------------------------------------------------------------------------


def fetch(scope: Scope, client: Client, credentials: Mapping[str, str], cursor: str | None) -> Iterator[Page]:
    """Ask who the account is, then for its profile and labels, then for its posts from the newest on."""
    services = Services.of(credentials)
    place = asking.place_of(cursor) if cursor else (yield from _identity(client, services, scope))
    if place and place.part in ("profile", "own"):
        place = yield from _profile(client, services, place)
    if place and place.part in ("shown", "labels"):
        place = yield from asking.labels(client, services, place)
    for _ in range(MOST_PAGES):
        if place is None:
            return
        page = _listed(client, services, scope, place)
        yield page
        place = asking.place_of(page.cursor) if page.cursor else None


def _identity(client: Client, services: Services, scope: Scope) -> Generator[Page, None, Place | None]:
    did, refused = asking.identity_of(client, services, question(scope))
    if did is None:
        if refused is not None:
            yield Page(refused, standing="not_found", outcome="gone", message=asking.said(refused))
        return None
    known = asking.document(client, services, did)
    if words(values_of(known), "id") != did:
        yield asking.refusal(known)
        return None
    place = Place(did, cells.service_of(values_of(known), "#atproto_pds"))
    yield Page(known, place.text, about_account=True)
    return place


def _profile(client: Client, services: Services, place: Place) -> Generator[Page, None, Place | None]:
    """Ask for the profile; where the AppView does not say how the account stands, ask its own server."""
    on = replace(place, part="shown")
    if services.appview is not None:
        answer = asking.profile(client, services, place.did)
        if words(values_of(answer), "did") == place.did:
            yield Page(answer, on.text, about_account=True, standing="present")
            return on
        if words(values_of(answer), "message") != "Profile not found" or place.server is None:
            yield asking.refusal(answer)
            return None
    if place.part == "profile":
        answer, standing = asking.repository(client, place.server or "", place.did)
        if standing != "present" or services.appview is not None:
            yield asking.elsewhere(answer, standing)
            return None
        yield Page(answer, replace(place, part="own").text, about_account=True, standing="present")
    answer = asking.own_profile(client, place)
    if answer.status == 200:
        yield Page(answer, on.text, about_account=True)
    return on


def _listed(client: Client, services: Services, scope: Scope, place: Place) -> Page:
    """Return one page of a list, with the place that follows: older entries, or the list of reposts."""
    answer = asking.listed(client, services, place)
    told = values_of(answer)
    expected = "feed" if place.part == "feed" else "records"
    entries = told.get(expected)
    if answer.status >= 300 or not isinstance(entries, list):
        return Page(answer) if answer.status >= 300 else asking.nothing(answer, f"a list {expected!r}")
    times = [cells.sorted_at(one, scope.observed_at) for one in entries[-1:]]
    newer = all(at is None or at >= since(scope, days=asking.DAYS) for at in times)
    after = words(told, "cursor") if entries and newer else None
    if after:
        return Page(answer, replace(place, after=after).text)
    if place.part == cells.POSTS:
        return Page(answer, replace(place, part=cells.REPOSTS, after=None).text)
    nothing = not entries and not place.after and asking.has_nothing(client, services, place)
    return Page(answer, outcome="empty_confirmed" if nothing else None)


def find(
    sought: Sequence[Sought], scope: Scope, client: Client, credentials: Mapping[str, str]
) -> Iterator[Found]:
    """Ask the AppView for the posts, and the account's own server for those that it leaves out."""
    services = Services.of(credentials)
    shown = asking.shown(client, services, sought)
    left = [one.key for one in sought if one.key not in shown]
    yield from (Found(key, "present", answer) for key, answer in shown.items())
    if left:
        known = asking.document(client, services, cells.did_of(left[0].removesuffix("#repost")) or "")
        server = cells.service_of(values_of(known), "#atproto_pds")
        for key in left:
            yield asking.record(client, services, server, key) if server else Found(key, "unknown", known)
