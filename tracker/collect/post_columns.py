"""Reads tables of posts by the names of their columns: which column holds what is data, how it is read is the same. Pure."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, tzinfo
from functools import lru_cache
from typing import Any

from tracker.collect.answers import Unseen
from tracker.collect.cells import cell_text
from tracker.collect.moments import Moment, moment
from tracker.collect.post_cells import count, distinct, epoch, identified, listed
from tracker.collect.post_files import PostFile, author
from tracker.collect.weblinks import hashtags_in, host_in
from tracker.domain import (
    AccountRef,
    Count,
    Look,
    Media,
    Notice,
    Parsed,
    Post,
    PostDetails,
    PostKind,
    Profile,
    Record,
    Scope,
)
from tracker.errors import BadInput
from tracker.registry.platforms import platform_at, platform_of

ENOUGH = 5
"""So many long ids, all of which end in 00, were rounded: by chance that is one file in ten thousand millions."""
_IN_ADDRESS = re.compile(r"/(?:status|statuses|video|videos|posts)/(\d{10,20})(?:[/?#]|$)")
NO_FRACTION = r"(?!\d+(?:[.,]\d+)?[Ee]\+\d{1,3}$)"
"""At the beginning of a form of ids: none that a spreadsheet turned into `1.09457E+18`."""
_STAMP = re.compile(r"\d{9,10}(?:\.\d+)?|\d{13}")
_YES = frozenset({"yes", "true", "1", "y", "t"})
Names = tuple[str, ...]
Clock = Callable[[str, datetime], Moment]
Whose = Callable[[Mapping[str, str]], AccountRef]


@dataclass(frozen=True, slots=True)
class Columns:
    """Which column of a table holds what, in lower case; of several names the first that holds something is read.

    `flags` are columns of yes and no that say what kind of post it is, `marks` those that stand for a label, `label_words`
    hold labels themselves. `kept` are known and kept as they stand, `ignored` are known and left in the evidence.
    """

    platform: str
    key: Names
    text: Names
    published: Names
    handle: Names = ()
    native_id: Names = ()
    name: Names = ()
    title: Names = ()
    url: Names = ()
    edited: Names = ()
    language: Names = ()
    reply_to: Names = ()
    root: Names = ()
    repost_of: Names = ()
    quote_of: Names = ()
    seen: Names = ()
    bio: Names = ()
    verified: Names = ()
    joined: Names = ()
    location: Names = ()
    website: Names = ()
    spoken: Names = ()
    links: Names = ()
    hashtags: Names = ()
    mentions: Names = ()
    label_words: Names = ()
    withheld: Names = ()
    media: Mapping[str, str] = field(default_factory=dict)
    counts: Mapping[str, str] = field(default_factory=dict)
    profile_counts: Mapping[str, str] = field(default_factory=dict)
    flags: Mapping[str, PostKind] = field(default_factory=dict)
    marks: Mapping[str, str] = field(default_factory=dict)
    kept: Names = ()
    ignored: Names = ()
    key_form: str = r"\S{1,200}"
    zone: tzinfo | None = UTC

    @property
    def known(self) -> set[str]:
        """The names of all columns that are known."""
        found: set[str] = set()
        for attribute in self.__dataclass_fields__:
            value = getattr(self, attribute)
            if attribute not in ("platform", "key_form", "zone"):
                found |= set(value)
        return found


class Table:
    """Reads the rows of one table into profiles and posts, and remembers what a person should know of them."""

    def __init__(
        self,
        columns: Columns,
        file: PostFile,
        scope: Scope,
        clock: Clock | None = None,
        whose: Whose | None = None,
    ):
        self._whose = whose or self._author
        self._columns, self._file, self._scope = columns, file, scope
        self._clock = clock or self._usual
        self._unseen = Unseen(columns.known, "columns", "post")
        self._doubts: Counter[str] = Counter()
        self._forms: dict[str, str] = {}
        self._long = self._round = 0

    def parsed(self, records: Iterable[Record]) -> Iterator[Parsed]:
        """Yield what the rows hold, then what a person should know of them."""
        yield from self._file.parsed(records, self.rows)
        yield from self.told()

    def rows(self, record: Record) -> Iterator[Parsed]:
        """Yield what a row holds: the profile of its author where the row or the scope says when it was seen, and the post."""
        cells = folded(record.values)
        account = self._whose(cells)
        seen = self._seen(record, cells)
        if seen is not None or "exported_at" in self._scope.values:
            yield from self._profile(record, cells, account, seen)
        yield self._post(record, cells, account, seen)

    def profile(self, record: Record) -> Iterator[Parsed]:
        """Yield the profile that a row of a table of accounts holds, whatever it says of it."""
        cells = folded(record.values)
        account = self._whose(cells)
        yield from self._profile(record, cells, account, self._seen(record, cells), always=True)

    def told(self) -> Iterator[Notice]:
        """Yield what a person should know; refuse a file all of whose ids were rounded."""
        if self._long >= ENOUGH and self._long == self._round:
            raise BadInput(
                f"all {self._long:,} long ids end in 00: a spreadsheet or JavaScript rounded them, and they name other "
                "posts. Export again with ids as text",
                field=self._columns.key[0],
            )
        yield from self._unseen.notice()
        for doubt, number in self._doubts.most_common():
            yield Notice(f"{number:,} times: {doubt}")

    def _author(self, cells: Mapping[str, str]) -> AccountRef:
        named = (self._columns.handle, self._columns.native_id, self._columns.name)
        return author(self._columns.platform, *(self._cell(cells, names) for names in named))

    def _cell(self, cells: Mapping[str, str], names: Names) -> str | None:
        return next((words for name in names if (words := cells.get(name))), None)

    def _several(self, cells: Mapping[str, str], names: Names) -> tuple[str, ...]:
        return distinct(one for name in names for one in listed(cells.get(name, "")))

    def _usual(self, words: str, latest: datetime) -> Moment:
        """Read a time as most tools write it: seconds since 1970, or ISO 8601."""
        if stamp := epoch(words, latest):
            return Moment(stamp, words)
        return moment(words, None, zone=self._columns.zone, latest=latest)

    def _time(self, cells: Mapping[str, str], names: Names) -> Moment:
        name = next((one for one in names if cells.get(one)), None)
        if name is None:
            return Moment(None)
        _check_of_one_form(self._forms, name, cells[name])
        found = self._clock(cells[name], self._scope.observed_at)
        if found.doubt:
            self._doubts[f"a date that is {found.doubt}" if found.at is None else found.doubt] += 1
        return found

    def _seen(self, record: Record, cells: Mapping[str, str]) -> datetime | None:
        words = self._cell(cells, self._columns.seen)
        at = self._clock(words, self._scope.observed_at).at if words else None
        if at is None:
            return None
        name = self._columns.seen[0]
        return self._file.seen_at(record, name, at).replace(second=0, microsecond=0)

    def _key(self, record: Record, cells: Mapping[str, str]) -> str:
        """Return the id of a post; refuse one that its own address contradicts, because it was rounded on the way."""
        name = next((one for one in self._columns.key if cells.get(one)), self._columns.key[0])
        key = identified(record, name, cells.get(name, ""), self._columns.key_form)
        if key.isdigit() and len(key) > 16:
            self._long += 1
            self._round += key.endswith("00")
        found = _IN_ADDRESS.search(self._cell(cells, self._columns.url) or "")
        if found and key.isdigit() and len(key) >= len(found[1]) and key != found[1]:
            raise BadInput(
                f"{key}, and the address says {found[1]}: rounded by a spreadsheet or by JavaScript",
                line=record.line, field=name,
            )  # fmt: skip
        return key

    def _post(
        self, record: Record, cells: Mapping[str, str], account: AccountRef, seen: datetime | None
    ) -> Post:
        columns, published = self._columns, self._time(cells, self._columns.published)
        text = self._cell(cells, columns.text) or self._cell(cells, columns.title) or ""
        key = self._key(record, cells)
        return Post(
            self._file.posts_of(account, seen), key, account, text, published.at, published.printed, None,
            self._cell(cells, columns.url), record.line, self._details(cells, key, text),
        )  # fmt: skip

    def _details(self, cells: Mapping[str, str], key: str, text: str) -> PostDetails:
        columns = self._columns
        kept = {name: cells[name] for name in columns.kept if cells.get(name)}
        reply, repost, quote = (
            self._cell(cells, names) for names in (columns.reply_to, columns.repost_of, columns.quote_of)
        )
        root = self._cell(cells, columns.root)
        return PostDetails(
            kind=self._kind(cells, reply, repost, quote), title=self._cell(cells, columns.title),
            language=self._cell(cells, columns.language), edited_at=self._time(cells, columns.edited).at,
            reply_to=reply, root=None if root == key else root, repost_of=repost, quote_of=quote,
            links=self._several(cells, columns.links),
            hashtags=distinct(tag.removeprefix("#") for tag in self._several(cells, columns.hashtags)) or hashtags_in(text),
            mentions=distinct(name.removeprefix("@") for name in self._several(cells, columns.mentions)),
            media=tuple(Media(kind, one) for name, kind in columns.media.items() for one in listed(cells.get(name, ""))),
            labels=distinct([*self._several(cells, columns.label_words), *self._marks(cells)]),
            withheld_in=self._several(cells, columns.withheld), counts=_counted(cells, columns.counts),
            extra=kept | self._unseen.of(cells),
        )  # fmt: skip

    def _kind(
        self, cells: Mapping[str, str], reply: str | None, repost: str | None, quote: str | None
    ) -> PostKind:
        if repost or self._flagged(cells, "repost"):
            return "repost"
        if reply or self._flagged(cells, "reply"):
            return "reply"
        return "quote" if quote or self._flagged(cells, "quote") else "post"

    def _flagged(self, cells: Mapping[str, str], kind: PostKind) -> bool:
        flags = self._columns.flags.items()
        return any(found == kind and cells.get(name, "").casefold() in _YES for name, found in flags)

    def _marks(self, cells: Mapping[str, str]) -> Iterator[str]:
        yield from (
            label for name, label in self._columns.marks.items() if cells.get(name, "").casefold() in _YES
        )

    def _profile(
        self,
        record: Record,
        cells: Mapping[str, str],
        account: AccountRef,
        seen: datetime | None,
        always: bool = False,
    ) -> Iterator[Profile]:
        """Yield the profile of an author where a row says more of it than its name, or it was asked for."""
        columns = self._columns
        numbers, bio = _counted(cells, columns.profile_counts), self._cell(cells, columns.bio)
        verified, joined = self._cell(cells, columns.verified), self._cell(cells, columns.joined)
        if not (always or numbers or bio or verified or joined):
            return
        listing = self._file.profile_of(account, seen)
        yield Profile(
            listing, account, Look(listing.observed_at, handle=account.handle, name=account.name, bio=bio),
            verified=_check(verified), counts=numbers,
            joined_at=self._clock(joined, self._scope.observed_at).at if joined else None,
            location=self._cell(cells, columns.location), website=self._cell(cells, columns.website),
            language=self._cell(cells, columns.spoken), line=record.line,
        )  # fmt: skip


def platform_in(values: Mapping[str, Any], scope: Scope, addresses: Names) -> str:
    """Return the platform that a person states, else the one that the addresses of a row lead to, in these columns."""
    if stated := scope.values.get("platform"):
        return platform_of(stated)
    for column, value in values.items():
        if _column(column) in addresses and (host := host_in(cell_text(value))):
            found = platform_at(host)
            if found != "web":
                return found
    raise BadInput("the header does not tell the platform; give --scope platform=NAME", line=1)


def by_row(columns: Columns, named: Names, scope: Scope) -> Whose:
    """Return how to tell the author of a row in a table of several platforms: one of the columns `named` says which.

    Where none does, it is the platform that a person states, else that of the row's address.
    """

    def whose(cells: Mapping[str, str]) -> AccountRef:
        stated = next((words for name in named if (words := cells.get(name))), None)
        platform = platform_of(stated) if stated else platform_in(cells, scope, columns.url)
        who = (columns.handle, columns.native_id, columns.name)
        return author(platform, *(next(filter(None, map(cells.get, names)), None) for names in who))

    return whose


def folded(values: Mapping[str, Any]) -> dict[str, str]:
    """Return the cells of a row as text, by their columns without what people and programs change: case and blanks."""
    return {_column(name): cell_text(value) for name, value in values.items()}


@lru_cache(4_096)
def _column(name: str) -> str:
    return " ".join(name.casefold().split())


def _check_of_one_form(forms: dict[str, str], name: str, words: str) -> None:
    """Raise `BadInput` for a time that is written unlike those above it: two programs wrote the column, by two clocks."""
    form = "a date"
    if _STAMP.fullmatch(words):
        form = "milliseconds since 1970" if len(words) == 13 else "seconds since 1970"
    if forms.setdefault(name, form) != form:
        raise BadInput(f"{words[:40]!r} is {form}, and the rows above have {forms[name]}", field=name)


def _counted(cells: Mapping[str, str], names: Mapping[str, str]) -> tuple[Count, ...]:
    return tuple(one for column, name in names.items() for one in count(name, cells.get(column, "")))


def _check(words: str | None) -> str | None:
    """Return what a column says of a check: its kind where it names one, else whether there is one."""
    if words is None or words.casefold() in _YES:
        return words and "verified"
    return "none" if words.casefold() in ("no", "false", "0") else words


def on(columns: Columns, platform: str) -> Columns:
    """Return the same columns for a table of another platform."""
    return replace(columns, platform=platform)
