"""What the page of an account shows beside its claims: the ways upwards, the bodies on them, labels, followers.

Functions take a session and never commit; each asks for one account or a few, by index.
"""

from collections.abc import Collection, Sequence

from sqlalchemy import select
from sqlmodel import Session

from tracker.registry import claims as rules
from tracker.store import claims, tables
from tracker.store.claims import ABOUT_DOCUMENT, Row
from tracker.store.tables import table_of

_DOCUMENT, _ORGANISATION = table_of(tables.Document), table_of(tables.Organisation)
_FOLLOWERS, _LABEL = table_of(tables.FollowerCount), table_of(tables.LabelSeen)


def ways(
    session: Session, start: Sequence[rules.Node], disputed: Collection[int]
) -> tuple[tuple[rules.Chain, ...], list[Row]]:
    """Return the ways upwards from an account and its brand, and the claims about the bodies on them.

    The best way comes first, one for each other operator that a disputed claim names after it. The claims have the
    columns of `claims.claims_of`.
    """
    links = claims.links(session, [name for kind, name in start if kind == "account"])
    found = rules.Ways(links).chains(start, disputed)
    above = {link.subject for chain in found for link in chain.links} - set(start)
    return found, claims.claims_from(session, sorted(above))


def bodies(session: Session, ids: Collection[str]) -> dict[str, Row]:
    """Return organisations by id: the columns of the table."""
    rows = session.execute(select(_ORGANISATION).where(_ORGANISATION.c.id.in_(ids))).mappings()
    return {row["id"]: dict(row) for row in rows}


def labels(session: Session, account_ids: Collection[int]) -> list[Row]:
    """Return the labels that documents saw on accounts, oldest first: the columns of the table and of the document."""
    asked = (
        select(_LABEL, *ABOUT_DOCUMENT)
        .join(_DOCUMENT, _LABEL.c.document_id == _DOCUMENT.c.id)
        .where(_LABEL.c.account_id.in_(account_ids))
        .order_by(_LABEL.c.on, _LABEL.c.id)
    )
    return [dict(row) for row in session.execute(asked).mappings()]


def followers(session: Session, account_ids: Collection[int]) -> list[Row]:
    """Return the follower figures that documents gave, in their order: the columns of the table and of the document."""
    asked = (
        select(_FOLLOWERS, *ABOUT_DOCUMENT)
        .join(_DOCUMENT, _FOLLOWERS.c.document_id == _DOCUMENT.c.id)
        .where(_FOLLOWERS.c.account_id.in_(account_ids))
        .order_by(_FOLLOWERS.c.id)
    )
    return [dict(row) for row in session.execute(asked).mappings()]
