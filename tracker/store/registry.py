"""The registry in the record: who is named, by which document, and what is suspected.

Functions take a session and never commit. What a person decided about an account is never overwritten from a file.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Table, and_, bindparam, func, insert, or_, select, update
from sqlmodel import Session

from tracker import domain
from tracker.store import lookup, prepared, profiles, tables
from tracker.store.claims import save_claims as save_claims
from tracker.store.ids import reserve
from tracker.store.tables import table_of as table_of
from tracker.store.writes import Counts, insert_new

Row = dict[str, Any]

_BY_A_PERSON = ("under_review", "rejected", "withdrawn")
REVIEWED = "reviewed"
"""The audit action that says that a person decided about an account."""

_ACCOUNT, _AUDIT, _BRAND = table_of(tables.Account), table_of(tables.Audit), table_of(tables.Brand)
_CLAIM, _DOCUMENT, _ORGANISATION = (
    table_of(tables.Claim),
    table_of(tables.Document),
    table_of(tables.Organisation),
)
NAME = _ACCOUNT.c.platform + ":" + _ACCOUNT.c.key
_WITH_KEY = (_ACCOUNT.c.platform == bindparam("platform"), _ACCOUNT.c.key == bindparam("account_key"))
_ID = select(_ACCOUNT.c.id).where(*_WITH_KEY)
_REF = select(
    _ACCOUNT.c.platform, _ACCOUNT.c.key, _ACCOUNT.c.handle, _ACCOUNT.c.name, _ACCOUNT.c.url, _ACCOUNT.c.native_id
).where(*_WITH_KEY)  # fmt: skip
_ONWARD = select(_ACCOUNT.c.merged_into).where(_ACCOUNT.c.id == bindparam("number"))


@dataclass(frozen=True, slots=True)
class SeedCounts:
    """What loading the seed list did, by kind of entry."""

    documents: Counts
    organisations: Counts
    brands: Counts
    accounts: Counts
    claims: Counts
    followers: Counts
    labels: Counts
    figures: Counts

    def __str__(self) -> str:
        """Say it in one line: `3 new and 0 changed of 9 documents, …`."""
        return ", ".join(
            f"{count.new} new and {count.changed} changed of {count.new + count.changed + count.unchanged} {kind.name}"
            for kind in fields(self)
            for count in (getattr(self, kind.name),)
        )


def save_seeds(session: Session, seeds: domain.Seeds, *, at: datetime) -> SeedCounts:
    """Write the seed list; the same list again changes nothing.

    Nothing is deleted. A claim whose wording changed is added, and the earlier one stays.
    """
    documents = save_documents(session, seeds.documents)
    organisations = _save_named(session, _ORGANISATION, seeds.organisations)
    brands = _save_named(session, _BRAND, seeds.brands)
    if brands.changed:
        lookup.index_brands(session, [brand.id for brand in seeds.brands])
    accounts = _tally([_save_account(session, account, at=at) for account in seeds.accounts])
    profiles.add_names(session, _names_in(session, seeds))
    return SeedCounts(
        documents=documents,
        organisations=organisations,
        brands=brands,
        accounts=accounts,
        claims=save_claims(session, seeds.claims, at=at),
        followers=_save_followers(session, seeds.accounts),
        labels=_save_labels(session, seeds.accounts),
        figures=_save_figures(session, seeds.figures),
    )


def save_documents(session: Session, documents: Iterable[domain.Document]) -> Counts:
    """Write documents that are not there yet, and what changed in those that are."""
    return _save_named(session, _DOCUMENT, documents)


def add_release(
    session: Session, release: domain.Release, claims: Iterable[domain.Claim], *, at: datetime
) -> Counts:
    """Add the claims of a data release; its document and organisation are added unless the seed list has them."""
    insert_new(session, tables.Document, [asdict(release.document)])
    organisation = asdict(release.organisation)
    insert_new(session, tables.Organisation, [{**organisation, "aliases": list(organisation["aliases"])}])
    return save_claims(session, claims, at=at)


def resolve_account(session: Session, ref: domain.AccountRef, *, status: domain.Status, at: datetime) -> int:
    """Return the id of the account that `ref` names, and add it with `status` when no one knows it yet.

    Looked for by key, then by the platform's id, then by the names it was known under. What is known of an
    account is left as it is.
    """
    known = find_account(session, ref)
    if known is not None:
        return known
    row = {"id": reserve(session, "account", 1), "status": status, "added_at": at, **_values(ref)}
    insert_new(session, tables.Account, [row])
    added = int(_id_with_key(session, ref) or 0)
    lookup.index(session, [added])
    return added


def find_account(session: Session, ref: domain.AccountRef) -> int | None:
    """Return the id of the account that `ref` names, or `None`: its own, also where it was merged into another.

    What is collected stays with the key that it was collected by, so that a merge can be taken back.
    """
    found = _id_with_key(session, ref)
    if found is None and ref.native_id:
        same_id = (_ACCOUNT.c.platform == ref.platform, _ACCOUNT.c.native_id == ref.native_id)
        found = session.execute(select(_ACCOUNT.c.id).where(*same_id).order_by(_ACCOUNT.c.id)).scalar()
    return _known_as(session, ref) if found is None else int(found)


def standing(session: Session, account_id: int) -> int:
    """Return the id of the account that this one turned out to be: its own, unless it was merged into another."""
    seen = {account_id}
    while True:
        onward = prepared.run(session, _ONWARD, {"number": account_id}).scalar()
        if onward is None or onward in seen:
            return account_id
        account_id = int(onward)
        seen.add(account_id)


def learn_name(session: Session, account: Row, key: str) -> None:
    """Let an account be found by another handle that was seen on it; the one that its seed or list gave stays."""
    if key.casefold() in {name.casefold() for name in (account["key"], *account["known_as"])}:
        return
    names = [*account["known_as"], key]
    session.execute(update(_ACCOUNT).where(_ACCOUNT.c.id == account["id"]).values(known_as=names))
    lookup.index(session, [account["id"]])


def learn_id(session: Session, account: Row, native_id: str) -> None:
    """Let an account be found by the platform's id that was seen on it, unless it has one or another account bears it."""
    if account["native_id"] is not None:
        return
    same = (_ACCOUNT.c.platform == account["platform"], _ACCOUNT.c.native_id == native_id)
    if session.execute(select(_ACCOUNT.c.id).where(*same).limit(1)).first() is None:
        session.execute(update(_ACCOUNT).where(_ACCOUNT.c.id == account["id"]).values(native_id=native_id))
        lookup.index(session, [account["id"]])


def ref_by(session: Session, platform: str, key: str) -> domain.AccountRef | None:
    """Return how the account with this key is referred to when a platform is asked about it, or `None`."""
    row = prepared.run(session, _REF, {"platform": platform, "account_key": key}).mappings().first()
    return None if row is None else domain.AccountRef(**row)


def account_by(session: Session, platform: str, key: str) -> Row | None:
    """Return the account with this key: the columns of `accounts`, or `None`."""
    return next(iter(_accounts(session, _ACCOUNT.c.platform == platform, _ACCOUNT.c.key == key)), None)


def account(session: Session, account_id: int) -> Row | None:
    """Return the account with this id: the columns of `accounts`, or `None`."""
    return next(iter(_accounts(session, _ACCOUNT.c.id == account_id)), None)


def accounts(
    session: Session, *, brand_id: str | None = None, statuses: Collection[str] | None = None
) -> list[Row]:
    """Return the accounts, all or those of a brand or of some statuses, by platform and key.

    One that was merged into another is left out.

    Columns: those of the table, `account` (`x:chinasays`), `brand` (its name), and `claims` (how many name
    the account).
    """
    limits = [] if brand_id is None else [_ACCOUNT.c.brand_id == brand_id]
    if statuses is not None:
        limits.append(_ACCOUNT.c.status.in_(statuses))
    return _accounts(session, _ACCOUNT.c.merged_into.is_(None), *limits)


def accounts_with(session: Session, ids: Collection[int]) -> list[Row]:
    """Return the accounts with these ids: the columns of `accounts`."""
    return _accounts(session, _ACCOUNT.c.id.in_(ids)) if ids else []


def brand(session: Session, brand_id: str) -> Row | None:
    """Return a brand: `id`, `name`, `native_name`, `place`, `note`; or `None`."""
    found = session.execute(select(_BRAND).where(_BRAND.c.id == brand_id)).mappings().first()
    return dict(found) if found else None


def _save_account(session: Session, seed: domain.SeedAccount, *, at: datetime) -> str:
    """Write one account of the seed list and return whether it was `new`, `changed` or `unchanged`.

    An account that came in under another key (a number, an outlet's name) takes the key of the list and keeps the
    other among the names it was known under.
    """
    known = find_account(session, seed.ref)
    if known is None:
        resolve_account(session, seed.ref, status=seed.status, at=at)
        return "new"
    row = account(session, known) or {}
    wanted = {name: value for name, value in _values(seed.ref).items() if value is not None}
    earlier = [*row["known_as"], *([row["key"]] if row["key"] != seed.ref.key else [])]
    wanted["known_as"] = list(dict.fromkeys([*earlier, *seed.ref.known_as]))
    if row["status"] not in _BY_A_PERSON and not _reviewed(session, row["account"]):
        wanted["status"] = seed.status
    changed = {name: value for name, value in wanted.items() if row[name] != value}
    if not changed:
        return "unchanged"
    session.execute(update(_ACCOUNT).where(_ACCOUNT.c.id == known).values(**changed))
    lookup.index(session, [known])
    return "changed"


def _names_in(session: Session, seeds: domain.Seeds) -> Iterator[profiles.Name]:
    """Yield the names that the seed list gives of its accounts, each with the first document that speaks of it."""
    dated = {document.id: document.published_on for document in seeds.documents}
    spoken: dict[str, str] = {}
    for claim in seeds.claims:
        for named in (claim.subject, claim.object):
            spoken.setdefault(named, claim.document)
    for seed in seeds.accounts:
        document = spoken.get(f"{seed.ref.platform}:{seed.ref.key}") or spoken.get(seed.ref.brand_id or "")
        account_id = find_account(session, seed.ref)
        if document and account_id is not None:
            for kind, value in profiles.names_in(seed.ref):
                yield account_id, kind, value, dated.get(document), document


def _save_followers(session: Session, seeds: Iterable[domain.SeedAccount]) -> Counts:
    rows = [
        {"account_id": find_account(session, seed.ref), "document_id": document, **asdict(count)}
        for seed in seeds
        for count, document in seed.followers
    ]
    key = ("account_id", "document_id", "as_published")
    return _add_missing(session, table_of(tables.FollowerCount), rows, key=key)


def _save_labels(session: Session, seeds: Iterable[domain.SeedAccount]) -> Counts:
    rows = []
    for seed in seeds:
        for label in seed.labels:
            values = {
                "state": label.state,
                "on": label.on,
                "document_id": label.document,
                "words": label.words,
            }
            rows.append({"account_id": find_account(session, seed.ref), **values})
    return _add_missing(
        session, table_of(tables.LabelSeen), rows, key=("account_id", "document_id", "state", "on")
    )


def _save_figures(session: Session, figures: Iterable[domain.PublishedFigure]) -> Counts:
    rows = [asdict(figure) for figure in figures]
    named = [{"document_id": row.pop("document"), **row} for row in rows]
    key = ("counted", "place", "level", "document_id", "as_published")
    return _add_missing(session, table_of(tables.PublishedFigure), named, key=key)


def _reviewed(session: Session, name: str) -> bool:
    decided = select(_AUDIT.c.id).where(_AUDIT.c.subject == name, _AUDIT.c.action == REVIEWED).limit(1)
    return session.execute(decided).scalar() is not None


def _save_named(session: Session, table: Table, values: Iterable[Any]) -> Counts:
    """Write values that bring their own id into their table."""
    known = {row["id"]: dict(row) for row in session.execute(select(table)).mappings()}
    outcomes = []
    for value in values:
        row = {name: list(item) if isinstance(item, tuple) else item for name, item in asdict(value).items()}
        if row["id"] not in known:
            session.execute(insert(table).values(**row))
            outcomes.append("new")
        elif any(known[row["id"]][name] != value for name, value in row.items()):
            session.execute(update(table).where(table.c.id == row["id"]).values(**row))
            outcomes.append("changed")
        else:
            outcomes.append("unchanged")
    return _tally(outcomes)


def _add_missing(session: Session, table: Table, rows: list[Row], *, key: tuple[str, ...]) -> Counts:
    """Add the rows whose key an append-only table does not hold; an unknown date is equal to itself here."""
    known = {tuple(found) for found in session.execute(select(*(table.c[name] for name in key)))}
    new = {place: row for row in rows if (place := tuple(row[name] for name in key)) not in known}
    if new:
        session.execute(insert(table), list(new.values()))
    return Counts(new=len(new), unchanged=len(rows) - len(new))


def _known_as(session: Session, ref: domain.AccountRef) -> int | None:
    """Return the account that carries one of these names, now or earlier; one that bears it now comes first."""
    names = {name.casefold() for name in (ref.key, ref.handle, ref.native_id, *ref.known_as) if name}
    rows = lookup.found(session, [("name", f"{ref.platform}:{name}") for name in names])
    ids = list(dict.fromkeys(row["account_id"] for row in rows))
    if len(ids) < 2:
        return int(ids[0]) if ids else None
    asked = select(_ACCOUNT.c.id).where(_ACCOUNT.c.id.in_(ids), func.lower(_ACCOUNT.c.handle).in_(names))
    now = session.execute(asked.order_by(_ACCOUNT.c.id)).scalar()
    return int(ids[0] if now is None else now)


def _accounts(session: Session, *where: ColumnElement[bool]) -> list[Row]:
    number = (
        select(func.count())
        .where(
            or_(
                and_(_CLAIM.c.subject_type == "account", _CLAIM.c.subject == NAME),
                and_(_CLAIM.c.object_type == "account", _CLAIM.c.object == NAME),
            )
        )
        .scalar_subquery()
    )
    rows = session.execute(
        select(_ACCOUNT, NAME.label("account"), _BRAND.c.name.label("brand"), number.label("claims"))
        .outerjoin(_BRAND, _ACCOUNT.c.brand_id == _BRAND.c.id)
        .where(*where)
        .order_by(_ACCOUNT.c.platform, _ACCOUNT.c.key)
    )
    return [dict(row) for row in rows.mappings()]


def _id_with_key(session: Session, ref: domain.AccountRef) -> int | None:
    return prepared.run(session, _ID, {"platform": ref.platform, "account_key": ref.key}).scalar()


def _values(ref: domain.AccountRef) -> Row:
    return {**asdict(ref), "known_as": list(ref.known_as)}


def _tally(outcomes: list[str]) -> Counts:
    return Counts(**Counter(outcomes))
