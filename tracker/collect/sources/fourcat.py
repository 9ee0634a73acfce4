"""Tables of posts that 4CAT wrote: X, TikTok, Instagram, Threads, Facebook, Telegram, Bluesky, told by the header.

A table of another platform has `id`, `thread_id`, `author`, `body` and `timestamp` too, and is read by these; its platform
is that of its addresses, or is given. 4CAT writes UTC.
"""

from collections.abc import Iterable, Iterator

from tracker.collect import fourcat_tables
from tracker.collect.post_files import PERIOD
from tracker.domain import Parsed, Record, Release, Scope

name = "fourcat"
platform = "several"
kind = "posts"
needs: tuple[str, ...] = ()
per_minute = 0
origin = "4CAT, 'Download' of a data set as CSV (by hand; github.com/digitalmethodsinitiative/4cat)"
required = ("id", "author", "body")
release: Release | None = None
matched = False
scope = {
    "platform": "the platform, such as vk, where the header does not tell it",
    "exported_at": "when the data set was collected, YYYY-MM-DD or with a time (UTC)",
    **PERIOD,
}


def parse(records: Iterable[Record], scope: Scope) -> Iterator[Parsed]:
    """Yield a post for each row; profiles only where it is known when they were seen."""
    yield from fourcat_tables.parsed(name, records, scope)
