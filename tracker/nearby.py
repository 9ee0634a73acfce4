"""What the registry knows of an account and of those near it: the same, look-alikes, the same site, the same payer.

None of it says that they belong together. Every answer reads a few rows of an index, however many accounts there are.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Engine
from sqlmodel import Session

from tracker.domain import AccountRef
from tracker.errors import BadInput
from tracker.registry.handles import account_ref, key_of, site_of
from tracker.registry.lookalikes import mixed_script
from tracker.registry.platforms import platform_of
from tracker.store import lookup, registry
from tracker.store.registry import Row

SHOWN = 50
"""Accounts shown of each sort; a payer with hundreds of clients says little."""


@dataclass(frozen=True, slots=True)
class Similar:
    """What the registry knows of an account and of those near it; the rows have the columns of `accounts`.

    `lookalikes` can be mistaken for it (each with `because`, the name that does), `same_site` are on its site,
    `same_payer` had ads paid by who pays for its ads, or by the body that the form suggests (each with `because`, the
    payer). Of each sort the first 50. None of this says that they belong together.
    """

    ref: AccountRef
    known: Row | None
    lookalikes: tuple[Row, ...] = ()
    same_site: tuple[Row, ...] = ()
    same_payer: tuple[Row, ...] = ()
    mixed_script: bool = False


def check_suspect(
    engine: Engine, text: str, *, platform: str | None = None, operator: str | None = None
) -> Similar:
    """Say what is known of a handle or an address, and of the body suggested; raise `BadInput` when it is neither."""
    ref = account_ref(text, platform, field="address_or_handle")
    with Session(engine) as session:
        return similar(session, ref, operator=operator)


def similar(session: Session, ref: AccountRef, *, operator: str | None = None) -> Similar:
    """Say what is known of an account and of those near it."""
    own = registry.find_account(session, ref)
    known = registry.account(session, registry.standing(session, own)) if own is not None else None
    return Similar(
        ref,
        known,
        lookalikes=_lookalikes(session, ref, known),
        same_site=_same_site(session, ref, known),
        same_payer=_same_payer(session, known, operator),
        mixed_script=mixed_script(ref.handle or ref.name or ""),
    )


def named_account(session: Session, name: str) -> Row | None:
    """Return the account that `PLATFORM:HANDLE` or an address names, and as which it stands; or `None`."""
    platform, _, handle = name.partition(":")
    stored = registry.account_by(session, platform, handle) if handle else None
    known = stored["id"] if stored else _known(session, name)
    return registry.account(session, registry.standing(session, known)) if known is not None else None


def _known(session: Session, name: str) -> int | None:
    platform, _, handle = name.partition(":")
    try:
        if "/" in name:
            ref = account_ref(name)
        else:
            ref = AccountRef(platform_of(platform), key_of(platform, handle))
    except BadInput:
        return None
    return registry.find_account(session, ref)


def _lookalikes(session: Session, ref: AccountRef, known: Row | None) -> tuple[Row, ...]:
    """Return the accounts of other brands one of whose names can be mistaken for one of this account's."""
    keys = lookup.skeletons(ref.platform, ref.key, ref.handle, ref.name)
    rows = _others(session, known, lookup.found(session, keys))
    brand = known["brand_id"] if known else None
    return tuple(row for row in rows if brand is None or row["brand_id"] != brand)[:SHOWN]


def _same_site(session: Session, ref: AccountRef, known: Row | None) -> tuple[Row, ...]:
    if ref.platform != "web":
        return ()
    found = lookup.found(session, [("site", site_of(ref.key))])
    return tuple(
        {name: row[name] for name in row if name != "because"} for row in _others(session, known, found)
    )


def _same_payer(session: Session, known: Row | None, operator: str | None) -> tuple[Row, ...]:
    named = {operator.strip()} if operator and operator.strip() else set()
    payers = lookup.payers_of(session, known["id"], known["account"]) if known else set()
    found = lookup.paid_by(session, payers | named)
    return tuple(_others(session, known, found))


def _others(session: Session, known: Row | None, found: Iterable[Row]) -> list[Row]:
    """Return the accounts that were found, but for `known`, each once.

    `because` is the name that led to it: its handle, if that is among them.
    """
    names: defaultdict[int, list[str]] = defaultdict(list)
    for row in found:
        names[row["account_id"]].append(row["name"])
    rows: dict[int, Row] = {}
    for row in registry.accounts_with(session, [*names]):
        because = row["handle"] if row["handle"] in names[row["id"]] else names[row["id"]][0]
        stands = row
        if row["merged_into"] is not None:
            stands = registry.account(session, registry.standing(session, row["id"])) or row
        rows.setdefault(stands["id"], {**stands, "because": because})
    return [row for row in rows.values() if known is None or row["id"] != known["id"]]
