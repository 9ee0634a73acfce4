"""Takes credentials out of a file before anything of it is kept: a saved answer bears the token of whoever asked."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from tracker.collect import reading, sources
from tracker.collect.redaction import Redactor

NOTICE = "access tokens stood in the file and were taken out before anything was kept"


@contextmanager
def cleaned(
    source: sources.Source, facts: reading.FileFacts, limits: reading.Limits
) -> Iterator[reading.FileFacts]:
    """Give the file itself, or a copy of the same name without credentials while it is needed.

    Only answers in JSON of a source that is asked with a key are looked through; the same file gives the same copy.
    """
    if not source.needs or facts.form not in ("json", "jsonl") or not _bears(facts):
        yield facts
        return
    clean = Redactor().body
    with TemporaryDirectory() as folder:
        copy = Path(folder) / facts.path.name
        with reading.opened(facts) as dirty, copy.open("wb") as target:
            target.writelines(map(clean, dirty))
        yield reading.inspect(copy, limits=limits)


def _bears(facts: reading.FileFacts) -> bool:
    clean = Redactor().body
    with reading.opened(facts) as lines:
        return any(clean(line) != line for line in lines)
