"""Keeps every version of the codebook, as it was loaded."""

from datetime import datetime

from sqlalchemy import select
from sqlmodel import Session

from tracker.domain import Codebook
from tracker.registry import codebooks
from tracker.store import tables
from tracker.store.claims import Row
from tracker.store.tables import table_of
from tracker.store.writes import insert_new

_BOOK = table_of(tables.CodebookVersion)


def kept(session: Session) -> list[Codebook]:
    """Return every version that was loaded, the oldest first."""
    bodies = session.execute(select(_BOOK.c.body).order_by(_BOOK.c.version)).scalars()
    return [codebooks.read(body) for body in bodies]


def listed(session: Session) -> list[Row]:
    """Return `version`, `digest` and `loaded_at` of every version, the oldest first."""
    asked = select(_BOOK.c.version, _BOOK.c.digest, _BOOK.c.loaded_at).order_by(_BOOK.c.version)
    return [dict(row) for row in session.execute(asked).mappings()]


def keep(session: Session, book: Codebook, *, at: datetime) -> None:
    """Keep a version; one that is there already stays as it is."""
    row = {
        "version": book.version, "digest": codebooks.digest(book), "loaded_at": at, "body": codebooks.plain(book),
    }  # fmt: skip
    insert_new(session, tables.CodebookVersion, [row])
