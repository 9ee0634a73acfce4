"""X's archive of information operations (2018 to 2022): the posts, or the accounts, of one operation.

X named who it thought stood behind each set; the files do not, so nobody is accused by an import. Accounts with few
followers have their names and numbers replaced by a hash, which is text and stays as it is. Times are UTC, to the minute.
"""

from collections.abc import Iterable, Iterator, Mapping

from tracker.collect.post_columns import Columns, Table
from tracker.collect.post_files import PERIOD, PostFile, author, opened
from tracker.domain import AccountRef, Parsed, Record, Release, Scope
from tracker.errors import BadInput

name = "io_archive"
platform = "x"
kind = "posts"
needs: tuple[str, ...] = ()
per_minute = 0
origin = "X's archive of information operations, tweets or users as CSV (copies are kept by researchers)"
required = ("userid", "user_screen_name")
release: Release | None = None
matched = False
scope = {"exported_at": "the day on which X published the set, YYYY-MM-DD", **PERIOD}
_LONGEST_NUMBER, _LONGEST_HANDLE = 20, 25
COLUMNS = Columns(
    "x", ("tweetid",), ("tweet_text",), ("tweet_time",), language=("tweet_language",),
    reply_to=("in_reply_to_tweetid",), repost_of=("retweet_tweetid",), quote_of=("quoted_tweet_tweetid",),
    bio=("user_profile_description",), joined=("account_creation_date",), location=("user_reported_location",),
    website=("user_profile_url",), spoken=("account_language",), links=("urls",), hashtags=("hashtags",),
    mentions=("user_mentions",), flags={"is_retweet": "repost"},
    counts={"like_count": "likes", "retweet_count": "reposts", "reply_count": "replies", "quote_count": "quotes"},
    profile_counts={"follower_count": "followers", "following_count": "following"},
    kept=("tweet_client_name", "in_reply_to_userid", "retweet_userid", "poll_choices", "latitude", "longitude"),
    ignored=("userid", "user_display_name", "user_screen_name"), key_form=r"\d{1,20}",
)  # fmt: skip


def parse(records: Iterable[Record], scope: Scope) -> Iterator[Parsed]:
    """Yield the posts of a set, whatever the order of its columns; or the profiles, where it holds accounts alone."""
    first, found = opened(records)
    file = PostFile(name, scope)
    table = Table(COLUMNS, file, scope, whose=_whose)
    has_posts = not first or "tweetid" in {column.casefold() for column in first}
    yield from file.parsed(found, table.rows if has_posts else table.profile)
    yield from table.told()


def _whose(cells: Mapping[str, str]) -> AccountRef:
    """Return the account of a row: by its handle, or by the hash that stands for its number and its handle."""
    number, handle = cells.get("userid", ""), cells.get("user_screen_name", "")
    if not number:
        raise BadInput("the cell is empty: nobody is named as the author", field="userid")
    if number.isdigit() and len(number) <= _LONGEST_NUMBER:
        return author(
            "x", handle if len(handle) <= _LONGEST_HANDLE else None, number, cells.get("user_display_name")
        )
    shown = cells.get("user_display_name", "")
    return AccountRef(
        "x",
        number[:200],
        name=shown if shown not in (number, handle) and shown else None,
        native_id=number[:200],
    )
