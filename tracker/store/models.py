"""Models of codes: each is kept whole as evidence, and a row says under which codebook it was trained, when and by whom."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import func, insert, select
from sqlmodel import Session

from tracker.errors import ConfigError
from tracker.store import evidence, tables
from tracker.store.claims import Row
from tracker.store.tables import table_of

_MODEL, _BOOK = table_of(tables.SuggestionModel), table_of(tables.CodebookVersion)
IN_USE, FORMER, OTHER = "in use", "former", "of another codebook"


def add(session: Session, values: Mapping[str, Any], body: bytes) -> int:
    """Keep a model and return the number of its row."""
    evidence_id = evidence.keep(session, body, name=f"model {values['digest'][:12]}.json")
    added = insert(_MODEL).values(**values, evidence_id=evidence_id).returning(_MODEL.c.id)
    return int(session.execute(added).scalar_one())


def listed(session: Session) -> list[Row]:
    """Return the models, the latest first: the columns of `suggestion_model`, `model` (its name) and `state`.

    The latest that was trained under the codebook in force is in use, those before it under the same are former ones.
    """
    in_force = session.execute(select(func.max(_BOOK.c.version))).scalar()
    found: list[Row] = []
    for row in session.execute(select(_MODEL).order_by(_MODEL.c.id.desc())).mappings():
        mine = row["version"] == in_force
        first = mine and not any(one["version"] == in_force for one in found)
        state = IN_USE if first else FORMER if mine else OTHER
        found.append({**row, "model": f"{row['embedder']} {row['digest'][:12]}", "state": state})
    return found


def body(session: Session, row: Mapping[str, Any]) -> bytes:
    """Return the bytes of a model; raise `ConfigError` where they are not those that were kept."""
    found = b"".join(evidence.read(session, row["evidence_id"]))
    if evidence.find(session, row["digest"]) != row["evidence_id"]:
        raise ConfigError(f"model {row['digest'][:12]} is not in the record; run `tracker verify`")
    return found
