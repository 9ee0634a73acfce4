"""Samples of items to be coded, who is to code which of them, and how far they are."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import and_, case, func, insert, select
from sqlmodel import Session

from tracker.store import registry, tables
from tracker.store.claims import Row
from tracker.store.tables import table_of
from tracker.store.writes import insert_all

_SAMPLE, _ITEM = table_of(tables.CodingSample), table_of(tables.CodingSampleItem)
_GIVEN, _CODING = table_of(tables.CodingAssignment), table_of(tables.Coding)

_PLACED = and_(_ITEM.c.sample_id == _GIVEN.c.sample_id, _ITEM.c.position == _GIVEN.c.position)
_DONE = (
    select(_CODING.c.id)
    .where(
        _CODING.c.item_type == _SAMPLE.c.item_type,
        _CODING.c.item_id == _ITEM.c.item_id,
        _CODING.c.coder_key == _GIVEN.c.coder_key,
        _CODING.c.selection == _SAMPLE.c.selection,
    )
    .exists()
)
"""That the coder has coded the place: for training or for a share, whichever the sample is for."""


def add(session: Session, values: Mapping[str, Any], item_ids: Sequence[int]) -> int:
    """Keep a sample with its items in their order, and return its id."""
    number = int(session.execute(insert(_SAMPLE).values(**values).returning(_SAMPLE.c.id)).scalar_one())
    rows = [{"sample_id": number, "position": place, "item_id": one} for place, one in enumerate(item_ids)]
    insert_all(session, tables.CodingSampleItem, rows)
    return number


def assign(
    session: Session,
    number: int,
    given: Mapping[str, Sequence[int]],
    keys: Mapping[str, str],
    *,
    at: datetime,
) -> None:
    """Give the places of a sample to coders, each known by the key of their name."""
    rows = [
        {"sample_id": number, "coder_key": keys[coder], "position": place, "coder": coder, "at": at}
        for coder, places in given.items()
        for place in places
    ]
    insert_all(session, tables.CodingAssignment, rows)


def sample(session: Session, number: int) -> Row | None:
    """Return a sample: the columns of `coding_sample`; or `None`."""
    row = session.execute(select(_SAMPLE).where(_SAMPLE.c.id == number)).mappings().first()
    return dict(row) if row else None


def extensions(session: Session, number: int | None = None) -> list[Row]:
    """Return the samples that go on with others, or with one of them, the oldest first: the columns of `coding_sample`."""
    asked = select(_SAMPLE).where(_SAMPLE.c.extends.is_not(None)).order_by(_SAMPLE.c.id)
    if number is not None:
        asked = asked.where(_SAMPLE.c.extends == number)
    return [dict(row) for row in session.execute(asked).mappings()]


def coders_of(session: Session, number: int) -> list[str]:
    """Return who was given items of a sample, in the order of their keys."""
    asked = select(func.min(_GIVEN.c.coder)).where(_GIVEN.c.sample_id == number).group_by(_GIVEN.c.coder_key)
    return list(session.execute(asked.order_by(_GIVEN.c.coder_key)).scalars())


def samples(session: Session) -> list[Row]:
    """Return the samples, the latest first: the columns of `coding_sample`, `account`, and `coders` (rows of `progress`)."""
    rows = [dict(row) for row in session.execute(select(_SAMPLE).order_by(_SAMPLE.c.id.desc())).mappings()]
    owners = {row["account_id"] for row in rows} - {None}
    names = {one["id"]: one["account"] for one in registry.accounts_with(session, owners)}
    done = progress(session)
    return [
        {
            **row,
            "account": names.get(row["account_id"]),
            "coders": [one for one in done if one["sample_id"] == row["id"]],
        }
        for row in rows
    ]


def progress(session: Session, *, coder_key: str | None = None, number: int | None = None) -> list[Row]:
    """Return `sample_id`, `coder`, `assigned` and `done` of every coder of every sample, or of one of either."""
    counted = func.count().label("assigned"), func.sum(case((_DONE, 1), else_=0)).label("done")
    asked = (
        _given(
            select(_GIVEN.c.sample_id, _GIVEN.c.coder_key, func.min(_GIVEN.c.coder).label("coder"), *counted)
        )
        .group_by(_GIVEN.c.sample_id, _GIVEN.c.coder_key)
        .order_by(_GIVEN.c.sample_id, _GIVEN.c.coder_key)
    )
    if coder_key is not None:
        asked = asked.where(_GIVEN.c.coder_key == coder_key)
    if number is not None:
        asked = asked.where(_GIVEN.c.sample_id == number)
    return [
        {**row, "assigned": int(row["assigned"]), "done": int(row["done"])}
        for row in session.execute(asked).mappings()
    ]


def next_of(session: Session, coder_key: str, number: int | None = None) -> Row | None:
    """Return the next place that a coder is to code, of one sample or of the oldest with one left; or `None`.

    Keys: `sample_id`, `position`, `item_type`, `item_id`, `selection`, `blind`.
    """
    columns = (
        _GIVEN.c.sample_id, _GIVEN.c.position, _SAMPLE.c.item_type, _ITEM.c.item_id, _SAMPLE.c.selection,
        _SAMPLE.c.blind,
    )  # fmt: skip
    asked = _given(select(*columns)).where(_GIVEN.c.coder_key == coder_key, ~_DONE)
    if number is not None:
        asked = asked.where(_GIVEN.c.sample_id == number)
    row = session.execute(asked.order_by(_GIVEN.c.sample_id, _GIVEN.c.position).limit(1)).mappings().first()
    return dict(row) if row else None


def assignment(session: Session, number: int, coder_key: str, item_type: str, item_id: int) -> Row | None:
    """Return the sample in which an item is a coder's to code: `selection`, `blind`; or `None` where it is not."""
    asked = _given(select(_SAMPLE.c.selection, _SAMPLE.c.blind)).where(
        _GIVEN.c.sample_id == number,
        _GIVEN.c.coder_key == coder_key,
        _SAMPLE.c.item_type == item_type,
        _ITEM.c.item_id == item_id,
    )
    row = session.execute(asked).mappings().first()
    return dict(row) if row else None


def sampled(session: Session, *, selection: str) -> list[Row]:
    """Return `item_type`, `item_id` and `account_id` (of the sample) of every item that was drawn in a way."""
    columns = (_SAMPLE.c.item_type, _ITEM.c.item_id, _SAMPLE.c.account_id)
    asked = (
        select(*columns)
        .join(_SAMPLE, _SAMPLE.c.id == _ITEM.c.sample_id)
        .where(_SAMPLE.c.selection == selection)
    )
    return [dict(row) for row in session.execute(asked.distinct()).mappings()]


def _given(asked: Any) -> Any:
    return asked.select_from(_GIVEN).join(_SAMPLE, _SAMPLE.c.id == _GIVEN.c.sample_id).join(_ITEM, _PLACED)
