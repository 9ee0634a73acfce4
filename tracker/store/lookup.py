"""What an account can be found by: its names, what they can be mistaken for, its site, and who paid for its ads.

Every function that adds an account or gives one another name calls `index`, so that a look-up reads a few rows
however many accounts there are. Functions take a session and never commit.
"""

from collections.abc import Collection, Iterator
from typing import Any

from sqlalchemy import ColumnElement, delete, func, select
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
_AD, _CLAIM, _LOOKUP = table_of(tables.Ad), table_of(tables.Claim), table_of(tables.LookupKey)
_ORGANISATION, _SNAPSHOT = table_of(tables.Organisation), table_of(tables.AdSnapshot)
_WITHDRAWAL = table_of(tables.ClaimWithdrawal)
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
    """Return the accounts that any of these keys leads to: `kind`, `value`, `account_id`, `name`.

    In the order of ids; of one account the name as it is written comes before its folded key.
    """
    rows: list[Row] = []
    for kind in sorted({kind for kind, _ in keys}):
        values = sorted({value for one, value in keys if one == kind})
        asked = select(_LOOKUP).where(_LOOKUP.c.kind == kind, _LOOKUP.c.value.in_(values))
        rows += [dict(row) for row in session.execute(asked).mappings()]
    return sorted(rows, key=lambda row: (row["account_id"], row["name"]))


def payers_of(session: Session, account_id: int, account: str) -> set[str]:
    """Return who paid for the ads of an account: as its repository prints it, and as live claims name it."""
    printed = (
        select(_SNAPSHOT.c.payer)
        .join(_AD, _AD.c.id == _SNAPSHOT.c.ad_id)
        .where(_AD.c.account_id == account_id, _SNAPSHOT.c.payer.is_not(None))
    )
    claimed = (
        select(func.coalesce(_ORGANISATION.c.name, _CLAIM.c.subject))
        .outerjoin(_ORGANISATION, _ORGANISATION.c.id == _CLAIM.c.subject)
        .where(_CLAIM.c.predicate == "pays_for", _CLAIM.c.object == account, _stands())
    )
    return {
        str(payer) for asked in (printed.distinct(), claimed) for payer in session.execute(asked).scalars()
    }


def paid_by(session: Session, payers: Collection[str]) -> list[Row]:
    """Return the accounts whose ads were paid by any of these, as printed or as claimed: `account_id`, `name` of the payer."""
    if not payers:
        return []
    printed = (
        select(_AD.c.account_id, _SNAPSHOT.c.payer.label("name"))
        .join(_AD, _AD.c.id == _SNAPSHOT.c.ad_id)
        .where(_SNAPSHOT.c.payer.in_(sorted(payers)), _AD.c.account_id.is_not(None))
        .distinct()
    )
    named = {name.casefold() for name in payers}
    claimed = (
        select(_CLAIM.c.object, func.coalesce(_ORGANISATION.c.name, _CLAIM.c.subject))
        .outerjoin(_ORGANISATION, _ORGANISATION.c.id == _CLAIM.c.subject)
        .where(_CLAIM.c.predicate == "pays_for", _CLAIM.c.object_type == "account", _stands())
    )
    paying = {str(account): payer for account, payer in session.execute(claimed) if payer.casefold() in named}
    rows = [dict(row) for row in session.execute(printed).mappings()]
    return rows + [
        {"account_id": row["account_id"], "name": paying[account]}
        for account in paying
        for row in found(session, [("name", account.casefold())])[:1]
    ]


def _stands() -> ColumnElement[bool]:
    return _CLAIM.c.id.not_in(select(_WITHDRAWAL.c.claim_id))


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
