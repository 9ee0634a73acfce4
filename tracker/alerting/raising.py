"""Turns changes into alerts, each once, and writes down the accounts that stopped or that we stopped seeing."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime
from itertools import groupby
from typing import Any

from sqlalchemy import Engine
from sqlmodel import Session

from tracker import findings
from tracker.analysis.tables import Lake
from tracker.domain import Change
from tracker.findings import Options
from tracker.store import alerts, reads, registry, watches, writes
from tracker.store.engine import unit_of_work

STOPS = ("silence", "blindness")
"""Types that are told together for all accounts of a day."""
AT_ONCE = 5000
_TOLD = "alerts told to change"

Row = Mapping[str, Any]


def note_stops(engine: Engine, lake: Lake, now: datetime) -> int:
    """Write the silences and the blindness that the lake shows as changes; return how many were new.

    We are blind only to what is watched: a source that nobody asks any more has not stopped.
    """
    found = findings.run("silences", lake, Options(until=now.astimezone(UTC).date()))
    added = 0
    with unit_of_work(engine) as session:
        alerts.take_turn(session)
        known, watched = alerts.known_stops(session, STOPS), _watched(session)
        for row in found.rows:
            if row["type"] == "blindness" and (row["source"], row["account"]) not in watched:
                continue
            made = _change(session, row, known)
            if made is not None:
                writes.add_changes(session, made[0], [made[1]])
                added += 1
    return added


def _watched(session: Session) -> set[tuple[str, str]]:
    return {(row["source"], row["account"]) for row in watches.watches(session) if not row["stopped"]}


def _change(session: Session, row: Row, known: set[Any]) -> tuple[int, Change] | None:
    """Return a stop as a change with its query, or `None` when it was told, or nothing shows it."""
    platform, _, key = str(row["account"]).partition(":")
    account = registry.account_by(session, platform, key)
    at = datetime.fromisoformat(row["at"]).replace(tzinfo=UTC)
    field = row["source"] if row["type"] == "blindness" else "posts"
    if account is None or (row["type"], account["id"], at, field) in known:
        return None
    answer = alerts.answer_after(session, account["id"], at)
    if answer is None:
        return None
    shown = f"listing-{answer['id']}"
    before, after = _words(row)
    seen = alerts.last_sight(session, account["id"], at) or shown
    change = Change(at, row["type"], account["id"], row["account"], field, before, after, seen, shown)
    return answer["query_id"], change


def _words(row: Row) -> tuple[str, str]:
    """Return what was before and after a stop, in words."""
    if row["type"] == "silence":
        usual = row["expected"] / row["days"]
        return f"{usual:,.1f} posts a day", f"none on {row['days']} days seen (p = {row['p']:.1g})"
    why = f"asked on {row['asked']}, last: {row['outcome']}" if row["asked"] else "nobody asked"
    return "answered", f"no answer on {row['days']} days ({why})"


def raise_new(engine: Engine, now: datetime) -> int:
    """Turn the changes that are new into alerts; return how many alerts. Each change is told in one alert."""
    with unit_of_work(engine) as session:
        alerts.take_turn(session)
        after, made = int(reads.meta(session, _TOLD) or 0), list[Row]()
        while rows := alerts.untold_changes(session, after, limit=AT_ONCE):
            made += _alerts(rows, now)
            after = rows[-1]["id"]
        alerts.add(session, made)
        writes.set_meta(session, _TOLD, str(after))
    return len(made)


def _alerts(rows: Iterable[Row], now: datetime) -> Iterator[Row]:
    """Yield an alert for each type, day and account; for a stop, one for each type and day."""
    ordered = sorted(rows, key=_group)
    grouped = [(group, list(of)) for group, of in groupby(ordered, key=_group)]
    for (kind, day, _account), of in sorted(grouped, key=lambda pair: pair[1][0]["id"]):
        yield {
            "key": _key(kind, day, of[0]),
            "raised_at": now,
            "at": min(row["at"] for row in of),
            "type": kind,
            "account_ids": sorted({row["account_id"] for row in of if row["account_id"] is not None}),
            "changes": sorted(row["id"] for row in of),
            "n": len(of),
            "suspect": any(row["suspect"] for row in of),
        }


def _group(row: Row) -> tuple[str, date, int]:
    account = 0 if row["type"] in STOPS else row["account_id"] or 0
    return row["type"], row["at"].astimezone(UTC).date(), account


def _key(kind: str, day: date, first: Row) -> str:
    words = json.dumps([kind, day.isoformat(), first["id"], first["subject"]])
    return hashlib.sha256(words.encode()).hexdigest()
