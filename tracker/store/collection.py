"""How the collection stands: what is due, what came of it, what it costs, and what is not to be believed."""

from collections import Counter, defaultdict
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlmodel import Session

from tracker.store import alerts, tables
from tracker.store.tables import table_of

Row = dict[str, Any]

_WATCH, _RUN = table_of(tables.Watch), table_of(tables.WatchRun)
_FETCH, _QUERY, _EVIDENCE = table_of(tables.Fetch), table_of(tables.Query), table_of(tables.Evidence)
_CHUNK, _DRIFT = table_of(tables.EvidenceChunk), table_of(tables.FieldDrift)
RECENT = timedelta(days=7)


def by_source(session: Session, now: datetime) -> list[Row]:
    """Return a row for each source that is watched, or of which evidence is kept, by name.

    Columns: `source`, `watches`, `overdue` (due over an hour ago), `next_due`, `last_success`, `failing` (whose last question
    was not answered), `put_off` (given back unasked), `outcomes` (of `RECENT`, by name), `asked_in_a_day`, `answers` (how
    many were kept), `bytes` (as they came), `stored` (as they are kept), `drifts` (fields that came or went in `RECENT`).
    """
    watched, outcomes = _watches(session, now), _outcomes(session, now - RECENT)
    asked, kept, drifts = _asked(session, now), _evidence(session), _drifts(session, now - RECENT)
    names = sorted({*watched, *outcomes, *kept})
    return [
        {
            "source": name,
            **(watched.get(name) or dict.fromkeys(("watches", "overdue", "failing", "put_off"), 0)),
            "next_due": watched.get(name, {}).get("next_due"),
            "last_success": watched.get(name, {}).get("last_success"),
            "outcomes": dict(outcomes.get(name, {})),
            "asked_in_a_day": asked.get(name, 0),
            **(kept.get(name) or dict.fromkeys(("answers", "bytes", "stored"), 0)),
            "drifts": drifts.get(name, 0),
        }
        for name in names
    ]


def _watches(session: Session, now: datetime) -> dict[str, Row]:
    late = now - timedelta(hours=1)
    rows = session.execute(
        select(
            _WATCH.c.source,
            func.count().label("watches"),
            func.count().filter(_WATCH.c.due_at < late).label("overdue"),
            func.min(_WATCH.c.due_at).label("next_due"),
            func.max(_WATCH.c.last_success_at).label("last_success"),
            func.count().filter(_WATCH.c.failures > 0).label("failing"),
            func.count().filter(_WATCH.c.note.is_not(None)).label("put_off"),
        )
        .where(_WATCH.c.stopped.is_(False))
        .group_by(_WATCH.c.source)
    ).mappings()
    return {row["source"]: {name: row[name] for name in row if name != "source"} for row in rows}


def _outcomes(session: Session, since: datetime) -> dict[str, Counter[str]]:
    found: dict[str, Counter[str]] = defaultdict(Counter)
    rows = session.execute(
        select(_WATCH.c.source, _RUN.c.outcome, func.count())
        .join(_RUN, _RUN.c.watch_id == _WATCH.c.id)
        .where(_RUN.c.finished_at >= since)
        .group_by(_WATCH.c.source, _RUN.c.outcome)
    )
    for source, outcome, number in rows:
        found[source][outcome] = int(number)
    return found


def _asked(session: Session, now: datetime) -> dict[str, int]:
    rows = session.execute(
        select(_WATCH.c.source, func.count())
        .join(_RUN, _RUN.c.watch_id == _WATCH.c.id)
        .where(_RUN.c.finished_at >= now - timedelta(days=1))
        .group_by(_WATCH.c.source)
    )
    return {source: int(number) for source, number in rows}


def _evidence(session: Session) -> dict[str, Row]:
    """Return what is kept of each source; bytes that two sources share count for both."""
    of = (
        select(_QUERY.c.source, _FETCH.c.evidence_id)
        .join(_QUERY, _QUERY.c.id == _FETCH.c.query_id)
        .where(_FETCH.c.evidence_id.is_not(None))
        .distinct()
        .subquery()
    )
    packed = select(_CHUNK.c.evidence_id, func.sum(func.length(_CHUNK.c.z)).label("stored"))
    packed_of = packed.group_by(_CHUNK.c.evidence_id).subquery()
    rows = session.execute(
        select(of.c.source, func.count(), func.sum(_EVIDENCE.c.n_bytes), func.sum(packed_of.c.stored))
        .join(_EVIDENCE, _EVIDENCE.c.id == of.c.evidence_id)
        .join(packed_of, packed_of.c.evidence_id == of.c.evidence_id)
        .group_by(of.c.source)
    )
    return {
        source: {"answers": int(number), "bytes": int(came), "stored": int(stored)}
        for source, number, came, stored in rows
    }


def _drifts(session: Session, since: datetime) -> dict[str, int]:
    rows = session.execute(
        select(_DRIFT.c.source, func.count()).where(_DRIFT.c.at >= since).group_by(_DRIFT.c.source)
    )
    return {source: int(number) for source, number in rows}


def waiting_alerts(session: Session) -> list[Row]:
    """Return the rules of which messages wait in the outbox: the columns of `alerts.rules`."""
    return [row for row in alerts.rules(session) if row["waiting"]]
