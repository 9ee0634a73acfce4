"""What every file of posts shares: whose a post is, when it was seen, what repeats, and what is kept apart. Pure.

A file holds many accounts, so each has a listing of its own for each time at which something of it was seen.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import lru_cache
from hashlib import blake2b
from itertools import chain
from typing import Any

from tracker.collect.answers import advertiser_key
from tracker.collect.cells import read_date
from tracker.collect.moments import AHEAD, FIRST
from tracker.domain import AccountRef, Listing, Notice, Parsed, Post, Profile, Quarantined, Record, Scope
from tracker.errors import BadInput
from tracker.registry.handles import account_ref

REMEMBERED = 500_000
"""Posts of a file whose words are remembered, to tell a repeated record from one that contradicts it."""
_LONGEST_NAME = 500
_ID = re.compile(r"[\x21-\x7e]{1,200}")
BY_ID = frozenset({"bluesky", "facebook", "youtube"})
"""Platforms whose accounts are known here by their id where one is given; elsewhere by the handle."""
_ADDRESSES = {
    "bluesky": "https://bsky.app/profile/{}", "facebook": "https://www.facebook.com/{}",
    "x": "https://x.com/i/user/{}", "youtube": "https://www.youtube.com/channel/{}",
}  # fmt: skip

PERIOD = {
    "from": "the first day that the file covers, whether or not there was a post, YYYY-MM-DD",
    "to": "the last day that the file covers, YYYY-MM-DD",
}
"""What a person says of a file that holds the posts of a time; without it nobody knows what a day without a post means."""

Read = Callable[[Record], Iterable[Parsed]]


class PostFile:
    """The listings of a file, and what is known of it so far.

    `asked` tells apart questions whose answers cannot be compared, as in `Timeline`.
    """

    def __init__(self, source: str, scope: Scope, asked: str = "*"):
        self._source, self._scope, self._asked = source, scope, asked
        self._covers = _period(scope)
        self._outside = 0
        self._listings: dict[tuple[str, str, datetime, str], Listing] = {}
        self._words: dict[tuple[int, str], bytes] = {}
        self._shown: set[int] = set()
        self._items = 0
        self._apart: Counter[str] = Counter()

    def posts_of(self, account: AccountRef, at: datetime | None = None) -> Listing:
        """Return the listing of the posts of an account that were seen at a time, by default that of the scope."""
        return self._listing(account, at, self._asked)

    def profile_of(self, account: AccountRef, at: datetime | None = None) -> Listing:
        """Return the listing of the profile of an account, which shows nothing else."""
        return self._listing(account, at, "profile")

    def seen_at(self, record: Record, field: str, at: datetime) -> datetime:
        """Return when a tool saw something; refuse a time before the web or after the import."""
        if not FIRST < at < self._scope.observed_at + AHEAD:
            raise BadInput(
                f"seen at {at}, before the web or after this import", line=record.line, field=field
            )
        return at

    def parsed(self, records: Iterable[Record], read: Read) -> Iterator[Parsed]:
        """Yield what `read` makes of each record; one that it refuses is kept apart.

        Of the profiles of one listing the first is yielded. A post that comes again as it was is yielded again, and
        counts as unchanged; with other words, although it was seen at the same time, it is kept apart.
        """
        for record in records:
            _check_not_glued(record)
            try:
                for item in read(record):
                    yield from self._passing(record, item)
            except BadInput as error:
                self._apart[error.field or ""] += 1
                yield Quarantined(record.line, error.field or "", error.found, record.values)
        yield from self._end()

    def _passing(self, record: Record, item: Parsed) -> Iterator[Parsed]:
        self._items += isinstance(item, Post | Profile)
        if isinstance(item, Profile):
            if id(item.listing) in self._shown:
                return
            self._shown.add(id(item.listing))
        elif isinstance(item, Post):
            self._compare(item)
            if len(self._words) > REMEMBERED:
                self._words.clear()
            words = blake2b(item.text.encode(), digest_size=8).digest()
            if self._words.setdefault((id(item.listing), item.key), words) != words:
                reason = f"{item.key} stands here twice, with other words"
                item = Quarantined(record.line, "id", reason, record.values)
        yield item

    def _compare(self, post: Post) -> None:
        """Count a post of a day that the file is said not to cover."""
        first, last = post.listing.covers_from, post.listing.covers_to
        if first and last and post.published_at:
            self._outside += not first <= post.published_at.astimezone(UTC).date() <= last

    def _end(self) -> Iterator[Parsed]:
        if not self._items:
            yield Listing(
                f"{self._source}|?|{self._asked}", self._scope.observed_at, outcome="empty_unverified"
            )
            yield Notice("the file holds no post, and it is not taken as none: see what was exported")
        if self._outside:
            yield Notice(f"{self._outside:,} posts are of days that the file is said not to cover")
        if self._apart:
            told = ", ".join(
                f"{field or 'the record'} ({count:,})" for field, count in self._apart.most_common(5)
            )
            yield Notice(f"{self._apart.total():,} records are kept apart because of: {told}")

    def _listing(self, account: AccountRef, at: datetime | None, what: str) -> Listing:
        observed_at = at or self._scope.observed_at
        key = (account.platform, account.key, observed_at, what)
        if key not in self._listings:
            first, last = self._covers if at is None and what != "profile" else (None, None)
            self._listings[key] = Listing(
                f"{self._source}|{account.platform}:{account.key}|{what}", observed_at, account,
                covers_from=first, covers_to=last,
            )  # fmt: skip
        return self._listings[key]


def _period(scope: Scope) -> tuple[date | None, date | None]:
    """Return the days that a person says a file covers; refuse half of a period."""
    first, last = (read_date(scope.values.get(name, "")) for name in PERIOD)
    if (first is None) != (last is None):
        missing = "from" if first is None else "to"
        raise BadInput(
            "give both the first and the last day that the file covers", field=f"--scope {missing}"
        )
    return first, last


def opened(records: Iterable[Record]) -> tuple[Mapping[str, Any], Iterator[Record]]:
    """Return what the first record holds, by which one file is told from another, and all records, that one among them."""
    rows = iter(records)
    first = next(rows, None)
    return ({}, rows) if first is None else (first.values, chain([first], rows))


@lru_cache(4_096)
def author(
    platform: str, handle: str | None = None, native_id: str | None = None, name: str | None = None
) -> AccountRef:
    """Return the account that a file names: by the id where its platform goes by ids, else by the handle.

    Where only a name is printed, its key begins with `~`, as that of any account whose handle nobody gives. Raise
    `BadInput` for one that names nobody, or whose handle its platform does not allow.
    """
    bare, number = (handle or "").strip().removeprefix("@"), (native_id or "").strip()
    shown = " ".join((name or "").split())[:_LONGEST_NAME] or None
    if number and not _ID.fullmatch(number):
        raise BadInput(f"{number[:40]!r} is not the id of an account", field="author")
    known = _handled(platform, bare, number)
    if number and (known is None or platform in BY_ID):
        address = (known.url if known else None) or _ADDRESSES.get(platform, "").format(number) or None
        return AccountRef(
            platform,
            number,
            handle=known.handle if known else None,
            name=shown,
            url=address,
            native_id=number,
        )
    if known is not None:
        return replace(known, name=shown or known.name, native_id=number or known.native_id)
    if shown is None:
        raise BadInput("nobody is named as the author", field="author")
    return AccountRef(platform, advertiser_key(shown), name=shown)


def _handled(platform: str, handle: str, native_id: str) -> AccountRef | None:
    """Return the account of a handle; one that cannot be a handle is let go where the id says who is meant."""
    try:
        return account_ref(handle, platform, field="author") if handle else None
    except BadInput:
        if native_id and platform in BY_ID:
            return None
        raise


def _check_not_glued(record: Record) -> None:
    """Raise `BadInput` where the header stands again: two exports in one file, each of another question."""
    cells = [(column, value) for column, value in record.values.items() if value]
    same = sum(
        isinstance(value, str) and value.strip().casefold() == column.casefold() for column, value in cells
    )
    if same > 1 and same * 10 >= len(cells) * 8:
        raise BadInput(
            "the header stands here again: two exports glued together. Import each by itself",
            line=record.line,
        )
