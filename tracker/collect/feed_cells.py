"""What an entry of a feed says: its key, when it was published, its text without markup. Pure."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, tzinfo
from typing import Any

from tracker.collect.fields import stated
from tracker.collect.moments import Moment, moment
from tracker.collect.plaintext import Shown, shown, text_of, tidied, whole
from tracker.collect.weblinks import address_key, canonical, host_in
from tracker.domain import AccountRef, Listing, Look, Media, Post, PostDetails, Profile, Record, Scope

_LONGEST_KEY = 300
_FULL = 600
"""Characters from which a text is taken for the whole article and not for its beginning."""

Values = Mapping[str, Any]
_APART: tuple[tuple[str, ...], ...] = (("link",), ("link", "published"), ("link", "published", "title"))
"""By which fields entries that share an id are told apart: the first that suffice."""


def keys(entries: Sequence[Values]) -> list[str]:
    """Return a key for each of `entries`, of which no two are the same, whatever their order; no two keys are alike.

    It is the id, else the link, else what stands in the entry. Entries that share one are told apart by link, date and title.
    """
    found = [_key(entry) for entry in entries]
    for places in _sharing(found):
        marks = _marks([entries[place] for place in places])
        for place, mark in zip(places, marks, strict=True):
            found[place] = f"{found[place]} {mark}"
    while shared := _sharing(found):  # an id that was made to look like a marked one
        kinds = len(set(found))
        for place in (place for places in shared for place in places):
            found[place] = f"{found[place]} {_digest(sorted(entries[place].items()))}"
        if len(set(found)) == kinds:  # the same entry several times
            break
    return found


def _sharing(keys: Sequence[str]) -> list[list[int]]:
    """Return the places of keys that stand more than once, those of one key together."""
    places: dict[str, list[int]] = defaultdict(list)
    for place, key in enumerate(keys):
        places[key].append(place)
    return [found for found in places.values() if len(found) > 1]


def keyed_as_asked(records: Iterable[Record], scope: Scope) -> list[Record]:
    """Return the entries as a person wants them known: with `key=link` without their ids, which change in some feeds."""
    if stated(scope, "key", "id|link", "id") == "id":
        return list(records)
    return [
        record._replace(values={**record.values, "id": None})
        if record.values.get("kind") == "entry"
        else record
        for record in records
    ]


def distinct(records: Iterable[Record]) -> tuple[list[Record], int]:
    """Return the records, each once, and how many repeat one as it was."""
    seen: dict[str, Record] = {}
    total = 0
    for record in records:
        total += 1
        seen.setdefault(_digest(sorted(record.values.items())), record)
    return list(seen.values()), total - len(seen)


def profile(feed: Values, listing: Listing, account: AccountRef, line: int | None = None) -> Profile:
    """Return what a feed says of itself."""
    name, bio = (text_of(str(feed.get(field) or "")) or None for field in ("title", "subtitle"))
    return Profile(
        listing=listing, account=account, look=Look(listing.observed_at, handle=account.handle, name=name, bio=bio),
        website=whole(feed.get("link"), None), language=feed.get("language"), line=line,
        extra={"feed_format": feed["version"]} if feed.get("version") else {},
    )  # fmt: skip


def post(
    entry: Values, key: str, listing: Listing, account: AccountRef, *, zone: tzinfo | None
) -> tuple[Post, Moment]:
    """Return the post that an entry is, and how its date was read."""
    link = whole(entry.get("link"), entry.get("base") or None)
    base = link or entry.get("base") or None
    body = _body(entry, base)
    title = _title(entry)
    latest = listing.observed_at
    published = _when(entry, "published", zone, latest)
    updated = _when(entry, "updated", zone, latest)
    first = published if published.printed else updated
    edited = updated.at if published.at and updated.at and updated.at > published.at else None
    details = PostDetails(
        title=title, language=entry.get("language"), edited_at=edited, author=text_of(entry.get("author") or "") or None,
        links=tuple(map(canonical, body.links)), media=_media(entry, body, base), version=updated.printed,
        extra=_extra(entry, key, first),
    )  # fmt: skip
    text = body.text or title or ""
    url = canonical(link) if link else None
    return Post(listing, key, account, text, first.at, first.printed, None, url, None, details), first


def is_whole(entries: Iterable[Values]) -> bool:
    """Say whether a feed holds the articles themselves and not just their beginnings."""
    lengths = [len(_body(entry, None).text) for entry in entries]
    whole_ones = [length for length in lengths if length >= _FULL]
    return 2 * len(whole_ones) > len(lengths)


def _key(entry: Values) -> str:
    stated = " ".join(str(entry.get("id") or "").split())
    link = whole(entry.get("link"), entry.get("base") or None)
    if not stated and link:
        stated = address_key(link)
    if not stated:
        return f"~{_digest([entry.get(field) for field in ('title', 'published', 'updated', 'link')])}"
    return stated if len(stated) <= _LONGEST_KEY else f"{stated[:_LONGEST_KEY]}~{_digest(stated)}"


def _marks(entries: Sequence[Values]) -> list[str]:
    """Return a mark for each of the entries that share a key, no two alike."""
    for fields in _APART:
        marks = [_digest([_steady(entry, field) for field in fields]) for entry in entries]
        if len(set(marks)) == len(marks):
            return marks
    return [_digest(sorted(entry.items())) for entry in entries]


def _steady(entry: Values, field: str) -> object:
    """Return a field as it stays when the entry is seen again."""
    value = entry.get(field)
    return address_key(value) if field == "link" and isinstance(value, str) else value


def _digest(value: object) -> str:
    return hashlib.blake2b(repr(value).encode(errors="replace"), digest_size=6).hexdigest()


def _title(entry: Values) -> str | None:
    return _part(str(entry.get("title") or ""), entry.get("title_type"), None).text or None


def _body(entry: Values, base: str | None) -> Shown:
    """Return the longest of the texts that an entry gives of itself."""
    parts = [(part["value"], part["type"], part["base"] or base) for part in entry.get("content", [])]
    parts.append((str(entry.get("summary") or ""), entry.get("summary_type"), base))
    read = [_part(words, kind, place) for words, kind, place in parts if words.strip()]
    return max(read, key=lambda found: len(found.text), default=Shown(""))


def _part(words: str, kind: str | None, base: str | None) -> Shown:
    return Shown(tidied(words)) if kind == "text/plain" else shown(words, base)


def _when(entry: Values, field: str, zone: tzinfo | None, latest: datetime) -> Moment:
    return moment(entry.get(field), entry.get(f"{field}_at"), zone=zone, latest=latest)


def _media(entry: Values, body: Shown, base: str | None) -> tuple[Media, ...]:
    stated = [Media(file["kind"], whole(file["url"], base)) for file in entry.get("media", [])]
    found = {one.url: one for one in (*body.media, *stated) if one.url}
    return tuple(found.values())


def _extra(entry: Values, key: str, first: Moment) -> dict[str, Any]:
    stated = entry.get("id")
    kept = {
        "categories": [tag for tag in entry.get("tags", []) if tag], "date_doubt": first.doubt,
        "id": stated if stated and stated != key else None,
    }  # fmt: skip
    return {name: value for name, value in kept.items() if value}


def told(moments: Sequence[Moment]) -> Iterator[str]:
    """Yield what a person should know of the dates of a feed, each doubt once with how many it holds for."""
    doubts: dict[str, list[str]] = defaultdict(list)
    for one in moments:
        if one.doubt:
            doubts[one.doubt].append(one.printed or "")
    for doubt, printed in doubts.items():
        yield f"{len(printed):,} of {len(moments):,} dates: {doubt}, such as {printed[0][:60]!r}"


def same_site(address: str, account: AccountRef) -> bool:
    """Say whether an address is on the site that an account is."""
    host = host_in(address)
    return host == account.key or host.endswith(f".{account.key}")
