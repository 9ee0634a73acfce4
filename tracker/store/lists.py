"""The registry in bulk, for public lists: read once, written once, and what a person decided is left as it is.

Functions take a session and never commit.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import Table, select, tuple_, update
from sqlmodel import Session

from tracker import domain
from tracker.store import lookup, profiles, tables
from tracker.store.ids import reserve
from tracker.store.registry import REVIEWED
from tracker.store.tables import table_of
from tracker.store.writes import in_chunks, insert_all, insert_new

Row = Mapping[str, Any]

_ACCOUNT, _AUDIT, _CLAIM = table_of(tables.Account), table_of(tables.Audit), table_of(tables.Claim)
_WITHDRAWAL = table_of(tables.ClaimWithdrawal)
_ORGANISATION, _FOLLOWERS = table_of(tables.Organisation), table_of(tables.FollowerCount)


def known_accounts(session: Session) -> list[Row]:
    """Return every account that was not merged into another: `id`, `platform`, `key`, `native_id`, `known_as`, `brand_id`, `status`."""
    names = ("id", "platform", "key", "native_id", "known_as", "brand_id", "status", "merged_into")
    return [row for row in _columns(session, _ACCOUNT, *names) if row["merged_into"] is None]


def known_organisations(session: Session) -> list[Row]:
    """Return every body: `id`, `name`, `native_name`, `aliases`, `kind`, `country` (or else its place)."""
    rows = _columns(
        session, _ORGANISATION, "id", "name", "native_name", "aliases", "country", "place", "kind"
    )
    return [{**row, "country": row["country"] or row["place"]} for row in rows]


def known_claims(session: Session) -> list[Row]:
    """Return who says what of whom: `subject_type`, `subject`, `predicate`, `object`, `document_id`, `withdrawn`."""
    gone = set(session.execute(select(_WITHDRAWAL.c.claim_id)).scalars())
    rows = _columns(session, _CLAIM, "id", "subject_type", "subject", "predicate", "object", "document_id")
    return [{**row, "withdrawn": row["id"] in gone} for row in rows]


def reviewed(session: Session) -> frozenset[str]:
    """Return the names of the accounts that a person decided about."""
    found = select(_AUDIT.c.subject).where(_AUDIT.c.action == REVIEWED)
    return frozenset(session.execute(found).scalars())


def add_accounts(
    session: Session, accounts: Sequence[tuple[domain.AccountRef, domain.Status]], *, at: datetime
) -> None:
    """Add accounts that are not there yet, with their status."""
    if not accounts:
        return
    first = reserve(session, "account", len(accounts))
    rows = [
        {
            "id": first + offset,
            **asdict(ref),
            "known_as": list(ref.known_as),
            "status": status,
            "added_at": at,
        }
        for offset, (ref, status) in enumerate(accounts)
    ]
    insert_new(session, tables.Account, rows)
    lookup.index(session, [int(row["id"]) for row in rows])


def raise_statuses(session: Session, statuses: Mapping[int, domain.Status]) -> None:
    """Give accounts by id a status, where nobody has judged them yet."""
    for status in sorted(set(statuses.values())):
        ids = [account_id for account_id, wanted in statuses.items() if wanted == status]
        for chunk in in_chunks(ids):
            unjudged = (_ACCOUNT.c.id.in_(chunk), _ACCOUNT.c.status == "unassessed")
            session.execute(update(_ACCOUNT).where(*unjudged).values(status=status))


def add_names(session: Session, learned: Iterable[tuple[int, domain.AccountRef]]) -> None:
    """Note by what other names, and by what id of its platform, accounts are known."""
    changed = []
    for account_id, ref in learned:
        names = {"native_id": ref.native_id, "known_as": list(ref.known_as)}
        session.execute(update(_ACCOUNT).where(_ACCOUNT.c.id == account_id).values(**names))
        changed.append(account_id)
    if changed:
        lookup.index(session, changed)


def add_organisations(session: Session, organisations: Iterable[domain.Organisation]) -> None:
    """Add bodies that are not there yet; one that is there is left as it is."""
    rows = [{**asdict(one), "aliases": list(one.aliases)} for one in organisations]
    insert_new(session, tables.Organisation, rows)


def add_documents(session: Session, documents: Iterable[domain.Document]) -> None:
    """Add documents that are not there yet; one that is there is left as it is."""
    insert_new(session, tables.Document, [asdict(one) for one in documents])


def add_follower_counts(
    session: Session, counts: Sequence[tuple[str, str, str, domain.FollowerCount]]
) -> None:
    """Add follower figures, each with platform and key of its account and its document, that are not there yet."""
    ids = _ids(session, sorted({(platform, key) for platform, key, _, _ in counts}))
    known = {
        tuple(row)
        for row in session.execute(
            select(_FOLLOWERS.c.account_id, _FOLLOWERS.c.document_id, _FOLLOWERS.c.as_published)
        )
    }
    rows: dict[tuple[int, str, str], Row] = {}
    for platform, key, document, count in counts:
        place = (ids[platform, key], document, count.as_published)
        if place not in known:
            rows[place] = {"account_id": place[0], "document_id": document, **asdict(count)}
    insert_all(session, tables.FollowerCount, list(rows.values()))


def add_names_seen(
    session: Session, names: Sequence[tuple[str, str, domain.AccountRef, domain.Document]]
) -> None:
    """Note by which names a list calls its accounts, each given by platform and key, with its document."""
    ids = _ids(session, sorted({(platform, key) for platform, key, _, _ in names}))
    profiles.add_names(
        session,
        (
            (ids[platform, key], kind, value, document.published_on, document.id)
            for platform, key, ref, document in names
            for kind, value in profiles.names_in(ref)
        ),
    )


def _ids(session: Session, names: Sequence[tuple[str, str]]) -> dict[tuple[str, str], int]:
    found: dict[tuple[str, str], int] = {}
    for chunk in in_chunks(names):
        rows = session.execute(
            select(_ACCOUNT.c.platform, _ACCOUNT.c.key, _ACCOUNT.c.id).where(
                tuple_(_ACCOUNT.c.platform, _ACCOUNT.c.key).in_(chunk)
            )
        )
        found.update({(platform, key): account_id for platform, key, account_id in rows})
    return found


def _columns(session: Session, table: Table, *names: str) -> list[Row]:
    rows = session.execute(select(*(table.c[name] for name in names)))
    return [dict(zip(names, row, strict=True)) for row in rows]
