"""The public preview of a Telegram channel: its messages, twenty a page, and its rounded numbers, without a key.

Numbers of messages rise by one, an album takes several, and a list has no holes: what it showed before and leaves out
was deleted, or is asked for. Users, groups and channels whose preview is off have none.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from tracker.collect import telegram_cells as cells
from tracker.collect.answers import apart_or
from tracker.collect.cells import read_date
from tracker.collect.moments import iso_moment
from tracker.collect.sources import Client
from tracker.collect.timelines import Timeline, account_in
from tracker.domain import Answer, Found, Page, Parsed, Record, Release, Scope, Sought
from tracker.errors import BadInput

name = "telegram"
platform = "telegram"
kind = "posts"
needs: tuple[str, ...] = ()
hosts = ("t.me",)
web_pages = True
per_minute = 20
origin = "https://t.me/s/NAME, the public preview of a channel (no key is needed)"
required = ("kind",)
release: Release | None = None
matched = False
scope = {
    "account": "the channel, such as telegram:somebody",
    "from": "first day asked about, YYYY-MM-DD; else three days ago",
}
SITE = "https://t.me"
MOST_PAGES = 500
NO_PREVIEW = "no preview: a user, a group, a channel that switched it off, or nobody"


def records_in(body: bytes) -> Iterator[Record]:
    """Yield the channel, then its messages."""
    page = cells.read(body)
    found = [page.channel] if page.channel else []
    for line, values in enumerate([*found, *page.messages], 1):
        yield Record(line, values)


def parse(records: Iterable[Record], scope: Scope) -> Iterator[Parsed]:
    """Yield the profile, and a post for each message; pages may overlap, and a message counts once."""
    timeline = Timeline(name, scope, account_in(scope, "account=telegram:NAME"))
    channels, messages = list[Record](), dict[object, Record]()
    for record in records:
        if record.values.get("kind") == "channel":
            channels.append(record)
        else:
            messages.setdefault(record.values.get("post"), record)
    for record in channels[:1]:
        yield cells.profile(record, timeline.profile(), timeline.account)
    times = [iso_moment(one.values.get("date"), latest=scope.observed_at).at for one in messages.values()]
    listing = timeline.posts(
        outcome="rows" if messages else "empty_unverified",
        complete_since=min(filter(None, times), default=None),
    )
    yield listing
    for record in messages.values():
        yield apart_or(lambda one: cells.post(one, listing, timeline.account), record)


# -- asking ------------------------------------------------------------------------------------------------------


def fetch(scope: Scope, client: Client, credentials: Mapping[str, str], cursor: str | None) -> Iterator[Page]:
    """Ask from the newest page to the oldest one that is wanted; `cursor` is the number to go on before."""
    handle = _handle(scope)
    for _ in range(MOST_PAGES):
        answer = client.get(f"{SITE}/s/{handle}", params={"before": cursor} if cursor else None)
        page = _page(answer, scope, cursor)
        yield page
        if page.cursor is None:
            return
        cursor = page.cursor


def _page(answer: Answer, scope: Scope, cursor: str | None) -> Page:
    if answer.status >= 300:
        return Page(answer)
    if not urlsplit(answer.url).path.startswith("/s/"):
        numbers = cells.card(answer.body)
        there = numbers is not None and ("subscriber" in numbers or "member" in numbers)
        words = f"{NO_PREVIEW} ({numbers or 'no card'})"
        return Page(answer, outcome="refused", standing="present" if there else "unknown", message=words)
    preview = cells.read(answer.body)
    if preview.channel is None and not preview.messages:
        return Page(answer, outcome="error", message="the page shows neither a channel nor a message")
    times = [iso_moment(message["date"], latest=scope.observed_at).at for message in preview.messages]
    oldest = min(filter(None, times), default=None)
    goes_on = preview.before and preview.messages and (oldest is None or oldest >= _since(scope))
    older = str(preview.oldest) if goes_on else None
    return Page(answer, cursor=older if older != cursor else None, standing="present")


def _handle(scope: Scope) -> str:
    account = account_in(scope, "account=telegram:NAME")
    handle = account.handle or account.key
    if not handle.replace("_", "").isalnum():
        raise BadInput(f"{handle[:40]!r} is not the name of a channel", field="--scope account")
    return handle


def _since(scope: Scope) -> datetime:
    first = read_date(scope.values.get("from", "")) or (scope.observed_at - timedelta(days=3)).date()
    return datetime(first.year, first.month, first.day, tzinfo=UTC)


def find(
    sought: Sequence[Sought], scope: Scope, client: Client, credentials: Mapping[str, str]
) -> Iterator[Found]:
    """Ask for each message alone; Telegram says in words that it does not find one."""
    handle = _handle(scope)
    for one in sought:
        answer = client.get(f"{SITE}/{handle}/{one.key}", params={"embed": "1", "mode": "tme"})
        said = cells.refusal(answer.body) if answer.status == 200 else f"answered {answer.status}"
        if said is not None:
            yield Found(one.key, "not_found" if "not found" in said.casefold() else "unknown", answer, said)
        else:
            shown = bool(cells.read(answer.body).messages)
            yield Found(one.key, "present" if shown else "unknown", answer)
