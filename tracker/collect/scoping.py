"""Reads what a file was asked for: its columns against its source, and the scope that a person gave."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime

from sqlalchemy import Engine
from sqlmodel import Session

from tracker.collect import reading, sources
from tracker.collect.cells import UnclearDate, read_date
from tracker.collect.job import Job
from tracker.domain import AccountRef, Scope
from tracker.errors import BadInput
from tracker.registry import handles
from tracker.store import registry


def check_columns(source: sources.Source, facts: reading.FileFacts, limits: reading.Limits) -> None:
    """Raise `BadInput` that names the columns which the source needs and the file lacks."""
    found = {column.casefold() for column in reading.columns(facts, limits=limits)}
    if missing := [column for column in source.required if column.casefold() not in found]:
        raise BadInput(
            f"no column {', '.join(map(repr, missing))}; expected {source.origin}. Found: {', '.join(sorted(found)[:20])}",
            file=facts.path.name,
            line=1,
        )


def read_scope(
    engine: Engine, source: sources.Source, values: Mapping[str, str], now: Callable[[], datetime]
) -> Scope:
    """Return the scope with its time and account; raise `BadInput` for what the source does not take."""
    if unknown := [key for key in values if key not in source.scope]:
        known = ", ".join(source.scope) or "none"
        raise BadInput(f"{source.name} takes no scope {', '.join(map(repr, unknown))}; it takes: {known}")
    stated = values.get("exported_at")
    observed_at = _read_time(stated) if stated else getattr(source, "RELEASED", None) or now()
    return Scope(dict(values), observed_at, _scope_account(engine, source, values))


def _read_time(text: str) -> datetime:
    with suppress(ValueError):
        read = datetime.fromisoformat(text)
        return read.astimezone(UTC) if read.tzinfo else read.replace(tzinfo=UTC)
    try:
        day = read_date(text)
    except UnclearDate as error:
        raise BadInput(str(error), field="--scope exported_at") from error
    return datetime(day.year, day.month, day.day, tzinfo=UTC) if day else datetime.now(UTC)


def _scope_account(engine: Engine, source: sources.Source, values: Mapping[str, str]) -> AccountRef | None:
    if handle := values.get("handle"):
        handles.key_of(source.platform, handle, field="--scope handle")
        return handles.account_ref(handle, source.platform, field="--scope handle")
    if wanted := values.get("account"):
        platform, _, key = wanted.partition(":")
        with Session(engine) as session:
            known = registry.account_by(session, platform, key)
        if known is None:
            raise BadInput(
                f"no account is called {wanted!r}; see `tracker accounts list`", field="--scope account"
            )
        return AccountRef(platform, key, handle=known["handle"], name=known["name"])
    if "handle" in source.scope:
        raise BadInput(
            "the file does not say whose it is; give --scope handle=NAME (or account=ID)",
            field="--scope handle",
        )
    return None


def scope_notices(job: Job) -> list[str]:
    """Return what the scope leaves open, in words."""
    missing = [
        key
        for key in ("country", "from", "to", "exported_at")
        if key in job.source.scope and key not in job.scope.values
    ]
    if not missing:
        return []
    said = (
        "the time of this import stands for exported_at" if "exported_at" in missing else "kept as not stated"
    )
    return [f"scope without {', '.join(missing)}: {said}"]
