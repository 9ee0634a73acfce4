"""What brings values into the record: the source, the scope, and who watches; from a file or asked live."""

import hashlib
import json
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

from sqlalchemy import Engine

from tracker.collect import reading, sources
from tracker.collect.drift import Fields
from tracker.domain import Parsed, Scope
from tracker.errors import BadInput, PlatformChanged, TrackerError

Progress = Callable[[str, int, int | None], None]
T = TypeVar("T")


def silent(_stage: str, _done: int, _total: int | None) -> None:
    """Tell nobody."""


def known_form(read: Callable[[], Iterable[T]], what: str) -> Iterator[T]:
    """Yield what a source makes of what came; raise `PlatformChanged` that names `what` when it breaks the source."""
    try:
        yield from read()
    except (TrackerError, OSError, EOFError, zlib.error):
        raise
    # The one broad except of the product: a hostile record may break a parser in any way, and the reader should
    # learn which file and source it was instead of seeing a traceback.
    except Exception as error:
        raise PlatformChanged(
            f"{what} has a form that is not known ({type(error).__name__}: {error})"
        ) from error


@dataclass(frozen=True, slots=True)
class Job:
    """A question to a source: its scope, where the answer is kept, who watches, and which fields the answer had."""

    engine: Engine
    source: sources.Source
    scope: Scope
    now: Callable[[], datetime]
    progress: Progress
    fields: Fields = field(default_factory=Fields, kw_only=True)

    @property
    def digest(self) -> str:
        """Name the question: the same source and scope have the same digest, however the account was named."""
        asked = {key: value for key, value in self.scope.values.items() if key not in ("account", "handle")}
        if self.scope.account is not None:
            asked["account"] = f"{self.scope.account.platform}:{self.scope.account.key}"
        words = json.dumps([self.source.name, asked], sort_keys=True)
        return hashlib.sha256(words.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class FileJob(Job):
    """One import: also the inspected file, and how much of a hostile one is read."""

    facts: reading.FileFacts
    limits: reading.Limits

    def parsed(self) -> Iterator[Parsed]:
        """Parse the file from its first record; name the file in every complaint."""
        found = reading.records(self.facts, limits=self.limits, records_in=sources.records_in(self.source))
        shape, columns = sources.shape_of(self.source), self.facts.form in ("csv", "parquet")
        records = self.fields.noting(found, columns=columns, shape=shape)
        try:
            yield from known_form(
                lambda: self.source.parse(records, self.scope), f"{self.source.name}: {self.facts.name}"
            )
        except BadInput as error:
            raise BadInput(error.found, file=self.facts.name, line=error.line, field=error.field) from error
        except (OSError, EOFError, zlib.error) as error:
            raise reading.unreadable(self.facts.path, OSError(f"it changed meanwhile: {error}")) from error
