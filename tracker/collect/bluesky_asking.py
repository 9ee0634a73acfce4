"""How Bluesky's servers are asked: where an identity lives, who shows its posts, and what each says of how it stands.

An identity (DID) is looked up in its directory; the server that keeps its records stands there. What a refusal means is
taken from the words of the protocol's own error names, and from nothing else.
"""

import json
import re
from collections.abc import Generator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any
from urllib.parse import quote, urlencode

from tracker.collect import bluesky_cells as cells
from tracker.collect.answers import document_or_none, found_in
from tracker.collect.asks import Asks
from tracker.collect.post_cells import words
from tracker.domain import Answer, Found, Outcome, Page, Sought, Standing, Unanswered
from tracker.errors import AddressRefused, BadInput

DAYS = 14
"""How far back is looked where nobody says from which day on."""
TAKEDOWN = "!takedown"
"""The label by which a labeler that an AppView heeds takes something down."""
AT_ONCE = 25
"""Posts that the AppView shows in one answer."""
_DID = re.compile(r"did:(?:plc:[a-z2-7]{24}|web:[A-Za-z0-9.-]{3,253})")
_NAMED: Mapping[str, Standing] = {
    "AccountDeactivated": "deactivated", "AccountTakedown": "taken_down", "RepoDeactivated": "deactivated",
    "RepoTakendown": "taken_down", "RepoSuspended": "suspended",
}  # fmt: skip
"""What an error of an account's name says (lexicons of app.bsky.actor and com.atproto.sync)."""
_STATUS: Mapping[str, Standing] = {
    "deactivated": "deactivated", "takendown": "taken_down", "suspended": "suspended", "deleted": "deleted",
}  # fmt: skip
"""What `getRepoStatus` says of a repository that is not active; other words are no news of it."""
MOST_LABELERS = 20
"""Labelers that the AppView takes in one question."""


@dataclass(frozen=True, slots=True)
class Services:
    """Whom to ask: the AppView (`None` where none is), the directory of identities, and the labelers."""

    appview: str | None
    directory: str
    labelers: tuple[str, ...]

    @classmethod
    def of(cls, held: Mapping[str, str]) -> "Services":
        """Return what the settings say; refuse an address or an identity that is none."""
        appview = held.get("BLUESKY_APPVIEW", "https://public.api.bsky.app").rstrip("/")
        directory = held.get("BLUESKY_PLC", "https://plc.directory").rstrip("/")
        named = [one.strip() for one in held.get("BLUESKY_LABELERS", "").split(",")]
        labelers = tuple(dict.fromkeys(filter(None, named)))
        for name, value in (("BLUESKY_APPVIEW", appview), ("BLUESKY_PLC", directory)):
            if not value.startswith(("https://", "http://")) and (name, value) != ("BLUESKY_APPVIEW", "none"):
                raise BadInput(f"{value[:60]!r} is no address", field=f"TRACKER_{name}")
        if wrong := [one for one in labelers if not _DID.fullmatch(one)]:
            raise BadInput(f"{wrong[0][:60]!r} is no identity (did:plc:…)", field="TRACKER_BLUESKY_LABELERS")
        if len(labelers) > MOST_LABELERS:
            raise BadInput(
                f"{len(labelers)} labelers; at most {MOST_LABELERS}", field="TRACKER_BLUESKY_LABELERS"
            )
        return cls(None if appview == "none" else appview, directory, labelers)

    @property
    def wanted(self) -> dict[str, str]:
        """Return the header that says whose labels the AppView shall show."""
        return {"atproto-accept-labelers": ", ".join(self.labelers)} if self.labelers else {}


@dataclass(frozen=True, slots=True)
class Place:
    """How far a question came: whose, on which server, which list, and where in it."""

    did: str
    server: str | None
    part: str = "profile"
    after: str | None = None

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


def ask(
    client: Asks, server: str, method: str, asked: Mapping[str, str], headers: Mapping[str, str] | None = None
) -> Answer:
    """Ask a server for one method of the protocol."""
    return client.get(f"{server}/xrpc/{method}", params=asked, headers=headers)


def values_of(answer: Answer) -> Mapping[str, Any]:
    """Return the object that an answer is, an empty one when it is none."""
    found = document_or_none(answer)
    return found if isinstance(found, dict) else {}


def said(answer: Answer) -> str:
    """Return what a refusal says, in the server's words."""
    told = values_of(answer)
    error, message = words(told, "error"), words(told, "message")
    status = words(told, "status")
    return " ".join(filter(None, (f"answered {answer.status}", error, message or status)))


# -- who ---------------------------------------------------------------------------------------------------------


def identity_of(client: Asks, services: Services, name: str) -> tuple[str | None, Answer | None]:
    """Return the identity that a handle leads to, and the answer that does not say one.

    The AppView is asked first, then the site of the handle itself.
    """
    if _DID.fullmatch(name):
        return name, None
    refused: Answer | None = None
    if services.appview is not None:
        refused = ask(client, services.appview, "com.atproto.identity.resolveHandle", {"handle": name})
        if did := words(values_of(refused), "did"):
            return did, None
    try:
        answer = client.get(f"https://{name}/.well-known/atproto-did")
    except (Unanswered, AddressRefused):
        if refused is None:
            raise
        return None, refused
    did = answer.body[:300].decode(errors="replace").strip()
    return (did, None) if answer.status == 200 and _DID.fullmatch(did) else (None, refused or answer)


def document(client: Asks, services: Services, did: str) -> Answer:
    """Return the answer that holds the document of an identity: of the directory, or of its own site (did:web)."""
    if did.startswith("did:web:"):
        return client.get(f"https://{did.removeprefix('did:web:')}/.well-known/did.json")
    return client.get(f"{services.directory}/{quote(did, safe=':')}")


def nothing(answer: Answer, expected: str) -> Page:
    """Return the page that something else in place of `expected` makes."""
    page = answer.body.lstrip()[:1] == b"<"
    message = f"{answer.url} answered without {expected}: {found_in(answer)}"
    return Page(answer, outcome="login_wall" if page else "error", message=message)


def refusal(answer: Answer) -> Page:
    """Return the page that an identity without a document, or an account that is not shown, makes."""
    if answer.status < 300:
        return nothing(answer, "the identity that was asked about")
    standing = _NAMED.get(words(values_of(answer), "error") or "", "unknown")
    if answer.status in (404, 410) and "did:" in answer.url:
        standing = "deleted" if answer.status == 410 else "not_found"
    gone = standing != "unknown"
    return Page(answer, outcome="gone" if gone else None, standing=standing, message=said(answer))


def repository(client: Asks, server: str, did: str) -> tuple[Answer, Standing]:
    """Return what an account's own server says of how it stands."""
    answer = ask(client, server, "com.atproto.sync.getRepoStatus", {"did": did})
    told = values_of(answer)
    if answer.status == 200:
        active = told.get("active") is True
        return answer, "present" if active else _STATUS.get(words(told, "status") or "", "unknown")
    named = words(told, "error") or ""
    return answer, "not_found" if named == "RepoNotFound" else _NAMED.get(named, "unknown")


def profile(client: Asks, services: Services, did: str) -> Answer:
    """Ask the AppView for a profile, with the labels of the labelers that are wanted."""
    return ask(client, services.appview or "", "app.bsky.actor.getProfile", {"actor": did}, services.wanted)


def own_profile(client: Asks, place: Place) -> Answer:
    """Ask an account's own server for the profile that it wrote."""
    asked = {"repo": place.did, "collection": cells.PROFILE, "rkey": "self"}
    return ask(client, place.server or "", "com.atproto.repo.getRecord", asked)


def elsewhere(answer: Answer, standing: Standing) -> Page:
    """Return the page of an account that is not shown, by what its own server says of how it stands."""
    if standing == "present":
        words_of = f"its own server says that it is there ({said(answer)}); the AppView does not show it"
        return Page(answer, outcome="gone", standing="unknown", message=words_of)
    outcome: Outcome = "error" if standing == "unknown" else "gone"
    return Page(answer, outcome=outcome, standing=standing, message=said(answer))


# -- its posts ---------------------------------------------------------------------------------------------------


def listed(client: Asks, services: Services, place: Place) -> Answer:
    """Ask for one page of a list: of the AppView's feed, or of the records on the account's own server."""
    more = {"cursor": place.after} if place.after else {}
    if place.part == "feed":
        asked = {
            "actor": place.did,
            "limit": "100",
            "filter": "posts_with_replies",
            "includePins": "false",
            **more,
        }
        method = "app.bsky.feed.getAuthorFeed"
        return ask(client, services.appview or "", method, asked, services.wanted)
    asked = {"repo": place.did, "collection": place.part, "limit": "100", **more}
    return ask(client, place.server or "", "com.atproto.repo.listRecords", asked)


def has_nothing(client: Asks, services: Services, place: Place) -> bool:
    """Say whether the account's own server states that it has no post at all."""
    if place.server is None:
        return False
    try:
        first = [listed(client, services, replace(place, part=one)) for one in (cells.POSTS, cells.REPOSTS)]
    except (Unanswered, AddressRefused):
        return False
    return all(answer.status == 200 and values_of(answer).get("records") == [] for answer in first)


# -- labels ------------------------------------------------------------------------------------------------------


def labels(client: Asks, services: Services, place: Place) -> Generator[Page, None, Place]:
    """Ask each labeler itself for its labels on an account and its profile; return the place of the lists that follow.

    Its own document comes first, so that an answer without any label is known to be that of a labeler. One that does not
    answer is passed over: none of its labels is known to be none.
    """
    for number, labeler in enumerate(services.labelers):
        if place.part == "labels" and number < int(place.after or 0):
            continue
        known = _document_or_none(client, services, labeler)
        subjects = (place.did, f"at://{place.did}/{cells.PROFILE}/self")
        told = _label_answer(client, services, labeler, subjects, known)
        if known is not None and told is not None:
            if place.part != "labels" or place.after != f"{number}":
                yield Page(known, replace(place, part="labels", after=f"{number}").text, about_account=True)
            place = replace(place, part="labels", after=f"{number + 1}")
            yield Page(told, place.text, about_account=True)
    return replace(place, part="feed" if services.appview else cells.POSTS, after=None)


def _document_or_none(client: Asks, services: Services, did: str) -> Answer | None:
    try:
        return document(client, services, did)
    except (Unanswered, AddressRefused):
        return None


def _label_answer(
    client: Asks, services: Services, labeler: str, subjects: Sequence[str], known: Answer | None = None
) -> Answer | None:
    """Return a labeler's answer about an account or posts, `None` where it gives none."""
    known = known or _document_or_none(client, services, labeler)
    address = cells.service_of(values_of(known), "#atproto_labeler") if known else None
    asked = urlencode([*(("uriPatterns", one) for one in subjects), ("sources", labeler), ("limit", "250")])
    try:
        told = client.get(f"{address}/xrpc/com.atproto.label.queryLabels?{asked}") if address else None
    except (Unanswered, AddressRefused):
        return None
    return told if told is not None and told.status == 200 and "labels" in values_of(told) else None


# -- one post ----------------------------------------------------------------------------------------------------


def shown(client: Asks, services: Services, sought: Sequence[Sought]) -> dict[str, Answer]:
    """Return the answers of the AppView that show posts, by their keys; what it leaves out has none."""
    found: dict[str, Answer] = {}
    posts = [one.key for one in sought if f"/{cells.POSTS}/" in one.key]
    for start in range(0, len(posts) if services.appview else 0, AT_ONCE):
        asked = urlencode([("uris", uri) for uri in posts[start : start + AT_ONCE]])
        answer = client.get(f"{services.appview}/xrpc/app.bsky.feed.getPosts?{asked}")
        told = values_of(answer).get("posts")
        uris = [words(one, "uri") for one in told] if isinstance(told, list) else []
        found |= {uri: answer for uri in uris if uri}
    return found


def record(client: Asks, services: Services, server: str, key: str) -> Found:
    """Ask an account's own server for a record, and its repository where it does not show it.

    A post that the server hides stands in the signed repository still, and one that was deleted does not.
    """
    _, _, did, collection, name = key.removesuffix("#repost").split("/")
    answer = ask(
        client, server, "com.atproto.repo.getRecord", {"repo": did, "collection": collection, "rkey": name}
    )
    if answer.status == 200 and words(values_of(answer), "uri") == key:
        left_out = services.appview is not None and collection == cells.POSTS
        return _moderated(client, services, key, answer) if left_out else Found(key, "present", answer)
    if words(values_of(answer), "error") != "RecordNotFound":
        status, standing = repository(client, server, did)
        return Found(key, "unknown" if standing == "present" else standing, status, said(status))
    proof = ask(
        client, server, "com.atproto.sync.getRecord", {"did": did, "collection": collection, "rkey": name}
    )
    if proof.status != 200 or "json" in proof.headers.get("content-type", ""):
        named = words(values_of(proof), "error") or ""
        return Found(key, "deleted" if named == "RecordNotFound" else "not_found", proof, said(answer))
    hidden = _encoded(collection) in proof.body
    return Found(key, "taken_down" if hidden else "deleted", proof, said(answer))


def _encoded(collection: str) -> bytes:
    """Return how a record of a collection begins inside a repository (DAG-CBOR, a short text each)."""
    return b"\x65$type" + bytes([0x60 + len(collection)]) + collection.encode()


def _moderated(client: Asks, services: Services, key: str, answer: Answer) -> Found:
    """Return why the AppView leaves out a post that its author's server has, where a labeler says it."""
    for labeler in services.labelers:
        told = _label_answer(client, services, labeler, (key,))
        given = cells.Labels()
        given.learn(labeler, values_of(told) if told else {}, None)
        if told and TAKEDOWN in given.by[labeler]:
            return Found(key, "taken_down", told, f"labelled {TAKEDOWN} by {labeler}")
    return Found(
        key, "unknown", answer, "its own server has it; the AppView leaves it out and does not say why"
    )
