"""One file per source; a file put here is a source, without being named anywhere else.

A source module says `name` (its file's), `platform`, `kind`, `needs` (credential names), `per_minute`, `scope`
(the parameters that an import may give, each with its help), `origin` (where the file is had), `required` (columns, in
lower case, without which it is another kind of file) and defines

    parse(records, scope) -> iterator of Listing, Ad, Post, Quarantined and Notice

which is pure: the same records and scope give the same values, whether a person imported a file or a collector
fetched an answer. It may say `release`, the published data release that attributes the accounts it holds, and
`matched = True` when its rows bear no id, so that rows of two exports are matched by likeness, and `scope_of_file`,
which reads what the name that the platform gives its file says of the scope; `other_form`, the columns of a second kind of
file that it reads as well. A source with `names_accounts = True` has
records that say whose they are: its scope may, and need not, name a `handle` to hold them against. One with
`mapped = True` has no `required` columns: a person says which column holds what, and `parse` refuses a file that lacks one.

A source whose files or answers are JSON documents also defines

    records_in(body) -> iterator of Record

which is pure and turns the bytes of one document (a file, or a line of JSON lines) into the records that `parse` reads. What
is asked live goes through it too, whatever its form; without it an answer is read as a file would be. A source with
`addressed = True` defines `records_in(body, address)`, because its answers do not say where they stand; the address is
`None` for a file.

A source whose answers hold several kinds of records, such as an account and its posts, defines

    shape(values) -> what a record is, in a word

which is pure: fields that come or go are then told for each kind, and one that another kind bears too is not overlooked.

A source may say `hears`, the names in lower case of headers, of a request or of its answer, without which what came cannot be
read, such as whose labels were looked for. They are kept in the ledger, and each record of such an answer bears them
under `heard`.

A source that can be asked live says `hosts`, the only hosts that it asks, or `anywhere = True` when its accounts may be
on any host of the public internet, such as feeds and sites (never both); `per_minute` counts for each host, and is 30 or
less where one asks anywhere. One that asks anywhere is led on by redirects to other hosts, without the headers that the
first host was told; a private, loopback or otherwise inner address, or a name that leads to one, is `AddressRefused`
before anything is sent. `robots = True` (for sites and feeds, not for documented interfaces) lets the client read each
host's robots.txt first: what it forbids is `RobotsRefused`, an `AddressRefused` that a source may catch to go on with
another address; its Crawl-delay is kept to; a robots.txt that cannot be had (5xx) ends in `Unanswered`. A question may
take `budget_seconds` with all its waits (when a source says none: five minutes where one asks anywhere, else an hour);
what it has until then is kept, and it goes on from there the next time. `conditional` says whether a page is asked for
only if it changed (by ETag and Last-Modified; `True` where one asks anywhere): one that did not comes from the
evidence, with status 200 and `unchanged`. A source that can be asked live defines

    fetch(scope, client, credentials, cursor) -> iterator of Page

which asks page by page, from `cursor` (text, or `None` for the first page) on where a run before was interrupted.
`credentials` is a mapping from a name in `needs` to its value; a name in `takes`, if the source says one, stands there
only when it is set. A credential is sent in a header or a form, never in an address. `fetch` reads what an answer means:
it gives `empty_confirmed` only where the platform states a total of nothing. A page that stops the query may bear the
cursor from which to go on later, such as the number of an export that is still being made. Each answer is evidence before the source
sees it, so the answers that are no page (a token, a status that is asked again) need not be yielded.

A source of posts yields a `Profile` too, where an answer holds one, under a listing that shows nothing else. Its listing
of posts says `complete_since` where the platform's list has no holes. It may define

    find(sought, scope, client, credentials) -> iterator of Found

which asks directly for posts that such a list left out; without it they stay `not_seen`. A page that says how the account
itself stands bears a `standing`.

A source with `web_pages = True` asks for pages that are made for readers, and tells a login wall itself. One with
`by_name = True` is asked only when a person names it, because another source asks about the same accounts by default.

A source that must be told more than about whom says `wants`, the parameters that a round fills in by the settings (`country`,
`from`, `to`), and one that cannot be asked about every account of its platform defines

    question(scope)

which is pure and raises `BadInput` for a scope that it cannot ask about: a round leaves that account out and says why.

What `fetch` need not handle: 5xx and 429 are retried and end in `Unanswered`; a web page in place of data is a login wall;
a page whose status is no success and that bears no outcome is read by its status (401 and 403 refused, 404 and 410
gone, else error); a cursor that repeats ends the query.
"""

import importlib
import pkgutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, Literal, Protocol, cast

from tracker.domain import Answer, Found, Page, Parsed, Record, Release, Scope, Sought
from tracker.errors import BadInput


class Client(Protocol):
    """How a source asks: paced, retried, guarded and redacted by the collector.

    Raises `Unanswered`, a `RetryLater`, when told to wait or when no answer comes, and `AddressRefused` for an address that
    the source does not name among its `hosts`, or that leads inside, or that a robots.txt forbids.
    """

    def get(
        self, url: str, *, params: Mapping[str, str] | None = None, headers: Mapping[str, str] | None = None
    ) -> Answer:
        """Return the answer to a GET, whatever its status."""
        ...

    def post(
        self,
        url: str,
        *,
        params: Mapping[str, str] | None = None,
        json: object = None,
        form: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Return the answer to a POST of JSON or of a form, whatever its status."""
        ...


class Source(Protocol):
    """What every source module offers."""

    name: str
    platform: str
    kind: Literal["profile", "posts", "ads", "page"]
    needs: tuple[str, ...]
    per_minute: int
    scope: Mapping[str, str]
    origin: str
    required: tuple[str, ...]
    release: Release | None
    matched: bool

    def parse(self, records: Iterable[Record], scope: Scope) -> Iterator[Parsed]:
        """Turn records into values; see the package's docstring."""
        ...


class Live(Source, Protocol):
    """A source that can be asked live; one that asks anywhere says `anywhere` and no `hosts`."""

    hosts: tuple[str, ...]

    def fetch(
        self, scope: Scope, client: Client, credentials: Mapping[str, str], cursor: str | None
    ) -> Iterator[Page]:
        """Ask page by page; see the package's docstring."""
        ...


Find = Callable[[Sequence[Sought], Scope, Client, Mapping[str, str]], Iterable[Found]]
"""Asks directly for posts that a list left out."""


def names() -> list[str]:
    """Return the names of all sources, found by looking in this folder."""
    return sorted(module.name for module in pkgutil.iter_modules(__path__) if not module.name.startswith("_"))


def load(name: str) -> Source:
    """Return the source called `name`; raise `BadInput` that lists the known ones."""
    if name not in names():
        raise BadInput(f"no source is called {name!r}; there are: {', '.join(names())}")
    return cast("Source", importlib.import_module(f"{__name__}.{name}"))


def live(source: Source) -> Live | None:
    """Return the source as one that can be asked live, or `None` when its files are had by hand."""
    return cast("Live", source) if hasattr(source, "fetch") else None


def find_of(source: Source) -> Find | None:
    """Return how a source asks directly for posts that a list left out, or `None` when it cannot."""
    return cast("Find | None", getattr(source, "find", None))


def asks_anywhere(source: Source) -> bool:
    """Say whether a source may ask any host on the public internet."""
    return getattr(source, "anywhere", False) is True


def heeds_robots(source: Source) -> bool:
    """Say whether a source asks only what a site's robots.txt allows."""
    return getattr(source, "robots", False) is True


def reads_web_pages(source: Source) -> bool:
    """Say whether a web page is what a source asks for, and no login wall."""
    return source.kind == "page" or getattr(source, "web_pages", False) is True


def asked_by_name(source: Source) -> bool:
    """Say whether a source is asked only when a person names it."""
    return getattr(source, "by_name", False) is True


def asks_conditionally(source: Source) -> bool:
    """Say whether a source asks for a page only if it changed since it was kept."""
    return getattr(source, "conditional", asks_anywhere(source)) is True


def wants(source: Source) -> tuple[str, ...]:
    """Return the parameters that a source must be told, beside about whom."""
    found: tuple[str, ...] = getattr(source, "wants", ())
    return found


def check(source: Source, scope: Scope) -> None:
    """Raise `BadInput` when a source says that it cannot be asked about this."""
    question: Callable[[Scope], object] | None = getattr(source, "question", None)
    if question is not None:
        question(scope)


def other_form(source: Source) -> tuple[str, ...]:
    """Return the columns, in lower case, by which a file of the second form that a source reads is known; none for most."""
    found: tuple[str, ...] = getattr(source, "other_form", ())
    return found


def budget_of(source: Source) -> float | None:
    """Return the seconds that a question may take, when the source says it."""
    return getattr(source, "budget_seconds", None)


def records_in(source: Source, address: str | None = None) -> Callable[[bytes], Iterable[Record]] | None:
    """Return how a source reads a document that stood at `address`, or `None` when its files are tables."""
    found = cast("Callable[..., Iterable[Record]] | None", getattr(source, "records_in", None))
    if found is not None and is_addressed(source):
        return partial(found, address=address)
    return found


def shape_of(source: Source) -> Callable[[Mapping[str, Any]], str] | None:
    """Return what names the kinds of a source's records, or `None` where they are of one kind or say it themselves."""
    return cast("Callable[[Mapping[str, Any]], str] | None", getattr(source, "shape", None))


def hears(source: Source) -> tuple[str, ...]:
    """Return the headers by which a source reads what came, none for most."""
    found: tuple[str, ...] = getattr(source, "hears", ())
    return found


def is_addressed(source: Source) -> bool:
    """Say whether a source has to know where an answer stood to read it."""
    return getattr(source, "addressed", False) is True
