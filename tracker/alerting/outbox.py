"""The outbox: alerts become messages by the rules, and each message is tried until it was sent.

At least once: a message is claimed, sent, and marked. Who is killed between the last two leaves a claim that runs out, and the
message goes out again with the same Message-ID (e-mail) or Idempotency-Key (webhook), by which a receiver knows it. The id
is made of the record, the rule and the last alert told; the words are those of the moment, and differ when a claim was made since.
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import NAMESPACE_URL, uuid4, uuid5

from sqlalchemy import Engine
from sqlmodel import Session

from tracker.alerting import known, rules
from tracker.alerting.wording import Told, told
from tracker.errors import TrackerError
from tracker.store import alerts, reads, tables, writes
from tracker.store.engine import unit_of_work

LOG = logging.getLogger(__name__)
FIRST_PAUSE, LONGEST_PAUSE = timedelta(minutes=5), timedelta(hours=6)
MOST = 200
"""Alerts that one message tells; what is beyond goes into the next."""
_NAME = "record id"


@dataclass(frozen=True, slots=True)
class Message:
    """A message as it goes out; its id is the same however often it is sent."""

    id: str
    target: str
    made_at: datetime
    told: tuple[Told, ...]
    base: str | None


Send = Callable[[Message], None]


def put_due(engine: Engine, now: datetime) -> int:
    """Put what the rules tell into the outbox; return how many messages. The same alerts are put there once."""
    with unit_of_work(engine) as session:
        alerts.take_turn(session)
        wanted = alerts.rules(session)
        facts = known.accounts(session)[1] if wanted else {}
        return sum(_put(session, rule, facts, now) for rule in wanted)


def _put(session: Session, rule: Mapping[str, Any], facts: Mapping[int, rules.Facts], now: datetime) -> int:
    until, last = alerts.last_put(session, rule)
    fresh = alerts.alerts(session, after=until)
    mine = [alert["id"] for alert in fresh if rules.tells(rule, alert, facts)]
    if fresh and not mine:
        alerts.advance(session, rule["id"], fresh[-1]["id"])
    if not mine or not rules.is_due(rule["pace"], last or rule["added_at"], now):
        return 0
    for start in range(0, len(mine), MOST):
        alerts.put(session, rule["id"], mine[start : start + MOST], at=now)
    return -(-len(mine) // MOST)


def send_due(
    engine: Engine, channels: Mapping[str, Send], *, now: Callable[[], datetime], base: str | None
) -> tuple[int, int]:
    """Send what waits; return how many messages were sent and how many failed. A failed one is kept and tried later."""
    sent = failed = 0
    while True:
        with unit_of_work(engine) as session:
            row = alerts.claim(session, now())
        if row is None:
            return sent, failed
        problem = _try(engine, row, channels, base)
        with unit_of_work(engine) as session:
            if problem is None:
                alerts.mark_sent(session, row["id"], at=now())
                sent += 1
            else:
                pause = min(FIRST_PAUSE * 2 ** min(row["attempts"] - 1, 10), LONGEST_PAUSE)
                alerts.mark_failed(session, row["id"], try_at=now() + pause, error=problem)
                failed += 1


def _try(
    engine: Engine, row: Mapping[str, Any], channels: Mapping[str, Send], base: str | None
) -> str | None:
    """Send one message; return in words why it was not sent."""
    try:
        channels[row["channel"]](compose(engine, row, base))
    except (TrackerError, OSError) as error:
        LOG.warning("message %s by %s was not sent: %s", row["id"], row["channel"], error)
        return f"{type(error).__name__}: {error}"[:300]
    return None


def compose(engine: Engine, row: Mapping[str, Any], base: str | None) -> Message:
    """Return a message of the outbox in words."""
    with unit_of_work(engine) as session:
        name, rule = record_name(session), alerts.rule(session, row["rule_id"])
        by_id, facts = known.accounts(session)
        texts = tuple(
            told(
                alert, alerts.changes_with(session, alert["changes"]), by_id,
                only=rules.concerned(rule, alert, facts), base=base,
            )
            for alert in alerts.alerts(session, ids=row["alerts"])
        )  # fmt: skip
    words = f"{name}/rule/{row['rule_id']}/until/{row['until_alert']}"
    return Message(str(uuid5(NAMESPACE_URL, words)), row["target"], row["made_at"], texts, base)


def record_name(session: Session) -> str:
    """Return the name of this record, which no other has; it is made when it is first asked for."""
    found = reads.meta(session, _NAME)
    if found is None:
        writes.insert_new(session, tables.Meta, [{"key": _NAME, "value": str(uuid4())}])
        found = reads.meta(session, _NAME)
    return str(found)
