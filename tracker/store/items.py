"""Ads and posts as things that people code: which there are, and what one of them says.

An ad is dated by the day it was first shown, a post by the day it was published, else first seen.
"""

from collections.abc import Collection, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlmodel import Session

from tracker.store import registry, tables
from tracker.store.claims import Row
from tracker.store.tables import table_of

_AD, _SEEN = table_of(tables.Ad), table_of(tables.AdSnapshot)
_POST, _SAID = table_of(tables.Post), table_of(tables.PostSnapshot)
_CHANGE = table_of(tables.Change)

GONE, BACK = ("ad_gone", "ad_expired", "post_gone", "post_deleted"), ("ad_returned", "post_returned")
_AT_ONCE = 500
_PUBLISHED = func.coalesce(_POST.c.published_at, _POST.c.first_seen)


def population(
    session: Session,
    item_type: str,
    *,
    account_ids: Collection[int] | None,
    since: date | None,
    until: date | None,
    after: int | None = None,
) -> list[int]:
    """Return the ids of all dated items of accounts (all when `None`) in a period, both ends in, in ascending order.

    `after` leaves out those up to an id: what came in before.
    """
    asked, owner = _dated(item_type, since, until)
    if after is not None:
        asked = asked.where((_AD if item_type == "ad" else _POST).c.id > after)
    if account_ids is not None:
        asked = asked.where(owner.in_(account_ids))
    return sorted(session.execute(asked).scalars())


def item(session: Session, item_type: str, item_id: int) -> Row | None:
    """Return what an item says by its latest snapshot, or `None`.

    Keys: `item_type`, `item_id`, `text`, `day`, `source`, `payer`, `section`, `snapshot` (`ad-12`), `account_id`, `account`,
    `account_name`, `gone_on` (the day on which it was found to be gone, if it was not seen again).
    """
    found = _ad(session, item_id) if item_type == "ad" else _post(session, item_id)
    if found is None:
        return None
    owner = found["account_id"]
    account = registry.account(session, registry.standing(session, owner)) if owner is not None else None
    return {
        "item_type": item_type,
        "item_id": item_id,
        **found,
        "account": account["account"] if account else None,
        "account_name": account["name"] if account else None,
        "gone_on": _gone(session, item_type, item_id),
    }


def texts(session: Session, item_type: str, ids: Sequence[int]) -> dict[int, str | None]:
    """Return what items say by their latest snapshots; those that are not there are left out."""
    owner, said = (_SEEN.c.ad_id, _SEEN) if item_type == "ad" else (_SAID.c.post_id, _SAID)
    found: dict[int, str | None] = {}
    for start in range(0, len(ids), _AT_ONCE):
        asked = select(owner, said.c.text).where(owner.in_(ids[start : start + _AT_ONCE]))
        found |= {row[0]: row[1] for row in session.execute(asked.order_by(said.c.observed_at, said.c.id))}
    return found


def _dated(item_type: str, since: date | None, until: date | None) -> tuple[Any, ColumnElement[Any]]:
    """Return the question for the ids of dated items, and the column of their account."""
    if item_type == "ad":
        asked = select(_AD.c.id).select_from(_AD).join(_SEEN, _SEEN.c.id == _latest_of_ad())
        asked = asked.where(_SEEN.c.first_shown.is_not(None))
        if since is not None:
            asked = asked.where(_SEEN.c.first_shown >= since)
        if until is not None:
            asked = asked.where(_SEEN.c.first_shown <= until)
        return asked, _AD.c.account_id
    posts = select(_POST.c.id)
    if since is not None:
        posts = posts.where(_midnight(since) <= _PUBLISHED)
    if until is not None:
        posts = posts.where(_midnight(until + timedelta(days=1)) > _PUBLISHED)
    return posts, _POST.c.account_id


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def _latest_of_ad() -> Any:
    other = _SEEN.alias()
    return (
        select(other.c.id)
        .where(other.c.ad_id == _AD.c.id)
        .correlate(_AD)
        .order_by(other.c.observed_at.desc(), other.c.id.desc())
        .limit(1)
        .scalar_subquery()
    )


def _ad(session: Session, number: int) -> Row | None:
    asked = (
        select(_AD.c.account_id, _AD.c.source, _SEEN)
        .join(_SEEN, _SEEN.c.ad_id == _AD.c.id)
        .where(_AD.c.id == number)
        .order_by(_SEEN.c.observed_at.desc(), _SEEN.c.id.desc())
        .limit(1)
    )
    row = session.execute(asked).mappings().first()
    if row is None:
        return None
    return {
        "text": row["text"], "day": row["first_shown"], "source": row["source"], "payer": row["payer"],
        "section": None, "snapshot": f"ad-{row['id']}", "account_id": row["account_id"],
    }  # fmt: skip


def _post(session: Session, number: int) -> Row | None:
    asked = (
        select(
            _POST.c.account_id, _POST.c.source, _POST.c.section, _SAID.c.text, _SAID.c.id.label("said"),
            _POST.c.published_at, _POST.c.first_seen,
        )
        .join(_SAID, _SAID.c.post_id == _POST.c.id)
        .where(_POST.c.id == number)
        .order_by(_SAID.c.observed_at.desc(), _SAID.c.id.desc())
        .limit(1)
    )  # fmt: skip
    row = session.execute(asked).mappings().first()
    if row is None:
        return None
    return {
        "text": row["text"], "day": (row["published_at"] or row["first_seen"]).date(), "source": row["source"],
        "payer": None, "section": row["section"], "snapshot": f"post-{row['said']}", "account_id": row["account_id"],
    }  # fmt: skip


def _gone(session: Session, item_type: str, item_id: int) -> date | None:
    """Return the day of the latest change that says an item is gone, unless a later one says that it is back."""
    snapshots = (
        select(_SEEN.c.id).where(_SEEN.c.ad_id == item_id)
        if item_type == "ad"
        else select(_SAID.c.id).where(_SAID.c.post_id == item_id)
    )
    names = [f"{item_type}-{number}" for number in session.execute(snapshots).scalars()]
    told = (_CHANGE.c.snapshot_before.in_(names) & _CHANGE.c.type.in_(GONE)) | (
        _CHANGE.c.snapshot_after.in_(names) & _CHANGE.c.type.in_(BACK)
    )
    asked = (
        select(_CHANGE.c.type, _CHANGE.c.at).where(told).order_by(_CHANGE.c.at.desc(), _CHANGE.c.id.desc())
    )
    latest = session.execute(asked.limit(1)).first()
    return latest.at.date() if latest and latest.type in GONE else None
