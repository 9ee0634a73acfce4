"""What is told to whom: changes as alerts, the rules, and the outbox that loses nothing.

Functions take a session and never commit. A message is claimed before it is sent and marked after; who dies between the two
sends it again under the same key, so that a receiver can tell.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, exists, func, insert, or_, select, update
from sqlmodel import Session

from tracker.store import tables
from tracker.store.ids import reserve
from tracker.store.tables import table_of
from tracker.store.writes import in_chunks, insert_new

Row = dict[str, Any]

_ALERT, _RULE, _MESSAGE = table_of(tables.Alert), table_of(tables.AlertRule), table_of(tables.AlertMessage)
_CHANGE, _QUERY, _RUN = table_of(tables.Change), table_of(tables.Query), table_of(tables.CollectRun)
_LISTING, _POST, _SNAPSHOT = table_of(tables.Listing), table_of(tables.Post), table_of(tables.PostSnapshot)
_OUTCOME, _ACCOUNT = table_of(tables.QueryOutcome), table_of(tables.Account)
LEASE = timedelta(minutes=5)
"""How long a message is left alone that somebody is sending."""


def untold_changes(session: Session, after: int, *, limit: int) -> list[Row]:
    """Return changes with a higher id, in their order: the columns of the table, and `suspect`.

    `suspect` says that the change is of a time in which its platform is not to be believed.
    """
    within = _QUERY.c.started_at.between(_RUN.c.started_at, _RUN.c.finished_at)
    there = or_(_RUN.c.platform.is_(None), _RUN.c.platform == _ACCOUNT.c.platform)
    suspect = exists().where(and_(_RUN.c.suspect.is_not(None), within, there)).label("suspect")
    asked = select(_CHANGE, suspect).join(_QUERY, _QUERY.c.id == _CHANGE.c.query_id)
    asked = asked.outerjoin(_ACCOUNT, _ACCOUNT.c.id == _CHANGE.c.account_id)
    rows = session.execute(asked.where(_CHANGE.c.id > after).order_by(_CHANGE.c.id).limit(limit)).mappings()
    return [dict(row) for row in rows]


def changes_with(session: Session, ids: Sequence[int]) -> list[Row]:
    """Return changes by their ids, in their order: the columns of the table."""
    found: list[Row] = []
    for chunk in in_chunks(sorted(ids)):
        rows = session.execute(
            select(_CHANGE).where(_CHANGE.c.id.in_(chunk)).order_by(_CHANGE.c.id)
        ).mappings()
        found += [dict(row) for row in rows]
    return found


def known_stops(session: Session, types: Sequence[str]) -> set[tuple[str, int | None, datetime, str | None]]:
    """Return what was told of accounts that stopped: type, account, day, and `field`."""
    columns = (_CHANGE.c.type, _CHANGE.c.account_id, _CHANGE.c.at, _CHANGE.c.field)
    rows = session.execute(select(*columns).where(_CHANGE.c.type.in_(types)))
    return {(kind, account_id, at, field) for kind, account_id, at, field in rows}


def answer_after(session: Session, account_id: int, at: datetime) -> Row | None:
    """Return the answer that shows a stop: the first given after its day begins, else the latest: `id`, `query_id`."""
    asked = select(_LISTING.c.id, _LISTING.c.query_id).join(
        _OUTCOME, _OUTCOME.c.query_id == _LISTING.c.query_id
    )
    mine = asked.where(_LISTING.c.account_id == account_id)
    later = mine.where(_LISTING.c.observed_at >= at).order_by(_LISTING.c.observed_at, _LISTING.c.id)
    latest = mine.order_by(_LISTING.c.observed_at.desc(), _LISTING.c.id.desc())
    for statement in (later, latest):
        found = session.execute(statement.limit(1)).mappings().first()
        if found is not None:
            return dict(found)
    return None


def last_sight(session: Session, account_id: int, before: datetime) -> str | None:
    """Return the last post of an account published before a time, as a snapshot is called."""
    asked = (
        select(_SNAPSHOT.c.id)
        .join(_POST, _POST.c.id == _SNAPSHOT.c.post_id)
        .where(_POST.c.account_id == account_id, _POST.c.published_at < before)
        .order_by(_POST.c.published_at.desc(), _SNAPSHOT.c.id.desc())
    )
    number = session.execute(asked.limit(1)).scalar()
    return None if number is None else f"post-{number}"


# -- alerts ------------------------------------------------------------------------------------------------------


def take_turn(session: Session) -> None:
    """Let one transaction at a time turn changes into alerts, on either database."""
    reserve(session, "alert", 0)


def add(session: Session, alerts: Sequence[Mapping[str, Any]]) -> None:
    """Write alerts in their order; one whose key is there already is left as it is."""
    if not alerts:
        return
    first = reserve(session, "alert", len(alerts))
    insert_new(session, tables.Alert, [{"id": first + place, **one} for place, one in enumerate(alerts)])


def alerts(
    session: Session, *, after: int = 0, ids: Sequence[int] | None = None, limit: int | None = None
) -> list[Row]:
    """Return alerts, the latest raised last: the columns of the table. With a limit, the last ones."""
    asked = select(_ALERT).where(_ALERT.c.id > after)
    if ids is not None:
        asked = asked.where(_ALERT.c.id.in_(list(ids)))
    rows = session.execute(asked.order_by(_ALERT.c.id.desc()).limit(limit)).mappings()
    return [dict(row) for row in rows][::-1]


def last_alert(session: Session) -> int:
    """Return the id of the latest alert, 0 before the first."""
    return int(session.execute(select(func.coalesce(func.max(_ALERT.c.id), 0))).scalar_one())


# -- rules -------------------------------------------------------------------------------------------------------


def add_rule(session: Session, values: Mapping[str, Any]) -> Row:
    """Write a rule and return it: the columns of the table."""
    number = session.execute(insert(_RULE).values(**values).returning(_RULE.c.id)).scalar_one()
    return dict(session.execute(select(_RULE).where(_RULE.c.id == number)).mappings().one())


def rules(session: Session) -> list[Row]:
    """Return the rules that tell something, and `waiting` and `error`: its messages not yet sent, and why not."""
    rows = session.execute(select(_RULE).where(_RULE.c.removed_at.is_(None)).order_by(_RULE.c.id)).mappings()
    return [{**row, **_waiting(session, row["id"])} for row in rows]


def rule(session: Session, number: int) -> Row:
    """Return the columns of one rule, also of one that was removed."""
    return dict(session.execute(select(_RULE).where(_RULE.c.id == number)).mappings().one())


def _waiting(session: Session, rule_id: int) -> Row:
    mine = and_(_MESSAGE.c.rule_id == rule_id, _MESSAGE.c.sent_at.is_(None))
    number = session.execute(select(func.count()).where(mine)).scalar_one()
    failed = select(_MESSAGE.c.error).where(mine, _MESSAGE.c.error.is_not(None)).order_by(_MESSAGE.c.id)
    return {"waiting": int(number), "error": session.execute(failed.limit(1)).scalar()}


def advance(session: Session, number: int, until: int) -> None:
    """Note that nothing up to an alert concerns a rule, so that it is not looked at again."""
    session.execute(update(_RULE).where(_RULE.c.id == number).values(after_alert=until))


def remove_rule(session: Session, number: int, *, at: datetime) -> bool:
    """Let a rule tell nothing more; return whether there was one. What waits in the outbox still goes out."""
    known = update(_RULE).where(_RULE.c.id == number, _RULE.c.removed_at.is_(None)).values(removed_at=at)
    return bool(session.execute(known).rowcount)  # type: ignore[attr-defined]


# -- the outbox --------------------------------------------------------------------------------------------------


def last_put(session: Session, rule: Mapping[str, Any]) -> tuple[int, datetime | None]:
    """Return up to which alert a rule has told, and when its last message was made."""
    asked = select(func.max(_MESSAGE.c.until_alert), func.max(_MESSAGE.c.made_at))
    until, made_at = session.execute(asked.where(_MESSAGE.c.rule_id == rule["id"])).one()
    return max(rule["after_alert"], until or 0), made_at


def put(session: Session, rule_id: int, alert_ids: Sequence[int], *, at: datetime) -> None:
    """Put a message into the outbox; the same one is there once."""
    row = {
        "rule_id": rule_id, "until_alert": alert_ids[-1], "alerts": list(alert_ids), "made_at": at, "try_at": at,
        "attempts": 0,
    }  # fmt: skip
    insert_new(session, tables.AlertMessage, [row])


def messages(session: Session, *, sent: bool | None = None, limit: int = 1000) -> list[Row]:
    """Return messages, the latest first: the columns of the table, `channel`, `target` and `pace`."""
    asked = select(_MESSAGE, _RULE.c.channel, _RULE.c.target, _RULE.c.pace)
    asked = asked.join(_RULE, _RULE.c.id == _MESSAGE.c.rule_id)
    if sent is not None:
        asked = asked.where(_MESSAGE.c.sent_at.is_not(None) if sent else _MESSAGE.c.sent_at.is_(None))
    rows = session.execute(asked.order_by(_MESSAGE.c.id.desc()).limit(limit)).mappings()
    return [dict(row) for row in rows]


def claim(session: Session, now: datetime) -> Row | None:
    """Take the message that waits longest and may be tried now, for `LEASE`; return it as `messages` does."""
    due = _MESSAGE.c.try_at <= now
    asked = select(_MESSAGE, _RULE.c.channel, _RULE.c.target, _RULE.c.pace)
    asked = asked.join(_RULE, _RULE.c.id == _MESSAGE.c.rule_id).where(_MESSAGE.c.sent_at.is_(None), due)
    for found in session.execute(asked.order_by(_MESSAGE.c.try_at, _MESSAGE.c.id).limit(20)).mappings().all():
        taken = session.execute(
            update(_MESSAGE)
            .where(_MESSAGE.c.id == found["id"], _MESSAGE.c.try_at == found["try_at"])
            .where(_MESSAGE.c.sent_at.is_(None))
            .values(try_at=now + LEASE, attempts=found["attempts"] + 1)
        )
        if taken.rowcount:  # type: ignore[attr-defined]
            return {**found, "attempts": found["attempts"] + 1}
    return None


def mark_sent(session: Session, number: int, *, at: datetime) -> None:
    """Write that a message was sent."""
    session.execute(update(_MESSAGE).where(_MESSAGE.c.id == number).values(sent_at=at, error=None))


def mark_failed(session: Session, number: int, *, try_at: datetime, error: str) -> None:
    """Write why a message was not sent, and when to try again."""
    session.execute(update(_MESSAGE).where(_MESSAGE.c.id == number).values(try_at=try_at, error=error))
