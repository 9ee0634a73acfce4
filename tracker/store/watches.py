"""Who is asked about by which source, when next, and who does it: the queue of the collector in the record.

Functions take a session and never commit. A slot is claimed by a lease, so that two hosts never have it at once, and
its end is a row with the key of the slot, so that it never ends twice.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, bindparam, exists, func, insert, or_, select, update
from sqlmodel import Session

from tracker.domain import Outcome
from tracker.store import prepared, tables
from tracker.store.ids import reserve
from tracker.store.tables import table_of
from tracker.store.writes import in_chunks, insert_new

Row = dict[str, Any]

_WATCH, _RUN = table_of(tables.Watch), table_of(tables.WatchRun)
_ACCOUNT, _POST, _COLLECT = table_of(tables.Account), table_of(tables.Post), table_of(tables.CollectRun)
_OF_SLOT = (_WATCH.c.id == bindparam("number"), _WATCH.c.due_at == bindparam("slot"))
_HELD = update(_WATCH).where(*_OF_SLOT, _WATCH.c.leased_by == bindparam("owner"))
_FREE = or_(_WATCH.c.lease_until.is_(None), _WATCH.c.lease_until <= bindparam("now"))
_CLAIMED = update(_WATCH).where(*_OF_SLOT, _WATCH.c.stopped.is_(False), _FREE)
_ACTIVITY = select(func.count()).where(
    _POST.c.account_id == bindparam("account"), _POST.c.published_at >= bindparam("since")
)
_EARLIER, _BEFORE = _RUN.alias(), _RUN.alias()
_VANISHED = and_(
    _RUN.c.outcome == "gone",
    ~exists()
    .where(
        _EARLIER.c.watch_id == _RUN.c.watch_id,
        _EARLIER.c.outcome == "gone",
        _EARLIER.c.slot
        == select(func.max(_BEFORE.c.slot))
        .where(_BEFORE.c.watch_id == _RUN.c.watch_id, _BEFORE.c.slot < _RUN.c.slot)
        .correlate(_RUN)
        .scalar_subquery(),
    )
    .correlate(_RUN),
)
"""Of a slot: it ended in `gone`, and the slot of the same watch before it did not."""


@dataclass(frozen=True, slots=True)
class Slot:
    """One turn of a watch: ask `source` about `account` (`bluesky:somebody.example`)."""

    watch_id: int
    source: str
    account_id: int
    account: str
    due_at: datetime
    failures: int

    @property
    def name(self) -> str:
        """Name the watch, however often it was asked."""
        return f"{self.source}|{self.account}"


@dataclass(frozen=True, slots=True)
class Ended:
    """How a slot ended and when the next one is."""

    started_at: datetime
    finished_at: datetime
    outcome: Outcome
    due_at: datetime
    every: timedelta
    failures: int


def watched(session: Session) -> set[tuple[str, int]]:
    """Return source and account id of every watch that is not stopped."""
    rows = session.execute(select(_WATCH.c.source, _WATCH.c.account_id).where(_WATCH.c.stopped.is_(False)))
    return {(source, account_id) for source, account_id in rows}


def add(session: Session, wanted: Iterable[tuple[str, int, datetime]], *, every: timedelta) -> None:
    """Watch accounts (source, account id, first due); one that was stopped goes on."""
    rows = [
        {
            "source": source,
            "account_id": account_id,
            "due_at": due,
            "every_seconds": int(every.total_seconds()),
            "failures": 0,
            "stopped": False,
        }
        for source, account_id, due in wanted
    ]
    for chunk in in_chunks(rows):
        insert_new(session, tables.Watch, chunk)
    for row in rows:
        session.execute(
            update(_WATCH)
            .where(_WATCH.c.source == row["source"], _WATCH.c.account_id == row["account_id"])
            .where(_WATCH.c.stopped.is_(True))
            .values(stopped=False, due_at=row["due_at"], lease_until=None, leased_by=None)
        )


def stop(session: Session, pairs: Iterable[tuple[str, int]]) -> None:
    """Stop watching (source, account id): the account was rejected, or the source lost its key."""
    for source, account_id in pairs:
        session.execute(
            update(_WATCH)
            .where(_WATCH.c.source == source, _WATCH.c.account_id == account_id)
            .values(stopped=True)
        )


def due(session: Session, now: datetime, *, limit: int, but_for: Collection[str] = ()) -> list[Slot]:
    """Return what is due and nobody does, the oldest first; sources in `but_for` are left out."""
    wanted = _due(now).where(_WATCH.c.source.not_in(list(but_for)))
    rows = session.execute(wanted.order_by(_WATCH.c.due_at, _WATCH.c.id).limit(limit))
    return [Slot(*row) for row in rows]


def due_of(session: Session, watch_id: int, now: datetime) -> Slot | None:
    """Return the slot of one watch, if it is due and nobody does it."""
    row = session.execute(_due(now).where(_WATCH.c.id == watch_id)).first()
    return Slot(*row) if row else None


def _due(now: datetime) -> Any:
    account = (_ACCOUNT.c.platform + ":" + _ACCOUNT.c.key).label("account")
    return (
        select(_WATCH.c.id, _WATCH.c.source, _WATCH.c.account_id, account, _WATCH.c.due_at, _WATCH.c.failures)
        .join(_ACCOUNT, _ACCOUNT.c.id == _WATCH.c.account_id)
        .where(_WATCH.c.stopped.is_(False), _WATCH.c.due_at <= now, _free(now))
    )


def claim(session: Session, slot: Slot, now: datetime, *, until: datetime, owner: str) -> bool:
    """Take a slot for `owner`; return whether it was to be had: not run, not moved, and not in other hands."""
    of = {"number": slot.watch_id, "slot": slot.due_at, "now": now}
    return bool(prepared.run(session, _CLAIMED, {**of, "lease_until": until, "leased_by": owner}).rowcount)


def renew(session: Session, owner: str, *, until: datetime) -> None:
    """Keep every slot that `owner` holds for longer."""
    session.execute(update(_WATCH).where(_WATCH.c.leased_by == owner).values(lease_until=until))


def let_go(session: Session, owners: Collection[str] | None = None) -> None:
    """Give up the slots of some owners; without any, those of all: only the sole worker of a record may say that."""
    free = update(_WATCH).where(_WATCH.c.leased_by.is_not(None)).values(lease_until=None, leased_by=None)
    session.execute(free if owners is None else free.where(_WATCH.c.leased_by.in_(list(owners))))


def finish(session: Session, slot: Slot, ended: Ended, *, owner: str) -> bool:
    """Write that a slot ended and set the next; return `False`, and write nothing, when it had ended or was lost."""
    answered = ended.outcome in ("rows", "empty_confirmed", "empty_unverified")
    values: Row = {
        "due_at": ended.due_at, "every_seconds": int(ended.every.total_seconds()), "failures": ended.failures,
        "lease_until": None, "leased_by": None, "last_asked_at": ended.started_at, "last_outcome": ended.outcome,
        "note": None,
    }  # fmt: skip
    values |= {"last_success_at": ended.finished_at} if answered else {}
    if not _move(session, slot, owner, values):
        return False
    row = {
        "watch_id": slot.watch_id, "slot": slot.due_at, "started_at": ended.started_at,
        "finished_at": ended.finished_at, "outcome": ended.outcome, "host": owner,
    }  # fmt: skip
    prepared.add(session, _RUN, row)
    return True


def postpone(session: Session, slot: Slot, due_at: datetime, *, owner: str, note: str) -> None:
    """Give a slot back unasked, to be asked later, and say why."""
    _move(session, slot, owner, {"due_at": due_at, "lease_until": None, "leased_by": None, "note": note})


def _move(session: Session, slot: Slot, owner: str, values: Row) -> bool:
    """Set values of a watch as long as `owner` holds this slot of it; return whether that was so."""
    of = {"number": slot.watch_id, "slot": slot.due_at, "owner": owner}
    return bool(prepared.run(session, _HELD, {**of, **values}).rowcount)


def activity(session: Session, account_id: int, since: datetime) -> int:
    """Return how many posts of an account were published since then, as far as they are known."""
    return int(prepared.run(session, _ACTIVITY, {"account": account_id, "since": since}).scalar_one())


def asked_since(session: Session, since: datetime) -> dict[str, int]:
    """Return how many questions each source was asked since then."""
    rows = session.execute(
        select(_WATCH.c.source, func.count())
        .join(_RUN, _RUN.c.watch_id == _WATCH.c.id)
        .where(_RUN.c.finished_at >= since)
        .group_by(_WATCH.c.source)
    )
    return {source: int(count) for source, count in rows}


def watches(session: Session) -> list[Row]:
    """Return every watch, the one that is due first: the columns of the table and `account`."""
    account = (_ACCOUNT.c.platform + ":" + _ACCOUNT.c.key).label("account")
    rows = session.execute(
        select(_WATCH, account)
        .join(_ACCOUNT, _ACCOUNT.c.id == _WATCH.c.account_id)
        .order_by(_WATCH.c.due_at, _WATCH.c.id)
    )
    return [dict(row) for row in rows.mappings()]


def runs(session: Session, *, limit: int = 1000) -> list[Row]:
    """Return the slots that ended, the latest first: the columns of the table, `source` and `account_id`."""
    rows = session.execute(
        select(_RUN, _WATCH.c.source, _WATCH.c.account_id)
        .join(_WATCH, _WATCH.c.id == _RUN.c.watch_id)
        .order_by(_RUN.c.finished_at.desc(), _RUN.c.watch_id)
        .limit(limit)
    )
    return [dict(row) for row in rows.mappings()]


def ended(session: Session, platform: str, since: datetime) -> list[Row]:
    """Return the slots of a platform that ended since then, on any host, in their order.

    Columns: `watch_id`, `started_at`, `finished_at`, and `vanished`: it ended in `gone`, and the one before did not.
    """
    rows = session.execute(
        select(_RUN.c.watch_id, _RUN.c.started_at, _RUN.c.finished_at, _VANISHED.label("vanished"))
        .join(_WATCH, _WATCH.c.id == _RUN.c.watch_id)
        .join(_ACCOUNT, _ACCOUNT.c.id == _WATCH.c.account_id)
        .where(_ACCOUNT.c.platform == platform, _RUN.c.finished_at >= since)
        .order_by(_RUN.c.finished_at, _RUN.c.watch_id)
    )
    return [{**row, "vanished": bool(row["vanished"])} for row in rows.mappings()]


def usual(session: Session, platform: str, since: datetime, until: datetime) -> tuple[int, int]:
    """Return how many slots of a platform ended between two times, and how many of them vanished and are believed."""
    doubted = exists().where(
        _COLLECT.c.suspect.is_not(None), or_(_COLLECT.c.platform.is_(None), _COLLECT.c.platform == platform),
        _RUN.c.started_at.between(_COLLECT.c.started_at, _COLLECT.c.finished_at),
    )  # fmt: skip
    asked, vanished = session.execute(
        select(func.count(), func.count().filter(and_(_VANISHED, ~doubted)))
        .select_from(_RUN)
        .join(_WATCH, _WATCH.c.id == _RUN.c.watch_id)
        .join(_ACCOUNT, _ACCOUNT.c.id == _WATCH.c.account_id)
        .where(_ACCOUNT.c.platform == platform, _RUN.c.finished_at >= since, _RUN.c.finished_at < until)
    ).one()
    return int(asked), int(vanished)


def add_suspicion(
    session: Session, platform: str, *, started_at: datetime, finished_at: datetime, host: str, asked: int,
    vanished: int, words: str,
) -> None:  # fmt: skip
    """Write that what a platform said to be gone between two times is not to be believed."""
    session.execute(
        insert(_COLLECT).values(
            id=reserve(session, "collect_run", 1), started_at=started_at, finished_at=finished_at, host=host,
            asked={platform: asked}, vanished={platform: vanished}, suspect=words, platform=platform,
        )
    )  # fmt: skip


def suspicions(session: Session, *, limit: int = 100) -> list[Row]:
    """Return what is not to be believed, the latest first: the columns of `collect_run`.

    What grew while it lasted is told once, as it was at last.
    """
    suspect = select(_COLLECT).where(_COLLECT.c.suspect.is_not(None)).order_by(_COLLECT.c.id.desc())
    found: dict[tuple[Any, ...], Row] = {}
    for row in session.execute(suspect.limit(100 * limit)).mappings():
        found.setdefault((row["platform"], row["started_at"]), dict(row))
    return list(found.values())[:limit]


def _free(now: datetime) -> Any:
    return or_(_WATCH.c.lease_until.is_(None), _WATCH.c.lease_until <= now)
