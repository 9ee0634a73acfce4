"""One import: what is read, how, and who watches."""

import hashlib
import json
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine

from tracker.collect import reading, sources
from tracker.domain import Parsed, Scope
from tracker.errors import BadInput, PlatformChanged

Progress = Callable[[str, int, int | None], None]


def silent(_stage: str, _done: int, _total: int | None) -> None:
    """Tell nobody."""


@dataclass(frozen=True, slots=True)
class Job:
    """One import: the source, the inspected file, the scope, and who watches."""

    engine: Engine
    source: sources.Source
    facts: reading.FileFacts
    limits: reading.Limits
    scope: Scope
    now: Callable[[], datetime]
    progress: Progress

    def parsed(self) -> Iterator[Parsed]:
        """Parse the file from its first record; name the file in every complaint."""
        try:
            yield from self.source.parse(reading.records(self.facts, limits=self.limits), self.scope)
        except BadInput as error:
            raise BadInput(error.found, file=self.facts.name, line=error.line, field=error.field) from error
        except (OSError, EOFError, zlib.error) as error:
            raise reading.unreadable(self.facts.path, OSError(f"it changed meanwhile: {error}")) from error
        # The one broad except of the product: a hostile record may break a parser in any way, and the reader should
        # learn which file and source it was instead of seeing a traceback.
        except Exception as error:
            raise PlatformChanged(
                f"{self.source.name}: {self.facts.name} has a form that is not known "
                f"({type(error).__name__}: {error})"
            ) from error

    @property
    def digest(self) -> str:
        """Name the question: the same source and scope have the same digest, however the account was named."""
        asked = {key: value for key, value in self.scope.values.items() if key not in ("account", "handle")}
        if self.scope.account is not None:
            asked["account"] = f"{self.scope.account.platform}:{self.scope.account.key}"
        words = json.dumps([self.source.name, asked], sort_keys=True)
        return hashlib.sha256(words.encode()).hexdigest()
