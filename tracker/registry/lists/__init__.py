"""One file per public list; a file put here is a list, without being named anywhere else.

What a list says is its publisher's finding and never ours. A list module says `name` (its file's), `origin` (where the
file is had), `required` (columns without which it is another kind of file) and defines

    parse(records) -> iterator of Named, Linked, SetAside, Quarantined and Notice

which is pure: the same records give the same values.
"""

import importlib
import pkgutil
from collections.abc import Iterable, Iterator
from typing import Protocol, cast

from tracker.domain import Record
from tracker.errors import BadInput
from tracker.registry.lists._values import Item


class PublicList(Protocol):
    """What every list module offers."""

    name: str
    origin: str
    required: tuple[str, ...]

    def parse(self, records: Iterable[Record]) -> Iterator[Item]:
        """Turn records into what they say of accounts; see the package's docstring."""
        ...


def names() -> list[str]:
    """Return the names of all lists, found by looking in this folder."""
    return sorted(module.name for module in pkgutil.iter_modules(__path__) if not module.name.startswith("_"))


def load(name: str) -> PublicList:
    """Return the list called `name`; raise `BadInput` that names the known ones."""
    if name not in names():
        raise BadInput(f"no list is called {name[:80]!a}; there are: {', '.join(names())}", field="LIST")
    return cast("PublicList", importlib.import_module(f"{__name__}.{name}"))
