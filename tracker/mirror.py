"""Keeps the lake up to the record: on the way texts are coded by keyword rules, their language told, near-copies grouped."""

import hashlib
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from sqlalchemy import Engine

from tracker import copied, suggesting
from tracker.analysis import languages, nearcopies
from tracker.analysis.keywords import RULES, KeywordCoder
from tracker.domain import Codebook
from tracker.registry.seedlist import load_codebook
from tracker.settings import Settings
from tracker.store import lake

Progress = Callable[[str, int, int | None], None]
GROUPER = lake.Grouper(nearcopies.METHOD, copied.is_kept, copied.Copies)
"""Tells near-copies, with the index that is kept beside the mirror."""


def codebook(settings: Settings) -> Codebook:
    """Return the codebook that is in force."""
    return load_codebook(settings.seeds / "codebook.yml")


def refresh(engine: Engine, settings: Settings, *, progress: Progress) -> str:
    """Bring the mirror up to the record and return its version."""
    return lake.refresh(
        engine,
        settings.lake,
        coder=_coder(settings),
        linguist=_linguist(settings),
        suggester=suggesting.suggester(engine),
        grouper=GROUPER,
        tick=partial(_tick, progress),
    )


def refresh_codings(engine: Engine, settings: Settings) -> None:
    """Bring what people coded up to the record; nothing is done while there is no mirror that could hold it."""
    lake.refresh_codings(engine, settings.lake)


def is_of_another_version(folder: Path) -> bool:
    """Say whether a mirror is there that another version of this package wrote, with other columns."""
    return lake.is_of_another_version(folder)


def rebuild(engine: Engine, settings: Settings, *, progress: Progress) -> str:
    """Write the mirror anew and return its version."""
    return lake.rebuild(
        engine,
        settings.lake,
        coder=_coder(settings),
        linguist=_linguist(settings),
        suggester=suggesting.suggester(engine),
        grouper=GROUPER,
        tick=partial(_tick, progress),
    )


def _tick(progress: Progress, name: str, done: int, total: int) -> None:
    progress(f"mirroring {name}", done, total)


def _linguist(settings: Settings) -> lake.Linguist:
    """Return who tells languages; nobody where detection is turned off or the library is not installed."""
    codes = settings.language_codes
    if not codes or not languages.installed():
        return lake.NOBODY
    detector = languages.Detector(codes)

    def detect(texts: Sequence[str]) -> list[tuple[str | None, float | None]]:
        return [(found.language, found.certainty) for found in detector.detect(texts)]

    return lake.Linguist(detector.name, detect)


def _coder(settings: Settings) -> lake.Coder:
    book = codebook(settings)
    coder = KeywordCoder(book)

    def code(texts: Sequence[str]) -> list[list[lake.Coding]]:
        return [[(match.code, match.parent) for match in matches] for matches in coder.code_many(texts)]

    return lake.Coder(
        coder.coder, book.version, hashlib.sha256(repr((RULES, book)).encode()).hexdigest(), code
    )
