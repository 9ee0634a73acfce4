"""Reads what a file was asked for: its columns against its source, and the scope that a person gave."""

from collections.abc import Callable, Collection, Mapping
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import Engine
from sqlmodel import Session

from tracker import countries
from tracker.collect import reading, sources
from tracker.collect.cells import UnclearDate, read_date
from tracker.collect.job import Job, known_form
from tracker.collect.post_files import PERIOD
from tracker.domain import AccountRef, Scope
from tracker.errors import BadInput
from tracker.registry import handles
from tracker.store import registry

_LONGEST = 500
_UNDATED = "which days the file covers is not known, so that a day without a post is drawn as unknown"


def check_columns(source: sources.Source, facts: reading.FileFacts, limits: reading.Limits) -> None:
    """Raise `BadInput` that names the columns which the source needs and the file lacks."""
    records_in = sources.records_in(source)
    columns = known_form(
        lambda: reading.columns(facts, limits=limits, records_in=records_in), f"{source.name}: {facts.name}"
    )
    found = {" ".join(column.casefold().split()) for column in columns}
    if not found and records_in is not None:
        return  # a document without a record is an empty answer, whatever it would have held
    if not source.required or sources.is_addressed(source):
        return  # a person names the columns, or answers of several forms are read: `parse` says what is lacking
    if found.issuperset(sources.other_form(source)) and sources.other_form(source):
        return
    if missing := [column for column in source.required if column.casefold() not in found]:
        raise BadInput(
            f"no column {', '.join(map(repr, missing))}; expected {source.origin}. Found: {', '.join(sorted(found)[:20])}",
            file=facts.name,
            line=1,
        )


def scope_in_name(source: sources.Source, file_name: str) -> dict[str, str]:
    """Return what the name that the platform gives its file says of the scope; what a person states goes before it."""
    read: Callable[[str], dict[str, str]] | None = getattr(source, "scope_of_file", None)
    return read(file_name) if read else {}


def takes_of_file(source: sources.Source) -> tuple[str, ...]:
    """Return what may be stated of a file of a source: of a saved answer of one that is asked live, also when it was had."""
    told = () if sources.live(source) is None or "exported_at" in source.scope else ("exported_at",)
    return (*source.scope, *told)


def read_scope(
    engine: Engine,
    source: sources.Source,
    values: Mapping[str, str],
    now: Callable[[], datetime],
    *,
    takes: Collection[str] | None = None,
) -> Scope:
    """Return the scope with its time and account; raise `BadInput` for what the source does not take (`takes`, if given)."""
    taken = source.scope if takes is None else takes
    if unknown := [key for key in values if key not in taken]:
        known = ", ".join(taken) or "none"
        raise BadInput(f"{source.name} takes no scope {', '.join(map(repr, unknown))}; it takes: {known}")
    if too_long := [key for key, value in values.items() if len(value) > _LONGEST]:
        raise BadInput(f"longer than {_LONGEST} characters", field=f"--scope {too_long[0]}")
    asked = {key: value.strip() for key, value in values.items() if value.strip()}
    asked |= {"country": _country(asked["country"])} if "country" in asked else {}
    _check_days(asked)
    observed_at = getattr(source, "RELEASED", None) or now()
    if stated := asked.get("exported_at"):
        observed_at = _read_time(stated, now())
    return Scope(asked, observed_at, account_in_scope(engine, source, asked))


def _country(text: str) -> str:
    code = text.upper()
    known = countries.a3(code) if len(code) == 2 else None
    if code != "EU" and (known is None or countries.name_of(known) == known):
        raise BadInput(
            f"{text!r} is not a country; expected two letters such as FR (ISO 3166)", field="--scope country"
        )
    return code


def _check_days(asked: Mapping[str, str]) -> None:
    first, last = (_day(asked[key], f"--scope {key}") if key in asked else None for key in ("from", "to"))
    if first and last and last < first:
        raise BadInput(f"{last} is before the first day asked about, {first}", field="--scope to")


def _day(text: str, field: str) -> date | None:
    try:
        return read_date(text)
    except UnclearDate as error:
        raise BadInput(str(error), field=field) from error


def _read_time(text: str, now: datetime) -> datetime:
    """Return when an export was made; refuse a time that is no time, or that has not come yet."""
    field = "--scope exported_at"
    try:
        read = datetime.fromisoformat(text)
        at = read.astimezone(UTC) if read.tzinfo else read.replace(tzinfo=UTC)
    except OverflowError as error:
        raise BadInput(f"{text!r} is not a time that is known here", field=field) from error
    except ValueError:
        day = _day(text, field) or now.date()
        at = datetime(day.year, day.month, day.day, tzinfo=UTC)
    if at > now + timedelta(days=1):
        raise BadInput(f"{text} has not come yet", field=field)
    return at


def account_in_scope(engine: Engine, source: sources.Source, values: Mapping[str, str]) -> AccountRef | None:
    """Return the account that a scope names; raise `BadInput` for one that is not known, or that is not named."""
    if "handle" in values and "account" in values:
        raise BadInput("give handle or account, not both", field="--scope account")
    if handle := values.get("handle"):
        handles.key_of(source.platform, handle, field="--scope handle")
        return handles.account_ref(handle, source.platform, field="--scope handle")
    if wanted := values.get("account"):
        platform, _, key = wanted.partition(":")
        with Session(engine) as session:
            known = registry.ref_by(session, platform, key)
        if known is None:
            raise BadInput(
                f"no account is called {wanted!r}; see `tracker accounts list`", field="--scope account"
            )
        if platform != source.platform:
            raise BadInput(
                f"{wanted} is on {platform}; {source.name} holds what is on {source.platform}",
                field="--scope account",
            )
        return known
    if "handle" in source.scope and not getattr(source, "names_accounts", False):
        raise BadInput(
            "the file does not say whose it is; give --scope handle=NAME (or account=ID)",
            field="--scope handle",
        )
    return None


def scope_notices(job: Job) -> list[str]:
    """Return what the scope leaves open, in words."""
    archive = job.source.scope.items() >= PERIOD.items()
    missing = [
        key
        for key in ("country", "from", "to", "exported_at")
        if key in takes_of_file(job.source) and key not in job.scope.values
    ]
    undated = archive and "from" in missing
    left = [key for key in missing if not archive or key not in PERIOD]
    said = "the time of this import stands for exported_at" if "exported_at" in left else "kept as not stated"
    return [
        *([f"scope without {', '.join(left)}: {said}"] if left else []),
        *([f"scope without {', '.join(PERIOD)}: {_UNDATED}"] if undated else []),
    ]
