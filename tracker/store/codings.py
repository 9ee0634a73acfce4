"""Codings and what third persons settled: rows are added; whoever codes an item anew adds a row that supersedes theirs."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from sqlalchemy import func, insert, select
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from tracker.errors import BadInput
from tracker.store import tables
from tracker.store.claims import Row
from tracker.store.tables import table_of

_CODING, _RULING = table_of(tables.Coding), table_of(tables.Adjudication)

Item = tuple[str, int]
"""The type and the id of an item."""


def add(session: Session, values: Mapping[str, Any]) -> int:
    """Add a coding and return its id; raise `BadInput` when the same coder saved the same item at the same moment."""
    try:
        return int(session.execute(insert(_CODING).values(**values).returning(_CODING.c.id)).scalar_one())
    except IntegrityError as error:
        raise BadInput(
            "you coded this item in another window just now; that coding stands", field="seen"
        ) from error


def by_coder(session: Session, item_type: str, item_id: int, coder_key: str) -> list[Row]:
    """Return what one coder said of one item, oldest first: the columns of `coding`."""
    mine = (_CODING.c.item_type == item_type, _CODING.c.item_id == item_id, _CODING.c.coder_key == coder_key)
    return _rows(session, select(_CODING).where(*mine).order_by(_CODING.c.seq))


def lately(session: Session, coder_key: str, limit: int) -> list[Row]:
    """Return the latest codings of one coder, the latest first: the columns of `coding`."""
    return sorted(
        latest(session, _CODING.c.coder_key == coder_key), key=lambda row: int(row["id"]), reverse=True
    )[:limit]


def latest(session: Session, *where: Any) -> list[Row]:
    """Return each coder's latest coding of each item, oldest first: the columns of `coding`, and `first` (the id of
    their first one).
    """
    keys = (_CODING.c.item_type, _CODING.c.item_id, _CODING.c.coder_key)
    last = (
        select(func.max(_CODING.c.id).label("id"), func.min(_CODING.c.id).label("first"))
        .where(*where)
        .group_by(*keys)
        .subquery()
    )
    asked = select(_CODING, last.c.first).join(last, _CODING.c.id == last.c.id)
    return _rows(session, asked.order_by(_CODING.c.id))


def heard(session: Session, selections: tuple[str, ...] = ("random", "manual")) -> dict[Item, list[Row]]:
    """Return the latest codings by item: what the margin chose for training is left out unless it is asked for."""
    found: defaultdict[Item, list[Row]] = defaultdict(list)
    for row in latest(session, _CODING.c.selection.in_(selections)):
        found[row["item_type"], row["item_id"]].append(row)
    return dict(found)


def heard_of(session: Session, item_type: str, item_id: int) -> list[Row]:
    """Return the latest codings of one item, without those for training: the columns of `latest`."""
    here = (_CODING.c.item_type == item_type, _CODING.c.item_id == item_id)
    return latest(session, *here, _CODING.c.selection != "training")


def rulings(session: Session) -> dict[Item, Row]:
    """Return the latest ruling on each item: the columns of `adjudication`."""
    rows = _rows(session, select(_RULING).order_by(_RULING.c.id))
    return {(row["item_type"], row["item_id"]): row for row in rows}


def add_ruling(session: Session, values: Mapping[str, Any]) -> int:
    """Add what a third person settled and return its id; raise `BadInput` when somebody settled it at the same moment."""
    item = (
        _RULING.c.item_type == values["item_type"], _RULING.c.item_id == values["item_id"],
    )  # fmt: skip
    seq = session.execute(select(func.coalesce(func.max(_RULING.c.seq), 0)).where(*item)).scalar_one() + 1
    try:
        added = insert(_RULING).values(**values, seq=seq).returning(_RULING.c.id)
        return int(session.execute(added).scalar_one())
    except IntegrityError as error:
        raise BadInput(
            "somebody else settled this item just now; look at it again", field="settles"
        ) from error


def _rows(session: Session, asked: Any) -> list[Row]:
    return [dict(row) for row in session.execute(asked).mappings()]
