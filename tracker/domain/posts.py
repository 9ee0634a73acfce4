"""What a platform or a site publishes of a post."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from tracker.domain.ads import Listing
from tracker.domain.registry import AccountRef
from tracker.domain.vocabulary import PostKind


class Media(NamedTuple):
    """A picture, film or sound of a post: its kind as the platform names it, its address, and the words for the blind."""

    kind: str
    url: str | None
    words: str | None = None


class Count(NamedTuple):
    """A counter of a post or profile, such as `likes`: `value` is `None` where the platform hides or withholds it.

    `as_published` are its words where they are rounded, such as `4.2K`; then `value` is what they stand for.
    """

    name: str
    value: int | None
    as_published: str | None = None


LEAD = "lead image"
"""The kind of a picture that stands at the head of a post and is no part of its text."""
PROTECTED = "protected"
"""In what a post has beside its fields: that its words are behind a password, and not shown."""
LABELLED_BY = "labelled_by"
"""In what a post has beside its fields: whose labels were looked for, so that those of others are not missed."""


@dataclass(frozen=True, slots=True)
class PostDetails:
    """What a post says of itself beside its text. `author` is the key of who wrote it, where that is not the account.

    `reply_to`, `root`, `repost_of` and `quote_of` are keys or addresses of other posts. `version` is what the platform
    changes with the content (a CID, an etag, a time of editing). Numbers in `counts` are no content: when they alone
    differ, the post was not edited. `language` is what the platform or the author says, a BCP 47 tag.
    """

    kind: PostKind = "post"
    title: str | None = None
    language: str | None = None
    edited_at: datetime | None = None
    author: str | None = None
    reply_to: str | None = None
    root: str | None = None
    repost_of: str | None = None
    quote_of: str | None = None
    links: tuple[str, ...] = ()
    hashtags: tuple[str, ...] = ()
    mentions: tuple[str, ...] = ()
    media: tuple[Media, ...] = ()
    labels: tuple[str, ...] = ()
    withheld_in: tuple[str, ...] = ()
    version: str | None = None
    counts: tuple[Count, ...] = ()
    extra: Mapping[str, Any] = field(default_factory=dict)


class Post(NamedTuple):
    """One post, article or headline as one answer showed it; `key` is unique for its account and source."""

    listing: Listing
    key: str
    account: AccountRef | None
    text: str
    published_at: datetime | None = None
    published_as_printed: str | None = None
    section: str | None = None
    url: str | None = None
    line: int | None = None
    details: PostDetails | None = None
