"""The key of the pseudonyms is made once in a store, and every name an account ever had is known to them."""

from datetime import UTC, datetime

from sqlalchemy import Engine

from tracker.domain import AccountRef
from tracker.store import identity, publishing, registry
from tracker.store.engine import unit_of_work

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def test_the_key_is_made_once(engine: Engine) -> None:
    with unit_of_work(engine) as session:
        first = publishing.pseudonym_key(session)
    with unit_of_work(engine) as session:
        again = publishing.pseudonym_key(session)

    assert (len(first), first) == (32, again)


def test_what_was_merged_is_among_the_names_of_what_it_turned_out_to_be(engine: Engine) -> None:
    with unit_of_work(engine) as session:
        old, new = (
            registry.resolve_account(session, AccountRef("x", key, handle=key), status="suspected", at=NOW)
            for key in ("oldname", "newname")
        )
        rows = [registry.account(session, number) or {} for number in (old, new)]
        identity.merge(session, rows[0], rows[1], by="ann", reason="renamed", at=NOW)

        known = publishing.also_known(session)

    assert old not in known
    assert set(known[new]) == {"oldname", "newname"}
