"""What Bluesky's servers answer of an account: its identity, its profile, its labels and its posts. Pure.

A record has the same words whoever hands it out, the account's own server or the AppView; numbers and labels stand only
in the AppView's view of it. Pictures are named by their content, so that their addresses are made from it.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tracker.collect.cells import cell_text
from tracker.collect.fields import object_at, words_at
from tracker.collect.moments import iso_moment
from tracker.collect.post_cells import at, counts, distinct, first, objects, words
from tracker.collect.weblinks import canonical, hashtags_in
from tracker.domain import (
    HEARD,
    LABELLED_BY,
    AccountRef,
    Listing,
    Look,
    Media,
    PlatformLabel,
    Post,
    PostDetails,
    PostKind,
    Profile,
    Record,
)  # fmt: skip
from tracker.errors import BadInput

POSTS, REPOSTS, PROFILE = "app.bsky.feed.post", "app.bsky.feed.repost", "app.bsky.actor.profile"
HEARS = ("atproto-accept-labelers", "atproto-content-labelers")
"""Whose labels were wanted, and whose the AppView looked for; it answers without a word for the others."""
_CDN = "https://cdn.bsky.app/img/feed_fullsize/plain"
_COUNTERS = {
    "likeCount": "likes", "repostCount": "reposts", "replyCount": "replies", "quoteCount": "quotes",
    "bookmarkCount": "bookmarks",
}  # fmt: skip
_FOLLOWERS = {"followersCount": "followers", "followsCount": "following", "postsCount": "posts"}

Values = Mapping[str, Any]


@dataclass(slots=True)
class Labels:
    """The labels in force that labelers gave an account when they were asked themselves, by issuer."""

    by: dict[str, list[str]] = field(default_factory=dict)

    def learn(self, labeler: str, values: Values, now: datetime | None) -> None:
        """Take over a labeler's answer; a label that was taken back, or whose time is over, is none."""
        mine = self.by.setdefault(labeler, [])
        for label in objects(values, "labels"):
            if label.get("src") == labeler and _is_in_force(label, now):
                mine.append(cell_text(label.get("val")))

    def on(self, shown: Iterable[Values], now: datetime) -> tuple[PlatformLabel, ...]:
        """Return the labels of an account: a labeler's own word goes before what the AppView shows of it."""
        found = [
            PlatformLabel(cell_text(label.get("val")), cell_text(label.get("src")))
            for label in shown
            if cell_text(label.get("src")) not in self.by and _is_in_force(label, now)
        ]
        asked = [PlatformLabel(value, by) for by, given in self.by.items() for value in given]
        return tuple(dict.fromkeys([*found, *asked]))


def _is_in_force(label: Values, now: datetime | None) -> bool:
    """Say whether a label stands, by its time where one is given; times of the protocol are UTC and sort as text."""
    over = cell_text(label.get("exp"))[:19]
    return label.get("neg") is not True and not (now and over and over < now.isoformat()[:19])


def shape(values: Values) -> str:
    """Name what a record is: somebody's `identity`, `labels`, a `repository`, a `profile`, a `post`, a `repost`.

    What the account's own server hands out has other words for it: `own profile`, `post record`, `repost record`.
    """
    if "service" in values:
        return "identity"
    if "labels" in values and "did" not in values:
        return "labels"
    if "active" in values:
        return "repository"
    if "did" in values:
        return "profile"
    if "post" in values:
        return "repost" if is_repost(values) else "post"
    kept = words(values, "uri") or ""
    return (
        "own profile"
        if f"/{PROFILE}/" in kept
        else "repost record"
        if f"/{REPOSTS}/" in kept
        else "post record"
    )


def looked_for(values: Values) -> tuple[str, ...] | None:
    """Return the labelers whose labels the AppView looked for when it answered, `None` where it does not say."""
    named = at(values, HEARD, HEARS[1])
    if not isinstance(named, str):
        return None
    found = (one.partition(";")[0].strip() for one in named.split(","))
    return distinct(one for one in found if one.startswith("did:"))


def did_of(uri: object) -> str | None:
    """Return whose record an address is (`at://did:plc:…/collection/key`)."""
    parts = uri.split("/") if isinstance(uri, str) else []
    return parts[2] if len(parts) == 5 and parts[0] == "at:" and parts[2].startswith("did:") else None


def service_of(document: Values, fragment: str) -> str | None:
    """Return where a service of an identity stands, such as its `#atproto_pds`."""
    named = (fragment, f"{document.get('id')}{fragment}")
    found = (one.get("serviceEndpoint") for one in objects(document, "service") if one.get("id") in named)
    address = next(found, None)
    return address.rstrip("/") if isinstance(address, str) and address.startswith("http") else None


def handle_of(document: Values) -> str | None:
    """Return the handle that an identity says is its own."""
    known = document.get("alsoKnownAs")
    named = [one for one in known if isinstance(one, str)] if isinstance(known, list) else []
    return next((one[5:] for one in named if one.startswith("at://")), None)


# -- the account -------------------------------------------------------------------------------------------------


def profile(
    record: Record, document: Values, labels: Labels, listing: Listing, account: AccountRef
) -> Profile:
    """Return a profile, as the AppView shows it or as the account wrote it on its own server.

    Its own labels are always shown. The AppView leaves out what is not there: no verification is none.
    """
    values = record.values
    viewed = "did" in values
    said = values if viewed else object_at(record, values, "value")
    did = account.native_id or ""
    own = [{"src": did, "val": one.get("val")} for one in objects(said, "labels", "values")]
    given = labels.on(objects(values, "labels") if viewed else own, listing.observed_at)
    handle = words_at(record, values, "handle") if viewed else handle_of(document)
    server = service_of(document, "#atproto_pds")
    return Profile(
        listing=listing, account=account, labels=given, line=record.line,
        labelled_by=distinct((did, *labels.by, *(looked_for(values) or ()))),
        look=Look(
            listing.observed_at, None if handle == "handle.invalid" else handle, words_at(record, said, "displayName"),
            words_at(record, said, "description", longest=10_000) or "",
        ),
        verified=_verified(values) if viewed else None, counts=counts(values, _FOLLOWERS),
        joined_at=iso_moment(said.get("createdAt"), latest=listing.observed_at).at,
        website=words(said, "website"), picture=words(values, "avatar"), extra=_beside(values, server),
    )  # fmt: skip


def _verified(values: Values) -> str:
    if words(values, "verification.trustedVerifierStatus") == "valid":
        return "trusted verifier"
    return words(values, "verification.verifiedStatus") or "none"


def _beside(values: Values, server: str | None) -> dict[str, Any]:
    verifiers = distinct(words(one, "issuer") for one in objects(values, "verification", "verifications"))
    found = {
        "server": server, "pinned": words(values, "pinnedPost.uri", "value.pinnedPost.uri"),
        "verified_by": list(verifiers), "labeler": at(values, "associated", "labeler") is True,
        "pronouns": words(values, "pronouns", "value.pronouns"),
    }  # fmt: skip
    return {name: value for name, value in found.items() if value}


# -- its posts ---------------------------------------------------------------------------------------------------


def key_of(values: Values) -> str:
    """Return the address of the record that an entry of a feed, or of a list of records, is about."""
    reposted = words(values, "reason.uri") if is_repost(values) else None
    lone = f"{words(values, 'post.uri')}#repost" if is_repost(values) else None
    return reposted or lone or words(values, "post.uri", "uri") or ""


def is_repost(values: Values) -> bool:
    """Say whether an entry of a feed is a repost."""
    return (words(values, "reason.$type") or "").endswith("reasonRepost")


def sorted_at(values: object, latest: datetime) -> datetime | None:
    """Return the time by which an entry stands where it does in its list: the earlier of when it was written and indexed."""
    if words(values, "reason.indexedAt"):
        return iso_moment(words(values, "reason.indexedAt"), latest=latest).at
    paths = ("post.record.createdAt", "post.indexedAt", "value.createdAt")
    found = [iso_moment(words(values, path), latest=latest).at for path in paths]
    return min(filter(None, found), default=None)


def post(record: Record, listing: Listing, account: AccountRef) -> Post:
    """Return the post or the repost that an entry is; refuse one of somebody else."""
    values, key = record.values, key_of(record.values)
    whose = words(values, "reason.by.did") if is_repost(values) else did_of(key)
    if did_of(key.removesuffix("#repost")) is None or whose != account.native_id:
        raise BadInput(f"{key[:80]!r} is no record of {account.native_id}", line=record.line, field="uri")
    if is_repost(values) or f"/{REPOSTS}/" in key:
        return _repost(record, key, listing, account)
    said = first(values, "post.record", "value")
    if not isinstance(said, dict):
        raise BadInput("the record of the post is missing", line=record.line, field="record")
    when = iso_moment(said.get("createdAt"), latest=listing.observed_at)
    own = [{"src": account.native_id, "val": one.get("val")} for one in objects(said, "labels", "values")]
    shown = [one for one in objects(values, "post", "labels") if _is_in_force(one, listing.observed_at)]
    details = _details(values, said, account.native_id or "", [*shown, *own])
    text = words_at(record, said, "text", longest=100_000) or ""
    return Post(
        listing, key, account, text, when.at, when.printed, None, address_of(key), record.line, details
    )


def address_of(uri: str) -> str | None:
    """Return where readers find a post."""
    did, parts = did_of(uri), uri.split("/")
    return f"https://bsky.app/profile/{did}/post/{parts[4]}" if did and parts[3] == POSTS else None


def _repost(record: Record, key: str, listing: Listing, account: AccountRef) -> Post:
    """Return a repost: the words, where they are shown, are another's."""
    values = record.values
    what = words(values, "post.uri", "value.subject.uri") or ""
    when = iso_moment(first(values, "reason.indexedAt", "value.createdAt"), latest=listing.observed_at)
    details = PostDetails(
        kind="repost", author=did_of(what), repost_of=what or None, version=words(values, "reason.cid", "cid")
    )
    text = words(values, "post.record.text") or ""
    return Post(
        listing, key, account, text, when.at, when.printed, None, address_of(what), record.line, details
    )


def _details(values: Values, said: Values, did: str, labels: Iterable[Values]) -> PostDetails:
    features = [one for facet in objects(said, "facets") for one in objects(facet, "features")]
    embed = _embedded(said)
    quoted = words(said, "embed.record.record.uri", "embed.record.uri")
    linked = [*(words(one, "uri") for one in features), words(embed, "external.uri")]
    languages = _texts(said.get("langs"))
    tagged = _texts(said.get("tags"))
    asked = looked_for(values)
    kept = {
        "languages": languages if len(languages) > 1 else None, "indexed_at": words(values, "post.indexedAt"),
        LABELLED_BY: None if asked is None else list(distinct((did, *asked))),
    }  # fmt: skip
    return PostDetails(
        kind=_kind(said, quoted), language=next(iter(languages), None), reply_to=words(said, "reply.parent.uri"),
        root=words(said, "reply.root.uri"), quote_of=quoted, links=distinct(map(canonical, filter(None, linked))),
        hashtags=distinct([*(words(one, "tag") for one in features), *tagged]) or hashtags_in(cell_text(said.get("text"))),
        mentions=distinct(words(one, "did") for one in features), media=tuple(_media(embed, did)),
        labels=tuple(sorted({f"{label.get('val')} by {label.get('src')}" for label in labels})),
        version=words(values, "post.cid", "cid"), counts=counts(values.get("post"), _COUNTERS),
        extra={name: value for name, value in kept.items() if value},
    )  # fmt: skip


def _texts(given: object) -> list[str]:
    return [one for one in given if isinstance(one, str)] if isinstance(given, list) else []


def _kind(said: Values, quoted: str | None) -> PostKind:
    return "reply" if isinstance(said.get("reply"), dict) else "quote" if quoted else "post"


def _embedded(said: Values) -> Values:
    """Return what is embedded beside a quotation."""
    embed = at(said, "embed", "media") or said.get("embed")
    return embed if isinstance(embed, dict) else {}


def _media(embed: Values, did: str) -> Iterator[Media]:
    for image in objects(embed, "images"):
        name = words(image, "image.ref.$link")
        yield Media("image", f"{_CDN}/{did}/{name}" if name else None, words(image, "alt"))
    if name := words(embed, "video.ref.$link"):
        address = f"https://video.bsky.app/watch/{did}/{name}/playlist.m3u8"
        yield Media("video", address, words(embed, "alt"))
