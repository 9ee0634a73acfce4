"""What the worker and people do about alerts: raise them, put them out, send them, and say how it stands."""

import logging
import threading
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Engine
from sqlmodel import Session

from tracker.alerting import feed, hook, mail, outbox, raising, rules
from tracker.alerting.known import accounts
from tracker.alerting.outbox import Send
from tracker.alerting.wording import told
from tracker.analysis.tables import open_lake
from tracker.errors import ConfigError, TrackerError
from tracker.settings import Settings
from tracker.store import alerts, watches
from tracker.store import collection as standing
from tracker.store.engine import unit_of_work

LOG = logging.getLogger(__name__)
STOPS_EVERY = timedelta(hours=1)
FEED = "alerts.atom"

Clock = Callable[[], datetime]
Row = dict[str, Any]


def channels(settings: Settings) -> dict[str, Send]:
    """Return how messages go out, by the name of the channel."""
    return {
        "email": mail.sender(settings),
        "webhook": hook.sender(settings, hook.opened(settings.contact)),
    }


class Alerting:
    """Raises, puts out and sends, again and again; looks for stops once an hour."""

    def __init__(
        self, engine: Engine, settings: Settings, clock: Clock, ways: Mapping[str, Send] | None = None
    ):
        self._engine, self._settings, self._clock = engine, settings, clock
        self._ways = channels(settings) if ways is None else ways
        self._looked: datetime | None = None

    def tick(self) -> None:
        """Do what is due; a failure is told and waits for the next time."""
        now = self._clock()
        try:
            if self._looked is None or now >= self._looked + STOPS_EVERY:
                self._looked = now
                look_for_stops(self._engine, self._settings, now)
            raised = raising.raise_new(self._engine, now)
            outbox.put_due(self._engine, now)
            outbox.send_due(self._engine, self._ways, now=self._clock, base=self._settings.public_url)
            if raised:
                write_feed(self._engine, self._settings, self._settings.home / FEED)
        except (TrackerError, OSError) as error:
            LOG.warning("alerts were not brought up to date: %s", error)

    def run(self, stop: threading.Event, seconds: float) -> None:
        """Tick until `stop` is set."""
        while not stop.is_set():
            self.tick()
            stop.wait(seconds)


def look_for_stops(engine: Engine, settings: Settings, now: datetime) -> int:
    """Write what the mirror shows of accounts that stopped; return how many are new. Without a mirror there is none."""
    if not (settings.lake / "manifest.json").exists():
        return 0
    return raising.note_stops(engine, open_lake(settings.lake, settings.analysis_url), now)


def send(engine: Engine, settings: Settings, *, now: Clock, ways: Mapping[str, Send] | None = None) -> Row:
    """Raise what is new and send what is due; return how many were raised, put out, sent, failed, and still wait."""
    stops = look_for_stops(engine, settings, now())
    raised = raising.raise_new(engine, now())
    put = outbox.put_due(engine, now())
    chosen = channels(settings) if ways is None else ways
    sent, failed = outbox.send_due(engine, chosen, now=now, base=settings.public_url)
    with Session(engine) as session:
        waiting = len(alerts.messages(session, sent=False))
    return {"stops": stops, "raised": raised, "put": put, "sent": sent, "failed": failed, "waiting": waiting}


def try_channel(
    settings: Settings,
    target: Mapping[str, str | None],
    *,
    now: datetime,
    ways: Mapping[str, Send] | None = None,
) -> Row:
    """Send a message without an alert to an address (`email` or `webhook`), past the outbox; raise why it was not sent."""
    rule = rules.read(
        email=target.get("email"), webhook=target.get("webhook"), pace="now", kinds=(), about=()
    )
    message = outbox.Message(f"test-{now:%Y%m%dT%H%M%S}", rule.target, now, (), settings.public_url)
    (channels(settings) if ways is None else ways)[rule.channel](message)
    return {"channel": rule.channel, "target": rule.target, "sent": True}


def add_rule(engine: Engine, rule: rules.NewRule, *, by: str, now: datetime) -> Row:
    """Write a rule; it tells what is raised from now on."""
    with unit_of_work(engine) as session:
        return alerts.add_rule(
            session,
            {
                "channel": rule.channel, "target": rule.target, "pace": rule.pace, "kinds": list(rule.kinds),
                "about": list(rule.about), "after_alert": alerts.last_alert(session), "added_at": now, "added_by": by,
            },
        )  # fmt: skip


def listed(engine: Engine, *, kinds: tuple[str, ...] = (), limit: int | None = None) -> list[Row]:
    """Return the alerts in words, the latest raised first: `at`, `type`, `title`, `accounts`, `n`, `raised_at`, `suspect`."""
    with Session(engine) as session:
        by_id, _facts = accounts(session)
        found = [
            row
            for row in alerts.alerts(session, limit=None if kinds else limit)
            if not kinds or row["type"] in kinds
        ][::-1][:limit]
        return [
            {
                "at": row["at"], "type": row["type"],
                "title": told(
                    row, alerts.changes_with(session, row["changes"]), by_id, only=row["account_ids"], base=None
                ).title,
                "accounts": [by_id[one]["account"] for one in row["account_ids"] if one in by_id],
                "n": row["n"], "raised_at": row["raised_at"], "suspect": row["suspect"], "key": row["key"],
            }
            for row in found
        ]  # fmt: skip


def collection(engine: Engine, now: datetime) -> tuple[list[Row], list[Row], list[Row]]:
    """Return how each source stands, the stretches that are not to be believed, and the rules of which messages wait."""
    with Session(engine) as session:
        return (
            standing.by_source(session, now),
            watches.suspicions(session, limit=5),
            standing.waiting_alerts(session),
        )


def state_of_channels(engine: Engine, settings: Settings) -> list[str]:
    """Say of each channel that a rule uses whether it is set up, how many messages wait, and why the first does."""
    with Session(engine) as session:
        wanted = alerts.rules(session)
    lines = []
    for channel in rules.CHANNELS:
        mine = [row for row in wanted if row["channel"] == channel]
        if mine:
            waiting = sum(row["waiting"] for row in mine)
            why = next((row["error"] for row in mine if row["error"]), None)
            lines.append(
                f"alerts by {channel}: {_lacks(channel, settings) or 'ready'}; {waiting} waiting{f' ({why})' if why else ''}"
            )
    return lines


def _lacks(channel: str, settings: Settings) -> str | None:
    """Return which setting a channel lacks."""
    try:
        {"email": mail.check, "webhook": hook.check}[channel](settings)
    except ConfigError as error:
        return str(error)
    return None


def write_feed(engine: Engine, settings: Settings, path: Path) -> None:
    """Write the feed in place of the one that is there, in one step."""
    with unit_of_work(engine) as session:
        made = feed.feed(session, base=settings.public_url)
    new = path.with_suffix(".new")
    new.write_bytes(made)
    new.replace(path)
