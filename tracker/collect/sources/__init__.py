"""One file per source; a file put here is a source, without being named anywhere else.

A source module says `name` (its file's), `platform`, `kind`, `needs` (credential names), `per_minute`, `scope`
(the parameters that an import may give, each with its help), `origin` (where the file is had), `required` (columns, in
lower case, without which it is another kind of file) and defines

    parse(records, scope) -> iterator of Listing, Ad, Post, Quarantined and Notice

which is pure: the same records and scope give the same values, whether a person imported a file or a collector
fetched an answer. It may say `release`, the published data release that attributes the accounts it holds, and
`matched = True` when its rows bear no id, so that rows of two exports are matched by likeness, and `scope_of_file`,
which reads what the name that the platform gives its file says of the scope.

A source whose files or answers are JSON documents also defines

    records_in(body) -> iterator of Record

which is pure and turns the bytes of one document into the records that `parse` reads. A source that can be asked live
defines

    fetch(scope, client, credentials, cursor) -> iterator of Page

which asks page by page, from `cursor` on where a run before was interrupted. It sends a credential in a header or a form,
never in an address, and reads what an answer means: it gives `empty_confirmed` only where the platform states a total
of nothing. The collector keeps each answer as evidence before anything is parsed.
"""

import importlib
import pkgutil
from collections.abc import Iterable, Iterator, Mapping
from typing import Literal, Protocol, cast

from tracker.domain import Answer, Parsed, Record, Release, Scope
from tracker.errors import BadInput


class Client(Protocol):
    """How a source asks: paced, retried, guarded and redacted by the collector. Raises `RetryLater` when told to wait."""

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


def names() -> list[str]:
    """Return the names of all sources, found by looking in this folder."""
    return sorted(module.name for module in pkgutil.iter_modules(__path__) if not module.name.startswith("_"))


def load(name: str) -> Source:
    """Return the source called `name`; raise `BadInput` that lists the known ones."""
    if name not in names():
        raise BadInput(f"no source is called {name!r}; there are: {', '.join(names())}")
    return cast("Source", importlib.import_module(f"{__name__}.{name}"))
