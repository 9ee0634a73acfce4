"""What an account can be found by: its names, what they can be mistaken for, its site, and who paid for its ads.

Every function that adds an account or gives one another name calls `index`, so that a look-up reads a few rows
however many accounts there are. Functions take a session and never commit.
"""

from collections.abc import Collection, Iterator
from typing import Any

from sqlalchemy import delete, select
from sqlmodel import Session

from tracker.registry.handles import site_of
from tracker.registry.lookalikes import skeleton
from tracker.store import tables
from tracker.store.tables import table_of
from tracker.store.writes import in_chunks, insert_all

Row = dict[str, Any]
Key = tuple[str, str]
"""A kind (`name`, `skeleton` or `site`) and the folded value."""

SHORTEST = 3
"""A skeleton shorter than this is like too many others to say anything."""

_ACCOUNT, _BRAND = table_of(tables.Account), table_of(tables.Brand)
_LOOKUP = table_of(tables.LookupKey)
_COLUMNS = [_ACCOUNT.c[name] for name in ("id", "platform", "key", "handle", "name", "native_id", "known_as")]


def index(session: Session, account_ids: Collection[int] | None = None) -> None:
    """Write anew what accounts can be found by: all, or those with these ids."""
    chunks = [None] if account_ids is None else list(in_chunks(list(account_ids)))
    for chunk in chunks:
        forget = delete(_LOOKUP)
        asked = select(*_COLUMNS, _BRAND.c.name.label("brand")).outerjoin(
            _BRAND, _ACCOUNT.c.brand_id == _BRAND.c.id
        )
        if chunk is not None:
            forget = forget.where(_LOOKUP.c.account_id.in_(chunk))
            asked = asked.where(_ACCOUNT.c.id.in_(chunk))
        session.execute(forget)
        rows = {
            (kind, value, row["id"], name): None
            for row in session.execute(asked).mappings()
            for kind, value, name in _keys_of(dict(row))
        }
        found = [dict(zip(("kind", "value", "account_id", "name"), row, strict=True)) for row in rows]
        insert_all(session, tables.LookupKey, found)


def index_brands(session: Session, brand_ids: Collection[str]) -> None:
    """Write anew what the accounts of brands can be found by."""
    ids: list[int] = []
    for chunk in in_chunks(list(brand_ids)):
        ids += session.execute(select(_ACCOUNT.c.id).where(_ACCOUNT.c.brand_id.in_(chunk))).scalars()
    if ids:
        index(session, ids)


def found(session: Session, keys: Collection[Key]) -> list[Row]:
    """Return the accounts that any of these keys leads to: `kind`, `value`, `account_id`, `name`."""
    rows: list[Row] = []
    for kind in sorted({kind for kind, _ in keys}):
        values = sorted({value for one, value in keys if one == kind})
        asked = select(_LOOKUP).where(_LOOKUP.c.kind == kind, _LOOKUP.c.value.in_(values))
        rows += [dict(row) for row in session.execute(asked.order_by(_LOOKUP.c.account_id)).mappings()]
    return rows


def skeletons(platform: str, *names: str | None) -> set[Key]:
    """Return the keys of what an account with these names can be mistaken for; of a site also its first word."""
    known = [name for name in names if name]
    if platform == "web":
        known += [site_of(name).split(".")[0] for name in known if "." in name]
    folded = {skeleton(name) for name in known}
    return {("skeleton", one) for one in folded if len(one) >= SHORTEST}


def _keys_of(row: Row) -> Iterator[tuple[str, str, str]]:
    """Yield kind, value and the name it comes from, for everything that an account can be found by."""
    for name in (row["key"], row["native_id"], row["handle"], *row["known_as"]):
        if name:
            yield "name", f"{row['platform']}:{name.casefold()}", name
    for name in (row["key"], row["handle"], row["name"], row["brand"], *row["known_as"]):
        if name:
            for kind, value in skeletons(row["platform"], name):
                yield kind, value, name
    if row["platform"] == "web":
        yield "site", site_of(row["key"]), row["key"]
