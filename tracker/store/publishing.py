"""What the record keeps so that others can be given data without names: a key, and every name an account ever had.

Functions take a session and never commit.
"""

import secrets
from collections import defaultdict
from collections.abc import Mapping

from sqlalchemy import select
from sqlmodel import Session

from tracker.store import reads, tables
from tracker.store.tables import table_of
from tracker.store.writes import insert_new

KEY = "pseudonym_key"
_BYTES = 32
_ACCOUNT, _SEEN = table_of(tables.Account), table_of(tables.NameSeen)
_LOOK = table_of(tables.ProfileSnapshot)


def pseudonym_key(session: Session) -> bytes:
    """Return the key of this store's pseudonyms; it is made at random the first time and never changed."""
    if reads.meta(session, KEY) is None:
        insert_new(session, tables.Meta, [{"key": KEY, "value": secrets.token_hex(_BYTES)}])
    return bytes.fromhex(reads.meta(session, KEY) or "")


def also_known(session: Session) -> dict[int, list[str]]:
    """Return what each account was also called, by its id: earlier keys, names seen in a document or on its profile, ids.

    What was merged into another account is among the names of that one.
    """
    found: defaultdict[int, dict[str, None]] = defaultdict(dict)
    columns = [
        _ACCOUNT.c[name] for name in ("id", "key", "handle", "name", "native_id", "known_as", "merged_into")
    ]
    rows = session.execute(select(*columns).order_by(_ACCOUNT.c.id)).all()
    onward = {row.id: row.merged_into for row in rows if row.merged_into is not None}
    for account in rows:
        for name in (account.key, account.handle, account.name, account.native_id, *account.known_as):
            if name:
                found[account.id][name] = None
    for seen in session.execute(select(_SEEN.c.account_id, _SEEN.c.value).order_by(_SEEN.c.id)):
        found[seen.account_id][seen.value] = None
    for look in session.execute(select(_LOOK.c.account_id, _LOOK.c.handle, _LOOK.c.name).distinct()):
        found[look.account_id].update(dict.fromkeys(name for name in (look.handle, look.name) if name))
    for number in sorted(onward):
        found[_survivor(number, onward)].update(found.pop(number, {}))
    return {number: list(names) for number, names in found.items()}


def _survivor(number: int, onward: Mapping[int, int]) -> int:
    seen = {number}
    while number in onward and onward[number] not in seen:
        number = onward[number]
        seen.add(number)
    return number
